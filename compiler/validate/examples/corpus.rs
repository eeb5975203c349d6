//! Measures the checks on templates: reads JSON lines, each with a CloudFormation template, and prints what was found
//! as JSON lines. `cargo run --example corpus -- CASES.jsonl`.
//!
//! A line is `{"name": …, "template": {"Resources": …, "Parameters": …}}`. Functions of templates become late values;
//! those that need tables (`Fn::FindInMap`, transforms) become unknown values.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use ci_base::TextRange;
use ci_graph::{
    Condition, Entry, Late, Located, Origin, Parameter, ParameterConstraints, ParameterId, Pseudo, Resource,
    ResourceId, Stack, Strength, Value,
};
use serde_json::{Map, Value as Json, json};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: corpus CASES.jsonl")?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::fs::read_to_string(path)?.lines() {
        let case: Json = serde_json::from_str(line)?;
        let Some((stack, places)) = stack(&case["template"]) else {
            writeln!(out, "{}", json!({ "name": case["name"], "skipped": true }))?;
            continue;
        };
        let found: Vec<Json> = ci_validate::validate(&stack)
            .into_iter()
            .map(|finding| {
                let at = places.get(finding.primary.at.item as usize).cloned().unwrap_or_default();
                json!({ "code": finding.code.number(), "severity": finding.severity.to_string(), "at": at,
                        "message": finding.message, "notes": finding.notes, "help": finding.help })
            })
            .collect();
        writeln!(out, "{}", json!({ "name": case["name"], "found": found }))?;
    }
    Ok(())
}

/// Converts one template. Every value gets an origin of its own, whose path is kept beside the graph.
struct Reader<'a> {
    resources: HashMap<&'a str, ResourceId>,
    parameters: HashMap<&'a str, ParameterId>,
    places: Vec<String>,
}

