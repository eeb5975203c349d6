//! Conditions that decide nothing: keys that nobody sends, values that no request has, tests that hold without a key.
//!
//! An allowing statement with such a condition never allows, a denying one with its opposite always denies. Which keys there
//! are, and what type their values have, is what the service authorization reference says.
//!
//! Must not know: what a condition should narrow. That is for `condition` and whoever asks it.

use ci_access::{Family, Operator, Quantifier};
use ci_base::{Applicability, Code, Diagnostic};
use ci_catalog::iam::{self, Action, Service};
use ci_graph::{Entry, Located, Value};

use super::Policy;
use super::facts::CARRIED;
use crate::view::{Fields, each_case, one_or_many};
use crate::words;

/// One comparison: an operator with what stands around it.
#[derive(Clone, Copy)]
struct Test {
    operator: Operator,
    quantifier: Option<Quantifier>,
    if_exists: bool,
}

pub(super) fn check(policy: &mut Policy<'_>, statement: &Located, condition: &Located) {
    let actions = actions(statement);
    each_case(condition, &mut |condition| {
        let Value::Record(operators) = &condition.value else { return };
        for entry in operators {
            let (Ok((quantifier, operator, if_exists)), Value::Record(keys)) =
                (Operator::parse_full(&entry.name), &entry.value.value)
            else {
                continue;
            };
            let test = Test { operator, quantifier, if_exists };
            for key in keys {
                if known(policy, key) {
                    sent(policy, key, test, actions.as_deref());
                    values(policy, key, test);
                    vacuous(policy, statement, condition, key, test);
                }
            }
        }
    });
}

/// The actions of a statement; `None` if they are not all known.
fn actions(statement: &Located) -> Option<Vec<(&'static Service, &'static Action)>> {
    let listed = one_or_many(statement.field("Action")?);
    let known = |action: &Located| {
        let (prefix, name) = action.value.as_str()?.split_once(':')?;
        let service = iam::service(prefix)?;
        Some((service, service.action(name)?))
    };
    listed.iter().map(known).collect()
}

/// Whether a key is one of a name of the reference, which may have a part that varies: `aws:ResourceTag/${TagKey}`, or
/// `s3:ExistingObjectTag/<key>`.
fn is_of(key: &str, known: &str) -> bool {
    let start = known.find("${").or_else(|| known.find('<'));
    match start {
        Some(at) => key.get(..at).is_some_and(|start| start.eq_ignore_ascii_case(&known[..at])),
        None => key.eq_ignore_ascii_case(known),
    }
}

fn has(keys: &[(&'static str, &'static str)], key: &str) -> bool {
    keys.iter().any(|(known, _)| is_of(key, known))
}

/// Whether a key exists, as far as anybody can know; reported if not.
fn known(policy: &mut Policy<'_>, key: &Entry) -> bool {
    let name = &*key.name;
    // Keys of identity providers begin with their host, which may be anyone's.
    let Some((prefix, _)) = name.split_once(':').filter(|(prefix, _)| !prefix.contains(['.', '/'])) else {
        return !name.contains(':') && name.contains('.');
    };
    let lower = prefix.to_ascii_lowercase();
    let candidates: Vec<&'static str> = if lower == "aws" {
        if has(iam::global_condition_keys(), name) || name.eq_ignore_ascii_case("aws:SourceOwner") {
            return true;
        }
        iam::global_condition_keys().iter().map(|(known, _)| *known).collect()
    } else if let Some(service) = iam::service(&lower) {
        if has(service.condition_keys(), name) || CARRIED.iter().any(|known| is_of(name, known)) {
            return true;
        }
        // Keys of a service that the reference lists with another one only.
        let elsewhere =
            iam::services().filter_map(iam::service).any(|other| has(other.condition_keys(), name));
        if elsewhere || service.condition_keys().is_empty() {
            return elsewhere;
        }
        service.condition_keys().iter().map(|(known, _)| *known).collect()
    } else {
        let elsewhere =
            iam::services().filter_map(iam::service).any(|other| has(other.condition_keys(), name));
        let near = words::nearest(&lower, iam::services().chain(["aws"]));
        let Some(near) = near.filter(|_| !elsewhere) else { return elsewhere };
        let message = format!("there is no condition key {}", words::quote(name));
        policy.add(
            Diagnostic::new(Code::IdleCondition, key.value.origin, message)
                .note(NEVER_SENT)
                .help(format!("did you mean a key of `{near}`?")),
        );
        return false;
    };
    let message = format!("there is no condition key {}", words::quote(name));
    let found = Diagnostic::new(Code::IdleCondition, key.value.origin, message).note(NEVER_SENT);
    policy.add(match words::nearest(name, candidates) {
        Some(near) => found.help(format!("did you mean {}?", words::quote(near))),
        None => found.help(format!("the keys of `{lower}` are in its part of IAM's service reference")),
    });
    false
}

