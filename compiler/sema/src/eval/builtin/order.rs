//! Which values are equal, and which comes first.

use std::cmp::Ordering;
use std::rc::Rc;

use ci_graph::Late;

use crate::eval::value::{Located, Principal, Record, Statement, Value};

/// Whether two values are equal, as `==` sees it; `None` when something late or unknown decides.
///
/// A number equals one of the other kind if both are the same number. The order of names in a record does not matter,
/// and a name whose value is `none` is as good as absent: no template tells the two apart.
pub fn equal(left: &Value, right: &Value) -> Option<bool> {
    let truth = |equal: bool| Some(equal);
    match (left, right) {
        (Value::Unknown, _) | (_, Value::Unknown) => None,
        (Value::Late(left), Value::Late(right)) => (left == right).then_some(true),
        (Value::Late(late), other) | (other, Value::Late(late)) => late_equal(late, other),
        (Value::Conditional(condition, left), Value::Conditional(other, right)) => {
            // When both are there, or neither is.
            let same = condition == other && equal(&left.value, &right.value) == Some(true);
            same.then_some(true)
        }
        (Value::Conditional(..), Value::None) | (Value::None, Value::Conditional(..)) => None,
        (Value::Conditional(_, inner), other) | (other, Value::Conditional(_, inner)) => {
            // Either it is there and differs, or it is `none` and differs.
            (equal(&inner.value, other) == Some(false)).then_some(false)
        }
        (Value::None, Value::None) => truth(true),
        (Value::Bool(left), Value::Bool(right)) => truth(left == right),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            truth(compare_numbers(left, right) == Some(Ordering::Equal))
        }
        (Value::Text(left), Value::Text(right)) => truth(left == right),
        // A variant may stand wherever text is wanted.
        (Value::Text(text), Value::Variant(_, _, other))
        | (Value::Variant(_, _, other), Value::Text(text)) => truth(text == other),
        (Value::Duration(left), Value::Duration(right)) | (Value::Size(left), Value::Size(right)) => {
            truth(left == right)
        }
        (Value::List(left), Value::List(right)) => equal_lists(left, right),
        (Value::Record(left), Value::Record(right)) => equal_records(left, right),
        (Value::Variant(item, position, _), Value::Variant(other_item, other_position, _)) => {
            truth(item == other_item && position == other_position)
        }
        (Value::Resource(left), Value::Resource(right)) => truth(left == right),
        (Value::Existing(left), Value::Existing(right)) => {
            if left.resource == right.resource {
                equal_records(&left.properties, &right.properties)
            } else {
                truth(false)
            }
        }
        (Value::Instance(left), Value::Instance(right)) => truth(Rc::ptr_eq(left, right)),
        (Value::Provided(left), Value::Provided(right)) => truth(Rc::ptr_eq(left, right)),
        (Value::Service(left), Value::Service(right)) => truth(Rc::ptr_eq(left, right)),
        (Value::Made(left), Value::Made(right)) => left.is(right),
        (Value::Made(_), Value::None) | (Value::None, Value::Made(_)) => truth(false),
        // A reference, whose value only the deployment knows.
        (Value::Made(_), _) | (_, Value::Made(_)) => None,
        (Value::Statement(left), Value::Statement(right)) => equal_statements(left, right),
        (Value::Actions(left), Value::Actions(right)) => truth(left == right),
        (Value::Principal(left), Value::Principal(right)) => match (&**left, &**right) {
            (Principal::Everyone, Principal::Everyone) => truth(true),
            (Principal::Kind(kind, left), Principal::Kind(other, right)) if kind == other => {
                equal(&left.value, &right.value)
            }
            _ => truth(false),
        },
        (Value::Range(start, end), Value::Range(other_start, other_end)) => {
            truth(start == other_start && end == other_end)
        }
        (Value::Closure(left), Value::Closure(right)) => truth(Rc::ptr_eq(left, right)),
        _ => truth(false),
    }
}

