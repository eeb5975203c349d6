//! Text that is no token, and the text inside strings.
//!
//! Must not know: what stands around it.

use ci_base::{Applicability, Code, Diagnostic, TextRange};

use super::Balancer;
use crate::text::{TextError, escape_errors};
use crate::token::TokenKind as T;

impl Balancer<'_> {
    /// An [`T::Error`] token: a name with foreign letters stands for a name, anything else for nothing.
    pub(super) fn invalid_text(&mut self) {
        let range = self.range(self.at);
        self.invalid(range);
        if range.of(self.text).starts_with(char::is_alphabetic) && !self.after_operand() {
            self.take(T::Ident);
        } else if self.after_operand() {
            self.at += 1;
        } else {
            self.take(T::Missing);
        }
    }

    pub(super) fn invalid(&mut self, range: TextRange) {
        let text = range.of(self.text);
        let error = |message: String| Diagnostic::new(Code::InvalidCharacter, range, message);
        let error = if text.starts_with(char::is_alphabetic) {
            error(format!("`{text}` is not a name")).help("names are made of ASCII letters, digits and `_`")
        } else if let Some(quoted) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
            error("strings are written in double quotes".to_owned()).fix(
                "use double quotes",
                range,
                format!("\"{quoted}\""),
                Applicability::MaybeIncorrect,
            )
        } else if text == "&" {
            error("`&` is not an operator".to_owned()).help("`&&` means \"and\"")
        } else {
            error(format!("`{text}` is not part of the language"))
        };
        self.report(error);
    }

    /// Whether the last token is the name of a field and the current one its value, with nothing in between.
    pub(super) fn lacks_colon(&self) -> bool {
        let mut back = self.out.tokens.iter().rev().map(|token| token.1);
        let named = back.next() == Some(T::Ident) && matches!(back.next(), Some(T::LBrace | T::Comma));
        named && !self.newline && self.next_kind(self.at) != Some(T::Colon)
    }

    /// Reports the escapes of a string token that mean nothing.
    pub(super) fn check_escapes(&mut self, kind: T) {
        let range = self.range(self.at);
        let written = range.of(self.text);
        if !written.as_bytes()[1..].iter().any(|byte| matches!(byte, b'\\' | b'}')) {
            return;
        }
        let (opening, closing) = match kind {
            T::String | T::StringHead | T::UnterminatedString => {
                let quotes = if written.starts_with("\"\"\"") && written.len() >= 3 { 3 } else { 1 };
                let closing = match kind {
                    T::String => quotes,
                    T::StringHead => 1,
                    _ => 0,
                };
                (quotes, closing)
            }
            T::StringMiddle => (1, 1),
            _ => (1, 0),
        };
        let end = written.len().saturating_sub(closing);
        let Some(inner) = written.get(opening..end.max(opening)) else { return };
        let base = range.start + opening as u32;
        let errors = &mut self.out.errors;
        escape_errors(inner, |what, at| {
            let at = at.shifted(base);
            errors.push(match what {
                TextError::Escape => Diagnostic::new(
                    Code::InvalidEscape,
                    at,
                    format!("unknown escape `{}`", at.of(self.text).trim_end()),
                )
                .help("the escapes are `\\\"`, `\\\\`, `\\n`, `\\r`, `\\t`, `\\0`, `\\{`, `\\}` and `\\u{…}`")
                .fix(
                    "write a backslash",
                    TextRange::empty(at.start),
                    "\\",
                    Applicability::MaybeIncorrect,
                ),
                TextError::Brace => {
                    Diagnostic::new(Code::InvalidEscape, at, "this `}` closes no interpolation")
                        .help("write `\\}` for the character itself")
                        .fix(
                            "write `\\}`",
                            TextRange::empty(at.start),
                            "\\",
                            Applicability::MachineApplicable,
                        )
                }
            });
        });
    }
}
