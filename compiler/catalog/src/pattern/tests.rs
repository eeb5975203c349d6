use std::collections::BTreeSet;

use super::{Compiled, one_class, regex, translated};

/// Every pattern of the catalog that is one class is decided as the regular expression decides it.
#[test]
fn one_class_is_as_good_as_an_automaton() {
    let texts = [
        "",
        "a",
        "Z",
        "0",
        "_",
        "-",
        " ",
        "/",
        "a-b",
        "aB3",
        "a.b",
        "a:b",
        "ä",
        "日本",
        "\n",
        "a\n",
        "\t",
        "arn:aws:s3:::b",
        "{{",
        "\u{10FFFF}",
        "\u{FFFD}",
        "012345678901",
        "a b",
        "+=,.@-",
        "*",
    ];
    let long: Vec<String> = [3, 12, 63, 64, 65, 128, 255, 256].map(|length| "a".repeat(length)).into();
    let mut classes = 0;
    let schemas = crate::resource_types().filter_map(crate::resource_type);
    let patterns = schemas.flat_map(|schema| schema.node_ids().filter_map(|id| schema.node(id).pattern));
    for pattern in patterns.collect::<BTreeSet<&str>>() {
        let translated = translated(pattern);
        let Some(compiled @ Compiled::OneClass { .. }) = one_class(&translated) else { continue };
        classes += 1;
        let Some(regex) = regex(&translated) else { continue };
        for text in texts.iter().copied().chain(long.iter().map(String::as_str)) {
            assert_eq!(compiled.is_match(text), regex.is_match(text).ok(), "{pattern} {text:?}");
        }
    }
    assert!(classes > 500, "{classes}");
}
