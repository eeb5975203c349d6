//! The facts of a resource schema outside its properties.

use serde_json::Value;

use super::{Converter, FACTS, SchemaError};
use crate::bundle::leak;
use crate::facts::{
    Attribute, Handler, Lifecycle, LifecycleStatus, Meta, ReplacementStrategy, Rule, TagShape, Tagging, walk,
};
use crate::node::{Additional, Kinds, Node, NodeId};
use crate::offer::{Offer, Test, When};

/// The extension rules the generator attached, as nodes. Each has its own definitions.
pub(super) fn rules(converter: &mut Converter, schema: &Value) -> Result<&'static [Rule], SchemaError> {
    let mut rules = Vec::new();
    for rule in schema[FACTS]["rules"].as_array().into_iter().flatten() {
        let body = &rule["schema"];
        let node = converter.scope(body, body.clone())?;
        let (id, pointer) = (text(converter, &rule["id"]), text(converter, &rule["pointer"]));
        rules.push(Rule { id, pointer, node });
    }
    Ok(leak(rules))
}

/// Everything else. What does not fit the properties is left out and noted in the converter's problems.
pub(super) fn meta(converter: &mut Converter, schema: &Value, root: NodeId, rules: &'static [Rule]) -> Meta {
    let extra = &schema[FACTS];
    let read_only = pointers(converter, schema, root, "readOnlyProperties");
    let primary_identifier = pointers(converter, schema, root, "primaryIdentifier");
    let ref_parts = if let Some(parts) = extra.get("refParts") {
        converter.texts(Some(parts))
    } else {
        let names = primary_identifier.iter().map(|part| part.replace('/', "."));
        leak(names.map(|name| converter.text(&name)).collect())
    };
    let mut handlers = [None; 5];
    for handler in Handler::ALL {
        if let Some(entry) = schema["handlers"].get(handler.name()) {
            handlers[handler as usize] = Some(converter.texts(entry.get("permissions")));
        }
    }
    let mut text = |value: &Value| value.as_str().map(|text| converter.text(text));
    let arn_template = text(&extra["arnTemplate"]);
    let iam_resource_type = text(&extra["iam"][0]).zip(text(&extra["iam"][1]));
    let lifecycle = lifecycle(&schema["lifecycle"]).map(|status| {
        let date = text(&schema["lifecycle"]["date"]);
        Lifecycle { status, date }
    });
    Meta {
        read_only,
        primary_identifier,
        ref_parts,
        write_only: pointers(converter, schema, root, "writeOnlyProperties"),
        create_only: pointers(converter, schema, root, "createOnlyProperties"),
        conditional_create_only: pointers(converter, schema, root, "conditionalCreateOnlyProperties"),
        deprecated: pointers(converter, schema, root, "deprecatedProperties"),
        attributes: attributes(converter, extra, root, read_only),
        rules,
        offers: offers(converter, extra),
        handlers,
        tagging: tagging(converter, schema, root),
        arn_template,
        iam_resource_type,
        lifecycle,
        replacement: match schema["replacementStrategy"].as_str() {
            Some("create_then_delete") => Some(ReplacementStrategy::CreateThenDelete),
            Some("delete_then_create") => Some(ReplacementStrategy::DeleteThenCreate),
            _ => None,
        },
        creation_policy: converter.texts(extra.get("creationPolicy")),
        update_policy: converter.texts(extra.get("updatePolicy")),
        stateful: extra["stateful"] == true,
        snapshot: extra["snapshot"] == true,
        region_mask: extra["regions"].as_u64(),
    }
}

fn offers(converter: &mut Converter, extra: &Value) -> &'static [Offer] {
    let mut result = Vec::new();
    for offer in extra["offers"].as_array().into_iter().flatten() {
        let mut when = Vec::new();
        for condition in offer["when"].as_array().into_iter().flatten() {
            let test = if let Some(texts) = condition.get("oneOf") {
                Test::OneOf(converter.texts(Some(texts)))
            } else if let Some(versions) = condition.get("version") {
                Test::Version(converter.texts(Some(versions)))
            } else {
                Test::Absent
            };
            when.push(When { property: text(converter, &condition["property"]), test });
        }
        let (pointer, table) = (text(converter, &offer["pointer"]), text(converter, &offer["table"]));
        result.push(Offer { pointer, when: leak(when), table });
    }
    leak(result)
}

fn text(converter: &mut Converter, value: &Value) -> &'static str {
    converter.text(value.as_str().unwrap_or_default())
}

