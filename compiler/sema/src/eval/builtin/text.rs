//! Methods of known texts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::compose::{Composition, Scalar};
use super::{Call, MAX_TEXT, Outcome, Problem, argument, case, cidr, data, length, limited, too_long};
use crate::eval::value::Value;

/// The value of a method of a text.
pub(super) fn method(text: &str, call: &Call<'_>) -> Outcome {
    Ok(match call.name {
        "len" => length(text.chars().count()),
        "is_empty" => Value::Bool(text.is_empty()),
        "contains" => Value::Bool(text.contains(&**call.text(0)?)),
        "starts_with" => Value::Bool(text.starts_with(&**call.text(0)?)),
        "ends_with" => Value::Bool(text.ends_with(&**call.text(0)?)),
        "matches" => Value::Bool(matches(call.text(0)?, text)?),
        "to_upper" => Value::text(text.to_uppercase()),
        "to_lower" => Value::text(text.to_lowercase()),
        "trim" => Value::text(text.trim()),
        "strip_prefix" => Value::text(text.strip_prefix(&**call.text(0)?).unwrap_or(text)),
        "strip_suffix" => Value::text(text.strip_suffix(&**call.text(0)?).unwrap_or(text)),
        "replace" => replace(text, call)?,
        "split" => texts(text.split(separator(call)?), call)?,
        "lines" => texts(text.lines(), call)?,
        "slice" => {
            let (from, count) = call.slice(text.chars().count())?;
            Value::text(text.chars().skip(from).take(count).collect::<String>())
        }
        "repeat" => {
            let times = call.count(0, "the number of repetitions")?;
            match text.len().checked_mul(times) {
                Some(bytes) if bytes <= MAX_TEXT => Value::text(text.repeat(times)),
                _ => return Err(too_long().into()),
            }
        }
        "to_int" => text.parse().map_or(Value::None, Value::Int),
        "to_string" => Value::text(text),
        "base64" => Value::text(STANDARD.encode(text)),
        "sha256" => Value::text(hexadecimal(&Sha256::digest(text))),
        "pascal_case" => Value::text(case::pascal_case(text)),
        "kebab_case" => Value::text(case::kebab_case(text)),
        "snake_case" => Value::text(case::snake_case(text)),
        "parse_json" => data::parse_json(text, call.origin)?,
        _ => return cidr::method(text, call).unwrap_or_else(|| Err(call.no_method())),
    })
}

/// The separator of `split`. An empty one would be refused at deployment.
pub(super) fn separator<'a>(call: &Call<'a>) -> Outcome<&'a str> {
    let separator = call.text(0)?;
    if separator.is_empty() { argument("the separator must not be empty") } else { Ok(separator) }
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>, call: &Call<'_>) -> Outcome {
    // One more than allowed is enough to find out that there are too many.
    limited(texts.take(super::MAX_ELEMENTS + 1).map(|text| call.located(Value::text(text))).collect())
}

/// The replacement may be late: what is around it is known.
fn replace(text: &str, call: &Call<'_>) -> Outcome {
    let (pattern, replacement) = (call.text(0)?, call.argument(1)?);
    if pattern.is_empty() {
        return argument("the text to replace must not be empty");
    }
    let replacement = Scalar::of(replacement)?;
    let mut replaced = Composition::default();
    for (at, piece) in text.split(&**pattern).enumerate() {
        if at > 0 {
            replaced.scalar(&replacement)?;
        }
        replaced.known(piece)?;
    }
    Ok(replaced.finish())
}

/// Whether a regular expression matches the whole text.
pub fn matches(pattern: &str, text: &str) -> Result<bool, Problem> {
    let invalid =
        |error| Problem::Argument(format!("the regular expression `{pattern}` is not valid: {error}"));
    // On its own first: `a)|(?:b` is valid in the group below, but means something else there.
    fancy_regex::Regex::new(pattern).map_err(invalid)?;
    // Not "found, from the start to the end": of `a|ab`, `a` would be found in "ab".
    let whole = fancy_regex::Regex::new(&format!(r"\A(?:{pattern})\z")).map_err(invalid)?;
    // Only looking around and back can exceed the limit on backtracking.
    let limit =
        |_| Problem::Limit(format!("matching the regular expression `{pattern}` takes too many steps"));
    whole.is_match(text).map_err(limit)
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
