//! Whatever the values are, there is an answer.

use std::sync::Arc;

use ci_base::TextRange;
use ci_graph::{Condition, Entry, Late, Located, Origin, Pseudo, ResourceId, Value};
use proptest::prelude::*;
use serde_json::json;

use super::stack;
use crate::validate;

const AT: Origin = Origin { item: 0, range: TextRange::new(0, 0) };

/// Types with much in them: alternatives, policies, rules.
const TYPES: [&str; 10] = [
    "AWS::S3::Bucket",
    "AWS::Lambda::Function",
    "AWS::DynamoDB::Table",
    "AWS::ECS::Service",
    "AWS::IAM::Role",
    "AWS::EC2::Subnet",
    "AWS::CodePipeline::Pipeline",
    "AWS::Route53::RecordSet",
    "AWS::StepFunctions::StateMachine",
    "AWS::CloudFront::Distribution",
];

/// Names and words that lead somewhere.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("Statement".to_owned()),
        Just("Action".to_owned()),
        Just("States".to_owned()),
        Just("Name".to_owned()),
        Just("Allow".to_owned()),
        Just("s3:*".to_owned()),
        Just("arn:aws:s3:::b/*".to_owned()),
        Just("10.0.0.0/16".to_owned()),
        Just("rate(5 minutes)".to_owned()),
        Just("{\"States\": {}}".to_owned()),
        ".{0,12}",
    ]
}

fn located(value: Value) -> Located {
    Located { value, origin: AT }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1e9..1e9_f64).prop_map(Value::Float),
        word().prop_map(Value::string),
        Just(Value::Absent),
        Just(Value::Unknown),
        Just(Value::late(Late::Identifier(ResourceId(0)))),
        word().prop_map(|name| Value::late(Late::Attribute(ResourceId(0), name.into()))),
    ];
    leaf.prop_recursive(5, 48, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| Value::List(items.into_iter().map(located).collect())),
            prop::collection::vec((word(), inner.clone()), 0..5).prop_map(record),
            (inner.clone(), inner.clone()).prop_map(|(then, otherwise)| {
                let condition =
                    Condition::Equals(Value::string("a"), Value::late(Late::Pseudo(Pseudo::Region)));
                Value::late(Late::If {
                    condition: Arc::new(condition),
                    then: located(then),
                    otherwise: located(otherwise),
                })
            }),
            prop::collection::vec(inner, 1..4).prop_map(|parts| Value::late(Late::Concat(parts))),
        ]
    })
}

fn record(entries: Vec<(String, Value)>) -> Value {
    let mut seen = std::collections::BTreeMap::new();
    seen.extend(entries);
    Value::Record(
        seen.into_iter().map(|(name, value)| Entry { name: name.into(), value: located(value) }).collect(),
    )
}

proptest! {
    #[test]
    fn validate_never_panics(kind in 0..TYPES.len(), values in prop::collection::vec(value(), 12)) {
        let (mut stack, _) = stack(&json!({ "a": { "type": TYPES[kind] } }));
        let schema = stack.resources[0].schema;
        let names = schema.node(schema.root()).properties.iter().map(|property| property.name).cycle().step_by(3);
        stack.resources[0].properties =
            names.zip(values).map(|(name, value)| Entry { name: name.into(), value: located(value) }).collect();
        let first = validate(&stack);
        prop_assert_eq!(first, validate(&stack));
    }
}
