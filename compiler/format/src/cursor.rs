//! A walk over the tokens of an item in which no comment can get lost.
//!
//! Whoever prints the tree takes every token from here, in order; the comments before it come along.
//!
//! Must not know: the tree.

use ci_base::TextRange;
use ci_syntax::{ItemSource, TokenKind};

use crate::doc::{Doc, concat_docs};

/// The tokens of an item that are still to be printed.
pub(crate) struct Cursor<'a> {
    pub source: &'a ItemSource,
    /// The next token, of any kind.
    at: usize,
    /// Set when the tokens were not those of the tree: the item is then left as it was.
    pub lost: bool,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(source: &'a ItemSource) -> Self {
        Self { source, at: 0, lost: false }
    }

    fn text(&self, index: usize) -> &'a str {
        self.source.token_range(index).of(self.source.text())
    }

    fn kind(&self, index: usize) -> Option<TokenKind> {
        self.source.tokens().get(index).map(|token| token.kind)
    }

    /// The position of the next token that is no trivia.
    fn next(&self) -> Option<usize> {
        let rest = self.source.tokens().get(self.at..)?;
        rest.iter().position(|token| !token.kind.is_trivia()).map(|offset| self.at + offset)
    }

    /// The kind of the next token that is no trivia.
    pub(crate) fn peek(&self) -> Option<TokenKind> {
        self.next().and_then(|index| self.kind(index))
    }

    /// Where the next token that is no trivia starts.
    pub(crate) fn start(&self) -> u32 {
        self.next().map_or(u32::MAX, |index| self.source.tokens()[index].start)
    }

    /// Whether every token has been taken.
    pub(crate) fn is_done(&self) -> bool {
        self.next().is_none()
    }

    /// Whether a line ends between the last token taken and the next.
    pub(crate) fn newline_follows(&self) -> bool {
        let rest = self.source.tokens().get(self.at..).unwrap_or_default();
        let mut index = self.at;
        rest.iter().take_while(|token| token.kind.is_trivia()).any(|token| {
            let spans = token.kind == TokenKind::Newline
                || (token.kind == TokenKind::BlockComment && self.text(index).contains('\n'));
            index += 1;
            spans
        })
    }

    /// Whether a line ends after the next token, which is an opening delimiter.
    pub(crate) fn newline_in(&self) -> bool {
        self.next()
            .is_some_and(|next| Self { source: self.source, at: next + 1, lost: false }.newline_follows())
    }

    /// Whether a comment stands before the next token.
    pub(crate) fn comment_follows(&self) -> bool {
        let rest = self.source.tokens().get(self.at..).unwrap_or_default();
        rest.iter().take_while(|token| token.kind.is_trivia()).any(|token| token.kind.is_comment())
    }

    /// The comments behind the last token on its line.
    pub(crate) fn trailing(&mut self) -> Doc<'a> {
        let mut end = self.at;
        loop {
            match self.kind(end) {
                Some(TokenKind::Newline) => break,
                Some(kind) if kind.is_trivia() => end += 1,
                // What follows on the line is where a comment belongs.
                Some(_) => return Doc::Nil,
                None => break,
            }
        }
        let mut docs = Vec::new();
        // Directly behind a bracket a comment stands as it would without the line end.
        let before = self.at.checked_sub(1).and_then(|before| self.kind(before));
        let opened = matches!(before, Some(TokenKind::LParen | TokenKind::LBracket));
        for index in self.at..end {
            if let Some(kind) = self.kind(index).filter(|kind| kind.is_comment()) {
                if !(opened && docs.is_empty() && kind == TokenKind::BlockComment) {
                    docs.push(Doc::Text(" "));
                }
                docs.extend(self.comment(index));
            }
        }
        self.at = end;
        if docs.is_empty() { Doc::Nil } else { Doc::Concat(docs) }
    }

    /// The comments behind the last token on its line, unless one of them needs the line's end.
    pub(crate) fn trailing_blocks(&mut self) -> Doc<'a> {
        let rest = self.source.tokens().get(self.at..).unwrap_or_default();
        let mut on_line =
            rest.iter().take_while(|token| token.kind.is_trivia() && token.kind != TokenKind::Newline);
        let ends_line = |kind: TokenKind| kind.is_comment() && kind != TokenKind::BlockComment;
        if on_line.any(|token| ends_line(token.kind)) { Doc::Nil } else { self.trailing() }
    }

    /// A comment, and the line end that it needs.
    fn comment(&self, index: usize) -> Vec<Doc<'a>> {
        let text = self.text(index);
        if self.kind(index) == Some(TokenKind::BlockComment) {
            vec![Doc::Comment(text)]
        } else {
            vec![Doc::Comment(text.trim_end()), Doc::HardLine]
        }
    }

    /// The comments before the next token, each on its line if it was. The empty lines between them are kept; one
    /// before the first only if `first` is false.
    pub(crate) fn leading(&mut self, first: bool) -> Doc<'a> {
        let mut docs = Vec::new();
        let mut ends = 0;
        let mut any = first;
        while let Some(kind) = self.kind(self.at).filter(|kind| kind.is_trivia()) {
            if kind == TokenKind::Newline {
                ends = self.text(self.at).matches('\n').count();
            } else if kind.is_comment() {
                if ends > 1 && !any {
                    docs.push(Doc::BlankLine);
                }
                if ends > 0 {
                    docs.push(Doc::HardLine);
                }
                any = false;
                docs.extend(self.comment(self.at));
                let inline = kind == TokenKind::BlockComment;
                let followed = self.kind(self.at + 1) == Some(TokenKind::Newline);
                if inline {
                    docs.push(if followed { Doc::HardLine } else { Doc::Text(" ") });
                }
                ends = 0;
            }
            self.at += 1;
        }
        if ends > 1 && !any {
            docs.push(Doc::BlankLine);
        }
        if docs.is_empty() { Doc::Nil } else { Doc::Concat(docs) }
    }

    /// The comments before a closing delimiter or a separator, without what would keep them apart from it.
    pub(crate) fn leading_last(&mut self, first: bool) -> Doc<'a> {
        let mut doc = self.leading(first);
        if let Doc::Concat(docs) = &mut doc {
            while matches!(docs.last(), Some(Doc::Text(" ") | Doc::BlankLine)) {
                docs.pop();
            }
        }
        doc
    }

    /// The comments before the next token, as they stand between two tokens of an expression.
    fn between(&mut self) -> Doc<'a> {
        if !self.comment_follows() {
            self.skip();
            return Doc::Nil;
        }
        let trailing = self.trailing();
        let leading = if self.comment_follows() { self.leading(true) } else { Doc::Nil };
        self.skip();
        concat_docs![trailing, leading]
    }

    fn skip(&mut self) {
        self.at = self.next().unwrap_or(self.source.tokens().len());
    }

    /// The next token, which must be of this kind, with the comments before it.
    pub(crate) fn token(&mut self, kind: TokenKind) -> Doc<'a> {
        if self.peek() != Some(kind) {
            self.lost = true;
        }
        self.any()
    }

    /// The next token of any kind, with the comments before it.
    pub(crate) fn any(&mut self) -> Doc<'a> {
        let comments = self.between();
        if self.at >= self.source.tokens().len() {
            self.lost = true;
            return comments;
        }
        let text = Doc::Text(self.text(self.at));
        self.at += 1;
        if matches!(comments, Doc::Nil) { text } else { concat_docs![comments, text] }
    }

    /// Takes the next token without printing it if it is of one of these kinds; the comments before it are.
    pub(crate) fn drop_if(&mut self, kinds: &[TokenKind]) -> Option<Doc<'a>> {
        if !self.peek().is_some_and(|kind| kinds.contains(&kind)) {
            return None;
        }
        let comments = if self.comment_follows() {
            let trailing = self.trailing();
            concat_docs![trailing, self.inline()]
        } else {
            Doc::Nil
        };
        self.skip();
        self.at += 1;
        Some(comments)
    }

    /// The rest of the comments before a separator.
    fn inline(&mut self) -> Doc<'a> {
        if !self.comment_follows() {
            return Doc::Nil;
        }
        concat_docs![Doc::Text(" "), self.leading_last(true)]
    }

    /// The text of a range that starts with the next token, as it is.
    pub(crate) fn verbatim(&mut self, range: TextRange) -> Doc<'a> {
        let comments = self.between();
        if self.start() != range.start {
            self.lost = true;
        }
        while self.source.tokens().get(self.at).is_some_and(|token| token.start < range.end) {
            self.at += 1;
        }
        concat_docs![comments, Doc::Text(range.of(self.source.text()))]
    }
}
