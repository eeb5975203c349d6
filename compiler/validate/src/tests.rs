//! A small notation for stacks, and the cases by area.
//!
//! A stack is a JSON object of resources: `{"name": {"type": …, …properties}}`. `{"ref": "name"}` reads a resource's
//! identifier, `{"get": "name.Attribute"}` an attribute, `{"either": [a, b]}` is chosen by a late condition, `{"join":
//! [parts]}` is a text of parts, `{"param": "name"}` reads a parameter, `{"unknown": true}` is unknown. Keys of a
//! resource that begin with `@` are about the resource itself.

mod networks;
mod policies;
mod random;
mod resources;
mod services;
mod values;

use std::fmt::Write;
use std::sync::Arc;

use ci_base::{Diagnostic, TextRange};
use ci_graph::{
    Condition, DeletionPolicy, Entry, Late, Located, Origin, Output, Parameter, ParameterConstraints,
    ParameterId, Pseudo, Resource, ResourceId, Stack, Value,
};
use serde_json::{Map, Value as Json};

use crate::validate;

/// A stack under construction; the paths of its values are kept beside it.
struct Builder {
    names: Vec<String>,
    parameters: Vec<String>,
    paths: Vec<String>,
}

impl Builder {
    fn origin(&mut self, path: &str) -> Origin {
        self.paths.push(path.to_owned());
        Origin { item: self.paths.len() as u32 - 1, range: TextRange::new(0, 1) }
    }

    fn id(&self, name: &str) -> ResourceId {
        let at = self.names.iter().position(|known| known == name);
        ResourceId(at.unwrap_or_else(|| panic!("no resource {name}")) as u32)
    }

    fn located(&mut self, json: &Json, path: &str) -> Located {
        let origin = self.origin(path);
        Located { value: self.value(json, path), origin }
    }

    fn value(&mut self, json: &Json, path: &str) -> Value {
        match json {
            Json::Null => Value::Absent,
            Json::Bool(truth) => Value::Bool(*truth),
            Json::Number(number) => {
                number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Int)
            }
            Json::String(text) => Value::string(text.as_str()),
            Json::Array(items) => {
                let items = items.iter().enumerate();
                Value::List(items.map(|(at, item)| self.located(item, &format!("{path}.{at}"))).collect())
            }
            Json::Object(map) => self.late(map, path).unwrap_or_else(|| {
                let entries = map.iter().map(|(name, value)| Entry {
                    name: name.as_str().into(),
                    value: self.located(value, &format!("{path}.{name}")),
                });
                Value::Record(entries.collect())
            }),
        }
    }

    fn late(&mut self, map: &Map<String, Json>, path: &str) -> Option<Value> {
        let (key, argument) = map.iter().next().filter(|_| map.len() == 1)?;
        Some(Value::late(match key.as_str() {
            "ref" => Late::Identifier(self.id(argument.as_str()?)),
            "get" => {
                let (name, attribute) = argument.as_str()?.split_once('.')?;
                Late::Attribute(self.id(name), attribute.into())
            }
            "either" => Late::If {
                condition: Arc::new(condition("prod")),
                then: self.located(&argument[0], path),
                otherwise: self.located(&argument[1], path),
            },
            "join" => {
                let parts = argument.as_array()?;
                Late::Concat(parts.iter().map(|part| self.value(part, path)).collect())
            }
            "param" => {
                let at =
                    self.parameters.iter().position(|known| Some(known.as_str()) == argument.as_str())?;
                Late::Parameter(ParameterId(at as u32))
            }
            "zones" => Late::AvailabilityZones { region: None },
            "account" => Late::Pseudo(Pseudo::AccountId),
            "unknown" => return Some(Value::Unknown),
            _ => return None,
        }))
    }

    fn resource(&mut self, name: &str, body: &Map<String, Json>) -> Resource {
        let kind = body["type"].as_str().unwrap();
        let schema = ci_catalog::resource_type(kind).unwrap_or_else(|| panic!("no type {kind}"));
        let origin = self.origin(name);
        let mut entries = Vec::new();
        for (key, value) in body.iter().filter(|(key, _)| *key != "type" && !key.starts_with('@')) {
            let value = self.located(value, &format!("{name}.{key}"));
            entries.push(Entry { name: key.as_str().into(), value });
        }
        let text = |key: &str| body.get(key).and_then(Json::as_str);
        let policy = |key: &str| match text(key) {
            Some("snapshot") => Some(DeletionPolicy::Snapshot),
            Some("retain-except-on-create") => Some(DeletionPolicy::RetainExceptOnCreate),
            _ => None,
        };
        Resource {
            logical_id: name.into(),
            path: format!("service.{name}").into(),
            schema,
            properties: entries,
            origin,
            condition: text("@if").map(|name| Arc::new(condition(name))),
            depends_on: text("@after").into_iter().map(|name| self.id(name)).collect(),
            deletion_policy: policy("@delete"),
            update_replace_policy: policy("@replace"),
            creation_policy: body.get("@creation").map(|value| self.value(value, name)),
            update_policy: body.get("@update").map(|value| self.value(value, name)),
            metadata: None,
        }
    }
}

