//! Reads a resource schema in the CloudFormation registry's format and turns it into nodes and facts.
//!
//! The same reader serves two callers: the catalog generator, for the thousands of types of `cfn.bin`, and the compiler,
//! for third-party and private types given as JSON. The generator adds what it learned elsewhere under `x-` keywords
//! (see [`FACTS`], [`REFERENCES`], [`POLICY`]), which no published schema uses.
//!
//! Nodes are numbered in the order they are met. A definition is one node wherever it is referred to, so recursive types
//! are finite; equal inline schemas of one type are one node too. All text is leaked: the result lives as long as the
//! process.

use std::collections::VecDeque;
use std::fmt;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use crate::bundle::leak;
use crate::facts::Meta;
use crate::node::{
    Additional, Conditional, Dependency, Kinds, Node, NodeId, PolicyKind, Property, RefTarget, Scalar,
};

mod facts;
mod lift;
#[cfg(test)]
mod tests;

/// Keyword of a whole schema: what the generator knows about the type.
pub(crate) const FACTS: &str = "x-facts";
/// Keyword of a value: what it identifies, `[["AWS::IAM::Role", "Arn"]]`.
const REFERENCES: &str = "x-references";
/// Keyword of a value: the sort of policy it is, `identity`.
const POLICY: &str = "x-policy";

/// Definitions may refer to each other this often in a row before the chain counts as endless.
const MAX_CHAIN: usize = 32;

/// Why a text is not a usable resource schema.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SchemaError {
    /// Not JSON at all.
    Json {
        /// What the JSON reader found, with its line and column.
        message: String,
    },
    /// JSON, but not a resource schema: the named keyword is missing or of the wrong kind.
    Keyword(&'static str),
    /// A `$ref` to something the schema does not have.
    Reference(String),
    /// A pointer (such as those of `readOnlyProperties`) to a property that does not exist.
    Pointer(String),
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json { message } => write!(f, "the schema is not JSON: {message}"),
            Self::Keyword(keyword) => write!(f, "the schema has no usable `{keyword}`"),
            Self::Reference(target) => {
                write!(f, "the schema refers to `{target}`, which it does not define")
            }
            Self::Pointer(pointer) => {
                write!(f, "the schema points to `{pointer}`, which is not one of its properties")
            }
        }
    }
}

impl std::error::Error for SchemaError {}

/// A converted schema.
pub(crate) struct Parts {
    pub name: &'static str,
    pub root: NodeId,
    pub nodes: Vec<Node>,
    pub meta: Meta,
    /// What had to be left out; the generator reports it.
    pub problems: Vec<SchemaError>,
}

/// Converts a schema.
pub(crate) fn convert(schema: &Value) -> Result<Parts, SchemaError> {
    let name = schema.get("typeName").and_then(Value::as_str).ok_or(SchemaError::Keyword("typeName"))?;
    if !schema.get("properties").is_some_and(Value::is_object) {
        return Err(SchemaError::Keyword("properties"));
    }
    let mut converter = Converter::default();
    let root = converter.scope(schema, root_schema(schema))?;
    let own_nodes = converter.nodes.len();
    let rules = facts::rules(&mut converter, schema)?;
    lift::lift(&mut converter.nodes, own_nodes);
    let meta = facts::meta(&mut converter, schema, root, rules);
    Ok(Parts { name: converter.text(name), root, nodes: converter.nodes, meta, problems: converter.problems })
}

/// The part of a resource schema that describes the resource's properties.
fn root_schema(schema: &Value) -> Value {
    const KEYWORDS: [&str; 13] = [
        "properties",
        "patternProperties",
        "additionalProperties",
        "required",
        "requiredXor",
        "requiredOr",
        "dependentRequired",
        "dependentExcluded",
        "dependencies",
        "oneOf",
        "anyOf",
        "allOf",
        "type",
    ];
    let mut root: Map<String, Value> = KEYWORDS
        .iter()
        .filter_map(|key| schema.get(key).map(|value| ((*key).to_owned(), value.clone())))
        .collect();
    root.insert("type".to_owned(), "object".into());
    // A resource takes no property that its schema does not name, whether the schema says so or not.
    root.entry("additionalProperties").or_insert(Value::Bool(false));
    Value::Object(root)
}

/// Nodes under construction.
#[derive(Default)]
pub(super) struct Converter {
    pub(super) nodes: Vec<Node>,
    pub(super) problems: Vec<SchemaError>,
    texts: FxHashMap<String, &'static str>,
}

