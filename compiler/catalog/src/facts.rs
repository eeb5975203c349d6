//! What is known about a resource type besides the shape of its properties.

use crate::{Additional, Node, NodeId, Offer};

/// The five operations CloudFormation performs on a resource.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Handler {
    /// Makes it.
    Create,
    /// Reads its state.
    Read,
    /// Changes it in place.
    Update,
    /// Removes it.
    Delete,
    /// Lists all of them.
    List,
}

impl Handler {
    /// All handlers, in the order the data stores them.
    pub const ALL: [Self; 5] = [Self::Create, Self::Read, Self::Update, Self::Delete, Self::List];

    /// The name in a resource schema.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::List => "list",
        }
    }
}

/// A value that `Fn::GetAtt` returns.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Attribute {
    /// The name `Fn::GetAtt` takes: `Arn`, `Endpoint.Address`.
    pub name: &'static str,
    /// What the value looks like.
    pub node: NodeId,
}

/// A condition across several properties, from cfn-lint's extension schemas.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Rule {
    /// cfn-lint's number for it, `E3639`. A first letter `W` marks advice that CloudFormation does not enforce.
    pub id: &'static str,
    /// Where it applies: "" for the properties of the resource, `BlockDeviceMappings/*` for every item.
    pub pointer: &'static str,
    /// A schema that the value at `pointer` must conform to as well. It is about values that are known: where part of a
    /// value is not, a condition on it neither holds nor fails.
    pub node: NodeId,
}

impl Rule {
    /// True if CloudFormation rejects what breaks this rule.
    pub fn is_enforced(&self) -> bool {
        self.id.starts_with('E')
    }
}

/// How the tags of a resource are written.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum TagShape {
    /// A list of objects.
    List {
        /// The property that holds the key, nearly always `Key`.
        key: &'static str,
        /// The property that holds the value, nearly always `Value`.
        value: &'static str,
        /// Each tag also says whether it is handed on (`PropagateAtLaunch`).
        propagates: bool,
    },
    /// An object from key to value.
    Map,
}

/// How a resource is tagged.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Tagging {
    /// The property that holds the tags, `Tags`; a path such as `TagSpecifications/*/Tags` in two types.
    pub property: &'static str,
    /// How they are written.
    pub shape: TagShape,
    /// Tags can be given when the resource is made.
    pub on_create: bool,
    /// Tags can change without replacing the resource.
    pub updatable: bool,
    /// IAM actions needed to tag it.
    pub permissions: &'static [&'static str],
}

/// The announced end of a resource type.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Lifecycle {
    /// What happens.
    pub status: LifecycleStatus,
    /// When, as `2026-09-30`.
    pub date: Option<&'static str>,
}

/// How far a resource type is gone.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum LifecycleStatus {
    /// It works but gets no new features, or takes no new customers.
    Maintenance,
    /// It stops for everyone on the date.
    Sunset,
    /// It stopped on the date.
    Shutdown,
}

/// The order in which CloudFormation replaces a resource.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ReplacementStrategy {
    /// The new one is made first.
    CreateThenDelete,
    /// The old one is deleted first.
    DeleteThenCreate,
}

/// Where a resource type exists.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Regions {
    pub(crate) known: &'static [&'static str],
    pub(crate) mask: u64,
}

impl Regions {
    /// Nothing is known about any region.
    pub(crate) const UNKNOWN: Self = Self { known: &[], mask: 0 };

    /// Whether the type exists in `region` ("eu-west-1"); `None` if nothing reliable is known about that region.
    pub fn contains(self, region: &str) -> Option<bool> {
        let at = self.known.iter().position(|known| *known == region)?;
        Some(self.mask & (1 << at) != 0)
    }

    /// The regions it is known to exist in, sorted.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.known.iter().enumerate().filter(move |(at, _)| self.mask & (1 << at) != 0).map(|(_, name)| *name)
    }
}

/// Everything about a type that is not a node. Pointers have the form `A/*/B`.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Meta {
    pub read_only: &'static [&'static str],
    pub write_only: &'static [&'static str],
    pub create_only: &'static [&'static str],
    pub conditional_create_only: &'static [&'static str],
    pub deprecated: &'static [&'static str],
    pub primary_identifier: &'static [&'static str],
    pub ref_parts: &'static [&'static str],
    pub attributes: &'static [Attribute],
    pub rules: &'static [Rule],
    pub offers: &'static [Offer],
    pub handlers: [Option<&'static [&'static str]>; 5],
    pub tagging: Option<Tagging>,
    pub arn_template: Option<&'static str>,
    pub iam_resource_type: Option<(&'static str, &'static str)>,
    pub lifecycle: Option<Lifecycle>,
    pub replacement: Option<ReplacementStrategy>,
    pub creation_policy: &'static [&'static str],
    pub update_policy: &'static [&'static str],
    pub stateful: bool,
    pub snapshot: bool,
    pub region_mask: Option<u64>,
}

/// Follows a pointer (`A/*/B`, or dotted as attribute names are) from `root`. Arrays and maps may be stepped through
/// with `*` or, as some schemas do, without naming the step.
pub(crate) fn walk<'a>(root: NodeId, pointer: &str, node: impl Fn(NodeId) -> &'a Node) -> Option<NodeId> {
    let mut at = root;
    for step in pointer.split(['/', '.']).filter(|step| !step.is_empty()) {
        at = walk_step(at, step, &node, 0)?;
    }
    Some(at)
}

fn walk_step<'a>(at: NodeId, step: &str, node: &impl Fn(NodeId) -> &'a Node, depth: u8) -> Option<NodeId> {
    // Two levels are enough for every list of lists in the catalog; the bound keeps recursive schemas finite.
    const MAX_DEPTH: u8 = 3;
    let here = node(at);
    if let Some(property) = here.property(step) {
        return Some(property.node);
    }
    let inner =
        here.items.or_else(|| here.pattern_properties.first().map(|(_, id)| *id)).or(match here.additional {
            Additional::Of(id) => Some(id),
            Additional::Open | Additional::Closed => None,
        });
    if step == "*" {
        return inner;
    }
    if depth >= MAX_DEPTH {
        return None;
    }
    walk_step(inner?, step, node, depth + 1)
}
