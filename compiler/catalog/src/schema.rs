//! One resource type: its nodes, decoded one by one when asked for, and its facts.

use std::sync::OnceLock;

use crate::codec::Entry;
use crate::facts::{Attribute, Handler, Lifecycle, Meta, Regions, ReplacementStrategy, Rule, Tagging, walk};
use crate::node::{Node, NodeId};
use crate::offer::Offer;
use crate::registry::Parts;

/// What the catalog knows about one resource type.
///
/// Pointers are paths of property names, `A/*/B`, with `*` for the items of a list or the values of a map. A list of
/// pointers covers everything below each of them, and `*` may be left out, since schemas do so too.
#[derive(Debug)]
pub struct ResourceSchema {
    name: &'static str,
    root: NodeId,
    /// Where undecoded nodes are read from; `None` for a schema that was parsed from JSON.
    entry: Option<Entry>,
    nodes: Box<[OnceLock<&'static Node>]>,
    meta: OnceLock<&'static Meta>,
    known_regions: &'static [&'static str],
}

impl ResourceSchema {
    pub(crate) fn lazy(name: &'static str, entry: Entry, known_regions: &'static [&'static str]) -> Self {
        Self {
            name,
            root: entry.root,
            entry: Some(entry),
            nodes: (0..entry.len).map(|_| OnceLock::new()).collect(),
            meta: OnceLock::new(),
            known_regions,
        }
    }

    pub(crate) fn complete(parts: Parts) -> Self {
        let keep = |node| OnceLock::from(&*Box::leak(Box::new(node)));
        Self {
            name: parts.name,
            root: parts.root,
            entry: None,
            nodes: parts.nodes.into_iter().map(keep).collect(),
            meta: OnceLock::from(&*Box::leak(Box::new(parts.meta))),
            known_regions: &[],
        }
    }

    /// The name as CloudFormation writes it, `AWS::S3::Bucket`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The node of the resource's properties: always an object.
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// A node of this schema, decoded the first time it is asked for.
    ///
    /// # Panics
    /// If `id` is of another schema and out of range here.
    pub fn node(&self, id: NodeId) -> &'static Node {
        self.nodes[id.index()].get_or_init(|| {
            // INVARIANT: without an entry every node was given at construction, so this default is never kept.
            Box::leak(Box::new(self.entry.map(|entry| entry.node(id)).unwrap_or_default()))
        })
    }

    /// The number of nodes; ids run from 0. For tests and tools that visit everything.
    pub fn node_ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The node at a pointer (`LifecycleConfiguration/Rules/*/Status`) or under an attribute name (`Endpoint.Address`).
    pub fn node_at(&self, pointer: &str) -> Option<NodeId> {
        walk(self.root, pointer, |id| self.node(id))
    }

