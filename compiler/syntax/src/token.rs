//! The kinds of token, and text to tokens.
//!
//! Must not know: which sequences of tokens make sense. Every text has tokens, and their concatenation is the text:
//! white space and comments are tokens too, and a character outside the language is an [`TokenKind::Error`] token.
//!
//! Logos finds the tokens that a regular expression describes. What nests (block comments, interpolated strings) or
//! needs to look far ahead (multi-line strings) is finished by hand in [`lex`].

use std::fmt;

use logos::Logos;

/// What a token is.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TokenKind {
    // Trivia.
    /// Blanks without a line end.
    #[regex(r"[ \t\r\x0c]+", priority = 3)]
    Space,
    /// White space with at least one line end.
    #[regex(r"[ \t\r\x0c]*\n[ \t\r\n\x0c]*", priority = 4)]
    Newline,
    /// `// …`
    #[regex(r"//[^\n]*", allow_greedy = true, priority = 5)]
    LineComment,
    /// `/// …`
    #[regex(r"///([^/\n][^\n]*)?", allow_greedy = true, priority = 7)]
    DocComment,
    /// `//! …`
    #[regex(r"//![^\n]*", allow_greedy = true, priority = 8)]
    ModuleDoc,
    /// `/* … */`, nested
    #[token("/*")]
    BlockComment,

    // Literals.
    /// `1_000`
    #[regex(r"[0-9][0-9_]*")]
    Int,
    /// `1.5`
    #[regex(r"[0-9][0-9_]*\.[0-9][0-9_]*")]
    Float,
    /// A number with a unit: `30s`, `256MiB`. Whether there is such a unit is for the parser to say.
    #[regex(r"[0-9][0-9_]*(\.[0-9][0-9_]*)?[A-Za-z][A-Za-z0-9_]*")]
    Quantity,
    /// A string without interpolation, of any form.
    #[token("\"")]
    String,
    /// `r"…"` and `r#"…"#`
    #[regex(r##"r#*""##)]
    RawString,
    /// An interpolated string from its opening quote to its first `{`.
    StringHead,
    /// From one interpolation to the next: `} … {`.
    StringMiddle,
    /// From the last interpolation to the closing quote.
    StringTail,
    /// A string that its line ends.
    UnterminatedString,
    /// The rest of an interpolated string that its line ends; may be empty of text.
    UnterminatedTail,

    // Words.
    /// A name.
    #[regex("[A-Za-z_][A-Za-z0-9_]*")]
    Ident,
    /// `use`
    #[token("use")]
    Use,
    /// `const`
    #[token("const")]
    Const,
    /// `struct`
    #[token("struct")]
    Struct,
    /// `enum`
    #[token("enum")]
    Enum,
    /// `fn`
    #[token("fn")]
    Fn,
    /// `interface`
    #[token("interface")]
    Interface,
    /// `component`
    #[token("component")]
    Component,
    /// `service`
    #[token("service")]
    Service,
    /// `app`
    #[token("app")]
    App,
    /// `test` where an item starts with it. To `lex` it is a name.
    Test,
    /// `rule` where an item starts with it. To `lex` it is a name.
    Rule,
    /// `input`
    #[token("input")]
    Input,
    /// `param`
    #[token("param")]
    Param,
    /// `let`
    #[token("let")]
    Let,
    /// `output`
    #[token("output")]
    Output,
    /// `needs`
    #[token("needs")]
    Needs,
    /// `provides`
    #[token("provides")]
    Provides,
    /// `capability`
    #[token("capability")]
    Capability,
    /// `assert`
    #[token("assert")]
    Assert,
    /// `environment`
    #[token("environment")]
    Environment,
    /// `require` where a member of a rule starts with it. To `lex` it is a name.
    Require,
    /// `existing`
    #[token("existing")]
    Existing,
    /// `if`
    #[token("if")]
    If,
    /// `else`
    #[token("else")]
    Else,
    /// `match`
    #[token("match")]
    Match,
    /// `for`
    #[token("for")]
    For,
    /// `in`
    #[token("in")]
    In,
    /// `with`
    #[token("with")]
    With,
    /// `allow`
    #[token("allow")]
    Allow,
    /// `deny`
    #[token("deny")]
    Deny,
    /// `on`
    #[token("on")]
    On,
    /// `to`
    #[token("to")]
    To,
    /// `when`
    #[token("when")]
    When,
    /// `true`
    #[token("true")]
    True,
    /// `false`
    #[token("false")]
    False,
    /// `none`
    #[token("none")]
    None,
    /// `as`
    #[token("as")]
    As,
    /// `crate`
    #[token("crate")]
    Crate,
    /// `self`
    #[token("self")]
    SelfKw,
    /// `super`
    #[token("super")]
    Super,

    // Punctuation.
    /// `{`
    #[token("{")]
    LBrace,
    /// `}`
    #[token("}")]
    RBrace,
    /// `(`
    #[token("(")]
    LParen,
    /// `)`
    #[token(")")]
    RParen,
    /// `[`
    #[token("[")]
    LBracket,
    /// `]`
    #[token("]")]
    RBracket,
    /// `,`
    #[token(",")]
    Comma,
    /// `;`
    #[token(";")]
    Semicolon,
    /// `:`
    #[token(":")]
    Colon,
    /// `::`
    #[token("::")]
    ColonColon,
    /// `.`
    #[token(".")]
    Dot,
    /// `..`
    #[token("..")]
    DotDot,
    /// `..=`
    #[token("..=")]
    DotDotEqual,
    /// `?`
    #[token("?")]
    Question,
    /// `?.`
    #[token("?.")]
    QuestionDot,
    /// `??`
    #[token("??")]
    QuestionQuestion,
    /// `=`
    #[token("=")]
    Equal,
    /// `==`
    #[token("==")]
    EqualEqual,
    /// `=>`
    #[token("=>")]
    FatArrow,
    /// `->`
    #[token("->")]
    Arrow,
    /// `!`
    #[token("!")]
    Bang,
    /// `!=`
    #[token("!=")]
    BangEqual,
    /// `<`
    #[token("<")]
    Less,
    /// `<=`
    #[token("<=")]
    LessEqual,
    /// `>`
    #[token(">")]
    Greater,
    /// `>=`
    #[token(">=")]
    GreaterEqual,
    /// `&&`
    #[token("&&")]
    AndAnd,
    /// `||`
    #[token("||")]
    OrOr,
    /// `|`
    #[token("|")]
    Or,
    /// `+`
    #[token("+")]
    Plus,
    /// `-`
    #[token("-")]
    Minus,
    /// `*`
    #[token("*")]
    Star,
    /// `/`
    #[token("/")]
    Slash,
    /// `%`
    #[token("%")]
    Percent,
    /// `#`
    #[token("#")]
    Hash,

    /// Text that is no token of the language.
    Error,

    // What the balancing pass makes of other tokens, or puts in where one is missing. `lex` never yields these.
    /// The `{` of a block, where a record could not stand.
    BlockOpen,
    /// The `}` of a block or of a `match`.
    BlockClose,
    /// The `{` of a `match`.
    MatchOpen,
    /// The `{` of an item.
    BodyOpen,
    /// The `}` of an item.
    BodyClose,
    /// The end of a member, field, variant, `use` or `const`: its `;` or `,`, or nothing.
    End,
    /// Stands for an expression or type that was left out and has been reported.
    Missing,
}

