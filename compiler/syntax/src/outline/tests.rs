use ci_base::Code;

use super::{ItemKind, outline};

fn items(text: &str) -> Vec<(ItemKind, Option<String>)> {
    outline(text).items.into_iter().map(|item| (item.kind, item.name)).collect()
}

fn named(kind: ItemKind, name: &str) -> (ItemKind, Option<String>) {
    (kind, Some(name.to_owned()))
}

#[test]
fn a_file_is_cut_into_items() {
    let text = "//! Module.\n//!\n//! More.\nuse a;\n/// Doc.\n#[x]\nservice A { let x = { a: 1 }; }\nfn f() -> { a: Int } { { a: 1 } } const B = 1;";
    let outlined = outline(text);
    assert_eq!(outlined.module_doc.as_deref(), Some("Module.\n\nMore."));
    assert_eq!(
        items(text),
        [
            (ItemKind::Use, None),
            named(ItemKind::Service, "A"),
            named(ItemKind::Fn, "f"),
            named(ItemKind::Const, "B")
        ]
    );
    assert!(outlined.items[1].source.text().starts_with("/// Doc."));
    assert_eq!(outlined.items[1].source.item_doc().as_deref(), Some("Doc."));
    assert_eq!(outlined.errors, []);
}

#[test]
fn an_unclosed_item_ends_where_the_next_one_starts() {
    let text = "service A {\n    let x = [1;\n\n/// Doc of B.\n#[y]\nservice B {\n}\n";
    assert_eq!(items(text), [named(ItemKind::Service, "A"), named(ItemKind::Service, "B")]);
    assert!(outline(text).items[1].source.text().starts_with("/// Doc of B."));
}

#[test]
fn keywords_inside_an_item_start_none() {
    assert_eq!(items("service A {\n    let x = { use: 1, service: 2 };\n    let y = x.service;\n}").len(), 1);
}

#[test]
fn text_outside_of_items_is_an_item_of_its_own() {
    assert_eq!(
        items("const A = 1;\n} foo\nconst B = 2;"),
        [
            named(ItemKind::Const, "A"),
            (ItemKind::Error, None),
            (ItemKind::Error, None),
            named(ItemKind::Const, "B")
        ]
    );
}

#[test]
fn a_comment_that_takes_the_rest_of_the_file_is_reported() {
    let errors = |text: &str| -> Vec<(Code, u32)> {
        outline(text).errors.into_iter().map(|error| (error.code, error.primary.at.start)).collect()
    };
    let text = "const A = 1;\n/* const B = 2;\nconst C = 3;\n";
    assert_eq!(errors(text), [(Code::UnclosedDelimiter, 13)]);
    assert_eq!(errors("/*"), [(Code::UnclosedDelimiter, 0)]);
    assert_eq!(errors("/*/"), [(Code::UnclosedDelimiter, 0)]);
    assert_eq!(errors("/* /* */"), [(Code::UnclosedDelimiter, 0)]);
    assert_eq!(errors("/* /* */ */"), []);
    assert_eq!(errors("/**/"), []);
}

#[test]
fn what_belongs_to_nothing_is_reported() {
    let codes =
        |text: &str| -> Vec<Code> { outline(text).errors.into_iter().map(|error| error.code).collect() };
    assert_eq!(codes("const A = 1;\n/// doc"), [Code::MisplacedAttribute]);
    assert_eq!(codes("#[x]"), [Code::MisplacedAttribute]);
    assert_eq!(codes("const A = 1;\n//! late"), [Code::MisplacedAttribute]);
}