const NEVER_SENT: &str =
    "no request has it: what is allowed with it is never allowed, what is denied without it always is";

/// Whether any action of the statement has the key.
fn sent(
    policy: &mut Policy<'_>,
    key: &Entry,
    test: Test,
    actions: Option<&[(&'static Service, &'static Action)]>,
) {
    let name = &*key.name;
    let Some(actions) = actions.filter(|actions| !actions.is_empty()) else { return };
    // What also holds without the key, or asks whether it is there, may be about some requests only.
    if test.if_exists || test.operator.is_negated() || test.operator == Operator::Null {
        return;
    }
    let Some((prefix, _)) = name.split_once(':') else { return };
    if prefix.contains(['.', '/']) || prefix.eq_ignore_ascii_case("aws") {
        return;
    }
    if CARRIED.iter().any(|known| is_of(name, known)) {
        return;
    }
    let of_action = |(service, action): &(&'static Service, &'static Action)| {
        let of_resources = action.resources.iter().flat_map(|resource| {
            let of_type =
                service.resource_type(resource.resource_type).map_or(&[][..], |known| known.condition_keys);
            resource.condition_keys.iter().chain(of_type)
        });
        action.condition_keys.iter().chain(of_resources).any(|known| is_of(name, known))
    };
    let of_service = |(service, _): &(&'static Service, &'static Action)| {
        service.prefix.eq_ignore_ascii_case(prefix) || has(service.condition_keys(), name)
    };
    if actions.iter().any(of_action) {
        return;
    }
    let is_own = actions.iter().any(of_service);
    let (service, action) = actions[0];
    let shown = format!("{}:{}", service.prefix, action.name);
    // The reference lists which action has a key of its service, but not for all services completely.
    if is_own && !LISTS_KEYS.contains(&service.prefix) {
        return;
    }
    let message = match actions.len() {
        1 => format!("`{shown}` has no condition key {}", words::quote(name)),
        _ => format!("no action of this statement has the condition key {}", words::quote(name)),
    };
    policy.add(
        Diagnostic::new(Code::IdleCondition, key.value.origin, message)
            .note(NEVER_SENT)
            .help("take a key that the action has, or give the statement only actions that have this one"),
    );
}

/// Services of which the reference says completely which action has which key.
const LISTS_KEYS: [&str; 3] = ["dynamodb", "kms", "s3"];

/// The type that the reference has for the values of a key, `ARN`.
fn type_of(name: &str) -> Option<&'static str> {
    let find = |keys: &'static [(&'static str, &'static str)]| {
        keys.iter().find(|(known, _)| is_of(name, known)).map(|(_, kind)| *kind)
    };
    let (prefix, _) = name.split_once(':')?;
    find(iam::global_condition_keys())
        .or_else(|| find(iam::service(&prefix.to_ascii_lowercase())?.condition_keys()))
}

