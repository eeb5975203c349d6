//! A file cut into items, before anything is parsed.
//!
//! An item ends at its closing brace or semicolon, or, when something in it was never closed, where the next item
//! starts. What is wrong inside an item therefore stays inside it.
//!
//! Must not know: what the inside of an item looks like.

use ci_base::{Applicability, Code, Diagnostic, TextRange, did_you_mean};

use crate::source::{ItemSource, doc_line, join};
use crate::text;
use crate::token::{Token, TokenKind, is_closed, lex};

/// The items of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The `//!` comment at the top.
    pub module_doc: Option<String>,
    /// The items in source order.
    pub items: Vec<OutlineItem>,
    /// What is wrong outside of every item; ranges count from the start of the file.
    pub errors: Vec<Diagnostic<TextRange>>,
}

/// An item of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct OutlineItem {
    /// What it declares.
    pub kind: ItemKind,
    /// What it is called.
    pub name: Option<String>,
    /// Where it lies in the file, from its first doc comment or attribute.
    pub range: TextRange,
    /// Its text and tokens.
    pub source: ItemSource,
}

/// What an item declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the keywords")]
pub enum ItemKind {
    Use,
    Const,
    Struct,
    Enum,
    Fn,
    Interface,
    Component,
    Service,
    App,
    Test,
    Rule,
    /// Text that is no item.
    Error,
}

impl ItemKind {
    fn of(kind: TokenKind) -> Self {
        match kind {
            TokenKind::Use => Self::Use,
            TokenKind::Const => Self::Const,
            TokenKind::Struct => Self::Struct,
            TokenKind::Enum => Self::Enum,
            TokenKind::Fn => Self::Fn,
            TokenKind::Interface => Self::Interface,
            TokenKind::Component => Self::Component,
            TokenKind::Service => Self::Service,
            TokenKind::App => Self::App,
            TokenKind::Test => Self::Test,
            TokenKind::Rule => Self::Rule,
            _ => Self::Error,
        }
    }
}

/// Cuts a file into its items.
pub fn outline(text: &str) -> Outline {
    let mut tokens = lex(text);
    contextual_keywords(text, &mut tokens);
    Cutter {
        text,
        tokens: &tokens,
        at: 0,
        outline: Outline { module_doc: None, items: Vec::new(), errors: Vec::new() },
    }
    .run()
}

/// Makes keywords of the words that are some only at one place: `test` and `rule` where an item starts, `require` where a
/// member of a rule does. Everywhere else they are names, and good ones.
fn contextual_keywords(text: &str, tokens: &mut [Token]) {
    // Most files have neither.
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if !(has("test") || has("rule")) {
        return;
    }
    let mut in_rule = false;
    let mut starts_line = true;
    let mut previous = TokenKind::Newline;
    for at in 0..tokens.len() {
        let kind = tokens[at].kind;
        let first = starts_line;
        starts_line = kind == TokenKind::Newline || (first && kind.is_trivia());
        if kind.is_trivia() {
            continue;
        }
        // A rule may stand on one line.
        let opens = matches!(previous, TokenKind::LBrace | TokenKind::Semicolon | TokenKind::RBracket);
        previous = kind;
        if !(first || (in_rule && opens)) {
            continue;
        }
        let start = tokens[at].start as usize;
        let in_column = start == 0 || text.as_bytes()[start - 1] == b'\n';
        if kind.is_item_keyword() && first && in_column {
            in_rule = false;
        }
        if kind != TokenKind::Ident {
            continue;
        }
        let end = tokens.get(at + 1).map_or(text.len(), |next| next.start as usize);
        let mut after = tokens[at + 1..].iter().map(|token| token.kind).filter(|kind| !kind.is_trivia());
        let (second, third) = (after.next(), after.next());
        let keyword = match &text[start..end] {
            "test" if first => match second {
                Some(TokenKind::String | TokenKind::RawString) => Some(TokenKind::Test),
                Some(TokenKind::StringHead | TokenKind::UnterminatedString | TokenKind::LBrace)
                    if in_column =>
                {
                    Some(TokenKind::Test)
                }
                Some(TokenKind::Ident) if in_column && third == Some(TokenKind::LBrace) => {
                    Some(TokenKind::Test)
                }
                _ => None,
            },
            "rule" if first => match (second, third) {
                (Some(TokenKind::Ident), Some(TokenKind::For)) => Some(TokenKind::Rule),
                (Some(TokenKind::Ident), Some(TokenKind::LBrace))
                | (Some(TokenKind::LBrace | TokenKind::For), _)
                    if in_column =>
                {
                    Some(TokenKind::Rule)
                }
                _ => None,
            },
            "require" if in_rule && second != Some(TokenKind::Colon) => Some(TokenKind::Require),
            _ => None,
        };
        if let Some(keyword) = keyword {
            tokens[at].kind = keyword;
            if keyword != TokenKind::Require {
                in_rule = keyword == TokenKind::Rule;
            }
        }
    }
}

