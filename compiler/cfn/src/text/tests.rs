use ci_graph::{Late, Pseudo, Value};

use crate::fixture::*;

#[test]
fn references_in_text_are_substituted() {
    let mut stack = stack();
    let bucket = resource(&mut stack, "Bucket", "S3::Bucket", vec![]);
    let stage = parameter(&mut stack, "Stage");
    let region = Value::late(Late::Pseudo(Pseudo::Region));
    let value = concat(vec![
        attribute(bucket, "Arn"),
        text("/"),
        reference(bucket),
        text("-"),
        given(stage),
        concat(vec![text("."), region]),
        Value::Int(7),
        Value::Absent,
    ]);
    assert_eq!(lowered(&stack, value), r#"{"Fn::Sub":"${Bucket.Arn}/${Bucket}-${Stage}.${AWS::Region}7"}"#);
}

#[test]
fn one_reference_stays_itself() {
    let mut stack = stack();
    let stage = parameter(&mut stack, "Stage");
    assert_eq!(lowered(&stack, concat(vec![text(""), given(stage)])), r#"{"Ref":"Stage"}"#);
    assert_eq!(lowered(&stack, concat(vec![concat(vec![text("a")]), text("b")])), r#""ab""#);
    assert_eq!(lowered(&stack, concat(vec![])), r#""""#);
}

#[test]
fn other_functions_are_joined() {
    let mut stack = stack();
    let stage = parameter(&mut stack, "Stage");
    let encoded = Value::late(Late::Base64(given(stage)));
    assert_eq!(
        lowered(&stack, concat(vec![text("a"), encoded, text("${b}")])),
        r#"{"Fn::Join":["",["a",{"Fn::Base64":{"Ref":"Stage"}},"${b}"]]}"#
    );
}

#[test]
fn what_looks_like_a_substitution_is_escaped() {
    let mut stack = stack();
    let stage = parameter(&mut stack, "Stage");
    let after = |before: &str| lowered(&stack, concat(vec![text(before), given(stage)]));
    assert_eq!(after("${x} "), r#"{"Fn::Sub":"${!x} ${Stage}"}"#);
    assert_eq!(after("${!x}"), r#"{"Fn::Sub":"${!!x}${Stage}"}"#);
    assert_eq!(after("$"), r#"{"Fn::Sub":"$${Stage}"}"#);
    // Not certain what CloudFormation would make of these inside `Fn::Sub`.
    assert_eq!(after("${"), r#"{"Fn::Join":["",["${",{"Ref":"Stage"}]]}"#);
    assert_eq!(after("${}"), r#"{"Fn::Join":["",["${}",{"Ref":"Stage"}]]}"#);
    assert_eq!(after("${a:-${b}}"), r#"{"Fn::Join":["",["${a:-${b}}",{"Ref":"Stage"}]]}"#);
}

#[test]
fn a_substitution_that_appears_between_parts_is_escaped() {
    let mut stack = stack();
    let stage = parameter(&mut stack, "Stage");
    let value = concat(vec![text("$"), concat(vec![text("{x}"), given(stage)])]);
    assert_eq!(lowered(&stack, value), r#"{"Fn::Sub":"${!x}${Stage}"}"#);
}
