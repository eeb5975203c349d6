use super::{TextError, escape_errors, unescape, value};

#[test]
fn escapes() {
    assert_eq!(unescape(r#"a\"\\\n\t\r\0\{\}\u{1F600}b"#), "a\"\\\n\t\r\0{}\u{1F600}b");
    assert_eq!(unescape("plain"), "plain");
    assert_eq!(unescape(r"\q \u{110000} \u{} \"), r"\q \u{110000} \u{} \");
}

#[test]
fn what_is_no_escape_is_found() {
    let mut found = Vec::new();
    let text = r"a \q } \n \u{zz} é\é";
    escape_errors(text, |what, at| found.push((matches!(what, TextError::Escape), at.of(text))));
    assert_eq!(found, [(true, r"\q"), (false, "}"), (true, r"\u{"), (false, "}"), (true, "\\é")]);
}

#[test]
fn literals_have_values() {
    assert_eq!(value(r#""a\n""#), "a\n");
    assert_eq!(value(r#"r"a\n""#), r"a\n");
    assert_eq!(value("r#\"a \"b\" c\"#"), "a \"b\" c");
    assert_eq!(value("\"never closed"), "never closed");
    assert_eq!(value(r#""closed by no \""#), "closed by no \"");
    assert_eq!(value(""), "");
}

#[test]
fn a_multi_line_string_loses_the_indentation_of_its_end() {
    assert_eq!(value("\"\"\"\n    a\n      b\n\n    c\n    \"\"\""), "a\n  b\n\nc");
    assert_eq!(value("\"\"\"\n    a\n  \"\"\""), "  a");
    assert_eq!(value("\"\"\"\n\"\"\""), "");
    assert_eq!(value("\"\"\"\n  \"\"\""), "");
    assert_eq!(value("\"\"\"one line\"\"\""), "one line");
    assert_eq!(value("\"\"\"\n    a\n    b\"\"\""), "a\nb");
}

#[test]
fn line_ends_do_not_depend_on_the_checkout() {
    assert_eq!(value("\"\"\"\r\n    a\r\n    b\r\n    \"\"\""), "a\nb");
    assert_eq!(value("r\"a\r\nb\""), "a\nb");
}