/// Whether values can be those of a request, for this operator.
fn values(policy: &mut Policy<'_>, key: &Entry, test: Test) {
    let name = test.operator.name();
    each_case(&key.value, &mut |listed| {
        for value in one_or_many(listed) {
            let Some(text) = value.value.as_str().filter(|text| !text.contains("{{resolve:")) else {
                continue;
            };
            let shown = words::quote(text);
            let found = |message: String| Diagnostic::new(Code::IdleCondition, value.origin, message);
            // IAM replaces what stands in `${…}`; `${*}` is the character.
            let is_literal = !text.contains("${");
            match test.operator.family() {
                Family::String if is_exact(test.operator) && is_literal && text.contains('*') => {
                    let like = if test.operator.is_negated() { "StringNotLike" } else { "StringLike" };
                    let holds = if test.operator.is_negated() { "always" } else { "never" };
                    let instead = if type_of(&key.name).is_some_and(|kind| kind.ends_with("ARN")) {
                        if test.operator.is_negated() { "ArnNotLike" } else { "ArnLike" }
                    } else {
                        like
                    };
                    policy.add(
                        found(format!("`{name}` takes {shown} as it stands: its `*` is a character"))
                            .note(format!("no request has such a value, so the comparison {holds} holds"))
                            .help(format!("compare with `{instead}`, or write the value without a wildcard")),
                    );
                }
                Family::Bool | Family::Null if is_literal && !matches!(text, "true" | "false") => {
                    let near = match text.to_ascii_lowercase().as_str() {
                        "yes" | "true" | "1" | "on" => Some("true"),
                        "no" | "false" | "0" | "off" => Some("false"),
                        _ => None,
                    };
                    let found = found(format!("`{name}` compares with \"true\" or \"false\", found {shown}"))
                        .note("no request has another value, so the comparison never holds");
                    policy.add(match near {
                        Some(near) => found.help(format!("write {}", words::quote(near))).fix(
                            format!("write {}", words::quote(near)),
                            value.origin,
                            words::literal(near),
                            Applicability::MaybeIncorrect,
                        ),
                        None => found,
                    });
                }
                Family::Numeric if is_literal && text.parse::<f64>().is_err() => {
                    policy.add(
                        found(format!("`{name}` compares numbers, found {shown}"))
                            .note("no number is equal to it, less or more: the statement is about no request")
                            .help("write a number"),
                    );
                }
                Family::IpAddress if is_literal && !is_range(text) => {
                    policy.add(
                        found(format!("`{name}` compares addresses, found {shown}"))
                            .note("no address is in it, so no request is as it says")
                            .help("write an address or a range, as \"203.0.113.0/24\""),
                    );
                }
                _ => {}
            }
        }
    });
}

const fn is_exact(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::StringEquals
            | Operator::StringEqualsIgnoreCase
            | Operator::StringNotEquals
            | Operator::StringNotEqualsIgnoreCase
    )
}

fn is_range(text: &str) -> bool {
    let (address, length) = text.split_once('/').unwrap_or((text, "0"));
    address.parse::<std::net::IpAddr>().is_ok_and(|address| {
        length.parse::<u8>().is_ok_and(|length| length <= if address.is_ipv4() { 32 } else { 128 })
    })
}

/// `ForAllValues` holds where there are no values at all.
fn vacuous(policy: &mut Policy<'_>, statement: &Located, condition: &Located, key: &Entry, test: Test) {
    if test.quantifier != Some(Quantifier::ForAllValues)
        || test.operator.is_negated()
        || statement.text("Effect") != Some("Allow")
        || is_required(condition, &key.name)
        // Requests without tags ask for nothing that the tags could rule.
        || key.name.eq_ignore_ascii_case("aws:TagKeys")
    {
        return;
    }
    let message = format!("`ForAllValues` also holds of requests that have no {}", words::quote(&key.name));
    policy.add(
        Diagnostic::new(Code::IdleCondition, key.value.origin, message)
            .note("all of no values are as wanted: such a request is allowed whatever is listed")
            .help(format!(
                "add `Null: {{ {}: \"false\" }}`, by which the key has to be there",
                words::quote(&key.name)
            )),
    );
}

/// Whether a condition asks for a key to be there, by `Null` or by comparing it once more.
fn is_required(condition: &Located, name: &str) -> bool {
    let Value::Record(operators) = &condition.value else { return true };
    operators.iter().any(|entry| {
        let Ok((quantifier, operator, if_exists)) = Operator::parse_full(&entry.name) else { return true };
        let Value::Record(keys) = &entry.value.value else { return true };
        let Some(key) = keys.iter().find(|key| key.name.eq_ignore_ascii_case(name)) else { return false };
        if operator == Operator::Null {
            return !matches!(&key.value.value, Value::Bool(true))
                && key.value.value.as_str() != Some("true");
        }
        quantifier != Some(Quantifier::ForAllValues) && !if_exists && !operator.is_negated()
    })
}
