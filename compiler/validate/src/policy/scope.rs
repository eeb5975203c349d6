//! How far an allowing statement of an identity's policy reaches: resources that are anything, roles that are passed on.

use ci_base::{Code, Diagnostic};
use ci_catalog::PolicyKind;
use ci_catalog::iam;
use ci_graph::{Located, Value};

use super::facts::{HANDS_OUT, MANAGED, star};
use super::wild::{self, Reach};
use super::{Policy, condition, giving};
use crate::view::{Fields, each_case, one_or_many};
use crate::words;

/// How many actions are named in a message.
const NAMED: usize = 3;

pub(super) fn check(policy: &mut Policy<'_>, statement: &Located) {
    if statement.text("Effect") != Some("Allow") || policy.only_bounds() {
        return;
    }
    if let Some(but) = statement.field("NotResource") {
        policy.add(
            Diagnostic::new(
                Code::WildcardResource,
                but.origin,
                "`NotResource` allows every resource but those it lists",
            )
            .note("that includes resources of others, and those that do not exist yet")
            .help("list what is needed under `Resource`, or deny what is not wanted"),
        );
    }
    if policy.kind != PolicyKind::Identity {
        // What a policy stands at is its resource, however it is called there.
        return;
    }
    let mut resources: Vec<&Located> = Vec::new();
    if let Some(listed) = statement.field("Resource") {
        each_case(listed, &mut |listed| resources.extend(one_or_many(listed)));
    }
    let mut actions: Vec<&str> = Vec::new();
    if let Some(listed) = statement.field("Action") {
        each_case(listed, &mut |listed| {
            actions.extend(one_or_many(listed).iter().filter_map(|action| action.value.as_str()));
        });
    }
    if actions.iter().any(|action| action.eq_ignore_ascii_case("iam:PassRole")) {
        pass_role(policy, statement);
    }
    giving::check(policy, statement);
    match resources.iter().find(|resource| wild::is_everything(&resource.value)) {
        Some(first) => anything(policy, statement, first, &actions),
        None => resources.iter().for_each(|resource| any_of_a_type(policy, statement, resource, &actions)),
    }
}

/// A resource that names a type and none of it, as `arn:aws:dynamodb:*:*:table/*`.
fn any_of_a_type(policy: &mut Policy<'_>, statement: &Located, resource: &Located, actions: &[&str]) {
    let is_wide = |name: &&&str| {
        let Some((service, action)) =
            name.split_once(':').and_then(|(prefix, _)| Some((iam::service(prefix)?, iam::action(name)?)))
        else {
            return false;
        };
        wild::reach(service, action, &resource.value) == Some(Reach::Type)
            && !name.eq_ignore_ascii_case("iam:PassRole")
            && !is_named_by_aws(name)
            && !star(name).is_some_and(|star| condition::fixes(statement, &lower(star.keys)))
            && !tells_apart(statement, action)
    };
    let wide: Vec<&str> = actions.iter().filter(is_wide).copied().collect();
    if wide.is_empty() {
        return;
    }
    let message =
        format!("{} on {}: on every resource of that type, whoever made it", some_of(&wide), shown(resource));
    policy.add(
        Diagnostic::new(Code::WildcardResource, resource.origin, message)
            .note("its own name is nothing but wildcards: others' resources and those to come are among them")
            .help("name the resource by its ARN, or take a capability of it"),
    );
}

fn shown(resource: &Located) -> String {
    match resource.value.as_str() {
        Some(text) => words::quote(text),
        None => "an ARN of wildcards".to_owned(),
    }
}

/// What EC2 makes has a name that EC2 chooses: nothing more can be said of it beforehand. The same holds of the network
/// interfaces that others have made by a role, who want these rights without a condition, and of jobs, which are there
/// only while programs run.
fn is_named_by_aws(action: &str) -> bool {
    const MAKES: [&str; 6] = ["Allocate", "Copy", "Create", "Import", "Request", "Run"];
    if action == "mediaconvert:GetJob" {
        return true;
    }
    let Some(name) = action.strip_prefix("ec2:") else { return false };
    MAKES.iter().any(|verb| name.starts_with(verb)) || star(action).is_some()
}

/// Whether a condition tells resources apart: by a tag, or by another key that the reference has for the type.
fn tells_apart(statement: &Located, action: &iam::Action) -> bool {
    let of_type = |resource: &iam::ActionResource| resource.condition_keys.iter();
    let keys = action.resources.iter().flat_map(of_type).filter(|key| !key.contains("RequestTag"));
    let mut keys: Vec<String> = keys
        .map(|key| {
            key.split_once("${")
                .map_or((*key).to_lowercase(), |(start, _)| format!("{}*", start.to_lowercase()))
        })
        .collect();
    keys.extend(["aws:resourcetag/*".to_owned(), "aws:resourceaccount".to_owned()]);
    condition::fixes(statement, &keys)
        || condition::narrows(statement, |key, values| key.contains(":resourcetag/") && !values.is_empty())
}

/// The first of some actions, and how many more there are.
pub(super) fn some_of(actions: &[&str]) -> String {
    let named = &actions[..actions.len().min(NAMED)];
    match actions.len() - named.len() {
        0 => words::names(named, "and"),
        more => format!("`{}` and {more} more", named.join("`, `")),
    }
}

