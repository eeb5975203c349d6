//! What there is to say about the rights of a deployment, for people and for machines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ci_project::{BroadAction, DeployPhase, DeployTarget, Files, Missing, Needed, RoleCheck};
use serde_json::{Value, json};

use crate::command::{place, position};
use crate::terminal::{Failure, Terminal, Verbosity};

/// How many resources a line names before it only counts them.
const NAMED: usize = 3;

pub(super) fn written(terminal: &Terminal, targets: &[DeployTarget], files: &[String]) -> String {
    let mut text = String::new();
    for target in targets {
        let _ = writeln!(text, "{}", terminal.bold(&target.name));
        let sizes: BTreeMap<&str, (usize, usize)> =
            target.sizes().into_iter().map(|(kind, parts, size)| (kind, (parts, size))).collect();
        let roles = target.roles();
        let width = roles.iter().map(|(_, name)| name.len()).max().unwrap_or(0);
        for (kind, name) in &roles {
            let (parts, size) = sizes.get(kind).copied().unwrap_or_default();
            let documents = if parts == 1 { "document" } else { "documents" };
            let _ = writeln!(text, "  {name:width$}  {parts} {documents}, {size} characters");
        }
        let (needed, union) = target.actions();
        let of_phases: Vec<String> = DeployPhase::ALL
            .iter()
            .map(|phase| format!("{} to {}", target.actions_of(*phase), verb(*phase)))
            .collect();
        let _ = writeln!(
            text,
            "  {needed} actions, of {union} that the handlers of its resource types list ({})",
            of_phases.join(", ")
        );
        let guarded = target.guarded();
        if !guarded.is_empty() {
            let _ = writeln!(text, "  only a teardown deletes {}", some(&paths(&guarded)));
        }
        broad(terminal, &mut text, &target.broad());
        notes(&mut text, target);
        if terminal.verbosity == Verbosity::Verbose {
            for left in target.left_out() {
                let instead = match left.instead {
                    [] => String::new(),
                    some => format!("; allowed instead: {}", some.join(", ")),
                };
                let _ = writeln!(
                    text,
                    "  {} lists {}, which is no action of IAM: {}{instead}",
                    left.resource_type, left.name, left.why
                );
            }
        }
        text.push('\n');
    }
    for file in files {
        let _ = writeln!(text, "{}", terminal.faint(file));
    }
    text
}

const fn verb(phase: DeployPhase) -> &'static str {
    match phase {
        DeployPhase::Create => "create",
        DeployPhase::Update => "update",
        DeployPhase::Teardown => "delete",
    }
}

/// Actions on more than the application's own resources, by reason; on what, for those who want to know more.
fn broad(terminal: &Terminal, text: &mut String, broad: &[BroadAction]) {
    let mut by_reason: Vec<(&str, Vec<&BroadAction>)> = Vec::new();
    for action in broad {
        match by_reason.iter_mut().find(|(why, _)| *why == action.why) {
            Some((_, actions)) => actions.push(action),
            None => by_reason.push((action.why, vec![action])),
        }
    }
    for (why, actions) in by_reason {
        let _ = writeln!(text, "  {}, {why}:", count(actions.len(), "action"));
        let mut by_service: Vec<(&str, Vec<&str>)> = Vec::new();
        for (service, name) in actions.iter().filter_map(|action| action.action.split_once(':')) {
            match by_service.iter_mut().find(|(known, _)| *known == service) {
                Some((_, names)) => names.push(name),
                None => by_service.push((service, vec![name])),
            }
        }
        for (service, names) in by_service {
            let _ = writeln!(text, "    {service}: {}", names.join(", "));
        }
        if terminal.verbosity == Verbosity::Verbose {
            for action in actions.iter().filter(|action| action.resources.iter().any(|one| one != "*")) {
                let on = format!("{} on {}", action.action, action.resources.join(", "));
                let _ = writeln!(text, "      {}", terminal.faint(&on));
            }
        }
    }
}

