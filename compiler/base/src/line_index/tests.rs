use super::*;

#[test]
fn positions_round_trip_through_utf16() {
    let text = "let a = \"é😀x\";\r\nlet b;\n";
    let index = LineIndex::new(text);
    for (offset, _) in text.char_indices().filter(|(_, c)| *c != '\n') {
        let position = index.line_column_utf16(text, offset as u32);
        assert_eq!(index.offset_utf16(text, position), offset as u32, "at {offset}");
    }
}

#[test]
fn an_offset_past_the_end_is_clamped() {
    let index = LineIndex::new("a\nb");
    assert_eq!(index.line_column(99), LineColumn { line: 1, column: 1 });
}

#[test]
fn a_line_is_found_from_wherever_it_was_looked_for_last() {
    let text = "one\ntwo\n\nfour\n".repeat(9);
    let index = LineIndex::new(&text);
    for last in 0..index.len() + 2 {
        for offset in 0..text.len() as u32 + 3 {
            assert_eq!(index.line_column_after(last, offset), index.line_column(offset), "{last} {offset}");
        }
    }
}
