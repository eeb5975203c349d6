//! Reading schemas, and writing and reading them back.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::{Catalog, ResourceSchema, TagShape, pack, parse_schema};

fn parsed(schema: &Value) -> &'static ResourceSchema {
    parse_schema(&schema.to_string()).expect("a resource schema")
}

fn node(schema: &ResourceSchema, pointer: &str) -> &'static Node {
    schema.node(schema.node_at(pointer).expect("the property exists"))
}

/// A third-party type as the registry publishes them.
fn monitor() -> Value {
    json!({
        "typeName": "Acme::Watch::Monitor",
        "description": "prose",
        "properties": {
            "Id": { "type": "string" },
            "description": { "type": "string", "description": "a property of this name" },
            "title": { "type": "string", "title": "prose" },
            "Type": { "$ref": "#/definitions/Kind" },
            "Root": { "$ref": "#/definitions/Tree", "description": "prose" },
            "Limits": { "$ref": "#/definitions/Numbers", "maxItems": 3 },
            "Tags": { "type": "array", "items": { "$ref": "#/definitions/Tag" } },
            "Target": {
                "oneOf": [
                    { "type": "object", "properties": { "Url": { "type": "string" } }, "required": ["Url"],
                      "additionalProperties": false },
                    { "type": "object", "properties": { "Url": { "type": "integer" }, "Arn": { "type": "string" } },
                      "additionalProperties": false }
                ]
            }
        },
        "definitions": {
            "Kind": { "type": "string", "enum": ["metric", "query"] },
            "Numbers": { "type": "array", "items": { "type": "number", "minimum": 0.5 }, "minItems": 1 },
            "Tree": { "type": "object", "properties": {
                "Children": { "type": "array", "items": { "$ref": "#/definitions/Tree" } } } },
            "Tag": { "type": "object", "properties": { "Key": {}, "Value": {} }, "required": ["Key"] }
        },
        "required": ["Type"],
        "readOnlyProperties": ["/properties/Id", "/properties/Target/Arn"],
        "createOnlyProperties": ["/properties/Tags/items/properties/Key"],
        "primaryIdentifier": ["/properties/Id"],
        "handlers": { "create": { "permissions": ["s3:GetObject"] } },
        "tagging": { "taggable": true, "tagUpdatable": false, "tagProperty": "/properties/Tags" }
    })
}

#[test]
fn a_third_party_schema_reads_like_a_type_of_the_catalog() {
    let schema = parsed(&monitor());
    assert_eq!(schema.name(), "Acme::Watch::Monitor");
    let root = schema.node(schema.root());
    assert_eq!(root.additional, Additional::Closed);
    assert!(root.property("Type").is_some_and(|property| property.required));
    assert!(root.property("description").is_some() && root.property("title").is_some());
    assert_eq!(node(schema, "Type").enum_values, ["metric", "query"]);
    assert_eq!(node(schema, "Type").name, Some("Kind"));
    assert_eq!(schema.ref_parts(), ["Id"]);
    let attributes: Vec<&str> = schema.attributes().iter().map(|attribute| attribute.name).collect();
    assert_eq!(attributes, ["Id", "Target.Arn"]);
    assert_eq!(schema.create_only(), ["Tags/*/Key"]);
    let tagging = schema.tagging().expect("it can be tagged");
    assert_eq!(tagging.shape, TagShape::List { key: "Key", value: "Value", propagates: false });
    assert!(tagging.on_create && !tagging.updatable);
    assert_eq!(schema.handler_permissions(crate::Handler::Create), Some(&["s3:GetObject"][..]));
    assert_eq!(schema.regions().contains("eu-west-1"), None);
}

#[test]
fn the_same_text_gives_the_same_schema() {
    assert!(std::ptr::eq(parsed(&monitor()), parsed(&monitor())));
}

#[test]
fn recursive_definitions_are_one_node() {
    let schema = parsed(&monitor());
    assert_eq!(schema.node_at("Root"), schema.node_at("Root/Children/*/Children/*"));
}

