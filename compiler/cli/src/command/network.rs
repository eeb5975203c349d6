//! `cleaninfra network`: who reaches whom, and where the source says so.

use std::fmt::Write as _;

use ci_base::{Severity, Span, did_you_mean};
use ci_project::{Files, NetworkAnswer, NetworkConnection, NetworkQuestion, ReachedAnswer, TargetNetwork};
use serde_json::{Value, json};

use crate::arguments::Network as Arguments;
use crate::command::{exit, open, place, position};
use crate::terminal::{Exit, Failure, Outcome, Terminal, print};

pub(crate) fn run(terminal: &Terminal, arguments: &Arguments) -> Outcome {
    if arguments.from.is_some() && arguments.from == arguments.to {
        return Err(Failure::usage("`--from` and `--to` name the same: what is asked is between two"));
    }
    let host = match open(terminal, &arguments.path)? {
        Ok(host) => host,
        Err(exit) => return Ok(exit),
    };
    let snapshot = host.snapshot();
    let question = NetworkQuestion {
        target: arguments.env.clone(),
        from: arguments.from.clone(),
        to: arguments.to.clone(),
    };
    let report = terminal.with_progress("reading networks", || snapshot.network(&question));
    let errors: Vec<_> =
        report.diagnostics.into_iter().filter(|found| found.severity == Severity::Error).collect();
    terminal.report(&errors, snapshot.files())?;
    let exit = exit(&errors, false, !snapshot.problems().is_empty());
    if exit != Exit::Success {
        return Ok(exit);
    }
    if let Some(first) = report.targets.first()
        && report.targets.iter().all(|target| !target.unknown.is_empty())
    {
        return Err(Failure::usage(nothing_called(first, &report.targets)));
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

/// That nothing has a name that was asked for; of what is called so and in no network, what it is.
fn nothing_called(first: &TargetNetwork, targets: &[TargetNetwork]) -> String {
    let names: Vec<String> = first.unknown.iter().map(|(name, _)| format!("`{name}`")).collect();
    let mut message = format!("nothing in a network here is called {}", names.join(" or "));
    let known: Vec<&str> = targets.iter().flat_map(|target| &target.known).map(String::as_str).collect();
    for (name, elsewhere) in &first.unknown {
        if let Some(kind) = elsewhere {
            let ask = match *kind {
                "AWS::EC2::SecurityGroup" | "AWS::EC2::Subnet" => ": ask about what is in it",
                _ => ", which is in no network",
            };
            let _ = write!(message, "; `{name}` is an {kind}{ask}");
        } else if let Some(near) = did_you_mean(name, known.iter().copied()) {
            let _ = write!(message, "; did you mean `{near}`?");
        }
    }
    message
}

fn as_text(terminal: &Terminal, targets: &[TargetNetwork], files: &Files) -> String {
    let mut text = String::new();
    for target in targets {
        if targets.len() > 1 {
            let _ = writeln!(text, "{}\n", terminal.bold(&target.name));
        }
        if target.connections.is_empty() {
            text.push_str("nothing reaches anything here\n\n");
        }
        for found in &target.connections {
            connection_as_text(terminal, &mut text, found, files);
            text.push('\n');
        }
        for (balancer, to, port) in &target.forwards {
            let port = port.map_or_else(String::new, |port| format!(" on port {port}"));
            let _ = writeln!(text, "{balancer} passes what it takes on to {to}{port}");
        }
        if !target.forwards.is_empty() {
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// Whether one thing reaches another, and the rules that say so.
pub(super) fn connection_as_text(
    terminal: &Terminal,
    text: &mut String,
    connection: &NetworkConnection,
    files: &Files,
) {
    let NetworkConnection { from, to, answer } = connection;
    let ends = format!("{from} to {to}");
    match answer {
        NetworkAnswer::Reached(paths) => {
            for path in paths {
                let _ = writeln!(text, "{}  {}", terminal.bold(&ends), ports(path));
                for hop in &path.hops {
                    let if_so = if hop.unknown { "perhaps: " } else { "" };
                    let at = terminal.faint(&place(hop.at, files));
                    let _ = writeln!(text, "  {if_so}{}\n    {at}", hop.says);
                }
            }
        }
        NetworkAnswer::Blocked(blocked) => {
            let _ = writeln!(text, "{}  blocked", terminal.bold(&ends));
            let at = terminal.faint(&place(blocked.at, files));
            let _ = writeln!(text, "  {}", blocked.what);
            let _ = writeln!(text, "  what would have to change: {}\n    {at}", blocked.setting);
        }
    }
}

/// `tcp 80, 443`; with what is not sure.
fn ports(path: &ReachedAnswer) -> String {
    match (path.ports.is_empty(), path.perhaps.is_empty()) {
        (false, false) => format!("{} {}, perhaps {}", path.protocol, path.ports, path.perhaps),
        (false, true) => format!("{} {}", path.protocol, path.ports),
        (true, _) => format!("perhaps {} {}", path.protocol, path.perhaps),
    }
}

fn as_json(targets: &[TargetNetwork], files: &Files) -> Result<String, Failure> {
    let targets = targets.iter().map(|target| {
        let forwards = target
            .forwards
            .iter()
            .map(|(balancer, to, port)| json!({ "from": balancer, "to": to, "port": port }));
        json!({
            "target": target.name,
            "connections": target.connections.iter().map(|found| connection_as_json(found, files)).collect::<Vec<Value>>(),
            "forwards": forwards.collect::<Vec<Value>>(),
        })
    });
    let document = json!({ "version": 1, "targets": targets.collect::<Vec<Value>>() });
    let text = serde_json::to_string_pretty(&document);
    text.map(|text| format!("{text}\n")).map_err(|error| Failure::internal(error.to_string()))
}

/// The same for programs.
pub(super) fn connection_as_json(connection: &NetworkConnection, files: &Files) -> Value {
    let at = |span: Span| {
        let (line, column) = position(span, files);
        json!({ "file": files.path(span.file), "line": line, "column": column })
    };
    let NetworkConnection { from, to, answer } = connection;
    match answer {
        NetworkAnswer::Reached(paths) => {
            let paths = paths.iter().map(|path| {
                let hops = path
                    .hops
                    .iter()
                    .map(|hop| json!({ "says": hop.says, "unknown": hop.unknown, "at": at(hop.at) }));
                json!({
                    "protocol": path.protocol,
                    "ports": path.ports,
                    "perhaps": path.perhaps,
                    "hops": hops.collect::<Vec<Value>>(),
                })
            });
            json!({ "from": from, "to": to, "paths": paths.collect::<Vec<Value>>(), "blocked": null })
        }
        NetworkAnswer::Blocked(blocked) => json!({
            "from": from,
            "to": to,
            "paths": [],
            "blocked": { "what": blocked.what, "setting": blocked.setting, "at": at(blocked.at) },
        }),
    }
}
