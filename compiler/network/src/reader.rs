//! Values of properties as far as they are known: through choices of the deployment, outputs of other stacks, and lists
//! that were one text on the way.
//!
//! Must not know: what a property means.

use std::sync::Arc;

use ci_graph::{Entry, Late, Located, Origin, Place, Resource, Stack, Value};

/// A place in the source: an origin of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At {
    /// The position of the stack.
    pub stack: usize,
    /// The origin in it.
    pub origin: Origin,
}

/// What is known of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Known<'a> {
    /// The identifier of a resource, or an attribute of it by name.
    Of(Place, Option<&'a str>),
    /// A text.
    Text(Arc<str>),
    /// A whole number.
    Int(i64),
    /// A truth.
    Bool(bool),
    /// Named values.
    Record(&'a [Entry]),
    /// Only the deployment knows it.
    Unknown,
}

/// A value, or one of those that the deployment chooses from.
#[derive(Clone, Debug)]
pub(crate) struct Item<'a> {
    pub known: Known<'a>,
    pub at: At,
    /// It is there whatever the deployment decides.
    pub sure: bool,
}

impl Item<'_> {
    /// The resource that this identifies, by its identifier or an attribute.
    pub fn place(&self) -> Option<Place> {
        match self.known {
            Known::Of(place, _) => Some(place),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.known {
            Known::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number, also one that is written as text.
    pub fn int(&self) -> Option<i64> {
        match &self.known {
            Known::Int(number) => Some(*number),
            Known::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

/// Reads values of the stacks of a target.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub stacks: &'a [&'a Stack],
}

impl<'a> Reader<'a> {
    pub fn resource(self, place: Place) -> &'a Resource {
        self.stacks[place.stack].resource(place.resource)
    }

    pub fn type_name(self, place: Place) -> &'static str {
        self.resource(place).schema.name()
    }

    /// Where a resource is written.
    pub fn at(self, place: Place) -> At {
        At { stack: place.stack, origin: self.resource(place).origin }
    }

    /// The elements of the list at the end of a path of names, or the one value there; also those below lists on the way.
    pub fn property(self, place: Place, path: &str) -> Vec<Item<'a>> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let found = self.resource(place).property(first).map(|found| self.items(place.stack, found));
        let found = found.unwrap_or_default();
        match rest {
            None => found,
            Some(rest) => found.iter().flat_map(|item| self.below(item, rest)).collect(),
        }
    }

    /// The same below a record.
    pub fn below(self, item: &Item<'a>, path: &str) -> Vec<Item<'a>> {
        path.split('.').fold(vec![item.clone()], |items, name| {
            items.iter().flat_map(|item| self.entry(item, name)).collect()
        })
    }

    fn entry(self, item: &Item<'a>, name: &str) -> Vec<Item<'a>> {
        match item.known {
            Known::Record(entries) => {
                let found = entries.iter().find(|entry| &*entry.name == name);
                let mut items =
                    found.map(|found| self.items(item.at.stack, &found.value)).unwrap_or_default();
                for found in &mut items {
                    found.sure &= item.sure;
                }
                items
            }
            Known::Unknown => vec![item.clone()],
            _ => Vec::new(),
        }
    }

    /// A value: each it may be, and the elements of lists one by one. What is absent is none.
    pub fn items(self, stack: usize, located: &'a Located) -> Vec<Item<'a>> {
        let mut found = Vec::new();
        self.collect(stack, &located.value, At { stack, origin: located.origin }, true, &mut found);
        found
    }

    fn collect(self, stack: usize, value: &'a Value, at: At, sure: bool, found: &mut Vec<Item<'a>>) {
        let known = match value {
            Value::List(items) => {
                for item in items {
                    self.collect(stack, &item.value, At { stack, origin: item.origin }, sure, found);
                }
                return;
            }
            Value::Absent => return,
            Value::Bool(truth) => Known::Bool(*truth),
            Value::Int(number) => Known::Int(*number),
            Value::String(text) => Known::Text(Arc::clone(text)),
            Value::Record(entries) => Known::Record(entries),
            Value::Float(_) | Value::Unknown => Known::Unknown,
            Value::Late(late) => match &**late {
                Late::If { then, otherwise, .. } => {
                    for branch in [then, otherwise] {
                        let at = At { stack, origin: branch.origin };
                        self.collect(stack, &branch.value, at, false, found);
                    }
                    return;
                }
                Late::StackOutput { stack: provider, output, .. } => match self.output(provider, output) {
                    Some((there, value, conditional)) => {
                        // The reader's place says more than the provider's, which has many readers.
                        return self.collect(there, value, at, sure && !conditional, found);
                    }
                    None => Known::Unknown,
                },
                Late::Split { separator, text } => {
                    return self.split(stack, separator, text, at, sure, found);
                }
                Late::Select { index, list } => {
                    let mut items = Vec::new();
                    self.collect(stack, list, at, sure, &mut items);
                    let all_sure = items.iter().all(|item| item.sure);
                    match items.into_iter().nth(*index as usize) {
                        Some(item) if all_sure => {
                            found.push(item);
                            return;
                        }
                        _ => Known::Unknown,
                    }
                }
                Late::Identifier(resource) => Known::Of(Place { stack, resource: *resource }, None),
                Late::Attribute(resource, name) => {
                    Known::Of(Place { stack, resource: *resource }, Some(name))
                }
                // A text with late parts ends as it is written: the name of a service does.
                _ => Known::Unknown,
            },
        };
        found.push(Item { known, at, sure });
    }

    /// The elements of a list that is a text on the way: `a,b,c`.
    fn split(
        self,
        stack: usize,
        separator: &str,
        text: &'a Value,
        at: At,
        sure: bool,
        found: &mut Vec<Item<'a>>,
    ) {
        let unknown = Item { known: Known::Unknown, at, sure };
        match text {
            Value::String(text) => {
                found.extend(text.split(separator).map(|piece| Item {
                    known: Known::Text(piece.into()),
                    at,
                    sure,
                }));
            }
            Value::Late(late) => match &**late {
                Late::StackOutput { stack: provider, output, .. } => match self.output(provider, output) {
                    Some((there, value, conditional)) => {
                        self.split(there, separator, value, at, sure && !conditional, found);
                    }
                    None => found.push(unknown),
                },
                Late::Join { separator: joined, list } if **joined == *separator => {
                    self.collect(stack, list, at, sure, found);
                }
                Late::Concat(parts) => {
                    // Each piece is either one late value or a text; what is made of several is not known.
                    let mut piece: Vec<Item<'a>> = Vec::new();
                    let mut end = |piece: &mut Vec<Item<'a>>| match piece.len() {
                        1 => found.append(piece),
                        _ => {
                            piece.clear();
                            found.push(unknown.clone());
                        }
                    };
                    for part in parts {
                        if let Value::String(text) = part {
                            for (at_piece, text) in text.split(separator).enumerate() {
                                if at_piece > 0 {
                                    end(&mut piece);
                                }
                                if !text.is_empty() {
                                    piece.push(Item { known: Known::Text(text.into()), at, sure });
                                }
                            }
                        } else {
                            self.collect(stack, part, at, sure, &mut piece);
                        }
                    }
                    end(&mut piece);
                }
                Late::Identifier(_) | Late::Attribute(..) => self.collect(stack, text, at, sure, found),
                _ => found.push(unknown),
            },
            _ => found.push(unknown),
        }
    }

    /// The known text that a value ends with: `.s3` of a name that begins with a late region.
    pub fn ending(self, place: Place, name: &str) -> Option<&'a str> {
        match &self.resource(place).property(name)?.value {
            Value::String(text) => Some(text),
            Value::Late(late) => match &**late {
                Late::Concat(parts) => parts.last()?.as_str(),
                _ => None,
            },
            _ => None,
        }
    }

    fn output(self, provider: &str, output: &str) -> Option<(usize, &'a Value, bool)> {
        let at = self.stacks.iter().position(|stack| *stack.name == *provider)?;
        let found = self.stacks[at].outputs.iter().find(|known| *known.name == *output)?;
        Some((at, &found.value.value, found.condition.is_some()))
    }
}
