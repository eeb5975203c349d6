//! The text of a file.

use std::ops::Deref;
use std::sync::Arc;

/// The text of a file, cheap to clone. Large texts are never copied for it, and those that
/// are embedded in the program and that nobody reads cost nothing.
#[derive(Clone, Debug)]
pub enum FileText {
    /// A part of the program.
    Embedded(&'static str),
    /// As it was read.
    Read(Arc<String>),
    /// Of an editor or a test.
    Given(Arc<str>),
}

impl Deref for FileText {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Embedded(text) => text,
            Self::Read(text) => text,
            Self::Given(text) => text,
        }
    }
}

impl PartialEq for FileText {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for FileText {}

impl From<String> for FileText {
    fn from(text: String) -> Self {
        Self::Read(Arc::new(text))
    }
}

impl From<Arc<str>> for FileText {
    fn from(text: Arc<str>) -> Self {
        Self::Given(text)
    }
}

impl From<&str> for FileText {
    fn from(text: &str) -> Self {
        Self::Given(text.into())
    }
}
