use std::sync::Arc;

use ci_graph::{DeletionPolicy, DynamicReference, Late, ParameterConstraints, Pseudo, Strength, Value};

use crate::fixture::*;
use crate::template;

/// A service with something in every section.
fn shop() -> ci_graph::Stack {
    let mut stack = stack();
    stack.description = Some("Takes orders\nand ships them.".into());
    let stage = parameter(&mut stack, "Stage");
    stack.parameters[0].default = Some(located(text("dev")));
    stack.parameters[0].description = Some("What it is for.".into());
    stack.parameters[0].constraints.allowed_values = vec![text("dev"), text("prod")];
    let prod = equals(given(stage), text("prod"));
    let key = resource(
        &mut stack,
        "Key",
        "KMS::Key",
        vec![(
            "KeyPolicy",
            record(vec![
                ("Version", text("2012-10-17")),
                (
                    "Statement",
                    list(vec![record(vec![
                        ("Effect", text("Allow")),
                        (
                            "Principal",
                            record(vec![(
                                "AWS",
                                concat(vec![
                                    text("arn:"),
                                    Value::late(Late::Pseudo(Pseudo::Partition)),
                                    text(":iam::"),
                                    Value::late(Late::Pseudo(Pseudo::AccountId)),
                                    text(":root"),
                                ]),
                            )]),
                        ),
                        ("Action", text("kms:*")),
                        ("Resource", text("*")),
                    ])]),
                ),
            ]),
        )],
    );
    stack.resources[key.0 as usize].condition = Some(Arc::clone(&prod));
    let queue = resource(
        &mut stack,
        "Queue",
        "SQS::Queue",
        vec![
            ("VisibilityTimeout", Value::Float(30.0)),
            ("KmsMasterKeyId", choice(&prod, attribute(key, "Arn"), Value::Absent)),
            ("SqsManagedSseEnabled", choice(&prod, Value::Absent, Value::Bool(true))),
        ],
    );
    let table = resource(
        &mut stack,
        "Orders",
        "DynamoDB::Table",
        vec![
            ("BillingMode", text("PAY_PER_REQUEST")),
            (
                "AttributeDefinitions",
                list(vec![record(vec![("AttributeName", text("id")), ("AttributeType", text("S"))])]),
            ),
            ("KeySchema", list(vec![record(vec![("AttributeName", text("id")), ("KeyType", text("HASH"))])])),
            (
                "PointInTimeRecoverySpecification",
                record(vec![("PointInTimeRecoveryEnabled", Value::late(Late::Truth(Arc::clone(&prod))))]),
            ),
        ],
    );
    let orders = &mut stack.resources[table.0 as usize];
    orders.deletion_policy = Some(DeletionPolicy::Retain);
    orders.update_replace_policy = Some(DeletionPolicy::Retain);
    orders.depends_on = vec![queue];
    let why = record(vec![("why", text("Orders are the business."))]);
    orders.metadata = Some(record(vec![("com.aws.cloudformation.Context", why)]));
    let value = concat(vec![
        Value::late(Late::StackOutput {
            stack: "Net".into(),
            output: "Host".into(),
            strength: Strength::Weak,
        }),
        text("/"),
        reference(table),
    ]);
    let secret = Late::Dynamic(DynamicReference::Ssm { name: text("/shop/name"), version: Some(2) });
    resource(&mut stack, "Setting", "SSM::Parameter", vec![("Type", text("String")), ("Value", value)]);
    resource(&mut stack, "Topic", "SNS::Topic", vec![("DisplayName", Value::late(secret))]);
    resource(&mut stack, "Plain", "SNS::Topic", vec![("DisplayName", Value::Absent)]);
    output(&mut stack, "OrdersArn", attribute(table, "Arn"));
    output(&mut stack, "QueueUrl", reference(queue));
    output(&mut stack, "KeyArn", attribute(key, "Arn"));
    stack.outputs[0].provided = Some(Strength::Strong);
    stack.outputs[1].provided = Some(Strength::Weak);
    stack.outputs[2].condition = Some(prod);
    stack.outputs[2].description = Some("Encrypts the queue.".into());
    stack
}

#[test]
fn a_whole_template() {
    insta::assert_snapshot!(template(&shop()).to_json());
}

#[test]
fn a_whole_template_as_yaml() {
    insta::assert_snapshot!(template(&shop()).to_yaml());
}

#[test]
fn all_forms_say_the_same() {
    let stack = shop();
    let template = template(&stack);
    let json: serde_json::Value = serde_json::from_str(&template.to_json()).expect("JSON");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&template.to_json_minified()).expect("JSON"), json);
    assert_eq!(serde_yaml_ng::from_str::<serde_json::Value>(&template.to_yaml()).expect("YAML"), json);
}

