//! Methods of lists. Their elements may be anything: resources and late values, too.

use std::cmp::Ordering;

use rustc_hash::FxHashSet;

use super::map::Builder;
use super::order::{compare, equal};
use super::{
    Call, MAX_ELEMENTS, Outcome, Problem, Stop, argument, compose, late, length, limited, mismatch, number,
    text, too_many, undecided,
};
use crate::eval::value::{Located, Value};

/// The most elements among which repetitions are looked for by comparing each with each.
const MAX_COMPARED: usize = 5_000;

/// The value of a method of a list.
pub(super) fn method(items: &[Located], mut call: Call<'_>) -> Outcome {
    let call = &mut call;
    Ok(match call.name {
        "len" => length(items.len()),
        "is_empty" => Value::Bool(items.is_empty()),
        "first" => optional(items.first()),
        "last" => optional(items.last()),
        "contains" => Value::Bool(contains(items, call.argument(0)?)?),
        "index_of" => position(items, call.argument(0)?)?.map_or(Value::None, length),
        "map" => limited(keys(items, call)?)?,
        "flat_map" => {
            let lists = keys(items, call)?;
            flatten(&lists)?
        }
        "filter" => filter(items, call)?,
        "find" => optional(find(items, call, true)?),
        "any" => Value::Bool(find(items, call, true)?.is_some()),
        "all" => Value::Bool(find(items, call, false)?.is_none()),
        "fold" => {
            let first = call.argument(0)?.clone();
            let fold = |before, item: &Located| call.apply(vec![before, item.clone()]);
            items.iter().try_fold(first, fold)?.value
        }
        "flatten" => flatten(items)?,
        "join" => {
            let separator = call.argument(0)?;
            let parts = items.iter().enumerate();
            let separated =
                parts.flat_map(|(at, item)| (at > 0).then_some(separator).into_iter().chain([item]));
            compose::concat_all(separated)?
        }
        "concat" => {
            let other = call.argument(0)?;
            flatten(&[call.receiver.clone(), other.clone()])?
        }
        "reverse" => Value::list(items.iter().rev().cloned()),
        "sort" => {
            let pairs = items.iter().map(|item| (item.clone(), item.clone())).collect();
            sorted(pairs)?
        }
        "sort_by" => {
            let keys = keys(items, call)?;
            sorted(keys.into_iter().zip(items.iter().cloned()).collect())?
        }
        "unique" => unique(items)?,
        "sum" => sum(items)?,
        "min" => extreme(items, Ordering::Less)?,
        "max" => extreme(items, Ordering::Greater)?,
        "slice" => {
            let (from, count) = call.slice(items.len())?;
            Value::list(items.iter().skip(from).take(count).cloned())
        }
        "take" => Value::list(items.iter().take(call.count(0, "the number of elements")?).cloned()),
        "skip" => Value::list(items.iter().skip(call.count(0, "the number of elements")?).cloned()),
        "chunks" => match call.count(0, "the number of elements")? {
            0 => return argument("the number of elements must be at least 1, found 0"),
            size => {
                Value::list(items.chunks(size).map(|chunk| call.located(Value::list(chunk.iter().cloned()))))
            }
        },
        "to_map" => to_map(items, call)?,
        "group_by" => group_by(items, call)?,
        _ => return Err(call.no_method()),
    })
}

/// The element at a position that must be there.
pub(super) fn at(items: &[Located], position: i64) -> Outcome {
    match usize::try_from(position).ok().and_then(|at| items.get(at)) {
        Some(item) => Ok(item.value.clone()),
        None => Err(outside(position, items.len())),
    }
}

/// There is no element at a position.
pub(super) fn outside(position: i64, len: usize) -> Stop {
    let hint = if position < 0 { "; `.last()` is the last element" } else { "" };
    Problem::OutOfBounds(format!("the position is {position}, the list has {len} elements{hint}")).into()
}

