//! Whether a known value meets the conditions of a node: the plain meaning of the catalog, with nothing left open.

use ci_catalog::{Additional, Kinds, Node, NodeId, ResourceSchema, Scalar, pattern_matches};
use serde_json::Value;

/// How deep schemas are followed; beyond, everything conforms.
const MAX_DEPTH: usize = 64;

/// Something a value must conform to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The conditions.
    pub node: NodeId,
    /// Kinds of scalars do not matter and texts that are numbers count as either: so the rules across properties are
    /// meant.
    pub lenient: bool,
}

impl Demand {
    /// A demand of the schema itself.
    #[must_use]
    pub const fn strict(node: NodeId) -> Self {
        Self { node, lenient: false }
    }

    /// A demand of a rule across properties.
    #[must_use]
    pub const fn lenient(node: NodeId) -> Self {
        Self { node, lenient: true }
    }

    /// Another node, meant in the same way.
    #[must_use]
    pub const fn with(self, node: NodeId) -> Self {
        Self { node, lenient: self.lenient }
    }
}

/// Whether `value` meets `demand`.
#[must_use]
pub fn conforms(schema: &'static ResourceSchema, demand: Demand, value: &Value) -> bool {
    holds(schema, demand, value, 0)
}

/// The nodes that a node has for its value under a name.
#[must_use]
pub fn below(node: &Node, name: &str) -> Vec<NodeId> {
    let mut found: Vec<NodeId> = node.property(name).map(|property| property.node).into_iter().collect();
    for (pattern, id) in node.pattern_properties {
        if pattern_matches(pattern, name) {
            found.push(*id);
        }
    }
    if found.is_empty()
        && let Additional::Of(id) = node.additional
    {
        found.push(id);
    }
    found
}

/// Whether a text is allowed by what a node says about texts.
#[must_use]
pub fn text_fits(node: &Node, text: &str) -> bool {
    let length = text.chars().count() as u64;
    node.min_length.is_none_or(|least| length >= least)
        && node.max_length.is_none_or(|most| length <= most)
        && node.enum_allows(text)
        && node.pattern.is_none_or(|pattern| pattern_matches(pattern, text))
}

fn holds(schema: &'static ResourceSchema, demand: Demand, value: &Value, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return true;
    }
    let node = schema.node(demand.node);
    let at = |id: NodeId, value: &Value| holds(schema, demand.with(id), value, depth + 1);
    if node.never || !kind_fits(node, value, demand.lenient) {
        return false;
    }
    let own = match value {
        // Only scalars are ever enumerated.
        Value::Object(_) | Value::Array(_) if node.has_enum() || node.const_value.is_some() => false,
        Value::Object(object) => object_fits(node, object, &at),
        Value::Array(items) => array_fits(node, items, &at),
        Value::Null => true,
        scalar => scalar_fits(node, scalar, demand.lenient),
    };
    own && node.all_of.iter().all(|id| at(*id, value))
        && (node.any_of.is_empty() || node.any_of.iter().any(|id| at(*id, value)))
        && (node.one_of.is_empty() || node.one_of.iter().filter(|id| at(**id, value)).count() == 1)
        && node.not.is_none_or(|id| !at(id, value))
        && node.if_then_else.is_none_or(|parts| {
            let branch = if at(parts.condition, value) { parts.then } else { parts.otherwise };
            branch.is_none_or(|id| at(id, value))
        })
}

fn kind_fits(node: &Node, value: &Value, lenient: bool) -> bool {
    let kind = match value {
        Value::Null => Kinds::NULL,
        Value::Bool(_) => Kinds::BOOLEAN,
        Value::Number(number) if number.is_f64() => Kinds::NUMBER,
        Value::Number(_) => Kinds::INTEGER,
        Value::String(_) => Kinds::STRING,
        Value::Array(_) => Kinds::ARRAY,
        Value::Object(_) => Kinds::OBJECT,
    };
    let scalars = Kinds::STRING.union(Kinds::NUMBER).union(Kinds::INTEGER).union(Kinds::BOOLEAN);
    let both_scalar = scalars.contains(kind)
        && scalars.names().any(|name| Kinds::named(name).is_some_and(|kind| node.kinds.contains(kind)));
    node.kinds.allows(kind) || (lenient && both_scalar)
}

