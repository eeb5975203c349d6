//! Any text can be formatted, and stays as it is when it is formatted again.

#![no_main]

use ci_format::format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let once = format(text).expect("the formatter keeps the meaning of every text");
    assert_eq!(format(&once).as_deref(), Ok(once.as_str()));
});
