//! `cleaninfra check`: everything that is wrong, and nothing written.

use std::time::Instant;

use ci_base::render::Counts;

use crate::arguments::Check;
use crate::command::{exit, open};
use crate::terminal::{Outcome, Terminal, Verbosity};

pub(crate) fn run(terminal: &Terminal, arguments: &Check) -> Outcome {
    let start = Instant::now();
    let host = match open(terminal, &arguments.path)? {
        Ok(host) => host,
        Err(exit) => return Ok(exit),
    };
    let snapshot = host.snapshot();
    let diagnostics = terminal.with_progress("checking", || snapshot.check());
    terminal.report(&diagnostics, snapshot.files())?;
    if diagnostics.is_empty() || terminal.verbosity == Verbosity::Verbose {
        let counts = Counts::of(&diagnostics);
        terminal.summary(&format!("checked in {} ms: {counts}\n", start.elapsed().as_millis()))?;
    }
    Ok(exit(&diagnostics, arguments.deny_warnings, !snapshot.problems().is_empty()))
}
