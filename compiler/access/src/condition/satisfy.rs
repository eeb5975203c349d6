//! Whether conditions on one key can hold, or not hold, all at once, and with which values.
//!
//! A key is absent, or has one value, or several where the operators are for several; each is tried. Values of one family
//! are found exactly: texts by automata, the others because only the ends of ranges matter.

use super::{Condition, Family, Operator, Quantifier, Test, known, value};
use crate::contain::Undecided;
use crate::glob::Found;
use crate::policy::Language;
use crate::request::Context;
use crate::{Pattern, Text, Truth};

/// The answer.
pub(crate) enum Satisfied {
    /// By these values of the key; none means that it is absent.
    By(Vec<Text>),
    /// By none.
    Never,
    /// That cannot be told.
    Undecided(Undecided),
}

/// A condition, and whether it is to hold.
pub(crate) type Literal<'a> = (&'a Condition, bool);

/// Values of the key of all `literals` that make each of them as wanted.
pub(crate) fn satisfy(literals: &[Literal<'_>]) -> Satisfied {
    let contradiction = |(one, wanted): &Literal<'_>| {
        literals.iter().any(|(other, other_wanted)| one == other && wanted != other_wanted)
    };
    if literals.iter().any(contradiction) {
        return Satisfied::Never;
    }
    let mut undecided = None;
    match all_hold(literals, &[]) {
        Truth::Yes => return Satisfied::By(Vec::new()),
        Truth::Maybe => undecided = Some(Undecided::Value),
        Truth::No => {}
    }
    // With a value, of `Null` only this is left.
    let (presence, others): (Vec<Literal<'_>>, Vec<Literal<'_>>) =
        literals.iter().partition(|(condition, _)| condition.operator == Operator::Null);
    if presence.iter().any(|(condition, wanted)| condition.holds_of_presence(true) == Truth::of(!wanted)) {
        return undecided.map_or(Satisfied::Never, Satisfied::Undecided);
    }
    let plain = others.iter().any(|(condition, _)| condition.quantifier.is_none());
    let quantified = others.iter().any(|(condition, _)| condition.quantifier.is_some());
    let found =
        if quantified && !plain { several(&others) } else { one_value(&others).map(|text| vec![text]) };
    match found {
        Value::Some(values) if all_hold(literals, &values) == Truth::Yes => Satisfied::By(values),
        Value::Some(_) => Satisfied::Undecided(undecided.unwrap_or(Undecided::Value)),
        Value::None if quantified && plain => Satisfied::Undecided(Undecided::MixedQuantifiers),
        Value::None => undecided.map_or(Satisfied::Never, Satisfied::Undecided),
        Value::Undecided(reason) => Satisfied::Undecided(reason),
    }
}