/// Which of two values comes first in ascending order: numbers, durations and sizes by amount, texts by their
/// characters' code points, `false` before `true`, variants as declared, lists by their first elements that differ.
/// `None` when they have no order.
pub fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right) | Value::Variant(_, _, right))
        | (Value::Variant(_, _, left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Duration(left), Value::Duration(right)) | (Value::Size(left), Value::Size(right)) => {
            Some(left.cmp(right))
        }
        (Value::Variant(item, left, _), Value::Variant(other, right, _)) => {
            (item == other).then(|| left.cmp(right))
        }
        (Value::List(left), Value::List(right)) => {
            for (left, right) in left.iter().zip(right.iter()) {
                match compare(&left.value, &right.value)? {
                    Ordering::Equal => {}
                    decided => return Some(decided),
                }
            }
            Some(left.len().cmp(&right.len()))
        }
        _ => compare_numbers(left, right),
    }
}

/// Late values are texts, numbers, truths or lists. Only a branch that is absent makes `none` of one.
fn late_equal(late: &Late, other: &Value) -> Option<bool> {
    match other {
        Value::None if !matches!(late, Late::If { .. }) => Some(false),
        _ => None,
    }
}

fn equal_lists(left: &[Located], right: &[Located]) -> Option<bool> {
    if left.len() != right.len() {
        return Some(false);
    }
    all(left.iter().zip(right).map(|(left, right)| equal(&left.value, &right.value)))
}

fn equal_records(left: &Record, right: &Record) -> Option<bool> {
    // Most records that are compared have the same names in the same order. Looking for each would take too long for
    // large ones.
    let found = |at: usize, name: &str| match right.entries.get(at) {
        Some((other, value)) if **other == *name => Some(value),
        _ => right.get(name),
    };
    let mut shared = 0;
    let mut whole = Some(true);
    for (at, (name, value)) in left.entries.iter().enumerate() {
        let other = found(at, name);
        shared += usize::from(other.is_some());
        let other = other.map_or(&Value::None, |other| &other.value);
        whole = and(whole, equal(&value.value, other));
        if whole == Some(false) {
            return whole;
        }
    }
    if shared == right.entries.len() {
        return whole;
    }
    let more = right.entries.iter().filter(|(name, _)| left.get(name).is_none());
    more.fold(whole, |whole, (_, value)| and(whole, equal(&value.value, &Value::None)))
}

fn equal_statements(left: &Statement, right: &Statement) -> Option<bool> {
    if left.effect != right.effect || left.actions != right.actions {
        return Some(false);
    }
    let resources = match (&left.resources, &right.resources) {
        (None, None) => Some(true),
        (Some(left), Some(right)) => equal_lists(left, right),
        _ => Some(false),
    };
    let conditions = match (&left.conditions, &right.conditions) {
        (None, None) => Some(true),
        (Some(left), Some(right)) => equal(&left.value, &right.value),
        _ => Some(false),
    };
    all([resources, equal_lists(&left.principals, &right.principals), conditions].into_iter())
}

/// Whether all hold. One that does not decides, whatever is late about others.
fn all(mut parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let decided = parts.try_fold(Some(true), |whole, part| match and(whole, part) {
        Some(false) => Err(()),
        so_far => Ok(so_far),
    });
    decided.unwrap_or(Some(false))
}

fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Compares exactly: above 2^53, not every `Int` is a `Float`.
fn compare_numbers(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
        (Value::Int(left), Value::Float(right)) => compare_mixed(*left, *right),
        (Value::Float(left), Value::Int(right)) => compare_mixed(*right, *left).map(Ordering::reverse),
        _ => None,
    }
}

fn compare_mixed(int: i64, float: f64) -> Option<Ordering> {
    // No `Float` between this and 2^63 exists; the conversion of a whole one below it is exact.
    let whole = float.trunc() as i64;
    match float {
        _ if float.is_nan() => None,
        _ if float >= super::number::END => Some(Ordering::Less),
        _ if float < -super::number::END => Some(Ordering::Greater),
        _ => Some(int.cmp(&whole).then(0.0_f64.partial_cmp(&float.fract())?)),
    }
}

#[cfg(test)]
mod tests;
