//! Diagnostics as text: for people ([`human`]), for programs ([`json`], one object a line), for code scanners
//! ([`sarif`]) and for the log of a GitHub workflow ([`github`]).
//!
//! Every range is clamped to its text before it is shown, so a stage that gets a span wrong costs a misplaced label
//! and never a panic. Columns count characters (Unicode scalar values) from one, as editors show them.
//!
//! Must not know: where texts come from, which stage found what, whether the output is a terminal.

mod github;
mod human;
mod json;
mod sarif;

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

pub use github::github;
pub use human::human;
pub use json::json;
pub use sarif::sarif;

use crate::{Diagnostic, FileId, Label, LineIndex, Severity, Span, TextRange};

/// The files that spans point into.
pub trait Sources {
    /// The path of a file as it is shown: relative to where the reader stands, with forward slashes.
    fn path(&self, file: FileId) -> &str;

    /// The text of a file.
    fn text(&self, file: FileId) -> &str;
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings that keep templates from being written.
    pub errors: usize,
    /// Findings that are probably mistakes.
    pub warnings: usize,
    /// Findings that are good to know.
    pub notes: usize,
}

impl Counts {
    /// Counts `diagnostics`.
    pub fn of<L>(diagnostics: &[Diagnostic<L>]) -> Self {
        let mut counts = Self::default();
        for diagnostic in diagnostics {
            match diagnostic.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
            }
        }
        counts
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")];
        let mut separator = "";
        for (count, word) in parts.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{separator}{count} {word}{}", if count == 1 { "" } else { "s" })?;
            separator = ", ";
        }
        if separator.is_empty() { f.write_str("no findings") } else { Ok(()) }
    }
}

/// The labels of a finding, the primary one first.
fn labels(diagnostic: &Diagnostic) -> impl Iterator<Item = &Label> {
    std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary)
}

/// The part of `range` that lies in `text`, widened to whole characters.
fn clamp(range: TextRange, text: &str) -> Range<usize> {
    let mut start = (range.start as usize).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = (range.end as usize).clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// A position for people: line and column in characters, both from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    line: usize,
    column: usize,
}

/// Places for people; every text is split into lines once, however many findings it has.
struct Positions<'a> {
    sources: &'a dyn Sources,
    files: RefCell<HashMap<FileId, Lines>>,
}

/// The lines of a text, with how many characters there are before each of them.
struct Lines {
    index: LineIndex,
    characters: Vec<usize>,
}

impl Lines {
    fn new(text: &str) -> Self {
        let mut before = 0;
        let characters = text.split_inclusive('\n').map(|line| {
            let start = before;
            before += line.chars().count();
            start
        });
        let mut characters: Vec<usize> = characters.collect();
        // After the last line end there is one more line, which is empty.
        characters.push(before);
        Self { index: LineIndex::new(text), characters }
    }

    fn position(&self, text: &str, offset: usize) -> Position {
        let at = self.index.line_column(offset as u32);
        let before = &text[self.index.line_start(at.line) as usize..offset];
        Position { line: at.line as usize + 1, column: before.chars().count() + 1 }
    }
}

impl<'a> Positions<'a> {
    fn new(sources: &'a dyn Sources) -> Self {
        Self { sources, files: RefCell::default() }
    }

    fn with_lines<T>(&self, file: FileId, work: impl FnOnce(&str, &Lines) -> T) -> T {
        let text = self.sources.text(file);
        let mut files = self.files.borrow_mut();
        work(text, files.entry(file).or_insert_with(|| Lines::new(text)))
    }

    /// The bytes that `span` covers as far as they exist, and where they start and end.
    fn of(&self, span: Span) -> (Range<usize>, Position, Position) {
        self.with_lines(span.file, |text, lines| {
            let range = clamp(span.range, text);
            let (start, end) = (lines.position(text, range.start), lines.position(text, range.end));
            (range, start, end)
        })
    }

    /// A range of bytes, on the boundaries of characters, in characters from the start of the text.
    fn characters(&self, file: FileId, range: Range<usize>) -> Range<usize> {
        self.with_lines(file, |text, lines| {
            let at = lines.position(text, range.start);
            let start = lines.characters[at.line - 1] + at.column - 1;
            start..start + text[range].chars().count()
        })
    }

    /// The length in bytes of the longer of the lines that `span` starts and ends on.
    fn longest_line(&self, span: Span) -> usize {
        self.with_lines(span.file, |text, lines| {
            let range = clamp(span.range, text);
            let length = |offset: usize| {
                let line = lines.index.line_column(offset as u32).line;
                (lines.index.line_start(line + 1) - lines.index.line_start(line)) as usize
            };
            length(range.start).max(length(range.end))
        })
    }

    fn path(&self, span: Span) -> &'a str {
        self.sources.path(span.file)
    }
}

#[cfg(test)]
mod tests;