/// The numbers of a range.
pub(super) fn of_range(start: i64, end: i64, origin: ci_graph::Origin) -> Outcome {
    let is_allowed = |count: i64| usize::try_from(count).is_ok_and(|count| count <= MAX_ELEMENTS);
    if start < end && !end.checked_sub(start).is_some_and(is_allowed) {
        return Err(too_many());
    }
    Ok(Value::list((start..end).map(|number| Located { value: Value::Int(number), origin })))
}

fn optional(item: Option<&Located>) -> Value {
    item.map_or(Value::None, |item| item.value.clone())
}

/// What the closure makes of every element.
fn keys(items: &[Located], call: &mut Call<'_>) -> Outcome<Vec<Located>> {
    items.iter().map(|item| call.apply(vec![item.clone()])).collect()
}

fn filter(items: &[Located], call: &mut Call<'_>) -> Outcome {
    let mut kept = Some(Vec::new());
    for item in items {
        // All elements are asked even when one answer is unknown: every mistake is to be found.
        match call.holds(vec![item.clone()])? {
            Some(true) => kept.iter_mut().for_each(|kept| kept.push(item.clone())),
            Some(false) => {}
            None => kept = None,
        }
    }
    kept.map(Value::list).ok_or(Stop::Unknown)
}

/// The first element of which the closure says `wanted`.
fn find<'i>(items: &'i [Located], call: &mut Call<'_>, wanted: bool) -> Outcome<Option<&'i Located>> {
    for item in items {
        match call.holds(vec![item.clone()])? {
            Some(holds) if holds == wanted => return Ok(Some(item)),
            Some(_) => {}
            None => return Err(Stop::Unknown),
        }
    }
    Ok(None)
}

fn flatten(lists: &[Located]) -> Outcome {
    let mut flat = Vec::new();
    for list in lists {
        match &list.value {
            Value::List(items) => flat.extend(items.iter().cloned()),
            Value::Late(_) => match late::elements(list) {
                Some(items) => flat.extend(items),
                None => return Err(mismatch(list, "a list")),
            },
            _ => return Err(mismatch(list, "a list")),
        }
        if flat.len() > MAX_ELEMENTS {
            return Err(too_many());
        }
    }
    Ok(Value::list(flat))
}

/// Whether an element equals the value. One that does decides, whatever is late about others.
fn contains(items: &[Located], wanted: &Located) -> Outcome<bool> {
    let found = items.iter().any(|item| equal(&item.value, &wanted.value) == Some(true));
    Ok(found || position(items, wanted)?.is_some())
}

