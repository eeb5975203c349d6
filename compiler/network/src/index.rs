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
        let mut found: FxHashMap<&'static str, Option<Vec<Place>>> = FxHashMap::default();
        for (at, stack) in stacks.iter().enumerate() {
            for (resource, of) in stack.resource_ids() {
                let name = of.schema.name();
                // Asked once for each type: a program has few of them.
                let places = found.entry(name).or_insert_with(|| is_meant(name).then(Vec::new));
                if let Some(places) = places {
                    places.push(Place { stack: at, resource });
                }
            }
        }
        Self(found.into_iter().filter_map(|(name, places)| Some((name, places?))).collect())
    }

    pub fn of(&self, name: &str) -> &[Place] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
