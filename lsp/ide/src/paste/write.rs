//! Values of a template in the words of the language.

use std::fmt::Write as _;

use ci_catalog::ResourceSchema;
use ci_sema::resource_path;
use serde_yaml_ng::{Mapping, Value};

use super::member_name;
use crate::shape::snake;

/// How wide a list or record may be on one line.
const WIDTH: usize = 80;

pub(super) struct Writer {
    /// Logical id, type and name of every resource of the text.
    known: Vec<(String, String, String)>,
    pub notes: Vec<String>,
}

impl Writer {
    pub fn new(known: Vec<(String, String, String)>) -> Self {
        Self { known, notes: Vec::new() }
    }

    fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// A member that makes the resource; without a name, the expression.
    pub fn resource(&mut self, id: Option<&str>, resource: &Mapping) -> Result<String, String> {
        let name = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        let schema = ci_catalog::resource_type(name);
        let Some(schema) = schema else {
            return Err(format!("CloudFormation has no resource type `{name}`"));
        };
        let empty = Mapping::new();
        let properties = match resource.get("Properties") {
            Some(Value::Mapping(properties)) => properties,
            _ => &empty,
        };
        let made = format!("{} {}", resource_path(name), self.record(properties, 0, Some(schema)));
        let mut attributes = String::new();
        if let Some(id) = id
            && pascal(&member_name(id)) != id
        {
            let _ = writeln!(attributes, "#[id({id:?})]");
        }
        match resource.get("DeletionPolicy").and_then(Value::as_str) {
            Some("Retain" | "RetainExceptOnCreate") => attributes.push_str("#[retain]\n"),
            Some("Delete") => attributes.push_str("#[retain(false)]\n"),
            Some(other) => self.note(format!("`DeletionPolicy: {other}` is left out")),
            None => {}
        }
        match resource.get("DependsOn") {
            Some(Value::String(one)) => {
                let _ = writeln!(attributes, "#[depends_on({})]", self.name_of(one));
            }
            Some(Value::Sequence(several)) => {
                let names: Vec<String> =
                    several.iter().filter_map(Value::as_str).map(|name| self.name_of(name)).collect();
                let _ = writeln!(attributes, "#[depends_on({})]", names.join(", "));
            }
            _ => {}
        }
        for (key, attribute) in [
            ("Metadata", "metadata"),
            ("CreationPolicy", "creation_policy"),
            ("UpdatePolicy", "update_policy"),
        ] {
            if let Some(value) = resource.get(key) {
                let value = self.value(value, 0);
                let _ = writeln!(attributes, "#[{attribute}({value})]");
            }
        }
        if let Some(condition) = resource.get("Condition").and_then(Value::as_str) {
            self.note(format!(
                "the condition `{condition}` is left out: write `if … {{ … }}` around the resource"
            ));
        }
        Ok(match id {
            Some(id) => format!("{attributes}let {} = {made};", member_name(id)),
            None => made,
        })
    }

    fn name_of(&self, id: &str) -> String {
        let known = self.known.iter().find(|(known, ..)| known == id);
        known.map_or_else(|| member_name(id), |(.., name)| name.clone())
    }

    fn record(&mut self, map: &Mapping, indent: usize, schema: Option<&'static ResourceSchema>) -> String {
        if map.is_empty() {
            return "{}".to_owned();
        }
        let mut entries = Vec::new();
        for (key, value) in map {
            let key = key.as_str().map_or_else(|| scalar(key), str::to_owned);
            let is_name = matches!(
                ci_syntax::lex(&key).as_slice(),
                [token] if token.kind == ci_syntax::TokenKind::Ident
            );
            let name = if is_name { key.clone() } else { quoted(&key) };
            // A policy is shorter in statements, but says the same as a record.
            let written = self.value(value, indent + 4);
            entries.push(format!("{name}: {written}"));
        }
        let _ = schema;
        laid_out("{", &entries, "}", indent, " ")
    }

