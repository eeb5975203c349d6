//! The layout of the formatter, as edits.

use ci_base::{FileId, Span, TextRange};
use ci_project::Snapshot;
use similar::{Algorithm, DiffTag, TextDiff};

use crate::TextEdit;

/// What the formatter would change, line by line. Nothing where it would change the meaning of the program, which is a
/// mistake of its own.
pub fn format(snapshot: &Snapshot, file: FileId) -> Vec<TextEdit> {
    if crate::manifest::is_manifest(snapshot, file) {
        return Vec::new();
    }
    let text = snapshot.files().text(file);
    ci_format::format(text).map_or_else(|_| Vec::new(), |formatted| edits(file, text, &formatted))
}

/// What the formatter would change in lines that a range touches.
pub fn format_range(snapshot: &Snapshot, at: Span) -> Vec<TextEdit> {
    let mut edits = format(snapshot, at.file);
    let touches = |range: TextRange| range.start <= at.range.end && at.range.start <= range.end;
    edits.retain(|edit| touches(edit.at.range));
    edits
}

/// What the formatter would change in the item around a cursor, after a character that ends something was typed.
pub fn format_on_type(snapshot: &Snapshot, cursor: crate::Cursor) -> Vec<TextEdit> {
    let text = snapshot.files().text(cursor.file);
    let outline = ci_syntax::outline(text);
    let Some(item) = outline.items.iter().find(|item| item.range.touches(cursor.offset)) else {
        return Vec::new();
    };
    // What is being written is not moved around.
    if !ci_syntax::parse_item(&item.source).errors.is_empty() {
        return Vec::new();
    }
    format_range(snapshot, Span { file: cursor.file, range: item.range })
}

/// The lines that differ.
fn edits(file: FileId, old: &str, new: &str) -> Vec<TextEdit> {
    if old == new {
        return Vec::new();
    }
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(old, new);
    let starts = |text: &str| -> Vec<u32> {
        let mut starts = vec![0];
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            at += line.len() as u32;
            starts.push(at);
        }
        starts
    };
    let (from, to) = (starts(old), starts(new));
    let byte = |starts: &[u32], line: usize| starts.get(line).or(starts.last()).copied().unwrap_or(0);
    diff.ops()
        .iter()
        .filter(|op| op.tag() != DiffTag::Equal)
        .map(|op| {
            let (before, after) = (op.old_range(), op.new_range());
            let range = TextRange::new(byte(&from, before.start), byte(&from, before.end));
            let text = TextRange::new(byte(&to, after.start), byte(&to, after.end)).of(new).to_owned();
            TextEdit { at: Span { file, range }, text }
        })
        .collect()
}

#[cfg(test)]
mod tests;