#[test]
fn conditions_beside_a_reference_add_to_the_definition() {
    let limits = node(parsed(&monitor()), "Limits");
    assert_eq!((limits.min_items, limits.max_items, limits.name), (Some(1), Some(3), Some("Numbers")));
}

#[test]
fn properties_of_alternatives_are_visible_and_optional() {
    let schema = parsed(&monitor());
    let target = node(schema, "Target");
    assert_eq!(target.kinds, Kinds::OBJECT);
    assert_eq!(target.additional, Additional::Closed);
    assert!(target.properties.iter().all(|property| !property.required));
    assert_eq!(target.one_of.len(), 2);
    assert_eq!(node(schema, "Target/Url").kinds, Kinds::STRING.union(Kinds::INTEGER));
}

#[test]
fn what_is_wrong_with_a_schema_is_said() {
    let error = |schema: Value| parse_schema(&schema.to_string()).expect_err("not usable");
    assert!(matches!(parse_schema("{").expect_err("not JSON"), SchemaError::Json { .. }));
    assert_eq!(error(json!({ "properties": {} })), SchemaError::Keyword("typeName"));
    assert_eq!(error(json!({ "typeName": "A::B::C" })), SchemaError::Keyword("properties"));
    assert_eq!(error(json!([])), SchemaError::Keyword("typeName"));
    let with = |target: &str| json!({ "typeName": "A::B::C", "properties": { "P": { "$ref": target } } });
    let reference = |target: &str| SchemaError::Reference(target.to_owned());
    assert_eq!(error(with("#/definitions/Nothing")), reference("#/definitions/Nothing"));
    assert_eq!(error(with("other.json#/definitions/X")), reference("other.json#/definitions/X"));
    assert_eq!(error(with("#/properties/P")), reference("#/properties/P"), "it refers to itself");
}

#[test]
fn references_in_a_circle_are_an_error_also_with_conditions() {
    let schema = json!({
        "typeName": "A::B::Circle",
        "properties": { "P": { "$ref": "#/definitions/A" } },
        "definitions": {
            "A": { "$ref": "#/definitions/B", "minItems": 1 },
            "B": { "$ref": "#/definitions/A", "maxItems": 2 }
        }
    });
    let error = parse_schema(&schema.to_string()).expect_err("endless");
    assert!(matches!(error, SchemaError::Reference(_)), "{error}");
}

#[test]
fn definitions_in_a_long_row_take_no_stack() {
    let definitions: Map<String, Value> = (0..20_000)
        .map(|at| {
            let next = format!("#/definitions/D{}", (at + 1) % 20_000);
            // Every other one has a condition of its own beside the reference.
            let next =
                if at % 2 == 0 { json!({ "$ref": next }) } else { json!({ "$ref": next, "maxItems": 1 }) };
            (format!("D{at}"), json!({ "type": "object", "properties": { "Next": next } }))
        })
        .collect();
    let schema = json!({ "typeName": "A::B::Long", "properties": { "P": { "$ref": "#/definitions/D0" } },
        "definitions": definitions });
    assert!(parsed(&schema).node_at("P/Next/Next/Next").is_some());
}