    pub(crate) fn facts(&self) -> &'static Meta {
        // INVARIANT: as for nodes.
        self.meta.get_or_init(|| Box::leak(Box::new(self.entry.map(Entry::meta).unwrap_or_default())))
    }

    /// What `Fn::GetAtt` returns, sorted by name. Not every one is a read-only property.
    pub fn attributes(&self) -> &'static [Attribute] {
        self.facts().attributes
    }

    /// The attribute of this name, `Arn`.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        let all = self.attributes();
        all.binary_search_by(|attribute| attribute.name.cmp(name)).ok().map(|at| &all[at])
    }

    /// The attribute that is called the ARN of the resource itself: `Arn`, or `TopicArn` of a topic.
    pub fn own_arn(&self) -> Option<&'static str> {
        let own = self.name().rsplit("::").next().unwrap_or_default();
        let mut names = self.attributes().iter().map(|attribute| attribute.name);
        names.find(|name| matches!(name.strip_prefix(own).unwrap_or(name), "Arn" | "ARN"))
    }

    /// The properties or attributes whose value `Ref` returns, joined by `|` if several; empty if not known.
    pub fn ref_parts(&self) -> &'static [&'static str] {
        self.facts().ref_parts
    }

    /// The properties that identify a resource of this type, as pointers, in order.
    pub fn primary_identifier(&self) -> &'static [&'static str] {
        self.facts().primary_identifier
    }

    /// Pointers to what only AWS sets.
    pub fn read_only(&self) -> &'static [&'static str] {
        self.facts().read_only
    }

    /// Pointers to what can be set and never read back.
    pub fn write_only(&self) -> &'static [&'static str] {
        self.facts().write_only
    }

    /// Pointers to what cannot change without replacing the resource.
    pub fn create_only(&self) -> &'static [&'static str] {
        self.facts().create_only
    }

    /// Pointers to what, depending on other values, cannot change without replacing the resource.
    pub fn conditional_create_only(&self) -> &'static [&'static str] {
        self.facts().conditional_create_only
    }

    /// Pointers to what AWS asks not to use any more.
    pub fn deprecated(&self) -> &'static [&'static str] {
        self.facts().deprecated
    }

    /// Whether only AWS sets what is at `pointer`.
    pub fn is_read_only(&self, pointer: &str) -> bool {
        covers(self.read_only(), steps(pointer))
    }

    /// The same of a pointer that is given step by step.
    pub fn is_read_only_at(&self, pointer: &[&str]) -> bool {
        covers(self.read_only(), pointer.iter().copied().filter(is_written))
    }

    /// Whether what is at `pointer` can never be read back.
    pub fn is_write_only(&self, pointer: &str) -> bool {
        covers(self.write_only(), steps(pointer))
    }

    /// Whether a change at `pointer` replaces the resource.
    pub fn is_create_only(&self, pointer: &str) -> bool {
        covers(self.create_only(), steps(pointer))
    }

    /// Whether a change at `pointer` may replace the resource.
    pub fn is_conditional_create_only(&self, pointer: &str) -> bool {
        covers(self.conditional_create_only(), steps(pointer))
    }

    /// Whether AWS asks not to use what is at `pointer`.
    pub fn is_deprecated(&self, pointer: &str) -> bool {
        covers(self.deprecated(), steps(pointer))
    }

    /// Conditions across several properties, beyond those of the nodes.
    pub fn rules(&self) -> &'static [Rule] {
        self.facts().rules
    }

    /// The properties of which AWS offers only some values, depending on the region.
    pub fn offers(&self) -> &'static [Offer] {
        self.facts().offers
    }

    /// The IAM actions CloudFormation needs for an operation, without names that IAM does not know. `None` if the schema
    /// does not say, which is not the same as none needed.
    pub fn handler_permissions(&self, handler: Handler) -> Option<&'static [&'static str]> {
        self.facts().handlers[handler as usize]
    }

    /// How resources of this type are tagged; `None` if they cannot be or nothing is known.
    pub fn tagging(&self) -> Option<Tagging> {
        self.facts().tagging
    }

    /// The form of a resource's ARN, `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`.
    pub fn arn_template(&self) -> Option<&'static str> {
        self.facts().arn_template
    }

    /// The IAM service prefix and resource type that actions name for resources of this type, `("s3", "bucket")`, where
    /// exactly one has the same ARN form.
    pub fn iam_resource_type(&self) -> Option<(&'static str, &'static str)> {
        self.facts().iam_resource_type
    }

    /// True if deleting the resource loses data that cannot be made again from the template.
    pub fn is_stateful(&self) -> bool {
        self.facts().stateful
    }

    /// True if `DeletionPolicy: Snapshot` is allowed.
    pub fn supports_snapshot(&self) -> bool {
        self.facts().snapshot
    }

    /// The keys `CreationPolicy` may have for this type; empty if it may not be given.
    pub fn creation_policy(&self) -> &'static [&'static str] {
        self.facts().creation_policy
    }

    /// The keys `UpdatePolicy` may have for this type; empty if it may not be given.
    pub fn update_policy(&self) -> &'static [&'static str] {
        self.facts().update_policy
    }

    /// The regions the type exists in, as far as known.
    pub fn regions(&self) -> Regions {
        match self.facts().region_mask {
            Some(mask) => Regions { known: self.known_regions, mask },
            None => Regions::UNKNOWN,
        }
    }

    /// The announced end of the type, if there is one.
    pub fn lifecycle(&self) -> Option<Lifecycle> {
        self.facts().lifecycle
    }

    /// In which order a replacement happens, where the schema says so.
    pub fn replacement_strategy(&self) -> Option<ReplacementStrategy> {
        self.facts().replacement
    }

    /// True for a type of the serverless transform, which CloudFormation expands to other resources.
    pub fn is_sam(&self) -> bool {
        self.name.starts_with("AWS::Serverless::")
    }
}

/// True if one of `pointers` is the one with these steps or above it. `*` steps are ignored on both sides: not every schema
/// writes them.
fn covers<'p>(pointers: &[&str], wanted: impl Iterator<Item = &'p str> + Clone) -> bool {
    let first = wanted.clone().next().and_then(|step| step.bytes().next());
    pointers.iter().any(|listed| {
        // Most differ in their first letter already.
        let may_cover = listed.bytes().next() == first || listed.starts_with('*');
        let mut wanted = wanted.clone();
        may_cover && steps(listed).all(|step| wanted.next() == Some(step))
    })
}

fn steps(pointer: &str) -> impl Iterator<Item = &str> + Clone {
    pointer.split('/').filter(is_written)
}

fn is_written(step: &&str) -> bool {
    *step != "*"
}
