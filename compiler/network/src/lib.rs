//! Networks: who reaches whom, proved on the infrastructure graph.
//!
//! [`Network::read`] makes a model of what the stacks of a target declare; [`Network::reaches`] asks it. An answer is a
//! path, each hop with the place in the source that lets it through, or what blocks it and the setting that would have to
//! change. What only the deployment knows, and what exists elsewhere, is open when something is to be shown to be blocked,
//! and closed when it is to be shown to arrive; an answer says where that mattered. [`findings`] are what is wrong in any
//! case.
//!
//! What is claimed: under the rules of a VPC, for the templates as written. Not what hosts, services or people add.
//!
//! Must not know: syntax, policies, files, how an answer is shown.

mod admitted;
mod element;
mod findings;
mod index;
mod model;
mod reach;
mod reader;
mod sets;
mod truth;
mod walk;

use ci_graph::{Place, Stack};

pub use admitted::{Admits, Admitted};
use element::Elements;
pub use element::Kind;
pub use findings::{Finding, Lack, Need, findings};
use index::Index;
use model::Model;
pub use reach::{Answer, Blocked, End, Hop, HopKind, Path};
pub use reader::At;
use reader::Reader;
pub use sets::{Addresses, Intervals, Point, Ports, Protocol};
pub use truth::Truth;

/// The networks of a target.
pub struct Network<'a> {
    reader: Reader<'a>,
    index: Index,
    model: Model,
    elements: Elements,
}

impl<'a> Network<'a> {
    /// Reads the networks of the stacks of a target.
    pub fn read(stacks: &'a [&'a Stack]) -> Self {
        let reader = Reader { stacks };
        let index = Index::new(stacks, element::is_meant);
        if index.is_empty() {
            return Self { reader, index, model: Model::default(), elements: Elements::default() };
        }
        let model = model::read(reader, &index);
        let elements = element::read(reader, &index, &model);
        Self { reader, index, model, elements }
    }

    /// Whether nothing of the target is in a network or lets packets into one: then nothing is wrong with them.
    pub fn is_empty(&self) -> bool {
        self.elements.all.is_empty() && self.model.groups.is_empty()
    }

    /// Whether anything in a network runs code: only then does it matter what that needs.
    pub fn has_compute(&self) -> bool {
        self.elements.all.values().any(|element| element.kind == Kind::Compute)
    }

    /// Everything that has interfaces in a network, with its kind, in the order of the stacks and their resources.
    pub fn elements(&self) -> impl Iterator<Item = (Place, Kind)> {
        self.elements.all.values().map(|element| (element.place, element.kind))
    }

    /// The element that a resource is or belongs to: an instance of a cluster is found in the cluster.
    pub fn element(&self, place: Place) -> Option<Place> {
        let whole = self.elements.parts.get(&place).copied().unwrap_or(place);
        [place, whole].into_iter().find(|place| self.elements.all.contains_key(place))
    }

    /// To whom a load balancer passes what it takes: the elements and their ports, in the order of the source.
    pub fn forwards(&self, place: Place) -> Vec<(Place, Option<u16>)> {
        let element = self.element(place).and_then(|place| self.elements.all.get(&place));
        let mut found: Vec<(Place, Option<u16>)> = Vec::new();
        for forward in element.into_iter().flat_map(|element| &element.forwards) {
            if !found.contains(&(forward.to, forward.port)) {
                found.push((forward.to, forward.port));
            }
        }
        found
    }

    /// The name of a resource in the source.
    fn path(&self, place: Place) -> &'a str {
        &self.reader.resource(place).path
    }
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
