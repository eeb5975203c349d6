//! Short ways to write a stack in tests.

use ci_base::TextRange;

use crate::{Entry, Late, Located, Origin, Resource, ResourceId, Stack, Value};

pub(crate) fn origin(item: u32) -> Origin {
    Origin { item, range: TextRange::new(0, 1) }
}

pub(crate) fn located(value: Value, item: u32) -> Located {
    Located { value, origin: origin(item) }
}

pub(crate) fn reference(resource: u32) -> Value {
    Value::late(Late::Identifier(ResourceId(resource)))
}

pub(crate) fn resource(id: &str, properties: Vec<(&str, Located)>) -> Resource {
    let schema = ci_catalog::resource_type("AWS::SNS::Topic").expect("a resource type");
    let properties = properties.into_iter().map(|(name, value)| Entry { name: name.into(), value });
    Resource::new(id.into(), id.into(), schema, properties.collect(), origin(0))
}

/// Resources of which the one at `at` reads those of `reads[at]`, each read having its own origin.
pub(crate) fn stack(reads: &[Vec<u32>]) -> Stack {
    let mut item = 0;
    let mut read = |target: &u32| {
        item += 1;
        ("DisplayName", located(reference(*target), item))
    };
    let resources = reads.iter().enumerate();
    let resources =
        resources.map(|(at, reads)| resource(&format!("R{at}"), reads.iter().map(&mut read).collect()));
    Stack { resources: resources.collect(), ..Stack::new("Test".into(), origin(0)) }
}
