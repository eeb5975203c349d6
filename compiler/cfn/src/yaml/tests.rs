use serde_json::{Value, json};

use super::from_json;

fn yaml(value: &Value) -> String {
    let written = from_json(&value.to_string());
    let read: Value = serde_yaml_ng::from_str(&written).expect(&written);
    assert_eq!(&read, value, "{written}");
    written
}

#[test]
fn blocks_nest() {
    let value = json!({ "A": { "B": [1, { "C": true }, [2, []], {}], "D": null }, "E": -0.5 });
    insta::assert_snapshot!(yaml(&value), @r"
    A:
      B:
        - 1
        - C: true
        - - 2
          - []
        - {}
      D: null
    E: -0.5
    ");
}

#[test]
fn text_that_some_reader_takes_for_something_else_is_quoted() {
    for text in [
        "",
        "yes",
        "No",
        "on",
        "OFF",
        "y",
        "~",
        "null",
        "true",
        "12",
        "012",
        "0x1f",
        "0o7",
        "1_000",
        "1:30",
        "1e3",
        ".5",
        "2012-10-17",
        "-",
        "- a",
        "?",
        ": a",
        "a: b",
        "a:",
        "a #b",
        "a,\u{7f}",
        " a",
        "a ",
        "*a",
        "&a",
        "!a",
        "{a}",
        "[a]",
        "%a",
        "@a",
        "`a",
        "'a'",
        "\"a\"",
        "<<",
        "=",
        ".inf",
        "é",
        "a\\b",
        "a\tb",
        "\u{feff}",
        "a\u{2028}b",
        "😀",
        "-1",
        "NaN",
        "---",
        "...",
        "\n",
        "\n\na\nb",
        "a\n\n",
        " a\nb\n",
        "a \nb",
    ] {
        let written = yaml(&json!({ "K": text }));
        assert!(written.starts_with("K: \""), "{written}");
    }
}

#[test]
fn tame_text_is_plain() {
    for text in [
        "AWS::S3::Bucket",
        "${A.Arn}/*",
        "us-east-1",
        "GET /orders/{id}",
        "s3:GetObject",
        "arn:aws:s3:::x",
        "it's",
    ] {
        assert_eq!(yaml(&json!([text])), format!("- {text}\n"));
    }
}

#[test]
fn lines_become_a_block() {
    assert_eq!(yaml(&json!({ "A": "if x:\n  y # z\n\nend\n" })), "A: |\n  if x:\n    y # z\n\n  end\n");
    assert_eq!(yaml(&json!([["a\nb"]])), "- - |-\n    a\n    b\n");
}

#[test]
fn scalars_alone() {
    for value in [json!("a"), json!("a\nb"), json!(1), json!([]), json!({}), json!(null), json!("")] {
        yaml(&value);
    }
}

#[test]
fn keys_are_quoted_too() {
    assert_eq!(yaml(&json!({ "on": 1 })), "\"on\": 1\n");
    yaml(&json!({ "a: b": 1 }));
    yaml(&json!({ "2012-10-17": { "Fn::Sub": "x" } }));
}

#[test]
fn numbers_keep_their_value() {
    for number in [1e300, 1.5e-7, 0.1, 123_456_789.125, -2e22, f64::MIN_POSITIVE] {
        yaml(&json!([number]));
    }
    assert_eq!(yaml(&json!([1e300])), "- 1.0e+300\n");
    yaml(&json!([i64::MIN, u64::MAX]));
}
