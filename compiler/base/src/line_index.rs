//! From byte offsets to lines and columns.

/// A position as people and editors count it; both fields from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line.
    pub line: u32,
    /// The column, in the unit of the method that made it.
    pub column: u32,
}

/// The start offset of every line of one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
    length: u32,
}

/// How many lines count as near.
const NEAR: usize = 8;

impl LineIndex {
    /// Indexes `text`. A line ends after `\n`.
    pub fn new(text: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let starts = std::iter::once(0).chain(ends.map(|at| at as u32 + 1)).collect();
        Self { starts, length: text.len() as u32 }
    }

    /// The number of lines; an empty text has one.
    pub fn len(&self) -> u32 {
        self.starts.len() as u32
    }

    /// Never true: even an empty text has a line.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The byte offset at which `line` starts; past the last line, the length of the text.
    pub fn line_start(&self, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(self.length)
    }

    /// The position of `offset`, its column in bytes. An offset past the end is clamped.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let offset = offset.min(self.length);
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        LineColumn { line: line as u32, column: offset - self.starts[line] }
    }

    /// The same, for those who ask for one offset after the other: from the line of the last one it is seldom far.
    pub fn line_column_after(&self, last: u32, offset: u32) -> LineColumn {
        let (last, offset) = (last as usize, offset.min(self.length));
        let near = self.starts.get(last..).unwrap_or_default();
        let near = &near[..near.len().min(NEAR)];
        match near.iter().rposition(|start| *start <= offset) {
            // It may be on a later line.
            None => self.line_column(offset),
            Some(at) if at + 1 == NEAR => self.line_column(offset),
            Some(at) => LineColumn { line: (last + at) as u32, column: offset - near[at] },
        }
    }

    /// The position of `offset`, its column in UTF-16 code units, as the language server protocol counts.
    pub fn line_column_utf16(&self, text: &str, offset: u32) -> LineColumn {
        let position = self.line_column(offset);
        let start = self.line_start(position.line) as usize;
        let before = text.get(start..start + position.column as usize).unwrap_or_default();
        LineColumn { line: position.line, column: before.encode_utf16().count() as u32 }
    }

    /// The byte offset of a position whose column is in UTF-16 code units, clamped to its line.
    pub fn offset_utf16(&self, text: &str, position: LineColumn) -> u32 {
        let start = self.line_start(position.line);
        let line = text.get(start as usize..self.line_start(position.line + 1) as usize).unwrap_or_default();
        let mut units = 0;
        for (at, character) in line.char_indices() {
            if units >= position.column || character == '\n' {
                return start + at as u32;
            }
            units += character.len_utf16() as u32;
        }
        start + line.len() as u32
    }
}

#[cfg(test)]
mod tests;
