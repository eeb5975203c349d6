//! Texts, numbers and truths.

use ci_base::{Applicability, Code, Diagnostic};
use ci_catalog::{Node, Scalar, pattern_matches};
use ci_graph::{Origin, Value};

use super::Walk;
use crate::place::Place;
use crate::sink::Sink;
use crate::verdict::Verdict;
use crate::{format, pattern, words};

/// How a text begins that CloudFormation replaces before anything else sees it.
const DYNAMIC: &str = "{{resolve:";

impl<S: Sink> Walk<'_, S> {
    pub(super) fn text(&mut self, text: &str, at: Origin, node: &Node, place: &Place<'_>) -> Verdict {
        let mut verdict = Verdict::Yes;
        if self.lenient
            && let Some(number) = read(text)
        {
            // Conditions about the number that the text is.
            return self.converted(text, &number, at, node, place);
        }
        if !states_about_text(node) {
            return verdict;
        }
        if text.contains(DYNAMIC) {
            return Verdict::Maybe;
        }
        // RDS takes the names of its engines in any case.
        let any_case = self.lenient && place.own_name() == Some("Engine");
        if node.has_enum() {
            let known = node.enum_allows(text)
                || (any_case && node.enum_values.iter().any(|known| known.eq_ignore_ascii_case(text)));
            self.note(&mut verdict, Verdict::of(known), || not_in_enum(text, at, node, place));
        }
        if let Some(expected) = node.const_value {
            let equal = Verdict::of(
                matches!(expected, Scalar::Str(known) if known == text || (any_case && known.eq_ignore_ascii_case(text))),
            );
            self.note(&mut verdict, equal, || not_const(&words::quote(text), expected, at, place));
        }
        if S::QUIET && verdict == Verdict::No {
            return verdict;
        }
        if node.min_length.is_some() || node.max_length.is_some() {
            let fits = Verdict::of(length_fits(text, node));
            self.note(&mut verdict, fits, || wrong_length(text, at, node, place));
        }
        // One message about a text that is wrong through and through.
        if verdict == Verdict::No {
            return verdict;
        }
        if let Some(format) = node.format {
            let holds = Verdict::of(format::matches(format, text, place));
            self.note(&mut verdict, holds, || format::explain(format, text, at, place));
        }
        if verdict != Verdict::No
            && let Some(regex) = node.pattern
        {
            let holds = Verdict::of(pattern_matches(regex, text));
            self.note(&mut verdict, holds, || pattern::explain(regex, text, at, place));
        }
        verdict
    }

    /// A text that is also a number or a truth conforms if either does, condition by condition.
    fn converted(
        &mut self,
        text: &str,
        number: &Value,
        at: Origin,
        node: &Node,
        place: &Place<'_>,
    ) -> Verdict {
        let in_enum = !node.has_enum()
            || node.enum_allows(text)
            || node.enum_scalars.iter().any(|known| equal(number, *known));
        let is_const = node
            .const_value
            .is_none_or(|known| equal(number, known) || matches!(known, Scalar::Str(known) if known == text));
        let mut verdict = Verdict::Yes;
        self.note(&mut verdict, Verdict::of(in_enum), || not_in_enum(text, at, node, place));
        if let Some(expected) = node.const_value {
            self.note(&mut verdict, Verdict::of(is_const), || {
                not_const(&words::quote(text), expected, at, place)
            });
        }
        let shown = number.clone();
        if let Some(number) = self::number(number) {
            let fits = Verdict::of(in_range(number, node));
            self.note(&mut verdict, fits, || out_of_range(&shown, at, node, place));
        }
        let matches = node.pattern.is_none_or(|regex| pattern_matches(regex, text));
        if let Some(regex) = node.pattern {
            self.note(&mut verdict, Verdict::of(matches), || pattern::explain(regex, text, at, place));
        }
        verdict
    }

    /// A number or a truth.
    pub(super) fn plain(&mut self, value: &Value, at: Origin, node: &Node, place: &Place<'_>) -> Verdict {
        if self.lenient {
            return self.converted(&written(value), value, at, node, place);
        }
        let mut verdict = Verdict::Yes;
        if node.has_enum() {
            let known = Verdict::of(node.enum_scalars.iter().any(|known| equal(value, *known)));
            self.note(&mut verdict, known, || {
                let mut allowed: Vec<String> =
                    node.enum_values.iter().map(|text| words::literal(text)).collect();
                allowed.extend(node.enum_scalars.iter().map(|scalar| words::scalar(*scalar)));
                let found = words::short(value);
                Diagnostic::new(Code::InvalidEnumValue, at, format!("{place} can't be {found}"))
                    .label("not one of the values allowed here")
                    .help(format!("allowed: {}", allowed.join(", ")))
            });
        }
        if let Some(expected) = node.const_value {
            let same = Verdict::of(equal(value, expected));
            self.note(&mut verdict, same, || not_const(&words::short(value), expected, at, place));
        }
        if let Some(number) = number(value) {
            let fits = Verdict::of(in_range(number, node));
            self.note(&mut verdict, fits, || out_of_range(value, at, node, place));
        }
        verdict
    }
}

/// The number or truth that a text is.
fn read(text: &str) -> Option<Value> {
    if let Ok(truth) = text.parse() {
        return Some(Value::Bool(truth));
    }
    text.parse().map(Value::Int).ok()
}