/// One document with its own definitions: the schema of the type, or one extension rule.
struct Scope<'a> {
    document: &'a Value,
    named: FxHashMap<String, NodeId>,
    inline: FxHashMap<String, NodeId>,
    /// What refers to a definition, has an id and still needs its node. A queue, so that chains of definitions take no stack.
    pending: VecDeque<(NodeId, Value, Option<&'static str>)>,
}

impl Converter {
    /// A text that lives as long as the process, once per schema.
    pub(super) fn text(&mut self, text: &str) -> &'static str {
        if let Some(known) = self.texts.get(text) {
            return known;
        }
        let leaked: &'static str = Box::leak(text.to_owned().into_boxed_str());
        self.texts.insert(text.to_owned(), leaked);
        leaked
    }

    /// The strings of a JSON array; other items are left out.
    pub(super) fn texts(&mut self, value: Option<&Value>) -> &'static [&'static str] {
        let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        leak(items.iter().filter_map(Value::as_str).map(|item| self.text(item)).collect())
    }

    /// Adds `schema` and everything below it, with `$ref`s into `document`.
    pub(super) fn scope(&mut self, document: &Value, schema: Value) -> Result<NodeId, SchemaError> {
        let mut scope = Scope {
            document,
            named: FxHashMap::default(),
            inline: FxHashMap::default(),
            pending: VecDeque::new(),
        };
        let root = self.reserve();
        scope.pending.push_back((root, schema, None));
        while let Some((id, schema, name)) = scope.pending.pop_front() {
            let mut node = self.node(&mut scope, &schema)?;
            node.name = node.name.or(name);
            self.nodes[id.index()] = node;
        }
        Ok(root)
    }

    /// A new node that accepts anything until it is filled in.
    pub(super) fn reserve(&mut self) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node::default());
        id
    }

    /// The id of the node for `schema`.
    fn child(&mut self, scope: &mut Scope<'_>, schema: &Value) -> Result<NodeId, SchemaError> {
        if let Some(target) = sole_reference(schema) {
            return self.reference(scope, target);
        }
        // The text of a schema is its identity within a document.
        let key = schema.to_string();
        if let Some(&id) = scope.inline.get(&key) {
            return Ok(id);
        }
        let id = self.reserve();
        scope.inline.insert(key, id);
        if schema.get("$ref").is_some() {
            scope.pending.push_back((id, schema.clone(), None));
            return Ok(id);
        }
        let node = self.node(scope, schema)?;
        self.nodes[id.index()] = node;
        Ok(id)
    }

    fn children(&mut self, scope: &mut Scope<'_>, schemas: &Value) -> Result<&'static [NodeId], SchemaError> {
        let schemas = schemas.as_array().map(Vec::as_slice).unwrap_or_default();
        let ids: Result<Vec<NodeId>, _> = schemas.iter().map(|schema| self.child(scope, schema)).collect();
        Ok(leak(ids?))
    }

    fn reference(&mut self, scope: &mut Scope<'_>, target: &str) -> Result<NodeId, SchemaError> {
        let (target, schema) = follow(scope.document, target)?;
        if let Some(&id) = scope.named.get(target) {
            return Ok(id);
        }
        let id = self.reserve();
        scope.named.insert(target.to_owned(), id);
        let name = target.strip_prefix("#/definitions/").map(|name| self.text(name));
        scope.pending.push_back((id, schema.clone(), name));
        Ok(id)
    }

    fn node(&mut self, scope: &mut Scope<'_>, schema: &Value) -> Result<Node, SchemaError> {
        let map = match schema {
            Value::Bool(allowed) => return Ok(Node { never: !allowed, ..Node::default() }),
            Value::Object(map) => map,
            _ => return Ok(Node::default()),
        };
        let merged;
        let (map, name) = if map.contains_key("$ref") {
            let (conditions, target) = merged_reference(scope.document, map)?;
            merged = conditions;
            (&merged, target.strip_prefix("#/definitions/").map(|name| self.text(name)))
        } else {
            (map, None)
        };
        let mut node = Node { name, ..Node::default() };
        for (keyword, value) in map {
            self.condition(scope, &mut node, keyword, value)?;
        }
        if node.format == Some("json") && node.kinds.is_any() {
            node.kinds = Kinds::STRING.union(Kinds::OBJECT);
        }
        let is_array = node.kinds.contains(Kinds::ARRAY) || node.items.is_some();
        node.ordered = is_array && map.get("insertionOrder") != Some(&Value::Bool(false));
        if map.get("if").is_some() {
            node.if_then_else = self.conditional(scope, map)?;
        }
        if let Some(properties) = map.get("properties").and_then(Value::as_object) {
            node.properties = self.properties(scope, properties, node.required)?;
        }
        self.references(&mut node, map);
        Ok(node)
    }

    /// One keyword of a schema. Prose and keywords of other readers fall through.
    fn condition(
        &mut self,
        scope: &mut Scope<'_>,
        node: &mut Node,
        keyword: &str,
        value: &Value,
    ) -> Result<(), SchemaError> {
        match keyword {
            "type" => node.kinds = kinds(value),
            "additionalProperties" => {
                node.additional = match value {
                    Value::Bool(true) => Additional::Open,
                    Value::Bool(false) => Additional::Closed,
                    schema => Additional::Of(self.child(scope, schema)?),
                }
            }
            "patternProperties" => {
                let mut patterns = Vec::new();
                for (pattern, schema) in value.as_object().into_iter().flatten() {
                    patterns.push((self.text(pattern), self.child(scope, schema)?));
                }
                patterns.sort_unstable();
                node.pattern_properties = leak(patterns);
            }
            "propertyNames" => node.property_names = Some(self.child(scope, value)?),
            "required" => node.required = self.texts(Some(value)),
            "requiredXor" => node.required_xor = self.groups(value),
            "requiredOr" => node.required_or = self.groups(value),
            "dependentRequired" | "dependencies" => node.dependent_required = self.dependencies(value),
            "dependentExcluded" => node.dependent_excluded = self.dependencies(value),
            "minProperties" => node.min_properties = value.as_u64(),
            "maxProperties" => node.max_properties = value.as_u64(),
            "items" if value.is_object() || value.is_boolean() => {
                node.items = Some(self.child(scope, value)?);
            }
            "prefixItems" => node.prefix_items = self.children(scope, value)?,
            "contains" => node.contains = Some(self.child(scope, value)?),
            "minItems" => node.min_items = value.as_u64(),
            "maxItems" => node.max_items = value.as_u64(),
            "uniqueItems" => node.unique_items = value == &Value::Bool(true),
            "uniqueKeys" => node.unique_keys = self.texts(Some(value)),
            "enum" | "enumCaseInsensitive" => {
                node.enum_values = self.texts(Some(value));
                let others = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let others = others.iter().filter(|item| !item.is_string());
                node.enum_scalars = leak(others.filter_map(|item| self.scalar(item)).collect());
                node.enum_case_insensitive = keyword == "enumCaseInsensitive";
            }
            "const" => node.const_value = self.scalar(value),
            // A text of several lines is an example or an explanation, not a value.
            "default" if !value.as_str().is_some_and(|text| text.contains('\n')) => {
                node.default = self.scalar(value);
            }
            "pattern" => node.pattern = value.as_str().map(|text| self.text(text)),
            "format" => node.format = value.as_str().map(|text| self.text(text)),
            "minLength" => node.min_length = value.as_u64(),
            "maxLength" => node.max_length = value.as_u64(),
            "minimum" => node.minimum = value.as_f64(),
            "maximum" => node.maximum = value.as_f64(),
            "exclusiveMinimum" => node.exclusive_minimum = value.as_f64(),
            "exclusiveMaximum" => node.exclusive_maximum = value.as_f64(),
            "multipleOf" => node.multiple_of = value.as_f64(),
            "anyOf" => node.any_of = self.children(scope, value)?,
            "oneOf" => node.one_of = self.children(scope, value)?,
            "allOf" => node.all_of = self.children(scope, value)?,
            "not" => node.not = Some(self.child(scope, value)?),
            POLICY => node.policy = value.as_str().and_then(policy_kind),
            _ => {}
        }
        Ok(())
    }

    fn conditional(
        &mut self,
        scope: &mut Scope<'_>,
        map: &Map<String, Value>,
    ) -> Result<Option<Conditional>, SchemaError> {
        let mut branch = |keyword| map.get(keyword).map(|schema| self.child(scope, schema)).transpose();
        let (condition, then, otherwise) = (branch("if")?, branch("then")?, branch("else")?);
        Ok(condition.map(|condition| Conditional { condition, then, otherwise }))
    }

    fn properties(
        &mut self,
        scope: &mut Scope<'_>,
        properties: &Map<String, Value>,
        required: &[&str],
    ) -> Result<&'static [Property], SchemaError> {
        let mut result = Vec::with_capacity(properties.len());
        for (name, schema) in properties {
            result.push(Property {
                name: self.text(name),
                node: self.child(scope, schema)?,
                required: required.contains(&name.as_str()),
            });
        }
        result.sort_unstable_by_key(|property| property.name);
        Ok(leak(result))
    }

    /// What the value identifies: said by the registry, or added by the generator.
    fn references(&mut self, node: &mut Node, map: &Map<String, Value>) {
        let mut targets = Vec::new();
        if let Some(relationship) = map.get("relationshipRef") {
            let part = |keyword: &str| relationship.get(keyword).and_then(Value::as_str);
            if let (Some(resource_type), Some(path)) = (part("typeName"), part("propertyPath")) {
                let attribute = path.trim_start_matches("/properties/").replace('/', ".");
                let attribute = self.text(&attribute);
                targets.push(RefTarget { resource_type: self.text(resource_type), attribute });
            }
        }
        for pair in map.get(REFERENCES).and_then(Value::as_array).into_iter().flatten() {
            if let (Some(resource_type), Some(attribute)) = (pair[0].as_str(), pair[1].as_str()) {
                let attribute = self.text(attribute);
                targets.push(RefTarget { resource_type: self.text(resource_type), attribute });
            }
        }
        targets.sort_unstable();
        targets.dedup();
        node.references = leak(targets);
    }

    /// `requiredXor` and `requiredOr` are one group, or a list of groups.
    fn groups(&mut self, value: &Value) -> &'static [&'static [&'static str]] {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        if items.iter().any(Value::is_array) {
            leak(items.iter().map(|group| self.texts(Some(group))).collect())
        } else {
            leak(vec![self.texts(Some(value))])
        }
    }

    /// Dependencies between names. Dependencies on a whole schema do not occur in the catalog and are left out.
    fn dependencies(&mut self, value: &Value) -> &'static [Dependency] {
        let mut result = Vec::new();
        for (name, others) in value.as_object().into_iter().flatten() {
            if others.is_array() {
                result.push((self.text(name), self.texts(Some(others))));
            }
        }
        result.sort_unstable();
        leak(result)
    }

    fn scalar(&mut self, value: &Value) -> Option<Scalar> {
        Some(match value {
            Value::Null => Scalar::Null,
            Value::Bool(value) => Scalar::Bool(*value),
            Value::String(text) => Scalar::Str(self.text(text)),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Scalar::Int(whole),
                None => Scalar::Float(number.as_f64()?),
            },
            Value::Array(_) | Value::Object(_) => return None,
        })
    }
}

