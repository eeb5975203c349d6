//! The formatter: one layout for every program.
//!
//! Must not know: names, types, the file system. It changes white space, trailing commas and nothing else, keeps
//! every comment, and would rather fail than change what a program means: the result is lexed and parsed again and
//! compared with the source.

mod cursor;
mod doc;
mod gap;
mod print;
mod verify;

use std::fmt;

use ci_syntax::{ItemKind, outline, parse_item};

use crate::doc::Printer;

/// Why a text was not formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// The result would not have meant the same. This is a mistake of the formatter, not of the program.
    Changed {
        /// What would have changed.
        what: String,
    },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { what } => write!(f, "formatting would change the program: {what}"),
        }
    }
}

impl std::error::Error for FormatError {}

/// The text in the one layout. An item with syntax errors, or after a line `// fmt: off`, stays as it is.
pub fn format(text: &str) -> Result<String, FormatError> {
    let outline = outline(text);
    let mut printer = Printer::new();
    let mut end = 0;
    let mut previous: Option<ItemKind> = None;
    for item in &outline.items {
        let between = item.range.start as usize;
        let off = gap::print(&text[end..between], previous, Some(item.kind), &mut printer);
        end = item.range.end as usize;
        previous = Some(item.kind);
        let tree = parse_item(&item.source);
        if off || !tree.errors.is_empty() {
            printer.text(item.source.text());
        } else {
            let mut own = Printer::new();
            if print::item(&item.source, &tree, &mut own) {
                printer.text(&own.output);
            } else {
                return Err(FormatError::Changed {
                    what: format!("{:?} {}", item.kind, item.name.as_deref().unwrap_or_default()),
                });
            }
        }
    }
    gap::print(&text[end..], previous, None, &mut printer);
    let mut formatted = printer.output;
    if !formatted.is_empty() {
        formatted.push('\n');
    }
    verify::same(text, &outline, &formatted)?;
    Ok(formatted)
}

#[cfg(test)]
mod tests;