fn stack(template: &Json) -> Option<(Stack, Vec<String>)> {
    let empty = Map::new();
    let section = |name: &str| template.get(name).and_then(Json::as_object);
    let bodies: Vec<(&String, &Json, &'static ci_catalog::ResourceSchema)> = section("Resources")?
        .iter()
        .filter_map(|(name, body)| Some((name, body, ci_catalog::resource_type(body["Type"].as_str()?)?)))
        .collect();
    let parameters = section("Parameters").unwrap_or(&empty);
    let mut reader = Reader {
        resources: bodies
            .iter()
            .enumerate()
            .map(|(at, (name, ..))| (name.as_str(), ResourceId(at as u32)))
            .collect(),
        parameters: parameters
            .keys()
            .enumerate()
            .map(|(at, name)| (name.as_str(), ParameterId(at as u32)))
            .collect(),
        places: Vec::new(),
    };
    let origin = reader.origin("template");
    let resources = bodies.iter().map(|(name, body, schema)| reader.resource(name, body, schema)).collect();
    let parameters = parameters.iter().map(|(name, body)| reader.parameter(name, body)).collect();
    let stack = Stack { resources, parameters, ..Stack::new("template".into(), origin) };
    Some((stack, reader.places))
}

impl Reader<'_> {
    fn origin(&mut self, place: &str) -> Origin {
        self.places.push(place.to_owned());
        Origin { item: self.places.len() as u32 - 1, range: TextRange::new(0, 0) }
    }

    fn resource(&mut self, name: &str, body: &Json, schema: &'static ci_catalog::ResourceSchema) -> Resource {
        let origin = self.origin(&format!("{name} {}", schema.name()));
        let properties = match self.value(&body["Properties"], name) {
            Value::Record(entries) => entries,
            _ => Vec::new(),
        };
        let depends_on = match &body["DependsOn"] {
            Json::String(name) => vec![name.as_str()],
            Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        let depends_on =
            depends_on.into_iter().filter_map(|name| self.resources.get(name).copied()).collect();
        let condition = body["Condition"].as_str().map(|name| Arc::new(named(name)));
        Resource {
            logical_id: name.into(),
            path: name.into(),
            schema,
            properties,
            origin,
            condition,
            depends_on,
            deletion_policy: None,
            update_replace_policy: None,
            creation_policy: body.get("CreationPolicy").map(|policy| self.value(policy, name)),
            update_policy: body.get("UpdatePolicy").map(|policy| self.value(policy, name)),
            metadata: None,
        }
    }

    fn parameter(&mut self, name: &str, body: &Json) -> Parameter {
        let origin = self.origin(&format!("parameter {name}"));
        let default = body.get("Default").map(|value| self.located(value, name));
        Parameter {
            name: name.into(),
            parameter_type: body["Type"].as_str().unwrap_or("String").into(),
            default,
            description: None,
            no_echo: false,
            constraints: ParameterConstraints::default(),
            origin,
        }
    }

    fn located(&mut self, json: &Json, place: &str) -> Located {
        let origin = self.origin(place);
        Located { value: self.value(json, place), origin }
    }

    fn value(&mut self, json: &Json, place: &str) -> Value {
        match json {
            Json::Null => Value::Absent,
            Json::Bool(truth) => Value::Bool(*truth),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => Value::Int(whole),
                None => Value::Float(number.as_f64().unwrap_or_default()),
            },
            Json::String(text) => Value::string(text.as_str()),
            Json::Array(items) => {
                let items = items.iter().enumerate();
                Value::List(items.map(|(at, item)| self.located(item, &format!("{place}/{at}"))).collect())
            }
            Json::Object(map) => self.object(map, place),
        }
    }

    fn object(&mut self, map: &Map<String, Json>, place: &str) -> Value {
        if let Some((key, argument)) = map.iter().next().filter(|_| map.len() == 1)
            && (key == "Ref" || key.starts_with("Fn::"))
        {
            return self.function(key, argument, place).unwrap_or(Value::Unknown);
        }
        let entries = map.iter();
        Value::Record(
            entries
                .map(|(name, value)| Entry {
                    name: name.as_str().into(),
                    value: self.located(value, &format!("{place}/{name}")),
                })
                .collect(),
        )
    }

    fn function(&mut self, name: &str, argument: &Json, place: &str) -> Option<Value> {
        let late = match name {
            "Ref" => return self.reference(argument.as_str()?),
            "Fn::GetAtt" => {
                let (resource, attribute) = match argument {
                    Json::String(text) => text.split_once('.')?,
                    Json::Array(parts) => (parts.first()?.as_str()?, parts.get(1)?.as_str()?),
                    _ => return None,
                };
                Late::Attribute(*self.resources.get(resource)?, attribute.into())
            }
            "Fn::Sub" => return self.substitution(argument),
            "Fn::Join" => Late::Join {
                separator: argument.get(0)?.as_str()?.into(),
                list: self.value(argument.get(1)?, place),
            },
            "Fn::Split" => Late::Split {
                separator: argument.get(0)?.as_str()?.into(),
                text: self.value(argument.get(1)?, place),
            },
            "Fn::Select" => {
                let index = argument.get(0)?;
                let index = index.as_u64().or_else(|| index.as_str()?.parse().ok())?;
                Late::Select { index: index as u32, list: self.value(argument.get(1)?, place) }
            }
            "Fn::GetAZs" => Late::AvailabilityZones { region: None },
            "Fn::Base64" => Late::Base64(self.value(argument, place)),
            "Fn::ImportValue" => Late::StackOutput {
                stack: "other".into(),
                output: "value".into(),
                strength: Strength::Strong,
            },
            "Fn::If" => Late::If {
                condition: Arc::new(named(argument.get(0)?.as_str()?)),
                then: self.located(argument.get(1)?, place),
                otherwise: self.located(argument.get(2)?, place),
            },
            _ => return None,
        };
        Some(Value::late(late))
    }

    fn reference(&self, name: &str) -> Option<Value> {
        let pseudo = match name {
            "AWS::NoValue" => return Some(Value::Absent),
            "AWS::AccountId" => Pseudo::AccountId,
            "AWS::Partition" => Pseudo::Partition,
            "AWS::Region" => Pseudo::Region,
            "AWS::StackId" => Pseudo::StackId,
            "AWS::StackName" => Pseudo::StackName,
            "AWS::URLSuffix" => Pseudo::UrlSuffix,
            _ => {
                let resource = self.resources.get(name).map(|id| Late::Identifier(*id));
                let late = resource.or_else(|| self.parameters.get(name).map(|id| Late::Parameter(*id)))?;
                return Some(Value::late(late));
            }
        };
        Some(Value::late(Late::Pseudo(pseudo)))
    }

    /// `${…}` in a text.
    fn substitution(&mut self, argument: &Json) -> Option<Value> {
        let text = argument.as_str()?;
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, tail) = after.split_once('}')?;
            if !before.is_empty() {
                parts.push(Value::string(before));
            }
            parts.push(match name.split_once('.') {
                Some((resource, attribute)) => {
                    Value::late(Late::Attribute(*self.resources.get(resource)?, attribute.into()))
                }
                None => self.reference(name)?,
            });
            rest = tail;
        }
        if !rest.is_empty() {
            parts.push(Value::string(rest));
        }
        Some(match parts.as_slice() {
            [Value::String(_)] => parts.swap_remove(0),
            [] => Value::string(""),
            _ => Value::late(Late::Concat(parts)),
        })
    }
}

/// A condition that is only known by its name.
fn named(name: &str) -> Condition {
    Condition::Equals(Value::string(name), Value::late(Late::Pseudo(Pseudo::StackName)))
}
