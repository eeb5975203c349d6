//! How much a value is, and that nothing becomes too much.
//!
//! Lists and records are shared, so that a short program can make a value that fills the memory once it is written
//! out: `fold([], |a, i| [a, a])`. Everything that goes through a value (comparing, writing as JSON, lowering, even
//! letting go of it) would take as long as that text is. So the weight of a value counts what is shared as often as it
//! is reached, each list and record keeps its own, and [`Eval::made`] refuses what is too heavy where it is made.
//!
//! **Invariant:** a value that an expression can name weighs at most [`MAX_PARTS`] and is nested at most [`MAX_DEPTH`]
//! deep. What walks through values relies on it and counts nothing.

use std::rc::Rc;
use std::sync::Arc;

use ci_base::Code;
use ci_graph::{Condition, Late, Origin};

use super::Eval;
use super::value::{Located, Principal, Statement, Value};

/// The most parts of a value: a template of this many would be some fifty times too large.
pub(super) const MAX_PARTS: u32 = 1_000_000;
/// How deeply a value may be nested; CloudFormation's own types stay far below.
pub(super) const MAX_DEPTH: u32 = 256;
/// How many bytes of text weigh as much as a part.
const BYTES_A_PART: usize = 64;
/// How many bytes of new text take as long, and as much memory, as a step.
const BYTES_A_STEP: usize = 16;
/// How many parts are gone through in the time of a step.
const PARTS_A_STEP: u32 = 16;

/// The parts of a value and how deeply they are nested, counted as if nothing were shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    parts: u32,
    depth: u32,
}

impl Weight {
    /// What holds nothing else.
    const ONE: Self = Self { parts: 1, depth: 1 };

    fn text(text: &str) -> Self {
        Self { parts: u32::try_from(1 + text.len() / BYTES_A_PART).unwrap_or(u32::MAX), depth: 1 }
    }

    /// Something around `parts`.
    pub(super) fn around(parts: impl Iterator<Item = Self>) -> Self {
        let inner = parts.fold(Self { parts: 0, depth: 0 }, |all, part| Self {
            parts: all.parts.saturating_add(part.parts),
            depth: all.depth.max(part.depth),
        });
        Self { parts: inner.parts.saturating_add(1), depth: inner.depth.saturating_add(1) }
    }

    fn of_statement(statement: &Statement) -> Self {
        let resources = statement.resources.iter().flatten();
        let located = resources.chain(&statement.principals).chain(&statement.conditions);
        let actions = statement.actions.iter().map(|action| Self::text(action));
        Self::around(located.map(|part| Self::of(&part.value)).chain(actions))
    }

    /// The weight of a value.
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::List(list) => list.weight(),
            Value::Record(record) => record.weight(),
            Value::Existing(existing) => existing.properties.weight(),
            Value::Text(text) => Self::text(text),
            Value::Conditional(condition, inner) => {
                let mut left = MAX_PARTS;
                let condition = of_condition(condition, &mut left);
                Self::around([condition, Self::of(&inner.value)].into_iter())
            }
            Value::Late(late) => of_late(late, &mut { MAX_PARTS }),
            Value::Statement(statement) => Self::of_statement(statement),
            Value::Actions(actions) => Self::around(actions.iter().map(|action| Self::text(action))),
            Value::Principal(principal) => match &**principal {
                Principal::Everyone => Self::ONE,
                Principal::Kind(_, name) => Self::around([Self::of(&name.value)].into_iter()),
            },
            Value::Unknown
            | Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Duration(_)
            | Value::Size(_)
            | Value::Variant(..)
            | Value::Resource(_)
            | Value::Instance(_)
            | Value::Provided(_)
            | Value::Service(_)
            | Value::Made(_)
            | Value::Every(_)
            | Value::Range(..)
            | Value::Closure(_) => Self::ONE,
        }
    }

    /// The steps that going through all of it is worth.
    pub(super) fn steps(self) -> u64 {
        u64::from(self.parts / PARTS_A_STEP)
    }
}

