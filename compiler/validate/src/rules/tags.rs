//! Tags of any resource.

use ci_catalog::TagShape;
use ci_graph::{Located, Resource, Value};

use super::Rules;
use crate::view::{Fields, broken, items};
use crate::words;

/// Characters of a key and of a value.
const KEY: usize = 128;
const VALUE: usize = 256;

pub(super) fn check(rules: &mut Rules<'_>, resource: &Resource) {
    let Some(tagging) = resource.schema.tagging() else { return };
    // Two types have their tags further down; their schemas check them.
    let Some(tags) = resource.field(tagging.property) else { return };
    match (&tags.value, tagging.shape) {
        (Value::Record(entries), TagShape::Map) => {
            for entry in entries {
                tag(rules, &entry.name, &entry.value, &entry.value);
            }
        }
        (Value::List(_), TagShape::List { key, value, .. }) => list(rules, items(&tags.value), key, value),
        _ => {}
    }
}

fn list(rules: &mut Rules<'_>, tags: &[Located], key: &str, value: &str) {
    for (index, one) in tags.iter().enumerate() {
        let Some(at) = one.field(key) else { continue };
        let Some(name) = at.value.as_str() else { continue };
        let same = |other: &&Located| other.text(key) == Some(name);
        if let Some(first) = tags[..index].iter().find(same) {
            let message = format!("there are two tags with the key {}", words::quote(name));
            rules.add(broken("tag-twice", at.origin, message).also(first.origin, "the first"));
        }
        tag(rules, name, at, one.field(value).unwrap_or(at));
    }
}

fn tag(rules: &mut Rules<'_>, key: &str, at: &Located, value: &Located) {
    let problem = if key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
        Some("keys that begin with `aws:` belong to AWS".to_owned())
    } else if key.is_empty() || (key.len() > KEY && key.chars().count() > KEY) {
        Some(format!("the key of a tag has 1 to {KEY} characters, found {}", key.chars().count()))
    } else {
        None
    };
    if let Some(problem) = problem {
        rules.add(broken("tag-key", at.origin, problem));
    }
    if let Some(text) = value.value.as_str().filter(|text| text.len() > VALUE && text.chars().count() > VALUE)
    {
        let message =
            format!("the value of a tag has at most {VALUE} characters, found {}", text.chars().count());
        rules.add(broken("tag-value", value.origin, message));
    }
}
