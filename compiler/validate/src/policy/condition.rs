//! Conditions of statements: operators that IAM knows, on records of keys.

use ci_base::{Code, Diagnostic};
use ci_graph::{Located, Value};

use super::Policy;
use crate::words;

/// Operators without `ForAnyValue:`, `ForAllValues:` before and `IfExists` after.
const OPERATORS: [&str; 26] = [
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "BinaryEquals",
    "Bool",
    "DateEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateNotEquals",
    "IpAddress",
    "NotIpAddress",
    "Null",
    "NumericEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericNotEquals",
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
];

pub(super) fn check(policy: &mut Policy<'_>, condition: &Located) {
    let Value::Record(entries) = &condition.value else {
        if crate::view::is_known(&condition.value) {
            policy.invalid(condition.origin, "a condition is a record of operators");
        }
        return;
    };
    for entry in entries {
        let name =
            entry.name.strip_prefix("ForAnyValue:").or_else(|| entry.name.strip_prefix("ForAllValues:"));
        let name = name.unwrap_or(&entry.name);
        let name = name.strip_suffix("IfExists").unwrap_or(name);
        if !OPERATORS.contains(&name) && name != "StringNotLike" {
            let message = format!("IAM has no condition operator `{}`", entry.name);
            let finding = Diagnostic::new(Code::InvalidPolicy, entry.value.origin, message);
            policy.add(match words::nearest(name, OPERATORS) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            });
        } else if !matches!(
            entry.value.value,
            Value::Record(_) | Value::Late(_) | Value::Unknown | Value::Absent
        ) {
            let message = format!("`{}` compares condition keys with values: it is a record", entry.name);
            policy.invalid(entry.value.origin, message);
        }
    }
}
