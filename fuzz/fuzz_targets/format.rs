//! A text without syntax errors can be formatted, and what is formatted stays as it is when it is formatted again.

#![no_main]

use ci_format::format;
use ci_syntax::{outline, parse_item};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match format(text) {
        Ok(once) => assert_eq!(format(&once).as_deref(), Ok(once.as_str())),
        // Where a string that nothing closes ends depends on the layout of what follows.
        Err(error) => {
            let outline = outline(text);
            let broken = outline.items.iter().any(|item| !parse_item(&item.source).errors.is_empty());
            assert!(broken || !outline.errors.is_empty(), "{error}");
        }
    }
});
