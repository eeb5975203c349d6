//! How nodes and facts are written as bytes and read back. Each pair of functions is one format, kept side by side.
//!
//! A node is its kinds, then for every condition it states a tag and the value, then the end tag: most nodes state few
//! conditions. An entry of `cfn.bin` is the number of nodes, the table of their offsets, the position of the facts, the
//! nodes, the facts; so a node is decoded without reading any other.

use crate::bundle::Cursor;
use crate::facts::{
    Attribute, Lifecycle, LifecycleStatus, Meta, ReplacementStrategy, Rule, TagShape, Tagging,
};
use crate::node::{
    Additional, Conditional, Dependency, Kinds, Node, NodeId, PolicyKind, Property, RefTarget, Scalar,
};
use crate::offer;
use crate::pack::Writer;

/// One tag per condition a node can state.
mod tag {
    pub const END: u8 = 0;
    pub const NAME: u8 = 1;
    pub const NEVER: u8 = 2;
    pub const PROPERTIES: u8 = 3;
    pub const CLOSED: u8 = 4;
    pub const ADDITIONAL: u8 = 5;
    pub const PATTERN_PROPERTIES: u8 = 6;
    pub const PROPERTY_NAMES: u8 = 7;
    pub const REQUIRED: u8 = 8;
    pub const REQUIRED_XOR: u8 = 9;
    pub const REQUIRED_OR: u8 = 10;
    pub const DEPENDENT_REQUIRED: u8 = 11;
    pub const DEPENDENT_EXCLUDED: u8 = 12;
    pub const MIN_PROPERTIES: u8 = 13;
    pub const MAX_PROPERTIES: u8 = 14;
    pub const ITEMS: u8 = 15;
    pub const PREFIX_ITEMS: u8 = 16;
    pub const CONTAINS: u8 = 17;
    pub const MIN_ITEMS: u8 = 18;
    pub const MAX_ITEMS: u8 = 19;
    pub const UNIQUE_ITEMS: u8 = 20;
    pub const UNIQUE_KEYS: u8 = 21;
    pub const ORDERED: u8 = 22;
    pub const ENUM_VALUES: u8 = 23;
    pub const ENUM_SCALARS: u8 = 24;
    pub const ENUM_ANY_CASE: u8 = 25;
    pub const CONST: u8 = 26;
    pub const DEFAULT: u8 = 27;
    pub const PATTERN: u8 = 28;
    pub const FORMAT: u8 = 29;
    pub const MIN_LENGTH: u8 = 30;
    pub const MAX_LENGTH: u8 = 31;
    pub const REFERENCES: u8 = 32;
    pub const POLICY: u8 = 33;
    pub const MINIMUM: u8 = 34;
    pub const MAXIMUM: u8 = 35;
    pub const EXCLUSIVE_MINIMUM: u8 = 36;
    pub const EXCLUSIVE_MAXIMUM: u8 = 37;
    pub const MULTIPLE_OF: u8 = 38;
    pub const ANY_OF: u8 = 39;
    pub const ONE_OF: u8 = 40;
    pub const ALL_OF: u8 = 41;
    pub const NOT: u8 = 42;
    pub const IF: u8 = 43;
}

/// Writes one entry of `cfn.bin`.
pub(crate) fn write_type(w: &mut Writer<'_>, nodes: &[Node], root: NodeId, meta: &Meta) {
    let mut offsets = Vec::with_capacity(nodes.len());
    let mut body = w.nested();
    for node in nodes {
        offsets.push(body.position() as u32);
        write_node(&mut body, node);
    }
    let meta_at = body.position();
    write_meta(&mut body, meta);
    let body = body.into_bytes();
    // Two bytes an offset where they suffice, which is in nearly every type.
    let wide = body.len() > usize::from(u16::MAX);
    w.len(nodes.len());
    w.number(u64::from(root.0));
    w.len(meta_at);
    w.flag(wide);
    for offset in offsets {
        let bytes = offset.to_le_bytes();
        w.append(if wide { &bytes } else { &bytes[..2] });
    }
    w.append(&body);
}

