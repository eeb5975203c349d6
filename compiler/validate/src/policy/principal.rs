//! Principals: who a statement is about.

use ci_base::{Code, Diagnostic};
use ci_graph::{Late, Located, Pseudo, Value};

use super::{Policy, service};
use crate::view::{Fields, each_case, one_or_many};
use crate::words;

const KINDS: [&str; 4] = ["AWS", "CanonicalUser", "Federated", "Service"];

pub(super) fn check(policy: &mut Policy<'_>, principal: &Located) {
    match &principal.value {
        Value::String(text) if &**text != "*" => {
            let message = format!(
                "a principal is \"*\" or a record of {}, found {}",
                words::names(&KINDS, "or"),
                words::quote(text)
            );
            policy.invalid(principal.origin, message);
        }
        Value::Record(entries) => {
            for entry in entries {
                if !KINDS.contains(&&*entry.name) {
                    let message = format!("there is no kind of principal `{}`", entry.name);
                    let finding = Diagnostic::new(Code::InvalidPolicy, entry.value.origin, message);
                    policy.add(finding.help(format!("it is one of {}", words::names(&KINDS, "or"))));
                    continue;
                }
                each_case(&entry.value, &mut |values| {
                    for value in one_or_many(values) {
                        one(policy, &entry.name, value);
                    }
                });
            }
        }
        Value::List(_) => {
            policy.invalid(
                principal.origin,
                "a principal is a record: list its values under a kind, as in `AWS`",
            );
        }
        _ => {}
    }
}

fn one(policy: &mut Policy<'_>, kind: &str, value: &Located) {
    let Some(text) = value.value.as_str() else { return };
    let problem = match kind {
        "AWS" if !is_account_principal(text) => "an account, or the ARN of a role, user or session",
        "Service" if text != "*" && service::meant(text).is_some() => {
            let meant = service::meant(text).unwrap_or_default();
            policy.add(
                Diagnostic::new(
                    Code::InvalidPolicy,
                    value.origin,
                    format!("no service of AWS is called {}", words::quote(text)),
                )
                .note("IAM refuses a policy about a service that there is not, and nobody is let in")
                .help(format!("did you mean {}?", words::quote(&meant)))
                .fix(
                    format!("write {}", words::quote(&meant)),
                    value.origin,
                    words::literal(&meant),
                    ci_base::Applicability::MaybeIncorrect,
                ),
            );
            return;
        }
        "Service" if !text.contains(".amazon") && text != "*" => {
            "the name of a service, such as \"lambda.amazonaws.com\""
        }
        _ => return,
    };
    let message = format!("a principal of kind `{kind}` is {problem}, found {}", words::quote(text));
    let finding = Diagnostic::new(Code::InvalidPolicy, value.origin, message);
    policy.add(match kind {
        "AWS" if text.contains(".amazonaws.com") => finding.help("write it under `Service`"),
        "Service" if text.starts_with("arn:") => finding.help("write it under `AWS`"),
        _ => finding,
    });
}

fn is_account_principal(text: &str) -> bool {
    if text == "*" || (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())) {
        return true;
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, "", account, name] = parts.as_slice() else { return false };
    let in_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let names = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    partition.starts_with("aws")
        && match *service {
            "iam" => {
                (in_account && names(&["root", "user", "group", "role"]))
                    || (*account == "cloudfront" && names(&["user/"]))
            }
            "sts" => in_account && names(&["assumed-role", "federated-user"]),
            _ => false,
        }
}

/// Whether a statement is about the account itself and nobody else: how a key's policy hands access over to IAM.
pub(super) fn is_account_root(statement: &Located) -> bool {
    let Some(accounts) = statement.at(&["Principal", "AWS"]) else { return false };
    let values = one_or_many(accounts);
    !values.is_empty() && values.iter().all(|value| ends_in_root(&value.value))
}

fn ends_in_root(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            text.ends_with(":root") || (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()))
        }
        Value::Late(late) => match &**late {
            Late::Pseudo(Pseudo::AccountId) => true,
            Late::Concat(parts) => parts.last().is_some_and(ends_in_root),
            Late::Join { list: Value::List(parts), .. } => parts
                .last()
                .is_some_and(|part| ends_in_root(&part.value) || part.value.as_str() == Some("root")),
            // The account of somebody who is told later.
            Late::Parameter(_) => true,
            _ => false,
        },
        _ => false,
    }
}
