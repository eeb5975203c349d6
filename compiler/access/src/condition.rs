//! Conditions of statements: one operator on one context key each, and whether it holds of a request.

mod satisfy;
mod value;

use std::fmt;
use std::sync::Arc;

pub(crate) use satisfy::{Satisfied, satisfy};

use crate::request::Context;
use crate::{Facts, Parts, Pattern, Text, Truth};

/// What kind of values an operator compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those that IAM's manual groups operators by")]
pub enum Family {
    String,
    Arn,
    Numeric,
    Date,
    Bool,
    Binary,
    IpAddress,
    Null,
}

/// How the values of a request are compared with those of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    Pattern,
    Order(&'static [std::cmp::Ordering]),
    Equal,
    Within,
    Presence,
}

macro_rules! operators {
    ($($operator:ident $family:ident $negated:literal $test:expr;)*) => {
        /// An operator, without what may stand before and after it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the names are IAM's own")]
        pub enum Operator {
            $($operator,)*
        }

        impl Operator {
            /// All operators, sorted by name.
            pub const ALL: &[Self] = &[$(Self::$operator,)*];

            /// IAM's name for it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$operator => stringify!($operator),)*
                }
            }

            /// What kind of values it compares.
            pub const fn family(self) -> Family {
                match self {
                    $(Self::$operator => Family::$family,)*
                }
            }

            /// It holds where none of the policy's values fits.
            pub const fn is_negated(self) -> bool {
                match self {
                    $(Self::$operator => $negated,)*
                }
            }

            fn test(self) -> Test {
                match self {
                    $(Self::$operator => $test,)*
                }
            }
        }
    };
}

const LESS: &[std::cmp::Ordering] = &[std::cmp::Ordering::Less];
const LESS_OR_EQUAL: &[std::cmp::Ordering] = &[std::cmp::Ordering::Less, std::cmp::Ordering::Equal];
const EQUAL: &[std::cmp::Ordering] = &[std::cmp::Ordering::Equal];
const GREATER: &[std::cmp::Ordering] = &[std::cmp::Ordering::Greater];
const GREATER_OR_EQUAL: &[std::cmp::Ordering] = &[std::cmp::Ordering::Greater, std::cmp::Ordering::Equal];

operators! {
    ArnEquals Arn false Test::Pattern;
    ArnLike Arn false Test::Pattern;
    ArnNotEquals Arn true Test::Pattern;
    ArnNotLike Arn true Test::Pattern;
    BinaryEquals Binary false Test::Equal;
    Bool Bool false Test::Equal;
    DateEquals Date false Test::Order(EQUAL);
    DateGreaterThan Date false Test::Order(GREATER);
    DateGreaterThanEquals Date false Test::Order(GREATER_OR_EQUAL);
    DateLessThan Date false Test::Order(LESS);
    DateLessThanEquals Date false Test::Order(LESS_OR_EQUAL);
    DateNotEquals Date true Test::Order(EQUAL);
    IpAddress IpAddress false Test::Within;
    NotIpAddress IpAddress true Test::Within;
    Null Null false Test::Presence;
    NumericEquals Numeric false Test::Order(EQUAL);
    NumericGreaterThan Numeric false Test::Order(GREATER);
    NumericGreaterThanEquals Numeric false Test::Order(GREATER_OR_EQUAL);
    NumericLessThan Numeric false Test::Order(LESS);
    NumericLessThanEquals Numeric false Test::Order(LESS_OR_EQUAL);
    NumericNotEquals Numeric true Test::Order(EQUAL);
    StringEquals String false Test::Pattern;
    StringEqualsIgnoreCase String false Test::Pattern;
    StringLike String false Test::Pattern;
    StringNotEquals String true Test::Pattern;
    StringNotEqualsIgnoreCase String true Test::Pattern;
    StringNotLike String true Test::Pattern;
}