/// Where the parts of an entry of `cfn.bin` are.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Entry {
    block: Cursor,
    wide: bool,
    offsets_at: usize,
    body_at: usize,
    meta_at: usize,
    pub len: usize,
    pub root: NodeId,
}

impl Entry {
    pub(crate) fn open(mut block: Cursor) -> Self {
        let len = block.len();
        let root = NodeId(block.index());
        let meta_at = block.len();
        let wide = block.flag();
        let offsets_at = block.position();
        let body_at = offsets_at + len * if wide { 4 } else { 2 };
        Self { block, wide, offsets_at, body_at, meta_at: body_at + meta_at, len, root }
    }

    pub(crate) fn node(self, id: NodeId) -> Node {
        let width = if self.wide { 4 } else { 2 };
        let mut table = self.block.seek(self.offsets_at + id.index() * width);
        let offset = (0..width).fold(0, |offset, at| offset | usize::from(table.byte()) << (at * 8));
        read_node(&mut self.block.seek(self.body_at + offset))
    }

    pub(crate) fn meta(self) -> Meta {
        read_meta(&mut self.block.seek(self.meta_at))
    }
}

fn write_node(w: &mut Writer<'_>, n: &Node) {
    let ids = |w: &mut Writer<'_>, tag: u8, ids: &[NodeId]| {
        if !ids.is_empty() {
            w.byte(tag);
            w.many(ids, |w, id| w.number(u64::from(id.0)));
        }
    };
    let id = |w: &mut Writer<'_>, tag: u8, id: Option<NodeId>| {
        if let Some(id) = id {
            w.byte(tag);
            w.number(u64::from(id.0));
        }
    };
    let count = |w: &mut Writer<'_>, tag: u8, count: Option<u64>| {
        if let Some(count) = count {
            w.byte(tag);
            w.number(count);
        }
    };
    let float = |w: &mut Writer<'_>, tag: u8, value: Option<f64>| {
        if let Some(value) = value {
            w.byte(tag);
            w.float(value);
        }
    };
    let text = |w: &mut Writer<'_>, tag: u8, text: Option<&str>| {
        if let Some(text) = text {
            w.byte(tag);
            w.text(text);
        }
    };
    let list = |w: &mut Writer<'_>, tag: u8, items: &[&str]| {
        if !items.is_empty() {
            w.byte(tag);
            w.list(items);
        }
    };
    let groups = |w: &mut Writer<'_>, tag: u8, groups: &[&[&str]]| {
        if !groups.is_empty() {
            w.byte(tag);
            w.many(groups, |w, group| w.list(group));
        }
    };
    let dependencies = |w: &mut Writer<'_>, tag: u8, all: &[Dependency]| {
        if !all.is_empty() {
            w.byte(tag);
            w.many(all, |w, (name, others)| {
                w.text(name);
                w.list(others);
            });
        }
    };
    let scalar = |w: &mut Writer<'_>, tag: u8, value: Option<Scalar>| {
        if let Some(value) = value {
            w.byte(tag);
            write_scalar(w, value);
        }
    };
    let flag = |w: &mut Writer<'_>, tag: u8, flag: bool| {
        if flag {
            w.byte(tag);
        }
    };

    w.byte(n.kinds.0);
    text(w, tag::NAME, n.name);
    flag(w, tag::NEVER, n.never);
    if !n.properties.is_empty() {
        w.byte(tag::PROPERTIES);
        w.many(n.properties, |w, property| {
            w.text(property.name);
            // One number holds the node and, in its lowest bit, whether the property is required.
            w.number(u64::from(property.node.0) << 1 | u64::from(property.required));
        });
    }
    match n.additional {
        Additional::Open => {}
        Additional::Closed => w.byte(tag::CLOSED),
        Additional::Of(of) => id(w, tag::ADDITIONAL, Some(of)),
    }
    if !n.pattern_properties.is_empty() {
        w.byte(tag::PATTERN_PROPERTIES);
        w.many(n.pattern_properties, |w, (pattern, id)| {
            w.text(pattern);
            w.number(u64::from(id.0));
        });
    }
    id(w, tag::PROPERTY_NAMES, n.property_names);
    list(w, tag::REQUIRED, n.required);
    groups(w, tag::REQUIRED_XOR, n.required_xor);
    groups(w, tag::REQUIRED_OR, n.required_or);
    dependencies(w, tag::DEPENDENT_REQUIRED, n.dependent_required);
    dependencies(w, tag::DEPENDENT_EXCLUDED, n.dependent_excluded);
    count(w, tag::MIN_PROPERTIES, n.min_properties);
    count(w, tag::MAX_PROPERTIES, n.max_properties);
    id(w, tag::ITEMS, n.items);
    ids(w, tag::PREFIX_ITEMS, n.prefix_items);
    id(w, tag::CONTAINS, n.contains);
    count(w, tag::MIN_ITEMS, n.min_items);
    count(w, tag::MAX_ITEMS, n.max_items);
    flag(w, tag::UNIQUE_ITEMS, n.unique_items);
    list(w, tag::UNIQUE_KEYS, n.unique_keys);
    flag(w, tag::ORDERED, n.ordered);
    list(w, tag::ENUM_VALUES, n.enum_values);
    if !n.enum_scalars.is_empty() {
        w.byte(tag::ENUM_SCALARS);
        w.many(n.enum_scalars, |w, value| write_scalar(w, *value));
    }
    flag(w, tag::ENUM_ANY_CASE, n.enum_case_insensitive);
    scalar(w, tag::CONST, n.const_value);
    scalar(w, tag::DEFAULT, n.default);
    text(w, tag::PATTERN, n.pattern);
    text(w, tag::FORMAT, n.format);
    count(w, tag::MIN_LENGTH, n.min_length);
    count(w, tag::MAX_LENGTH, n.max_length);
    if !n.references.is_empty() {
        w.byte(tag::REFERENCES);
        w.many(n.references, |w, target| {
            w.text(target.resource_type);
            w.text(target.attribute);
        });
    }
    if let Some(policy) = n.policy {
        w.byte(tag::POLICY);
        w.byte(policy as u8);
    }
    float(w, tag::MINIMUM, n.minimum);
    float(w, tag::MAXIMUM, n.maximum);
    float(w, tag::EXCLUSIVE_MINIMUM, n.exclusive_minimum);
    float(w, tag::EXCLUSIVE_MAXIMUM, n.exclusive_maximum);
    float(w, tag::MULTIPLE_OF, n.multiple_of);
    ids(w, tag::ANY_OF, n.any_of);
    ids(w, tag::ONE_OF, n.one_of);
    ids(w, tag::ALL_OF, n.all_of);
    id(w, tag::NOT, n.not);
    if let Some(conditional) = n.if_then_else {
        w.byte(tag::IF);
        w.number(u64::from(conditional.condition.0));
        // A missing branch is 0, any other its id plus one.
        for branch in [conditional.then, conditional.otherwise] {
            w.number(branch.map_or(0, |id| u64::from(id.0) + 1));
        }
    }
    w.byte(tag::END);
}