/// Every keyword the reader knows, once.
fn everything() -> Value {
    let keywords: Value = serde_json::from_str(
        r#"{
        "type": ["object", "string"], "properties": { "A": true, "B": false }, "additionalProperties": { "type": "null" },
        "patternProperties": { "^x": { "type": "integer" } }, "propertyNames": { "pattern": "^[a-z]" },
        "required": ["A"], "requiredXor": ["A", "B"], "requiredOr": [["A", "B"], ["A", "C"]],
        "dependentRequired": { "A": ["B"] }, "dependentExcluded": { "B": ["A", "C"] },
        "minProperties": 1, "maxProperties": 9, "items": { "type": "boolean" }, "prefixItems": [{ "const": 1 }],
        "contains": { "const": null }, "minItems": 2, "maxItems": 300, "uniqueItems": true, "uniqueKeys": ["K"],
        "enum": ["a", 1, -70000, 2.5, true, null], "const": "c", "default": false, "pattern": "^p$", "format": "json",
        "minLength": 3, "maxLength": 131072, "minimum": -1, "maximum": 1e300, "exclusiveMinimum": 0.1,
        "exclusiveMaximum": 10, "multipleOf": 0.25, "anyOf": [{ "required": ["A"] }], "oneOf": [{ "required": ["B"] }],
        "allOf": [{ "required": ["C"] }], "not": { "type": "array" },
        "if": { "required": ["A"] }, "then": { "required": ["B"] }, "else": false,
        "x-references": [["AWS::IAM::Role", "Arn"]], "x-policy": "trust"
    }"#,
    )
    .expect("JSON");
    let mut schema = monitor();
    schema["properties"]["Everything"] = keywords;
    schema["replacementStrategy"] = json!("create_then_delete");
    schema["lifecycle"] = json!({ "status": "shutdown", "date": "2026-01-01" });
    schema[FACTS] = json!({
        "rules": [{ "id": "E1", "pointer": "Tags/*", "schema": { "if": { "required": ["Key"] }, "then": false } }],
        "arnTemplate": "arn:x", "iam": ["acme", "monitor"], "stateful": true, "snapshot": true, "regions": 5,
        "creationPolicy": ["ResourceSignal"], "updatePolicy": ["X"], "stringAttributes": ["Id"],
        "offers": [{ "pointer": "Tags/*/Key", "table": "t", "when": [{ "property": "A", "oneOf": ["x", "y"] },
            { "property": "B", "version": ["8.0"] }, { "property": "C", "absent": true }] }]
    });
    schema
}

#[test]
fn writing_and_reading_back_changes_nothing() {
    let expected = convert(&everything()).expect("a resource schema");
    let types = BTreeMap::from([(expected.name.to_owned(), everything())]);
    let bytes = pack_types(&types);
    let catalog = Catalog::open(Box::leak(bytes.into_boxed_slice())).expect("just written");
    let read = catalog.find(expected.name).expect("just written");
    assert_eq!(read.root(), expected.root);
    assert_eq!(read.node_ids().count(), expected.nodes.len());
    for (id, node) in read.node_ids().zip(&expected.nodes) {
        assert_eq!(read.node(id), node, "{id:?}");
    }
    assert_eq!(read.facts(), &expected.meta);
    assert_eq!(read.regions().iter().collect::<Vec<_>>(), ["r0", "r2"]);
}

#[test]
fn the_order_of_the_input_does_not_reach_the_bytes() {
    let schema = everything();
    let mut reversed = Map::new();
    for (key, value) in schema.as_object().expect("an object").iter().rev() {
        reversed.insert(key.clone(), value.clone());
    }
    let one = BTreeMap::from([("T".to_owned(), schema)]);
    let other = BTreeMap::from([("T".to_owned(), Value::Object(reversed))]);
    assert_eq!(pack_types(&one), pack_types(&other));
}

#[test]
fn files_of_another_format_are_refused() {
    assert_eq!(Catalog::open(b"").err(), Some(crate::BundleError::NotABundle));
    let mut bytes = pack_types(&BTreeMap::new());
    bytes[8] = 99;
    let bytes: &'static [u8] = Box::leak(bytes.into_boxed_slice());
    assert_eq!(Catalog::open(bytes).err(), Some(crate::BundleError::OtherVersion(99)));
    assert_eq!(Catalog::open(&bytes[..20]).err(), Some(crate::BundleError::NotABundle));
}

fn pack_types(types: &BTreeMap<String, Value>) -> Vec<u8> {
    let input = pack::CfnInput {
        types,
        known_regions: vec!["r0", "r1", "r2"],
        unknown_regions: vec!["r3"],
        runtimes: vec![crate::LambdaRuntime { name: "cobol85", ..crate::LambdaRuntime::default() }],
    };
    pack::cfn(&input).expect("usable schemas").0
}
