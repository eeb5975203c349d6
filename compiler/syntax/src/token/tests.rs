use proptest::prelude::*;

use super::{TokenKind, lex};

/// The kinds and texts of the tokens, blanks left out.
fn words(text: &str) -> Vec<(TokenKind, &str)> {
    let tokens = lex(text);
    let end = |index: usize| tokens.get(index + 1).map_or(text.len(), |token| token.start as usize);
    tokens
        .iter()
        .enumerate()
        .map(|(index, token)| (token.kind, &text[token.start as usize..end(index)]))
        .filter(|(kind, _)| !matches!(kind, TokenKind::Space | TokenKind::Newline))
        .collect()
}

fn kinds(text: &str) -> Vec<TokenKind> {
    words(text).into_iter().map(|(kind, _)| kind).collect()
}

#[test]
fn a_token_is_eight_bytes() {
    assert_eq!(size_of::<super::Token>(), 8);
}

#[test]
fn numbers_ranges_and_units() {
    use TokenKind::{DotDot, DotDotEqual, Float, Int, Quantity};
    assert_eq!(kinds("1_000 1.5 0.5"), [Int, Float, Float]);
    assert_eq!(kinds("1..3 1..=3"), [Int, DotDot, Int, Int, DotDotEqual, Int]);
    assert_eq!(kinds("30s 1500ms 256MiB 1.5h 5B"), [Quantity; 5]);
    assert_eq!(kinds("10.days"), [Int, TokenKind::Dot, TokenKind::Ident]);
}

#[test]
fn a_string_without_interpolation_is_one_token() {
    assert_eq!(words(r#""a \" b""#), [(TokenKind::String, r#""a \" b""#)]);
    assert_eq!(words(r#""\u{1F600} \{x\}""#), [(TokenKind::String, r#""\u{1F600} \{x\}""#)]);
    assert_eq!(words("\"\"\"a\n b\"\"\""), [(TokenKind::String, "\"\"\"a\n b\"\"\"")]);
    assert_eq!(words("r#\"a \"b\" {c}\"#"), [(TokenKind::RawString, "r#\"a \"b\" {c}\"#")]);
}

#[test]
fn interpolations_nest() {
    use TokenKind::{Ident, StringHead, StringMiddle, StringTail};
    assert_eq!(
        words(r#""a {b} c {"d {e}"} f""#),
        [
            (StringHead, "\"a {"),
            (Ident, "b"),
            (StringMiddle, "} c {"),
            (StringHead, "\"d {"),
            (Ident, "e"),
            (StringTail, "}\""),
            (StringTail, "} f\""),
        ]
    );
}

#[test]
fn a_string_ends_with_its_line() {
    use TokenKind::{Ident, RBrace, StringHead, UnterminatedString};
    assert_eq!(words("\"abc\nx"), [(UnterminatedString, "\"abc"), (Ident, "x")]);
    assert_eq!(words("\"abc\r\nx"), [(UnterminatedString, "\"abc"), (Ident, "x")]);
    assert_eq!(kinds("\"a {x\n}"), [StringHead, Ident, RBrace]);
}

#[test]
fn a_string_that_was_never_closed_does_not_swallow_the_next_item() {
    let text = "const A = \"\"\"\n  text {x\nservice B {\n  let a = \"\"\"\n  b\n  \"\"\";\n}\n";
    assert!(kinds(text).contains(&TokenKind::Service));
    // But a line of a script that looks like one is no item.
    let text = "const A = \"\"\"\nservice nginx restart\n\"\"\";";
    assert!(!kinds(text).contains(&TokenKind::Service));
}

#[test]
fn comments() {
    use TokenKind::{BlockComment, DocComment, Ident, LineComment, ModuleDoc};
    assert_eq!(
        kinds("// a\n/// b\n//! c\n//// d\n/* e /* f */ g */ h"),
        [LineComment, DocComment, ModuleDoc, LineComment, BlockComment, Ident]
    );
    assert_eq!(kinds("/* never closed"), [BlockComment]);
    // It does not swallow the items after it.
    assert_eq!(words("/* never\nconst A")[..2], [(BlockComment, "/* never"), (TokenKind::Const, "const")]);
    assert_eq!(kinds("/* a /* b */\n/* c\nconst A")[..2], [BlockComment, TokenKind::Const]);
    assert_eq!(kinds("/* a\nconst A\n/* b */ const B").last(), Some(&Ident));
}

#[test]
fn foreign_text_is_one_token_each() {
    use TokenKind::{Error, Ident};
    assert_eq!(words("größe x"), [(Error, "größe"), (Ident, "x")]);
    assert_eq!(words("'a b' x"), [(Error, "'a b'"), (Ident, "x")]);
    assert_eq!(kinds("\u{feff}x"), [Ident]);
}

proptest! {
    #[test]
    fn tokens_cover_any_text(text in any::<String>()) {
        covers(&text)?;
    }

    #[test]
    fn tokens_cover_any_soup(text in soup()) {
        covers(&text)?;
    }
}

fn covers(text: &str) -> Result<(), TestCaseError> {
    let tokens = lex(text);
    prop_assert_eq!(tokens.first().map_or(0, |token| token.start), 0);
    prop_assert_eq!(tokens.is_empty(), text.is_empty());
    for pair in tokens.windows(2) {
        prop_assert!(pair[0].start < pair[1].start);
    }
    for token in tokens {
        prop_assert!(text.is_char_boundary(token.start as usize));
    }
    Ok(())
}

/// Text made of what the lexer treats specially.
pub(crate) fn soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "\"",
        "\"\"\"",
        "r\"",
        "r#\"",
        "\"#",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        ",",
        ";",
        ":",
        "::",
        ".",
        "..",
        "..=",
        "?",
        "??",
        "?.",
        "=",
        "==",
        "=>",
        "->",
        "!",
        "|",
        "||",
        "&&",
        "+",
        "-",
        "*",
        "/",
        "#",
        "#[",
        "\\",
        "\\u{",
        "\n",
        "\r\n",
        " ",
        "    ",
        "// c",
        "/// d\n",
        "//! m\n",
        "/*",
        "*/",
        "a",
        "Name",
        "1",
        "1.5",
        "30s",
        "9foo",
        "use ",
        "const ",
        "struct ",
        "enum ",
        "fn ",
        "interface ",
        "component ",
        "\nservice A {",
        "app ",
        "let ",
        "input ",
        "assert ",
        "environment ",
        "existing ",
        "if ",
        "else ",
        "match ",
        "for ",
        "in ",
        "with ",
        "allow ",
        "on ",
        "none",
        "true",
        "as ",
        "self",
        "é",
        "漢",
        "🙂",
        "'",
        "@",
        "\u{feff}",
        "_",
        "\nlet x = ",
        "\n}\n",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}
