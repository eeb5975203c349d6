use ci_base::{FileId, TextRange};
use ci_graph::{Origin, Value};

use super::{Place, source_map};
use crate::fixture::*;

fn place(origin: Origin) -> Option<Place> {
    let file = FileId(u32::from(origin.item > 20));
    (origin.item < 50).then_some(Place { file, line: origin.item + 1, column: 1 })
}

fn path(file: FileId) -> String {
    format!("src/{}.ci", file.0)
}

#[test]
fn every_value_has_its_place() {
    let mut stack = stack();
    let stage = parameter(&mut stack, "Stage");
    let prod = equals(given(stage), text("prod"));
    resource(
        &mut stack,
        "Topic",
        "SNS::Topic",
        vec![
            ("DisplayName", text("x")),
            ("Gone", Value::Absent),
            ("a/b~c\"", list(vec![Value::Absent, text("y"), record(vec![("K", Value::Int(1))])])),
            ("Choice", choice(&prod, record(vec![("K", Value::Int(1))]), Value::Absent)),
        ],
    );
    let map: serde_json::Value = serde_json::from_str(&source_map(&stack, &place, &path)).expect("JSON");
    let properties = &map["resources"]["Topic"]["properties"];
    let inside =
        |value: &serde_json::Value| value.as_array().and_then(|parts| parts.last().cloned()).expect("parts");
    assert!(properties.get("Gone").is_none());
    assert!(properties["DisplayName"].is_array());
    assert!(inside(&inside(&properties["a/b~c\""])["1"])["K"].is_array());
    assert!(inside(&inside(&properties["Choice"])["Fn::If"][0]["1"])["K"].is_array());
}

#[test]
fn a_whole_map() {
    let mut stack = stack();
    topic(&mut stack, "Topic", text("x"));
    topic(&mut stack, "Elsewhere", text("x"));
    let nowhere = Origin { item: 99, range: TextRange::default() };
    stack.resources[1].origin = nowhere;
    stack.resources[1].properties[0].value.origin = Origin { item: 30, ..nowhere };
    insta::assert_snapshot!(source_map(&stack, &place, &path));
}

#[test]
fn a_stack_without_resources() {
    let map: serde_json::Value = serde_json::from_str(&source_map(&stack(), &place, &path)).expect("JSON");
    assert_eq!(map["resources"], serde_json::json!({}));
}
