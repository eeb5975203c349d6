//! Conditions of statements: operators that IAM knows, on records of keys; and what they narrow a statement to.

use ci_access::{Family, Operator, Quantifier};
use ci_base::{Code, Diagnostic};
use ci_graph::{Located, Value};

use super::Policy;
use crate::view::{Fields, each_case, one_or_many};
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

/// Whether a statement holds only where a key that `wanted` says yes to has one of some values. What is not known yet
/// may be such a condition.
pub(super) fn narrows(statement: &Located, wanted: impl FnMut(&str, &[&Located]) -> bool) -> bool {
    holds(statement, &[Family::String, Family::Arn, Family::IpAddress], wanted)
}

/// Whether a statement holds only where a key, in lower case, is true.
pub(super) fn requires(statement: &Located, key: &str) -> bool {
    holds(statement, &[Family::Bool], |known, values| {
        let is_true = |value: &&Located| match &value.value {
            Value::Bool(truth) => *truth,
            value => value.as_str().is_none_or(|text| text.eq_ignore_ascii_case("true")),
        };
        known == key && !values.is_empty() && values.iter().all(is_true)
    })
}

/// The same for operators of some families.
fn holds(
    statement: &Located,
    families: &[Family],
    mut wanted: impl FnMut(&str, &[&Located]) -> bool,
) -> bool {
    let Some(condition) = statement.field("Condition") else { return false };
    let mut found = false;
    each_case(condition, &mut |condition| {
        let Value::Record(operators) = &condition.value else {
            found |= !crate::view::is_known(&condition.value);
            return;
        };
        for operator in operators {
            let Ok((quantifier, known, if_exists)) = Operator::parse_full(&operator.name) else { continue };
            // What also holds without the key narrows nothing, nor does what a value must not be.
            let is_narrow = !if_exists
                && quantifier != Some(Quantifier::ForAllValues)
                && !known.is_negated()
                && families.contains(&known.family());
            let Value::Record(keys) = &operator.value.value else {
                found |= is_narrow && !crate::view::is_known(&operator.value.value);
                continue;
            };
            for key in keys.iter().filter(|_| is_narrow) {
                let mut values: Vec<&Located> = Vec::new();
                each_case(&key.value, &mut |value| values.extend(one_or_many(value)));
                found |= wanted(&key.name.to_ascii_lowercase(), &values);
            }
        }
    });
    found
}

/// Whether one of these keys, in lower case, has to have a value that is not just anything.
pub(super) fn fixes(statement: &Located, keys: &[impl AsRef<str>]) -> bool {
    narrows(statement, |key, values| {
        let is_one = |wanted: &str| match wanted.strip_suffix('*') {
            Some(beginning) => key.starts_with(beginning),
            None => key == wanted,
        };
        keys.iter().any(|wanted| is_one(wanted.as_ref()))
            && values.iter().all(|value| value.value.as_str().is_none_or(|text| says(key, text)))
    })
}

/// Whether a range of addresses is one of so many that a few of its size are the world: wider than any that was ever given
/// to somebody.
fn is_the_world(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let (Ok(address), Ok(length)) = (address.parse::<std::net::IpAddr>(), length.parse::<u8>()) else {
        return false;
    };
    // 10.0.0.0/8 and fc00::/7 are the widest of private networks.
    length < if address.is_ipv4() { 8 } else { 7 }
}

/// Whether a value of a condition leaves anything out: it is no wildcard alone, and of an ARN that has an account, that
/// is named. An address range of everything is none.
fn says(key: &str, text: &str) -> bool {
    if text.trim_matches(['*', '?']).is_empty() || is_the_world(text) {
        return false;
    }
    // Every organization's identifier begins so.
    if let Some(rest) = text.strip_prefix("o-").filter(|_| key.contains("org")) {
        return !rest.starts_with(['*', '?']);
    }
    if key.ends_with("arn") && text.starts_with("arn:") {
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        // The ARNs of buckets have no account, so their name has to be one.
        let account = fields.get(4).copied().unwrap_or_default();
        let name = fields.get(5).copied().unwrap_or_default();
        return if account.is_empty() { !name.starts_with('*') } else { !account.contains(['*', '?']) };
    }
    true
}