/// Counts down from `left`, so that conditions, which are shared and keep no weight, are not counted for ever: past the
/// end the weight is more than anything may have.
fn counted(left: &mut u32, around: impl FnOnce(&mut u32) -> Weight) -> Weight {
    match left.checked_sub(1) {
        Some(rest) => {
            *left = rest;
            around(left)
        }
        None => Weight { parts: MAX_PARTS + 1, depth: 1 },
    }
}

fn of_graph(value: &ci_graph::Value, left: &mut u32) -> Weight {
    use ci_graph::Value as Graph;
    counted(left, |left| match value {
        Graph::String(text) => Weight::text(text),
        Graph::List(items) => Weight::around(items.iter().map(|item| of_graph(&item.value, left))),
        Graph::Record(entries) => {
            Weight::around(entries.iter().map(|entry| of_graph(&entry.value.value, left)))
        }
        Graph::Late(late) => of_late(late, left),
        Graph::Unknown | Graph::Absent | Graph::Bool(_) | Graph::Int(_) | Graph::Float(_) => Weight::ONE,
    })
}

fn of_late(late: &Late, left: &mut u32) -> Weight {
    counted(left, |left| match late {
        Late::If { condition, then, otherwise } => {
            let decides = of_condition(condition, left);
            let branches = [then, otherwise].map(|branch| of_graph(&branch.value, left));
            Weight::around(branches.into_iter().chain([decides]))
        }
        Late::Truth(condition) => of_condition(condition, left),
        other => Weight::around(other.operands().iter().map(|operand| of_graph(operand, left))),
    })
}

fn of_condition(condition: &Condition, left: &mut u32) -> Weight {
    counted(left, |left| match condition {
        Condition::Equals(first, second) => {
            Weight::around([first, second].map(|side| of_graph(side, left)).into_iter())
        }
        Condition::All(parts) | Condition::Any(parts) => {
            Weight::around(parts.iter().map(|part| of_condition(part, left)))
        }
        Condition::Not(inner) => Weight::around([of_condition(inner, left)].into_iter()),
    })
}

impl Eval<'_> {
    /// A value that was made at `origin`, if it is not too much; what it took is counted as steps.
    pub(super) fn made(&mut self, value: Value, origin: Origin) -> Value {
        let took = match &value {
            // What something else holds too was counted when it was made.
            Value::List(list) if Rc::strong_count(list) == 1 => list.len() as u64,
            Value::Record(record) if Rc::strong_count(record) == 1 => record.entries.len() as u64,
            Value::Late(late) if Rc::strong_count(late) == 1 => u64::from(Weight::of(&value).parts),
            Value::Text(text) if Arc::strong_count(text) == 1 => (text.len() / BYTES_A_STEP) as u64,
            Value::Conditional(..) | Value::Statement(_) | Value::Existing(_) => 1,
            _ => return value,
        };
        if !self.spend(took, |_| origin) {
            return Value::Unknown;
        }
        let weight = Weight::of(&value);
        if weight.depth > MAX_DEPTH {
            let message = format!("this value is nested more than {MAX_DEPTH} levels deep");
            return self.error(Code::EvaluationLimit, origin, message);
        }
        if weight.parts > MAX_PARTS {
            let message = format!("written out, this value would have more than {MAX_PARTS} parts");
            return self.error(Code::EvaluationLimit, origin, message);
        }
        value
    }

    /// Counts that all of some values is gone through.
    pub(super) fn walked<'a>(
        &mut self,
        values: impl IntoIterator<Item = &'a Located>,
        origin: Origin,
    ) -> bool {
        let steps = values.into_iter().map(|located| Weight::of(&located.value).steps()).sum();
        self.spend(steps, |_| origin)
    }

    /// Counts that a text is written once more.
    pub(super) fn written(&mut self, text: &str, origin: Origin) -> bool {
        self.spend((text.len() / BYTES_A_STEP) as u64, |_| origin)
    }
}

#[cfg(test)]
mod tests;
