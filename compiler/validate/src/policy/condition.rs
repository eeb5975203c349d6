//! Conditions of statements: operators that IAM knows, on records of keys.

use ci_access::Operator;
use ci_base::{Code, Diagnostic};
use ci_graph::{Located, Value};

use super::Policy;
use crate::words;

pub(super) fn check(policy: &mut Policy<'_>, condition: &Located) {
    let Value::Record(entries) = &condition.value else {
        if crate::view::is_known(&condition.value) {
            policy.invalid(condition.origin, "a condition is a record of operators");
        }
        return;
    };
    for entry in entries {
        if let Err(unknown) = Operator::parse_full(&entry.name) {
            let finding = Diagnostic::new(Code::InvalidPolicy, entry.value.origin, unknown.to_string());
            let known = Operator::ALL.iter().map(|operator| operator.name());
            policy.add(match words::nearest(&unknown.name, known) {
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