#[test]
fn the_same_stack_gives_the_same_bytes() {
    assert_eq!(template(&shop()).to_json(), template(&shop()).to_json());
    assert_eq!(template(&shop()).to_yaml(), template(&shop()).to_yaml());
}

#[test]
fn an_empty_stack_has_no_empty_sections() {
    assert_eq!(
        template(&stack()).to_json(),
        "{\n  \"AWSTemplateFormatVersion\": \"2010-09-09\",\n  \"Resources\": {}\n}\n"
    );
}

#[test]
fn entries_are_in_the_order_of_the_source() {
    let mut stack = stack();
    topic(&mut stack, "Zebra", text("z"));
    topic(&mut stack, "Ant", text("a"));
    let json = template(&stack).to_json_minified();
    assert!(json.find("Zebra") < json.find("Ant"));
}

#[test]
fn attributes_of_a_resource_are_in_a_fixed_order() {
    let mut stack = stack();
    let stage = parameter(&mut stack, "Stage");
    let first = topic(&mut stack, "First", text("x"));
    let second = topic(&mut stack, "Second", text("x"));
    let it = &mut stack.resources[second.0 as usize];
    it.condition = Some(equals(given(stage), text("prod")));
    it.depends_on = vec![first];
    it.creation_policy = Some(record(vec![]));
    it.update_policy = Some(record(vec![]));
    it.deletion_policy = Some(DeletionPolicy::RetainExceptOnCreate);
    it.update_replace_policy = Some(DeletionPolicy::Snapshot);
    it.metadata = Some(record(vec![]));
    let json = template(&stack).to_json_minified();
    let (_, second) = json.split_once(r#""Second":"#).expect("the resource");
    assert_eq!(
        second,
        concat!(
            r#"{"Type":"AWS::SNS::Topic","Condition":"StageIsProd","DependsOn":["First"],"CreationPolicy":{},"#,
            r#""UpdatePolicy":{},"DeletionPolicy":"RetainExceptOnCreate","UpdateReplacePolicy":"Snapshot","#,
            r#""Metadata":{},"Properties":{"DisplayName":"x"}}}}"#
        )
    );
}

#[test]
fn parameters_have_what_was_given() {
    let mut stack = stack();
    parameter(&mut stack, "Plain");
    parameter(&mut stack, "Count");
    parameter(&mut stack, "Names");
    let [_, count, names] = &mut stack.parameters[..] else { panic!("three parameters") };
    count.parameter_type = "Number".into();
    count.default = Some(located(Value::Int(3)));
    count.no_echo = true;
    count.constraints =
        ParameterConstraints { min_value: Some(1), max_value: Some(9), ..ParameterConstraints::default() };
    names.parameter_type = "CommaDelimitedList".into();
    names.default = Some(located(list(vec![text("a"), Value::Int(2)])));
    names.constraints = ParameterConstraints {
        allowed_values: vec![Value::Bool(true)],
        allowed_pattern: Some("[a-z]+".into()),
        min_length: Some(1),
        max_length: Some(5),
        ..ParameterConstraints::default()
    };
    let json = template(&stack).to_json_minified();
    let (_, parameters) = json.split_once(r#""Parameters":"#).expect("parameters");
    assert_eq!(
        parameters,
        concat!(
            r#"{"Plain":{"Type":"String"},"#,
            r#""Count":{"Type":"Number","Default":3,"MinValue":1,"MaxValue":9,"NoEcho":true},"#,
            r#""Names":{"Type":"CommaDelimitedList","Default":"a,2","AllowedValues":["true"],"#,
            r#""AllowedPattern":"[a-z]+","MinLength":1,"MaxLength":5}},"Resources":{}}"#
        )
    );
}

#[test]
fn outputs_are_text() {
    let mut stack = stack();
    output(&mut stack, "Port", Value::Int(80));
    output(&mut stack, "Open", Value::Bool(true));
    let json = json(&stack);
    assert_eq!(json["Outputs"].to_string(), r#"{"Open":{"Value":"true"},"Port":{"Value":"80"}}"#);
}

#[test]
fn only_serverless_resources_need_the_transform() {
    let mut stack = stack();
    topic(&mut stack, "Topic", text("x"));
    assert!(json(&stack).get("Transform").is_none());
    resource(&mut stack, "Function", "Serverless::Function", vec![]);
    assert_eq!(json(&stack)["Transform"], "AWS::Serverless-2016-10-31");
}
