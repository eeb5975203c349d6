//! Makes what is only said in alternatives visible on the node that has them.
//!
//! A schema may name a property, a kind or a reference only under `oneOf`, `anyOf` or `allOf`. A reader who wants to know
//! whether `Rules` exists should not have to search there: properties of alternatives are added to the node as optional
//! ones, kinds and references as the union. The alternatives stay, for exact checking.

use rustc_hash::FxHashMap;

use crate::bundle::leak;
use crate::node::{Additional, Kinds, Node, NodeId, Property, RefTarget};

/// Alternatives inside alternatives are followed this deep.
const MAX_DEPTH: u8 = 8;

/// Lifts in the first `len` nodes. Those after them belong to rules, where `if` parts must stay as they were written.
pub(super) fn lift(nodes: &mut Vec<Node>, len: usize) {
    for node in &mut nodes[..len] {
        // Properties without a kind: every such definition of the catalog is an object.
        if node.kinds.is_any() && !node.never && !node.properties.is_empty() {
            node.kinds = Kinds::OBJECT;
        } else if node.kinds.is_any() && node.items.is_some() {
            node.kinds = Kinds::ARRAY;
        }
    }
    let mut unions = FxHashMap::default();
    for at in 0..len {
        let alternatives = Alternatives::of(nodes, &nodes[at]);
        if alternatives.is_empty() {
            continue;
        }
        let kinds = alternatives.kinds(nodes);
        let references = alternatives.references(nodes);
        let closed = alternatives.closed(nodes);
        let properties = alternatives.properties(nodes, at, &mut unions);
        let items = alternatives.iter(nodes).find_map(|(node, _)| node.items);
        let node = &mut nodes[at];
        if node.kinds.is_any() {
            node.kinds = kinds;
        }
        if closed && node.additional == Additional::Open && node.properties.is_empty() {
            node.additional = Additional::Closed;
        }
        node.items = node.items.or(items);
        node.properties = properties;
        node.references = references;
    }
}

/// All alternatives of a node, those of alternatives included.
struct Alternatives {
    own: Vec<RefTarget>,
    either: Vec<NodeId>,
    all: Vec<NodeId>,
}

impl Alternatives {
    fn of(nodes: &[Node], node: &Node) -> Self {
        let mut found = Self { own: node.references.to_vec(), either: Vec::new(), all: Vec::new() };
        found.collect(nodes, node, true, 0);
        found
    }

    fn collect(&mut self, nodes: &[Node], node: &Node, always: bool, depth: u8) {
        if depth >= MAX_DEPTH {
            return;
        }
        for (ids, always) in [(node.all_of, always), (node.any_of, false), (node.one_of, false)] {
            for &id in ids {
                let list = if always { &mut self.all } else { &mut self.either };
                if !list.contains(&id) {
                    list.push(id);
                    self.collect(nodes, &nodes[id.index()], always, depth + 1);
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.either.is_empty() && self.all.is_empty()
    }

    fn iter<'a>(&'a self, nodes: &'a [Node]) -> impl Iterator<Item = (&'a Node, bool)> {
        let of = move |ids: &'a [NodeId], always: bool| {
            ids.iter().map(move |id| (&nodes[id.index()], always)).filter(|(node, _)| !node.never)
        };
        of(&self.all, true).chain(of(&self.either, false))
    }

    /// The kinds allowed by some alternative; anything as soon as one alternative does not say.
    fn kinds(&self, nodes: &[Node]) -> Kinds {
        let mut union = Kinds::ANY;
        for (node, always) in self.iter(nodes) {
            if always && !node.kinds.is_any() {
                return node.kinds;
            }
            if !always && node.kinds.is_any() && node.any_of.is_empty() && node.one_of.is_empty() {
                return Kinds::ANY;
            }
            union = union.union(node.kinds);
        }
        union
    }

    fn references(&self, nodes: &[Node]) -> &'static [RefTarget] {
        let mut all = self.own.clone();
        all.extend(self.iter(nodes).flat_map(|(node, _)| node.references));
        all.sort_unstable();
        all.dedup();
        leak(all)
    }

    /// True if no alternative allows properties it does not name.
    fn closed(&self, nodes: &[Node]) -> bool {
        let mut objects = self.iter(nodes).filter(|(node, _)| !node.properties.is_empty()).peekable();
        objects.peek().is_some() && objects.all(|(node, _)| node.additional == Additional::Closed)
    }

    /// The node's own properties and those it lacks.
    fn properties(
        &self,
        nodes: &mut Vec<Node>,
        at: usize,
        unions: &mut FxHashMap<Vec<NodeId>, NodeId>,
    ) -> &'static [Property] {
        let mut lifted: Vec<(&'static str, Vec<NodeId>, bool)> = Vec::new();
        for (node, always) in self.iter(nodes).filter(|(node, _)| node.kinds.allows(Kinds::OBJECT)) {
            for property in node.properties {
                let required = always && property.required;
                if nodes[at].property(property.name).is_some() || nodes[property.node.index()].never {
                    continue;
                }
                match lifted.iter_mut().find(|(name, ..)| *name == property.name) {
                    Some((_, ids, needed)) => {
                        *needed |= required;
                        if !ids.contains(&property.node) {
                            ids.push(property.node);
                        }
                    }
                    None => lifted.push((property.name, vec![property.node], required)),
                }
            }
        }
        let mut properties = nodes[at].properties.to_vec();
        for (name, ids, required) in lifted {
            properties.push(Property { name, node: union(nodes, ids, unions), required });
        }
        properties.sort_unstable_by_key(|property| property.name);
        leak(properties)
    }
}

/// A node that accepts what any of `ids` accepts.
fn union(nodes: &mut Vec<Node>, ids: Vec<NodeId>, unions: &mut FxHashMap<Vec<NodeId>, NodeId>) -> NodeId {
    if let [only] = ids[..] {
        return only;
    }
    if let Some(&known) = unions.get(&ids) {
        return known;
    }
    let parts: Vec<&Node> = ids.iter().map(|id| &nodes[id.index()]).collect();
    let kinds = if parts.iter().any(|part| part.kinds.is_any()) {
        Kinds::ANY
    } else {
        parts.iter().fold(Kinds::ANY, |all, part| all.union(part.kinds))
    };
    let mut node = Node { kinds, any_of: leak(ids.clone()), ..Node::default() };
    let mut properties: Vec<Property> = Vec::new();
    for property in parts.iter().flat_map(|part| part.properties) {
        if !properties.iter().any(|known| known.name == property.name) {
            properties.push(Property { required: false, ..*property });
        }
    }
    properties.sort_unstable_by_key(|property| property.name);
    node.properties = leak(properties);
    node.items = parts.iter().find_map(|part| part.items);
    let mut references: Vec<RefTarget> = parts.iter().flat_map(|part| part.references).copied().collect();
    references.sort_unstable();
    references.dedup();
    node.references = leak(references);
    let id = NodeId(nodes.len() as u32);
    nodes.push(node);
    unions.insert(ids, id);
    id
}
