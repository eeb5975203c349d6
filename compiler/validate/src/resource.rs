//! One resource: its properties against its schema, and what the catalog says about its type.

use ci_base::{Code, Diagnostic};
use ci_catalog::{LifecycleStatus, ResourceSchema, Rule};
use ci_graph::{Entry, Late, Located, Origin, Resource, Stack, Value};

use crate::place::Place;
use crate::value::Walk;
use crate::verdict::Verdict;
use crate::view::{broken, each_case};
use crate::{rules, words};

/// Everything that is wrong with one resource by itself.
pub(crate) fn check(stack: &Stack, resource: &Resource, findings: &mut Vec<Diagnostic<Origin>>) {
    lifecycle(resource, findings);
    region(stack, resource, findings);
    let place = Place::resource(resource.schema.name());
    let mut walk = Walk::loud(stack, resource.schema).with_policies();
    walk.properties(&resource.properties, resource.origin, resource.schema.root(), &place);
    let mut own = walk.sink;
    for rule in resource.schema.rules() {
        if rule.is_enforced() {
            apply(stack, resource, rule, &mut own);
        }
    }
    findings.append(&mut own);
    for pointer in resource.schema.read_only() {
        if !is_settable(resource.schema, pointer) {
            each_at(&resource.properties, pointer, &place, &mut |place, value| {
                findings.push(read_only(resource.schema, place, value));
            });
        }
    }
    for pointer in resource.schema.deprecated() {
        each_at(&resource.properties, pointer, &place, &mut |place, value| {
            let message = format!("{place} is deprecated");
            findings.push(
                Diagnostic::new(Code::DeprecatedProperty, value.origin, message)
                    .note(format!("AWS asks not to use it any more in `{}`", resource.schema.name())),
            );
        });
    }
    attributes(resource, findings);
}

/// Some schemas list as read-only what they also require: those must be set. Those of serverless types list as
/// read-only what the transform may read.
fn is_settable(schema: &ResourceSchema, pointer: &str) -> bool {
    schema.is_sam() || schema.node(schema.root()).property(pointer).is_some_and(|property| property.required)
}

fn read_only(schema: &ResourceSchema, place: &Place<'_>, value: &Located) -> Diagnostic<Origin> {
    Diagnostic::new(
        Code::ReadOnlyProperty,
        value.origin,
        format!("{place} of `{}` is set by AWS and can't be given", schema.name()),
    )
    .label("read-only")
    .help("take it out; it can be read once the resource exists")
}

/// Takes a value and its place.
pub(crate) type Visit<'f> = dyn FnMut(&Place<'_>, &Located) + 'f;

/// Calls `with` for every value that is written at a pointer.
pub(crate) fn each_at(entries: &[Entry], pointer: &str, place: &Place<'_>, with: &mut Visit<'_>) {
    let (first, rest) = pointer.split_once('/').unwrap_or((pointer, ""));
    let Some(entry) = entries.iter().find(|entry| &*entry.name == first) else { return };
    if matches!(entry.value.value, Value::Absent | Value::Unknown) {
        return;
    }
    let place = place.name(first);
    if rest.is_empty() {
        with(&place, &entry.value);
    } else {
        each_below(&entry.value, rest, &place, with);
    }
}

/// The same from inside a value. Steps through lists need not be written in the pointer.
fn each_below(located: &Located, pointer: &str, place: &Place<'_>, with: &mut Visit<'_>) {
    let inner = pointer.strip_prefix("*/").unwrap_or(pointer);
    match &located.value {
        Value::Record(entries) if inner == pointer && inner != "*" => each_at(entries, pointer, place, with),
        Value::Record(entries) => {
            for entry in entries {
                let place = place.name(&entry.name);
                if inner == "*" {
                    with(&place, &entry.value);
                } else {
                    each_below(&entry.value, inner, &place, with);
                }
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let place = place.item(index);
                if inner == "*" { with(&place, item) } else { each_below(item, inner, &place, with) }
            }
        }
        Value::Late(late) => {
            if let Late::If { then, otherwise, .. } = &**late {
                each_below(then, pointer, place, with);
                each_below(otherwise, pointer, place, with);
            }
        }
        _ => {}
    }
}

/// One of the catalog's conditions across several properties.
fn apply(stack: &Stack, resource: &Resource, rule: &Rule, findings: &mut Vec<Diagnostic<Origin>>) {
    let schema = resource.schema;
    let place = Place::resource(schema.name());
    if rule.pointer.is_empty() {
        let mut walk = Walk::loud(stack, schema).lenient();
        if walk.properties(&resource.properties, resource.origin, rule.node, &place) == Verdict::No {
            add(findings, rules::explain(rule, resource.origin, walk.sink));
        }
        return;
    }
    each_at(&resource.properties, rule.pointer, &place, &mut |place, located| {
        each_case(located, &mut |located| {
            let mut walk = Walk::loud(stack, schema).lenient();
            if walk.located(located, rule.node, place) == Verdict::No {
                add(findings, rules::explain(rule, located.origin, walk.sink));
            }
        });
    });
}

