//! The way from a resource to the value in hand, kept on the call stack and written out only for a message.

use std::fmt;

/// A position inside the properties of a resource.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    /// The resource itself; its type.
    Resource(&'p str),
    /// A property or key.
    Name(&'p str),
    /// An item of a list, from zero.
    Item(usize),
}

impl<'p> Place<'p> {
    pub(crate) const fn resource(type_name: &'p str) -> Self {
        Self { parent: None, step: Step::Resource(type_name) }
    }

    pub(crate) const fn name(&'p self, name: &'p str) -> Self {
        Self { parent: Some(self), step: Step::Name(name) }
    }

    pub(crate) const fn item(&'p self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Item(index) }
    }

    /// The name of the property here, if this is one.
    pub(crate) const fn own_name(&self) -> Option<&'p str> {
        match self.step {
            Step::Name(name) => Some(name),
            Step::Resource(_) | Step::Item(_) => None,
        }
    }
}

/// How a message names the place: the innermost property, or the item of it.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.step, self.parent) {
            (Step::Resource(name) | Step::Name(name), _) => write!(f, "`{name}`"),
            (Step::Item(index), Some(parent)) => write!(f, "item {} of {parent}", index + 1),
            (Step::Item(index), None) => write!(f, "item {}", index + 1),
        }
    }
}
