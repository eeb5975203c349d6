//! Short ways to write a stack in tests.

use std::sync::Arc;

use ci_base::TextRange;
use ci_graph::{
    Condition, Entry, Late, Located, Origin, Output, Parameter, ParameterConstraints, ParameterId, Resource,
    ResourceId, Stack, Value,
};

use crate::template;

pub(crate) fn origin(item: u32) -> Origin {
    Origin { item, range: TextRange::new(0, 1) }
}

pub(crate) fn stack() -> Stack {
    Stack::new("Shop".into(), origin(0))
}

/// Adds a resource of the type `AWS::<kind>`, and gives its id.
pub(crate) fn resource(
    stack: &mut Stack,
    id: &str,
    kind: &str,
    properties: Vec<(&str, Value)>,
) -> ResourceId {
    let at = stack.resources.len() as u32;
    let schema = ci_catalog::resource_type(&format!("AWS::{kind}")).expect("a resource type");
    let path = id.to_lowercase().into();
    stack.resources.push(Resource::new(id.into(), path, schema, entries(properties), origin(at)));
    ResourceId(at)
}

/// Adds a topic whose name is `value`.
pub(crate) fn topic(stack: &mut Stack, id: &str, value: Value) -> ResourceId {
    resource(stack, id, "SNS::Topic", vec![("DisplayName", value)])
}

pub(crate) fn parameter(stack: &mut Stack, name: &str) -> ParameterId {
    let at = stack.parameters.len() as u32;
    stack.parameters.push(Parameter {
        name: name.into(),
        parameter_type: "String".into(),
        default: None,
        description: None,
        no_echo: false,
        constraints: ParameterConstraints::default(),
        origin: origin(100 + at),
    });
    ParameterId(at)
}

pub(crate) fn output(stack: &mut Stack, name: &str, value: Value) {
    stack.outputs.push(Output {
        name: name.into(),
        value: located(value),
        description: None,
        condition: None,
        provided: None,
    });
}

pub(crate) fn located(value: Value) -> Located {
    Located { value, origin: origin(9) }
}

pub(crate) fn entries(properties: Vec<(&str, Value)>) -> Vec<Entry> {
    properties.into_iter().map(|(name, value)| Entry { name: name.into(), value: located(value) }).collect()
}

pub(crate) fn record(properties: Vec<(&str, Value)>) -> Value {
    Value::Record(entries(properties))
}

pub(crate) fn list(items: Vec<Value>) -> Value {
    Value::List(items.into_iter().map(located).collect())
}

pub(crate) fn text(text: &str) -> Value {
    Value::string(text)
}

pub(crate) fn concat(parts: Vec<Value>) -> Value {
    Value::late(Late::Concat(parts))
}

pub(crate) fn reference(resource: ResourceId) -> Value {
    Value::late(Late::Identifier(resource))
}

pub(crate) fn attribute(resource: ResourceId, name: &str) -> Value {
    Value::late(Late::Attribute(resource, name.into()))
}

pub(crate) fn given(parameter: ParameterId) -> Value {
    Value::late(Late::Parameter(parameter))
}

pub(crate) fn equals(left: Value, right: Value) -> Arc<Condition> {
    Arc::new(Condition::Equals(left, right))
}

pub(crate) fn not(part: &Arc<Condition>) -> Arc<Condition> {
    Arc::new(Condition::Not(Arc::clone(part)))
}

pub(crate) fn all<const N: usize>(parts: [&Arc<Condition>; N]) -> Arc<Condition> {
    Arc::new(Condition::All(parts.map(Arc::clone).to_vec()))
}

pub(crate) fn any<const N: usize>(parts: [&Arc<Condition>; N]) -> Arc<Condition> {
    Arc::new(Condition::Any(parts.map(Arc::clone).to_vec()))
}

pub(crate) fn choice(condition: &Arc<Condition>, then: Value, otherwise: Value) -> Value {
    let condition = Arc::clone(condition);
    Value::late(Late::If { condition, then: located(then), otherwise: located(otherwise) })
}

/// The template as JSON values.
pub(crate) fn json(stack: &Stack) -> serde_json::Value {
    serde_json::from_str(&template(stack).to_json()).expect("JSON")
}

/// What `value` becomes as a property, as JSON on one line. The stack has no outputs.
pub(crate) fn lowered(stack: &Stack, value: Value) -> String {
    let mut stack = stack.clone();
    topic(&mut stack, "Subject", value);
    let json = template(&stack).to_json_minified();
    let (_, after) = json.rsplit_once("\"DisplayName\":").expect("the property");
    after.strip_suffix("}}}}").expect("the last property").to_owned()
}
