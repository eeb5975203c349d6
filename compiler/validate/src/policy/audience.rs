//! Whom an allowing statement of a resource's or a role's policy lets in: everyone, other accounts, services of AWS,
//! identity providers.

use ci_base::{Code, Diagnostic};
use ci_catalog::PolicyKind;
use ci_graph::{Late, Located, Origin, Resource, Stack, Value};

use super::deputy::{self, SILENT};
use super::facts::{FIXING, SOURCE};
use super::{Policy, condition};
use crate::view::{Fields, each_case, one_or_many, target};
use crate::words;

/// What is written to say for whom a service acts.
const FOR_THIS_ACCOUNT: &str = "add `StringEquals: { \"aws:SourceAccount\": aws::account_id }` to its conditions, and the \
                                ARN it acts for as `aws:SourceArn` where that is known";

pub(super) fn check(policy: &mut Policy<'_>, statement: &Located) {
    if statement.text("Effect") != Some("Allow")
        || matches!(policy.kind, PolicyKind::Identity | PolicyKind::ManagedArns)
    {
        return;
    }
    if let Some(but) = statement.field("NotPrincipal") {
        policy.add(
            Diagnostic::new(
                Code::PublicAccess,
                but.origin,
                "`NotPrincipal` allows everyone but those it lists",
            )
            .note("that is the whole world, signed in or not")
            .help("name who is allowed under `Principal`"),
        );
    }
    let Some(principal) = statement.field("Principal") else { return };
    each_case(principal, &mut |principal| match &principal.value {
        Value::String(text) if &**text == "*" => everyone(policy, statement, principal),
        Value::Record(entries) => {
            for entry in entries {
                each_case(&entry.value, &mut |values| {
                    for value in one_or_many(values) {
                        each_case(value, &mut |value| one(policy, statement, &entry.name, value));
                    }
                });
            }
        }
        _ => {}
    });
}

fn one(policy: &mut Policy<'_>, statement: &Located, kind: &str, value: &Located) {
    match (kind, value.value.as_str()) {
        ("AWS" | "Service" | "Federated", Some("*")) => everyone(policy, statement, value),
        ("AWS", Some(text)) => account(policy, statement, value, text),
        ("Service", Some(text)) => service(policy, statement, value, text),
        ("Federated", _) => federated(policy, statement, value),
        _ => {}
    }
}

fn everyone(policy: &mut Policy<'_>, statement: &Located, at: &Located) {
    if condition::fixes(statement, FIXING) {
        return;
    }
    let what = if policy.kind == PolicyKind::Trust { "may take on this role" } else { "is let in" };
    policy.add(
        Diagnostic::new(Code::PublicAccess, at.origin, format!("everyone in the world {what}, signed in or not"))
            .note("no condition fixes an account, an organization, a source or a network")
            .help("name who is meant, or add a condition such as `StringEquals: { \"aws:PrincipalOrgID\": \"o-…\" }`"),
    );
}