fn object_fits(
    node: &Node,
    object: &serde_json::Map<String, Value>,
    at: &impl Fn(NodeId, &Value) -> bool,
) -> bool {
    let has = |name: &str| object.contains_key(name);
    let count = object.len() as u64;
    let closed = |name: &str| {
        matches!(node.additional, Additional::Closed)
            && node.property(name).is_none()
            && !node.pattern_properties.iter().any(|(pattern, _)| pattern_matches(pattern, name))
    };
    node.properties.iter().all(|property| !property.required || has(property.name))
        && node.required.iter().all(|name| has(name))
        && node.required_xor.iter().all(|group| group.iter().filter(|name| has(name)).count() == 1)
        && node.required_or.iter().all(|group| group.iter().any(|name| has(name)))
        && node
            .dependent_required
            .iter()
            .all(|(name, others)| !has(name) || others.iter().all(|other| has(other)))
        && node
            .dependent_excluded
            .iter()
            .all(|(name, others)| !has(name) || !others.iter().any(|other| has(other)))
        && node.min_properties.is_none_or(|least| count >= least)
        && node.max_properties.is_none_or(|most| count <= most)
        && object.iter().all(|(name, value)| {
            !closed(name)
                && below(node, name).into_iter().all(|id| at(id, value))
                && node.property_names.is_none_or(|id| at(id, &Value::String(name.clone())))
        })
}

fn array_fits(node: &Node, items: &[Value], at: &impl Fn(NodeId, &Value) -> bool) -> bool {
    let count = items.len() as u64;
    let differ = |part: &dyn Fn(&Value) -> Option<Value>| {
        let parts: Vec<Value> = items.iter().filter_map(part).collect();
        parts.iter().enumerate().all(|(index, one)| !parts[..index].contains(one))
    };
    node.min_items.is_none_or(|least| count >= least)
        && node.max_items.is_none_or(|most| count <= most)
        && (!node.unique_items || differ(&|item| Some(item.clone())))
        && node.unique_keys.iter().all(|key| differ(&|item| item.get(key).cloned()))
        && items.iter().enumerate().all(|(index, item)| {
            node.prefix_items.get(index).copied().or(node.items).is_none_or(|id| at(id, item))
        })
        && node.contains.is_none_or(|id| items.iter().any(|item| at(id, item)))
}

fn scalar_fits(node: &Node, value: &Value, lenient: bool) -> bool {
    let read = |text: &str| -> Option<Value> {
        text.parse::<bool>().ok().map(Value::Bool).or_else(|| text.parse::<i64>().ok().map(Value::from))
    };
    let other = match value {
        _ if !lenient => None,
        Value::String(text) => read(text),
        other => Some(Value::String(other.to_string())),
    };
    let spellings = || std::iter::once(value).chain(&other);
    let in_enum = |value: &Value| match value {
        Value::String(text) if node.enum_allows(text) => true,
        value => node.enum_scalars.iter().any(|known| equal(*known, value)),
    };
    (!node.has_enum() || spellings().any(in_enum))
        && node.const_value.is_none_or(|known| spellings().any(|value| equal(known, value)))
        && spellings().all(|value| match value {
            // A text that is also a number has no length to speak of.
            Value::String(text) if other.is_some() => {
                node.pattern.is_none_or(|pattern| pattern_matches(pattern, text))
            }
            Value::String(text) => {
                text_fits(&Node { enum_values: &[], enum_scalars: &[], ..node.clone() }, text)
            }
            Value::Number(number) => number.as_f64().is_none_or(|number| number_fits(node, number)),
            _ => true,
        })
}

fn number_fits(node: &Node, number: f64) -> bool {
    node.minimum.is_none_or(|least| number >= least)
        && node.maximum.is_none_or(|most| number <= most)
        && node.exclusive_minimum.is_none_or(|least| number > least)
        && node.exclusive_maximum.is_none_or(|most| number < most)
        && node.multiple_of.is_none_or(|factor| (number / factor).fract().abs() < 1e-9)
}

fn equal(scalar: Scalar, value: &Value) -> bool {
    match (scalar, value) {
        (Scalar::Str(known), Value::String(text)) => known == text,
        (Scalar::Bool(known), Value::Bool(truth)) => known == *truth,
        (Scalar::Int(known), Value::Number(number)) => number.as_i64() == Some(known),
        (Scalar::Float(known), Value::Number(number)) => {
            number.as_f64().is_some_and(|number| (number - known).abs() < f64::EPSILON)
        }
        (Scalar::Null, Value::Null) => true,
        _ => false,
    }
}
