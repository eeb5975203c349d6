//! Whether two values are the same, wherever they were written.

use ci_graph::{Late, Value};

use crate::verdict::Verdict;

/// Whether two values are equal. Origins and the order of a record's entries do not matter; late values that are
/// made in the same way are equal, others may be.
pub(crate) fn same(left: &Value, right: &Value) -> Verdict {
    match (left, right) {
        (Value::Unknown, _) | (_, Value::Unknown) => Verdict::Maybe,
        (Value::Late(left), Value::Late(right)) => same_late(left, right),
        (Value::Late(_), _) | (_, Value::Late(_)) => Verdict::Maybe,
        (Value::List(left), Value::List(right)) => {
            if left.len() != right.len() {
                return Verdict::No;
            }
            left.iter().zip(right).map(|(l, r)| same(&l.value, &r.value)).fold(Verdict::Yes, Verdict::and)
        }
        (Value::Record(entries), Value::Record(others)) => {
            if entries.len() != others.len() {
                return Verdict::No;
            }
            entries.iter().fold(Verdict::Yes, |so_far, entry| {
                so_far.and(right.get(&entry.name).map_or(Verdict::No, |r| same(&entry.value.value, &r.value)))
            })
        }
        (left, right) => Verdict::of(left == right),
    }
}

fn same_late(left: &Late, right: &Late) -> Verdict {
    let surely = match (left, right) {
        (Late::Concat(left), Late::Concat(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r) == Verdict::Yes)
        }
        // Parts with origins of their own: not worth comparing part by part.
        (Late::If { .. } | Late::Join { .. }, _) => false,
        (left, right) => left == right,
    };
    if surely { Verdict::Yes } else { Verdict::Maybe }
}

/// The text of a value, if it is known text.
pub(super) fn known_text(value: &Value) -> Option<&str> {
    value.as_str()
}
