//! Values of the graph as texts of policies, and the resources behind them.

use std::sync::Arc;

use ci_graph::{Late, Pseudo, Stack, Value};

use super::{Place, Program, Reach};
use crate::{Part, Parts, Symbol, Text};

/// The longest text that a name or an ARN is taken for.
const MAX_LENGTH: u16 = 2_048;

/// Reads values of a program's stacks.
///
/// What one stack reads of another is followed without counting: services that need each other in a circle are no program.
#[derive(Clone, Copy)]
pub(super) struct Reader<'s, 'a> {
    pub stacks: &'s [&'a Stack],
}

impl<'a> Reader<'_, 'a> {
    /// All texts that a value may become: more than one where the deployment decides. Values that are no texts give none.
    pub fn texts(self, stack: usize, value: &Value) -> Vec<Parts> {
        match value {
            Value::String(text) => vec![Parts(vec![Part::Text(Arc::clone(text))])],
            Value::Bool(known) => vec![Parts::from(known.to_string())],
            Value::Int(known) => vec![Parts::from(known.to_string())],
            Value::Float(known) => vec![Parts::from(known.to_string())],
            Value::List(items) => items.iter().flat_map(|item| self.texts(stack, &item.value)).collect(),
            Value::Late(late) => self.late(stack, late),
            Value::Record(_) | Value::Absent | Value::Unknown => Vec::new(),
        }
    }

    fn late(self, stack: usize, late: &Late) -> Vec<Parts> {
        match late {
            Late::If { then, otherwise, .. } => {
                let mut both = self.texts(stack, &then.value);
                both.extend(self.texts(stack, &otherwise.value));
                both
            }
            Late::Concat(parts) => parts.iter().fold(vec![Parts::default()], |before, part| {
                let next = self.texts(stack, part);
                let joined = before.iter().flat_map(|before| {
                    next.iter().map(|next| Parts([before.0.as_slice(), next.0.as_slice()].concat()))
                });
                joined.collect()
            }),
            Late::Join { separator, list: Value::List(items) } => {
                let separator = [Part::Text(Arc::clone(separator))];
                let mut joined: Vec<Parts> = Vec::new();
                for item in items {
                    let next = self.texts(stack, &item.value);
                    joined = if joined.is_empty() {
                        next
                    } else {
                        let both = |before: &Parts, next: &Parts| {
                            Parts([before.0.as_slice(), &separator, next.0.as_slice()].concat())
                        };
                        joined.iter().flat_map(|before| next.iter().map(|next| both(before, next))).collect()
                    };
                }
                joined
            }
            Late::StackOutput { stack: provider, output, .. } => match self.output(provider, output) {
                Some((at, value)) => self.texts(at, value),
                None => vec![Symbol::new(format!("{provider}:{output}"), MAX_LENGTH).into()],
            },
            _ => vec![self.symbol(stack, late).into()],
        }
    }

    /// What is known at deployment, under a name that is the same for the same thing.
    fn symbol(self, stack: usize, late: &Late) -> Symbol {
        let of = self.stacks[stack];
        match late {
            Late::Pseudo(Pseudo::AccountId) => Symbol::account(),
            Late::Pseudo(Pseudo::Region) => Symbol::region(),
            Late::Pseudo(Pseudo::Partition) => Symbol::partition(),
            Late::Pseudo(Pseudo::UrlSuffix) => Symbol::field(Pseudo::UrlSuffix.name(), MAX_LENGTH),
            Late::Pseudo(pseudo) => Symbol::new(format!("{}:{}", of.name, pseudo.name()), MAX_LENGTH),
            Late::Identifier(id) => {
                let resource = of.resource(*id);
                // The identifier of most types is an attribute by another way.
                match resource.schema.ref_parts() {
                    [one] => symbol_of(of, &resource.logical_id, one),
                    _ => symbol_of(of, &resource.logical_id, "Identifier"),
                }
            }
            Late::Attribute(id, name) => symbol_of(of, &of.resource(*id).logical_id, name),
            Late::Parameter(id) => Symbol::new(format!("{}:{}", of.name, of.parameter(*id).name), MAX_LENGTH),
            other => Symbol::new(format!("{}:{other:?}", of.name), MAX_LENGTH),
        }
    }

    fn output(self, provider: &str, output: &str) -> Option<(usize, &'a Value)> {
        let at = self.stacks.iter().position(|stack| *stack.name == *provider)?;
        let found = self.stacks[at].outputs.iter().find(|known| *known.name == *output)?;
        Some((at, &found.value.value))
    }

    /// The resource that a value is an identifier or an attribute of, and what comes after that.
    pub fn reach(self, stack: usize, value: &Value) -> Reach {
        let (place, rest) = self.begins_with(stack, value);
        Reach { place, rest }
    }

    /// The resource that a value is an identifier or an attribute of.
    pub fn place(self, stack: usize, value: &Value) -> Option<Place> {
        match self.begins_with(stack, value) {
            (Some(place), rest) if rest.is_empty() => Some(place),
            _ => None,
        }
    }

    fn begins_with(self, stack: usize, value: &Value) -> (Option<Place>, String) {
        let shown = |value| self.texts(stack, value).first().map_or_else(String::new, Parts::to_string);
        let Value::Late(late) = value else { return (None, shown(value)) };
        match &**late {
            Late::Identifier(resource) | Late::Attribute(resource, _) => {
                (Some(Place { stack, resource: *resource }), String::new())
            }
            Late::StackOutput { stack: provider, output, .. } => match self.output(provider, output) {
                Some((at, value)) => self.begins_with(at, value),
                None => (None, shown(value)),
            },
            Late::Concat(parts) => {
                let Some((first, rest)) = parts.split_first() else { return (None, String::new()) };
                match self.begins_with(stack, first) {
                    (Some(place), before) => {
                        (Some(place), before + &rest.iter().map(shown).collect::<String>())
                    }
                    (None, _) => (None, shown(value)),
                }
            }
            _ => (None, shown(value)),
        }
    }
}

pub(super) fn symbol_of(stack: &Stack, logical_id: &str, attribute: &str) -> Symbol {
    Symbol::new(format!("{}:{logical_id}.{attribute}", stack.name), MAX_LENGTH)
}

/// The texts that a statement may name a resource by.
pub(super) fn arns(program: &Program<'_>, place: Place) -> Vec<Text> {
    let stack = program.stacks[place.stack];
    let resource = stack.resource(place.resource);
    let names = resource.schema.attributes().iter().map(|attribute| attribute.name);
    let names = names.chain(resource.schema.ref_parts().iter().copied());
    let names = names.filter(|name| name.ends_with("Arn") || *name == "Id");
    names.map(|name| Text::from(symbol_of(stack, &resource.logical_id, name))).collect()
}
