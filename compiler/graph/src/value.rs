//! Values of properties, known or late, each with the place it was written at.

use std::sync::Arc;

use ci_base::TextRange;

use crate::Late;

/// Where something was written: an item of the program, and a range that counts from that item's start.
///
/// Items are numbered by whoever built the graph; edits elsewhere in a file do not change an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The item's number in the table beside the graph.
    pub item: u32,
    /// Byte offsets from the start of the item.
    pub range: TextRange,
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The value.
    pub value: Value,
    /// Where it was written.
    pub origin: Origin,
}

/// A value as a template holds it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// Text.
    String(Arc<str>),
    /// A list.
    List(Vec<Located>),
    /// Named values in the order they were written; names are unique.
    Record(Vec<Entry>),
    /// A value that is only known when the stack is deployed.
    Late(Box<Late>),
    /// The absence of a value: the property is left out (`AWS::NoValue` inside a late condition).
    Absent,
    /// A value nothing is known about: an input of a unit that is checked on its own, or the place of an error that
    /// has been reported. Analyses say nothing about it; no template is written from a graph that holds one.
    Unknown,
}

/// A named value of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The name, as the template writes it.
    pub name: Arc<str>,
    /// Its value.
    pub value: Located,
}

impl Value {
    /// A text value.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// A late value.
    pub fn late(late: Late) -> Self {
        Self::Late(Box::new(late))
    }

    /// The entry of a record, if this is a record that has it.
    pub fn get(&self, name: &str) -> Option<&Located> {
        match self {
            Self::Record(entries) => {
                entries.iter().find(|entry| &*entry.name == name).map(|entry| &entry.value)
            }
            _ => None,
        }
    }

    /// The text, if this is known text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
