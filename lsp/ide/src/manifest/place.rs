//! What stands at a place of a manifest: a table, a key or a value, and the keys that lead there. Read from the words of
//! TOML alone, since where somebody types there is no document yet.
//!
//! Must not know: what may stand in a manifest.

use ci_base::TextRange;
use toml_parser::Source;
use toml_parser::lexer::{Token, TokenKind};

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A part of the name of a table, between brackets at the start of a line.
    Table,
    /// A part of a key.
    Key,
    /// A value, or one of a list.
    Value,
    /// Nothing can stand there: the table or the value is whole.
    Nothing,
}

/// A word of a manifest, or the place for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub role: Role,
    /// The keys that lead to it: without itself where it is one.
    pub path: Vec<&'a str>,
    /// The word, without quotes.
    pub text: &'a str,
    /// Where it stands, quotes included; empty where there is none yet.
    pub range: TextRange,
    /// The same without quotes.
    pub inside: TextRange,
    /// Whether it is one of a list.
    pub in_list: bool,
}

/// What was opened and is not closed.
enum Open {
    List,
    /// A table in braces, with the number of keys that lead to it.
    Braces(usize),
}

/// Reads word by word.
struct Reader<'a> {
    text: &'a str,
    role: Role,
    /// The keys of the table whose head was read last.
    table: Vec<&'a str>,
    /// The keys since then.
    keys: Vec<&'a str>,
    /// A key that may go on.
    pending: Option<&'a str>,
    open: Vec<Open>,
    starts_line: bool,
}

/// Every word of a manifest that is whole.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut reader = Reader::new(text);
    let mut found = Vec::new();
    for token in Source::new(text).lex() {
        if is_word(token.kind()) {
            found.push(reader.word(token));
        }
        reader.take(token);
    }
    found
}

/// What an offset touches, or what may stand there. Nothing in a comment.
pub(super) fn word_at(text: &str, offset: u32) -> Option<Word<'_>> {
    let mut reader = Reader::new(text);
    for token in Source::new(text).lex() {
        let (start, end) = (token.span().start() as u32, token.span().end() as u32);
        if is_word(token.kind()) && start <= offset && offset <= end {
            return Some(reader.word(token));
        }
        if token.kind() == TokenKind::Comment && start < offset && offset <= end {
            return None;
        }
        if start >= offset {
            // A word that starts here is touched.
            let is_next = is_word(token.kind()) && start == offset;
            return Some(if is_next { reader.word(token) } else { reader.gap(offset) });
        }
        reader.take(token);
    }
    Some(reader.gap(offset))
}

fn is_word(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Atom
            | TokenKind::BasicString
            | TokenKind::LiteralString
            | TokenKind::MlBasicString
            | TokenKind::MlLiteralString
    )
}

/// The text of a word between its quotes. One that is not closed ends with its line.
fn inside(text: &str, range: TextRange) -> TextRange {
    let word = range.of(text);
    let Some(quote) = word.chars().next().filter(|first| matches!(first, '"' | '\'')) else { return range };
    let triple = [quote; 3].iter().collect::<String>();
    let length = if word.starts_with(&triple) && word.len() > 2 { 3 } else { 1 };
    let is_closed = word.len() >= 2 * length && word.ends_with(&triple[..length]);
    let end = range.end - if is_closed { length as u32 } else { 0 };
    TextRange::new(range.start + length as u32, end)
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        let (table, keys, open) = (Vec::new(), Vec::new(), Vec::new());
        Self { text, role: Role::Key, table, keys, pending: None, open, starts_line: true }
    }

    fn path(&self) -> Vec<&'a str> {
        self.table.iter().chain(&self.keys).copied().collect()
    }

    fn word(&self, token: Token) -> Word<'a> {
        let range = TextRange::new(token.span().start() as u32, token.span().end() as u32);
        let inside = inside(self.text, range);
        let text = inside.of(self.text);
        Word { role: self.role, text, range, inside, ..self.gap(range.start) }
    }

    fn gap(&self, offset: u32) -> Word<'a> {
        // Behind a word of a name no other can stand.
        let role = if self.pending.is_some() { Role::Nothing } else { self.role };
        Word {
            role,
            path: self.path(),
            text: "",
            range: TextRange::empty(offset),
            inside: TextRange::empty(offset),
            in_list: matches!(self.open.last(), Some(Open::List)),
        }
    }

    fn take(&mut self, token: Token) {
        let kind = token.kind();
        let starts_line = std::mem::replace(&mut self.starts_line, kind == TokenKind::Newline);
        match kind {
            TokenKind::Whitespace => self.starts_line = starts_line,
            TokenKind::Newline => self.end_line(),
            // A list that was not closed ends where a table begins: lists of lists are in no manifest.
            TokenKind::LeftSquareBracket
                if starts_line || (self.role == Role::Table && self.table.is_empty()) =>
            {
                self.open.clear();
                self.keys.clear();
                self.table.clear();
                self.pending = None;
                self.role = Role::Table;
            }
            _ if is_word(kind) => match self.role {
                Role::Value => self.role = Role::Nothing,
                Role::Nothing => {}
                Role::Table | Role::Key => self.pending = Some(self.word(token).text),
            },
            TokenKind::Dot => match self.role {
                Role::Table => self.table.extend(self.pending.take()),
                Role::Key => self.keys.extend(self.pending.take()),
                Role::Value | Role::Nothing => {}
            },
            TokenKind::Equals if self.role == Role::Key => {
                self.keys.extend(self.pending.take());
                self.role = Role::Value;
            }
            TokenKind::RightSquareBracket if self.role == Role::Table => {
                self.table.extend(self.pending.take());
                self.role = Role::Nothing;
            }
            TokenKind::RightSquareBracket => self.close(),
            TokenKind::LeftSquareBracket => self.open.push(Open::List),
            TokenKind::LeftCurlyBracket => {
                self.open.push(Open::Braces(self.keys.len()));
                self.role = Role::Key;
            }
            TokenKind::RightCurlyBracket => self.close(),
            TokenKind::Comma => match self.open.last() {
                Some(Open::Braces(keys)) => {
                    self.keys.truncate(*keys);
                    self.pending = None;
                    self.role = Role::Key;
                }
                Some(Open::List) => self.role = Role::Value,
                None => {}
            },
            _ => {}
        }
    }

    fn end_line(&mut self) {
        match self.role {
            Role::Table => {
                self.table.extend(self.pending.take());
                self.role = Role::Key;
            }
            _ if self.open.is_empty() => {
                self.keys.clear();
                self.pending = None;
                self.role = Role::Key;
            }
            _ => {}
        }
    }

    fn close(&mut self) {
        if let Some(Open::Braces(keys)) = self.open.pop() {
            self.keys.truncate(keys);
        }
        self.pending = None;
        self.role = Role::Nothing;
    }
}
