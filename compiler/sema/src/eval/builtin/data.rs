//! JSON and YAML as values.
//!
//! How deep values may be nested is for the parsers to limit: both stop at 128.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use ci_graph::Origin;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};

use super::map::Builder;
use super::{MAX_ELEMENTS, Problem};
use crate::eval::value::{Located, Value};

/// The most values in one text. An alias of YAML repeats what it stands for, so that a small text can hold many.
const MAX_VALUES: usize = 1_000_000;

/// The value of JSON text. A number that is no `Int` is a `Float`, `null` is `none`.
pub fn parse_json(text: &str, origin: Origin) -> Result<Value, Problem> {
    let context = Context::new(origin, false);
    let mut source = serde_json::Deserializer::from_str(text);
    let parsed = Seed { context: &context }.deserialize(&mut source);
    let parsed = parsed.and_then(|value| source.end().map(|()| value));
    parsed.map_err(|error| {
        let words = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let words = words.strip_suffix(&place).unwrap_or(&words);
        context.problem(words, Some((error.line(), error.column())).filter(|(line, _)| *line > 0))
    })
}

/// The value of YAML text: one document, without tags and merge keys. Numbers and `null` as in JSON; a key is the
/// text it is written as.
pub fn parse_yaml(text: &str, origin: Origin) -> Result<Value, Problem> {
    let context = Context::new(origin, true);
    let parsed = Seed { context: &context }.deserialize(serde_yaml_ng::Deserializer::from_str(text));
    parsed.map_err(|error| {
        let words = error.to_string();
        match error.location() {
            Some(place) => {
                let suffix = format!(" at line {} column {}", place.line(), place.column());
                let words = words.replace(&suffix, "");
                context.problem(&words, Some((place.line(), place.column())))
            }
            None => context.problem(&words, None),
        }
    })
}

/// What holds for a whole text.
struct Context {
    origin: Origin,
    is_yaml: bool,
    values: Cell<usize>,
    exceeded: Cell<bool>,
}

impl Context {
    fn new(origin: Origin, is_yaml: bool) -> Self {
        Self { origin, is_yaml, values: Cell::new(0), exceeded: Cell::new(false) }
    }

    fn problem(&self, words: &str, place: Option<(usize, usize)>) -> Problem {
        let words = match place {
            Some((line, column)) => format!("line {line}, column {column}: {words}"),
            None => words.to_owned(),
        };
        if self.exceeded.get() { Problem::Limit(words) } else { Problem::Data(words) }
    }

    fn limit<E: Error>(&self, words: String) -> E {
        self.exceeded.set(true);
        E::custom(words)
    }
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    context: &'a Context,
}

impl Seed<'_> {
    fn located(self, value: Value) -> Located {
        Located { value, origin: self.context.origin }
    }

    fn number<E: Error>(number: f64) -> Result<Value, E> {
        if number.is_finite() { Ok(Value::Float(number)) } else { Err(E::custom("the number is not finite")) }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        let values = self.context.values.get() + 1;
        self.context.values.set(values);
        if values > MAX_VALUES {
            return Err(self.context.limit(format!("more than {MAX_VALUES} values")));
        }
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, known: bool) -> Result<Value, E> {
        Ok(Value::Bool(known))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        self.visit_u128(u128::from(number))
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or_else(|_| Value::Float(nearest(number)), Value::Int))
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "there is no closer number")]
        let float = number as f64;
        Ok(i64::try_from(number).map_or(Value::Float(float), Value::Int))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Self::number(number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::text(text))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::None)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::None)
    }

    fn visit_some<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        source.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(value) = source.next_element_seed(self)? {
            if items.len() >= MAX_ELEMENTS {
                return Err(self.context.limit(format!("a list may have at most {MAX_ELEMENTS} elements")));
            }
            items.push(self.located(value));
        }
        Ok(Value::list(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let mut entries = Builder::new();
        while let Some(key) = source.next_key::<String>()? {
            if self.context.is_yaml && key == "<<" {
                return Err(A::Error::custom("merge keys (`<<`) are not supported"));
            }
            // Before its value is read: the error is to point at the key.
            let key: Arc<str> = key.into();
            if entries.contains(&key) {
                return Err(A::Error::custom(format!("the key `{key}` is there twice")));
            }
            let value = self.located(source.next_value_seed(self)?);
            if entries.slot(&key, value).is_err() {
                return Err(self.context.limit(format!("a record may have at most {MAX_ELEMENTS} entries")));
            }
        }
        Ok(Value::record(entries.finish()))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Value, A::Error> {
        Err(A::Error::custom("tags are not supported"))
    }
}

#[expect(clippy::cast_precision_loss, reason = "there is no closer number")]
fn nearest(number: i128) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests;
