//! The facts about a type or property in the form in which they are shown: the schema of `--json`.

use std::collections::BTreeMap;

use ci_catalog::{Additional, Handler, LifecycleStatus, Node, NodeId, ResourceSchema, Scalar, Test};
use ci_project::resource_path;
use serde::Serialize;

/// A resource type.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Type {
    /// CloudFormation's name.
    pub name: &'static str,
    /// The path that programs import.
    pub path: String,
    /// The properties or attributes whose value `Ref` returns.
    #[serde(rename = "ref")]
    pub reference: &'static [&'static str],
    /// The properties that identify a resource.
    pub identifiers: &'static [&'static str],
    /// The form of its ARN.
    pub arn: Option<&'static str>,
    /// Whether deleting it loses data.
    pub stateful: bool,
    /// The property that holds tags.
    pub tags: Option<&'static str>,
    /// In which order a replacement happens, where that is known.
    pub replacement: Option<&'static str>,
    /// Where it exists; `null` if nothing is known.
    pub regions: Option<Vec<&'static str>>,
    /// Regions that are known and do not have it.
    pub missing_regions: Vec<&'static str>,
    /// Its announced end.
    pub lifecycle: Option<Lifecycle>,
    /// How many IAM actions CloudFormation needs for each operation.
    pub permissions: BTreeMap<&'static str, usize>,
    pub properties: Vec<Property>,
    pub attributes: Vec<Attribute>,
}

#[derive(Serialize)]
pub(super) struct Lifecycle {
    pub status: &'static str,
    pub date: Option<&'static str>,
}

/// What `Fn::GetAtt` returns.
#[derive(Serialize)]
pub(super) struct Attribute {
    pub name: &'static str,
    #[serde(rename = "type")]
    pub shape: String,
}

/// A property, as its type lists it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and a field of the JSON")]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Property {
    pub name: String,
    #[serde(rename = "type")]
    pub shape: String,
    pub required: bool,
    pub read_only: bool,
    pub write_only: bool,
    /// A change replaces the resource.
    pub create_only: bool,
    /// A change may replace the resource.
    pub conditional_create_only: bool,
    pub deprecated: bool,
    /// The values it may have, where they are listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Everything else it must satisfy, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<String>,
    /// What its value identifies: `AWS::IAM::Role.Arn`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

/// A property with what is inside it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail {
    /// The type it is of.
    pub of: &'static str,
    /// Where it is: `LifecycleConfiguration/Rules/*/Status`.
    pub pointer: String,
    #[serde(flatten)]
    pub property: Property,
    /// The values that AWS offers, where that depends on the region.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    pub properties: Vec<Property>,
}

/// Values that AWS offers.
#[derive(Serialize)]
pub(super) struct Offer {
    /// What other properties must be for it: `Engine: mysql`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<String>,
    /// The values, and the regions that have each.
    pub values: BTreeMap<&'static str, Vec<&'static str>>,
    /// Whether regions differ.
    pub regional: bool,
}

impl Type {
    pub fn of(schema: &'static ResourceSchema) -> Self {
        let regions: Vec<&str> = schema.regions().iter().collect();
        let known = ci_catalog::known_regions();
        let is_known = !regions.is_empty();
        let missing = known
            .iter()
            .copied()
            .filter(|region| is_known && schema.regions().contains(region) == Some(false));
        let count =
            |handler| schema.handler_permissions(handler).map(|all| (Handler::name(handler), all.len()));
        Self {
            name: schema.name(),
            path: resource_path(schema.name()),
            reference: schema.ref_parts(),
            identifiers: schema.primary_identifier(),
            arn: schema.arn_template(),
            stateful: schema.is_stateful(),
            tags: schema.tagging().map(|tagging| tagging.property),
            replacement: schema.replacement_strategy().map(|strategy| match strategy {
                ci_catalog::ReplacementStrategy::CreateThenDelete => {
                    "the new one is made before the old one goes"
                }
                ci_catalog::ReplacementStrategy::DeleteThenCreate => {
                    "the old one goes before the new one is made"
                }
            }),
            missing_regions: missing.collect(),
            regions: is_known.then_some(regions),
            lifecycle: schema.lifecycle().map(|lifecycle| Lifecycle {
                status: match lifecycle.status {
                    LifecycleStatus::Maintenance => "maintenance",
                    LifecycleStatus::Sunset => "sunset",
                    LifecycleStatus::Shutdown => "shutdown",
                },
                date: lifecycle.date,
            }),
            permissions: Handler::ALL.into_iter().filter_map(count).collect(),
            properties: properties(schema, schema.root(), ""),
            attributes: schema
                .attributes()
                .iter()
                .map(|attribute| Attribute { name: attribute.name, shape: shape(schema, attribute.node, 0) })
                .collect(),
        }
    }
}

