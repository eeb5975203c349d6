//! From the tokens of an item to the tokens the grammar reads: balanced, without trivia, and repaired.
//!
//! An LR parser that meets an error throws away what it has and searches for a place to go on. It is good at that
//! only if braces match. So this pass makes them match, and while it is at it repairs the mistakes that can be seen
//! from two neighbouring tokens: a missing separator, name, operand or `let`. Each repair is reported here, in its
//! own words; what the parser reports afterwards on the same line is dropped as a consequence.
//!
//! It also tells apart what looks the same: the braces of a record, of a block, of an item; the `;` that ends a
//! member; a keyword that is used as a name.
//!
//! Must not know: the tree. Its result is a function of the item's text.

mod check;
mod close;
mod dynamic;
mod kinds;
mod member;

use ci_base::{Applicability, Code, Diagnostic, TextRange};

use self::close::is_balanced;
use self::kinds::{ends_operand, is_infix, needs_operand, starts_operand};
use crate::source::ItemSource;
use crate::token::{Token, TokenKind as T};

/// How deep delimiters may nest.
pub(crate) const MAX_DEPTH: usize = 256;

/// A token for the parser: start, kind, end.
pub(crate) type Lexeme = (u32, T, u32);

/// How many tokens are handed on at a time.
const PIECE: usize = 4096;

/// What the parser reads, and what was wrong with it.
pub(crate) struct Balanced {
    pub tokens: Vec<Lexeme>,
    pub errors: Vec<Diagnostic<TextRange>>,
    /// Where the tokens were changed: the parser's own errors on these lines are consequences.
    pub repairs: Vec<u32>,
}

/// What an open delimiter encloses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The members of a component, service or app.
    Members,
    /// The fields of a struct or interface, the variants of an enum.
    Fields,
    /// A function's body, an `if`'s branch.
    Block,
    /// The arms of a `match`.
    Match,
    /// A record or a record type.
    Record,
    /// `a::{…}`
    Group,
    /// The arguments of a call or an attribute, the parameters of a function.
    Arguments,
    /// Parentheses around one expression.
    Parentheses,
    List,
    Index,
    Attribute,
    /// An interpolation; of a multi-line string or not.
    Interpolation {
        multi_line: bool,
    },
}

impl Role {
    /// Whether its elements stand between commas.
    fn has_commas(self) -> bool {
        matches!(self, Self::Match | Self::Record | Self::Group | Self::Arguments | Self::List)
    }
}

struct Open {
    role: Role,
    /// The token that closes it, as written, and as the grammar calls it.
    closer: T,
    emit: T,
    range: TextRange,
    /// The column of the first token of its line; only known where delimiters do not match.
    indentation: u32,
}

/// The `{` that an `if`, `match` or `for` waits for.
struct Head {
    keyword: T,
    depth: usize,
}

#[expect(clippy::struct_excessive_bools, reason = "what the walk has to remember")]
struct Balancer<'a> {
    source: &'a ItemSource,
    text: &'a str,
    tokens: &'a [Token],
    /// The current token.
    at: usize,
    /// The last token that is no trivia.
    last: usize,
    /// Whether a line starts with the current token.
    newline: bool,
    /// The keyword of the item.
    item: T,
    open: Vec<Open>,
    heads: Vec<Head>,
    /// The keyword of the current member.
    member: T,
    /// Inside the angle brackets of the type of a member or field.
    angles: u32,
    /// Between the `:` and the `=` of a member or field.
    in_type: bool,
    /// Whether the delimiters of the item do not match, so that indentation has to tell what was meant.
    damaged: bool,
    /// Whether members look like the entries of a record whose `{` is missing, which has been reported.
    lost_brace: bool,
    too_deep: bool,
    /// The end of what was there when something was last reported: a second report at this place is a consequence.
    reported: Option<u32>,
    /// Where in `out` the attributes start that wait for something to belong to.
    attribute: Option<usize>,
    out: Balanced,
    /// How many of the tokens in `out` have been handed on.
    handed_on: usize,
    hand_on: &'a mut dyn FnMut(&[Lexeme]),
}