impl Operator {
    /// An operator as a policy writes it, in exactly this case: `ForAllValues:StringLikeIfExists` is three things.
    pub fn parse_full(full_name: &str) -> Result<(Option<Quantifier>, Self, bool), UnknownOperator> {
        let (quantifier, rest) = match full_name.split_once(':') {
            Some(("ForAllValues", rest)) => (Some(Quantifier::ForAllValues), rest),
            Some(("ForAnyValue", rest)) => (Some(Quantifier::ForAnyValue), rest),
            _ => (None, full_name),
        };
        let (name, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |name| (name, true));
        match Self::ALL.iter().find(|operator| operator.name() == name) {
            Some(operator) => Ok((quantifier, *operator, if_exists)),
            None => Err(UnknownOperator { full_name: full_name.to_owned(), name: name.to_owned() }),
        }
    }

    /// A value that the operator compares with; `None` if IAM does not say what it means.
    fn read(self, parts: Parts) -> Option<Pattern> {
        match self {
            Self::StringLike | Self::StringNotLike => Some(Pattern::like(parts)),
            Self::StringEqualsIgnoreCase | Self::StringNotEqualsIgnoreCase => {
                Some(Pattern::exact_ignore_case(parts))
            }
            Self::ArnEquals | Self::ArnLike | Self::ArnNotEquals | Self::ArnNotLike => Pattern::arn(parts),
            _ => Some(Pattern::exact(parts)),
        }
    }
}

/// How a key with several values is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are IAM's own")]
pub enum Quantifier {
    ForAllValues,
    ForAnyValue,
}

/// There is no such operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownOperator {
    /// As it was written.
    pub full_name: String,
    /// Without what may stand before and after an operator.
    pub name: String,
}

impl fmt::Display for UnknownOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IAM has no condition operator `{}`", self.full_name)
    }
}

impl std::error::Error for UnknownOperator {}

/// A condition: an operator, a key, and the values that the policy gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Condition {
    key: Arc<str>,
    operator: Operator,
    quantifier: Option<Quantifier>,
    if_exists: bool,
    /// Sorted.
    values: Vec<Pattern>,
    /// A value is one that IAM does not say the meaning of.
    is_vague: bool,
}

impl Condition {
    /// `ForAllValues:StringLikeIfExists`, a key in any case, and values in the operator's syntax.
    pub fn new(
        operator: &str,
        key: &str,
        values: impl IntoIterator<Item = impl Into<Parts>>,
    ) -> Result<Self, UnknownOperator> {
        let (quantifier, operator, if_exists) = Operator::parse_full(operator)?;
        let mut is_vague = false;
        let read = |parts: Parts| {
            operator.read(parts.clone()).unwrap_or_else(|| {
                is_vague = true;
                Pattern::like(parts)
            })
        };
        let mut values: Vec<Pattern> = values.into_iter().map(Into::into).map(read).collect();
        values.sort();
        values.dedup();
        let key = key.to_ascii_lowercase().into();
        Ok(Self { key, operator, quantifier, if_exists, values, is_vague })
    }

    /// The key, in lower case: IAM ignores it.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The operator.
    pub const fn operator(&self) -> Operator {
        self.operator
    }

    /// The operator with what stands before and after it.
    pub fn full_operator(&self) -> String {
        let before = match self.quantifier {
            Some(Quantifier::ForAllValues) => "ForAllValues:",
            Some(Quantifier::ForAnyValue) => "ForAnyValue:",
            None => "",
        };
        let after = if self.if_exists { "IfExists" } else { "" };
        format!("{before}{}{after}", self.operator.name())
    }

    /// Adds the values of another condition to those of this one, if the two together are that: both hold where no
    /// value fits.
    pub(crate) fn join_negated(&mut self, other: &Self) -> bool {
        let joined = self.operator.is_negated()
            && self.quantifier != Some(Quantifier::ForAnyValue)
            && (&self.key, self.operator, self.quantifier, self.if_exists)
                == (&other.key, other.operator, other.quantifier, other.if_exists);
        if joined {
            self.values.extend(other.values.iter().cloned());
            self.values.sort();
            self.values.dedup();
            self.is_vague |= other.is_vague;
        }
        joined
    }

