use ci_graph::{DynamicReference, Late, Pseudo, Strength, Value};

use crate::fixture::*;

fn sample() -> (ci_graph::Stack, ci_graph::ResourceId, ci_graph::ParameterId) {
    let mut stack = stack();
    let bucket = resource(&mut stack, "Bucket", "S3::Bucket", vec![]);
    let stage = parameter(&mut stack, "Stage");
    (stack, bucket, stage)
}

fn output_of(strength: Strength) -> Value {
    Value::late(Late::StackOutput { stack: "Net".into(), output: "Block".into(), strength })
}

#[test]
fn known_values_are_json() {
    let value = record(vec![
        ("B", Value::Bool(true)),
        ("A", Value::Int(-3)),
        ("List", list(vec![text("x"), Value::Absent, Value::Int(1)])),
        ("Gone", Value::Absent),
        ("Empty", record(vec![("Gone", Value::Absent)])),
    ]);
    assert_eq!(lowered(&stack(), value), r#"{"B":true,"A":-3,"List":["x",1],"Empty":{}}"#);
}

#[test]
fn whole_floats_are_integers_and_others_are_shortest() {
    let floats = [3.0, -0.0, 0.1, 1e300, 9_007_199_254_740_993.0, 1.5e-7].map(Value::Float).to_vec();
    assert_eq!(lowered(&stack(), list(floats)), "[3,0,0.1,1e+300,9007199254740992.0,1.5e-7]");
}

#[test]
fn references() {
    let (stack, bucket, stage) = sample();
    assert_eq!(lowered(&stack, reference(bucket)), r#"{"Ref":"Bucket"}"#);
    assert_eq!(lowered(&stack, attribute(bucket, "A.B")), r#"{"Fn::GetAtt":["Bucket","A.B"]}"#);
    assert_eq!(lowered(&stack, given(stage)), r#"{"Ref":"Stage"}"#);
    assert_eq!(lowered(&stack, Value::late(Late::Pseudo(Pseudo::UrlSuffix))), r#"{"Ref":"AWS::URLSuffix"}"#);
}

#[test]
fn lists_and_texts() {
    let (stack, bucket, stage) = sample();
    let join = |list| Value::late(Late::Join { separator: ",".into(), list });
    let items = list(vec![text("a"), Value::Int(1), Value::Absent, reference(bucket)]);
    assert_eq!(lowered(&stack, join(items)), r#"{"Fn::Join":[",",["a","1",{"Ref":"Bucket"}]]}"#);
    let split = |text| Value::late(Late::Split { separator: "/".into(), text });
    assert_eq!(lowered(&stack, split(given(stage))), r#"{"Fn::Split":["/",{"Ref":"Stage"}]}"#);
    assert_eq!(
        lowered(&stack, Value::late(Late::Select { index: 2, list: split(given(stage)) })),
        r#"{"Fn::Select":[2,{"Fn::Split":["/",{"Ref":"Stage"}]}]}"#
    );
    assert_eq!(
        lowered(&stack, join(split(given(stage)))),
        r#"{"Fn::Join":[",",{"Fn::Split":["/",{"Ref":"Stage"}]}]}"#
    );
    assert_eq!(lowered(&stack, Value::late(Late::Base64(given(stage)))), r#"{"Fn::Base64":{"Ref":"Stage"}}"#);
}

#[test]
fn zones_and_address_ranges() {
    let (stack, bucket, _) = sample();
    let zones =
        |region: Option<&str>| Value::late(Late::AvailabilityZones { region: region.map(Into::into) });
    assert_eq!(lowered(&stack, zones(None)), r#"{"Fn::GetAZs":""}"#);
    assert_eq!(lowered(&stack, zones(Some("eu-west-1"))), r#"{"Fn::GetAZs":"eu-west-1"}"#);
    let cidr = |block| Value::late(Late::Cidr { block, count: 6, host_bits: 8 });
    assert_eq!(
        lowered(&stack, cidr(attribute(bucket, "CidrBlock"))),
        r#"{"Fn::Cidr":[{"Fn::GetAtt":["Bucket","CidrBlock"]},6,8]}"#
    );
}

#[test]
fn outputs_of_other_stacks() {
    let stack = stack();
    assert_eq!(
        lowered(&stack, output_of(Strength::Weak)),
        r#"{"Fn::GetStackOutput":{"StackName":"Net","OutputName":"Block"}}"#
    );
    assert_eq!(lowered(&stack, output_of(Strength::Strong)), r#"{"Fn::ImportValue":"Net:Block"}"#);
}

#[test]
fn a_function_that_refuses_another_gets_it_through_sub() {
    let stack = stack();
    let weak = || output_of(Strength::Weak);
    let cidr = |block| Value::late(Late::Cidr { block, count: 2, host_bits: 8 });
    let split = |text| Value::late(Late::Split { separator: ",".into(), text });
    let is_wrapped = |value| lowered(&stack, value).contains(r#"{"Fn::Sub":["${Value}",{"Value":{"#);
    assert!(is_wrapped(cidr(weak())));
    assert!(is_wrapped(split(weak())));
    assert!(is_wrapped(cidr(concat(vec![weak(), text("/16")]))));
    assert!(!is_wrapped(split(concat(vec![weak(), text(",x")]))));
    assert!(!is_wrapped(cidr(output_of(Strength::Strong))));
}

#[test]
fn a_choice_names_its_condition() {
    let (stack, _, stage) = sample();
    let prod = equals(given(stage), text("prod"));
    assert_eq!(
        lowered(&stack, choice(&prod, Value::Int(2), Value::Int(1))),
        r#"{"Fn::If":["StageIsProd",2,1]}"#
    );
    assert_eq!(
        lowered(&stack, choice(&prod, text("x"), Value::Absent)),
        r#"{"Fn::If":["StageIsProd","x",{"Ref":"AWS::NoValue"}]}"#
    );
    assert_eq!(lowered(&stack, Value::late(Late::Truth(prod))), r#"{"Fn::If":["StageIsProd",true,false]}"#);
}

#[test]
fn what_is_chosen_inside_text_is_text() {
    let (stack, _, stage) = sample();
    let prod = equals(given(stage), text("prod"));
    let inner = choice(&prod, Value::Bool(true), Value::Absent);
    assert_eq!(
        lowered(
            &stack,
            concat(vec![
                text("x"),
                choice(&prod, Value::Int(2), inner),
                Value::late(Late::Truth(prod.clone()))
            ])
        ),
        concat!(
            r#"{"Fn::Join":["",["x",{"Fn::If":["StageIsProd","2",{"Fn::If":["StageIsProd","true",""]}]},"#,
            r#"{"Fn::If":["StageIsProd","true","false"]}]]}"#
        )
    );
}

#[test]
fn dynamic_references() {
    let (stack, bucket, _) = sample();
    let ssm = |name, version| Value::late(Late::Dynamic(DynamicReference::Ssm { name, version }));
    assert_eq!(lowered(&stack, ssm(text("/a/b"), None)), r#""{{resolve:ssm:/a/b}}""#);
    assert_eq!(lowered(&stack, ssm(text("/a/b"), Some(3))), r#""{{resolve:ssm:/a/b:3}}""#);
    assert_eq!(
        lowered(&stack, ssm(reference(bucket), Some(3))),
        r#"{"Fn::Sub":"{{resolve:ssm:${Bucket}:3}}"}"#
    );
    let secure = Late::Dynamic(DynamicReference::SsmSecure { name: text("pw"), version: Some(1) });
    assert_eq!(lowered(&stack, Value::late(secure)), r#""{{resolve:ssm-secure:pw:1}}""#);
    let secret = |secret, key: Option<&str>| {
        Value::late(Late::Dynamic(DynamicReference::SecretsManager { secret, key: key.map(Into::into) }))
    };
    assert_eq!(
        lowered(&stack, secret(text("db"), Some("password"))),
        r#""{{resolve:secretsmanager:db:SecretString:password}}""#
    );
    assert_eq!(lowered(&stack, secret(text("db"), None)), r#""{{resolve:secretsmanager:db:SecretString}}""#);
    assert_eq!(
        lowered(&stack, secret(output_of(Strength::Strong), None)),
        r#"{"Fn::Join":["",["{{resolve:secretsmanager:",{"Fn::ImportValue":"Net:Block"},":SecretString}}"]]}"#
    );
    assert_eq!(
        lowered(&stack, concat(vec![text("p="), secret(text("db"), None)])),
        r#""p={{resolve:secretsmanager:db:SecretString}}""#
    );
}

#[test]
fn nothing_known_is_null() {
    assert_eq!(lowered(&stack(), Value::Unknown), "null");
    assert_eq!(lowered(&stack(), concat(vec![text("a"), Value::Unknown])), r#"{"Fn::Join":["",["a",null]]}"#);
}
