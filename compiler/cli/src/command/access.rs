//! `cleaninfra access`: who may do what, and where the source says so.

mod diff;
mod isolation;

use std::fmt::Write as _;

use ci_base::{Diagnostic, Severity, did_you_mean};
use ci_project::{AccessQuestion, Files, HolderAccess, Snapshot, StatementAccess, TargetAccess};
use serde_json::{Value, json};

use crate::arguments::Access as Arguments;
use crate::command::network::{connection_as_json, connection_as_text};
use crate::command::{exit, open, place, position};
use crate::terminal::{Exit, Failure, Outcome, Terminal, print};

pub(crate) fn run(terminal: &Terminal, arguments: &Arguments) -> Outcome {
    let host = match open(terminal, &arguments.path)? {
        Ok(host) => host,
        Err(exit) => return Ok(exit),
    };
    let snapshot = host.snapshot();
    if arguments.isolation {
        return isolation::run(terminal, arguments, snapshot);
    }
    if let Some(before) = &arguments.diff {
        return diff::run(terminal, arguments, snapshot, before);
    }
    let question =
        AccessQuestion { target: arguments.env.clone(), of: arguments.of.clone(), to: arguments.to.clone() };
    let report = terminal.with_progress("reading policies", || snapshot.access(&question));
    let exit = errors(terminal, report.diagnostics, snapshot)?;
    if exit != Exit::Success {
        return Ok(exit);
    }
    if let Some(name) = question.of.as_ref().or(question.to.as_ref())
        && report.targets.iter().all(|target| !target.known.is_empty())
    {
        let known = report.targets.iter().flat_map(|target| &target.known).map(String::as_str);
        let near =
            did_you_mean(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let what = if question.of.is_some() { "has rights and is called" } else { "is called" };
        return Err(Failure::usage(format!("nothing here {what} `{name}`{near}")));
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

/// Reports what is an error. Warnings are for `check`: here they would stand between the question and its answer.
fn errors(terminal: &Terminal, found: Vec<Diagnostic>, snapshot: &Snapshot) -> Result<Exit, Failure> {
    let errors: Vec<_> = found.into_iter().filter(|found| found.severity == Severity::Error).collect();
    terminal.report(&errors, snapshot.files())?;
    Ok(exit(&errors, false, !snapshot.problems().is_empty()))
}

fn as_text(terminal: &Terminal, targets: &[TargetAccess], files: &Files) -> String {
    let mut text = String::new();
    for target in targets {
        if targets.len() > 1 {
            let _ = writeln!(text, "{}\n", terminal.bold(&target.name));
        }
        if target.holders.is_empty() && target.guarded.is_empty() && target.connections.is_empty() {
            text.push_str("nobody has rights here\n\n");
        }
        for holder in &target.holders {
            let _ = writeln!(text, "{}  {}", terminal.bold(&who(holder)), terminal.faint(&holder.stack));
            if !holder.trusts.is_empty() {
                let _ = writeln!(text, "  taken on by {}", holder.trusts.join(", "));
            }
            statements(terminal, &mut text, &holder.statements, files);
            for policy in &holder.foreign {
                let _ = writeln!(
                    text,
                    "  not judged: whatever the policy {policy} allows, which is not of this program"
                );
            }
            text.push('\n');
        }
        if !target.keys.is_empty() {
            let _ = writeln!(text, "its content is encrypted with {}\n", target.keys.join(", "));
        }
        for guarded in &target.guarded {
            let _ = writeln!(
                text,
                "{}  {}",
                terminal.bold(&format!("the policy of {}", guarded.path)),
                terminal.faint(&guarded.stack)
            );
            statements(terminal, &mut text, &guarded.statements, files);
            text.push('\n');
        }
        for connection in &target.connections {
            text.push_str("over the network: ");
            connection_as_text(terminal, &mut text, connection, files);
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// Who acts as a role; the role itself where nobody in the program does.
fn who(holder: &HolderAccess) -> String {
    match holder.users.as_slice() {
        [] => holder.path.clone(),
        users => format!("{} as {}", users.join(", "), holder.path),
    }
}

fn statements(terminal: &Terminal, text: &mut String, statements: &[StatementAccess], files: &Files) {
    for statement in statements {
        let verb = if statement.denies { "must not" } else { "may" };
        let to = match statement.principals.as_slice() {
            [] => verb.to_owned(),
            who => format!("{} {verb}", who.join(", ")),
        };
        let _ = writeln!(text, "  {to} {}", actions(&statement.actions));
        if !statement.resources.is_empty() {
            let _ = writeln!(text, "    on {}", statement.resources.join(", "));
        }
        for condition in &statement.conditions {
            let _ = writeln!(text, "    when {condition}");
        }
        if statement.conditional {
            let _ = writeln!(text, "    if the deployment decides so");
        }
        let because = statement.sid.as_ref().map_or_else(String::new, |sid| format!("{sid}, "));
        let _ = writeln!(text, "    {}", terminal.faint(&format!("{because}{}", place(statement.at, files))));
    }
}

/// Actions with the service said once: `sqs: DeleteMessage, ReceiveMessage`.
fn actions(actions: &[String]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut service = "";
    for action in actions {
        match action.split_once(':') {
            Some((before, name)) if before == service => {
                if let Some(last) = parts.last_mut() {
                    let _ = write!(last, ", {name}");
                }
            }
            Some((before, name)) => {
                service = before;
                parts.push(format!("{before}: {name}"));
            }
            None => {
                service = "";
                parts.push(action.clone());
            }
        }
    }
    parts.join("; ")
}

fn as_json(targets: &[TargetAccess], files: &Files) -> Result<String, Failure> {
    let statement = |statement: &StatementAccess| {
        let (line, column) = position(statement.at, files);
        json!({
            "sid": statement.sid,
            "effect": if statement.denies { "deny" } else { "allow" },
            "principals": statement.principals,
            "actions": statement.actions,
            "resources": statement.resources,
            "conditions": statement.conditions,
            "conditional": statement.conditional,
            "file": files.path(statement.at.file),
            "line": line,
            "column": column,
        })
    };
    let all = |statements: &[StatementAccess]| statements.iter().map(statement).collect::<Vec<Value>>();
    let holder = |holder: &HolderAccess| {
        json!({
            "stack": holder.stack,
            "path": holder.path,
            "users": holder.users,
            "trusts": holder.trusts,
            "statements": all(&holder.statements),
            "foreignPolicies": holder.foreign,
        })
    };
    let targets = targets.iter().map(|target| {
        let guarded = target.guarded.iter().map(|guarded| {
            json!({ "stack": guarded.stack, "path": guarded.path, "statements": all(&guarded.statements) })
        });
        json!({
            "target": target.name,
            "holders": target.holders.iter().map(holder).collect::<Vec<Value>>(),
            "resourcePolicies": guarded.collect::<Vec<Value>>(),
            "keys": target.keys,
            "connections": target
                .connections
                .iter()
                .map(|connection| connection_as_json(connection, files))
                .collect::<Vec<Value>>(),
        })
    });
    let document = json!({ "version": 1, "targets": targets.collect::<Vec<Value>>() });
    let text = serde_json::to_string_pretty(&document);
    text.map(|text| format!("{text}\n")).map_err(|error| Failure::internal(error.to_string()))
}
