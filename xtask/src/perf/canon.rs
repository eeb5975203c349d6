//! The template that every contender must come to.

use serde_json::{Map, Value as Json, json};

use super::unit::{Piece, Resource, Value};

/// The template of `units` units, indented as the compiler would write it for people.
pub(crate) fn template(unit: &[Resource], units: usize) -> Result<String, String> {
    let mut resources = Map::new();
    for index in 0..units {
        for resource in unit {
            let Resource { name, service, kind, properties } = resource;
            let properties: Map<String, Json> =
                properties.iter().map(|(name, value)| ((*name).to_owned(), to_json(value, index))).collect();
            let type_name = format!("AWS::{service}::{kind}");
            resources
                .insert(format!("{name}{index}"), json!({ "Type": type_name, "Properties": properties }));
        }
    }
    let template = json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources });
    serde_json::to_string_pretty(&template).map_err(|error| error.to_string())
}

fn to_json(value: &Value, index: usize) -> Json {
    match value {
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Text(pieces) => text(pieces, index),
        Value::List(items) => items.iter().map(|item| to_json(item, index)).collect(),
        Value::Record(fields) | Value::Map(fields) => {
            let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), to_json(value, index)));
            Json::Object(fields.collect())
        }
        Value::Reference(reference) => {
            let target = format!("{}{index}", reference.resource);
            if reference.is_ref {
                json!({ "Ref": target })
            } else {
                json!({ "Fn::GetAtt": [target, reference.attribute] })
            }
        }
    }
}

/// A text is `Fn::Sub` as soon as it refers to a resource.
fn text(pieces: &[Piece], index: usize) -> Json {
    let refers = pieces.iter().any(|piece| matches!(piece, Piece::Reference(_)));
    let text: String = sub_text(pieces, index);
    if refers { json!({ "Fn::Sub": text }) } else { Json::String(text) }
}

/// The text with the number of the unit in place, and references as `Fn::Sub` has them.
pub(crate) fn sub_text(pieces: &[Piece], index: usize) -> String {
    let print = |piece: &Piece| match piece {
        Piece::Literal(literal) => (*literal).to_owned(),
        Piece::Index => index.to_string(),
        Piece::Reference(reference) if reference.is_ref => format!("${{{}{index}}}", reference.resource),
        Piece::Reference(reference) => format!("${{{}{index}.{}}}", reference.resource, reference.attribute),
    };
    pieces.iter().map(print).collect()
}
