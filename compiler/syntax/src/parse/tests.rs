use proptest::prelude::*;

use super::SIDE_BY_SIDE;
use crate::ast::{Expr, Item, StringPart};
use crate::balance::balance;
use crate::token::tests::soup;
use crate::{outline, parse_item, unescape};

const SAMPLES: [(&str, &str); 6] = [
    ("orders", include_str!("../../tests/data/orders.ci")),
    ("types", include_str!("../../tests/data/types.ci")),
    ("expressions", include_str!("../../tests/data/expressions.ci")),
    ("strings", include_str!("../../tests/data/strings.ci")),
    ("policies", include_str!("../../tests/data/policies.ci")),
    ("layout", include_str!("../../tests/data/layout.ci")),
];

fn errors(text: &str) -> Vec<String> {
    let outline = outline(text);
    let mut errors: Vec<String> =
        outline.errors.iter().map(|e| format!("{} {}", e.code, e.message)).collect();
    for item in &outline.items {
        for error in parse_item(&item.source).errors {
            let at = error.primary.at.shifted(item.range.start);
            let line = text[..at.start as usize].matches('\n').count() + 1;
            errors.push(format!("{line}: {} {}", error.code, error.message));
        }
    }
    errors
}

#[test]
fn the_samples_parse_without_errors() {
    for (name, text) in SAMPLES {
        assert_eq!(errors(text), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_stands_before_an_item_makes_it_none() {
    assert_eq!(errors("[enum E {}"), ["1: E0001 expected an item, found `[`"]);
    assert_eq!(errors("[x] enum E {}"), ["1: E0001 expected an item, found `[`"]);
    assert_eq!(errors("\"\"\"\n\"\"\""), ["1: E0001 expected an item, found a string"]);
    assert_eq!(errors("#[x] enum E {}"), Vec::<String>::new());
    assert_eq!(errors("#[x[1]] enum E {}"), ["1: E0001 expected `(` or `]`, found `[`"]);
}

/// The parts of the first member's string: texts as they are, expressions in angle brackets.
fn parts(value: &str) -> String {
    let text = format!("service A {{\n    let x = {value};\n}}");
    let outline = outline(&text);
    let source = &outline.items[0].source;
    let tree = parse_item(source);
    assert_eq!(tree.errors, []);
    let last = tree.exprs.last().map(|node| &node.expr);
    let Some(Expr::Interpolation(parts)) = last else { panic!("{last:?}") };
    parts
        .iter()
        .map(|part| match part {
            StringPart::Text(range) => unescape(range.of(source.text())).into_owned(),
            StringPart::Expr(id) => format!("<{}>", tree.range(*id).of(source.text())),
        })
        .collect()
}

#[test]
fn interpolated_strings_have_parts() {
    assert_eq!(parts(r#""a {b} c\n{d.e}""#), "a <b> c\n<d.e>");
    assert_eq!(parts(r#""{a}{b}""#), "<a><b>");
    assert_eq!(
        parts("\"\"\"\n        first {a}\n          second\n        {b} third\n        \"\"\""),
        "first <a>\n  second\n<b> third"
    );
    assert_eq!(parts("\"\"\"\r\n        a {b}\r\n        c\r\n        \"\"\""), "a <b>\nc");
    assert_eq!(parts("\"\"\"\n        {a}\n        \"\"\""), "<a>");
}

#[test]
fn documentation_is_found_above_attributes() {
    let text = "service A {\n    /// One.\n    ///\n    ///  Two.\n    #[x(a)]\n    #[y]\n    let a = 1;\n    let b = 2;\n}";
    let outline = outline(text);
    let source = &outline.items[0].source;
    let Item::Unit { members, .. } = parse_item(source).item else { panic!("a service") };
    assert_eq!(source.doc(members[0].range.start).as_deref(), Some("One.\n\n Two."));
    let keyword = text.find("let a").expect("there") as u32;
    assert_eq!(source.doc(keyword).as_deref(), Some("One.\n\n Two."));
    assert_eq!(source.doc(members[1].range.start), None);
}

#[test]
fn keywords_are_names_where_nothing_else_can_stand() {
    for text in [
        "const A = { on: 1, in: 2, if: 3, match: 4, else: 5, true: 6, input: 7 };",
        "const A = a.on.match(1)?.in;",
        "const A = iam::actions::in + s3::{on, to};",
        "#[allow(x, reason = \"y\")] const A = 1;",
        "struct S { input: Int, on: Int }",
        "enum E { app, service = \"s\" }",
        "fn f(to: Int) -> Int { 1 }",
    ] {
        assert_eq!(errors(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn equal_texts_have_equal_trees() {
    let first = outline("const A = [1, 2];");
    let second = outline("use b;\n\nconst A = [1, 2];");
    assert_eq!(first.items[0].source, second.items[1].source);
    assert_eq!(parse_item(&first.items[0].source), parse_item(&second.items[1].source));
}

proptest! {
    #[test]
    fn any_soup_has_a_tree(text in soup()) {
        for item in outline(&text).items {
            let tree = parse_item(&item.source);
            for error in &tree.errors {
                prop_assert!(error.primary.at.end as usize <= item.source.text().len());
                prop_assert!(item.source.text().is_char_boundary(error.primary.at.start as usize));
            }
            // What the parser gave up on has been reported.
            let damaged = tree.exprs.iter().any(|node| node.expr == Expr::Missing) || tree.item == Item::Error;
            prop_assert!(!damaged || !tree.errors.is_empty());
        }
    }

    #[test]
    fn soup_in_a_service_does_not_reach_the_next_item(text in soup()) {
        // What may span lines swallows what follows until it is closed.
        let mut text = text;
        while ["\"\"\"", "/*", "r\"", "r#\""].iter().any(|opening| text.contains(opening)) {
            text = text.replace("\"\"\"", "").replace("/*", "").replace("r\"", "").replace("r#\"", "");
        }
        let text = format!("service First {{\n    let a = {text}\n    let b = 1;\n}}\nconst LAST = 1;\n");
        let last = outline(&text).items.pop().and_then(|item| item.name);
        prop_assert_eq!(last.as_deref(), Some("LAST"));
    }
}

/// Members of all sorts, some of them broken, attributes among them that belong to nothing.
fn large_item() -> crate::ItemSource {
    let members = "    #[allow(unused_import)]\n    let a: String = \"x {y} z\";\n    #[allow(unused_import)]\n    ;\n    \
                   let b = [1, 2 3];\n    #[deprecated]\n    assert a == , \"no\";\n";
    let text = format!("service S {{\n{}    #[allow(x)]\n}}\n", members.repeat(SIDE_BY_SIDE / 40));
    let source = outline(&text).items.into_iter().next().unwrap().source;
    assert!(source.tokens().len() > SIDE_BY_SIDE);
    source
}

#[test]
fn what_is_handed_on_piece_by_piece_is_never_taken_back() {
    let source = large_item();
    let (mut pieces, mut tokens) = (0, Vec::new());
    let balanced = balance(&source, &mut |piece| {
        pieces += 1;
        tokens.extend_from_slice(piece);
    });
    assert!(pieces > 3, "{pieces}");
    assert_eq!(tokens, balanced.tokens);
}

#[test]
fn a_large_item_is_parsed_as_a_small_one_is() {
    let source = large_item();
    let mut builder = super::Builder::new(source.text(), source.tokens().len());
    let balanced = balance(&source, &mut |_| ());
    super::parse(&mut builder, balanced.tokens.iter().copied());
    let tree = parse_item(&source);
    assert_eq!(tree.exprs, builder.exprs);
    assert_eq!(tree, parse_item(&source));
    assert!(tree.errors.len() > 100);
}
