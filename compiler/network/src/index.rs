//! The resources of a target that networks are about, by type.
//!
//! Everything else is looked at once and never again: a program without networks costs a walk over its resources.
//!
//! Must not know: what the types mean.

use ci_graph::{Place, Stack};
use rustc_hash::FxHashMap;

/// Resources by the names of their types, in the order of the stacks.
#[derive(Debug, Default)]
pub(crate) struct Index(FxHashMap<&'static str, Vec<Place>>);

impl Index {
    pub fn new(stacks: &[&Stack], is_meant: impl Fn(&str) -> bool) -> Self {
        let mut found: FxHashMap<&'static str, Vec<Place>> = FxHashMap::default();
        for (at, stack) in stacks.iter().enumerate() {
            for (resource, of) in stack.resource_ids() {
                let name = of.schema.name();
                if is_meant(name) {
                    found.entry(name).or_default().push(Place { stack: at, resource });
                }
            }
        }
        Self(found)
    }

    pub fn of(&self, name: &str) -> &[Place] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
