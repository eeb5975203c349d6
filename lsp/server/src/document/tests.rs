use super::*;

fn at(line: u32, character: u32) -> Position {
    Position { line, character }
}

#[test]
fn positions_are_counted_as_agreed() {
    let text = "a\u{1F600}b\r\nc\u{e9}d\n";
    let utf16 = Lines::new(text, Encoding::Utf16);
    assert_eq!(utf16.offset(at(0, 3)), 5);
    assert_eq!(utf16.position(5), at(0, 3));
    assert_eq!(utf16.offset(at(1, 2)), 11);
    let utf8 = Lines::new(text, Encoding::Utf8);
    assert_eq!(utf8.offset(at(0, 5)), 5);
    assert_eq!(utf8.position(11), at(1, 3));
}

#[test]
fn what_lies_outside_is_the_end() {
    for encoding in [Encoding::Utf8, Encoding::Utf16] {
        let lines = Lines::new("ab\ncd", encoding);
        assert_eq!(lines.offset(at(0, 99)), 2);
        assert_eq!(lines.offset(at(9, 0)), 5);
        assert_eq!(lines.position(99), at(1, 2));
    }
    assert_eq!(Lines::new("\u{e9}", Encoding::Utf8).offset(at(0, 1)), 0);
}

#[test]
fn changes_are_made_one_after_the_other() {
    let mut document = Document { version: 1, text: "one\ntwo\n".to_owned() };
    let change = |start, end, text: &str| TextDocumentContentChangeEvent {
        range: Some(Range { start, end }),
        range_length: None,
        text: text.to_owned(),
    };
    let changes = vec![change(at(0, 3), at(1, 0), " "), change(at(0, 0), at(0, 3), "1")];
    document.change(2, changes, Encoding::Utf16);
    assert_eq!(document, Document { version: 2, text: "1 two\n".to_owned() });
}
