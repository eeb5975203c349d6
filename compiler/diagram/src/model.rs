//! What is in a diagram: boxes, what they are in, and arrows between them.
//!
//! Places are a parameter: what reads stacks knows origins, what writes files knows lines.
//!
//! Must not know: stacks, coordinates, formats.

use ci_graph::{Origin, ResourceId};

use crate::kinds::Family;

/// A diagram whose places in the source are of the type `L`.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagram<L> {
    /// What it is of: `Shop, prod`.
    pub title: String,
    /// What is said about it in the source.
    pub description: Option<String>,
    /// Boxes around boxes; each comes after the one it is in.
    pub groups: Vec<Group<L>>,
    /// Boxes, in the order of the source.
    pub nodes: Vec<Node<L>>,
    /// Arrows, in the order of the source.
    pub edges: Vec<Edge<L>>,
    /// What was left out, in words.
    pub notes: Vec<String>,
}

/// A box around boxes.
#[derive(Clone, Debug, PartialEq)]
pub struct Group<L> {
    /// Stays the same as long as its name does: `orders`, `orders/site`.
    pub id: String,
    /// What to write on it.
    pub name: String,
    /// What it stands for.
    pub kind: GroupKind,
    /// The group that it is in.
    pub parent: Option<usize>,
    /// Where it is declared.
    pub at: Option<L>,
}

impl<L> Group<L> {
    /// Its name with what it stands for, where the name alone does not say that.
    pub(crate) fn title(&self) -> String {
        match self.kind {
            GroupKind::Service | GroupKind::Unit => self.name.clone(),
            GroupKind::Network | GroupKind::Subnets => format!("{} ({})", self.name, self.kind.name()),
        }
    }
}

/// What a group stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupKind {
    /// A service: a stack.
    Service,
    /// A component with several things in it.
    Unit,
    /// A virtual network.
    Network,
    /// Subnets of one kind.
    Subnets,
}

impl GroupKind {
    /// What it is called in outputs: `service`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Unit => "component",
            Self::Network => "network",
            Self::Subnets => "subnets",
        }
    }
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<L> {
    /// Stays the same as long as its name does: `orders/api`.
    pub id: String,
    /// Its name in the source.
    pub name: String,
    /// What it is, in a word or two: `Function`.
    pub label: String,
    /// What it is drawn as.
    pub family: Family,
    /// Whether it is of the program.
    pub kind: NodeKind,
    /// The group that it is in.
    pub parent: Option<usize>,
    /// Where it is written.
    pub at: Option<L>,
    /// The resources that it stands for, the one that gives it its kind first.
    pub parts: Vec<Part>,
}

/// Whether a box is of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// It is.
    Own,
    /// Everyone.
    Internet,
    /// A service of AWS, or somebody else, that the program does not make.
    Outside,
}

impl NodeKind {
    /// What it is called in outputs: `own`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Internet => "internet",
            Self::Outside => "outside",
        }
    }
}

/// A resource that a box stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its stack.
    pub stack: String,
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in the source.
    pub path: String,
    /// Its type: `AWS::SQS::Queue`.
    pub resource_type: String,
}

/// An arrow.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge<L> {
    /// Stays the same as long as the names of its ends do.
    pub id: String,
    /// The node that it leaves.
    pub from: usize,
    /// The node that it points to.
    pub to: usize,
    /// What it says.
    pub kind: EdgeKind,
    /// In words: `read, write`, `tcp 5432`; may be empty.
    pub label: String,
    /// Where the source says so, in the order it was found; without repetition.
    pub at: Vec<L>,
}

/// What an arrow says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EdgeKind {
    /// The one hands work to the other: a trigger, a route, a subscription.
    Event,
    /// The one has a right on the other.
    Access,
    /// The one reaches the other over a network.
    Network,
    /// The one knows a value of the other, and nothing else connects them.
    Reference,
}

impl EdgeKind {
    /// All of them, as a legend has them.
    pub const ALL: [Self; 4] = [Self::Event, Self::Access, Self::Network, Self::Reference];

    /// What it is called in outputs: `event`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Access => "access",
            Self::Network => "network",
            Self::Reference => "reference",
        }
    }

    /// What it means, for a legend.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Event => "triggers or calls",
            Self::Access => "has the right to",
            Self::Network => "reaches over the network",
            Self::Reference => "reads a value of",
        }
    }
}

/// A place in the stacks of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct At {
    /// The stack's position.
    pub stack: usize,
    /// Where in the items of that stack.
    pub origin: Origin,
    /// What is there.
    pub of: Of,
}

/// What is at a place: where a library wrote it, it leads to what the program itself says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Of {
    /// The stack.
    Stack,
    /// A resource of it, or something in that.
    Resource(ResourceId),
    /// The member of the service that has this resource.
    Member(ResourceId),
}

/// A place in a file, as editors count.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// Its path.
    pub file: String,
    /// Line and column of the beginning, from one.
    pub start: (u32, u32),
    /// Those of the end.
    pub end: (u32, u32),
}

impl<L> Diagram<L> {
    /// The same with other places.
    pub fn map<M>(self, mut place: impl FnMut(L) -> M) -> Diagram<M> {
        let Self { title, description, groups, nodes, edges, notes } = self;
        let groups = groups
            .into_iter()
            .map(|Group { id, name, kind, parent, at }| Group {
                id,
                name,
                kind,
                parent,
                at: at.map(&mut place),
            })
            .collect();
        let nodes = nodes
            .into_iter()
            .map(|node| Node {
                id: node.id,
                name: node.name,
                label: node.label,
                family: node.family,
                kind: node.kind,
                parent: node.parent,
                at: node.at.map(&mut place),
                parts: node.parts,
            })
            .collect();
        let edges = edges
            .into_iter()
            .map(|edge| Edge {
                id: edge.id,
                from: edge.from,
                to: edge.to,
                kind: edge.kind,
                label: edge.label,
                at: edge.at.into_iter().map(&mut place).collect(),
            })
            .collect();
        Diagram { title, description, groups, nodes, edges, notes }
    }

    /// Whether a group is `outer` or somewhere in it.
    pub fn is_within(&self, mut group: Option<usize>, outer: usize) -> bool {
        while let Some(at) = group {
            if at == outer {
                return true;
            }
            group = self.groups[at].parent;
        }
        false
    }
}