/// A token: where it starts. It ends where the next one starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// The offset of its first byte.
    pub start: u32,
}

impl TokenKind {
    /// Whether it means nothing to the parser: white space and comments.
    pub const fn is_trivia(self) -> bool {
        (self as u8) <= (Self::BlockComment as u8)
    }

    /// Whether it is a comment of any form.
    pub const fn is_comment(self) -> bool {
        self.is_trivia() && !matches!(self, Self::Space | Self::Newline)
    }

    /// Whether it is a word of the language, and so no name where keywords are not allowed as names.
    pub const fn is_keyword(self) -> bool {
        (self as u8) >= (Self::Use as u8) && (self as u8) <= (Self::Super as u8)
    }

    /// Whether it opens an item.
    pub const fn is_item_keyword(self) -> bool {
        (self as u8) >= (Self::Use as u8) && (self as u8) <= (Self::Rule as u8)
    }

    /// Whether a `{` behind this token, in the head of a function, opens a record type and not the body.
    pub(crate) const fn opens_result(self) -> bool {
        matches!(self, Self::Arrow | Self::Or | Self::Less | Self::Comma)
    }

    /// Whether it opens a member of a component, service, app, test or rule.
    pub const fn is_member_keyword(self) -> bool {
        (self as u8) >= (Self::Input as u8) && (self as u8) <= (Self::Require as u8)
    }
}

