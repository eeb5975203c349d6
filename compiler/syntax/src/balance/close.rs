//! Closing delimiters and separators: what they end, and what was left open before them.
//!
//! Must not know: what starts a member or an expression.

use ci_base::{Applicability, Code, Diagnostic, TextRange};

use super::{Balancer, Role};
use crate::token::{Token, TokenKind as T};

/// Whether every delimiter has its partner.
pub(super) fn is_balanced(tokens: &[Token]) -> bool {
    let mut open = Vec::new();
    for token in tokens {
        let closer = match token.kind {
            T::LBrace => T::RBrace,
            T::LParen => T::RParen,
            T::LBracket => T::RBracket,
            T::StringHead => T::StringTail,
            T::RBrace | T::RParen | T::RBracket | T::StringTail => {
                if open.pop() != Some(token.kind) {
                    return false;
                }
                continue;
            }
            T::UnterminatedTail => return false,
            _ => continue,
        };
        open.push(closer);
    }
    open.is_empty()
}

impl Balancer<'_> {
    /// Closes the innermost delimiter, which was never closed.
    pub(super) fn unclosed(&mut self) {
        let Some(open) = self.open.last() else { return };
        let (range, role, emit) = (open.range, open.role, open.emit);
        let end = TextRange::empty(self.previous_end());
        let error = if let Role::Interpolation { .. } = role {
            Diagnostic::new(Code::UnterminatedString, range, "this interpolation is not closed")
                .label("the string starts here")
                .also(end, "expected `}` before this point")
        } else {
            let kind = match open.closer {
                T::RParen => T::LParen,
                T::RBracket => T::LBracket,
                _ => T::LBrace,
            };
            let mut error =
                Diagnostic::new(Code::UnclosedDelimiter, range, format!("this {kind} is not closed"))
                    .label(format!("no {} closes it", open.closer));
            if !end.is_empty() || end.start > range.end {
                error = error.also(end, format!("expected {} by here", open.closer));
            }
            error
        };
        if !range.is_empty() {
            self.report(error);
            self.out.repairs.push(end.start);
        }
        self.before_close(role);
        self.insert(emit);
        self.pop();
    }

    pub(super) fn pop(&mut self) {
        self.open.pop();
        let depth = self.open.len();
        while self.heads.last().is_some_and(|head| head.depth > depth) {
            self.heads.pop();
        }
    }

    /// What has to be complete before a delimiter closes.
    pub(super) fn before_close(&mut self, role: Role) {
        if matches!(role, Role::Members | Role::Fields) {
            self.drop_attribute();
        }
        self.heads.retain(|head| head.depth < self.open.len());
        let before = self.out.errors.len();
        if matches!(role, Role::Block) && matches!(self.previous(), T::BlockOpen | T::BodyOpen | T::Semicolon)
        {
            let error = self.expected("an expression").label("a block ends with its value");
            self.report(error);
            self.insert(T::Missing);
        } else if role == (Role::Index) && self.previous() == T::LBracket {
            let error = self.expected("an index");
            self.report(error);
            self.insert(T::Missing);
        }
        self.fill_operand();
        match role {
            Role::Members if !self.at_start() => {
                if self.member == T::Environment || self.out.errors.len() > before {
                    self.insert(T::End);
                } else {
                    self.separate(T::End, ";");
                }
                self.new_member();
            }
            Role::Fields if !self.at_start() => {
                self.insert(T::End);
                self.new_member();
            }
            _ => {}
        }
    }

    /// Takes back attributes that nothing follows.
    pub(super) fn drop_attribute(&mut self) {
        let Some(from) = self.attribute.take() else { return };
        let start = self.out.tokens.get(from).map_or(0, |token| token.0);
        let range = TextRange::new(start, self.previous_end());
        self.report(
            Diagnostic::new(Code::MisplacedAttribute, range, "this attribute belongs to nothing")
                .help("put it before an item or a member"),
        );
        self.out.tokens.truncate(from);
    }

    /// `)`, `]` and `}`.
    pub(super) fn close(&mut self, kind: T) {
        let range = self.range(self.at);
        let mut found = self.open.iter().rposition(|open| open.closer == kind);
        if self.damaged && self.newline {
            // On a line of its own it belongs to the line with its indentation.
            let column = self.indentation(range.start);
            let aligned =
                self.open.iter().rposition(|open| open.closer == kind && open.indentation == column);
            found = aligned.or(found);
        }
        // The outline has decided which brace closes the item.
        let braced = self.open.first().is_some_and(|open| open.emit == T::BodyClose);
        if found == Some(0) && braced && kind == T::RBrace && self.at != self.last {
            found = None;
        } else if braced && kind == T::RBrace && self.at == self.last && self.damaged {
            let column = self.indentation(range.start);
            if self.newline && self.open.first().is_some_and(|open| open.indentation == column) {
                found = Some(0);
            }
        }
        let Some(found) = found else {
            self.at += 1;
            if std::mem::take(&mut self.lost_brace) {
                return;
            }
            self.report(
                Diagnostic::new(Code::UnclosedDelimiter, range, format!("{kind} closes nothing"))
                    .label("no delimiter is open that it could close")
                    .fix(format!("remove {kind}"), range, "", Applicability::MaybeIncorrect),
            );
            return;
        };
        while self.open.len() > found + 1 {
            self.unclosed();
        }
        let (role, emit) = (self.open[found].role, self.open[found].emit);
        self.before_close(role);
        self.take(emit);
        self.pop();
        if role == Role::Attribute {
            return;
        }
        if self.role() == Some(Role::Members) && self.member == T::Environment && kind == T::RBrace {
            self.insert(T::End);
            self.new_member();
        }
    }

    /// A string in plain quotes ends with its line, and so does what is open inside it.
    pub(super) fn end_strings(&mut self) {
        let single = Role::Interpolation { multi_line: false };
        while self.open.iter().any(|open| open.role == single) {
            self.unclosed();
        }
    }

    /// The text between or after interpolations.
    pub(super) fn string_part(&mut self, kind: T) {
        let Some(found) = self.open.iter().rposition(|open| matches!(open.role, Role::Interpolation { .. }))
        else {
            let range = self.range(self.at);
            self.report(Diagnostic::new(Code::UnterminatedString, range, "this text belongs to no string"));
            self.at += 1;
            return;
        };
        while self.open.len() > found + 1 {
            self.unclosed();
        }
        self.fill_operand();
        self.check_escapes(kind);
        if kind == T::StringMiddle {
            self.take(T::StringMiddle);
            self.dynamic_reference();
        } else {
            if kind == T::UnterminatedTail {
                self.unterminated(self.open[found].range);
            }
            self.take(T::StringTail);
            if kind == T::UnterminatedTail {
                self.reported = Some(self.previous_end());
            }
            self.pop();
        }
    }

    pub(super) fn unterminated(&mut self, start: TextRange) {
        let end = self.range(self.at).end;
        let quote = if start.of(self.text).starts_with('r') {
            "its `\"` and as many `#` as it starts with"
        } else if start.of(self.text).starts_with("\"\"\"") {
            "`\"\"\"`"
        } else {
            "`\"`"
        };
        let mut error = Diagnostic::new(Code::UnterminatedString, start, "this string is not closed")
            .also(TextRange::empty(end), format!("expected {quote} by here"));
        if quote == "`\"`" {
            error = error.help("a string that spans lines is written between `\"\"\"`");
        }
        self.report(error);
    }

    /// `,` and `;`.
    pub(super) fn separator(&mut self, kind: T) {
        if self.damaged && kind == T::Semicolon {
            // A `;` inside a list or record ends the member: what is open there was forgotten, unless it goes on.
            let ends = self.next(self.at).is_none_or(|(_, next, _)| next.is_member_keyword());
            let members = self.open.iter().rposition(|open| open.role == Role::Members);
            if let Some(members) = members
                && ends
                && !self.open[members..].iter().any(|open| open.role == Role::Block)
            {
                while self.open.len() > members + 1 {
                    self.unclosed();
                }
            }
        }
        let depth = self.open.len();
        self.heads.retain(|head| head.depth != depth);
        if matches!(self.role(), None | Some(Role::Members | Role::Fields)) {
            self.drop_attribute();
        }
        self.fill_operand();
        let range = self.range(self.at);
        match self.role() {
            None if kind == T::Semicolon && matches!(self.item, T::Use | T::Const) => self.take(T::End),
            Some(Role::Members) => {
                if self.at_start() {
                    self.unneeded(kind);
                } else if kind == T::Comma
                    && (matches!(self.member, T::Assert | T::Require) || (self.angles > 0 && self.in_type))
                {
                    self.take(T::Comma);
                } else {
                    if kind == T::Comma && !self.lost_brace {
                        self.replaced(range, "`;` ends a member", ";");
                    }
                    self.lost_brace = kind == T::Comma;
                    self.take(T::End);
                    self.new_member();
                }
            }
            Some(Role::Fields) => {
                if self.at_start() {
                    self.unneeded(kind);
                } else if kind == T::Comma && self.angles > 0 && self.in_type {
                    self.take(T::Comma);
                } else {
                    self.take(T::End);
                    self.new_member();
                }
            }
            Some(role) if role.has_commas() && (self.previous() == T::Comma || self.at_opener()) => {
                self.unneeded(kind);
            }
            Some(role) if kind == T::Semicolon && role.has_commas() => {
                self.replaced(range, "`,` separates these", ",");
                self.take(T::Comma);
            }
            Some(Role::Parentheses | Role::Index | Role::Interpolation { .. } | Role::Attribute)
                if kind == T::Semicolon =>
            {
                self.unneeded(kind);
            }
            _ => self.take(kind),
        }
    }

    pub(super) fn unneeded(&mut self, kind: T) {
        let range = self.range(self.at);
        self.at += 1;
        self.report(
            Diagnostic::new(Code::UnexpectedToken, range, format!("nothing stands before this {kind}")).fix(
                format!("remove {kind}"),
                range,
                "",
                Applicability::MachineApplicable,
            ),
        );
    }

    pub(super) fn replaced(&mut self, range: TextRange, message: &str, by: &str) {
        let message = format!("{message}, found `{}`", range.of(self.text));
        self.report(Diagnostic::new(Code::UnexpectedToken, range, message).fix(
            format!("write `{by}`"),
            range,
            by,
            Applicability::MachineApplicable,
        ));
    }
}
