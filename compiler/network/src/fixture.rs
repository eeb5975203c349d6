//! Short ways to write networks in tests.

use ci_base::TextRange;
use ci_graph::{Entry, Late, Located, Origin, Place, Resource, ResourceId, Stack, Value};

fn located(value: Value) -> Located {
    Located { value, origin: Origin { item: 0, range: TextRange::new(0, 1) } }
}

pub(crate) fn text(text: &str) -> Value {
    Value::string(text)
}

/// The identifier of a resource.
pub(crate) fn id(place: Place) -> Value {
    Value::late(Late::Identifier(place.resource))
}

pub(crate) fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List(items.into_iter().map(located).collect())
}

pub(crate) fn record(entries: Vec<(&str, Value)>) -> Value {
    let entry = |(name, value): (&str, Value)| Entry { name: name.into(), value: located(value) };
    Value::Record(entries.into_iter().map(entry).collect())
}

/// One stack in the making.
pub(crate) struct Builder(Stack);

impl Builder {
    pub fn new() -> Self {
        Self(Stack::new("test".into(), Origin { item: 0, range: TextRange::new(0, 1) }))
    }

    pub fn add(&mut self, name: &str, properties: Vec<(&str, Value)>) -> Place {
        let at = self.0.resources.len();
        let Value::Record(properties) = record(properties) else { unreachable!("a record") };
        self.0.resources.push(Resource::new(
            format!("R{at}").into(),
            format!("r{at}").into(),
            ci_catalog::resource_type(name).unwrap_or_else(|| panic!("{name}")),
            properties,
            Origin { item: at as u32, range: TextRange::new(0, 1) },
        ));
        Place { stack: 0, resource: ResourceId(at as u32) }
    }

    pub fn stack(self) -> Stack {
        self.0
    }
}
