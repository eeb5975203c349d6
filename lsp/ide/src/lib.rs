//! What an editor can know about a program: positions in, plain data out.
//!
//! Every feature is a function of a [`ci_project::Snapshot`] and a place in a file, in a module of its own. Places are files
//! and byte offsets; nothing here is computed in advance or kept, since the queries below keep what is worth keeping.
//!
//! Must not know: protocols, the file system, how long anything takes.

pub mod access;
pub mod actions;
pub mod calls;
pub mod completion;
pub mod definition;
pub mod diagnostics;
pub mod diagram;
pub mod folding;
pub mod formatting;
pub mod hints;
pub mod hover;
pub mod lens;
pub mod links;
pub mod paste;
pub mod references;
pub mod rename;
pub mod selection;
pub mod signature;
pub mod symbols;
pub mod tokens;

mod describe;
mod expected;
mod manifest;
mod occurrence;
mod place;
mod shape;
mod symbol;
#[cfg(test)]
mod testing;
mod wiring;

use ci_base::{FileId, Span, TextRange};

/// A cursor: a file and a byte offset in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The file.
    pub file: FileId,
    /// The byte that the cursor stands before.
    pub offset: u32,
}

/// Something in the source that an editor can go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// All of it.
    pub full: Span,
    /// Its name.
    pub name: Span,
}

/// A replacement of text in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced; an empty range inserts.
    pub at: Span,
    /// The new text.
    pub text: String,
}

impl TextEdit {
    fn insert(file: FileId, offset: u32, text: impl Into<String>) -> Self {
        Self { at: Span { file, range: TextRange::empty(offset) }, text: text.into() }
    }
}