fn all_hold(literals: &[Literal<'_>], values: &[Text]) -> Truth {
    let Some((first, _)) = literals.first() else { return Truth::Yes };
    let mut context = Context::open();
    context.set(&first.key, values.to_vec());
    Truth::all(literals.iter().map(|(condition, wanted)| {
        let holds = condition.holds(&context);
        if *wanted { holds } else { holds.negate() }
    }))
}

/// Values of a key, or that there are none.
enum Value<T> {
    Some(T),
    None,
    Undecided(Undecided),
}

impl<T> Value<T> {
    fn map<U>(self, with: impl FnOnce(T) -> U) -> Value<U> {
        match self {
            Self::Some(value) => Value::Some(with(value)),
            Self::None => Value::None,
            Self::Undecided(reason) => Value::Undecided(reason),
        }
    }
}

/// Values for conditions that all have quantifiers: what is said of all values holds of each, and of each thing that is
/// said of some value there is one.
fn several(literals: &[Literal<'_>]) -> Value<Vec<Text>> {
    let (of_all, of_some): (Vec<Literal<'_>>, Vec<Literal<'_>>) = literals
        .iter()
        .partition(|(condition, wanted)| (condition.quantifier == Some(Quantifier::ForAllValues)) == *wanted);
    let mut values = Vec::new();
    // That there is a value at all is something that is said of some value.
    for one in of_some.iter().map(Some).chain(of_some.is_empty().then_some(None)) {
        let literals: Vec<Literal<'_>> = of_all.iter().chain(one).copied().collect();
        match one_value(&literals) {
            Value::Some(value) if values.contains(&value) => {}
            Value::Some(value) => values.push(value),
            Value::None => return Value::None,
            Value::Undecided(reason) => return Value::Undecided(reason),
        }
    }
    Value::Some(values)
}

/// One value of which all conditions are as wanted, quantifiers aside.
fn one_value(literals: &[Literal<'_>]) -> Value<Text> {
    if literals.iter().any(|(condition, _)| condition.is_vague) {
        return Value::Undecided(Undecided::IncompleteArn);
    }
    let is_text = |family: Family| matches!(family, Family::String | Family::Arn);
    let mut families: Vec<Family> =
        literals.iter().map(|(condition, _)| condition.operator.family()).collect();
    families.sort_unstable();
    families.dedup();
    if families.iter().all(|family| is_text(*family)) {
        return text(literals);
    }
    let opaque = |(condition, _): &Literal<'_>| {
        !is_text(condition.operator.family()) && condition.values.iter().any(|value| known(value).is_none())
    };
    let holds = |text: &Text| {
        let context = Context::open();
        literals.iter().all(|(condition, wanted)| condition.holds_of(text, &context) == Truth::of(*wanted))
    };
    match candidates(literals).into_iter().map(Text::from).find(holds) {
        Some(text) => Value::Some(text),
        None if literals.iter().any(opaque) => Value::Undecided(Undecided::Value),
        None if families.len() > 1 => Value::Undecided(Undecided::MixedOperators),
        None => Value::None,
    }
}

fn text(literals: &[Literal<'_>]) -> Value<Text> {
    let mut languages: Vec<Language<'_>> = literals
        .iter()
        .map(|(condition, wanted)| {
            if *wanted == condition.operator.is_negated() {
                Language::NotIn(&condition.values)
            } else {
                Language::In(&condition.values)
            }
        })
        .collect();
    // Rather some text than none.
    let some = [Pattern::like("?*")];
    languages.push(Language::In(&some));
    let mut found = crate::contain::find(&languages);
    if found == Ok(Found::Nothing) {
        languages.pop();
        found = crate::contain::find(&languages);
    }
    match found {
        Ok(Found::Text(text)) => Value::Some(text),
        Ok(Found::Nothing) => Value::None,
        Ok(Found::TooLarge) => Value::Undecided(Undecided::TooLarge),
        Err(reason) => Value::Undecided(reason),
    }
}

/// Values such that, if one does at all, one of these is as wanted: between two of them nothing changes.
fn candidates(literals: &[Literal<'_>]) -> Vec<String> {
    let mut candidates = Vec::new();
    for (condition, _) in literals {
        let texts = condition.values.iter().filter_map(known);
        match (condition.operator.family(), condition.operator.test()) {
            (Family::Bool, _) => candidates.extend(["true".to_owned(), "false".to_owned()]),
            (_, Test::Within) => {
                candidates.extend(["192.0.2.1".to_owned(), "2001:db8::1".to_owned()]);
                let ranges = texts.filter_map(|text| value::addresses(&text));
                candidates.extend(ranges.flat_map(|range| range.edges()).map(|address| address.to_string()));
            }
            (Family::Date | Family::Numeric, _) => {}
            _ => {
                let longest = texts.clone().max_by_key(String::len).unwrap_or_default();
                candidates.extend(texts);
                candidates.push(format!("{longest}x"));
            }
        }
    }
    for (family, read) in
        [(Family::Date, value::date as fn(&str) -> Option<f64>), (Family::Numeric, value::number)]
    {
        let of_family = literals.iter().filter(|(condition, _)| condition.operator.family() == family);
        let texts = of_family.flat_map(|(condition, _)| condition.values.iter().filter_map(known));
        let mut numbers: Vec<f64> = texts.filter_map(|text| read(&text)).collect();
        numbers.sort_by(f64::total_cmp);
        let ends = numbers.first().into_iter().map(|least| least - 1.0);
        let ends = ends.chain(numbers.last().map(|most| most + 1.0));
        let between = numbers.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
        let points = numbers.iter().copied().chain(ends).chain(between);
        candidates.extend(points.map(|number| number.to_string()));
    }
    candidates
}