struct Cutter<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// The next token.
    at: usize,
    outline: Outline,
}

impl Cutter<'_> {
    fn run(mut self) -> Outline {
        let mut module_doc = Vec::new();
        // The first doc comment and the first attribute since the last item.
        let (mut doc, mut attribute): (Option<usize>, Option<usize>) = (None, None);
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                TokenKind::ModuleDoc => {
                    if self.outline.items.is_empty() && doc.is_none() && attribute.is_none() {
                        module_doc.push(doc_line(self.range(self.at).of(self.text), "//!"));
                    } else {
                        self.outline.errors.push(
                            Diagnostic::new(
                                Code::MisplacedAttribute,
                                self.range(self.at),
                                "`//!` documents a file and belongs at its top",
                            )
                            .help("start the line with `///` to document the next item, or with `//`"),
                        );
                    }
                    self.at += 1;
                }
                TokenKind::DocComment => {
                    doc = doc.or(Some(self.at));
                    self.at += 1;
                }
                kind if kind.is_trivia() => self.at += 1,
                TokenKind::Hash if self.next_kind(self.at) == Some(TokenKind::LBracket) => {
                    attribute = attribute.or(Some(self.at));
                    self.attribute();
                }
                kind => {
                    let start = doc.into_iter().chain(attribute).min().unwrap_or(self.at);
                    let keyword = self.at;
                    if kind.is_item_keyword() {
                        self.item(kind);
                    } else {
                        self.error();
                    }
                    self.push(ItemKind::of(kind), start, keyword);
                    (doc, attribute) = (None, None);
                }
            }
        }
        if let Some(attribute) = attribute {
            self.dangling(attribute, "attribute", "put it before an item");
        } else if let Some(doc) = doc {
            self.dangling(
                doc,
                "doc comment",
                "start the line with `//` if it is for the reader of the source only",
            );
        }
        self.comments_without_end();
        if !module_doc.is_empty() {
            self.outline.module_doc = Some(join(module_doc.into_iter()));
        }
        self.outline
    }

    /// Reports block comments that are never closed: what they swallow would be gone without a word.
    fn comments_without_end(&mut self) {
        for (index, _) in
            self.tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::BlockComment)
        {
            let range = self.range(index);
            if is_closed(range.of(self.text)) {
                continue;
            }
            let at = TextRange::new(range.start, range.start + 2);
            self.outline.errors.push(
                Diagnostic::new(Code::UnclosedDelimiter, at, "this comment is not closed")
                    .label("all up to the next item in the first column belongs to it")
                    .help("close it with `*/`; a `/*` inside a comment needs one too"),
            );
        }
    }

    fn dangling(&mut self, index: usize, what: &str, help: &str) {
        let message = format!("this {what} belongs to nothing: no item follows it");
        self.outline
            .errors
            .push(Diagnostic::new(Code::MisplacedAttribute, self.range(index), message).help(help));
    }

    fn range(&self, index: usize) -> TextRange {
        let end = self.tokens.get(index + 1).map_or(self.text.len() as u32, |token| token.start);
        TextRange::new(self.tokens[index].start, end)
    }

    /// The kind of the first token after this one that is no trivia.
    fn next_kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens[index + 1..].iter().map(|token| token.kind).find(|kind| !kind.is_trivia())
    }

    /// Whether an item must start here even though something before it is still open: its keyword is in the first
    /// column, comments aside.
    fn must_start(&self, index: usize) -> bool {
        if !self.tokens[index].kind.is_item_keyword() {
            return false;
        }
        let comments = self.tokens[..index]
            .iter()
            .rev()
            .take_while(|token| matches!(token.kind, TokenKind::Space | TokenKind::BlockComment))
            .count();
        let first = self.tokens[index - comments];
        let indented = first.kind == TokenKind::Space;
        let start = first.start as usize;
        let in_column = start == 0 || self.text.as_bytes()[start - 1] == b'\n';
        !indented && in_column && (comments == 0 || self.may_start(index)) && self.is_named(index)
    }

    /// Whether a name, or the start of a path, follows on the line of this keyword.
    fn is_named(&self, index: usize) -> bool {
        let mut after = self.tokens[index + 1..].iter().map(|token| token.kind);
        after.next() == Some(TokenKind::Space)
            && matches!(
                after.next(),
                Some(TokenKind::Ident | TokenKind::Crate | TokenKind::SelfKw | TokenKind::Super)
            )
            // Whether these are keywords has been seen by what follows.
            || matches!(self.tokens[index].kind, TokenKind::Test | TokenKind::Rule)
    }

    /// Whether an item keyword at this token is the first on its line and has a name after it.
    fn may_start(&self, index: usize) -> bool {
        let mut before = self.tokens[..index].iter().rev().map(|token| token.kind);
        let blank = before.find(|kind| !matches!(kind, TokenKind::Space | TokenKind::BlockComment));
        self.tokens[index].kind.is_item_keyword()
            && matches!(blank, None | Some(TokenKind::Newline))
            && (matches!(self.tokens[index].kind, TokenKind::Test | TokenKind::Rule)
                || matches!(
                    self.next_kind(index),
                    Some(TokenKind::Ident | TokenKind::Crate | TokenKind::SelfKw | TokenKind::Super)
                ))
    }

    /// Steps over `#[…]`.
    fn attribute(&mut self) {
        let mut depth = 0;
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                TokenKind::LBracket => depth += 1,
                TokenKind::RBracket => {
                    depth -= 1;
                    if depth <= 0 {
                        self.at += 1;
                        return;
                    }
                }
                // The bracket was never closed.
                _ if depth > 0 && self.may_start(self.at) => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Steps over an item, from its keyword to its end.
    fn item(&mut self, keyword: TokenKind) {
        let braced = !matches!(keyword, TokenKind::Use | TokenKind::Const);
        let start = self.at;
        let mut open: Vec<TokenKind> = Vec::new();
        self.at += 1;
        // A function's result type may have braces of its own.
        let mut body = false;
        if braced && keyword != TokenKind::Fn {
            body = true;
            if self.header(keyword) {
                // A missing `{` counts as written, so that the members do not become garbage.
                open.push(TokenKind::RBrace);
            }
        }
        let mut previous = keyword;
        while let Some(token) = self.tokens.get(self.at) {
            let kind = token.kind;
            if kind.is_item_keyword()
                && (self.must_start(self.at) || (open.is_empty() && self.may_start(self.at)))
            {
                return self.back_up(start);
            }
            match kind {
                TokenKind::LBrace => {
                    if open.is_empty() && keyword == TokenKind::Fn {
                        body = !previous.opens_result();
                    }
                    open.push(TokenKind::RBrace);
                }
                TokenKind::LParen => open.push(TokenKind::RParen),
                TokenKind::LBracket => open.push(TokenKind::RBracket),
                TokenKind::StringHead => open.push(TokenKind::StringTail),
                TokenKind::RBrace | TokenKind::RParen | TokenKind::RBracket => {
                    // A closer without an opener is left for the parser to report.
                    if let Some(opener) = open.iter().rposition(|closer| *closer == kind)
                        && (opener > 0
                            || !braced
                            || !body
                            || kind != TokenKind::RBrace
                            || self.closes_item(self.at))
                    {
                        open.truncate(opener);
                        if open.is_empty() && braced && body && kind == TokenKind::RBrace {
                            self.at += 1;
                            return;
                        }
                    }
                }
                TokenKind::StringTail | TokenKind::UnterminatedTail => {
                    if let Some(opener) = open.iter().rposition(|closer| *closer == TokenKind::StringTail) {
                        open.truncate(opener);
                    }
                }
                // A delimiter left open in a `use` must not take the items after it along.
                TokenKind::Semicolon if !braced && (open.is_empty() || keyword == TokenKind::Use) => {
                    self.at += 1;
                    return;
                }
                _ => {}
            }
            if !kind.is_trivia() {
                previous = kind;
            }
            self.at += 1;
        }
        self.back_up(start);
    }

    /// Steps over the name of an item with a body, and over what a rule is for. Whether the `{` after it is missing.
    fn header(&mut self, keyword: TokenKind) -> bool {
        let mut named = false;
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                kind if kind.is_trivia() => {}
                TokenKind::LBrace => return false,
                kind if kind.is_item_keyword() && (self.must_start(self.at) || self.may_start(self.at)) => {
                    return false;
                }
                kind if !named
                    && (kind.is_keyword() || matches!(kind, TokenKind::Ident | TokenKind::Error)) =>
                {
                    named = true;
                }
                TokenKind::String | TokenKind::RawString if !named && keyword == TokenKind::Test => {
                    named = true;
                }
                TokenKind::For | TokenKind::Ident | TokenKind::Colon | TokenKind::ColonColon
                    if keyword == TokenKind::Rule => {}
                _ => return true,
            }
            self.at += 1;
        }
        false
    }

    /// Whether this `}`, which could close the item, does: what follows cannot belong inside it.
    fn closes_item(&self, index: usize) -> bool {
        let mut after =
            self.tokens[index + 1..].iter().map(|token| token.kind).filter(|kind| !kind.is_trivia());
        match after.next() {
            Some(TokenKind::Semicolon | TokenKind::Comma | TokenKind::RParen | TokenKind::RBracket) => {
                after.next().is_none_or(|kind| kind.is_item_keyword() || kind == TokenKind::Hash)
            }
            Some(kind) => !kind.is_member_keyword(),
            None => true,
        }
    }

    /// Gives the comments and attributes before the next item back to it.
    fn back_up(&mut self, start: usize) {
        let mut end = self.at;
        let mut index = self.at;
        while index > start + 1 {
            index -= 1;
            let token = self.tokens[index];
            match token.kind {
                kind if kind.is_trivia() => end = index,
                TokenKind::RBracket => {
                    // Only an attribute on a line of its own, at the start of the line.
                    let Some(hash) = (start + 1..index)
                        .rev()
                        .take_while(|i| {
                            !matches!(self.tokens[*i].kind, TokenKind::Newline | TokenKind::Semicolon)
                        })
                        .find(|i| self.tokens[*i].kind == TokenKind::Hash)
                    else {
                        break;
                    };
                    let at = self.tokens[hash].start as usize;
                    if at > 0 && self.text.as_bytes()[at - 1] != b'\n' {
                        break;
                    }
                    index = hash;
                    end = hash;
                }
                _ => break,
            }
        }
        self.at = end;
    }

    /// Steps over text that belongs to no item, up to the next item.
    fn error(&mut self) {
        let start = self.at;
        let closers = |kind| matches!(kind, TokenKind::RBrace | TokenKind::RParen | TokenKind::RBracket);
        if self.tokens.get(start).is_some_and(|token| closers(token.kind)) {
            // What follows is no part of the damage.
            let more = |token: &&Token| {
                token.kind.is_trivia() || closers(token.kind) || token.kind == TokenKind::Semicolon
            };
            self.at += self.tokens[start..].iter().take_while(more).count();
            return self.back_up(start);
        }
        let mut depth = 0_u32;
        let mut previous = TokenKind::Error;
        while let Some(token) = self.tokens.get(self.at) {
            let ended = depth == 0 && matches!(previous, TokenKind::Semicolon | TokenKind::RBrace);
            let starts = token.kind.is_item_keyword()
                && (self.must_start(self.at) || (depth == 0 && (ended || self.may_start(self.at))));
            let attribute = ended && token.kind == TokenKind::Hash;
            if self.at > start && (starts || attribute) {
                break;
            }
            if !token.kind.is_trivia() {
                previous = token.kind;
            }
            match token.kind {
                TokenKind::LBrace | TokenKind::LParen | TokenKind::LBracket => depth += 1,
                TokenKind::RBrace | TokenKind::RParen | TokenKind::RBracket => {
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            }
            self.at += 1;
        }
        self.back_up(start);
        self.at = self.at.max(start + 1);
    }

    /// Adds the item from the token `start` to the current one.
    fn push(&mut self, kind: ItemKind, start: usize, keyword: usize) {
        let from = self.tokens[start].start;
        let end = self.tokens.get(self.at).map_or(self.text.len() as u32, |token| token.start);
        let range = TextRange::new(from, end);
        let tokens = &self.tokens[start..self.at];
        let name = (!matches!(kind, ItemKind::Use | ItemKind::Error))
            .then(|| self.tokens[keyword + 1..self.at].iter().position(|token| !token.kind.is_trivia()))
            .flatten()
            .map(|offset| keyword + 1 + offset)
            .filter(|index| {
                let found = self.tokens[*index].kind;
                found == TokenKind::Ident
                    || (kind == ItemKind::Test && matches!(found, TokenKind::String | TokenKind::RawString))
            })
            .map(|index| match kind {
                ItemKind::Test => text::value(self.range(index).of(self.text)).into_owned(),
                _ => self.range(index).of(self.text).to_owned(),
            });
        let tokens =
            tokens.iter().map(|token| Token { kind: token.kind, start: token.start - from }).collect();
        let source = ItemSource::new(range.of(self.text), tokens);
        self.outline.items.push(OutlineItem { kind, name, range, source });
    }
}

