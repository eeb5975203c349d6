//! Texts that are known in part: letters, and symbols for what only a deployment will tell.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::Token;

/// Something that is text at deployment and not known before: an account, or the name of a resource.
///
/// It stands for one fixed text that is longer than a character and differs from every text and every other symbol, in
/// whole and in part. What is known beyond that is told by [`Facts`], and symbols give way to it.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// What it is: `AWS::AccountId`, or `Orders.Arn`. Symbols of one name are the same.
    pub name: Arc<str>,
    /// The text has no colon, so it is a field of an ARN or a part of one.
    pub within_field: bool,
    /// How long the text may become.
    pub max_length: u16,
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Symbol {}

impl Ord for Symbol {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name.cmp(&other.name)
    }
}

impl PartialOrd for Symbol {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl std::hash::Hash for Symbol {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl Symbol {
    /// Text of any kind, an ARN for example.
    pub fn new(name: impl Into<Arc<str>>, max_length: u16) -> Self {
        Self { name: name.into(), within_field: false, max_length }
    }

    /// Text without a colon.
    pub fn field(name: impl Into<Arc<str>>, max_length: u16) -> Self {
        Self { name: name.into(), within_field: true, max_length }
    }

    /// The account that a stack is deployed to.
    pub fn account() -> Self {
        Self::field("AWS::AccountId", 12)
    }

    /// The region that a stack is deployed to.
    pub fn region() -> Self {
        Self::field("AWS::Region", 14)
    }

    /// The partition that a stack is deployed to.
    pub fn partition() -> Self {
        Self::field("AWS::Partition", 10)
    }
}

/// A letter of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Letter {
    /// A character.
    Char(char),
    /// Text that is known at deployment.
    Symbol(Symbol),
}

/// A text, as far as it is known.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Text(Vec<Letter>);

impl Text {
    /// Its letters.
    pub fn letters(&self) -> &[Letter] {
        &self.0
    }

    /// The text, if all of it is known.
    pub fn known(&self) -> Option<String> {
        let chars = self.0.iter().map(|letter| match letter {
            Letter::Char(char) => Some(*char),
            Letter::Symbol(_) => None,
        });
        chars.collect()
    }
}

impl FromIterator<Letter> for Text {
    fn from_iter<I: IntoIterator<Item = Letter>>(letters: I) -> Self {
        Self(letters.into_iter().collect())
    }
}

impl<P: Into<Parts>> From<P> for Text {
    /// Characters stand for themselves: `*` is an asterisk.
    fn from(parts: P) -> Self {
        let mut letters = Vec::new();
        for part in parts.into().0 {
            match part {
                Part::Text(text) => letters.extend(text.chars().map(Letter::Char)),
                Part::Symbol(symbol) => letters.push(Letter::Symbol(symbol)),
            }
        }
        Self(letters)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{self}`")
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| letter.fmt(f))
    }
}

impl fmt::Display for Letter {
    /// A symbol in braces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Char(char) => write!(f, "{char}"),
            Self::Symbol(symbol) => write!(f, "{{{}}}", symbol.name),
        }
    }
}

/// A part of what is written in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text in the syntax of its place: wildcards and policy variables where there can be some.
    Text(Arc<str>),
    /// Text that is known at deployment.
    Symbol(Symbol),
}

/// What is written in a policy: texts and symbols one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Parts(pub Vec<Part>);

impl fmt::Display for Parts {
    /// As it is written, with symbols in braces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Symbol(symbol) => write!(f, "{{{}}}", symbol.name),
        })
    }
}

impl From<&str> for Parts {
    fn from(text: &str) -> Self {
        Self(vec![Part::Text(text.into())])
    }
}

impl From<String> for Parts {
    fn from(text: String) -> Self {
        Self(vec![Part::Text(text.into())])
    }
}

impl From<Symbol> for Parts {
    fn from(symbol: Symbol) -> Self {
        Self(vec![Part::Symbol(symbol)])
    }
}

impl From<Vec<Part>> for Parts {
    fn from(parts: Vec<Part>) -> Self {
        Self(parts)
    }
}

/// What is known of symbols: the texts they stand for.
#[derive(Clone, Debug, Default)]
pub struct Facts(BTreeMap<Symbol, Vec<Letter>>);

impl Facts {
    /// Says that a symbol stands for a text of this form. A `*` is a part that nobody knows: a symbol of its own, so
    /// two resources whose ARNs have the same form are still two. Returns false, and learns nothing, if the symbol has a
    /// form already or the form mentions the symbol itself.
    ///
    /// ```
    /// # use ci_access::{Facts, Part, Symbol};
    /// let mut facts = Facts::default();
    /// let orders = Symbol::new("Orders.Arn", 200);
    /// let form = vec![
    ///     Part::Text("arn:aws:sqs:eu-west-1:".into()),
    ///     Part::Symbol(Symbol::account()),
    ///     Part::Text(":shop-*".into()),
    /// ];
    /// assert!(facts.stands_for(&orders, form));
    /// ```
    pub fn stands_for(&mut self, symbol: &Symbol, form: impl Into<Parts>) -> bool {
        let mut letters = Vec::new();
        for part in form.into().0 {
            match part {
                Part::Symbol(part) => self.resolve(&Letter::Symbol(part), &mut letters),
                Part::Text(text) => letters.extend(text.chars().map(Letter::Char)),
            }
        }
        let mut unknown = 0;
        let mut colons = 0;
        for letter in &mut letters {
            colons += usize::from(*letter == Letter::Char(':'));
            if *letter == Letter::Char('*') {
                unknown += 1;
                let name: Arc<str> = format!("{}*{unknown}", symbol.name).into();
                let within_field = symbol.within_field || colons < FIELDS - 1;
                *letter = Letter::Symbol(Symbol { name, within_field, max_length: symbol.max_length });
            }
        }
        if self.0.contains_key(symbol) || letters.contains(&Letter::Symbol(symbol.clone())) {
            return false;
        }
        let itself = Self(BTreeMap::from([(symbol.clone(), letters.clone())]));
        for known in self.0.values_mut() {
            let mut resolved = Vec::with_capacity(known.len());
            for letter in &*known {
                itself.resolve(letter, &mut resolved);
            }
            *known = resolved;
        }
        self.0.insert(symbol.clone(), letters);
        true
    }

    /// The text with everything that is known of its symbols.
    pub fn text(&self, text: &Text) -> Text {
        let mut letters = Vec::with_capacity(text.0.len());
        text.0.iter().for_each(|letter| self.resolve(letter, &mut letters));
        Text(letters)
    }

    pub(crate) fn tokens(&self, token: &Token, into: &mut Vec<Token>) {
        let Token::Letter(letter) = token else {
            into.push(token.clone());
            return;
        };
        let mut letters = Vec::new();
        self.resolve(letter, &mut letters);
        into.extend(letters.into_iter().map(Token::Letter));
    }

    fn resolve(&self, letter: &Letter, into: &mut Vec<Letter>) {
        match letter {
            Letter::Symbol(symbol) => match self.0.get(symbol) {
                Some(known) => into.extend(known.iter().cloned()),
                None => into.push(letter.clone()),
            },
            Letter::Char(_) => into.push(letter.clone()),
        }
    }
}

/// The fields of an ARN, divided by colons; the last one may have colons itself.
pub(crate) const FIELDS: usize = 6;