fn read_node(c: &mut Cursor) -> Node {
    let id = |c: &mut Cursor| NodeId(c.index());
    let ids = |c: &mut Cursor| c.many(|c| NodeId(c.index()));
    let dependencies = |c: &mut Cursor| c.many(|c| (c.text(), c.list()));
    let mut n = Node { kinds: Kinds(c.byte()), ..Node::default() };
    loop {
        match c.byte() {
            tag::NAME => n.name = Some(c.text()),
            tag::NEVER => n.never = true,
            tag::PROPERTIES => {
                n.properties = c.many(|c| {
                    let name = c.text();
                    let packed = c.index();
                    Property { name, node: NodeId(packed >> 1), required: packed & 1 == 1 }
                });
            }
            tag::CLOSED => n.additional = Additional::Closed,
            tag::ADDITIONAL => n.additional = Additional::Of(id(c)),
            tag::PATTERN_PROPERTIES => n.pattern_properties = c.many(|c| (c.text(), NodeId(c.index()))),
            tag::PROPERTY_NAMES => n.property_names = Some(id(c)),
            tag::REQUIRED => n.required = c.list(),
            tag::REQUIRED_XOR => n.required_xor = c.many(Cursor::list),
            tag::REQUIRED_OR => n.required_or = c.many(Cursor::list),
            tag::DEPENDENT_REQUIRED => n.dependent_required = dependencies(c),
            tag::DEPENDENT_EXCLUDED => n.dependent_excluded = dependencies(c),
            tag::MIN_PROPERTIES => n.min_properties = Some(c.number()),
            tag::MAX_PROPERTIES => n.max_properties = Some(c.number()),
            tag::ITEMS => n.items = Some(id(c)),
            tag::PREFIX_ITEMS => n.prefix_items = ids(c),
            tag::CONTAINS => n.contains = Some(id(c)),
            tag::MIN_ITEMS => n.min_items = Some(c.number()),
            tag::MAX_ITEMS => n.max_items = Some(c.number()),
            tag::UNIQUE_ITEMS => n.unique_items = true,
            tag::UNIQUE_KEYS => n.unique_keys = c.list(),
            tag::ORDERED => n.ordered = true,
            tag::ENUM_VALUES => n.enum_values = c.list(),
            tag::ENUM_SCALARS => n.enum_scalars = c.many(read_scalar),
            tag::ENUM_ANY_CASE => n.enum_case_insensitive = true,
            tag::CONST => n.const_value = Some(read_scalar(c)),
            tag::DEFAULT => n.default = Some(read_scalar(c)),
            tag::PATTERN => n.pattern = Some(c.text()),
            tag::FORMAT => n.format = Some(c.text()),
            tag::MIN_LENGTH => n.min_length = Some(c.number()),
            tag::MAX_LENGTH => n.max_length = Some(c.number()),
            tag::REFERENCES => {
                n.references = c.many(|c| RefTarget { resource_type: c.text(), attribute: c.text() });
            }
            tag::POLICY => {
                n.policy = Some(match c.byte() {
                    0 => PolicyKind::Identity,
                    1 => PolicyKind::Resource,
                    2 => PolicyKind::ResourceWithoutResource,
                    3 => PolicyKind::Trust,
                    _ => PolicyKind::ManagedArns,
                });
            }
            tag::MINIMUM => n.minimum = Some(c.float()),
            tag::MAXIMUM => n.maximum = Some(c.float()),
            tag::EXCLUSIVE_MINIMUM => n.exclusive_minimum = Some(c.float()),
            tag::EXCLUSIVE_MAXIMUM => n.exclusive_maximum = Some(c.float()),
            tag::MULTIPLE_OF => n.multiple_of = Some(c.float()),
            tag::ANY_OF => n.any_of = ids(c),
            tag::ONE_OF => n.one_of = ids(c),
            tag::ALL_OF => n.all_of = ids(c),
            tag::NOT => n.not = Some(id(c)),
            tag::IF => {
                let condition = id(c);
                let mut branch = || c.index().checked_sub(1).map(NodeId);
                let (then, otherwise) = (branch(), branch());
                n.if_then_else = Some(Conditional { condition, then, otherwise });
            }
            // The end tag, and nothing else: the writer above knows no other tags.
            _ => return n,
        }
    }
}

