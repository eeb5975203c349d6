//! From the stacks of a target to a diagram.
//!
//! Must not know: coordinates, formats, files.

pub(crate) mod apart;
mod arrows;
mod boxes;
mod level;
mod refs;

use std::collections::HashSet;

use ci_graph::{Place, Stack};

use crate::model::{At, Diagram, Group, GroupKind, Of};
use boxes::Boxes;
use refs::Refs;

/// How much is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// A box for each service.
    Services,
    /// A box for each thing that people draw; what belongs to it is part of it.
    #[default]
    Units,
    /// A box for each resource.
    Resources,
}

/// What to draw.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// What the diagram is of.
    pub title: String,
    /// What the source says about it.
    pub description: Option<String>,
    /// What each stack is called in it, in the order of the stacks.
    pub names: Vec<String>,
    /// Only what is in this service, and what it is connected with.
    pub service: Option<&'a str>,
    /// How much is drawn.
    pub level: Level,
    /// What is there only because others could use it, and nobody does: it is not drawn.
    pub idle: HashSet<Place>,
}

/// The diagram of the stacks of a target.
pub fn read(stacks: &[&Stack], request: &Request<'_>) -> Diagram<At> {
    let refs = Refs::read(stacks);
    let mut diagram = Diagram {
        title: request.title.clone(),
        description: request.description.clone(),
        groups: services(stacks, &request.names),
        nodes: Vec::new(),
        edges: Vec::new(),
        notes: Vec::new(),
    };
    let boxes = Boxes::read(stacks, &refs, request, &mut diagram);
    arrows::read(stacks, &refs, &boxes, request.level, &mut diagram);
    level::finish(&mut diagram, request);
    apart::split(&mut diagram);
    diagram
}

/// A group for each stack, in their order.
fn services(stacks: &[&Stack], names: &[String]) -> Vec<Group<At>> {
    let group = |(at, stack): (usize, &&Stack)| {
        let name = names.get(at).cloned().unwrap_or_else(|| stack.name.to_string());
        let origin = At { stack: at, origin: stack.origin, of: Of::Stack };
        Group { id: name.clone(), name, kind: GroupKind::Service, parent: None, at: Some(origin) }
    };
    stacks.iter().enumerate().map(group).collect()
}