    fn value(&mut self, value: &Value, indent: usize) -> String {
        match value {
            Value::Null => "none".to_owned(),
            Value::Bool(truth) => truth.to_string(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => quoted(text),
            Value::Sequence(items) => {
                let items: Vec<String> = items.iter().map(|item| self.value(item, indent + 4)).collect();
                if items.is_empty() { "[]".to_owned() } else { laid_out("[", &items, "]", indent, "") }
            }
            Value::Mapping(map) => {
                if map.len() == 1
                    && let Some((Value::String(name), argument)) = map.iter().next()
                    && (name == "Ref" || name == "Condition" || name.starts_with("Fn::"))
                {
                    return self.function(name.trim_start_matches("Fn::"), argument, indent);
                }
                self.record(map, indent, None)
            }
            Value::Tagged(tagged) => {
                let name = tagged.tag.to_string();
                self.function(name.trim_start_matches('!'), &tagged.value, indent)
            }
        }
    }

    /// An intrinsic function.
    fn function(&mut self, name: &str, argument: &Value, indent: usize) -> String {
        match (name, argument) {
            ("Ref", Value::String(id)) => self.reference(id),
            ("GetAtt", Value::String(path)) => match path.split_once('.') {
                Some((id, attribute)) => format!("{}.{attribute}", self.name_of(id)),
                None => self.unknown(name, argument),
            },
            ("GetAtt", Value::Sequence(parts)) => match parts.as_slice() {
                [Value::String(id), Value::String(attribute)] => {
                    format!("{}.{attribute}", self.name_of(id))
                }
                _ => self.unknown(name, argument),
            },
            ("Sub", Value::String(text)) => self.substituted(text, None),
            ("Sub", Value::Sequence(parts)) => match parts.as_slice() {
                [Value::String(text), Value::Mapping(variables)] => self.substituted(text, Some(variables)),
                _ => self.unknown(name, argument),
            },
            ("Join", Value::Sequence(parts)) => match parts.as_slice() {
                [Value::String(between), Value::Sequence(items)] => {
                    let items: Vec<String> = items.iter().map(|item| self.value(item, indent)).collect();
                    format!("[{}].join({})", items.join(", "), quoted(between))
                }
                [Value::String(between), list] => {
                    format!("{}.join({})", self.value(list, indent), quoted(between))
                }
                _ => self.unknown(name, argument),
            },
            ("Select", Value::Sequence(parts)) => match parts.as_slice() {
                [at, list] => {
                    let at = at.as_str().map_or_else(|| scalar(at), str::to_owned);
                    format!("{}[{at}]", self.value(list, indent))
                }
                _ => self.unknown(name, argument),
            },
            ("Split", Value::Sequence(parts)) => match parts.as_slice() {
                [Value::String(between), text] => {
                    format!("{}.split({})", self.value(text, indent), quoted(between))
                }
                _ => self.unknown(name, argument),
            },
            ("GetAZs", _) => "aws::availability_zones()".to_owned(),
            ("Base64", text) => format!("{}.base64()", self.value(text, indent)),
            ("If", Value::Sequence(parts)) => match parts.as_slice() {
                [Value::String(condition), then, otherwise] => {
                    self.note(format!("`{condition}` was a condition of the template: declare it"));
                    let (then, otherwise) = (self.value(then, indent), self.value(otherwise, indent));
                    format!("if {} {{ {then} }} else {{ {otherwise} }}", snake(condition))
                }
                _ => self.unknown(name, argument),
            },
            _ => self.unknown(name, argument),
        }
    }

    fn unknown(&mut self, name: &str, argument: &Value) -> String {
        let shown = serde_json::to_string(argument).unwrap_or_default();
        self.note(format!("`Fn::{name}` has no counterpart: {shown}"));
        "none".to_owned()
    }

    fn reference(&mut self, id: &str) -> String {
        match id {
            "AWS::Region" => "aws::region".to_owned(),
            "AWS::AccountId" => "aws::account_id".to_owned(),
            "AWS::Partition" => "aws::partition".to_owned(),
            "AWS::StackName" => "aws::stack_name".to_owned(),
            "AWS::StackId" => "aws::stack_id".to_owned(),
            "AWS::URLSuffix" => "aws::url_suffix".to_owned(),
            "AWS::NoValue" => "none".to_owned(),
            _ => {
                let known = self.known.iter().find(|(known, ..)| known == id).cloned();
                let Some((_, ty, name)) = known else {
                    self.note(format!("`{id}` is not in this text: declare `{}`", snake(id)));
                    return snake(id);
                };
                let parts = ci_catalog::resource_type(&ty).map(ResourceSchema::ref_parts).unwrap_or_default();
                match parts {
                    [part, ..] => format!("{name}.{part}"),
                    [] => name,
                }
            }
        }
    }

    /// A text with `${…}` in it.
    fn substituted(&mut self, text: &str, variables: Option<&Mapping>) -> String {
        let mut written = String::from("\"");
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            written.push_str(&escaped(&rest[..at]));
            let Some(end) = rest[at..].find('}') else { break };
            let inside = &rest[at + 2..at + end];
            rest = &rest[at + end + 1..];
            if let Some(literal) = inside.strip_prefix('!') {
                written.push_str(&escaped(&format!("${{{literal}}}")));
                continue;
            }
            let inside = inside.trim();
            let value = match (variables.and_then(|known| known.get(inside)), inside.split_once('.')) {
                (Some(value), _) => self.value(value, 0),
                (None, Some((id, attribute))) => format!("{}.{attribute}", self.name_of(id)),
                (None, None) => self.reference(inside),
            };
            let _ = write!(written, "{{{value}}}");
        }
        written.push_str(&escaped(rest));
        written.push('"');
        written
    }
}

/// `OrdersTable` for `orders_table`: what the name becomes in a template.
fn pascal(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    words.fold(String::new(), |mut text, word| {
        let mut characters = word.chars();
        text.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        text.push_str(characters.as_str());
        text
    })
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            '{' => written.push_str("\\{"),
            '}' => written.push_str("\\}"),
            other => written.push(other),
        }
    }
    written
}

/// On one line, or on a line each.
fn laid_out(open: &str, entries: &[String], close: &str, indent: usize, blank: &str) -> String {
    let one = format!("{open}{blank}{}{blank}{close}", entries.join(", "));
    if one.len() + indent <= WIDTH && !one.contains('\n') {
        return one;
    }
    let pad = " ".repeat(indent + 4);
    let lines: String = entries.iter().fold(String::new(), |mut text, entry| {
        let _ = writeln!(text, "{pad}{entry},");
        text
    });
    format!("{open}\n{lines}{}{close}", " ".repeat(indent))
}
