//! Resources of CloudFormation templates as source.

mod write;

use serde_yaml_ng::{Mapping, Value};

use crate::shape::snake;
use write::Writer;

/// What a text became.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// The source; nothing where the text is no resource.
    pub text: Option<String>,
    /// Why there is none.
    pub problem: Option<String>,
    /// What has to be looked at.
    pub notes: Vec<String>,
}

/// A resource, several by name, or a template, as JSON or YAML, as members of a service; of one without a name, the
/// expression.
pub fn paste(text: &str) -> Pasted {
    let parsed: Result<Value, String> = serde_json::from_str(text)
        .or_else(|_| serde_yaml_ng::from_str(text))
        .map_err(|error: serde_yaml_ng::Error| error.to_string());
    let value = match parsed {
        Ok(value) => value,
        Err(error) => return problem(format!("this is neither JSON nor YAML: {error}")),
    };
    let Value::Mapping(map) = &value else {
        return problem("this is no resource: it has no `Type`".to_owned());
    };
    if is_resource(&value) {
        let mut writer = Writer::new(Vec::new());
        return done(writer.resource(None, map), writer);
    }
    let resources = match map.get("Resources") {
        Some(Value::Mapping(resources)) => resources,
        _ => map,
    };
    let named: Vec<(&str, &Mapping)> = resources
        .iter()
        .filter_map(|(name, value)| match (name, value) {
            (Value::String(name), Value::Mapping(resource)) if is_resource(value) => {
                Some((name.as_str(), resource))
            }
            _ => None,
        })
        .collect();
    if named.is_empty() {
        return problem("there is no resource in this: none of it has a `Type`".to_owned());
    }
    let known = named
        .iter()
        .map(|(name, resource)| {
            let ty = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
            ((*name).to_owned(), ty.to_owned(), member_name(name))
        })
        .collect();
    let mut writer = Writer::new(known);
    let mut members = String::new();
    for (name, resource) in &named {
        if !members.is_empty() {
            members.push('\n');
        }
        match writer.resource(Some(name), resource) {
            Ok(member) => members.push_str(&member),
            Err(why) => return problem(why),
        }
        members.push('\n');
    }
    done(Ok(members), writer)
}

fn is_resource(value: &Value) -> bool {
    value.get("Type").and_then(Value::as_str).is_some_and(|name| name.contains("::"))
}

fn problem(why: String) -> Pasted {
    Pasted { problem: Some(why), ..Pasted::default() }
}

fn done(text: Result<String, String>, writer: Writer) -> Pasted {
    match text {
        Ok(text) => {
            let mut notes = writer.notes;
            notes.sort();
            notes.dedup();
            Pasted { text: Some(text), problem: None, notes }
        }
        Err(why) => problem(why),
    }
}

/// The name that a resource goes by in the source.
fn member_name(logical_id: &str) -> String {
    let name = snake(logical_id);
    let is_name =
        matches!(ci_syntax::lex(&name).as_slice(), [token] if token.kind == ci_syntax::TokenKind::Ident);
    if is_name { name } else { format!("{name}_") }
}

#[cfg(test)]
mod tests;
