//! Methods of maps, records and structs.

use std::sync::Arc;

use ci_base::did_you_mean;
use rustc_hash::FxHashMap;

use super::{Call, MAX_ELEMENTS, Outcome, Problem, Stop, length, limited, mismatch};
use crate::eval::value::{Located, Record, Value};

/// The value of a method of a record.
pub(super) fn method(record: &Record, mut call: Call<'_>) -> Outcome {
    let entries = &record.entries;
    let key = |name: &Arc<str>, value: &Located| Located {
        value: Value::Text(Arc::clone(name)),
        origin: value.origin,
    };
    Ok(match call.name {
        "len" => length(entries.len()),
        "is_empty" => Value::Bool(entries.is_empty()),
        "keys" => limited(entries.iter().map(|(name, value)| key(name, value)).collect())?,
        "values" => limited(entries.iter().map(|(_, value)| value.clone()).collect())?,
        "get" => record.get(call.text(0)?).map_or(Value::None, |found| found.value.clone()),
        "contains_key" => Value::Bool(record.get(call.text(0)?).is_some()),
        "entries" => {
            let pair = |(name, value): &(Arc<str>, Located)| {
                let pair = vec![("key".into(), key(name, value)), ("value".into(), value.clone())];
                Located { value: Value::record(pair), origin: value.origin }
            };
            limited(entries.iter().map(pair).collect())?
        }
        "map_values" => {
            let mut mapped = Vec::with_capacity(entries.len());
            for (name, value) in entries {
                mapped.push((Arc::clone(name), call.apply(vec![key(name, value), value.clone()])?));
            }
            Value::record(mapped)
        }
        "filter" => filter(entries, &mut call, key)?,
        "merge" => merge(record, &call)?,
        _ => return Err(call.no_method()),
    })
}

fn filter(
    entries: &[(Arc<str>, Located)],
    call: &mut Call<'_>,
    key: impl Fn(&Arc<str>, &Located) -> Located,
) -> Outcome {
    let mut kept = Some(Vec::new());
    for (name, value) in entries {
        match call.holds(vec![key(name, value), value.clone()])? {
            Some(true) => kept.iter_mut().for_each(|kept| kept.push((Arc::clone(name), value.clone()))),
            Some(false) => {}
            None => kept = None,
        }
    }
    kept.map(Value::record).ok_or(Stop::Unknown)
}

fn merge(record: &Record, call: &Call<'_>) -> Outcome {
    let other = call.argument(0)?;
    let Value::Record(winning) = &other.value else { return Err(mismatch(other, "a record")) };
    let mut merged = Builder::new();
    for (name, value) in record.entries.iter().chain(&winning.entries) {
        *merged.slot(name, value.clone())?.0 = value.clone();
    }
    Ok(Value::record(merged.finish()))
}

/// The value of a name that must be there.
pub(super) fn at(record: &Record, name: &str) -> Outcome {
    if let Some(found) = record.get(name) {
        return Ok(found.value.clone());
    }
    let names = record.entries.iter().map(|(name, _)| &**name);
    let hint =
        did_you_mean(name, names).map_or_else(String::new, |close| format!("; did you mean `{close}`?"));
    Err(Problem::OutOfBounds(format!("there is nothing of the name `{name}`{hint}")).into())
}

/// Values by name, in the making. [`Record::set`] looks through all names, which takes too long for many.
pub(super) struct Builder<T> {
    entries: Vec<(Arc<str>, T)>,
    positions: FxHashMap<Arc<str>, usize>,
}

impl<T> Builder<T> {
    /// Without values.
    pub fn new() -> Self {
        Self { entries: Vec::new(), positions: FxHashMap::default() }
    }

    /// The value of a name, and whether it had one before; a new name gets the given value.
    pub fn slot(&mut self, name: &Arc<str>, first: T) -> Outcome<(&mut T, bool)> {
        let end = self.entries.len();
        let at = *self.positions.entry(Arc::clone(name)).or_insert(end);
        if at == MAX_ELEMENTS {
            return Err(Problem::Limit(format!("a record may have at most {MAX_ELEMENTS} entries")).into());
        }
        if at == end {
            self.entries.push((Arc::clone(name), first));
        }
        Ok((&mut self.entries[at].1, at < end))
    }

    /// Whether a name has a value.
    pub fn contains(&self, name: &str) -> bool {
        self.positions.contains_key(name)
    }

    /// The values in the order of their names' first appearance.
    pub fn finish(self) -> Vec<(Arc<str>, T)> {
        self.entries
    }
}