fn condition(name: &str) -> Condition {
    Condition::Equals(Value::string(name), Value::late(Late::Pseudo(Pseudo::StackName)))
}

/// Builds a stack. `$region`, `$parameters` and `$outputs` are about the stack.
fn stack(json: &Json) -> (Stack, Vec<String>) {
    let all = json.as_object().unwrap();
    let bodies: Vec<(&String, &Map<String, Json>)> = all
        .iter()
        .filter(|(name, _)| !name.starts_with('$'))
        .map(|(name, body)| (name, body.as_object().unwrap()))
        .collect();
    let empty = Map::new();
    let section = |name: &str| all.get(name).and_then(Json::as_object).unwrap_or(&empty);
    let mut builder = Builder {
        names: bodies.iter().map(|(name, _)| (*name).clone()).collect(),
        parameters: section("$parameters").keys().cloned().collect(),
        paths: Vec::new(),
    };
    let origin = builder.origin("stack");
    let resources = bodies.iter().map(|(name, body)| builder.resource(name, body)).collect();
    let parameters =
        section("$parameters").iter().map(|(name, body)| parameter(&mut builder, name, body)).collect();
    let outputs = section("$outputs").iter().map(|(name, value)| Output {
        name: name.as_str().into(),
        value: builder.located(value, &format!("$outputs.{name}")),
        description: None,
        condition: None,
        provided: None,
    });
    let outputs = outputs.collect();
    let stack = Stack {
        region: all.get("$region").and_then(Json::as_str).map(Arc::from),
        resources,
        parameters,
        outputs,
        ..Stack::new("test".into(), origin)
    };
    (stack, builder.paths)
}

fn parameter(builder: &mut Builder, name: &str, body: &Json) -> Parameter {
    let path = format!("$parameters.{name}");
    Parameter {
        name: name.into(),
        parameter_type: body["type"].as_str().unwrap_or("String").into(),
        default: body.get("default").map(|value| builder.located(value, &path)),
        description: None,
        no_echo: false,
        constraints: ParameterConstraints {
            allowed_values: body["allowed"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|v| builder.value(v, &path))
                .collect(),
            min_length: body["min_length"].as_i64(),
            max_value: body["max"].as_i64(),
            min_value: body["min"].as_i64(),
            ..ParameterConstraints::default()
        },
        origin: builder.origin(&path),
    }
}

/// A finding as the cases below show it.
fn show(finding: &Diagnostic<Origin>, paths: &[String]) -> String {
    let path = |at: Origin| &paths[at.item as usize];
    let mut out = format!(
        "{} {} at {}: {}\n",
        finding.severity,
        finding.code,
        path(finding.primary.at),
        finding.message
    );
    if !finding.primary.text.is_empty() {
        writeln!(out, "    here: {}", finding.primary.text).unwrap();
    }
    for label in &finding.secondary {
        writeln!(out, "    {}: {}", path(label.at), label.text).unwrap();
    }
    for note in &finding.notes {
        writeln!(out, "    note: {note}").unwrap();
    }
    if let Some(help) = &finding.help {
        writeln!(out, "    help: {help}").unwrap();
    }
    for fix in &finding.fixes {
        let edits: Vec<&str> = fix.edits.iter().map(|edit| edit.text.as_str()).collect();
        writeln!(out, "    fix ({:?}): {} -> {}", fix.applicability, fix.title, edits.join(", ")).unwrap();
    }
    out
}

/// Everything found in a stack, as text.
pub(crate) fn found(json: &Json) -> String {
    let (stack, paths) = stack(json);
    validate(&stack).iter().map(|finding| show(finding, &paths)).collect()
}

/// Cases of one area: what is found in the bad ones, in a text to be compared; nothing may be found in the good ones.
#[derive(Default)]
struct Cases {
    text: String,
}

impl Cases {
    fn case(&mut self, name: &str, bad: Json, good: Json) {
        let found_in_good = found(&good);
        assert_eq!(found_in_good, "", "the good case of {name}");
        self.bad(name, bad);
    }

    fn bad(&mut self, name: &str, bad: Json) {
        let found = found(&bad);
        assert_ne!(found, "", "the bad case of {name}");
        writeln!(self.text, "# {name}\n{found}").unwrap();
    }
}