impl fmt::Display for TokenKind {
    /// The words for it in a message: "`{`", "a name".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Space | Self::Newline => "white space",
            Self::LineComment | Self::DocComment | Self::ModuleDoc | Self::BlockComment => "a comment",
            Self::Int | Self::Float | Self::Quantity => "a number",
            Self::String | Self::RawString | Self::StringHead => "a string",
            Self::StringMiddle | Self::StringTail => "the end of the interpolation",
            Self::UnterminatedString | Self::UnterminatedTail => "an unterminated string",
            Self::Ident => "a name",
            Self::Use => "`use`",
            Self::Const => "`const`",
            Self::Struct => "`struct`",
            Self::Enum => "`enum`",
            Self::Fn => "`fn`",
            Self::Interface => "`interface`",
            Self::Component => "`component`",
            Self::Service => "`service`",
            Self::App => "`app`",
            Self::Test => "`test`",
            Self::Rule => "`rule`",
            Self::Input => "`input`",
            Self::Param => "`param`",
            Self::Let => "`let`",
            Self::Output => "`output`",
            Self::Needs => "`needs`",
            Self::Provides => "`provides`",
            Self::Capability => "`capability`",
            Self::Assert => "`assert`",
            Self::Environment => "`environment`",
            Self::Require => "`require`",
            Self::Existing => "`existing`",
            Self::If => "`if`",
            Self::Else => "`else`",
            Self::Match => "`match`",
            Self::For => "`for`",
            Self::In => "`in`",
            Self::With => "`with`",
            Self::Allow => "`allow`",
            Self::Deny => "`deny`",
            Self::On => "`on`",
            Self::To => "`to`",
            Self::When => "`when`",
            Self::True => "`true`",
            Self::False => "`false`",
            Self::None => "`none`",
            Self::As => "`as`",
            Self::Crate => "`crate`",
            Self::SelfKw => "`self`",
            Self::Super => "`super`",
            Self::LBrace | Self::BlockOpen | Self::MatchOpen | Self::BodyOpen => "`{`",
            Self::RBrace | Self::BlockClose | Self::BodyClose => "`}`",
            Self::LParen => "`(`",
            Self::RParen => "`)`",
            Self::LBracket => "`[`",
            Self::RBracket => "`]`",
            Self::Comma => "`,`",
            Self::Semicolon | Self::End => "`;`",
            Self::Colon => "`:`",
            Self::ColonColon => "`::`",
            Self::Dot => "`.`",
            Self::DotDot => "`..`",
            Self::DotDotEqual => "`..=`",
            Self::Question => "`?`",
            Self::QuestionDot => "`?.`",
            Self::QuestionQuestion => "`??`",
            Self::Equal => "`=`",
            Self::EqualEqual => "`==`",
            Self::FatArrow => "`=>`",
            Self::Arrow => "`->`",
            Self::Bang => "`!`",
            Self::BangEqual => "`!=`",
            Self::Less => "`<`",
            Self::LessEqual => "`<=`",
            Self::Greater => "`>`",
            Self::GreaterEqual => "`>=`",
            Self::AndAnd => "`&&`",
            Self::OrOr => "`||`",
            Self::Or => "`|`",
            Self::Plus => "`+`",
            Self::Minus => "`-`",
            Self::Star => "`*`",
            Self::Slash => "`/`",
            Self::Percent => "`%`",
            Self::Hash => "`#`",
            Self::Error => "text that is not part of the language",
            Self::Missing => "nothing",
        })
    }
}

/// A string whose interpolation is being lexed.
struct Mode {
    /// Whether it is a `"""` string, which does not end with its line.
    multi_line: bool,
    /// The braces open inside the interpolation.
    braces: u32,
    /// Where a multi-line string that was never closed is cut off.
    limit: usize,
}

/// Where a stretch of string text ends.
enum Stop {
    Quote,
    Interpolation,
    Unterminated,
}