/// Adds what a rule says, unless the value itself is already known to be wrong.
fn add(findings: &mut Vec<Diagnostic<Origin>>, of_rule: Vec<Diagnostic<Origin>>) {
    for finding in of_rule {
        let wrong = |one: &Diagnostic<Origin>| {
            one.primary.at == finding.primary.at
                && matches!(one.code, Code::TypeMismatch | Code::InvalidEnumValue)
        };
        if !findings.iter().any(wrong) {
            findings.push(finding);
        }
    }
}

fn lifecycle(resource: &Resource, findings: &mut Vec<Diagnostic<Origin>>) {
    let Some(lifecycle) = resource.schema.lifecycle() else { return };
    let name = resource.schema.name();
    let finding = match (lifecycle.status, lifecycle.date) {
        (LifecycleStatus::Shutdown, Some(date)) => Diagnostic::new(
            Code::RetiredResourceType,
            resource.origin,
            format!("`{name}` was shut down on {date}"),
        ),
        (LifecycleStatus::Shutdown, None) => {
            Diagnostic::new(Code::RetiredResourceType, resource.origin, format!("`{name}` was shut down"))
        }
        (LifecycleStatus::Sunset, Some(date)) => {
            let message = format!("`{name}` ends on {date}");
            warning(Diagnostic::new(Code::RetiredResourceType, resource.origin, message))
        }
        (LifecycleStatus::Sunset, None) => {
            let message = format!("`{name}` is being shut down");
            warning(Diagnostic::new(Code::RetiredResourceType, resource.origin, message))
        }
        // It works, and will go on working.
        (LifecycleStatus::Maintenance, _) => return,
    };
    findings.push(finding);
}

fn warning(mut finding: Diagnostic<Origin>) -> Diagnostic<Origin> {
    finding.severity = ci_base::Severity::Warning;
    finding
}

fn region(stack: &Stack, resource: &Resource, findings: &mut Vec<Diagnostic<Origin>>) {
    let Some(region) = &stack.region else { return };
    if resource.schema.regions().contains(region) != Some(false) {
        return;
    }
    let name = resource.schema.name();
    let elsewhere: Vec<&str> = resource.schema.regions().iter().collect();
    let finding =
        Diagnostic::new(Code::NotInRegion, resource.origin, format!("`{name}` does not exist in {region}"));
    findings.push(match elsewhere.as_slice() {
        [] => finding,
        some if some.len() <= 8 => finding.note(format!("it exists in {}", words::names(some, "and"))),
        many => finding.note(format!("it exists in {} other regions", many.len())),
    });
}

/// What CloudFormation itself is told about the resource.
fn attributes(resource: &Resource, findings: &mut Vec<Diagnostic<Origin>>) {
    use ci_graph::DeletionPolicy::{RetainExceptOnCreate, Snapshot};
    let schema = resource.schema;
    let name = schema.name();
    for (what, policy) in
        [("deleted", resource.deletion_policy), ("replaced", resource.update_replace_policy)]
    {
        if policy == Some(Snapshot) && !schema.supports_snapshot() {
            let message = format!("no snapshot can be taken of `{name}` when it is {what}");
            findings.push(
                broken("snapshot-policy", resource.origin, message)
                    .help("retain it, or delete it without a snapshot"),
            );
        }
    }
    if resource.update_replace_policy == Some(RetainExceptOnCreate) {
        let message = format!("`{name}` can't be kept except on creation when it is replaced");
        findings.push(broken("replace-policy", resource.origin, message).help("retain it instead"));
    }
    let policies = [
        ("CreationPolicy", &resource.creation_policy, schema.creation_policy()),
        ("UpdatePolicy", &resource.update_policy, schema.update_policy()),
    ];
    for (title, policy, allowed) in policies {
        let Some(Value::Record(entries)) = policy else { continue };
        if allowed.is_empty() {
            findings.push(broken("lifecycle-policy", resource.origin, format!("`{name}` takes no {title}")));
            continue;
        }
        for entry in entries.iter().filter(|entry| !allowed.contains(&&*entry.name)) {
            let message = format!("{title} of `{name}` has no `{}`", entry.name);
            let finding = Diagnostic::new(Code::UnknownField, entry.value.origin, message);
            findings.push(match words::nearest(&entry.name, allowed.iter().copied()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("it has {}", words::names(allowed, "and"))),
            });
        }
    }
}
