use std::rc::Rc;

use super::*;
use crate::eval::builtin::parse_json;
use crate::eval::builtin::tests::{
    account, at, condition, conditional, i, l, parts, place, r, region, show_graph, shown, t, texts, variant,
    zones,
};

#[test]
fn known_values_survive_a_round_trip() {
    let value = r([
        ("text", t("a\"b\\c\n\t\r\u{1}\u{7f}ü\u{1f600}/")),
        ("numbers", l([i(i64::MIN), Value::Float(2.5), Value::Float(3.0), Value::Float(1e300)])),
        ("nothing", Value::None),
        ("truths", l([Value::Bool(true), Value::Bool(false)])),
        ("quoted \"key\"", r([])),
    ]);
    let Ok(Value::Text(text)) = json_text(&at(value.clone())) else { panic!("not text") };
    assert!(text.starts_with(r#"{"text":"a\"b\\c\n\t\r\u0001"#), "{text}");
    let parsed = parse_json(&text, place(1)).unwrap();
    assert_eq!(crate::eval::builtin::equal(&value, &parsed), Some(true), "{text}");
}

#[test]
fn late_parts() {
    let quoted = |late| Value::late(Late::Concat(vec![Graph::string("say \"hi\" in "), Graph::late(late)]));
    let join =
        Late::Join { separator: "\"".into(), list: Graph::late(Late::AvailabilityZones { region: None }) };
    let branches = |then: Graph, otherwise: Graph| {
        let at = |value| ci_graph::Located { value, origin: place(3) };
        Late::If { condition: condition(), then: at(then), otherwise: at(otherwise) }
    };
    let cases = [
        (region(), r#""\"" + <region> + "\"""#),
        (l([region(), account()]), r#""[\"" + <region> + "\",\"" + <account> + "\"]""#),
        (quoted(Late::Pseudo(ci_graph::Pseudo::Region)), r#""\"say \\\"hi\\\" in " + <region> + "\"""#),
        (Value::late(join), r#""\"" + join("\\\"", <zones>) + "\"""#),
        (Value::late(Late::Truth(condition())), "<truth>"),
        (zones(), r#""[\"" + join("\",\"", <zones>) + "\"]""#),
        (parts(2), r#""[\"" + join("\",\"", cidr(<CidrBlock>, 2, 8)) + "\"]""#),
        (Value::late(branches(Graph::Int(1), Graph::string("a"))), r#"if("1", "\"a\"")"#),
        (
            quoted(branches(Graph::string("\""), Graph::string("b"))),
            r#""\"say \\\"hi\\\" in " + if("\\\"", "b") + "\"""#,
        ),
        (r([("a", conditional(i(1)))]), r#""{\"a\":" + if("1", "null") + "}""#),
        (
            Value::late(Late::Select { index: 0, list: show_list() }),
            r#""\"" + select(0, ["\\\"", <region>]) + "\"""#,
        ),
        (l([i(1), Value::Unknown]), "unknown"),
        (
            Value::Resource(ci_graph::ResourceId(0)),
            "argument: expected a value that has a JSON form, found a resource",
        ),
        (l([Value::Range(0, 1)]), "argument: a range is no list yet; use `.to_list()`"),
        (Value::Size(1), "argument: a size has no unit yet; use `.bytes()` or another unit"),
    ];
    for (value, expected) in cases {
        assert_eq!(shown(json_text(&at(value))), expected);
    }
}

fn show_list() -> Graph {
    let at = |value| ci_graph::Located { value, origin: place(3) };
    Graph::List(vec![at(Graph::string("\"")), at(Graph::late(Late::Pseudo(ci_graph::Pseudo::Region)))])
}

#[test]
fn graph_values() {
    let principal = |principal| Value::Principal(Rc::new(principal));
    let cases = [
        (
            r([("a", texts(&["b"])), ("c", region()), ("d", Value::None)]),
            r#"{a: ["b"], c: <region>, d: absent}"#,
        ),
        (variant(1, "production"), r#""production""#),
        (conditional(i(1)), "if(1, absent)"),
        (Value::Actions(Rc::new(["s3:GetObject".into()])), r#"["s3:GetObject"]"#),
        (principal(Principal::Everyone), r#""*""#),
        (principal(Principal::Kind("AWS", at(account()))), "{AWS: <account>}"),
        (Value::Unknown, "Unknown"),
    ];
    for (value, expected) in cases {
        assert_eq!(show_graph(&to_graph(&at(value)).unwrap().value), expected);
    }
    for value in
        [Value::Duration(1), Value::Size(1), Value::Range(0, 1), Value::Resource(ci_graph::ResourceId(0))]
    {
        assert!(to_graph(&at(l([value]))).is_none());
    }
}
