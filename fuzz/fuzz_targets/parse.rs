//! Any text has trees, the same ones each time; items stand one behind the other, and every range lies in its text.

#![no_main]

use ci_base::{Diagnostic, TextRange};
use ci_syntax::{ItemKind, outline, parse_item};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let outlined = outline(text);
    assert_sound(&outlined.errors, text);
    let mut end = 0;
    for item in &outlined.items {
        assert!(end <= item.range.start && item.range.start < item.range.end);
        end = item.range.end;
        let item_text = item.source.text();
        assert_eq!(item_text, item.range.of(text));
        let tree = parse_item(&item.source);
        assert_sound(&tree.errors, item_text);
        assert!(item.kind != ItemKind::Error || !tree.errors.is_empty(), "accepted: {item_text}");
        for at in tree.exprs.iter().map(|expr| expr.range).chain(tree.types.iter().map(|of| of.range)) {
            assert!(item_text.get(at.start as usize..at.end as usize).is_some(), "{at:?} of a tree");
        }
    }
    assert_eq!(outlined, outline(text));
});

/// Every place of a finding is a piece of the text, and the edits of a fix do not overlap.
fn assert_sound(found: &[Diagnostic<TextRange>], text: &str) {
    for one in found {
        let labels = one.secondary.iter().map(|label| label.at);
        let edits = one.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.at);
        for at in labels.chain(edits).chain([one.primary.at]) {
            assert!(text.get(at.start as usize..at.end as usize).is_some(), "{at:?} of {one:?}");
        }
        for fix in &one.fixes {
            let mut edits: Vec<TextRange> = fix.edits.iter().map(|edit| edit.at).collect();
            edits.sort_by_key(|at| (at.start, at.end));
            assert!(edits.windows(2).all(|pair| pair[0].end <= pair[1].start), "edits overlap in {one:?}");
        }
    }
}
