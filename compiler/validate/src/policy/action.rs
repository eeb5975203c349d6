//! Actions of statements: that IAM knows them, that they are named one by one, and that they can apply.

use ci_base::{Applicability, Code, Diagnostic};
use ci_catalog::PolicyKind;
use ci_catalog::iam::{self, Service};
use ci_graph::{Located, Origin, Value};

use super::arn::{Form, applies, form};
use super::{Policy, principal};
use crate::view::{Fields, each_case, one_or_many};
use crate::words;

/// How many actions a wildcard may stand for to be listed.
const LISTED: usize = 12;

/// Service principals' own namespaces that no list of IAM actions has.
const RESERVED: [&str; 1] = ["execute-api"];

pub(super) fn check(policy: &mut Policy<'_>, statement: &Located) {
    let allows = statement.text("Effect") == Some("Allow");
    for name in ["Action", "NotAction"] {
        for action in statement.field(name).map_or(&[][..], one_or_many) {
            policy.only_texts(action, "an action is a text, `service:Action`");
        }
    }
    if let Some(actions) = statement.field("NotAction") {
        if allows && !policy.only_bounds() {
            policy.add(
                Diagnostic::new(
                    Code::WildcardAction,
                    actions.origin,
                    "`NotAction` allows every action but those it lists",
                )
                .note("that includes actions that do not exist yet")
                .help("list what is needed under `Action`, or deny what is not wanted"),
            );
        }
        for_each(actions, &mut |action, text| known(policy, action.origin, text).map_or((), drop));
    }
    let Some(actions) = statement.field("Action") else { return };
    let resources = resources(policy, statement);
    for_each(actions, &mut |action, text| {
        if text.contains(['*', '?']) {
            wildcard(policy, statement, action.origin, text, allows);
        } else if let Some((service, found)) = known(policy, action.origin, text)
            && allows
            && let Some(resources) = &resources
        {
            apply(policy, action.origin, service, found, resources);
        }
    });
}

fn for_each(actions: &Located, with: &mut dyn FnMut(&Located, &str)) {
    each_case(actions, &mut |actions| {
        for action in one_or_many(actions) {
            each_case(action, &mut |action| {
                if let Some(text) = action.value.as_str() {
                    with(action, text);
                }
            });
        }
    });
}

/// The action of a full name, or a finding that there is none.
fn known(
    policy: &mut Policy<'_>,
    at: Origin,
    text: &str,
) -> Option<(&'static Service, &'static iam::Action)> {
    let service = service(policy, at, text)?;
    let (_, name) = text.split_once(':')?;
    if name.contains(['*', '?']) {
        return None;
    }
    if let Some(action) = service.action(name) {
        return Some((service, action));
    }
    if RESERVED.contains(&service.prefix) {
        return None;
    }
    let finding =
        Diagnostic::new(Code::UnknownAction, at, format!("IAM has no action {}", words::quote(text)));
    let (near, how) = match service.action_ignore_case(name) {
        Some(action) => (Some(action.name), Applicability::MachineApplicable),
        None => (
            words::nearest(name, service.actions().iter().map(|action| action.name)),
            Applicability::MaybeIncorrect,
        ),
    };
    policy.add(match near {
        Some(near) => {
            let full = format!("{}:{near}", service.prefix);
            let finding = if how == Applicability::MachineApplicable {
                finding.note("it is written as AWS documents it")
            } else {
                finding
            };
            finding.help(format!("did you mean {}?", words::quote(&full))).fix(
                format!("write {}", words::quote(&full)),
                at,
                words::literal(&full),
                how,
            )
        }
        None => finding.label("unknown action"),
    });
    None
}

