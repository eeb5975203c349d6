use std::sync::Arc;

use super::{references, visit_late};
use crate::fixture::{located, origin, reference, resource};
use crate::{Condition, DynamicReference, Entry, Late, ParameterId, ResourceId, Value};

/// The resources and items of all references of a value.
fn read(value: Value) -> Vec<(u32, u32)> {
    let resource = resource("R", vec![("P", located(value, 1))]);
    references(&resource).iter().map(|reference| (reference.target.0, reference.origin.item)).collect()
}

fn record(name: &str, value: Value, item: u32) -> Value {
    Value::Record(vec![Entry { name: name.into(), value: located(value, item) }])
}

#[test]
fn references_have_the_innermost_origin() {
    let text = Value::late(Late::Concat(vec![Value::string("a"), reference(4)]));
    let inner = Value::List(vec![located(reference(3), 3), located(text, 5)]);
    assert_eq!(read(record("A", inner, 2)), [(3, 3), (4, 5)]);
}

#[test]
fn every_function_is_looked_into() {
    let join = Late::Join { separator: ",".into(), list: Value::List(vec![located(reference(1), 2)]) };
    let split = Late::Split { separator: ",".into(), text: reference(2) };
    let select = Late::Select { index: 0, list: Value::late(split) };
    let cidr = Late::Cidr { block: reference(3), count: 1, host_bits: 8 };
    let secret = Late::Dynamic(DynamicReference::SecretsManager { secret: reference(4), key: None });
    let parts = [
        join,
        select,
        cidr,
        secret,
        Late::Base64(reference(5)),
        Late::Attribute(ResourceId(6), "Arn".into()),
    ];
    let value = Value::late(Late::Concat(parts.into_iter().map(Value::late).collect()));
    assert_eq!(read(value), [(1, 2), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1)]);
}

#[test]
fn both_branches_and_the_condition_are_visited() {
    let parameter = Value::late(Late::Parameter(ParameterId(0)));
    let equals = Arc::new(Condition::Equals(parameter, Value::string("x")));
    let condition = Arc::new(Condition::Any(vec![Arc::clone(&equals), Arc::new(Condition::Not(equals))]));
    let then = located(reference(1), 2);
    let value = Value::late(Late::If { condition, then, otherwise: located(reference(2), 3) });
    let mut kinds = Vec::new();
    visit_late(&value, origin(1), &mut |late, origin| {
        let kind = match late {
            Late::If { .. } => "if",
            Late::Parameter(_) => "parameter",
            Late::Identifier(_) => "reference",
            _ => "other",
        };
        kinds.push((kind, origin.item));
    });
    assert_eq!(kinds, [("if", 1), ("parameter", 1), ("parameter", 1), ("reference", 2), ("reference", 3)]);
}

#[test]
fn attributes_of_a_resource_count_and_depends_on_does_not() {
    let mut resource = resource("R", vec![]);
    resource.creation_policy = Some(record("A", reference(1), 5));
    resource.update_policy = Some(reference(2));
    resource.metadata = Some(reference(3));
    resource.depends_on = vec![ResourceId(4)];
    let targets: Vec<_> = references(&resource).iter().map(|reference| reference.target.0).collect();
    assert_eq!(targets, [1, 2, 3]);
}
