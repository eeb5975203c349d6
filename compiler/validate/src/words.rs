//! Values and lists of names as messages show them.

use ci_base::did_you_mean;
use ci_catalog::{Kinds, Scalar};
use ci_graph::{Late, Value};

/// How many alternatives a message lists before it says how many more there are.
const LISTED: usize = 8;

/// How long a quoted text may be before it is cut.
const QUOTED: usize = 60;

/// `` `A`, `B` and `C` ``.
pub(crate) fn names<S: AsRef<str>>(names: &[S], last: &str) -> String {
    enumerate(names.iter().map(|name| format!("`{}`", name.as_ref())), last)
}

/// `"A", "B" or "C"`, cut when long.
pub(crate) fn choices<S: AsRef<str>>(texts: &[S]) -> String {
    if texts.len() > LISTED + 1 {
        let shown: Vec<String> = texts.iter().take(LISTED).map(|text| quote(text.as_ref())).collect();
        return format!("{} or {} others", shown.join(", "), texts.len() - LISTED);
    }
    enumerate(texts.iter().map(|text| quote(text.as_ref())), "or")
}

/// `"A", "B" or "C"`, however long.
pub(crate) fn choices_all<S: AsRef<str>>(texts: &[S]) -> String {
    enumerate(texts.iter().map(|text| quote(text.as_ref())), "or")
}

fn enumerate(items: impl Iterator<Item = String>, last: &str) -> String {
    let items: Vec<String> = items.collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., end] => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// A text in quotes, as the source would write it, cut when long.
pub(crate) fn quote(text: &str) -> String {
    if text.chars().count() <= QUOTED {
        return literal(text);
    }
    let start: String = text.chars().take(QUOTED).collect();
    format!("{}…", literal(&start))
}

/// A text as a literal of the language: in an edit it must mean exactly the text, so braces are doubled.
pub(crate) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// "an integer or a string".
pub(crate) fn kinds(kinds: Kinds) -> String {
    let names: Vec<&str> = kinds.names().map(kind).collect();
    match names.as_slice() {
        [] => "a value".to_owned(),
        [rest @ .., end] if !rest.is_empty() => format!("{} or {end}", rest.join(", ")),
        [one, ..] => (*one).to_owned(),
    }
}

/// The language's word for a kind of JSON value, with its article.
fn kind(name: &str) -> &str {
    match name {
        "string" => "a string",
        "integer" => "an integer",
        "number" => "a number",
        "boolean" => "`true` or `false`",
        "array" => "a list",
        "object" => "a record",
        other => other,
    }
}

/// What a value is, with its article: for "found …".
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Bool(true) => "`true`",
        Value::Bool(false) => "`false`",
        Value::Int(_) => "an integer",
        Value::Float(_) => "a number with a fraction",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Record(_) => "a record",
        Value::Late(late) => match **late {
            Late::Truth(_) => "a condition",
            Late::Split { .. } | Late::AvailabilityZones { .. } | Late::Cidr { .. } => "a list",
            Late::Parameter(_) => "a parameter",
            Late::Attribute(..) => "an attribute",
            _ => "text",
        },
        Value::Absent => "nothing",
        Value::Unknown => "an unknown value",
    }
}

/// A known value in short: its literal, or what it is.
pub(crate) fn short(value: &Value) -> String {
    match value {
        Value::Bool(value) => format!("`{value}`"),
        Value::Int(value) => format!("{value}"),
        Value::Float(value) => format!("{value}"),
        Value::String(text) => quote(text),
        other => kind_of(other).to_owned(),
    }
}

/// A scalar of a schema, as the source would write it.
pub(crate) fn scalar(scalar: Scalar) -> String {
    match scalar {
        Scalar::Str(text) => literal(text),
        Scalar::Int(value) => value.to_string(),
        Scalar::Float(value) => value.to_string(),
        Scalar::Bool(value) => value.to_string(),
        Scalar::Null => "nothing".to_owned(),
    }
}

/// "1 item", "2 items".
pub(crate) fn count(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// The near miss among `candidates`, if there is one.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    did_you_mean(name, candidates)
}