impl Detail {
    /// The property at a pointer that exists.
    pub fn of(schema: &'static ResourceSchema, pointer: &str) -> Self {
        let id = schema.node_at(pointer).unwrap_or_else(|| schema.root());
        let (above, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        let parent = schema.node_at(above).map(|id| schema.node(id));
        let required = parent.and_then(|node| node.property(name)).is_some_and(|property| property.required);
        let (mut inside, mut prefix) = (id, pointer.to_owned());
        while schema.node(inside).properties.is_empty()
            && let Some(next) = super::inner(schema.node(inside))
        {
            inside = next;
            prefix.push_str("/*");
        }
        Self {
            of: schema.name(),
            property: property(schema, id, name, pointer, required),
            offers: offers(schema, pointer),
            properties: properties(schema, inside, &prefix),
            pointer: pointer.to_owned(),
        }
    }
}

fn offers(schema: &'static ResourceSchema, pointer: &str) -> Vec<Offer> {
    let of_this = schema.offers().iter().filter(|offer| offer.pointer == pointer);
    of_this
        .filter_map(|offer| {
            let offered = offer.values()?;
            let regions = |value| offered.regions(value).into_iter().flat_map(ci_catalog::Regions::iter);
            let when = offer.when.iter().map(|when| match when.test {
                Test::Absent => format!("no {}", when.property),
                Test::OneOf(words) | Test::Version(words) => {
                    format!("{}: {}", when.property, words.join(" or "))
                }
            });
            Some(Offer {
                when: when.collect(),
                values: offered.values().map(|value| (value, regions(value).collect())).collect(),
                regional: offered.is_regional(),
            })
        })
        .collect()
}

/// The properties of an object: required ones first, then by name.
fn properties(schema: &'static ResourceSchema, id: NodeId, prefix: &str) -> Vec<Property> {
    let mut all: Vec<Property> = schema
        .node(id)
        .properties
        .iter()
        .map(|known| {
            let pointer =
                if prefix.is_empty() { known.name.to_owned() } else { format!("{prefix}/{}", known.name) };
            property(schema, known.node, known.name, &pointer, known.required)
        })
        .collect();
    all.sort_by(|a, b| (a.read_only, !a.required, &a.name).cmp(&(b.read_only, !b.required, &b.name)));
    all
}

fn property(
    schema: &'static ResourceSchema,
    id: NodeId,
    name: &str,
    pointer: &str,
    required: bool,
) -> Property {
    let node = schema.node(id);
    let strings = node.enum_values.iter().map(|value| (*value).to_owned());
    let references = node.references.iter();
    Property {
        name: name.to_owned(),
        shape: shape(schema, id, 0),
        required,
        read_only: schema.is_read_only(pointer),
        write_only: schema.is_write_only(pointer),
        create_only: schema.is_create_only(pointer),
        conditional_create_only: schema.is_conditional_create_only(pointer),
        deprecated: schema.is_deprecated(pointer),
        values: strings.chain(node.enum_scalars.iter().copied().map(scalar)).collect(),
        constraints: constraints(node),
        references: references
            .map(|target| format!("{}.{}", target.resource_type, target.attribute))
            .collect(),
    }
}

/// What a value looks like, in a few words.
fn shape(schema: &'static ResourceSchema, id: NodeId, depth: u8) -> String {
    /// Enough for every list of lists in the catalog; recursive schemas end there.
    const MAX_DEPTH: u8 = 4;
    let node = schema.node(id);
    if depth > MAX_DEPTH {
        return "…".to_owned();
    }
    if node.is_json_document() {
        return "JSON".to_owned();
    }
    if let Some(items) = node.items {
        let set = if node.unique_items { "set of " } else { "list of " };
        return format!("{set}{}", shape(schema, items, depth + 1));
    }
    let values = match node.additional {
        Additional::Of(id) => Some(id),
        _ => node.pattern_properties.first().map(|(_, id)| *id),
    };
    if let Some(values) = values.filter(|_| node.properties.is_empty()) {
        return format!("map of {}", shape(schema, values, depth + 1));
    }
    if !node.properties.is_empty() {
        return node.name.unwrap_or("object").to_owned();
    }
    if node.has_enum() {
        return "enum".to_owned();
    }
    let kinds: Vec<&str> = node.kinds.names().collect();
    if !kinds.is_empty() {
        return kinds.join(" or ");
    }
    let alternatives = node.one_of.iter().chain(node.any_of).chain(node.all_of);
    let mut shapes: Vec<String> = alternatives.map(|id| shape(schema, *id, depth + 1)).collect();
    shapes.sort();
    shapes.dedup();
    shapes.retain(|shape| shape != "any");
    if shapes.is_empty() { "any".to_owned() } else { shapes.join(" or ") }
}

fn constraints(node: &Node) -> Vec<String> {
    let mut all = Vec::new();
    let mut range = |what: &str, low: Option<String>, high: Option<String>| match (low, high) {
        (Some(low), Some(high)) if low == high => all.push(format!("{low}{what}")),
        (Some(low), Some(high)) => all.push(format!("{low} to {high}{what}")),
        (Some(low), None) => all.push(format!("at least {low}{what}")),
        (None, Some(high)) => all.push(format!("at most {high}{what}")),
        (None, None) => {}
    };
    let text = |number: Option<u64>| number.map(|number| number.to_string());
    range(" characters", text(node.min_length), text(node.max_length));
    range(" items", text(node.min_items), text(node.max_items));
    range(" properties", text(node.min_properties), text(node.max_properties));
    range("", node.minimum.map(|n| n.to_string()), node.maximum.map(|n| n.to_string()));
    let numbers = [
        ("more than", node.exclusive_minimum),
        ("less than", node.exclusive_maximum),
        ("a multiple of", node.multiple_of),
    ];
    all.extend(numbers.into_iter().filter_map(|(words, number)| Some(format!("{words} {}", number?))));
    all.extend(node.const_value.map(|value| format!("always {}", scalar(value))));
    all.extend(node.default.map(|value| format!("default {}", scalar(value))));
    all.extend(node.format.map(|format| format!("format {format}")));
    all.extend(node.pattern.map(|pattern| format!("matches {pattern}")));
    let groups = [("exactly one of", node.required_xor), ("at least one of", node.required_or)];
    for (words, groups) in groups {
        all.extend(groups.iter().map(|group| format!("{words} {}", group.join(", "))));
    }
    all.extend(
        node.dependent_required.iter().map(|(name, needs)| format!("{name} needs {}", needs.join(", "))),
    );
    all.extend(
        node.dependent_excluded.iter().map(|(name, not)| format!("{name} excludes {}", not.join(", "))),
    );
    all
}

fn scalar(value: Scalar) -> String {
    match value {
        Scalar::Str(text) => text.to_owned(),
        Scalar::Int(number) => number.to_string(),
        Scalar::Float(number) => number.to_string(),
        Scalar::Bool(truth) => truth.to_string(),
        Scalar::Null => "null".to_owned(),
    }
}