fn write_scalar(w: &mut Writer<'_>, value: Scalar) {
    match value {
        Scalar::Null => w.byte(0),
        Scalar::Bool(value) => w.byte(1 + u8::from(value)),
        Scalar::Int(value) => {
            w.byte(3);
            w.signed(value);
        }
        Scalar::Float(value) => {
            w.byte(4);
            w.float(value);
        }
        Scalar::Str(value) => {
            w.byte(5);
            w.text(value);
        }
    }
}

fn read_scalar(c: &mut Cursor) -> Scalar {
    match c.byte() {
        1 => Scalar::Bool(false),
        2 => Scalar::Bool(true),
        3 => Scalar::Int(c.signed()),
        4 => Scalar::Float(c.float()),
        5 => Scalar::Str(c.text()),
        _ => Scalar::Null,
    }
}

fn write_meta(w: &mut Writer<'_>, m: &Meta) {
    for pointers in [
        m.read_only,
        m.write_only,
        m.create_only,
        m.conditional_create_only,
        m.deprecated,
        m.primary_identifier,
        m.ref_parts,
        m.creation_policy,
        m.update_policy,
    ] {
        w.list(pointers);
    }
    w.many(m.attributes, |w, attribute| {
        w.text(attribute.name);
        w.number(u64::from(attribute.node.0));
    });
    w.many(m.rules, |w, rule| {
        w.text(rule.id);
        w.text(rule.pointer);
        w.number(u64::from(rule.node.0));
    });
    w.many(m.offers, offer::write);
    for permissions in m.handlers {
        w.flag(permissions.is_some());
        if let Some(permissions) = permissions {
            w.list(permissions);
        }
    }
    w.flag(m.tagging.is_some());
    if let Some(tagging) = m.tagging {
        w.text(tagging.property);
        match tagging.shape {
            TagShape::Map => w.flag(false),
            TagShape::List { key, value, propagates } => {
                w.flag(true);
                w.text(key);
                w.text(value);
                w.flag(propagates);
            }
        }
        w.flag(tagging.on_create);
        w.flag(tagging.updatable);
        w.list(tagging.permissions);
    }
    w.optional_text(m.arn_template);
    w.flag(m.iam_resource_type.is_some());
    if let Some((service, resource_type)) = m.iam_resource_type {
        w.text(service);
        w.text(resource_type);
    }
    w.byte(m.lifecycle.map_or(0, |lifecycle| lifecycle.status as u8 + 1));
    if let Some(lifecycle) = m.lifecycle {
        w.optional_text(lifecycle.date);
    }
    w.byte(m.replacement.map_or(0, |strategy| strategy as u8 + 1));
    w.flag(m.stateful);
    w.flag(m.snapshot);
    w.flag(m.region_mask.is_some());
    w.number(m.region_mask.unwrap_or_default());
}