/// The first token of an item behind its attributes. A keyword of an item ends an attribute that was never closed.
pub(crate) fn first_token(source: &ItemSource) -> Option<usize> {
    let (mut depth, mut is_attribute) = (0_u32, false);
    source.tokens().iter().position(|token| match token.kind {
        kind if kind.is_trivia() => false,
        TokenKind::Hash if depth == 0 => {
            is_attribute = true;
            false
        }
        TokenKind::LBracket if depth > 0 || is_attribute => {
            is_attribute = false;
            depth += 1;
            false
        }
        TokenKind::RBracket if depth > 0 => {
            depth -= 1;
            false
        }
        kind => depth == 0 || kind.is_item_keyword(),
    })
}

/// What is wrong with the text of an [`ItemKind::Error`] item.
pub(crate) fn error_item(source: &ItemSource) -> Diagnostic<TextRange> {
    const WORDS: [&str; 11] =
        ["use", "const", "struct", "enum", "fn", "interface", "component", "service", "app", "test", "rule"];
    let index = first_token(source).unwrap_or(0);
    let range = source.token_range(index);
    let word = range.of(source.text());
    let kind = source.tokens()[index].kind;
    // A text of several lines does not fit into a message.
    let shown = if word.contains('\n') { kind.to_string() } else { format!("`{word}`") };
    let error = match kind {
        TokenKind::RBrace | TokenKind::RParen | TokenKind::RBracket => {
            Diagnostic::new(Code::UnclosedDelimiter, range, format!("{kind} closes nothing"))
                .label("no delimiter is open here")
        }
        TokenKind::Semicolon => Diagnostic::new(Code::UnexpectedToken, range, "this `;` ends nothing").fix(
            "remove the `;`",
            range,
            "",
            Applicability::MachineApplicable,
        ),
        TokenKind::Error => {
            Diagnostic::new(Code::InvalidCharacter, range, format!("`{word}` is not part of the language"))
        }
        kind if kind.is_member_keyword() => Diagnostic::new(
            Code::UnexpectedToken,
            range,
            format!("`{word}` belongs into a component, service, app or test"),
        )
        .label("outside of every item"),
        _ => Diagnostic::new(Code::UnexpectedToken, range, format!("expected an item, found {shown}"))
            .help("a file consists of `use`, `const`, `struct`, `enum`, `fn`, `interface`, `component`, `service`, `app`, `test` and `rule`"),
    };
    match did_you_mean(word, WORDS) {
        Some(meant) if kind == TokenKind::Ident => {
            error.fix(format!("replace it by `{meant}`"), range, meant, Applicability::MaybeIncorrect)
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests;