fn notes(text: &mut String, target: &DeployTarget) {
    let unbounded = target.unbounded();
    if !unbounded.is_empty() {
        let _ = writeln!(
            text,
            "  note: made without a permissions boundary: {}; whoever may make them could give them any right",
            some(&paths(&unbounded))
        );
    }
    if target.unbounded_by_tags() > 0 {
        let _ = writeln!(
            text,
            "  note: {} may change what is not of the application, since a service names it; with tags of the `environment` \
             most of them could not",
            count(target.unbounded_by_tags(), "action")
        );
    }
    if !target.foreign().is_empty() {
        let _ = writeln!(
            text,
            "  note: the boundary does not allow what these policies do: {}",
            some(target.foreign())
        );
    }
    for (name, how) in target.wide() {
        let _ =
            writeln!(text, "  note: {name} names resources {how}, since it would be longer than IAM takes");
    }
    for (resource_type, service) in target.assumed() {
        let _ = writeln!(text, "  note: assumed that {service} takes on the roles of {resource_type}");
    }
}

pub(super) fn checked(
    checks: &[RoleCheck],
    unread: &[String],
    phases: &[DeployPhase],
    strict: bool,
    files: &Files,
) -> String {
    let mut text = String::new();
    for policy in unread {
        let _ = writeln!(text, "the role also has {policy}, which is not in the file\n");
    }
    let several = checks.len() > 1;
    let verbs: Vec<&str> = phases.iter().map(|phase| verb(*phase)).collect();
    let verbs = verbs.join(" and ");
    for check in checks {
        let of = if several { format!("{}: ", check.target) } else { String::new() };
        if check.missing.is_empty() {
            let _ = writeln!(text, "{of}the role has all it needs to {verbs}");
        } else {
            let _ = writeln!(text, "{of}the role lacks {} to {verbs}", count(check.missing.len(), "right"));
            // What is lacking on one resource for one reason is one thing to mend.
            let mut groups: Vec<Vec<&Missing>> = Vec::new();
            for missing in &check.missing {
                match groups.iter_mut().find(|group| group.iter().all(|other| is_alike(missing, other))) {
                    Some(group) => group.push(missing),
                    None => groups.push(vec![missing]),
                }
            }
            for group in &groups {
                lack(&mut text, group, files);
            }
        }
        if strict && check.excess.is_empty() {
            let _ = writeln!(text, "{of}it has nothing beyond");
        } else if strict {
            let _ = writeln!(text, "{of}it has {} beyond", count(check.excess.len(), "right"));
            for excess in &check.excess {
                let _ = writeln!(text, "  {} on {}", excess.action, excess.resource);
            }
        }
    }
    text
}

fn is_alike(one: &Missing, other: &Missing) -> bool {
    let service = |missing: &Missing| missing.action.split(':').next().map(str::to_owned);
    one.resource == other.resource
        && one.conditions == other.conditions
        && one.phases == other.phases
        && one.needed == other.needed
        && one.uncertain == other.uncertain
        && service(one) == service(other)
}

/// What is lacking on one resource: actions of one service.
fn lack(text: &mut String, group: &[&Missing], files: &Files) {
    let Some(missing) = group.first() else { return };
    let maybe = missing.uncertain.map_or_else(String::new, |why| format!(" (not certain: {why})"));
    let service = missing.action.split(':').next().unwrap_or_default();
    let names: Vec<&str> = group
        .iter()
        .map(|missing| missing.action.split_once(':').map_or(missing.action.as_str(), |(_, name)| name))
        .collect();
    let _ = writeln!(text, "  {service}: {}{maybe}", names.join(", "));
    let _ = writeln!(text, "    on {}", missing.resource);
    for condition in &missing.conditions {
        let _ = writeln!(text, "    when {condition}");
    }
    let shown: Vec<String> = missing
        .needed
        .iter()
        .take(NAMED)
        .map(|needed| format!("{} ({})", needed.path, place(needed.at, files)))
        .collect();
    let more = missing.needed.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let verbs: Vec<&str> = missing.phases.iter().map(|phase| verb(*phase)).collect();
    let _ = writeln!(text, "    to {} {}{more}", verbs.join(" and "), shown.join(", "));
}

