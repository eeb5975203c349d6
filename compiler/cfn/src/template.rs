//! The template of a stack: its sections and their order.
//!
//! Must not know how values are written, which conditions have names, or which dependencies are needed.

use std::fmt;

use ci_graph::{Output, Parameter, Resource, ResourceId, Stack, Strength, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::conditions::{ConditionUse, Conditions, Definition};
use crate::dependencies::needed_dependencies;
use crate::value::{Context, Lowered, Role, present};
use crate::yaml;

/// The only version there is: AWS CloudFormation User Guide, "Template format version syntax".
const FORMAT_VERSION: &str = "2010-09-09";

/// What turns resources of AWS SAM into resources: AWS SAM Developer Guide, "AWS SAM template anatomy".
const SERVERLESS: &str = "AWS::Serverless-2016-10-31";

/// How many bytes of indented JSON a resource usually takes.
const USUAL_BYTES: usize = 640;

/// A CloudFormation template. Serialises as one.
pub struct Template<'a> {
    stack: &'a Stack,
    conditions: Conditions<'a>,
    depends_on: Vec<Vec<ResourceId>>,
}

/// The template of a stack.
///
/// Sections that would be empty are left out, except `Resources`, without which a template is none. Resources, properties,
/// parameters and outputs are in the order of the source, conditions in that of their names.
pub fn template(stack: &Stack) -> Template<'_> {
    Template { stack, conditions: Conditions::of(stack), depends_on: needed_dependencies(stack) }
}

impl fmt::Debug for Template<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({})", self.stack.name)
    }
}

impl Template<'_> {
    /// As JSON, indented by two spaces, with a line break at the end.
    pub fn to_json(&self) -> String {
        // Most of a build's memory is its templates: one that grows would take twice as much.
        let mut json = Vec::with_capacity(self.stack.resources.len() * USUAL_BYTES);
        let result = serde_json::to_writer_pretty(&mut json, self);
        json.push(b'\n');
        written(result.map(|()| String::from_utf8(json).unwrap_or_default()))
    }

    /// As JSON without any white space: what is uploaded when size counts.
    pub fn to_json_minified(&self) -> String {
        let mut json = Vec::with_capacity(self.stack.resources.len() * USUAL_BYTES);
        let result = serde_json::to_writer(&mut json, self);
        written(result.map(|()| String::from_utf8(json).unwrap_or_default()))
    }

    /// As YAML with the long forms of functions. Reads back as the same value, by YAML 1.1 and 1.2 alike.
    pub fn to_yaml(&self) -> String {
        yaml::from_json(&self.to_json_minified())
    }

    fn context(&self) -> Context<'_> {
        Context { stack: self.stack, names: Some(&self.conditions.names) }
    }
}

/// The text of a template.
///
/// Writing to memory fails only for maps whose keys are not text, which a template does not have.
fn written(result: serde_json::Result<String>) -> String {
    debug_assert!(result.is_ok(), "a template can always be written: {result:?}");
    result.unwrap_or_default()
}

impl Serialize for Template<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (stack, context) = (self.stack, self.context());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("AWSTemplateFormatVersion", FORMAT_VERSION)?;
        if stack.resources.iter().any(|resource| resource.schema.is_sam()) {
            map.serialize_entry("Transform", SERVERLESS)?;
        }
        optional(&mut map, "Description", stack.description.as_deref())?;
        if !stack.parameters.is_empty() {
            let parameters = stack.parameters.iter().map(|it| (&*it.name, WrittenParameter { context, it }));
            map.serialize_entry("Parameters", &Section(parameters))?;
        }
        if !self.conditions.entries.is_empty() {
            let conditions = self.conditions.entries.iter();
            let conditions = conditions.map(|(name, condition)| (name, Definition { context, condition }));
            map.serialize_entry("Conditions", &Section(conditions))?;
        }
        let resources = stack.resources.iter().zip(&self.depends_on);
        let resources =
            resources.map(|(it, on)| (&*it.logical_id, WrittenResource { context, depends_on: on, it }));
        map.serialize_entry("Resources", &Section(resources))?;
        if !stack.outputs.is_empty() {
            let outputs = stack.outputs.iter().map(|it| (&*it.name, WrittenOutput { context, it }));
            map.serialize_entry("Outputs", &Section(outputs))?;
        }
        map.end()
    }
}

/// A section: named entries in their order.
struct Section<I>(I);

impl<K: Serialize, V: Serialize, I: Iterator<Item = (K, V)> + Clone> Serialize for Section<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.clone())
    }
}

