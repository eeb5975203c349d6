//! Texts that an editor holds, and positions in them.

use std::sync::Arc;

use ci_base::{LineColumn, LineIndex, TextRange};
use tower_lsp_server::ls_types::{Position, Range, TextDocumentContentChangeEvent};

/// In what the columns of positions are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// The code units that the protocol started with.
    #[default]
    Utf16,
}

/// A text with its lines.
pub(crate) struct Lines<'a> {
    text: &'a str,
    index: Arc<LineIndex>,
    encoding: Encoding,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str, encoding: Encoding) -> Self {
        Self::of(text, Arc::new(LineIndex::new(text)), encoding)
    }

    /// The same for those who have the index of the text.
    pub fn of(text: &'a str, index: Arc<LineIndex>, encoding: Encoding) -> Self {
        Self { text, index, encoding }
    }

    /// The byte at a position. What lies past a line or the text is its end.
    pub fn offset(&self, position: Position) -> u32 {
        let at = LineColumn { line: position.line, column: position.character };
        match self.encoding {
            Encoding::Utf16 => self.index.offset_utf16(self.text, at),
            Encoding::Utf8 => {
                let start = self.index.line_start(at.line);
                let end = self.index.line_start(at.line.saturating_add(1));
                let line = self.text.get(start as usize..end as usize).unwrap_or_default();
                let length = line.trim_end_matches('\n').len();
                let mut column = (at.column as usize).min(length);
                // A position inside of a character is one of an editor that counts in something else.
                while !line.is_char_boundary(column) {
                    column -= 1;
                }
                start + column as u32
            }
        }
    }

    pub fn position(&self, offset: u32) -> Position {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let at = match self.encoding {
            Encoding::Utf16 => self.index.line_column_utf16(self.text, offset as u32),
            Encoding::Utf8 => self.index.line_column(offset as u32),
        };
        Position { line: at.line, character: at.column }
    }

    pub fn range(&self, range: TextRange) -> Range {
        Range { start: self.position(range.start), end: self.position(range.end) }
    }

    pub fn text_range(&self, range: Range) -> TextRange {
        TextRange::new(self.offset(range.start), self.offset(range.end))
    }
}

/// A text that an editor holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    /// The version that the editor gave it.
    pub version: i32,
    /// All of it.
    pub text: String,
}

impl Document {
    /// Makes changes, each of which is about the text that the one before it left.
    pub fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        for change in changes {
            match change.range {
                None => self.text = change.text,
                Some(range) => {
                    let TextRange { start, end } = Lines::new(&self.text, encoding).text_range(range);
                    self.text.replace_range(start as usize..end as usize, &change.text);
                }
            }
        }
        self.version = version;
    }
}

#[cfg(test)]
mod tests;
