//! Whether a template has what a part of one says.

use serde_json::Value;

/// The first place at which `actual` does not have what `expected` says: objects may have more keys, lists are exact.
#[must_use]
pub fn contains(actual: &Value, expected: &Value) -> Option<String> {
    missing(actual, expected, &mut String::new())
}

fn missing(actual: &Value, expected: &Value, path: &mut String) -> Option<String> {
    let length = path.len();
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => expected.iter().find_map(|(key, expected)| {
            path.push('/');
            path.push_str(key);
            let found = match actual.get(key) {
                Some(actual) => missing(actual, expected, path),
                None => Some(format!("there is nothing at {path}")),
            };
            path.truncate(length);
            found
        }),
        (Value::Array(actual), Value::Array(expected)) if actual.len() == expected.len() => {
            actual.iter().zip(expected).enumerate().find_map(|(at, (actual, expected))| {
                path.push('/');
                path.push_str(&at.to_string());
                let found = missing(actual, expected, path);
                path.truncate(length);
                found
            })
        }
        _ if actual == expected => None,
        _ => Some(format!("at {path}: expected {expected}, found {actual}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::contains;

    #[test]
    fn objects_may_have_more_and_lists_are_exact() {
        let actual = json!({ "A": { "B": [1, { "C": 2, "D": 3 }] }, "E": null });
        assert_eq!(contains(&actual, &json!({ "A": { "B": [1, { "C": 2 }] } })), None);
        let wrong =
            [json!({ "A": { "B": [1] } }), json!({ "A": { "X": 1 } }), json!({ "A": { "B": [2, {}] } })];
        let places: Vec<String> = wrong.iter().filter_map(|wrong| contains(&actual, wrong)).collect();
        assert_eq!(places.len(), 3, "{places:?}");
        assert!(places[1].ends_with("/A/X"), "{places:?}");
        assert!(places[2].starts_with("at /A/B/0"), "{places:?}");
    }
}
