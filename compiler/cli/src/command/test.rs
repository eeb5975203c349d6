//! `cleaninfra test`: runs the tests of a project, and says of each whether it holds.

use std::fmt::Write as _;
use std::time::Instant;

use ci_base::{Diagnostic, Severity};
use ci_project::{Files, Test};
use serde_json::json;

use crate::arguments::{MessageFormat, Test as Arguments};
use crate::command::{exit, open, position};
use crate::terminal::{Exit, Failure, Outcome, Terminal, print};

pub(crate) fn run(terminal: &Terminal, arguments: &Arguments) -> Outcome {
    let host = match open(terminal, &arguments.path)? {
        Ok(host) => host,
        Err(exit) => return Ok(exit),
    };
    let snapshot = host.snapshot();
    // Warnings are for `check`. With errors nothing is known of what tests would look at.
    let found = terminal.with_progress("checking", || snapshot.check());
    let errors: Vec<Diagnostic> =
        found.into_iter().filter(|found| found.severity == Severity::Error).collect();
    if !errors.is_empty() {
        terminal.report(&errors, snapshot.files())?;
        return Ok(exit(&errors, false, !snapshot.problems().is_empty()));
    }
    let all = snapshot.tests();
    let wanted = |test: &&Test| {
        arguments.filter.as_ref().is_none_or(|filter| full_name(test).contains(filter.as_str()))
    };
    let chosen: Vec<&Test> = all.iter().filter(wanted).collect();
    if let (true, Some(filter)) = (chosen.is_empty() && !all.is_empty(), &arguments.filter) {
        return Err(Failure::usage(format!("none of the {} tests has {filter:?} in its name", all.len())));
    }
    let start = Instant::now();
    let mut findings = Vec::new();
    let mut failed = 0;
    for test in &chosen {
        let begin = Instant::now();
        let mut own = snapshot.run_test(test);
        let milliseconds = begin.elapsed().as_secs_f64() * 1000.0;
        failed += usize::from(!own.is_empty());
        told(terminal, test, own.is_empty(), milliseconds, snapshot.files())?;
        findings.append(&mut own);
    }
    terminal.report(&findings, snapshot.files())?;
    terminal.summary(&summary(chosen.len(), failed, all.len(), start.elapsed().as_millis()))?;
    Ok(if failed == 0 { Exit::Success } else { Exit::Findings })
}

/// One line for a test.
fn told(
    terminal: &Terminal,
    test: &Test,
    passed: bool,
    milliseconds: f64,
    files: &Files,
) -> Result<(), Failure> {
    match terminal.format {
        MessageFormat::Json => {
            let (line, _) = position(test.at, files);
            let object = json!({
                "test": &*test.name,
                "module": &*test.module,
                "path": files.path(test.at.file),
                "line": line,
                "passed": passed,
                "milliseconds": milliseconds,
            });
            print(&format!("{object}\n"))?;
        }
        MessageFormat::Human => {
            let word = if passed { terminal.green("PASS") } else { terminal.red("FAIL") };
            let name = match &*test.module {
                "" => test.name.to_string(),
                module => format!("{} {}", terminal.faint(module), test.name),
            };
            let line = format!("{word} {} {name}\n", terminal.faint(&format!("[{milliseconds:>7.1} ms]")));
            // Told to be quiet, it says what fails.
            if passed { terminal.summary(&line)? } else { print(&line)? }
        }
        MessageFormat::Sarif | MessageFormat::Github => {}
    }
    Ok(())
}

/// `orders::the worker cannot delete`
fn full_name(test: &Test) -> String {
    if test.module.is_empty() { test.name.to_string() } else { format!("{}::{}", test.module, test.name) }
}

fn summary(run: usize, failed: usize, all: usize, milliseconds: u128) -> String {
    if all == 0 {
        return "no tests: write one with `test \"what it shows\" { … }`\n".to_owned();
    }
    let tests = if run == 1 { "1 test".to_owned() } else { format!("{run} tests") };
    let mut text = format!("{tests} run in {milliseconds} ms: {} passed", run - failed);
    if failed > 0 {
        let _ = write!(text, ", {failed} failed");
    }
    if run < all {
        let _ = write!(text, ", {} left out by the filter", all - run);
    }
    text.push('\n');
    text
}