fn kinds(value: &Value) -> Kinds {
    let named = |value: &Value| value.as_str().and_then(Kinds::named).unwrap_or_default();
    match value {
        Value::Array(items) => items.iter().fold(Kinds::ANY, |all, item| all.union(named(item))),
        single => named(single),
    }
}

fn policy_kind(name: &str) -> Option<PolicyKind> {
    Some(match name {
        "identity" => PolicyKind::Identity,
        "resource" => PolicyKind::Resource,
        "resource-without-resource" => PolicyKind::ResourceWithoutResource,
        "trust" => PolicyKind::Trust,
        "managed-arns" => PolicyKind::ManagedArns,
        _ => return None,
    })
}

/// The target of a schema that is a reference and says nothing more. Prose beside a reference does not count.
fn sole_reference(schema: &Value) -> Option<&str> {
    const PROSE: [&str; 5] = ["$ref", "description", "title", "$comment", "examples"];
    let map = schema.as_object()?;
    let target = map.get("$ref")?.as_str()?;
    map.keys().all(|key| PROSE.contains(&key.as_str())).then_some(target)
}

/// The conditions of a reference that has some of its own: those of the definition too, its own going first. Also the name
/// of the definition, the last one if definitions refer on.
fn merged_reference(
    document: &Value,
    reference: &Map<String, Value>,
) -> Result<(Map<String, Value>, String), SchemaError> {
    let mut merged = reference.clone();
    let mut name = String::new();
    for _ in 0..MAX_CHAIN {
        let target = match merged.remove("$ref") {
            Some(Value::String(target)) => target,
            Some(_) => return Err(SchemaError::Keyword("$ref")),
            None => return Ok((merged, name)),
        };
        let (target, definition) = follow(document, &target)?;
        for (keyword, value) in definition.as_object().into_iter().flatten() {
            merged.entry(keyword.clone()).or_insert_with(|| value.clone());
        }
        target.clone_into(&mut name);
    }
    Err(SchemaError::Reference(name))
}

/// The schema a reference leads to, through definitions that are only references themselves.
fn follow<'a>(document: &'a Value, target: &'a str) -> Result<(&'a str, &'a Value), SchemaError> {
    let unknown = || SchemaError::Reference(target.to_owned());
    let mut at = target;
    for _ in 0..MAX_CHAIN {
        let pointer = at.strip_prefix('#').ok_or_else(unknown)?;
        let schema = document.pointer(pointer).ok_or_else(unknown)?;
        match sole_reference(schema) {
            Some(next) => at = next,
            None => return Ok((at, schema)),
        }
    }
    Err(unknown())
}
