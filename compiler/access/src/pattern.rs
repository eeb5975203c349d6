//! Patterns: what actions, resources and values of conditions are compared with.
//!
//! The five places of a policy that hold a pattern read it in five ways, and each way is a constructor. What comes out
//! is a list of tokens that `glob` works on; it knows nothing of the places.

use std::fmt;
use std::sync::Arc;

use crate::text::FIELDS;
use crate::{Facts, Letter, Part, Parts, Text};

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Token {
    /// This letter.
    Letter(Letter),
    /// `?`: one character, perhaps any but one.
    One {
        /// The character it is not.
        except: Option<char>,
    },
    /// `*`: any text, perhaps without one character.
    Run {
        /// The character it does not have.
        except: Option<char>,
    },
    /// `${aws:username}`: what the request has under a context key, or the default.
    Variable {
        /// The context key, in lower case.
        key: Arc<str>,
        /// What stands after the comma, in quotes.
        default: Option<Arc<str>>,
    },
}

impl Token {
    const fn char(char: char) -> Self {
        Self::Letter(Letter::Char(char))
    }
}

/// How a pattern is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Place {
    /// An action: wildcards, no variables, in any case.
    Action,
    /// A resource: wildcards, variables, fields of an ARN.
    Resource,
    /// `StringLike`: wildcards, variables.
    Like,
    /// `StringEquals`: variables. `StringEqualsIgnoreCase`: in any case.
    Exact { ignore_case: bool },
    /// `ArnLike`: wildcards within fields, variables.
    Arn,
}

/// A pattern of texts.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern {
    place: Place,
    tokens: Vec<Token>,
}

impl Pattern {
    /// The pattern of an element `Action`: `sqs:Send*`, in any case.
    pub fn action(parts: impl Into<Parts>) -> Self {
        Self::read(Place::Action, parts.into())
    }

    /// The pattern of an element `Resource`.
    ///
    /// A `*` that ends a field of the ARN goes on beyond it, one within a field does not, and fields that are left out
    /// are anything. That is how IAM's manual has it.
    pub fn resource(parts: impl Into<Parts>) -> Self {
        Self::read(Place::Resource, parts.into())
    }

    /// A value of `StringLike`.
    pub fn like(parts: impl Into<Parts>) -> Self {
        Self::read(Place::Like, parts.into())
    }

    /// A value of `StringEquals`, in which `*` is a character like any other.
    pub fn exact(parts: impl Into<Parts>) -> Self {
        Self::read(Place::Exact { ignore_case: false }, parts.into())
    }

    /// A value of `StringEqualsIgnoreCase`.
    pub fn exact_ignore_case(parts: impl Into<Parts>) -> Self {
        Self::read(Place::Exact { ignore_case: true }, parts.into())
    }

    /// A value of `ArnLike` or `ArnEquals`: each field of the ARN is compared on its own. `None` if fields are missing:
    /// IAM does not say what that means.
    pub fn arn(parts: impl Into<Parts>) -> Option<Self> {
        let pattern = Self::read(Place::Arn, parts.into());
        (pattern.is_open() || colons(&pattern.tokens) + 1 >= FIELDS).then_some(pattern)
    }

    /// The pattern that only this text is of.
    pub fn of_text(text: &Text) -> Self {
        let tokens = text.letters().iter().cloned().map(Token::Letter).collect();
        Self { place: Place::Exact { ignore_case: false }, tokens }
    }

    /// A pattern of these parts, in exactly this case.
    pub fn of_tokens(tokens: Vec<Token>) -> Self {
        Self { place: Place::Like, tokens }
    }

    /// The pattern that every text is of.
    pub fn anything() -> Self {
        Self::of_tokens(vec![Token::Run { except: None }])
    }

    /// Its parts.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// It does not tell upper from lower case.
    pub const fn ignores_case(&self) -> bool {
        matches!(self.place, Place::Action | Place::Exact { ignore_case: true })
    }

    /// The only text of this pattern, if there is only one.
    pub fn only_text(&self) -> Option<Text> {
        self.letters().map(|letters| letters.cloned().collect())
    }

    /// The letters of the only text of this pattern.
    pub(crate) fn letters(&self) -> Option<impl Iterator<Item = &Letter>> {
        // Actions in another case are no other actions.
        let is_one = !self.ignores_case() || self.place == Place::Action;
        let has_only_letters = self.tokens.iter().all(|token| matches!(token, Token::Letter(_)));
        (is_one && has_only_letters).then(|| {
            self.tokens.iter().filter_map(|token| match token {
                Token::Letter(letter) => Some(letter),
                _ => None,
            })
        })
    }