fn service(policy: &mut Policy<'_>, at: Origin, text: &str) -> Option<&'static Service> {
    let Some((prefix, _)) = text.split_once(':') else {
        policy.invalid(at, format!("an action is `service:Action`, found {}", words::quote(text)));
        return None;
    };
    // The actions of a statement are of one service, mostly.
    if let Some(service) = policy.service.filter(|service| service.prefix == prefix) {
        return Some(service);
    }
    if let Some(service) = iam::service(prefix) {
        policy.service = Some(service);
        return Some(service);
    }
    let finding = Diagnostic::new(Code::UnknownAction, at, format!("IAM has no service `{prefix}`"));
    policy.add(match words::nearest(prefix, iam::services()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    });
    None
}

fn wildcard(policy: &mut Policy<'_>, statement: &Located, at: Origin, text: &str, allows: bool) {
    let matching = if text == "*" {
        Vec::new()
    } else {
        let Some(service) = service(policy, at, text) else { return };
        let pattern = text.split_once(':').map_or("", |(_, name)| name);
        let matching: Vec<String> = service
            .actions()
            .iter()
            .filter(|action| glob(pattern, action.name))
            .map(|action| format!("{}:{}", service.prefix, action.name))
            .collect();
        if matching.is_empty() && !RESERVED.contains(&service.prefix) {
            let message = format!("no action of IAM matches {}", words::quote(text));
            policy.add(Diagnostic::new(Code::UnknownAction, at, message));
            return;
        }
        matching
    };
    if !allows || policy.only_bounds() || is_idiom(policy, statement, text) {
        return;
    }
    let what = match text {
        "*" => "every action of every service".to_owned(),
        _ => words::count(matching.len() as u64, "action"),
    };
    let finding = Diagnostic::new(Code::WildcardAction, at, format!("{} allows {what}", words::quote(text)))
        .label("a wildcard")
        .note("a wildcard grants what nobody asked for, and whatever AWS adds later");
    policy.add(if (1..=LISTED).contains(&matching.len()) {
        finding.help(format!("name those that are needed: {}", words::choices_all(&matching)))
    } else {
        finding.help("name the actions that are needed, or use a capability of the resource")
    });
}

/// A key's policy that lets the account's own IAM decide, as every key needs.
fn is_idiom(policy: &Policy<'_>, statement: &Located, text: &str) -> bool {
    text == "kms:*"
        && policy.kind != PolicyKind::Identity
        && policy.schema.name().starts_with("AWS::KMS::")
        && principal::is_account_root(statement)
}

/// `*` and `?` as IAM has them, in any case.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(known) if *known == '?' || known.eq_ignore_ascii_case(&text[t]) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|rest| *rest == '*')
}

/// The forms of a statement's resources; `None` if one of them can be anything.
fn resources(policy: &Policy<'_>, statement: &Located) -> Option<Vec<Form>> {
    let located = statement.field("Resource")?;
    if !matches!(located.value, Value::String(_) | Value::List(_) | Value::Late(_)) {
        return None;
    }
    one_or_many(located).iter().map(|resource| form(policy.stack, &resource.value)).collect()
}

fn apply(policy: &mut Policy<'_>, at: Origin, service: &Service, action: &iam::Action, resources: &[Form]) {
    if resources.is_empty() {
        return;
    }
    let full = || words::quote(&format!("{}:{}", service.prefix, action.name));
    if action.resources.is_empty() {
        let finding = Diagnostic::new(
            Code::ActionResourceMismatch,
            at,
            format!("{} can't be restricted to a resource", full()),
        );
        policy.add(
            finding
                .note("IAM does not grant it in a statement that names resources")
                .help("give it a statement of its own whose resource is \"*\""),
        );
        return;
    }
    if resources.iter().any(|form| applies(service, action, form)) {
        return;
    }
    let forms = action.resources.iter().filter_map(|resource| service.resource_type(resource.resource_type));
    let mut forms: Vec<&str> = forms.map(|known| known.arn_template).collect();
    forms.dedup();
    let finding = Diagnostic::new(
        Code::ActionResourceMismatch,
        at,
        format!("{} does not apply to any resource of this statement", full()),
    );
    let finding = finding.note(match forms.as_slice() {
        some if some.len() <= 4 => format!("it applies to {}", words::names(some, "or")),
        many => {
            format!("it applies to {} and {} other forms", words::names(&many[..3], "or"), many.len() - 3)
        }
    });
    policy.add(match (service.prefix, action.name) {
        ("s3", name) if name.contains("Object") => {
            finding.help("objects of a bucket are named by its ARN and `/*`")
        }
        ("s3", name) if name.contains("Bucket") => finding.help("a bucket is named by its ARN alone"),
        _ => finding,
    });
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn wildcards_match_as_in_iam() {
        assert!(glob("Get*", "GetObject"));
        assert!(glob("*Object", "GetObject"));
        assert!(glob("Get?bject", "GetObject"));
        assert!(glob("get*t", "GetObject"));
        assert!(!glob("Get", "GetObject"));
        assert!(!glob("Put*", "GetObject"));
        assert!(glob("*", ""));
    }
}
