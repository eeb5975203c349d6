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

use super::{Position, Sources, clamp, labels};
use crate::{Applicability, Diagnostic, Span};

/// Writes one object a line; see the module for its schema.
pub fn json(diagnostics: &[Diagnostic], sources: &dyn Sources, writer: &mut dyn Write) -> io::Result<()> {
    for diagnostic in diagnostics {
        serde_json::to_writer(&mut *writer, &Finding::new(diagnostic, sources))?;
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
    fn new(diagnostic: &'a Diagnostic, sources: &'a dyn Sources) -> Self {
        let label = |(at, label): (usize, &'a crate::Label)| Label {
            primary: at == 0,
            place: Place::new(label.at, sources),
            text: &label.text,
        };
        let fix = |fix: &'a crate::Fix| Fix {
            title: &fix.title,
            applicability: applicability(fix.applicability),
            edits: fix
                .edits
                .iter()
                .map(|edit| Edit { place: Place::new(edit.at, sources), text: &edit.text })
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
    fn new(span: Span, sources: &'a dyn Sources) -> Self {
        let text = sources.text(span.file);
        let range = clamp(span.range, text);
        Self {
            path: sources.path(span.file),
            start: Position::of(range.start, text).into(),
            end: Position::of(range.end, text).into(),
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
