//! Any text has trees, and every range of an error lies in it.

#![no_main]

use ci_syntax::{outline, parse_item};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for item in outline(text).items {
        let item_text = item.source.text();
        assert_eq!(item_text, item.range.of(text));
        for error in parse_item(&item.source).errors {
            let labels = error.secondary.iter().map(|label| label.at);
            let edits = error.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.at);
            for at in labels.chain(edits).chain([error.primary.at]) {
                assert!(item_text.get(at.start as usize..at.end as usize).is_some(), "{at:?} of {error:?}");
            }
        }
    }
});
