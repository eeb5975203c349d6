//! The first tokens of items, members and fields: keywords and names, and what is written in their place.
//!
//! Must not know: expressions, but for the keywords that are names there.

use ci_base::{Applicability, Code, Diagnostic, TextRange, did_you_mean};

use super::{Balancer, Open, Role};
use crate::token::TokenKind as T;

impl Balancer<'_> {
    // ---- Outside of every delimiter: the item's keyword and name ----

    pub(super) fn outside(&mut self, kind: T) {
        if self.item != T::Error {
            match kind {
                T::LBrace if self.item == T::Fn && !self.previous().opens_result() => {
                    self.open(Role::Block, T::RBrace, T::BodyClose, T::BodyOpen);
                }
                T::LBrace if !matches!(self.item, T::Fn | T::Use | T::Const) => {
                    // A second body: the item should have ended.
                    self.skip_group();
                }
                _ => self.inside(kind),
            }
            return;
        }
        match kind {
            T::Hash => self.attribute_start(),
            kind if kind.is_item_keyword() => {
                self.item = kind;
                self.attribute = None;
                self.take(kind);
                match kind {
                    T::Use => {}
                    T::Const => self.declared_name(),
                    T::Fn => {
                        self.declared_name();
                        if self.peek() != Some(T::LParen) {
                            let error =
                                self.expected_next("`(`").fix_here("insert `()`", "()", self.previous_end());
                            self.report(error);
                            self.insert(T::LParen);
                            self.insert(T::RParen);
                        }
                    }
                    T::Test => {
                        self.title();
                        self.body();
                    }
                    T::Rule => {
                        if self.peek() == Some(T::For) {
                            self.missing_name();
                        } else {
                            self.declared_name();
                        }
                        self.subject();
                        self.body();
                    }
                    _ => {
                        self.declared_name();
                        self.body();
                    }
                }
            }
            _ => self.at += 1,
        }
    }

    /// The name of a test: a text.
    fn title(&mut self) {
        match self.peek() {
            Some(T::String | T::RawString) => {
                self.skip_trivia();
                self.check_escapes(self.tokens[self.at].kind);
                self.take(T::String);
            }
            Some(T::Ident) => {
                self.skip_trivia();
                let range = self.range(self.at);
                let name = range.of(self.text).to_owned();
                self.report(
                    Diagnostic::new(Code::UnexpectedToken, range, "the name of a test is a text")
                        .help("say in words what holds")
                        .fix(
                            "put it in quotes",
                            range,
                            format!("\"{name}\""),
                            Applicability::MachineApplicable,
                        ),
                );
                self.take(T::Ident);
            }
            _ => {
                let error = self.expected_next("what the test shows, as a text");
                self.report(error.help("write `test \"the worker cannot delete orders\" { … }`"));
                self.insert(T::Ident);
            }
        }
        self.newline = false;
    }

    /// What a rule is for: `for name: Type`.
    fn subject(&mut self) {
        if self.peek() != Some(T::For) {
            let error = self.expected_next("`for`");
            self.report(
                error.help("a rule says what it is for: `rule name for bucket: aws::s3::Bucket { … }`"),
            );
            for kind in [T::For, T::Ident, T::Colon, T::Missing] {
                self.insert(kind);
            }
            return;
        }
        self.skip_trivia();
        self.take(T::For);
        self.declared_name();
        if self.peek() == Some(T::Colon) {
            self.skip_trivia();
            self.take(T::Colon);
        } else {
            let error = self.expected_next("`:` and a resource type");
            self.report(error);
            self.insert(T::Colon);
        }
        let before = self.out.tokens.len();
        while let Some(kind @ (T::Ident | T::ColonColon | T::Crate | T::SelfKw | T::Super)) = self.peek() {
            // Two names in a row are one too many.
            if kind != T::ColonColon && self.out.tokens.len() > before && self.previous() != T::ColonColon {
                break;
            }
            self.skip_trivia();
            self.take(kind);
        }
        if self.out.tokens.len() == before {
            let error = self.expected_next("a resource type");
            self.report(error);
            self.insert(T::Missing);
        } else if self.previous() == T::ColonColon {
            let error = self.expected_next("a name after `::`");
            self.report(error);
            self.insert(T::Ident);
        }
        self.newline = false;
    }

    /// Skips a `{…}`.
    fn skip_group(&mut self) {
        let mut depth = 0_u32;
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                T::LBrace | T::LParen | T::LBracket => depth += 1,
                T::RBrace | T::RParen | T::RBracket => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// The `{` of an item, put in where it is missing.
    pub(super) fn body(&mut self) {
        let role = match self.item {
            T::Struct | T::Enum | T::Interface => Role::Fields,
            _ => Role::Members,
        };
        if self.peek() == Some(T::LBrace) {
            self.skip_trivia();
            self.open(role, T::RBrace, T::BodyClose, T::BodyOpen);
        } else {
            let error = self.expected_next("`{`").fix_here("insert ` {`", " {", self.previous_end());
            self.report(error);
            self.damaged = true;
            let at = TextRange::empty(self.previous_end());
            self.emit(T::BodyOpen, at);
            let indentation = self.indentation(at.start);
            self.open.push(Open { role, closer: T::RBrace, emit: T::BodyClose, range: at, indentation });
        }
    }

    /// The kind of the token at or after the current one.
    pub(super) fn peek(&self) -> Option<T> {
        match self.tokens.get(self.at) {
            Some(token) if !token.kind.is_trivia() => Some(token.kind),
            Some(_) => self.next_kind(self.at),
            None => None,
        }
    }

    pub(super) fn skip_trivia(&mut self) {
        while self.tokens.get(self.at).is_some_and(|token| token.kind.is_trivia()) {
            self.newline |= self.tokens[self.at].kind == T::Newline;
            self.at += 1;
        }
    }

    /// Like [`Self::expected`], of the token after white space.
    pub(super) fn expected_next(&self, what: &str) -> Diagnostic<TextRange> {
        let index = match self.tokens.get(self.at) {
            Some(token) if token.kind.is_trivia() => self.next(self.at).map(|(index, ..)| index),
            Some(_) => Some(self.at),
            None => None,
        };
        self.expected_at(what, index)
    }

    /// The name after a declaring keyword, which is the last token handed on.
    pub(super) fn declared_name(&mut self) {
        let Some((index, kind, newline)) = (match self.tokens.get(self.at) {
            Some(token) if !token.kind.is_trivia() => Some((self.at, token.kind, false)),
            Some(_) => self.next(self.at),
            None => None,
        }) else {
            return self.missing_name();
        };
        let range = self.range(index);
        match kind {
            T::Ident => self.at = index,
            kind if self.is_name_in_test(kind) => self.at = index,
            // What sets something going: where a name is expected it can be nothing else.
            T::On if !newline => self.at = index,
            T::Error if range.of(self.text).starts_with(char::is_alphabetic) => {
                self.at = index;
                self.invalid(range);
            }
            kind if kind.is_keyword() && (!newline || self.next_kind(index) == Some(T::LBrace)) => {
                let word = range.of(self.text);
                self.report(
                    Diagnostic::new(
                        Code::UnexpectedToken,
                        range,
                        format!("`{word}` is a keyword and cannot be a name here"),
                    )
                    .help(format!("choose another name, such as `{word}_`")),
                );
                self.at = index;
            }
            _ => return self.missing_name(),
        }
        self.take(T::Ident);
        self.newline = false;
    }

    /// Whether a keyword is a name because it stands in a test, which makes apps and declares none: `let app = Shop {};`.
    pub(super) fn is_name_in_test(&self, kind: T) -> bool {
        self.item == T::Test && !self.open.is_empty() && matches!(kind, T::App | T::Service | T::Component)
    }

    /// Whether `on` is a name because an operand starts there: in a statement it stands behind one.
    pub(super) fn is_operand(&self, kind: T) -> bool {
        kind == T::On
            && !self.open.is_empty()
            && !self.at_start()
            && !self.after_operand()
            && !matches!(self.previous(), T::Allow | T::Deny)
    }

    pub(super) fn missing_name(&mut self) {
        let keyword = self.previous();
        let error = self.expected_next(&format!("a name after {keyword}"));
        self.report(error);
        self.insert(T::Ident);
    }

    pub(super) fn attribute_start(&mut self) {
        if self.next_kind(self.at) != Some(T::LBracket) {
            let range = self.range(self.at);
            self.report(
                Diagnostic::new(Code::UnexpectedToken, range, "expected `[` after `#`")
                    .help("an attribute is written `#[name]` or `#[name(argument)]`"),
            );
            self.at += 1;
            return;
        }
        let from = self.out.tokens.len();
        self.attribute = self.attribute.or(Some(from));
        self.take(T::Hash);
        self.skip_trivia();
        self.open(Role::Attribute, T::RBracket, T::RBracket, T::LBracket);
    }

    pub(super) fn misplaced_attribute(&mut self) {
        let start = self.range(self.at);
        self.at += 1;
        self.skip_trivia();
        let mut end = start;
        if self.tokens.get(self.at).is_some_and(|token| token.kind == T::LBracket) {
            let mut depth = 0_u32;
            while let Some(token) = self.tokens.get(self.at) {
                match token.kind {
                    T::LBracket => depth += 1,
                    T::RBracket => depth -= 1,
                    T::RBrace | T::Semicolon => break,
                    _ => {}
                }
                end = self.range(self.at);
                self.at += 1;
                if depth == 0 {
                    break;
                }
            }
        }
        self.report(
            Diagnostic::new(Code::MisplacedAttribute, start.cover(end), "an attribute cannot stand here")
                .help("put it before an item, a member, a field or a variant"),
        );
    }

    /// The first token of a member.
    pub(super) fn member(&mut self, kind: T) {
        match kind {
            T::Hash => self.attribute_start(),
            T::Assert | T::Require => {
                self.attribute = None;
                self.member = kind;
                self.take(kind);
            }
            kind if kind.is_member_keyword() => {
                (self.attribute, self.lost_brace) = (None, false);
                self.member = kind;
                self.take(kind);
                self.declared_name();
                if kind == T::Environment && self.peek() != Some(T::LBrace) {
                    let error = self.expected_next("`{`");
                    self.report(error);
                    self.insert(T::LBrace);
                    self.insert(T::RBrace);
                    self.skip();
                    self.insert(T::End);
                    if self.peek() == Some(T::Semicolon) {
                        self.skip_trivia();
                        self.at += 1;
                    }
                    self.new_member();
                }
            }
            T::Ident => self.unknown_member(),
            _ => {
                let range = self.range(self.at);
                let mut error = Diagnostic::new(
                    Code::UnexpectedToken,
                    range,
                    format!("expected a member, found {}", self.found()),
                );
                error = if kind.is_item_keyword() {
                    error.help("items stand beside each other, not inside one another")
                } else {
                    error.help(self.members())
                };
                self.report(error);
                self.bad_member();
            }
        }
    }

    /// What members there are in an item like this one.
    fn members(&self) -> &'static str {
        match self.item {
            T::Test => "a test consists of `let` and `assert`",
            T::Rule => "a rule consists of `let` and `require`",
            _ => {
                "members are `input`, `param`, `let`, `needs`, `provides`, `output`, `capability`, `assert` and `environment`"
            }
        }
    }

    /// A member that starts with a name: a misspelt keyword, or `let` was forgotten.
    pub(super) fn unknown_member(&mut self) {
        const UNIT: &[&str] =
            &["input", "param", "let", "needs", "provides", "output", "capability", "assert", "environment"];
        let words = match self.item {
            T::Test => &["let", "assert"],
            T::Rule => &["let", "require"],
            _ => UNIT,
        };
        let range = self.range(self.at);
        let word = range.of(self.text).to_owned();
        let next = self.next_kind(self.at);
        if matches!(next, Some(T::Equal | T::Colon)) {
            let error =
                Diagnostic::new(Code::UnexpectedToken, range, format!("expected a member, found `{word}`"))
                    .help("a name for a value is introduced with `let`")
                    .fix(
                        "insert `let`",
                        TextRange::empty(range.start),
                        "let ",
                        Applicability::MaybeIncorrect,
                    );
            if !self.lost_brace {
                self.report(error);
            }
            self.attribute = None;
            self.emit(T::Let, TextRange::empty(range.start));
            self.take(T::Ident);
            return;
        }
        let meant = did_you_mean(&word, words.iter().copied());
        let mut error =
            Diagnostic::new(Code::UnexpectedToken, range, format!("expected a member, found `{word}`"));
        error = match meant {
            Some(meant) => error.help(format!("did you mean `{meant}`?")).fix(
                format!("replace it by `{meant}`"),
                range,
                meant,
                Applicability::MaybeIncorrect,
            ),
            None => error.help(self.members()),
        };
        self.report(error);
        let keyword = match meant {
            Some("input") => T::Input,
            Some("param") => T::Param,
            Some("let") => T::Let,
            Some("needs") => T::Needs,
            Some("provides") => T::Provides,
            Some("output") => T::Output,
            Some("capability") => T::Capability,
            _ => return self.bad_member(),
        };
        if next == Some(T::Ident) {
            self.attribute = None;
            self.take(keyword);
            self.declared_name();
        } else {
            self.bad_member();
        }
    }

    /// Skips what should have been a member and leaves one token in its place.
    pub(super) fn bad_member(&mut self) {
        if let Some(from) = self.attribute.take() {
            self.out.tokens.truncate(from);
        }
        let start = self.tokens[self.at].start;
        let first = self.at;
        self.skip();
        if self.at == first {
            self.at += 1;
        }
        let mut end = self.range(self.at - 1).end;
        if self.tokens.get(self.at).is_some_and(|token| matches!(token.kind, T::Semicolon | T::Comma)) {
            end = self.range(self.at).end;
            self.at += 1;
        }
        let text = TextRange::new(start, end).of(self.text).trim_end();
        self.emit(T::Missing, TextRange::new(start, start + text.len() as u32));
        self.insert(T::End);
        self.new_member();
    }

    /// The first token of a field or variant.
    pub(super) fn field(&mut self, kind: T) {
        match kind {
            T::Hash => self.attribute_start(),
            T::Ident => {
                self.attribute = None;
                self.take(T::Ident);
            }
            kind if kind.is_keyword()
                && matches!(
                    self.next_kind(self.at),
                    Some(T::Equal | T::Comma | T::Semicolon | T::RBrace)
                ) =>
            {
                self.attribute = None;
                self.take(T::Ident);
            }
            T::Error if self.token_text(self.at).starts_with(char::is_alphabetic) => {
                self.attribute = None;
                self.invalid(self.range(self.at));
                self.take(T::Ident);
            }
            _ => {
                let what = if self.item == T::Enum { "a variant" } else { "a field" };
                let range = self.range(self.at);
                self.report(Diagnostic::new(
                    Code::UnexpectedToken,
                    range,
                    format!("expected {what}, found {}", self.found()),
                ));
                self.bad_member();
            }
        }
    }
}

/// Adding a fix that inserts text.
trait FixHere {
    fn fix_here(self, title: &str, text: &str, at: u32) -> Self;
}

impl FixHere for Diagnostic<TextRange> {
    fn fix_here(self, title: &str, text: &str, at: u32) -> Self {
        self.fix(title, TextRange::empty(at), text, Applicability::MaybeIncorrect)
    }
}