/// The number of an account, by itself or in an ARN.
fn number(text: &str) -> Option<&str> {
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let account = match fields.as_slice() {
        ["arn", _, _, _, account, _] => *account,
        [account] => *account,
        _ => return None,
    };
    (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
}

fn account(policy: &mut Policy<'_>, statement: &Located, at: &Located, text: &str) {
    let Some(account) = number(text) else { return };
    // An organization is named, or a party that proves whom it acts for.
    if condition::fixes(statement, &["aws:principalorgid", "aws:principalorgpaths", "sts:externalid"]) {
        return;
    }
    let who = if text.ends_with(":root") || text == account {
        format!("the account {account}, whoever it lets act for it,")
    } else {
        format!("{} of the account {account}", words::quote(text))
    };
    policy.add(
        Diagnostic::new(Code::ForeignAccount, at.origin, format!("{who} is let in by a number"))
            .note("nothing tells whose account this is, and a digit more or less is somebody else's")
            .help(
                "of this account write `aws::account_id`; for another one add `aws:PrincipalOrgID`, for a third party \
                 `sts:ExternalId`, to the conditions, or allow it with a reason",
            ),
    );
}

/// The services that a statement's actions are of.
fn is_silent(statement: &Located, service: &str) -> bool {
    let Some(actions) = statement.field("Action") else { return false };
    let actions = one_or_many(actions);
    SILENT.iter().any(|(known, prefix, _)| {
        let is_of = |action: &Located| {
            action
                .value
                .as_str()
                .and_then(|action| action.split_once(':'))
                .is_some_and(|(of, _)| of == *prefix)
        };
        *known == service && actions.iter().all(is_of)
    })
}

fn service(policy: &mut Policy<'_>, statement: &Located, at: &Located, name: &str) {
    let is_trust = policy.kind == PolicyKind::Trust;
    for_other_accounts(policy, statement, name);
    let what = if is_trust { "takes on this role" } else { "is let in" };
    if name == "s3.amazonaws.com" && !is_trust && names_bucket_only(policy, statement) {
        policy.add(of_a_bucket(at, what).help(FOR_THIS_ACCOUNT));
        return;
    }
    if is_trust && !deputy::says_for_whom(name, || users(policy, statement))
        || is_silent(statement, name)
        || says_for_whom(statement)
    {
        return;
    }
    policy.add(on_anyones_behalf(at, name, what));
}

/// The types of what names the role that a statement of a trust policy is of.
fn users(policy: &Policy<'_>, statement: &Located) -> Vec<&'static str> {
    let has_it = |resource: &Resource| {
        resource.at(&["AssumeRolePolicyDocument", "Statement"]).is_some_and(|statements| {
            let mut found = false;
            each_case(statements, &mut |statements| {
                found |= one_or_many(statements).iter().any(|one| std::ptr::eq(one, statement));
            });
            found
        })
    };
    let Some((role, _)) = policy.stack.resource_ids().find(|(_, resource)| has_it(resource)) else {
        return Vec::new();
    };
    let names_it = |resource: &&Resource| {
        ci_graph::references(resource).iter().any(|reference| reference.target == role)
    };
    policy.stack.resources.iter().filter(names_it).map(|resource| resource.schema.name()).collect()
}

/// Whether a statement is narrowed to the ARN of a bucket and to nothing that says whose it is.
fn names_bucket_only(policy: &Policy<'_>, statement: &Located) -> bool {
    let is_bucket = |value: &Value| {
        let of_stack =
            target(value).is_some_and(|id| policy.stack.resource(id).schema.name() == "AWS::S3::Bucket");
        of_stack || value.as_str().is_some_and(|text| text.starts_with("arn:") && text.contains(":s3:::"))
    };
    let account: Vec<&str> = SOURCE.iter().copied().filter(|key| *key != "aws:sourcearn").collect();
    condition::narrows(statement, |key, values| {
        key == "aws:sourcearn" && !values.is_empty() && values.iter().all(|value| is_bucket(&value.value))
    }) && !condition::fixes(statement, &account)
        && !condition::fixes(statement, &["aws:principalorgid", "aws:principalaccount"])
}

/// A service that acts for a bucket, of whichever account.
fn of_a_bucket(at: &Located, what: &str) -> Diagnostic<Origin> {
    on_anyones_behalf(at, "s3.amazonaws.com", what)
        .note("the ARN of a bucket has no account, and the name of one that is gone is anyone's to take")
}

/// Accounts by their number on whose behalf a service may act.
fn for_other_accounts(policy: &mut Policy<'_>, statement: &Located, service: &str) {
    let mut found: Vec<(Origin, String)> = Vec::new();
    condition::narrows(statement, |key, values| {
        for value in values.iter().filter(|_| matches!(key, "aws:sourceaccount" | "aws:sourcearn")) {
            if let Some(account) = value.value.as_str().and_then(number) {
                found.push((value.origin, account.to_owned()));
            }
        }
        false
    });
    // An organization that is named as well says whose accounts they are.
    if condition::fixes(statement, &["aws:sourceorgid", "aws:sourceorgpaths"]) {
        return;
    }
    for (origin, account) in found {
        policy.add(on_behalf_of(origin, service, &account));
    }
}

fn on_behalf_of(at: Origin, service: &str, account: &str) -> Diagnostic<Origin> {
    let message = format!("{} may act here for the account {account}, by a number", words::quote(service));
    Diagnostic::new(Code::ForeignAccount, at, message)
        .note("nothing tells whose account this is, and a digit more or less is somebody else's")
        .help(
            "of this account write `aws::account_id`; for others add `aws:SourceOrgID` to the conditions, or allow it \
             with a reason",
        )
}

/// Whether a service is let in only on behalf of somebody. A service of its own says so in its encryption context.
fn says_for_whom(statement: &Located) -> bool {
    let in_context =
        |key: &str, values: &[&Located]| key.starts_with("kms:encryptioncontext:") && !values.is_empty();
    condition::fixes(statement, SOURCE)
        || condition::fixes(statement, &["aws:principalorgid", "sts:externalid"])
        || condition::narrows(statement, in_context)
}

/// A service that is let in on behalf of anyone.
pub(crate) fn on_anyones_behalf(at: &Located, service: &str, what: &str) -> Diagnostic<Origin> {
    Diagnostic::new(
        Code::ConfusedDeputy,
        at.origin,
        format!("{} {what} on behalf of every account", words::quote(service)),
    )
    .note("whoever can make the service act, in any account, can make it act here: a confused deputy")
    .help(FOR_THIS_ACCOUNT)
}

/// The parts of `repo:org/name:ref:refs/heads/main`, of which only the last may have a wildcard, and then not the first two.
fn is_wide(subject: &str) -> bool {
    let parts: Vec<&str> = subject.split(':').collect();
    let has_wildcard = |part: &&str| part.contains(['*', '?']);
    match parts.as_slice() {
        [before @ .., last] => before.iter().any(has_wildcard) || (has_wildcard(last) && before.len() < 2),
        [] => true,
    }
}

fn federated(policy: &mut Policy<'_>, statement: &Located, at: &Located) {
    let action = |name: &str| {
        statement.field("Action").is_some_and(|actions| {
            one_or_many(actions)
                .iter()
                .any(|action| action.value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(name)))
        })
    };
    if !action("sts:AssumeRoleWithWebIdentity") {
        return;
    }
    let mut missing = Vec::new();
    let is_exact = |values: &[&Located]| {
        let texts = values.iter().filter_map(|value| value.value.as_str());
        !values.is_empty() && texts.clone().all(|text| !text.contains(['*', '?']))
    };
    if !condition::narrows(statement, |key, values| key.ends_with(":aud") && is_exact(values)) {
        missing.push("`…:aud`, for whom the token was made");
    }
    let mut wide: Option<(Origin, String)> = None;
    let names_who = condition::narrows(statement, |key, values| {
        let is_subject = key.ends_with(":sub") || key.ends_with(":amr");
        for value in values.iter().filter(|_| is_subject) {
            if let Some(text) = value.value.as_str().filter(|text| text.contains(['*', '?']) && is_wide(text))
            {
                wide = Some((value.origin, text.to_owned()));
            }
        }
        is_subject && !values.is_empty()
    });
    if !names_who {
        missing.push("`…:sub`, who it was made out to");
    }
    if !missing.is_empty() {
        policy.add(
            Diagnostic::new(
                Code::OpenFederation,
                at.origin,
                format!("whoever has a token of {} may take on this role", shown(&at.value)),
            )
            .note(format!("no condition says {}", missing.join(", and ")))
            .help("compare both with `StringEquals`: the keys begin with the provider's host"),
        );
    }
    if let Some((origin, text)) = wide {
        policy.add(
            Diagnostic::new(
                Code::OpenFederation,
                origin,
                format!("{} is of many: a wildcard stands before the last part", words::quote(&text)),
            )
            .note("a repository or account that somebody else can make may be among them")
            .help("name the repository, and its branch or environment: `repo:org/name:ref:refs/heads/main`"),
        );
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => words::quote(text),
        Value::Late(late) => match &**late {
            Late::Concat(parts) => match parts.iter().filter_map(Value::as_str).next_back() {
                Some(text) => words::quote(text.rsplit('/').next().unwrap_or(text)),
                None => "the provider".to_owned(),
            },
            _ => "the provider".to_owned(),
        },
        _ => "the provider".to_owned(),
    }
}

/// `AWS::Lambda::Permission`: a statement of a function's policy in a form of its own.
pub(crate) fn permission(resource: &Resource, found: &mut Vec<Diagnostic<Origin>>) {
    let (Some(principal), Some(name)) = (resource.field("Principal"), resource.text("Principal")) else {
        return;
    };
    let (source, account) = (resource.field("SourceArn"), resource.field("SourceAccount"));
    if resource.field("PrincipalOrgID").is_some() || resource.field("EventSourceToken").is_some() {
        return;
    }
    for located in [source, account].into_iter().flatten() {
        if let Some(account) =
            located.value.as_str().and_then(number).filter(|_| name.ends_with(".amazonaws.com"))
        {
            found.push(on_behalf_of(located.origin, name, account));
        }
    }
    let is_foreign = number(name).is_some();
    if name == "*" && source.is_none() && account.is_none() {
        found.push(
            Diagnostic::new(
                Code::PublicAccess,
                principal.origin,
                "everyone in the world may invoke this function, signed in or not",
            )
            .note("neither an organization nor a source is named")
            .help("name who is meant, or give `PrincipalOrgID`"),
        );
    } else if is_foreign {
        found.push(
            Diagnostic::new(
                Code::ForeignAccount,
                principal.origin,
                format!("{} may invoke this function", words::quote(name)),
            )
            .note("nothing tells whose account this is, and a digit more or less is somebody else's")
            .help(
                "of this account write `aws::account_id`; give `PrincipalOrgID`, or allow it with a reason",
            ),
        );
    } else if name.ends_with(".amazonaws.com") && source.is_none() && account.is_none() {
        let finding = on_anyones_behalf(principal, name, "may invoke this function");
        // EventBridge User Guide, "Troubleshooting": with an account it could not invoke the function.
        found.push(if name == "events.amazonaws.com" {
            finding.help("give `SourceArn`, the ARN of the rule that invokes it")
        } else {
            finding.help("give `SourceArn`, the ARN of what invokes it, or `SourceAccount: aws::account_id`")
        });
    } else if name == "s3.amazonaws.com" && account.is_none() {
        let finding = of_a_bucket(principal, "may invoke this function");
        found.push(finding.help("add `SourceAccount: aws::account_id`"));
    }
}

/// Other types that let somebody in by a property of their own: who is let in, what narrows it, and what is let in to.
const GRANTS: [(&str, &str, &[&str], &str); 3] = [
    ("AWS::EC2::VPCEndpointServicePermissions", "AllowedPrincipals", &[], "may connect to this service"),
    ("AWS::Events::EventBusPolicy", "Principal", &["Condition"], "may send events to this bus"),
    ("AWS::Lambda::LayerVersionPermission", "Principal", &["OrganizationId"], "may read this layer"),
];

/// Grants to everyone that are no policy documents.
pub(crate) fn grants(stack: &Stack, resource: &Resource, found: &mut Vec<Diagnostic<Origin>>) {
    let name = resource.schema.name();
    let Some((_, property, narrowing, what)) = GRANTS.iter().find(|(known, ..)| *known == name) else {
        return;
    };
    if let Some(statement) = resource.field("Statement").filter(|_| name == "AWS::Events::EventBusPolicy") {
        found.extend(super::statement(stack, resource.schema, statement));
    }
    let Some(principals) = resource.field(property) else { return };
    if narrowing.iter().any(|name| !resource.lacks(name)) {
        return;
    }
    each_case(principals, &mut |principals| {
        for principal in one_or_many(principals).iter().filter(|one| one.value.as_str() == Some("*")) {
            let message = format!("everyone in the world {what}");
            let finding = Diagnostic::new(Code::PublicAccess, principal.origin, message)
                .note("neither an organization nor an account is named");
            found.push(match narrowing {
                [name] => finding.help(format!("name who is meant, or give `{name}`")),
                _ => finding.help("name who is meant by ARN, as `arn:aws:iam::123456789012:root`"),
            });
        }
    });
}
