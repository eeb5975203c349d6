//! Lists: how many items, which, and that they differ.

use std::hash::{Hash, Hasher};

use ci_base::{Code, Diagnostic};
use ci_catalog::Node;
use ci_graph::{Located, Origin, Value};
use rustc_hash::{FxHashMap, FxHasher};

use super::Walk;
use super::record::{Presence, presence_of};
use super::same::{known_text, same};
use super::scalar::bounds;
use crate::place::Place;
use crate::sink::Sink;
use crate::verdict::Verdict;
use crate::words;

/// Up to this many items every pair is compared; beyond, items are sorted into buckets first.
const PAIRWISE: usize = 16;

impl<S: Sink> Walk<'_, S> {
    pub(super) fn list(&mut self, items: &[Located], at: Origin, node: &Node, place: &Place<'_>) -> Verdict {
        let mut verdict = Verdict::Yes;
        if node.min_items.is_some() || node.max_items.is_some() {
            let fits = item_count(items, node);
            self.note(&mut verdict, fits, || wrong_count(items, at, node, place));
        }
        if node.unique_items && items.len() > 1 && !self.differ(items, place) {
            verdict = Verdict::No;
        }
        for key in node.unique_keys {
            if items.len() > 1 && !self.differ_in(items, key, place) {
                verdict = Verdict::No;
            }
        }
        for (index, item) in items.iter().enumerate() {
            if S::QUIET && verdict == Verdict::No {
                return verdict;
            }
            let id = node.prefix_items.get(index).copied().or(node.items);
            if let Some(id) = id {
                verdict = verdict.and(self.located(item, id, &place.item(index)));
            }
        }
        if let Some(id) = node.contains {
            let mut quiet = self.silently();
            let schema = self.schema;
            let found = items
                .iter()
                .filter(|item| !matches!(item.value, Value::Absent))
                .map(|item| quiet.located(item, id, place))
                .fold(Verdict::No, Verdict::or);
            self.note(&mut verdict, found, || {
                let wanted = schema.node(id);
                let what = match (wanted.const_value, wanted.enum_values) {
                    (Some(scalar), _) => words::scalar(scalar),
                    (None, []) => "an item that meets the conditions of its type".to_owned(),
                    (None, values) => words::choices(values),
                };
                Diagnostic::new(Code::ItemsOutOfBounds, at, format!("{place} must contain {what}"))
            });
        }
        verdict
    }

    /// Whether all items differ; reports those that do not.
    fn differ(&mut self, items: &[Located], place: &Place<'_>) -> bool {
        let repeated = repeated(items, |value| Some(value));
        for (first, again) in &repeated {
            self.sink.report(|| {
                let what = match &again.value {
                    Value::Late(_) | Value::Record(_) | Value::List(_) => "the same value".to_owned(),
                    value => words::short(value),
                };
                Diagnostic::new(Code::DuplicateItems, again.origin, format!("{place} lists {what} twice"))
                    .label("the same as an earlier item")
                    .also(first.origin, "first listed here")
                    .help("take one of them out")
            });
        }
        repeated.is_empty()
    }

    /// Whether all items differ in one of their properties; reports those that do not.
    fn differ_in(&mut self, items: &[Located], key: &str, place: &Place<'_>) -> bool {
        let repeated = repeated(items, |value| value.get(key).map(|located| &located.value));
        for (first, again) in &repeated {
            self.sink.report(|| {
                let what =
                    again.value.get(key).map(|located| words::short(&located.value)).unwrap_or_default();
                let message = format!("{place} has two items whose `{key}` is {what}");
                Diagnostic::new(Code::DuplicateItems, again.origin, message)
                    .label("the second")
                    .also(first.origin, "the first")
            });
        }
        repeated.is_empty()
    }
}

/// Pairs of items that are certainly equal in what `part` takes of them.
fn repeated(items: &[Located], part: impl Fn(&Value) -> Option<&Value>) -> Vec<(&Located, &Located)> {
    let mut pairs = Vec::new();
    let equal = |first: &Located, again: &Located| match (part(&first.value), part(&again.value)) {
        (Some(first), Some(again)) => same(first, again) == Verdict::Yes,
        _ => false,
    };
    if items.len() <= PAIRWISE {
        for (index, again) in items.iter().enumerate() {
            if let Some(first) = items[..index].iter().find(|first| equal(first, again)) {
                pairs.push((first, again));
            }
        }
        return pairs;
    }
    let mut buckets: FxHashMap<u64, Vec<&Located>> = FxHashMap::default();
    for again in items {
        let Some(value) = part(&again.value) else { continue };
        let bucket = buckets.entry(bucket(value)).or_default();
        match bucket.iter().find(|first| equal(first, again)) {
            Some(first) => pairs.push((first, again)),
            None => bucket.push(again),
        }
    }
    pairs
}

/// A number that equal values share.
fn bucket(value: &Value) -> u64 {
    let mut hasher = FxHasher::default();
    match value {
        Value::Int(number) => number.hash(&mut hasher),
        Value::Record(entries) => {
            // In any order: records with the same entries are the same.
            let sum = entries.iter().fold(0_u64, |sum, entry| {
                let mut one = FxHasher::default();
                entry.name.hash(&mut one);
                known_text(&entry.value.value).hash(&mut one);
                sum.wrapping_add(one.finish())
            });
            sum.hash(&mut hasher);
        }
        other => known_text(other).hash(&mut hasher),
    }
    hasher.finish()
}

fn item_count(items: &[Located], node: &Node) -> Verdict {
    let (mut sure, mut possible) = (0_u64, 0_u64);
    for item in items {
        match presence_of(&item.value) {
            Presence::Never => {}
            Presence::Unknown | Presence::Sometimes => possible += 1,
            Presence::Always => sure += 1,
        }
    }
    let least = node.min_items.unwrap_or_default();
    let most = node.max_items.unwrap_or(u64::MAX);
    if sure + possible < least || sure > most {
        Verdict::No
    } else if sure < least || sure + possible > most {
        Verdict::Maybe
    } else {
        Verdict::Yes
    }
}

fn wrong_count(items: &[Located], at: Origin, node: &Node, place: &Place<'_>) -> Diagnostic<Origin> {
    let found = items.iter().filter(|item| !matches!(item.value, Value::Absent)).count();
    let bounds = bounds(node.min_items, node.max_items, "item");
    Diagnostic::new(Code::ItemsOutOfBounds, at, format!("{place} must have {bounds}, found {found}"))
        .label(words::count(found as u64, "item"))
}
