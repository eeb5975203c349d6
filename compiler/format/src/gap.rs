//! What stands between items: comments and empty lines.
//!
//! Must not know: the items.

use ci_base::TextRange;
use ci_syntax::{ItemKind, TokenKind, lex};

use crate::doc::Printer;

/// Prints the text between two items. Whether its last comment keeps the next item from being formatted.
pub(crate) fn print(
    text: &str,
    before: Option<ItemKind>,
    after: Option<ItemKind>,
    printer: &mut Printer,
) -> bool {
    let tokens = lex(text);
    if tokens.iter().any(|token| !token.kind.is_trivia()) {
        // An attribute without an item.
        printer.line(2, 0);
        printer.text(text.trim());
        return false;
    }
    // One-line items may stand together; others are set apart.
    let apart = match (before, after) {
        (None, _) => false,
        (Some(a), Some(b)) => a != b || !matches!(a, ItemKind::Use | ItemKind::Const),
        (Some(_), None) => false,
    };
    let mut ends = 0;
    let mut set_apart = !apart;
    let mut off = false;
    let mut first = before.is_none();
    for (index, token) in tokens.iter().enumerate() {
        let end = tokens.get(index + 1).map_or(text.len() as u32, |token| token.start);
        let written = TextRange::new(token.start, end).of(text);
        if token.kind == TokenKind::Newline {
            ends = written.matches('\n').count();
            continue;
        }
        if !token.kind.is_comment() {
            continue;
        }
        if ends == 0 && !first {
            printer.text(" ");
        } else {
            printer.line(if ends > 1 || !set_apart { 2 } else { 1 }, 0);
            set_apart = true;
        }
        first = false;
        printer.text(written.trim_end());
        off = written.trim_start_matches('/').trim() == "fmt: off" && token.kind == TokenKind::LineComment;
        ends = 0;
    }
    if after.is_some() {
        let inline =
            ends == 0 && tokens.last().is_some_and(|token| token.kind != TokenKind::Newline) && !first;
        let comment = tokens.iter().any(|token| token.kind == TokenKind::BlockComment);
        if inline && comment && before_is_comment(&tokens) {
            printer.text(" ");
        } else {
            printer.line(if ends > 1 || !set_apart { 2 } else { 1 }, 0);
        }
    }
    off
}

/// Whether the last token that is not blank is a comment that ends without its line.
fn before_is_comment(tokens: &[ci_syntax::Token]) -> bool {
    tokens
        .iter()
        .rev()
        .find(|token| token.kind != TokenKind::Space)
        .is_some_and(|token| token.kind == TokenKind::BlockComment)
}
