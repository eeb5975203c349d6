//! The values of the language's methods, and of the functions that need nothing but their arguments. The name of an
//! enum's variant is the evaluator's to say.
//!
//! Names, arguments and results are those of [`crate::builtin`]; the type checker has already compared a call with
//! them. What is left to find out here is what types do not say: which parts are late, and which values make sense.
//!
//! Everything is total: arithmetic is checked, sizes are limited, and nothing depends on anything but its arguments.
//!
//! Must not know: the database, syntax, how closures are evaluated.

pub(super) mod case;
pub(super) mod cidr;
mod compose;
mod data;
mod json;
mod late;
mod list;
mod map;
mod number;
mod order;
mod policy;
mod text;

use std::sync::Arc;

use ci_graph::Origin;

use crate::eval::value::{Closure, Located, Principal, Value};

pub use compose::{concat, scalar_text};
pub use data::{parse_json, parse_yaml};
pub use json::{json_text, to_graph};
pub use late::elements;
pub use order::{compare, equal};
pub use policy::{policy_document, statement_record};
pub use text::matches;

/// The most elements a list or record may have.
const MAX_ELEMENTS: usize = 100_000;

/// The most bytes a text may have.
const MAX_TEXT: usize = 16 << 20;

/// Why a builtin has no value. The evaluator makes it a diagnostic at the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Needs a value that is known while compiling. Where the late value was written.
    Late(Origin),
    /// An argument or a receiver that makes no sense; in words: "the width must not be negative, found -1".
    Argument(String),
    /// A position or name that is not there; in words.
    OutOfBounds(String),
    /// A number that does not fit.
    Overflow,
    /// Two elements of the same key; in words.
    DuplicateKey(String),
    /// Malformed JSON or YAML; in words, with line and column if they are known.
    Data(String),
    /// A result that is too large; in words.
    Limit(String),
}

/// Calls closures of the program.
pub trait Apply {
    /// The value of the closure's body, with its parameters set to the arguments.
    fn apply(&mut self, closure: &Closure, arguments: Vec<Located>) -> Located;
}

/// The value of `receiver.name(arguments)`, written at `origin`; [`Value::Unknown`] where an unknown value decides.
///
/// A closure is the last argument. It is called for all elements even when what it says of one is unknown, unless an
/// answer ends the search.
pub fn call_method(
    receiver: &Located,
    name: &str,
    arguments: &[Located],
    origin: Origin,
    apply: &mut dyn Apply,
) -> Result<Value, Problem> {
    match arguments.split_last() {
        Some((Located { value: Value::Closure(closure), .. }, arguments)) => {
            let mut function = |arguments| apply.apply(closure, arguments);
            dispatch(Call { receiver, name, arguments, function: Some(&mut function), origin })
        }
        _ => dispatch(Call { receiver, name, arguments, function: None, origin }),
    }
}

/// `receiver[index]`: an element of a list, or the value of a name.
pub fn index(receiver: &Located, index: &Located) -> Result<Value, Problem> {
    let found = match (&receiver.value, &index.value) {
        (Value::Unknown, _) | (_, Value::Unknown) => Err(Stop::Unknown),
        (Value::List(items), _) => int(index).and_then(|at| list::at(items, at)),
        (Value::Record(record), _) => text(index).and_then(|key| map::at(record, key)),
        (Value::Late(late), Value::Int(at)) => late::select(late, *at),
        _ => index_refused(receiver, index),
    };
    settle(found)
}

fn index_refused(receiver: &Located, index: &Located) -> Outcome {
    match &receiver.value {
        Value::Late(_) if !matches!(index.value, Value::Text(_)) => int(index).map(Value::Int),
        _ => Err(mismatch(receiver, "a list or a record")),
    }
}

fn dispatch(call: Call<'_>) -> Result<Value, Problem> {
    let receiver = call.receiver;
    let value = match (&receiver.value, call.name) {
        (Value::Unknown, _) => Err(Stop::Unknown),
        (_, "to_json") => return json_text(receiver),
        (Value::Late(late), _) => late::method(late, call),
        (Value::Conditional(..), _) => Err(Problem::Late(receiver.origin).into()),
        (Value::Int(known), _) => number::int(*known, &call),
        (Value::Float(known), _) => number::float(*known, &call),
        (Value::Duration(seconds), _) => number::duration(*seconds, &call),
        (Value::Size(bytes), _) => number::size(*bytes, &call),
        (Value::Variant(_, _, known), "value") => Ok(Value::Text(Arc::clone(known))),
        // A variant may stand wherever text is wanted.
        (Value::Text(known) | Value::Variant(_, _, known), _) => text::method(known, &call),
        (Value::List(items), _) => list::method(items, call),
        (Value::Record(record), _) => map::method(record, call),
        (Value::Range(start, end), "to_list") => list::of_range(*start, *end, call.origin),
        _ => Err(call.no_method()),
    };
    settle(value)
}

/// Why there is no value yet: nothing is known of it, or something is wrong.
#[derive(Debug)]
enum Stop {
    Unknown,
    Problem(Problem),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

type Outcome<T = Value> = Result<T, Stop>;

fn settle(outcome: Outcome) -> Result<Value, Problem> {
    match outcome {
        Ok(value) => Ok(value),
        Err(Stop::Unknown) => Ok(Value::Unknown),
        Err(Stop::Problem(problem)) => Err(problem),
    }
}

fn argument<T>(words: impl Into<String>) -> Outcome<T> {
    Err(Problem::Argument(words.into()).into())
}

/// A closure of the program, ready to be called.
type Function<'a> = &'a mut dyn FnMut(Vec<Located>) -> Located;

/// A call of a method. A closure is always the last argument; it is not among `arguments`.
struct Call<'a> {
    receiver: &'a Located,
    name: &'a str,
    arguments: &'a [Located],
    function: Option<Function<'a>>,
    origin: Origin,
}

