//! Prints the unit as a Pkl module, all resources written out.

use std::fmt::Write as _;

use super::canon::sub_text;
use super::unit::{Piece, Resource, Value};

/// Resources are of a class; their properties are dynamic, which is the lightest checking that Pkl does.
const HEAD: &str = r#"class Resource {
  Type: String
  Properties: Dynamic
}

function identity(id: String): Dynamic = new { Ref = id }
function attribute(id: String, name: String): Dynamic = new { ["Fn::GetAtt"] = new Listing { id; name } }
function substitute(text: String): Dynamic = new { ["Fn::Sub"] = text }

AWSTemplateFormatVersion = "2010-09-09"
Resources: Mapping<String, Resource> = new {
"#;

pub(crate) fn module(unit: &[Resource], units: usize) -> String {
    let mut source = HEAD.to_owned();
    for index in 0..units {
        for resource in unit {
            let Resource { name, service, kind, properties } = resource;
            let properties = dynamic(properties, index, 2);
            let _ = writeln!(
                source,
                "  [\"{name}{index}\"] {{\n    Type = \"AWS::{service}::{kind}\"\n    Properties = {properties}\n  }}"
            );
        }
    }
    source + "}\n"
}

fn dynamic(fields: &[(&str, Value)], index: usize, depth: usize) -> String {
    let indent = "  ".repeat(depth + 1);
    let mut source = String::from("new Dynamic {\n");
    for (name, value) in fields {
        let _ = writeln!(source, "{indent}{name} = {}", expression(value, index, depth + 1));
    }
    source + &"  ".repeat(depth) + "}"
}

fn expression(value: &Value, index: usize, depth: usize) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Text(pieces) => {
            // JSON's escapes are Pkl's, but for `\(`, and no backslash occurs.
            let text = serde_json::Value::from(sub_text(pieces, index)).to_string();
            let refers = pieces.iter().any(|piece| matches!(piece, Piece::Reference(_)));
            if refers { format!("substitute({text})") } else { text }
        }
        Value::List(items) => {
            let indent = "  ".repeat(depth + 1);
            let items = items.iter().map(|item| format!("{indent}{}\n", expression(item, index, depth + 1)));
            format!("new Listing {{\n{}{}}}", items.collect::<String>(), "  ".repeat(depth))
        }
        Value::Record(fields) | Value::Map(fields) => dynamic(fields, index, depth),
        Value::Reference(reference) if reference.is_ref => {
            format!("identity(\"{}{index}\")", reference.resource)
        }
        Value::Reference(reference) => {
            format!("attribute(\"{}{index}\", \"{}\")", reference.resource, reference.attribute)
        }
    }
}
