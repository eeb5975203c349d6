//! The text and tokens of one item, and the questions a tree cannot answer without them.
//!
//! Must not know: the file around the item. Everything here is a function of the item's own text and tokens, so that
//! equal items have equal trees.

use std::borrow::Cow;
use std::sync::Arc;

use ci_base::TextRange;

use crate::ast::{Expr, ExprId, ItemTree, Name};
use crate::text;
use crate::token::{Token, TokenKind};

/// The text and the tokens of one item. Cheap to clone.
///
/// Almost always the tokens follow from the text. But where a string that nothing closes ends depends on the items after
/// it, so items of the same text may still differ.
#[derive(Clone)]
pub struct ItemSource {
    text: Arc<str>,
    tokens: Arc<[Token]>,
}

impl Default for ItemSource {
    fn default() -> Self {
        Self { text: Arc::from(""), tokens: Arc::from([]) }
    }
}

impl PartialEq for ItemSource {
    fn eq(&self, other: &Self) -> bool {
        let is_same = Arc::ptr_eq(&self.text, &other.text) && Arc::ptr_eq(&self.tokens, &other.tokens);
        is_same || (self.text == other.text && self.tokens == other.tokens)
    }
}

impl Eq for ItemSource {}

impl std::fmt::Debug for ItemSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ItemSource").field(&self.text).finish()
    }
}

impl ItemSource {
    /// The item with this text; `tokens` are its tokens, counted from its start.
    pub(crate) fn new(text: &str, tokens: Arc<[Token]>) -> Self {
        Self { text: text.into(), tokens }
    }

    /// The item's text, from its first doc comment or attribute to its last token.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every token of the item, white space and comments included.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The range of the token at this position in [`Self::tokens`].
    pub fn token_range(&self, index: usize) -> TextRange {
        let end = self.tokens.get(index + 1).map_or(self.text.len() as u32, |token| token.start);
        TextRange::new(self.tokens[index].start, end)
    }

    /// A name's identifier; of a quoted entry name, the literal with its quotes.
    pub fn name(&self, name: Name) -> &str {
        name.0.of(&self.text)
    }

    /// The name of a record entry: an identifier, or the value of a string literal.
    pub fn entry_name(&self, name: Name, quoted: bool) -> Cow<'_, str> {
        let written = self.name(name);
        if quoted { text::value(written) } else { Cow::Borrowed(written) }
    }

    /// The value of an [`Expr::String`]: without its quotes, its escapes replaced, its indentation removed. Of any
    /// other expression, its text.
    pub fn string(&self, tree: &ItemTree, id: ExprId) -> Cow<'_, str> {
        let written = tree.range(id).of(&self.text);
        if matches!(tree[id], Expr::String) { text::value(written) } else { Cow::Borrowed(written) }
    }

    /// The value of the string literal in this range, as of a [`crate::ast::TypeExpr::Literal`].
    pub fn string_type(&self, range: TextRange) -> Cow<'_, str> {
        text::value(range.of(&self.text))
    }

    /// The lines of the `///` comment directly before the token at this offset, without their slashes. Attributes
    /// may stand in between.
    pub fn doc(&self, before: u32) -> Option<String> {
        let mut lines = Vec::new();
        let mut index = self.tokens.partition_point(|token| token.start < before);
        while index > 0 {
            index -= 1;
            match self.tokens[index].kind {
                TokenKind::DocComment => lines.push(index),
                kind if kind.is_trivia() => {}
                TokenKind::RBracket => match self.attribute_start(index) {
                    Some(hash) => index = hash,
                    None => break,
                },
                _ => break,
            }
        }
        if lines.is_empty() {
            return None;
        }
        let lines = lines.iter().rev().map(|index| doc_line(self.token_range(*index).of(&self.text), "///"));
        Some(join(lines))
    }

    /// The `///` comment of the item itself.
    pub fn item_doc(&self) -> Option<String> {
        let mut depth = 0;
        for token in self.tokens.iter() {
            match token.kind {
                kind if kind.is_trivia() => {}
                TokenKind::Hash => {}
                TokenKind::LBracket => depth += 1,
                TokenKind::RBracket => depth -= 1,
                _ if depth > 0 => {}
                _ => return self.doc(token.start),
            }
        }
        None
    }

    /// The `#` of the attribute whose `]` is at this position.
    fn attribute_start(&self, close: usize) -> Option<usize> {
        let mut depth = 0;
        for index in (0..=close).rev() {
            match self.tokens[index].kind {
                TokenKind::RBracket => depth += 1,
                TokenKind::LBracket => {
                    depth -= 1;
                    if depth == 0 {
                        let hash = self.tokens[..index].iter().rposition(|token| !token.kind.is_trivia())?;
                        return (self.tokens[hash].kind == TokenKind::Hash).then_some(hash);
                    }
                }
                // An attribute is short; whatever has a member's end in it is none.
                TokenKind::Semicolon | TokenKind::LBrace | TokenKind::RBrace => return None,
                _ => {}
            }
        }
        None
    }
}

/// The words of one line of a doc comment: without the slashes and one blank after them.
pub(crate) fn doc_line<'a>(line: &'a str, slashes: &str) -> &'a str {
    let line = line.strip_prefix(slashes).unwrap_or(line).trim_end();
    line.strip_prefix(' ').unwrap_or(line)
}

/// The lines of a doc comment as one text.
pub(crate) fn join<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for line in lines {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line);
    }
    text
}