fn optional<M: SerializeMap, T: Serialize>(
    map: &mut M,
    key: &'static str,
    value: Option<T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(key, &value))
}

struct WrittenResource<'a> {
    context: Context<'a>,
    /// What its `DependsOn` has to name.
    depends_on: &'a [ResourceId],
    it: &'a Resource,
}

impl Serialize for WrittenResource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (it, context) = (self.it, self.context);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("Type", it.schema.name())?;
        let condition = it.condition.as_deref();
        optional(&mut map, "Condition", condition.map(|condition| ConditionUse { context, condition }))?;
        if !self.depends_on.is_empty() {
            let ids: Vec<_> = self.depends_on.iter().map(|on| context.id(*on)).collect();
            map.serialize_entry("DependsOn", &ids)?;
        }
        optional(&mut map, "CreationPolicy", attribute(context, it.creation_policy.as_ref()))?;
        optional(&mut map, "UpdatePolicy", attribute(context, it.update_policy.as_ref()))?;
        optional(&mut map, "DeletionPolicy", it.deletion_policy.map(ci_graph::DeletionPolicy::name))?;
        optional(
            &mut map,
            "UpdateReplacePolicy",
            it.update_replace_policy.map(ci_graph::DeletionPolicy::name),
        )?;
        optional(&mut map, "Metadata", attribute(context, it.metadata.as_ref()))?;
        let properties = it.properties.iter().filter(|entry| entry.value.value != Value::Absent);
        if properties.clone().next().is_some() {
            let properties = properties.map(|entry| (&*entry.name, context.any(&entry.value.value)));
            map.serialize_entry("Properties", &Section(properties))?;
        }
        map.end()
    }
}

/// An attribute of a resource, if it is there.
fn attribute<'a>(context: Context<'a>, value: Option<&'a Value>) -> Option<Lowered<'a>> {
    value.filter(|value| **value != Value::Absent).map(|value| context.any(value))
}

struct WrittenOutput<'a> {
    context: Context<'a>,
    it: &'a Output,
}

impl Serialize for WrittenOutput<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (it, context) = (self.it, self.context);
        let mut map = serializer.serialize_map(None)?;
        let condition = it.condition.as_deref();
        optional(&mut map, "Condition", condition.map(|condition| ConditionUse { context, condition }))?;
        optional(&mut map, "Description", it.description.as_deref())?;
        // Outputs are text: AWS CloudFormation User Guide, "Outputs section syntax".
        map.serialize_entry("Value", &context.text(&it.value.value))?;
        if it.provided == Some(Strength::Strong) {
            map.serialize_entry(
                "Export",
                &Export { name: &Stack::export_name(&context.stack.name, &it.name) },
            )?;
        }
        map.end()
    }
}

#[derive(serde::Serialize)]
struct Export<'a> {
    #[serde(rename = "Name")]
    name: &'a str,
}

struct WrittenParameter<'a> {
    context: Context<'a>,
    it: &'a Parameter,
}

impl Serialize for WrittenParameter<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (it, context) = (self.it, self.context);
        let value = |value| ParameterValue { context, is_number: &*it.parameter_type == "Number", value };
        let constraints = &it.constraints;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("Type", &*it.parameter_type)?;
        optional(&mut map, "Description", it.description.as_deref())?;
        let default = it.default.as_ref().map(|default| &default.value).filter(|it| **it != Value::Absent);
        optional(&mut map, "Default", default.map(value))?;
        let allowed: Vec<_> = constraints.allowed_values.iter().map(value).collect();
        optional(&mut map, "AllowedValues", Some(allowed).filter(|allowed| !allowed.is_empty()))?;
        optional(&mut map, "AllowedPattern", constraints.allowed_pattern.as_deref())?;
        optional(&mut map, "MinLength", constraints.min_length)?;
        optional(&mut map, "MaxLength", constraints.max_length)?;
        optional(&mut map, "MinValue", constraints.min_value)?;
        optional(&mut map, "MaxValue", constraints.max_value)?;
        optional(&mut map, "NoEcho", it.no_echo.then_some(true))?;
        map.end()
    }
}

/// A value of a parameter: text, for all types but `Number`; lists are joined by commas.
struct ParameterValue<'a> {
    context: Context<'a>,
    is_number: bool,
    value: &'a Value,
}

impl Serialize for ParameterValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let role = if self.is_number { Role::Any } else { Role::Text };
        match self.value {
            Value::List(items) => {
                let texts =
                    present(items).map(|item| crate::text::known_text(&item.value)).collect::<Vec<_>>();
                serializer.serialize_str(&texts.join(","))
            }
            value => Lowered { context: self.context, value, role }.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests;
