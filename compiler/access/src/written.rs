//! JSON documents that are written as text: a policy may be one, and says the same.
//!
//! Must not know: what is in them.

use ci_graph::{Entry, Located, Origin, Value};
use serde_json::Value as Json;

/// The value a text stands for, if it is JSON. All of it is where the text is.
pub fn parse_json(text: &str, at: Origin) -> Option<Value> {
    serde_json::from_str(text).ok().map(|json| convert(json, at))
}

fn convert(json: Json, at: Origin) -> Value {
    let located = |json| Located { value: convert(json, at), origin: at };
    match json {
        Json::Null => Value::Absent,
        Json::Bool(truth) => Value::Bool(truth),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or_default()), Value::Int)
        }
        Json::String(text) => Value::string(text),
        Json::Array(items) => Value::List(items.into_iter().map(located).collect()),
        Json::Object(map) => {
            let entries =
                map.into_iter().map(|(name, value)| Entry { name: name.into(), value: located(value) });
            Value::Record(entries.collect())
        }
    }
}
