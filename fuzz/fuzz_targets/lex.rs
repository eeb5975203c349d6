//! Tokens cover any text, in order, on character boundaries.

#![no_main]

use ci_syntax::lex;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let tokens = lex(text);
    assert_eq!(tokens.is_empty(), text.is_empty());
    assert_eq!(tokens.first().map_or(0, |token| token.start), 0);
    for pair in tokens.windows(2) {
        assert!(pair[0].start < pair[1].start);
    }
    for token in tokens {
        assert!(text.is_char_boundary(token.start as usize));
    }
});
