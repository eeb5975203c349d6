use std::sync::Arc;

use ci_graph::{Condition, Late, Pseudo, Stack, Value};

use crate::fixture::*;

/// The conditions of a stack in which each of `conditions` decides whether a resource is there.
fn conditions(stack: &Stack, conditions: &[&Arc<Condition>]) -> Vec<(String, String)> {
    let mut stack = stack.clone();
    for (at, condition) in conditions.iter().enumerate() {
        let id = topic(&mut stack, &format!("Topic{at}"), text("x"));
        stack.resources[id.0 as usize].condition = Some(Arc::clone(condition));
    }
    let json = json(&stack);
    let section = json["Conditions"].as_object().expect("conditions");
    section.iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
}

fn names(stack: &Stack, used: &[&Arc<Condition>]) -> Vec<String> {
    conditions(stack, used).into_iter().map(|(name, _)| name).collect()
}

fn sample() -> (Stack, Value) {
    let mut stack = stack();
    let stage = parameter(&mut stack, "Stage");
    (stack, given(stage))
}

#[test]
fn names_say_what_conditions_say() {
    let (stack, stage) = sample();
    let region = || Value::late(Late::Pseudo(Pseudo::Region));
    let prod = equals(stage.clone(), text("prod"));
    let here = equals(region(), text("eu-west-1"));
    let name = |condition: &Arc<Condition>| names(&stack, &[condition]).join(" ");
    assert_eq!(name(&prod), "StageIsProd");
    assert_eq!(name(&equals(stage.clone(), text(""))), "StageIsEmpty");
    assert_eq!(name(&equals(stage.clone(), Value::Bool(true))), "StageIsTrue");
    assert_eq!(name(&equals(stage.clone(), Value::Int(-1))), "StageIsMinus1");
    assert_eq!(name(&equals(text("prod"), stage.clone())), "ProdIsStage");
    assert_eq!(name(&here), "RegionIsEuWest1");
    assert_eq!(name(&not(&prod)), "NotStageIsProd");
    assert_eq!(name(&all([&prod, &here])), "StageIsProdAndRegionIsEuWest1");
    assert_eq!(name(&any([&prod, &not(&here)])), "StageIsProdOrNotRegionIsEuWest1");
}

#[test]
fn what_cannot_be_said_is_hashed() {
    let (stack, stage) = sample();
    let only_signs = equals(stage.clone(), text("*"));
    let [name] = names(&stack, &[&only_signs]).try_into().expect("one name");
    assert!(name.starts_with("StageIsValue") && name.len() == "StageIsValue".len() + 8, "{name}");
    let long = equals(stage.clone(), text(&"abc".repeat(40)));
    let [name] = names(&stack, &[&long]).try_into().expect("one name");
    assert_eq!(name.len(), 60);
    assert!(name.starts_with("StageIsAbcabc"), "{name}");
}

#[test]
fn equal_conditions_are_one() {
    let (stack, stage) = sample();
    let (one, other) = (equals(stage.clone(), text("1")), equals(stage, Value::Int(1)));
    assert_eq!(
        conditions(&stack, &[&one, &other]),
        [("StageIs1".to_owned(), r#"{"Fn::Equals":[{"Ref":"Stage"},"1"]}"#.to_owned())]
    );
}

#[test]
fn different_conditions_with_one_name_all_get_a_hash() {
    let (stack, stage) = sample();
    let (dash, dot) = (equals(stage.clone(), text("a-b")), equals(stage, text("a.b")));
    let forward = names(&stack, &[&dash, &dot]);
    assert_eq!(forward, names(&stack, &[&dot, &dash]));
    assert_eq!(forward.len(), 2);
    for name in &forward {
        assert!(name.starts_with("StageIsAB") && name.len() == "StageIsAB".len() + 8, "{name}");
    }
}

#[test]
fn a_name_that_is_taken_gets_a_hash() {
    let (mut stack, stage) = sample();
    parameter(&mut stack, "StageIsProd");
    let prod = equals(stage, text("prod"));
    let [name] = names(&stack, &[&prod]).try_into().expect("one name");
    assert!(name.starts_with("StageIsProd") && name.len() == "StageIsProd".len() + 8, "{name}");
}

#[test]
fn parts_are_written_in_place_unless_they_have_a_name() {
    let (stack, stage) = sample();
    let prod = equals(stage.clone(), text("prod"));
    let test = equals(stage, text("test"));
    let either = any([&prod, &test]);
    let prod_content = r#"{"Fn::Equals":[{"Ref":"Stage"},"prod"]}"#;
    let test_content = r#"{"Fn::Equals":[{"Ref":"Stage"},"test"]}"#;
    // Alone, everything is in place.
    assert_eq!(
        conditions(&stack, &[&either]),
        [("StageIsProdOrStageIsTest".to_owned(), format!(r#"{{"Fn::Or":[{prod_content},{test_content}]}}"#))]
    );
    // A part that a resource uses too goes by its name.
    assert_eq!(
        conditions(&stack, &[&either, &prod]),
        [
            ("StageIsProd".to_owned(), prod_content.to_owned()),
            (
                "StageIsProdOrStageIsTest".to_owned(),
                format!(r#"{{"Fn::Or":[{{"Condition":"StageIsProd"}},{test_content}]}}"#)
            ),
        ]
    );
    // So does one that two others share.
    assert_eq!(
        conditions(&stack, &[&either, &not(&test)]),
        [
            ("NotStageIsTest".to_owned(), r#"{"Fn::Not":[{"Condition":"StageIsTest"}]}"#.to_owned()),
            (
                "StageIsProdOrStageIsTest".to_owned(),
                format!(r#"{{"Fn::Or":[{prod_content},{{"Condition":"StageIsTest"}}]}}"#)
            ),
            ("StageIsTest".to_owned(), test_content.to_owned()),
        ]
    );
}

#[test]
fn a_part_of_a_shared_part_is_counted_once() {
    let (stack, stage) = sample();
    let prod = equals(stage.clone(), text("prod"));
    let outside = not(&prod);
    let (a, b) = (equals(stage.clone(), text("a")), equals(stage, text("b")));
    let named = names(&stack, &[&any([&outside, &a]), &any([&outside, &b])]);
    assert_eq!(named, ["NotStageIsProd", "NotStageIsProdOrStageIsA", "NotStageIsProdOrStageIsB"]);
}

#[test]
fn conditions_are_found_wherever_they_are_used() {
    let (mut stack, stage) = sample();
    let at = |value: &str| equals(stage.clone(), text(value));
    let inner = choice(&at("deep"), text("x"), text("y"));
    topic(&mut stack, "Topic", list(vec![choice(&at("value"), record(vec![("A", inner)]), Value::Absent)]));
    stack.resources[0].metadata = Some(Value::late(Late::Truth(at("metadata"))));
    output(&mut stack, "Name", Value::late(Late::Truth(at("output"))));
    stack.outputs[0].condition = Some(at("condition"));
    let json = json(&stack);
    let mut names: Vec<_> = json["Conditions"].as_object().expect("conditions").keys().cloned().collect();
    names.sort();
    assert_eq!(
        names,
        ["StageIsCondition", "StageIsDeep", "StageIsMetadata", "StageIsOutput", "StageIsValue"]
    );
    assert_eq!(json["Outputs"]["Name"]["Condition"], "StageIsCondition");
    assert_eq!(
        json["Outputs"]["Name"]["Value"].to_string(),
        r#"{"Fn::If":["StageIsOutput","true","false"]}"#
    );
}