/// Where the first element is that equals the value.
fn position(items: &[Located], wanted: &Located) -> Outcome<Option<usize>> {
    for (at, item) in items.iter().enumerate() {
        if same(item, wanted)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Whether two values are equal, which must be known.
fn same(left: &Located, right: &Located) -> Outcome<bool> {
    equal(&left.value, &right.value).ok_or_else(|| undecided(left, right).unwrap_or(Stop::Unknown))
}

fn unique(items: &[Located]) -> Outcome {
    let mut kept: Vec<&Located> = Vec::new();
    // Texts, of which there may be many, are not compared with each other and with what never equals a text.
    let mut texts = FxHashSet::default();
    let mut known: Vec<&Located> = Vec::new();
    let mut open: Vec<&Located> = Vec::new();
    for item in items {
        let repeated = match &item.value {
            Value::Text(text) => texts.contains(text) || is_among(item, &open)?,
            Value::Variant(..) | Value::Late(_) | Value::Conditional(..) | Value::Unknown => {
                is_among(item, &kept)?
            }
            _ => is_among(item, &known)? || is_among(item, &open)?,
        };
        if repeated {
            continue;
        }
        kept.push(item);
        match &item.value {
            Value::Text(text) => drop(texts.insert(text)),
            Value::Variant(..) | Value::Late(_) | Value::Conditional(..) | Value::Unknown => open.push(item),
            _ => known.push(item),
        }
        if known.len() > MAX_COMPARED {
            let words =
                format!("repetitions are looked for among at most {MAX_COMPARED} values that are not texts");
            return Err(Problem::Limit(words).into());
        }
    }
    Ok(Value::list(kept.into_iter().cloned()))
}

fn is_among(item: &Located, others: &[&Located]) -> Outcome<bool> {
    for other in others {
        if same(other, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn sum(items: &[Located]) -> Outcome {
    let mut total = match items.first() {
        Some(Located { value: Value::Duration(_), .. }) => Value::Duration(0),
        Some(Located { value: Value::Size(_), .. }) => Value::Size(0),
        Some(Located { value: Value::Float(_), .. }) => Value::Float(0.0),
        _ => Value::Int(0),
    };
    for item in items {
        total =
            number::sum(&total, &item.value).ok_or_else(|| mismatch(item, "a number of the same kind"))??;
    }
    Ok(total)
}

/// The first element than which none is further in a direction.
fn extreme(items: &[Located], wanted: Ordering) -> Outcome {
    let Some((mut best, rest)) = items.split_first() else { return Ok(Value::None) };
    // Even one alone must be comparable: whether it is late must not depend on how many there are.
    order(best, best)?;
    for item in rest {
        if order(item, best)? == wanted {
            best = item;
        }
    }
    Ok(best.value.clone())
}

fn order(left: &Located, right: &Located) -> Outcome<Ordering> {
    let (first, second) = (left.value.describe(), right.value.describe());
    let otherwise = || Problem::Argument(format!("{first} and {second} have no order")).into();
    compare(&left.value, &right.value).ok_or_else(|| undecided(left, right).unwrap_or_else(otherwise))
}

/// The second values in ascending order of the first; equal ones keep their order.
fn sorted(pairs: Vec<(Located, Located)>) -> Outcome {
    Ok(Value::list(merge_sort(pairs)?.into_iter().map(|(_, item)| item)))
}

/// The sort of the standard library wants an order of all values and may panic without one. Here, two values that
/// have none end it.
fn merge_sort(mut pairs: Vec<(Located, Located)>) -> Outcome<Vec<(Located, Located)>> {
    if let [(only, _)] = &*pairs {
        order(only, only)?;
    }
    if pairs.len() < 2 {
        return Ok(pairs);
    }
    let right = pairs.split_off(pairs.len() / 2);
    let mut left = merge_sort(pairs)?.into_iter().peekable();
    let mut right = merge_sort(right)?.into_iter().peekable();
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let (Some((first, _)), Some((second, _))) = (left.peek(), right.peek()) {
        let next = if order(first, second)? == Ordering::Greater { right.next() } else { left.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}

fn to_map(items: &[Located], call: &mut Call<'_>) -> Outcome {
    let mut map = Builder::new();
    // A key that has been reported must not hide what is wrong with the others.
    let mut unknown = false;
    for (key, item) in keys(items, call)?.iter().zip(items) {
        match text(key) {
            Ok(key) => {
                if map.slot(key, item.clone())?.1 {
                    return Err(Problem::DuplicateKey(format!("two elements have the key `{key}`")).into());
                }
            }
            Err(Stop::Unknown) => unknown = true,
            Err(problem) => return Err(problem),
        }
    }
    if unknown { Err(Stop::Unknown) } else { Ok(Value::record(map.finish())) }
}

fn group_by(items: &[Located], call: &mut Call<'_>) -> Outcome {
    let mut groups: Builder<Vec<Located>> = Builder::new();
    for (key, item) in keys(items, call)?.iter().zip(items) {
        groups.slot(text(key)?, Vec::new())?.0.push(item.clone());
    }
    let groups = groups.finish().into_iter();
    Ok(Value::record(groups.map(|(name, group)| (name, call.located(Value::list(group)))).collect()))
}
