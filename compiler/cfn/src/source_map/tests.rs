use ci_base::TextRange;
use ci_graph::{Origin, Value};

use super::{Place, source_map};
use crate::fixture::*;

fn place(origin: Origin) -> Option<Place> {
    let line = origin.item + 1;
    (origin.item < 50).then(|| Place {
        file: "src/shop.ci".into(),
        line,
        column: 1,
        end_line: line,
        end_column: 9,
    })
}

#[test]
fn every_value_has_its_pointer() {
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
            ("a/b~c", list(vec![Value::Absent, text("y"), record(vec![("K", Value::Int(1))])])),
            ("Choice", choice(&prod, record(vec![("K", Value::Int(1))]), Value::Absent)),
        ],
    );
    let map = serde_json::to_value(source_map(&stack, &place)).expect("a source map");
    let mut pointers: Vec<_> =
        map["Topic"]["properties"].as_object().expect("properties").keys().map(String::as_str).collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        [
            "/Choice",
            "/Choice/Fn::If/1",
            "/Choice/Fn::If/1/K",
            "/DisplayName",
            "/a~1b~0c",
            "/a~1b~0c/0",
            "/a~1b~0c/1",
            "/a~1b~0c/1/K",
        ]
    );
}

#[test]
fn a_whole_map() {
    let mut stack = stack();
    topic(&mut stack, "Topic", text("x"));
    topic(&mut stack, "Elsewhere", text("x"));
    let nowhere = Origin { item: 99, range: TextRange::default() };
    stack.resources[1].origin = nowhere;
    stack.resources[1].properties[0].value.origin = nowhere;
    insta::assert_snapshot!(serde_json::to_string_pretty(&source_map(&stack, &place)).expect("a source map"));
}