    /// It has a policy variable.
    pub fn has_variable(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Variable { .. }))
    }

    /// The same pattern, with what is known of its symbols.
    #[must_use]
    pub fn resolve(&self, facts: &Facts) -> Self {
        let mut tokens = Vec::with_capacity(self.tokens.len());
        self.tokens.iter().for_each(|token| facts.tokens(token, &mut tokens));
        Self { place: self.place, tokens }.by_fields()
    }

    /// The same pattern with something else in place of each variable; `None` if one has nothing.
    pub(crate) fn substitute(
        &self,
        mut value: impl FnMut(&str, Option<&str>) -> Option<Vec<Token>>,
    ) -> Option<Self> {
        let mut tokens = Vec::with_capacity(self.tokens.len());
        for token in &self.tokens {
            match token {
                Token::Variable { key, default } => tokens.extend(value(key, default.as_deref())?),
                other => tokens.push(other.clone()),
            }
        }
        Some(Self { place: self.place, tokens })
    }

    fn read(place: Place, parts: Parts) -> Self {
        let letters = parts.0.iter().map(|part| match part {
            Part::Symbol(_) => 1,
            Part::Text(text) => text.len(),
        });
        let mut tokens = Vec::with_capacity(letters.sum());
        for part in parts.0 {
            match part {
                Part::Symbol(symbol) => tokens.push(Token::Letter(Letter::Symbol(symbol))),
                Part::Text(text) => read_text(place, &text, &mut tokens),
            }
        }
        Self { place, tokens }.by_fields()
    }

    /// An unknown text that may have any number of fields.
    fn is_open(&self) -> bool {
        self.tokens.iter().any(|token| match token {
            Token::Letter(Letter::Symbol(symbol)) => !symbol.within_field,
            Token::Variable { .. } => true,
            _ => false,
        })
    }

    /// Says of each wildcard what it cannot stand for, by the field that it is in.
    fn by_fields(mut self) -> Self {
        if self.place != Place::Resource && self.place != Place::Arn {
            return self;
        }
        let only_a_star = matches!(self.tokens.as_slice(), [Token::Run { .. }]);
        if self.place == Place::Resource && !self.is_open() && !only_a_star {
            // A known beginning is what makes it an ARN: other resources have no fields.
            let begins_as_arn = "arn:"
                .chars()
                .zip(&self.tokens)
                .filter(|(char, token)| Token::char(*char) == **token)
                .count()
                == 4;
            if begins_as_arn {
                for _ in colons(&self.tokens) + 1..FIELDS {
                    self.tokens.extend([Token::char(':'), Token::Run { except: None }]);
                }
            }
        }
        let mut field = 1;
        for at in 0..self.tokens.len() {
            let next_ends_field = self.tokens.get(at + 1).is_none_or(|next| *next == Token::char(':'));
            let stays = field < FIELDS && !only_a_star;
            match &mut self.tokens[at] {
                Token::Letter(Letter::Char(':')) => field += 1,
                // It may be a whole ARN: whatever follows is in its last field.
                Token::Letter(Letter::Symbol(symbol)) if !symbol.within_field => field = FIELDS,
                Token::Variable { .. } => field = FIELDS,
                Token::One { except } => *except = stays.then_some(':'),
                Token::Run { except } => {
                    let ends = self.place == Place::Resource && next_ends_field;
                    *except = (stays && !ends).then_some(':');
                }
                Token::Letter(_) => {}
            }
        }
        self
    }
}

fn colons(tokens: &[Token]) -> usize {
    tokens.iter().filter(|token| **token == Token::char(':')).count()
}

fn read_text(place: Place, text: &str, tokens: &mut Vec<Token>) {
    let has_wildcards = !matches!(place, Place::Exact { .. });
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        if place != Place::Action
            && let Some((inside, after)) = rest.strip_prefix("${").and_then(|rest| rest.split_once('}'))
        {
            tokens.push(match inside {
                // How a wildcard is written as the character it is.
                "*" | "?" | "$" => Token::char(inside.chars().next().unwrap_or('$')),
                _ => variable(inside),
            });
            rest = after;
            continue;
        }
        rest = &rest[char.len_utf8()..];
        let token = match char {
            '*' if has_wildcards => Token::Run { except: None },
            '?' if has_wildcards => Token::One { except: None },
            _ => Token::char(char),
        };
        // Two stars in a row are one.
        if token != (Token::Run { except: None }) || tokens.last() != Some(&token) {
            tokens.push(token);
        }
    }
}

fn variable(inside: &str) -> Token {
    let (key, default) = match inside.split_once(',') {
        Some((key, default)) => (key, Some(default.trim().trim_matches('\'').into())),
        None => (inside, None),
    };
    Token::Variable { key: key.trim().to_ascii_lowercase().into(), default }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} `{self}`", self.place)
    }
}

impl fmt::Display for Pattern {
    /// As it is written, symbols in braces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.write(&mut |symbol| format!("{{{}}}", symbol.name)))
    }
}

impl Pattern {
    /// As a policy has it, with a text for each symbol.
    pub(crate) fn write(&self, text_of: &mut dyn FnMut(&crate::Symbol) -> String) -> String {
        let mut written = String::with_capacity(self.tokens.len());
        let has_syntax = self.place != Place::Action;
        for token in &self.tokens {
            match token {
                Token::Letter(Letter::Char(char)) => {
                    let escaped = has_syntax
                        && (*char == '$'
                            || (!matches!(self.place, Place::Exact { .. }) && matches!(char, '*' | '?')));
                    if escaped {
                        written.extend(["${", &char.to_string(), "}"]);
                    } else {
                        written.push(*char);
                    }
                }
                Token::Letter(Letter::Symbol(symbol)) => written += &text_of(symbol),
                Token::One { .. } => written.push('?'),
                Token::Run { .. } => written.push('*'),
                Token::Variable { key, default: None } => written.extend(["${", key, "}"]),
                Token::Variable { key, default: Some(default) } => {
                    written.extend(["${", key, ", '", default, "'}"]);
                }
            }
        }
        written
    }
}
