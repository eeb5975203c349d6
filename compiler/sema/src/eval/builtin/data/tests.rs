use super::*;
use crate::eval::builtin::tests::{place, shown};

fn json(text: &str) -> String {
    shown(parse_json(text, place(1)))
}

fn yaml(text: &str) -> String {
    shown(parse_yaml(text, place(1)))
}

#[test]
fn json_values() {
    let cases = [
        (r#"{"b": [1, -2.5, true, null], "a": "x\u00fc"}"#, r#"{b: [1, -2.5, true, none], a: "xü"}"#),
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9.223372036854776e18"),
        ("-9223372036854775809", "-9.223372036854776e18"),
        ("1.0", "1.0"),
        (" null ", "none"),
        ("{}", "{}"),
    ];
    for (text, expected) in cases {
        assert_eq!(json(text), expected, "{text}");
    }
}

#[test]
fn json_mistakes() {
    let cases = [
        ("", "data: line 1, column 0: EOF while parsing a value"),
        ("[1,\n 2,]", "data: line 2, column 4: trailing comma"),
        ("1 2", "data: line 1, column 3: trailing characters"),
        ("{\n  \"a\": 1,\n  \"a\": 2\n}", "data: line 3, column 5: the key `a` is there twice"),
        ("1e999", "data: line 1, column 5: number out of range"),
        ("{a: 1}", "data: line 1, column 2: key must be a string"),
    ];
    for (text, expected) in cases {
        assert_eq!(json(text), expected, "{text}");
    }
}

#[test]
fn sizes_are_limited() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(json(&nested(127)).starts_with("[["));
    assert_eq!(json(&nested(100_000)), "data: line 1, column 128: recursion limit exceeded");
    assert!(yaml(&nested(100)).starts_with("[["));
    assert!(yaml(&nested(1000)).contains("recursion limit exceeded"), "{}", yaml(&nested(1000)));
    let long = format!("[{}0]", "0,".repeat(100_000));
    assert!(json(&long).starts_with("limit: line 1, column "), "{}", json(&long));
    let laughs = "a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    assert!(yaml(laughs).contains("exceeded") || yaml(laughs).starts_with("limit"), "refused");
}

#[test]
fn yaml_values() {
    let cases = [
        ("a: 1\nb:\n  - x\n  - 2.5\n  - true\n  - ~\n", r#"{a: 1, b: ["x", 2.5, true, none]}"#),
        ("1: a\ntrue: b\n", r#"{1: "a", true: "b"}"#),
        ("answer: no\nversion: \"1.0\"\n", r#"{answer: "no", version: "1.0"}"#),
        ("a: &x {b: 1}\nc: *x\n", "{a: {b: 1}, c: {b: 1}}"),
        ("text: |\n  a\n  b\n", r#"{text: "a\nb\n"}"#),
        ("18446744073709551615", "1.8446744073709552e19"),
        ("a: !!str 1\n", r#"{a: "1"}"#),
        ("", "none"),
    ];
    for (text, expected) in cases {
        assert_eq!(yaml(text), expected, "{text}");
    }
}

#[test]
fn yaml_mistakes() {
    let cases = [
        ("a: 1\na: 2\n", "the key `a` is there twice"),
        ("a: !Ref b\n", "tags are not supported"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "merge keys (`<<`) are not supported"),
        ("a: [1\n", "line 2, column 1"),
        ("a: .inf\n", "the number is not finite"),
        ("a: .nan\n", "the number is not finite"),
        ("a: 1\n---\nb: 2\n", "more than one document"),
        ("? [1]\n: 2\n", ""),
    ];
    for (text, expected) in cases {
        let found = yaml(text);
        assert!(found.starts_with("data: ") && found.contains(expected), "{text} gives {found}");
    }
    assert!(
        yaml("a: 1\nb: {c: 1,\n  c: 2}\n").contains("line 2, column 4"),
        "{}",
        yaml("a: 1\nb: {c: 1,\n  c: 2}\n")
    );
}
