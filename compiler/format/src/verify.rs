//! Whether two texts are the same program with the same comments.
//!
//! Must not know: how the formatter works.
//!
//! A tree follows from the tokens, so the tokens are compared; separators before a closing delimiter, and the kind
//! of separator, are the formatter's to choose.

use ci_base::TextRange;
use ci_syntax::{Outline, TokenKind, lex, outline, parse_item};

use crate::FormatError;

/// Fails unless `after` is the same program as `before`, whose outline is given.
pub(crate) fn same(before: &str, outlined: &Outline, after: &str) -> Result<(), FormatError> {
    let changed = |what: String| Err(FormatError::Changed { what });
    let result = outline(after);
    if outlined.items.len() != result.items.len() {
        return changed(format!("{} items become {}", outlined.items.len(), result.items.len()));
    }
    for (old, new) in outlined.items.iter().zip(&result.items) {
        let name = old.name.as_deref().unwrap_or_default();
        if (old.kind, &old.name) != (new.kind, &new.name) {
            return changed(format!("{:?} {name}", old.kind));
        }
        let (old_tree, new_tree) = (parse_item(&old.source), parse_item(&new.source));
        let shape = old_tree.exprs.len() == new_tree.exprs.len()
            && old_tree.types.len() == new_tree.types.len()
            && old_tree
                .exprs
                .iter()
                .zip(&new_tree.exprs)
                .all(|(old, new)| std::mem::discriminant(&old.expr) == std::mem::discriminant(&new.expr))
            && old_tree
                .types
                .iter()
                .zip(&new_tree.types)
                .all(|(old, new)| std::mem::discriminant(&old.ty) == std::mem::discriminant(&new.ty));
        if !shape || old_tree.errors.len() != new_tree.errors.len() {
            return changed(format!("the tree of {:?} {name}", old.kind));
        }
    }
    let (old, new) = (Words::of(before), Words::of(after));
    if let Some(what) = difference(&old.tokens, &new.tokens) {
        return changed(what);
    }
    match difference(&old.comments, &new.comments) {
        Some(what) => changed(what),
        None => Ok(()),
    }
}

fn difference(old: &[&str], new: &[&str]) -> Option<String> {
    let first = old.iter().zip(new).find(|(old, new)| old != new);
    match first {
        Some((old, new)) => Some(format!("`{old}` becomes `{new}`")),
        None if old.len() != new.len() => Some("something at the end".to_owned()),
        None => None,
    }
}

/// The tokens and comments of a text, without what the formatter may change.
struct Words<'a> {
    tokens: Vec<&'a str>,
    comments: Vec<&'a str>,
}

impl<'a> Words<'a> {
    fn of(text: &'a str) -> Self {
        let tokens = lex(text);
        let mut words = Self { tokens: Vec::with_capacity(tokens.len()), comments: Vec::new() };
        let mut separator = false;
        for (index, token) in tokens.iter().enumerate() {
            let end = tokens.get(index + 1).map_or(text.len() as u32, |token| token.start);
            let written = TextRange::new(token.start, end).of(text);
            match token.kind {
                kind if kind.is_comment() => words.comments.push(written.trim_end()),
                kind if kind.is_trivia() => {}
                // `assert a, "b",;` is the only place where two may meet.
                TokenKind::Semicolon if separator => {}
                TokenKind::Comma if separator => words.tokens.push(written),
                TokenKind::Comma | TokenKind::Semicolon => separator = true,
                kind => {
                    if separator && !closes(kind) {
                        words.tokens.push(",");
                    }
                    separator = false;
                    if kind == TokenKind::OrOr {
                        // A function without parameters may have a blank between its bars, which are two tokens then.
                        words.tokens.extend(["|", "|"]);
                    } else {
                        words.tokens.push(written);
                    }
                }
            }
        }
        if separator {
            words.tokens.push(",");
        }
        words
    }
}

/// Whether a separator before this token may be left out.
fn closes(kind: TokenKind) -> bool {
    use TokenKind::{Greater, Or, RBrace, RBracket, RParen};
    matches!(kind, RBrace | RParen | RBracket | Greater | Or)
}

#[cfg(test)]
mod tests;