/// Cuts a text into tokens.
pub fn lex(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    // More than usual: what is not written to costs nothing, and what follows finds room where this was.
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 2 + 8);
    let mut modes: Vec<Mode> = Vec::new();
    let mut lexer = TokenKind::lexer(text);
    // The fewest `#` for which a raw string is known to have no end: without it a text of openings only would be
    // searched to its end for each of them.
    let mut endless = usize::MAX;
    // A comment was not closed. Those after it are looked through to the next item only, for the same reason.
    let mut unclosed = false;
    while let Some(result) = lexer.next() {
        let start = lexer.span().start;
        let end = lexer.span().end;
        let mut kind = result.unwrap_or(TokenKind::Error);
        match kind {
            TokenKind::String => {
                let multi_line = bytes[end..].starts_with(b"\"\"");
                let (limit, from) =
                    if multi_line { (limit(text, end + 2), end + 2) } else { (text.len(), end) };
                let (at, stop) = scan(bytes, from, multi_line, limit);
                kind = match stop {
                    Stop::Quote => TokenKind::String,
                    Stop::Unterminated => TokenKind::UnterminatedString,
                    Stop::Interpolation => {
                        modes.push(Mode { multi_line, braces: 0, limit });
                        TokenKind::StringHead
                    }
                };
                lexer.bump(at - end);
            }
            TokenKind::RawString => {
                let hashes = end - start - 2;
                let closing = format!("\"{}", "#".repeat(hashes));
                let found = text.get(end..).filter(|_| hashes < endless).and_then(|rest| rest.find(&closing));
                if let Some(at) = found {
                    lexer.bump(at + closing.len());
                } else {
                    endless = endless.min(hashes);
                    kind = TokenKind::UnterminatedString;
                    lexer.bump(without_space(bytes, end, line_end(bytes, end)) - end);
                }
            }
            TokenKind::BlockComment => {
                let closed = if unclosed { None } else { block_comment_end(bytes, end) };
                unclosed |= closed.is_none();
                let at = closed.unwrap_or_else(|| {
                    let limit = next_item(text, end);
                    block_comment_end(&bytes[..limit], end).unwrap_or(limit)
                });
                lexer.bump(at - end);
            }
            TokenKind::LBrace => {
                if let Some(mode) = modes.last_mut() {
                    mode.braces += 1;
                }
            }
            TokenKind::RBrace => match modes.last_mut() {
                Some(mode) if mode.braces > 0 => mode.braces -= 1,
                Some(mode) => {
                    let (at, stop) = scan(bytes, end, mode.multi_line, mode.limit.max(end));
                    kind = match stop {
                        Stop::Quote => TokenKind::StringTail,
                        Stop::Unterminated => TokenKind::UnterminatedTail,
                        Stop::Interpolation => TokenKind::StringMiddle,
                    };
                    if kind != TokenKind::StringMiddle {
                        modes.pop();
                    }
                    lexer.bump(at - end);
                }
                None => {}
            },
            TokenKind::Newline => {
                // A string in plain quotes ends with its line, whatever is open inside it.
                if let Some(outermost) = modes.iter().position(|mode| !mode.multi_line) {
                    modes.truncate(outermost);
                }
                // An item that starts in the first column ends the interpolation of a string that was never closed.
                if !modes.is_empty() && starts_item(text, lexer.span().end) {
                    modes.clear();
                }
            }
            TokenKind::Error => lexer.bump(error_end(text, start, end) - end),
            _ => {}
        }
        if kind == TokenKind::Error
            && let Some(previous) = tokens.last_mut()
            && (previous.kind == TokenKind::Error
                || (previous.kind == TokenKind::Ident && text[start..].starts_with(char::is_alphabetic)))
        {
            // `größe` is one mistake, not three tokens.
            previous.kind = TokenKind::Error;
            continue;
        }
        if kind == TokenKind::Error && start == 0 && text.starts_with('\u{feff}') {
            kind = TokenKind::Space;
        }
        tokens.push(Token { kind, start: start as u32 });
    }
    tokens
}