    /// The policy's values, sorted.
    pub fn values(&self) -> &[Pattern] {
        &self.values
    }

    /// Puts in what is known of symbols.
    pub(crate) fn resolve(&mut self, facts: &Facts) {
        self.values.iter_mut().for_each(|value| *value = value.resolve(facts));
        self.values.sort();
        self.values.dedup();
    }

    /// It holds of no request that lacks its key.
    pub fn is_required(&self) -> bool {
        let always = self.if_exists || self.operator.is_negated() || self.operator == Operator::Null;
        !always && self.quantifier != Some(Quantifier::ForAllValues)
    }

    /// Whether it holds of a request.
    pub fn holds(&self, context: &Context) -> Truth {
        let values = context.get(&self.key);
        if self.operator == Operator::Null {
            return values.map_or(Truth::Maybe, |values| self.holds_of_presence(!values.is_empty()));
        }
        let Some(values) = values else { return Truth::Maybe };
        match (self.quantifier, values) {
            (Some(Quantifier::ForAllValues), values) => {
                Truth::all(values.iter().map(|value| self.holds_of(value, context)))
            }
            // Without values there is none that fits, `IfExists` or not.
            (Some(Quantifier::ForAnyValue), values) => {
                Truth::any(values.iter().map(|value| self.holds_of(value, context)))
            }
            (None, []) => Truth::of(self.if_exists || self.operator.is_negated()),
            (None, [value]) => self.holds_of(value, context),
            // IAM leaves open what a key with several values means to an operator for one.
            (None, _) => Truth::Maybe,
        }
    }

    fn holds_of_presence(&self, present: bool) -> Truth {
        let wanted = if present { "false" } else { "true" };
        Truth::any(self.values.iter().map(|value| match known(value) {
            Some(text) => Truth::of(text.eq_ignore_ascii_case(wanted)),
            None => Truth::Maybe,
        }))
    }

    /// Whether it holds of one value of its key.
    fn holds_of(&self, value: &Text, context: &Context) -> Truth {
        if self.is_vague {
            return Truth::Maybe;
        }
        let fits = Truth::any(self.values.iter().map(|pattern| self.fits(pattern, value, context)));
        if self.operator.is_negated() { fits.negate() } else { fits }
    }

    /// Whether a value of the request is what a value of the policy asks for.
    fn fits(&self, pattern: &Pattern, value: &Text, context: &Context) -> Truth {
        let test = self.operator.test();
        if test == Test::Pattern {
            return crate::policy::matches(pattern, value, context);
        }
        let (Some(wanted), Some(found)) = (known(pattern), value.known()) else {
            return if pattern.only_text().as_ref() == Some(value) && test == Test::Equal {
                Truth::Yes
            } else {
                Truth::Maybe
            };
        };
        let fits = match (test, self.operator.family()) {
            (Test::Order(orders), family) => {
                let read = if family == Family::Date { value::date } else { value::number };
                let order =
                    read(&found).zip(read(&wanted)).and_then(|(found, wanted)| found.partial_cmp(&wanted));
                order.map(|order| orders.contains(&order))
            }
            (Test::Within, _) => {
                let found = value::addresses(&found).zip(value::addresses(&wanted));
                found.map(|(found, wanted)| wanted.contains(&found))
            }
            (_, Family::Bool) => Some(found.eq_ignore_ascii_case(&wanted)),
            _ => Some(found == wanted),
        };
        fits.map_or(Truth::Maybe, Truth::of)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = ci_catalog::iam::condition_key(&self.key).unwrap_or(&self.key);
        write!(f, "{} {key} ", self.full_operator())?;
        for (at, value) in self.values.iter().enumerate() {
            write!(f, "{}{value}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// The text of a value without wildcards, variables and symbols.
fn known(value: &Pattern) -> Option<String> {
    value.only_text()?.known()
}