/// Balances and repairs the tokens of an item. Hands them on piece by piece, each when nothing changes it any more, to
/// whoever wants to begin before all of them are there.
pub(crate) fn balance<'a>(source: &'a ItemSource, hand_on: &'a mut dyn FnMut(&[Lexeme])) -> Balanced {
    let tokens = source.tokens();
    let last = tokens.iter().rposition(|token| !token.kind.is_trivia()).unwrap_or(0);
    let read = tokens.iter().filter(|token| !token.kind.is_trivia()).count();
    let mut balancer = Balancer {
        source,
        text: source.text(),
        tokens,
        at: 0,
        last,
        newline: true,
        item: T::Error,
        open: Vec::new(),
        heads: Vec::new(),
        member: T::Let,
        angles: 0,
        in_type: false,
        damaged: !is_balanced(tokens),
        lost_brace: false,
        too_deep: false,
        reported: None,
        attribute: None,
        out: Balanced { tokens: Vec::with_capacity(read), errors: Vec::new(), repairs: Vec::new() },
        handed_on: 0,
        hand_on,
    };
    balancer.run();
    (balancer.hand_on)(&balancer.out.tokens[balancer.handed_on..]);
    balancer.out
}

impl Balancer<'_> {
    fn run(&mut self) {
        while self.at < self.tokens.len() {
            let kind = self.tokens[self.at].kind;
            if kind.is_trivia() {
                if kind == T::Newline || (kind == T::BlockComment && self.token_text(self.at).contains('\n'))
                {
                    self.newline = true;
                    self.end_strings();
                }
                self.at += 1;
                continue;
            }
            self.step();
            self.newline = false;
            if self.out.tokens.len() >= self.handed_on + PIECE {
                self.hand_piece_on();
            }
        }
        self.finish();
    }

    fn hand_piece_on(&mut self) {
        // Attributes that belong to nothing are taken back.
        let until = self.attribute.unwrap_or(self.out.tokens.len());
        (self.hand_on)(&self.out.tokens[self.handed_on..until]);
        self.handed_on = until;
    }

    // ---- Looking around ----

    fn range(&self, index: usize) -> TextRange {
        self.source.token_range(index)
    }

    fn token_text(&self, index: usize) -> &str {
        self.range(index).of(self.text)
    }

    /// The first token after this one that is no trivia, and whether it starts a line.
    fn next(&self, index: usize) -> Option<(usize, T, bool)> {
        let mut newline = false;
        for (at, token) in self.tokens.iter().enumerate().skip(index + 1) {
            if !token.kind.is_trivia() {
                return Some((at, token.kind, newline));
            }
            newline |= token.kind == T::Newline;
        }
        None
    }

    fn next_kind(&self, index: usize) -> Option<T> {
        self.next(index).map(|(_, kind, _)| kind)
    }

    /// The last token handed to the parser.
    fn previous(&self) -> T {
        self.out.tokens.last().map_or(T::End, |token| token.1)
    }

    fn previous_end(&self) -> u32 {
        self.out.tokens.last().map_or(0, |token| token.2)
    }

    fn role(&self) -> Option<Role> {
        self.open.last().map(|open| open.role)
    }

    /// Whether an operand is complete here. A `*` that ends a path is one, too.
    fn after_operand(&self) -> bool {
        let mut back = self.out.tokens.iter().rev();
        match back.next().map(|token| token.1) {
            Some(T::Star) => back.next().is_some_and(|token| token.1 == T::ColonColon),
            Some(T::RBracket) => self.attribute.is_none(),
            Some(kind) => ends_operand(kind),
            None => false,
        }
    }

    /// Whether an operand has to follow the last token.
    fn lacks_operand(&self) -> bool {
        let previous = self.previous();
        if previous == T::LParen {
            return self.role() == Some(Role::Parentheses);
        }
        needs_operand(previous) && !self.after_operand()
    }

    /// Whether nothing stands between the innermost opening delimiter and this place.
    fn at_opener(&self) -> bool {
        matches!(self.previous(), T::LBrace | T::LParen | T::LBracket | T::MatchOpen)
    }

    /// Whether a member, field or binding could start here.
    fn at_start(&self) -> bool {
        matches!(self.previous(), T::End | T::BodyOpen) || self.attribute.is_some()
    }

    /// The column of the first token of the line of this offset.
    fn indentation(&self, offset: u32) -> u32 {
        let before = &self.text[..offset as usize];
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = &self.text[line..];
        (rest.len() - rest.trim_start_matches([' ', '\t']).len()) as u32
    }

    // ---- Writing and reporting ----

    fn emit(&mut self, kind: T, range: TextRange) {
        self.out.tokens.push((range.start, kind, range.end));
    }

    /// Hands the current token on under this kind.
    fn take(&mut self, kind: T) {
        let range = self.range(self.at);
        self.emit(kind, range);
        self.at += 1;
    }

    /// Puts in a token of no width behind the last one.
    fn insert(&mut self, kind: T) {
        let end = self.previous_end();
        self.emit(kind, TextRange::empty(end));
    }

    fn report(&mut self, error: Diagnostic<TextRange>) {
        let at = error.primary.at;
        self.out.repairs.push(at.start);
        if !(at.is_empty() && self.reported == Some(at.start)) {
            self.out.errors.push(error);
        }
        self.reported = Some(self.previous_end());
    }

    /// How the current token reads in a message.
    fn found(&self) -> String {
        self.tokens.get(self.at).map(|token| found(token.kind, self.token_text(self.at))).unwrap_or_default()
    }

    /// "expected …, found …", at the end of what is there.
    fn expected(&self, what: &str) -> Diagnostic<TextRange> {
        self.expected_at(what, self.tokens.get(self.at).map(|_| self.at))
    }

    fn expected_at(&self, what: &str, index: Option<usize>) -> Diagnostic<TextRange> {
        let at = TextRange::empty(self.previous_end());
        let message = match index {
            Some(index) => {
                format!("expected {what}, found {}", found(self.tokens[index].kind, self.token_text(index)))
            }
            None => format!("expected {what}"),
        };
        Diagnostic::new(Code::UnexpectedToken, at, message)
    }

    fn fill_operand(&mut self) {
        if !self.lacks_operand() {
            return;
        }
        let is_type = match self.previous() {
            T::Colon => self.role() != Some(Role::Record),
            T::Arrow => true,
            _ => false,
        };
        let what = if is_type { "a type" } else { "an expression" };
        self.report(self.expected(what).label(format!("{what} is missing here")));
        self.insert(T::Missing);
    }

    /// Puts in a separator that was left out.
    fn separate(&mut self, kind: T, written: &str) {
        let at = TextRange::empty(self.previous_end());
        let error = self.expected(&format!("`{written}`")).label(format!("`{written}` is missing here")).fix(
            format!("insert `{written}`"),
            at,
            written,
            Applicability::MachineApplicable,
        );
        self.report(error);
        self.insert(kind);
    }

    // ---- The walk ----

    fn step(&mut self) {
        let kind = self.word();
        if self.newline && kind.is_member_keyword() {
            self.member_boundary(kind);
        }
        match kind {
            T::RBrace | T::RParen | T::RBracket => self.close(kind),
            T::StringMiddle | T::StringTail | T::UnterminatedTail => self.string_part(kind),
            T::Comma | T::Semicolon => self.separator(kind),
            _ => {
                if self.open.is_empty() {
                    self.outside(kind);
                } else {
                    self.inside(kind);
                }
            }
        }
    }

    /// The kind of the current token, a keyword that is used as a name taken as one.
    fn word(&self) -> T {
        let kind = self.tokens[self.at].kind;
        if !kind.is_keyword() {
            return kind;
        }
        if self.is_name_in_test(kind) || self.is_operand(kind) {
            return T::Ident;
        }
        let named = match self.previous() {
            T::Dot | T::QuestionDot | T::ColonColon => true,
            T::LBracket => self.role() == Some(Role::Attribute),
            _ => match self.role() {
                Some(Role::Group) => {
                    !matches!(kind, T::As | T::SelfKw | T::Crate | T::Super)
                        && matches!(self.next_kind(self.at), Some(T::Comma | T::RBrace))
                }
                Some(Role::Members) => {
                    !self.at_start() && self.next_kind(self.at) == Some(T::Colon) && !self.newline
                }
                _ => self.next_kind(self.at) == Some(T::Colon),
            },
        };
        if named { T::Ident } else { kind }
    }

    /// A member keyword at the start of a line: what is still open was forgotten, if indentation says so.
    fn member_boundary(&mut self, kind: T) {
        let follows = self.next(self.at).is_some_and(|(_, next, newline)| {
            !newline
                && (next == T::Ident
                    || (matches!(kind, T::Assert | T::Require) && next != T::Colon)
                    || next.is_keyword())
        });
        if !follows {
            return;
        }
        if self.damaged {
            let column = self.indentation(self.tokens[self.at].start);
            while self.open.last().is_some_and(|open| {
                !matches!(open.role, Role::Members) && self.open.len() > 1 && column <= open.indentation
            }) {
                self.unclosed();
            }
        }
        match self.role() {
            Some(Role::Members) => self.end_member(true),
            Some(Role::Block) if kind == T::Let => {
                self.fill_operand();
                if self.after_operand() {
                    self.separate(T::Semicolon, ";");
                }
            }
            _ => {}
        }
    }

    /// Ends the current member where its `;` is missing.
    fn end_member(&mut self, report: bool) {
        self.heads.clear();
        if self.at_start() {
            return;
        }
        let missing = self.lacks_operand();
        self.fill_operand();
        if report && !missing {
            self.separate(T::End, ";");
        } else {
            self.insert(T::End);
        }
        self.new_member();
    }

    fn new_member(&mut self) {
        (self.angles, self.in_type, self.member) = (0, false, T::Let);
    }

    // ---- Inside ----

    fn inside(&mut self, kind: T) {
        let role = self.role();
        if self.at_start() && self.attribute.is_none_or(|_| self.previous() == T::RBracket) {
            match role {
                Some(Role::Members) => return self.member(kind),
                Some(Role::Fields) => return self.field(kind),
                _ => {}
            }
        }
        if kind == T::Error {
            return self.invalid_text();
        }
        if kind == T::UnterminatedString
            && role == Some(Role::Interpolation { multi_line: false })
            && self.after_operand()
        {
            // `"text {name";`: what looks like a string is the end of this one, whose `}` is missing.
            self.unclosed();
            self.at += 1;
            return;
        }
        if (starts_operand(kind) || kind == T::UnterminatedString || kind == T::RawString)
            && self.juxtaposed(kind)
            && self.separate_operands()
        {
            return;
        }
        match kind {
            T::LBrace => self.brace(),
            T::LParen => {
                let call =
                    matches!(self.previous(), T::Ident) || (self.item == T::Fn && self.open.is_empty());
                let attribute = role == Some(Role::Attribute);
                let role = if call || attribute { Role::Arguments } else { Role::Parentheses };
                // The names of a `for` are two, with a comma.
                let role = if self.previous() == T::For { Role::Arguments } else { role };
                self.open(role, T::RParen, T::RParen, T::LParen);
            }
            T::LBracket => {
                let role = if self.after_operand() { Role::Index } else { Role::List };
                self.open(role, T::RBracket, T::RBracket, T::LBracket);
            }
            T::StringHead => {
                self.check_escapes(kind);
                let multi_line = self.token_text(self.at).starts_with("\"\"\"");
                self.open(Role::Interpolation { multi_line }, T::StringTail, T::StringTail, T::StringHead);
                self.dynamic_reference();
            }
            T::String | T::RawString | T::UnterminatedString => {
                if kind != T::RawString {
                    self.check_escapes(kind);
                }
                if kind == T::UnterminatedString {
                    self.unterminated(self.range(self.at));
                }
                self.take(T::String);
                if kind == T::UnterminatedString {
                    self.reported = Some(self.previous_end());
                }
            }
            T::Hash => self.misplaced_attribute(),
            T::Dot | T::QuestionDot | T::ColonColon => self.dot(kind),
            T::Equal => self.equal(),
            T::Colon if self.previous() == T::Colon => self.unneeded(kind),
            T::If | T::Match | T::In => {
                let depth = self.open.len();
                let filter = kind == T::If
                    && self.after_operand()
                    && self.heads.last().is_some_and(|head| head.keyword == T::In && head.depth == depth);
                if !filter {
                    self.heads.push(Head { keyword: kind, depth });
                }
                self.take(kind);
            }
            T::Let => {
                self.take(kind);
                self.declared_name();
            }
            _ => {
                if is_infix(kind) {
                    self.fill_operand();
                }
                if matches!(role, Some(Role::Fields | Role::Members)) {
                    match kind {
                        T::Colon => self.in_type = true,
                        T::Less if self.in_type => self.angles += 1,
                        T::Greater if self.in_type => self.angles = self.angles.saturating_sub(1),
                        _ => {}
                    }
                }
                self.take(kind);
            }
        }
    }

    /// Whether the current operand follows another one without anything in between.
    fn juxtaposed(&self, kind: T) -> bool {
        let depth = self.open.len();
        let filter = kind == T::If
            && self.heads.last().is_some_and(|head| head.keyword == T::In && head.depth == depth);
        let named = kind == T::Ident
            && self.next_kind(self.at) == Some(T::Colon)
            && matches!(self.previous(), T::Greater | T::Question);
        (self.after_operand() && !filter) || named || (self.newline && self.previous() == T::Question)
    }

    /// Separates two operands that follow one another; if nothing can separate them, skips the second and what
    /// belongs to it.
    fn separate_operands(&mut self) -> bool {
        match self.role() {
            Some(Role::Record) if self.lacks_colon() => self.separate(T::Colon, ":"),
            Some(role) if role.has_commas() => self.separate(T::Comma, ","),
            Some(Role::Fields) => {
                self.separate(T::End, ",");
                self.new_member();
                let kind = self.word();
                self.field(kind);
                return true;
            }
            None if self.item == T::Use => {
                let error = self.expected("`;`");
                self.report(error);
                self.skip();
                return true;
            }
            role => {
                let before =
                    self.out.tokens.len().checked_sub(2).map_or(T::End, |index| self.out.tokens[index].1);
                let what = match role {
                    _ if before == T::For => "`in`",
                    _ if before == T::Let || (role == Some(Role::Members) && before.is_member_keyword()) => {
                        "`:`, `=` or `;`"
                    }
                    Some(Role::Members) | None => "an operator or `;`",
                    Some(Role::Parentheses) => "an operator or `)`",
                    Some(Role::Index | Role::Attribute) => "an operator or `]`",
                    _ => "an operator or `}`",
                };
                let error = self.expected(what);
                self.report(error);
                self.skip();
                return true;
            }
        }
        false
    }

    /// Skips what belongs to the current token, up to a separator, a closer or the next line with a member.
    fn skip(&mut self) {
        let mut depth = 0_u32;
        let first = self.at;
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                T::LBrace | T::LParen | T::LBracket | T::StringHead => depth += 1,
                T::RBrace
                | T::RParen
                | T::RBracket
                | T::StringTail
                | T::UnterminatedTail
                | T::StringMiddle
                    if depth == 0 =>
                {
                    return;
                }
                T::RBrace | T::RParen | T::RBracket | T::StringTail | T::UnterminatedTail => depth -= 1,
                T::Comma | T::Semicolon if depth == 0 => return,
                T::Newline => {
                    if self.open.iter().any(|open| open.role == Role::Interpolation { multi_line: false }) {
                        return;
                    }
                    if self.next_kind(self.at).is_some_and(T::is_member_keyword)
                        && (depth == 0 || self.damaged)
                    {
                        return;
                    }
                }
                // The closing brace of the item is never skipped.
                _ if self.at == self.last && self.at > first && token.kind == T::RBrace => return,
                _ => {}
            }
            if self.at == self.last && self.at > first && token.kind == T::RBrace {
                return;
            }
            self.at += 1;
        }
    }

    fn brace(&mut self) {
        if self.damaged
            && self.item == T::Fn
            && self.open.len() == 1
            && self.role() == Some(Role::Arguments)
            && matches!(self.previous(), T::LParen | T::Comma)
        {
            // The parameters were never closed, and this is the body.
            self.unclosed();
            return self.open(Role::Block, T::RBrace, T::BodyClose, T::BodyOpen);
        }
        let depth = self.open.len();
        if self.heads.last().is_some_and(|head| head.depth == depth) {
            let head = self.heads.pop().map_or(T::If, |head| head.keyword);
            self.fill_operand();
            let (role, emit) =
                if head == T::Match { (Role::Match, T::MatchOpen) } else { (Role::Block, T::BlockOpen) };
            return self.open(role, T::RBrace, T::BlockClose, emit);
        }
        if self.previous() == T::ColonColon {
            return self.open(Role::Group, T::RBrace, T::RBrace, T::LBrace);
        }
        let binds = self.next(self.at).is_some_and(|(index, kind, _)| {
            kind == T::Let && matches!(self.next_kind(index), Some(T::Ident))
        });
        if self.previous() == T::Else || (binds && !self.after_operand()) {
            return self.open(Role::Block, T::RBrace, T::BlockClose, T::BlockOpen);
        }
        self.open(Role::Record, T::RBrace, T::RBrace, T::LBrace);
    }

    /// Hands the current token on as an opening delimiter.
    fn open(&mut self, role: Role, closer: T, emit: T, kind: T) {
        let range = self.range(self.at);
        if self.open.len() >= MAX_DEPTH {
            if !self.too_deep {
                self.too_deep = true;
                let message = format!("delimiters are nested more than {MAX_DEPTH} deep");
                self.report(
                    Diagnostic::new(Code::TooDeeplyNested, range, message)
                        .help("give the inner parts names with `let`"),
                );
            }
            let operand = !self.after_operand();
            self.skip_deep();
            if operand {
                self.emit(T::Missing, range);
            }
            return;
        }
        let indentation = if self.damaged { self.indentation(range.start) } else { 0 };
        self.take(kind);
        self.open.push(Open { role, closer, emit, range, indentation });
    }

    /// Skips a delimiter that is nested too deeply, with all that is in it.
    fn skip_deep(&mut self) {
        let mut depth = 0_u32;
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                T::LBrace | T::LParen | T::LBracket | T::StringHead => depth += 1,
                T::RBrace | T::RParen | T::RBracket | T::StringTail | T::UnterminatedTail => {
                    depth = depth.saturating_sub(1);
                }
                // A line that starts a member ends the damage.
                T::Newline if self.damaged && self.next_kind(self.at).is_some_and(T::is_member_keyword) => {
                    return;
                }
                _ => {}
            }
            if self.at == self.last {
                // Leave the item its end.
                if token.kind != T::RBrace {
                    self.at += 1;
                }
                return;
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// `.`, `?.` and `::`, which want a name behind them.
    fn dot(&mut self, kind: T) {
        let next = self.next(self.at);
        self.take(kind);
        let named = match next {
            Some((_, T::LBrace | T::Star, _)) if kind == T::ColonColon => true,
            Some((index, T::Ident, newline)) => {
                !newline || !matches!(self.next_kind(index), Some(T::Colon | T::Equal))
            }
            Some((_, next, newline)) => next.is_keyword() && !newline,
            None => false,
        };
        if !named {
            let error = self.expected_next(&format!("a name after {kind}"));
            self.report(error);
            self.insert(T::Ident);
        }
    }

    fn equal(&mut self) {
        let range = self.range(self.at);
        self.in_type = false;
        self.fill_operand();
        let mut back = self.out.tokens.iter().rev().map(|token| token.1);
        let named = matches!(back.next(), Some(T::Ident | T::String));
        if self.role() == Some(Role::Record) && named && matches!(back.next(), Some(T::LBrace | T::Comma)) {
            self.replaced(range, "`:` stands between a field and its value", ":");
            self.take(T::Colon);
        } else if self.heads.last().is_some_and(|head| head.depth == self.open.len()) {
            self.replaced(range, "`==` compares values", "==");
            self.take(T::EqualEqual);
        } else {
            self.take(T::Equal);
        }
    }

    // ---- The end of the item ----

    fn finish(&mut self) {
        while self.open.len() > 1 {
            self.unclosed();
        }
        if !self.open.is_empty() {
            self.unclosed();
        }
        match self.item {
            T::Use | T::Const if self.previous() != T::End => {
                let missing = self.lacks_operand();
                self.fill_operand();
                if missing {
                    self.insert(T::End);
                } else {
                    self.separate(T::End, ";");
                }
            }
            T::Fn if self.previous() != T::BodyClose => {
                self.fill_operand();
                let error = self.expected_next("the function's body").label("`{ … }` is missing here");
                self.report(error);
                self.insert(T::BodyOpen);
                self.insert(T::Missing);
                self.insert(T::BodyClose);
            }
            _ => {}
        }
    }
}

/// How a token reads in a message.
pub(crate) fn found(kind: T, text: &str) -> String {
    match kind {
        T::Ident | T::Int | T::Float | T::Quantity => format!("`{text}`"),
        kind if kind.is_keyword() => format!("the keyword `{text}`"),
        kind => kind.to_string(),
    }
}