/// The text of a number or truth.
fn written(value: &Value) -> String {
    match value {
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        _ => String::new(),
    }
}

const fn states_about_text(node: &Node) -> bool {
    !node.enum_values.is_empty()
        || !node.enum_scalars.is_empty()
        || node.const_value.is_some()
        || node.pattern.is_some()
        || node.format.is_some()
        || node.min_length.is_some()
        || node.max_length.is_some()
}

fn length_fits(text: &str, node: &Node) -> bool {
    let bytes = text.len() as u64;
    // A character takes one to four bytes: counting them is seldom needed.
    if node.max_length.is_none_or(|most| bytes <= most)
        && node.min_length.is_none_or(|least| bytes / 4 >= least)
    {
        return true;
    }
    let length = text.chars().count() as u64;
    node.min_length.is_none_or(|least| length >= least) && node.max_length.is_none_or(|most| length <= most)
}

fn not_in_enum(text: &str, at: Origin, node: &Node, place: &Place<'_>) -> Diagnostic<Origin> {
    let finding =
        Diagnostic::new(Code::InvalidEnumValue, at, format!("{place} can't be {}", words::quote(text)))
            .label("not one of the values allowed here");
    let mut allowed = words::choices(node.enum_values);
    for scalar in node.enum_scalars {
        allowed = format!("{allowed} or {}", words::scalar(*scalar));
    }
    let Some(near) = words::nearest(text, node.enum_values.iter().copied()) else {
        return finding.help(format!("allowed: {allowed}"));
    };
    let how = if near.eq_ignore_ascii_case(text) {
        Applicability::MachineApplicable
    } else {
        Applicability::MaybeIncorrect
    };
    finding.note(format!("allowed: {allowed}")).help(format!("did you mean {}?", words::quote(near))).fix(
        format!("write {}", words::quote(near)),
        at,
        words::literal(near),
        how,
    )
}

fn not_const(found: &str, expected: Scalar, at: Origin, place: &Place<'_>) -> Diagnostic<Origin> {
    let expected = words::scalar(expected);
    Diagnostic::new(Code::InvalidEnumValue, at, format!("{place} must be {expected} here, found {found}"))
        .label(format!("expected {expected}"))
}

fn wrong_length(text: &str, at: Origin, node: &Node, place: &Place<'_>) -> Diagnostic<Origin> {
    let length = text.chars().count();
    let bounds = bounds(node.min_length, node.max_length, "character");
    Diagnostic::new(Code::LengthOutOfBounds, at, format!("{place} must have {bounds}, found {length}"))
        .label(words::count(length as u64, "character"))
}

/// "at least 2 items", "at most 5 items", "exactly 1 item", "2 to 5 items".
pub(super) fn bounds(least: Option<u64>, most: Option<u64>, one: &str) -> String {
    match (least.filter(|least| *least > 0), most) {
        (Some(least), Some(most)) if least == most => format!("exactly {}", words::count(most, one)),
        (Some(least), Some(most)) => format!("{least} to {}", words::count(most, one)),
        (Some(least), None) => format!("at least {}", words::count(least, one)),
        (None, Some(most)) => format!("at most {}", words::count(most, one)),
        (None, None) => format!("another number of {one}s"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "bounds of properties are far below 2^53")]
const fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

fn in_range(number: f64, node: &Node) -> bool {
    node.minimum.is_none_or(|least| number >= least)
        && node.maximum.is_none_or(|most| number <= most)
        && node.exclusive_minimum.is_none_or(|least| number > least)
        && node.exclusive_maximum.is_none_or(|most| number < most)
        && node.multiple_of.is_none_or(|factor| factor == 0.0 || (number / factor).fract().abs() < 1e-9)
}

fn out_of_range(value: &Value, at: Origin, node: &Node, place: &Place<'_>) -> Diagnostic<Origin> {
    let mut bounds = Vec::new();
    match (node.minimum, node.maximum) {
        (Some(least), Some(most)) => bounds.push(format!("from {least} to {most}")),
        (Some(least), None) => bounds.push(format!("at least {least}")),
        (None, Some(most)) => bounds.push(format!("at most {most}")),
        (None, None) => {}
    }
    bounds.extend(node.exclusive_minimum.map(|least| format!("greater than {least}")));
    bounds.extend(node.exclusive_maximum.map(|most| format!("less than {most}")));
    bounds.extend(node.multiple_of.map(|factor| format!("a multiple of {factor}")));
    let bounds = bounds.join(" and ");
    let found = words::short(value);
    Diagnostic::new(Code::NumberOutOfRange, at, format!("{place} must be {bounds}, found {found}"))
        .label(format!("expected {bounds}"))
}

fn equal(value: &Value, scalar: Scalar) -> bool {
    match (value, scalar) {
        (Value::Bool(value), Scalar::Bool(known)) => *value == known,
        (Value::Int(value), Scalar::Int(known)) => *value == known,
        (Value::Int(_) | Value::Float(_), Scalar::Int(_) | Scalar::Float(_)) => {
            number(value) == scalar_number(scalar)
        }
        (Value::String(value), Scalar::Str(known)) => &**value == known,
        _ => false,
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of schemas are far below 2^53")]
const fn scalar_number(scalar: Scalar) -> Option<f64> {
    match scalar {
        Scalar::Int(number) => Some(number as f64),
        Scalar::Float(number) => Some(number),
        _ => None,
    }
}
