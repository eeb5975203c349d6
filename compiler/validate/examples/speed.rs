//! Measures `validate` on a large stack without mistakes: `cargo run --release --example speed -- 10000`.

use std::sync::Arc;
use std::time::Instant;

use ci_base::TextRange;
use ci_graph::{Entry, Late, Located, Origin, Resource, ResourceId, Stack, Value};

fn main() {
    let count = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let stack = stack(count);
    let values: usize =
        stack.resources.iter().flat_map(|r| &r.properties).map(|e| size(&e.value.value)).sum();
    for _ in 0..8 {
        let start = Instant::now();
        let found = ci_validate::validate(&stack);
        println!(
            "{} resources, {values} values, {} findings: {:?}",
            stack.resources.len(),
            found.len(),
            start.elapsed()
        );
        for finding in found.iter().take(3) {
            println!("  {} {}", finding.code, finding.message);
        }
    }
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::List(items) => items.iter().map(|item| size(&item.value)).sum(),
        Value::Record(entries) => entries.iter().map(|entry| size(&entry.value.value)).sum(),
        _ => 0,
    }
}

const AT: Origin = Origin { item: 0, range: TextRange::new(0, 0) };

fn at(value: Value) -> Located {
    Located { value, origin: AT }
}

fn text(text: impl Into<Arc<str>>) -> Value {
    Value::string(text)
}

fn record(entries: Vec<(&str, Value)>) -> Value {
    Value::Record(
        entries.into_iter().map(|(name, value)| Entry { name: name.into(), value: at(value) }).collect(),
    )
}

fn list(items: Vec<Value>) -> Value {
    Value::List(items.into_iter().map(at).collect())
}

/// Groups of four: a role, a function that has it, a queue and a table.
fn stack(count: usize) -> Stack {
    let mut resources = Vec::with_capacity(count);
    for index in 0..count as u32 {
        let (kind, properties) = match index % 4 {
            0 => ("AWS::IAM::Role", role(index)),
            1 => ("AWS::Lambda::Function", function(index)),
            2 => ("AWS::SQS::Queue", queue(index)),
            _ => ("AWS::DynamoDB::Table", table(index)),
        };
        let (Some(schema), Value::Record(properties)) = (ci_catalog::resource_type(kind), properties) else {
            continue;
        };
        let (id, path) = (format!("Resource{index}"), format!("service.resource{index}"));
        resources.push(Resource::new(id.into(), path.into(), schema, properties, AT));
    }
    Stack { region: Some("eu-west-1".into()), resources, ..Stack::new("large".into(), AT) }
}

fn tags(index: u32) -> Value {
    let tag = |key: &str, value: String| record(vec![("Key", text(key)), ("Value", text(value))]);
    list(vec![tag("team", "orders".to_owned()), tag("unit", format!("unit-{index}"))])
}

fn role(index: u32) -> Value {
    let statement = record(vec![
        ("Effect", text("Allow")),
        ("Principal", record(vec![("Service", text("lambda.amazonaws.com"))])),
        ("Action", text("sts:AssumeRole")),
    ]);
    record(vec![
        ("RoleName", text(format!("role-{index}"))),
        (
            "AssumeRolePolicyDocument",
            record(vec![("Version", text("2012-10-17")), ("Statement", list(vec![statement]))]),
        ),
        ("Tags", tags(index)),
    ])
}

fn function(index: u32) -> Value {
    let role = Value::late(Late::Attribute(ResourceId(index - 1), "Arn".into()));
    record(vec![
        ("FunctionName", text(format!("function-{index}"))),
        ("Runtime", text("nodejs22.x")),
        ("Handler", text("index.handler")),
        ("MemorySize", Value::Int(256)),
        ("Timeout", Value::Int(10)),
        ("Role", role),
        ("Code", record(vec![("S3Bucket", text("artifacts")), ("S3Key", text(format!("{index}.zip")))])),
        (
            "Environment",
            record(vec![(
                "Variables",
                record(vec![("STAGE", text("prod")), ("INDEX", text(format!("{index}")))]),
            )]),
        ),
        ("Tags", tags(index)),
    ])
}

fn queue(index: u32) -> Value {
    record(vec![
        ("QueueName", text(format!("queue-{index}"))),
        ("VisibilityTimeout", Value::Int(60)),
        ("MessageRetentionPeriod", Value::Int(86_400)),
        ("SqsManagedSseEnabled", Value::Bool(true)),
        ("Tags", tags(index)),
    ])
}

fn table(index: u32) -> Value {
    let key = |name: &str, kind: &str| record(vec![("AttributeName", text(name)), ("KeyType", text(kind))]);
    let definition = |name: &str| record(vec![("AttributeName", text(name)), ("AttributeType", text("S"))]);
    record(vec![
        ("TableName", text(format!("table-{index}"))),
        ("BillingMode", text("PAY_PER_REQUEST")),
        ("KeySchema", list(vec![key("id", "HASH"), key("at", "RANGE")])),
        ("AttributeDefinitions", list(vec![definition("id"), definition("at")])),
        ("Tags", tags(index)),
    ])
}
