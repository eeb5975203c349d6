//! `cleaninfra access --isolation`: what is proved about services keeping apart.

use std::fmt::Write as _;

use ci_project::{CLAIM, EdgeTold, Files, NOT_COVERED, Snapshot, TargetIsolation, Unjudged, ViolationTold};
use serde_json::{Value, json};

use super::{actions, errors, place, position};
use crate::arguments::Access as Arguments;
use crate::terminal::{Exit, Failure, Outcome, Terminal, print};

pub(super) fn run(terminal: &Terminal, arguments: &Arguments, snapshot: &Snapshot) -> Outcome {
    let report = terminal.with_progress("proving isolation", || snapshot.isolation(arguments.env.as_deref()));
    let exit = errors(terminal, report.diagnostics, snapshot)?;
    if exit != Exit::Success {
        return Ok(exit);
    }
    let files = snapshot.files();
    let output = if arguments.json {
        as_json(&report.targets, files)?
    } else {
        as_text(terminal, &report.targets, files)
    };
    print(&output)?;
    Ok(Exit::Success)
}

fn as_text(terminal: &Terminal, targets: &[TargetIsolation], files: &Files) -> String {
    let mut text = String::new();
    for target in targets {
        if targets.len() > 1 {
            let _ = writeln!(text, "{}\n", terminal.bold(&target.name));
        }
        summary(&mut text, target);
        for edge in &target.edges {
            let by = edge
                .capability
                .as_ref()
                .map_or_else(|| "by its ARN".to_owned(), |name| format!("by the capability {name}"));
            let (whose, what) = (of(&edge.who), of(&edge.resource));
            let _ = writeln!(text, "\n{whose}\n  may {} on {what}", actions(&edge.actions));
            let _ = writeln!(text, "    {}", terminal.faint(&format!("{by}, {}", place(edge.at, files))));
        }
        if !target.allowed.is_empty() {
            let _ = writeln!(text, "\n{}", terminal.bold("not declared, and allowed with a reason"));
        }
        for violation in &target.allowed {
            let more =
                if violation.more == 0 { String::new() } else { format!(" and {} more", violation.more) };
            let _ = writeln!(
                text,
                "  {} may {} on {}{more}, as {}\n    {}",
                of(&violation.who),
                violation.action,
                of(&violation.resource),
                violation.text,
                terminal.faint(&place(violation.at, files))
            );
        }
        if !target.unjudged.is_empty() {
            let _ = writeln!(text, "\n{}", terminal.bold("not judged"));
        }
        for unjudged in &target.unjudged {
            let what = if unjudged.is_policy {
                format!("whatever the policy {} allows", unjudged.what)
            } else {
                unjudged.what.clone()
            };
            let at = unjudged
                .at
                .map_or_else(String::new, |at| format!("\n    {}", terminal.faint(&place(at, files))));
            let _ = writeln!(text, "  {}: {what}{at}", of(&unjudged.who));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "The claim: {CLAIM}.\n{}.", capitalized(NOT_COVERED));
    text
}

fn summary(text: &mut String, target: &TargetIsolation) {
    let counts = target.counts;
    let _ = writeln!(
        text,
        "{}, {}, {} that an ARN can name",
        count(target.services, "service"),
        count(counts.principals, "principal"),
        count(counts.resources, "resource"),
    );
    if counts.without_arn > 0 {
        let _ = writeln!(
            text,
            "{} without a known form of ARN: no policy names one alone",
            count(counts.without_arn, "resource")
        );
    }
    let rest = match target.edges.len() {
        0 => "none is allowed",
        _ => "none is allowed but these",
    };
    let _ = writeln!(
        text,
        "{} of a principal, an action and a resource of another service: {rest}",
        count(counts.decided, "combination")
    );
}

fn count(count: usize, what: &str) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", groups.join(","))
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn of((path, stack): &(String, String)) -> String {
    format!("{path} of {stack}")
}

fn as_json(targets: &[TargetIsolation], files: &Files) -> Result<String, Failure> {
    let named = |(path, stack): &(String, String)| json!({ "stack": stack, "path": path });
    let at = |span| {
        let (line, column) = position(span, files);
        json!({ "file": files.path(span.file), "line": line, "column": column })
    };
    let edge = |edge: &EdgeTold| {
        json!({
            "who": named(&edge.who),
            "resource": named(&edge.resource),
            "actions": edge.actions,
            "capability": edge.capability,
            "at": at(edge.at),
        })
    };
    let allowed = |violation: &ViolationTold| {
        json!({
            "who": named(&violation.who),
            "resource": named(&violation.resource),
            "more": violation.more,
            "action": violation.action,
            "text": violation.text,
            "at": at(violation.at),
        })
    };
    let unjudged = |unjudged: &Unjudged| {
        json!({
            "who": named(&unjudged.who),
            "policy": unjudged.is_policy.then_some(&unjudged.what),
            "name": (!unjudged.is_policy).then_some(&unjudged.what),
            "at": unjudged.at.map(at),
        })
    };
    let target = |target: &TargetIsolation| {
        json!({
            "target": target.name,
            "services": target.services,
            "principals": target.counts.principals,
            "resources": target.counts.resources,
            "resourcesWithoutArn": target.counts.without_arn,
            "decided": target.counts.decided,
            "edges": target.edges.iter().map(edge).collect::<Vec<Value>>(),
            "allowed": target.allowed.iter().map(allowed).collect::<Vec<Value>>(),
            "notJudged": target.unjudged.iter().map(unjudged).collect::<Vec<Value>>(),
        })
    };
    let targets: Vec<Value> = targets.iter().map(target).collect();
    let document = json!({ "version": 1, "claim": CLAIM, "notCovered": NOT_COVERED, "targets": targets });
    let text = serde_json::to_string_pretty(&document);
    text.map(|text| format!("{text}\n")).map_err(|error| Failure::internal(error.to_string()))
}
