//! The commands, one module each. What two of them need is here.

pub(crate) mod access;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod deploy_role;
pub(crate) mod describe;
pub(crate) mod diagram;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod language_server;
pub(crate) mod network;
pub(crate) mod new;
pub(crate) mod test;

use std::mem::ManuallyDrop;
use std::sync::Arc;

use camino::Utf8Path;
use ci_base::{Diagnostic, LineIndex, Severity, Span};
use ci_project::{Files, Host, OsSystem};

use crate::terminal::{Exit, Failure, Terminal};

/// Opens a project; where there is none, says why.
///
/// It is never dropped: the process ends with the command, and the system frees memory faster than we could.
fn open(terminal: &Terminal, path: &Utf8Path) -> Result<Result<ManuallyDrop<Host>, Exit>, Failure> {
    match Host::open(Arc::new(OsSystem), path) {
        Ok(host) => Ok(Ok(ManuallyDrop::new(host))),
        Err(error) => {
            terminal.report(&[error.diagnostic], &error.files)?;
            Ok(Err(Exit::Usage))
        }
    }
}

/// `src/orders.ci:32:16`.
fn place(at: Span, files: &Files) -> String {
    let (line, column) = position(at, files);
    format!("{}:{line}:{column}", files.path(at.file))
}

/// The line and the column of the beginning, from one.
fn position(at: Span, files: &Files) -> (u32, u32) {
    let place = LineIndex::new(files.text(at.file)).line_column(at.range.start);
    (place.line + 1, place.column + 1)
}

/// How findings end a command. `unusable` says that they are about the project rather than the program.
fn exit(diagnostics: &[Diagnostic], deny_warnings: bool, unusable: bool) -> Exit {
    let fatal = if deny_warnings { Severity::Warning } else { Severity::Error };
    match diagnostics.iter().any(|found| found.severity >= fatal) {
        true if unusable => Exit::Usage,
        true => Exit::Findings,
        false => Exit::Success,
    }
}