/// A statement about anything: fine where IAM knows no resource for the action, or where a condition says which.
fn anything(policy: &mut Policy<'_>, statement: &Located, star_at: &Located, actions: &[&str]) {
    let shown = shown(star_at);
    let mut scopable = Vec::new();
    for &name in actions {
        let Some(action) = iam::action(name) else { continue };
        match star(name) {
            Some(star) if condition::fixes(statement, &lower(star.keys)) => {}
            Some(star) => {
                let message = format!("`{name}` on {shown} is not narrowed to anything");
                let keys = words::names(star.keys, "or");
                policy.add(
                    Diagnostic::new(Code::WildcardResource, star_at.origin, message)
                        .note(star.reason)
                        .help(format!("add a condition on {keys}")),
                );
            }
            None if action.resources.is_empty() && hands_out(name, action) => {
                let message = format!("`{name}` changes who may do what in the whole account");
                policy.add(
                    Diagnostic::new(Code::WildcardResource, star_at.origin, message)
                        .note("it takes no resource, so nothing limits whom it gives rights to, nor to what")
                        .help("leave it to whoever administers the account"),
                );
            }
            None if action.resources.is_empty() || name.eq_ignore_ascii_case("iam:PassRole") => {}
            None => scopable.push((name, action)),
        }
    }
    let Some((first, action)) = scopable.first() else { return };
    let what = some_of(&scopable.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let message = format!("{what} on {shown}: on every resource there is, of every service and owner");
    let service = first.split_once(':').map_or("", |(prefix, _)| prefix);
    let forms = iam::service(service).into_iter().flat_map(|service| {
        let kinds = action.resources.iter();
        kinds.filter_map(|kind| service.resource_type(kind.resource_type)).map(|known| known.arn_template)
    });
    let found = Diagnostic::new(Code::WildcardResource, star_at.origin, message);
    let found = match forms.min_by_key(|form| form.len()) {
        Some(form) => found.note(format!("`{first}` can be restricted to `{form}`")),
        None => found,
    };
    policy.add(found.help("name the resource by its ARN, or take a capability of it"));
}

/// Whether an action gives rights away, by the reference's groups of actions or by what its guide says. What only takes
/// rights away, or reads them, does not.
fn hands_out(name: &str, action: &iam::Action) -> bool {
    const GIVES: [&str; 9] =
        ["Add", "Attach", "Authorize", "BatchGrant", "Create", "Enable", "Grant", "Put", "Update"];
    HANDS_OUT.contains(&name)
        // Log delivery asks for it of whom it works for, a state machine among them; it lets services write logs.
        || (name != "logs:PutResourcePolicy"
            && action.level == iam::AccessLevel::PermissionsManagement
            && GIVES.iter().any(|verb| action.name.starts_with(verb)))
}

fn lower(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| key.to_ascii_lowercase()).collect()
}

/// Who may pass a role to a service acts as the role: which role, and which service, has to be said.
fn pass_role(policy: &mut Policy<'_>, statement: &Located) {
    if let Some(resources) = statement.field("Resource") {
        each_case(resources, &mut |resources| {
            for resource in one_or_many(resources) {
                let Some(text) = resource.value.as_str().filter(|text| text.contains(['*', '?'])) else {
                    continue;
                };
                let message = format!("{} may be any of many roles", words::quote(text));
                policy.add(
                    Diagnostic::new(Code::PassRole, resource.origin, message)
                        .note("who passes a role to a service does through the service what the role may do")
                        .help("name each role by its ARN"),
                );
            }
        });
    }
    // The first label of a host is the service: `*.amazonaws.com` is all of them.
    let names_service = |value: &&Located| {
        value.value.as_str().is_none_or(|text| !text.split('.').next().unwrap_or(text).contains(['*', '?']))
    };
    if !condition::narrows(statement, |key, values| {
        key == "iam:passedtoservice" && !values.is_empty() && values.iter().all(names_service)
    }) {
        policy.add(
            Diagnostic::new(
                Code::PassRole,
                statement.field("Action").map_or(statement.origin, |action| action.origin),
                "`iam:PassRole` without `iam:PassedToService`: to every service that the role trusts",
            )
            .help(
                "add the condition `StringEquals: { \"iam:PassedToService\": \"…\" }` with the service that runs as it",
            ),
        );
    }
}

/// Managed policies that a role, user or group is given.
pub(super) fn managed(policy: &mut Policy<'_>, arns: &Value) {
    let Value::List(items) = arns else { return };
    for item in items {
        each_case(item, &mut |arn| {
            let Some(name) = arn_of_aws(&arn.value) else { return };
            if MANAGED.iter().any(|(known, _)| *known == name) {
                return;
            }
            policy.add(
                Diagnostic::new(
                    Code::ManagedPolicy,
                    arn.origin,
                    format!(
                        "{} is a policy of AWS: it allows what AWS decides, on every resource",
                        words::quote(&name)
                    ),
                )
                .note("the page of this finding names those few that are taken without a reason")
                .help("allow what is needed on the resources it is needed on, or take their capabilities"),
            );
        });
    }
}

/// The name of a policy of AWS, `service-role/AWSLambdaBasicExecutionRole`; also where the partition is known late.
fn arn_of_aws(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.to_string(),
        Value::Late(late) => late.operands().iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    text.split_once(":iam::aws:policy/").map(|(_, name)| name.to_owned())
}
