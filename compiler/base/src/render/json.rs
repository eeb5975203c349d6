//! Findings for programs: one JSON object a line.
//!
//! The schema is stable: fields may be added, none is renamed or removed.
//!
//! ```json
//! {
//!   "code": "E0101", "name": "unknown-name", "severity": "error",
//!   "message": "there is no `Bukcet` here",
//!   "labels": [{
//!     "primary": true, "path": "src/main.ci",
//!     "range": { "start": 10, "end": 16 },
//!     "start": { "line": 2, "column": 5 }, "end": { "line": 2, "column": 11 },
//!     "text": "not found"
//!   }],
//!   "notes": ["…"], "help": "…",
//!   "fixes": [{
//!     "title": "rename to `Bucket`", "applicability": "maybe-incorrect",
//!     "edits": [{ "path": "…", "range": {…}, "start": {…}, "end": {…}, "text": "Bucket" }]
//!   }]
//! }
//! ```
//!
//! `severity` is `error`, `warning` or `note`; `applicability` is `machine-applicable`, `maybe-incorrect` or
//! `has-placeholders`. The first label is the primary one. `range` is in bytes from the start of the file, `line`
//! and `column` count from one, columns in characters. `help` is `null` where there is none.

use std::io::{self, Write};

use serde::Serialize;

use super::{Position, Positions, Sources, labels};
use crate::{Applicability, Diagnostic, Span};

/// Writes one object a line; see the module for its schema.
pub fn json(diagnostics: &[Diagnostic], sources: &dyn Sources, writer: &mut dyn Write) -> io::Result<()> {
    let positions = Positions::new(sources);
    for diagnostic in diagnostics {
        serde_json::to_writer(&mut *writer, &Finding::new(diagnostic, &positions))?;
        writeln!(writer)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    name: &'static str,
    severity: String,
    message: &'a str,
    labels: Vec<Label<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
struct Label<'a> {
    primary: bool,
    #[serde(flatten)]
    place: Place<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    applicability: &'static str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    range: Bytes,
    start: LineColumn,
    end: LineColumn,
}

#[derive(Serialize)]
struct Bytes {
    start: usize,
    end: usize,
}

#[derive(Serialize)]
struct LineColumn {
    line: usize,
    column: usize,
}

impl From<Position> for LineColumn {
    fn from(Position { line, column }: Position) -> Self {
        Self { line, column }
    }
}

impl<'a> Finding<'a> {
    fn new(diagnostic: &'a Diagnostic, positions: &Positions<'a>) -> Self {
        let label = |(at, label): (usize, &'a crate::Label)| Label {
            primary: at == 0,
            place: Place::new(label.at, positions),
            text: &label.text,
        };
        let fix = |fix: &'a crate::Fix| Fix {
            title: &fix.title,
            applicability: applicability(fix.applicability),
            edits: fix
                .edits
                .iter()
                .map(|edit| Edit { place: Place::new(edit.at, positions), text: &edit.text })
                .collect(),
        };
        Self {
            code: diagnostic.code.number(),
            name: diagnostic.code.name(),
            severity: diagnostic.severity.to_string(),
            message: &diagnostic.message,
            labels: labels(diagnostic).enumerate().map(label).collect(),
            notes: &diagnostic.notes,
            help: diagnostic.help.as_deref(),
            fixes: diagnostic.fixes.iter().map(fix).collect(),
        }
    }
}

impl<'a> Place<'a> {
    fn new(span: Span, positions: &Positions<'a>) -> Self {
        let (range, start, end) = positions.of(span);
        Self {
            path: positions.path(span),
            start: start.into(),
            end: end.into(),
            range: Bytes { start: range.start, end: range.end },
        }
    }
}

fn applicability(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::MachineApplicable => "machine-applicable",
        Applicability::MaybeIncorrect => "maybe-incorrect",
        Applicability::HasPlaceholders => "has-placeholders",
    }
}