fn lifecycle(value: &Value) -> Option<LifecycleStatus> {
    match value["status"].as_str()? {
        "maintenance" => Some(LifecycleStatus::Maintenance),
        "sunset" => Some(LifecycleStatus::Sunset),
        "shutdown" => Some(LifecycleStatus::Shutdown),
        _ => None,
    }
}

/// "/properties/A/items/properties/B" and "/properties/A/*/B" are both `A/*/B`.
fn normal(pointer: &str) -> String {
    pointer
        .trim_start_matches('/')
        .split('/')
        .filter(|step| *step != "properties")
        .map(|step| if step == "items" { "*" } else { step })
        .collect::<Vec<_>>()
        .join("/")
}

fn pointers(
    converter: &mut Converter,
    schema: &Value,
    root: NodeId,
    keyword: &str,
) -> &'static [&'static str] {
    let mut result = Vec::new();
    for pointer in schema[keyword].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let pointer = normal(pointer);
        if find(converter, root, &pointer).is_none() {
            converter.problems.push(SchemaError::Pointer(format!("{keyword} {pointer}")));
        }
        let pointer = converter.text(&pointer);
        if !result.contains(&pointer) {
            result.push(pointer);
        }
    }
    if keyword != "primaryIdentifier" {
        // The order of identifiers matters, that of the other lists does not.
        result.sort_unstable();
    }
    leak(result)
}

fn find(converter: &Converter, root: NodeId, pointer: &str) -> Option<NodeId> {
    // A node is cloned to a 'static one only here, while the nodes are still being built.
    walk(root, pointer, |id| &converter.nodes[id.index()])
}

/// The attributes the generator lists, or else the read-only properties.
fn attributes(
    converter: &mut Converter,
    extra: &Value,
    root: NodeId,
    read_only: &[&'static str],
) -> &'static [Attribute] {
    let mut names: Vec<&'static str> = if let Some(listed) = extra.get("attributes") {
        converter.texts(Some(listed)).to_vec()
    } else {
        let plain = read_only.iter().filter(|pointer| !pointer.contains('*'));
        plain.map(|pointer| converter.text(&pointer.replace('/', "."))).collect()
    };
    names.sort_unstable();
    names.dedup();
    let mut result = Vec::with_capacity(names.len());
    for name in names {
        let as_string = extra["stringAttributes"].as_array().is_some_and(|all| all.iter().any(|a| a == name));
        let node = match find(converter, root, name) {
            Some(node) if !as_string => node,
            known => {
                if known.is_none() {
                    converter.problems.push(SchemaError::Pointer(format!("attribute {name}")));
                }
                let node = converter.reserve();
                converter.nodes[node.index()].kinds = Kinds::STRING;
                node
            }
        };
        result.push(Attribute { name, node });
    }
    leak(result)
}

fn tagging(converter: &mut Converter, schema: &Value, root: NodeId) -> Option<Tagging> {
    let stated = &schema["tagging"];
    if stated["taggable"] == false {
        return None;
    }
    // `taggable` at the top is the older form of the same statement.
    let taggable = stated["taggable"] == true || schema["taggable"] == true;
    let named = stated["tagProperty"].as_str().or(schema[FACTS]["tagProperty"].as_str());
    let pointer = match named {
        Some(pointer) => normal(pointer),
        None if taggable => "Tags".to_owned(),
        None => return None,
    };
    let node = find(converter, root, &pointer)?;
    let shape = tag_shape(converter, node)?;
    let says = |keyword: &str| stated[keyword] != false;
    Some(Tagging {
        property: converter.text(&pointer),
        shape,
        on_create: says("tagOnCreate"),
        updatable: says("tagUpdatable"),
        permissions: converter.texts(stated.get("permissions")),
    })
}

fn tag_shape(converter: &Converter, tags: NodeId) -> Option<TagShape> {
    let node = |id: NodeId| -> &Node { &converter.nodes[id.index()] };
    let Some(item) = node(tags).items else {
        let open =
            !matches!(node(tags).additional, Additional::Closed) || !node(tags).pattern_properties.is_empty();
        return (node(tags).kinds.allows(Kinds::OBJECT) && open).then_some(TagShape::Map);
    };
    let property = |wanted: &str| {
        let mut all = node(item).properties.iter().map(|property| property.name);
        let candidates = [wanted.to_owned(), format!("Tag{wanted}")];
        all.find(|name| candidates.iter().any(|candidate| name.eq_ignore_ascii_case(candidate)))
    };
    Some(TagShape::List {
        key: property("Key")?,
        value: property("Value")?,
        propagates: node(item).property("PropagateAtLaunch").is_some(),
    })
}