fn read_meta(c: &mut Cursor) -> Meta {
    Meta {
        read_only: c.list(),
        write_only: c.list(),
        create_only: c.list(),
        conditional_create_only: c.list(),
        deprecated: c.list(),
        primary_identifier: c.list(),
        ref_parts: c.list(),
        creation_policy: c.list(),
        update_policy: c.list(),
        attributes: c.many(|c| Attribute { name: c.text(), node: NodeId(c.index()) }),
        rules: c.many(|c| Rule { id: c.text(), pointer: c.text(), node: NodeId(c.index()) }),
        offers: c.many(offer::read),
        handlers: std::array::from_fn(|_| c.flag().then(|| c.list())),
        tagging: c.flag().then(|| Tagging {
            property: c.text(),
            shape: if c.flag() {
                TagShape::List { key: c.text(), value: c.text(), propagates: c.flag() }
            } else {
                TagShape::Map
            },
            on_create: c.flag(),
            updatable: c.flag(),
            permissions: c.list(),
        }),
        arn_template: c.optional_text(),
        iam_resource_type: c.flag().then(|| (c.text(), c.text())),
        lifecycle: match c.byte() {
            0 => None,
            status => Some(Lifecycle {
                status: match status {
                    1 => LifecycleStatus::Maintenance,
                    2 => LifecycleStatus::Sunset,
                    _ => LifecycleStatus::Shutdown,
                },
                date: c.optional_text(),
            }),
        },
        replacement: match c.byte() {
            0 => None,
            1 => Some(ReplacementStrategy::CreateThenDelete),
            _ => Some(ReplacementStrategy::DeleteThenCreate),
        },
        stateful: c.flag(),
        snapshot: c.flag(),
        region_mask: {
            let known = c.flag();
            let mask = c.number();
            known.then_some(mask)
        },
    }
}
