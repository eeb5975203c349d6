//! `cleaninfra diagram`: what a program is made of, as a picture or for those who draw one.

use std::fs;

use ci_base::{Severity, did_you_mean};
use ci_project::{DiagramQuestion, Snapshot, TargetDiagram, dot, json, mermaid, svg};

use crate::arguments::{Diagram as Arguments, DiagramFormat, DiagramLevel};
use crate::command::{exit, open};
use crate::terminal::{Exit, Failure, Outcome, Terminal, print};

pub(crate) fn run(terminal: &Terminal, arguments: &Arguments) -> Outcome {
    let host = match open(terminal, &arguments.path)? {
        Ok(host) => host,
        Err(exit) => return Ok(exit),
    };
    let snapshot = host.snapshot();
    let question = DiagramQuestion {
        target: arguments.env.clone(),
        service: arguments.service.clone(),
        level: match arguments.level {
            DiagramLevel::Services => ci_project::DiagramLevel::Services,
            DiagramLevel::Units => ci_project::DiagramLevel::Units,
            DiagramLevel::Resources => ci_project::DiagramLevel::Resources,
        },
        aspect: arguments.aspect,
    };
    let report = terminal.with_progress("drawing", || snapshot.diagram(&question));
    let errors: Vec<_> =
        report.diagnostics.into_iter().filter(|found| found.severity == Severity::Error).collect();
    terminal.report(&errors, snapshot.files())?;
    // What is drawn of a program with errors is for editors; whoever puts a file somewhere wants all of it.
    let exit = exit(&errors, false, !snapshot.problems().is_empty());
    if exit != Exit::Success {
        return Ok(exit);
    }
    let Some(target) = report.target else {
        let message = match &arguments.service {
            Some(service) if !report.known.is_empty() => {
                let near = did_you_mean(service, report.known.iter().map(String::as_str));
                let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                format!("there is no service `{service}`{near}\nthere is {}", report.known.join(", "))
            }
            _ => {
                "there is nothing to draw: the program has no app and no service that stands alone".to_owned()
            }
        };
        return Err(Failure::usage(message));
    };
    let text = written(snapshot, target, arguments.format);
    match &arguments.out {
        None => print(&text)?,
        Some(path) => {
            fs::write(path, text)
                .map_err(|error| Failure::internal(format!("cannot write `{path}`: {error}")))?;
        }
    }
    Ok(Exit::Success)
}

fn written(snapshot: &Snapshot, target: TargetDiagram, format: DiagramFormat) -> String {
    let TargetDiagram { diagram, layout, .. } = target;
    match format {
        DiagramFormat::Svg => svg(&diagram, &layout),
        DiagramFormat::Mermaid => mermaid(&diagram),
        DiagramFormat::Dot => dot(&diagram),
        DiagramFormat::Json => json(&snapshot.with_lines(diagram), &layout),
    }
}
