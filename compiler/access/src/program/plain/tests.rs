//! That nothing is proved of what is plain is asserted where programs are mutated: `tests/tests/policies.rs`.

use ci_base::TextRange;
use ci_graph::{Late, Origin, Resource, ResourceId, Stack, Value};

use super::*;

fn located(value: Value) -> Located {
    Located { value, origin: Origin { item: 0, range: TextRange::new(0, 1) } }
}

fn record(entries: Vec<(&str, Value)>) -> Value {
    let entry = |(name, value): (&str, Value)| Entry { name: name.into(), value: located(value) };
    Value::Record(entries.into_iter().map(entry).collect())
}

/// Whether a role with one statement, in which some fields are replaced, is plain.
fn plain(changes: Vec<(&str, Value)>) -> bool {
    let itself = Value::late(Late::Attribute(ResourceId(0), "Arn".into()));
    let mut statement = vec![
        ("Effect", Value::string("Allow")),
        ("Action", Value::string("sqs:SendMessage")),
        ("Resource", itself),
    ];
    for (name, value) in changes {
        statement.retain(|(known, _)| *known != name);
        statement.push((name, value));
    }
    let statement = record(statement);
    is_plain_document(record(vec![("Statement", Value::List(vec![located(statement)]))]))
}

fn is_plain_document(document: Value) -> bool {
    let origin = Origin { item: 0, range: TextRange::new(0, 1) };
    let resource = Resource::new(
        "Policy".into(),
        "policy".into(),
        ci_catalog::resource_type("AWS::IAM::ManagedPolicy").unwrap(),
        vec![Entry { name: "PolicyDocument".into(), value: located(document) }],
        origin,
    );
    let stack = Stack { resources: vec![resource], ..Stack::new("test".into(), origin) };
    is_plain(&[&stack])
}

#[test]
fn what_is_named_by_itself_is_plain() {
    let inside = |rest: &str| {
        let itself = Value::late(Late::Attribute(ResourceId(0), "Arn".into()));
        Value::late(Late::Concat(vec![itself, Value::string(rest)]))
    };
    let output =
        Late::StackOutput { stack: "gone".into(), output: "Arn".into(), strength: ci_graph::Strength::Weak };
    assert!(plain(vec![]));
    assert!(plain(vec![("Resource", inside("/*"))]));
    assert!(plain(vec![
        ("Action", Value::string("xray:PutTraceSegments")),
        ("Resource", Value::string("*"))
    ]));
    assert!(plain(vec![("Effect", Value::string("Deny")), ("Resource", Value::string("*"))]));
    for changes in [
        vec![("Resource", inside("*"))],
        vec![("Resource", Value::string("*"))],
        vec![("Resource", Value::string("arn:aws:sqs:*:*:orders"))],
        vec![("Resource", Value::late(output))],
        vec![("NotResource", Value::string("arn:aws:sqs:*:*:orders"))],
        vec![("NotAction", Value::string("sqs:SendMessage"))],
        vec![("Action", Value::string("sqs:*"))],
        vec![("Action", Value::string("iam:PassRole"))],
        vec![("Action", Value::string("lambda:UpdateFunctionCode"))],
    ] {
        assert!(!plain(changes.clone()), "{changes:?}");
    }
    // A document that is a text, or becomes one.
    assert!(!is_plain_document(Value::string("{}")));
    assert!(!is_plain_document(Value::late(Late::Concat(vec![Value::string("{"), Value::string("}")]))));
}