fn paths(needed: &[Needed]) -> Vec<String> {
    needed.iter().map(|needed| format!("{} of {}", needed.path, needed.stack)).collect()
}

/// The first few of a list, and how many there are beyond.
fn some(all: &[String]) -> String {
    let shown = all.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn resource(needed: &Needed, files: &Files) -> Value {
    let (line, column) = position(needed.at, files);
    json!({
        "stack": needed.stack,
        "path": needed.path,
        "type": needed.resource_type,
        "file": files.path(needed.at.file),
        "line": line,
        "column": column,
    })
}

fn resources(needed: &[Needed], files: &Files) -> Vec<Value> {
    needed.iter().map(|needed| resource(needed, files)).collect()
}

pub(super) fn written_json(
    targets: &[DeployTarget],
    written: &[String],
    files: &Files,
) -> Result<String, Failure> {
    let targets = targets.iter().map(|target| {
        let (needed, union) = target.actions();
        let roles: serde_json::Map<String, Value> =
            target.roles().into_iter().map(|(kind, name)| (kind.to_owned(), name.into())).collect();
        let documents = target.sizes().into_iter().map(|(kind, parts, characters)| {
            json!({ "policy": kind, "documents": parts, "characters": characters })
        });
        let broad = target.broad();
        let broad = broad.iter().map(
            |broad| json!({ "action": broad.action, "resources": broad.resources, "reason": broad.why }),
        );
        let phases: serde_json::Map<String, Value> = DeployPhase::ALL
            .iter()
            .map(|phase| (phase.name().to_owned(), target.actions_of(*phase).into()))
            .collect();
        let wide = target.wide().into_iter();
        let wide = wide.map(|(name, how)| json!({ "policy": name, "namesResources": how }));
        let left_out = target.left_out().iter().map(|left| {
            json!({
                "type": left.resource_type,
                "name": left.name,
                "reason": left.why,
                "instead": left.instead,
            })
        });
        let assumed = target
            .assumed()
            .iter()
            .map(|(resource_type, service)| json!({ "type": resource_type, "service": service }));
        json!({
            "target": target.name,
            "roles": roles,
            "policies": documents.collect::<Vec<Value>>(),
            "actions": needed,
            "actionsOfPhases": phases,
            "actionsOfHandlers": union,
            "beyondResources": broad.collect::<Vec<Value>>(),
            "onlyInTeardown": resources(&target.guarded(), files),
            "withoutBoundary": resources(&target.unbounded(), files),
            "foreignPolicies": target.foreign(),
            "lessExact": wide.collect::<Vec<Value>>(),
            "noActions": left_out.collect::<Vec<Value>>(),
            "assumedServices": assumed.collect::<Vec<Value>>(),
        })
    });
    pretty(&json!({ "version": 1, "targets": targets.collect::<Vec<Value>>(), "files": written }))
}

pub(super) fn checked_json(
    checks: &[RoleCheck],
    unread: &[String],
    files: &Files,
) -> Result<String, Failure> {
    let missing = |missing: &Missing| {
        json!({
            "action": missing.action,
            "resource": missing.resource,
            "conditions": missing.conditions,
            "phases": missing.phases.iter().map(|phase| phase.name()).collect::<Vec<&str>>(),
            "neededBy": resources(&missing.needed, files),
            "uncertain": missing.uncertain,
        })
    };
    let targets = checks.iter().map(|check| {
        let beyond =
            check.excess.iter().map(|excess| json!({ "action": excess.action, "resource": excess.resource }));
        json!({
            "target": check.target,
            "missing": check.missing.iter().map(missing).collect::<Vec<Value>>(),
            "beyond": beyond.collect::<Vec<Value>>(),
        })
    });
    pretty(&json!({
        "version": 1,
        "targets": targets.collect::<Vec<Value>>(),
        "policiesNotRead": unread,
    }))
}

fn pretty(document: &Value) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(document);
    text.map(|text| format!("{text}\n")).map_err(|error| Failure::internal(error.to_string()))
}