/// From inside a string to one past its closing quote or opening `{`, or to where it is cut off.
fn scan(bytes: &[u8], from: usize, multi_line: bool, limit: usize) -> (usize, Stop) {
    let mut at = from;
    while at < limit {
        match bytes[at] {
            b'"' if !multi_line => return (at + 1, Stop::Quote),
            b'"' if bytes[at..].starts_with(b"\"\"\"") => return (at + 3, Stop::Quote),
            b'{' => return (at + 1, Stop::Interpolation),
            b'\n' if !multi_line => break,
            b'\\' => match bytes.get(at + 1) {
                // `\u{1F600}` is no interpolation.
                Some(b'u') if bytes.get(at + 2) == Some(&b'{') => at += 3,
                Some(b'\n' | b'\r') | None => at += 1,
                Some(_) => at += 2,
            },
            _ => at += 1,
        }
    }
    // A step over an escape may have left the limit behind, and even the middle of a character.
    let mut at = without_space(bytes, from, at.min(limit));
    while at < bytes.len() && bytes[at] & 0xC0 == 0x80 {
        at += 1;
    }
    (at, Stop::Unterminated)
}

/// The end of a piece without the white space at it: that before a cut belongs to no string, or formatting what stands
/// behind would change the string.
fn without_space(bytes: &[u8], from: usize, end: usize) -> usize {
    from + bytes[from..end].trim_ascii_end().len()
}

/// Where a multi-line string is cut off if nothing closes it, so that it does not swallow the items after it.
///
/// The next `"""` closes it if it is the first thing on its line, or if the string has one line only. Otherwise it
/// rather opens another string, and this one was never closed if an item starts in between.
fn limit(text: &str, from: usize) -> usize {
    let found = text[from..].find("\"\"\"").map(|at| from + at);
    if let Some(at) = found {
        let before = &text[from..at];
        match before.rfind('\n') {
            None => return text.len(),
            Some(newline) if before[newline..].trim().is_empty() => return text.len(),
            Some(_) => {}
        }
    }
    let mut line = from;
    while let Some(newline) = text[line..found.unwrap_or(text.len())].find('\n') {
        line += newline + 1;
        if starts_item(text, line) {
            return line - 1;
        }
    }
    let first = line_end(text.as_bytes(), from);
    match found {
        Some(_) => text.len(),
        // Nothing closes it: text behind the quotes means that these were meant to close another string.
        None if text[from..first].trim().is_empty() => text.len(),
        None => first,
    }
}

/// Whether an item starts at this offset, in the first column.
fn starts_item(text: &str, at: usize) -> bool {
    if at > 0 && text.as_bytes()[at - 1] != b'\n' {
        return false;
    }
    let rest = &text[at..];
    let word = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
    let keyword = matches!(
        &rest[..word],
        "use" | "const" | "struct" | "enum" | "fn" | "interface" | "component" | "service" | "app"
    );
    let after = rest[word..].trim_start_matches([' ', '\t']);
    keyword
        && after.len() < rest[word..].len()
        && after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| from + at)
}

/// The end of the line before the next item that starts in the first column, or of the text.
fn next_item(text: &str, from: usize) -> usize {
    let mut line = from;
    while let Some(newline) = text[line..].find('\n') {
        line += newline + 1;
        if starts_item(text, line) {
            return line - 1;
        }
    }
    text.len()
}

/// Whether the text of a block comment has its `*/`; without it the comment goes on to the next item.
pub(crate) fn is_closed(comment: &str) -> bool {
    block_comment_end(comment.as_bytes(), 2).is_some()
}

/// Where a block comment ends that was opened just before `from`; nowhere when it is not closed.
fn block_comment_end(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut at, mut depth) = (from, 1);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"*/") {
            at += 2;
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        } else if bytes[at..].starts_with(b"/*") {
            at += 2;
            depth += 1;
        } else {
            at += 1;
        }
    }
    None
}

/// The end of a stretch of text that is no token: a word with foreign letters, or text in single quotes.
fn error_end(text: &str, start: usize, end: usize) -> usize {
    let rest = &text[start..];
    if let Some(quoted) = rest.strip_prefix('\'') {
        return match quoted.find(['\'', '\n']) {
            Some(at) if quoted[at..].starts_with('\'') => start + at + 2,
            _ => start + 1,
        };
    }
    if rest.starts_with(char::is_alphabetic) {
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        return start + word;
    }
    let first = rest.chars().next().map_or(0, char::len_utf8);
    (start + first).max(end)
}

#[cfg(test)]
pub(crate) mod tests;
