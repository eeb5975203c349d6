//! Which resource reads which, also through the outputs of other stacks.
//!
//! Must not know: what is drawn.

use std::collections::HashMap;

use ci_graph::{Late, Origin, Place, Resource, ResourceId, Stack, Value, visit_late};

/// How many stacks a value may be handed through before nobody follows it.
const MAX_HOPS: usize = 8;

/// A resource that is read, and where that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ref {
    pub to: Place,
    pub origin: Origin,
}

/// References between the resources of a target.
pub(super) struct Refs<'a> {
    stacks: &'a [&'a Stack],
    by_name: HashMap<&'a str, usize>,
    by_logical_id: HashMap<(usize, &'a str), ResourceId>,
    /// What each resource reads, by stack and position.
    out: Vec<Vec<Vec<Ref>>>,
    /// Who in the same stack reads it.
    readers: Vec<Vec<Vec<ResourceId>>>,
}

impl<'a> Refs<'a> {
    pub fn read(stacks: &'a [&'a Stack]) -> Self {
        let by_name = stacks.iter().enumerate().map(|(at, stack)| (&*stack.name, at)).collect();
        let ids = |(at, stack): (usize, &&'a Stack)| {
            let stack: &'a Stack = stack;
            stack.resource_ids().map(move |(id, of)| ((at, &*of.logical_id), id)).collect::<Vec<_>>()
        };
        let by_logical_id = stacks.iter().enumerate().flat_map(ids).collect();
        let readers = stacks.iter().map(|stack| vec![Vec::new(); stack.resources.len()]).collect();
        let mut refs = Self { stacks, by_name, by_logical_id, out: Vec::new(), readers };
        for (at, stack) in stacks.iter().enumerate() {
            let read = |of: &Resource| {
                let mut found = Vec::new();
                for entry in &of.properties {
                    refs.collect(at, &entry.value.value, entry.value.origin, 0, &mut found);
                }
                found
            };
            let all: Vec<Vec<Ref>> = stack.resources.iter().map(read).collect();
            for (reader, found) in all.iter().enumerate() {
                for one in found.iter().filter(|one| one.to.stack == at) {
                    refs.readers[at][one.to.resource.0 as usize].push(ResourceId(reader as u32));
                }
            }
            refs.out.push(all);
        }
        refs
    }

    pub fn resource(&self, place: Place) -> &'a Resource {
        self.stacks[place.stack].resource(place.resource)
    }

    /// What a resource reads, in the order of its properties.
    pub fn of(&self, place: Place) -> &[Ref] {
        &self.out[place.stack][place.resource.0 as usize]
    }

    /// The resources of the same stack that read a resource, in their order.
    pub fn readers(&self, place: Place) -> &[ResourceId] {
        &self.readers[place.stack][place.resource.0 as usize]
    }

    /// What a property reads, by its dotted path: `DistributionConfig.Origins`.
    pub fn of_property(&self, place: Place, path: &str) -> Vec<Ref> {
        let mut found = Vec::new();
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let Some(mut value) = self.resource(place).property(first) else { return found };
        for step in rest.split('.').filter(|step| !step.is_empty()) {
            match value.value.get(step) {
                Some(inner) => value = inner,
                None => return found,
            }
        }
        self.collect(place.stack, &value.value, value.origin, 0, &mut found);
        found
    }

    /// The resources that a text of the policy algebra names: `…{stack:LogicalId.Attribute}…`.
    pub fn in_text(&self, text: &str) -> Vec<Place> {
        let mut found = Vec::new();
        for piece in text.split('{').skip(1) {
            let Some((symbol, _)) = piece.split_once('}') else { continue };
            let Some((stack, attribute)) = symbol.split_once(':') else { continue };
            let id = attribute.split('.').next().unwrap_or(attribute);
            let Some(&stack) = self.by_name.get(stack) else { continue };
            if let Some(&resource) = self.by_logical_id.get(&(stack, id)) {
                found.push(Place { stack, resource });
            }
        }
        found
    }

    fn collect(&self, stack: usize, value: &Value, origin: Origin, hops: usize, found: &mut Vec<Ref>) {
        visit_late(value, origin, &mut |late, at| match late {
            Late::Identifier(resource) | Late::Attribute(resource, _) => {
                // Behind an output it is the reader who says so.
                let origin = if hops == 0 { at } else { origin };
                found.push(Ref { to: Place { stack, resource: *resource }, origin });
            }
            Late::StackOutput { stack: provider, output, .. } if hops < MAX_HOPS => {
                let origin = if hops == 0 { at } else { origin };
                let Some(&provider) = self.by_name.get(&**provider) else { return };
                let outputs = &self.stacks[provider].outputs;
                if let Some(output) = outputs.iter().find(|known| known.name == *output) {
                    let mut behind = Vec::new();
                    self.collect(provider, &output.value.value, output.value.origin, hops + 1, &mut behind);
                    found.extend(behind.into_iter().map(|read| Ref { to: read.to, origin }));
                }
            }
            _ => {}
        });
    }
}