impl<'a> Call<'a> {
    fn argument(&self, at: usize) -> Outcome<&'a Located> {
        match self.arguments.get(at) {
            Some(argument) => Ok(argument),
            None => argument(format!(
                "`{}` needs {} arguments, found {}",
                self.name,
                at + 1,
                self.arguments.len()
            )),
        }
    }

    fn text(&self, at: usize) -> Outcome<&'a Arc<str>> {
        text(self.argument(at)?)
    }

    fn int(&self, at: usize) -> Outcome<i64> {
        int(self.argument(at)?)
    }

    /// A number of something, which `what` names in a message.
    fn count(&self, at: usize, what: &str) -> Outcome<usize> {
        let found = self.int(at)?;
        match usize::try_from(found) {
            Ok(count) => Ok(count),
            Err(_) => argument(format!("{what} must not be negative, found {found}")),
        }
    }

    /// The arguments of `slice`: where it starts, and how many it takes of `len`.
    fn slice(&self, len: usize) -> Outcome<(usize, usize)> {
        let outside =
            |at| Problem::OutOfBounds(format!("the position {at} is outside of the {len} there are"));
        let start = self.int(0)?;
        let from = usize::try_from(start).ok().filter(|from| *from <= len).ok_or_else(|| outside(start))?;
        if self.arguments.len() < 2 {
            return Ok((from, len - from));
        }
        let end = self.int(1)?;
        // An end past the last one means "up to the last": texts are cut to a length this way.
        let to = usize::try_from(end).map_err(|_| outside(end))?.min(len);
        if end < start {
            return argument(format!("the end must not be before the start {start}, found {end}"));
        }
        Ok((from, to - from))
    }

    fn apply(&mut self, arguments: Vec<Located>) -> Outcome<Located> {
        match &mut self.function {
            Some(function) => Ok(function(arguments)),
            // Where a closure belongs, there is something that has been reported.
            None => match self.arguments.last() {
                Some(Located { value: Value::Unknown, .. }) => Err(Stop::Unknown),
                _ => argument(format!("`{}` needs a closure", self.name)),
            },
        }
    }

    /// Whether the closure holds; `None` when that is unknown.
    fn holds(&mut self, arguments: Vec<Located>) -> Outcome<Option<bool>> {
        let answer = self.apply(arguments)?;
        match answer.value {
            Value::Bool(holds) => Ok(Some(holds)),
            Value::Unknown => Ok(None),
            _ => Err(mismatch(&answer, "a truth value")),
        }
    }

    fn located(&self, value: Value) -> Located {
        Located { value, origin: self.origin }
    }

    fn no_method(&self) -> Stop {
        let what = self.receiver.value.describe();
        Problem::Argument(format!("{what} has no method `{}`", self.name)).into()
    }
}

/// The known text of a value.
fn text(located: &Located) -> Outcome<&Arc<str>> {
    match &located.value {
        Value::Text(text) | Value::Variant(_, _, text) => Ok(text),
        _ => Err(mismatch(located, "a text")),
    }
}

/// The known whole number of a value.
fn int(located: &Located) -> Outcome<i64> {
    match located.value {
        Value::Int(known) => Ok(known),
        _ => Err(mismatch(located, "a whole number")),
    }
}

/// What stops a method that needs a known value of another kind.
fn mismatch(located: &Located, expected: &str) -> Stop {
    match &located.value {
        Value::Unknown => Stop::Unknown,
        Value::Late(_) | Value::Conditional(..) => Problem::Late(located.origin).into(),
        Value::None => Problem::Argument(format!("expected {expected}, found `none`")).into(),
        other => Problem::Argument(format!("expected {expected}, found {}", other.describe())).into(),
    }
}

/// What is unknown or late about two values that cannot be told apart or put in order.
fn undecided(left: &Located, right: &Located) -> Option<Stop> {
    let parts = [left, right];
    if parts.iter().any(|part| find(part, &|value| matches!(value, Value::Unknown)).is_some()) {
        return Some(Stop::Unknown);
    }
    let is_late = |value: &Value| matches!(value, Value::Late(_) | Value::Conditional(..));
    let late = parts.iter().find_map(|part| find(part, &is_late))?;
    Some(Problem::Late(late).into())
}

/// Where the first part of a value is that is wanted, the value itself included.
fn find(located: &Located, wanted: &dyn Fn(&Value) -> bool) -> Option<Origin> {
    if wanted(&located.value) {
        return Some(located.origin);
    }
    match &located.value {
        Value::List(items) => items.iter().find_map(|item| find(item, wanted)),
        Value::Record(record) => record.entries.iter().find_map(|(_, value)| find(value, wanted)),
        Value::Conditional(_, inner) => find(inner, wanted),
        Value::Statement(statement) => {
            let resources = statement.resources.iter().flatten();
            let mut parts = resources.chain(&statement.principals).chain(&statement.conditions);
            parts.find_map(|part| find(part, wanted))
        }
        Value::Principal(principal) => match &**principal {
            Principal::Everyone => None,
            Principal::Kind(_, name) => find(name, wanted),
        },
        _ => None,
    }
}

/// A list, if it is not too long.
fn limited(items: Vec<Located>) -> Outcome {
    if items.len() > MAX_ELEMENTS { Err(too_many()) } else { Ok(Value::list(items)) }
}

/// A number of things.
fn length(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

fn too_many() -> Stop {
    Problem::Limit(format!("a list may have at most {MAX_ELEMENTS} elements")).into()
}

fn too_long() -> Problem {
    Problem::Limit(format!("a text may have at most {} MiB", MAX_TEXT >> 20))
}

#[cfg(test)]
mod tests;
