//! Patterns in words: what a text that does not match one should look like.

use ci_base::{Code, Diagnostic};
use ci_graph::Origin;

use crate::place::Place;
use crate::words;

/// Why `text` does not match `pattern`.
pub(crate) fn explain(pattern: &str, text: &str, at: Origin, place: &Place<'_>) -> Diagnostic<Origin> {
    let found = words::quote(text);
    let finding = Diagnostic::new(Code::PatternMismatch, at, format!("{place} can't be {found}"));
    match describe(pattern) {
        Some(words) => finding.label(format!("expected {words}")),
        None => finding.label("not of the expected form").note(format!("must match `{pattern}`")),
    }
}

/// A simple pattern in words: one class of characters, from end to end.
fn describe(pattern: &str) -> Option<String> {
    let inner = pattern.strip_prefix('^')?.strip_suffix('$')?;
    if inner.starts_with("arn:") && !inner.contains('|') {
        return Some(format!("an ARN: `{inner}`"));
    }
    let (class, times) = inner.strip_prefix('[')?.split_once(']')?;
    let characters = describe_class(class)?;
    let times = match times {
        "*" => String::new(),
        "+" => "one or more ".to_owned(),
        bounds => {
            let bounds = bounds.strip_prefix('{')?.strip_suffix('}')?;
            match bounds.split_once(',') {
                None => format!("exactly {} ", bounds.parse::<u32>().ok()?),
                Some((least, "")) => format!("at least {} ", least.parse::<u32>().ok()?),
                Some((least, most)) => {
                    format!("{} to {} ", least.parse::<u32>().ok()?, most.parse::<u32>().ok()?)
                }
            }
        }
    };
    Some(format!("{times}{characters}"))
}

/// `a-zA-Z0-9_-` as "letters, digits, `_` or `-`".
fn describe_class(class: &str) -> Option<String> {
    if class.starts_with('^') || class.contains('[') {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    let mut rest = class;
    let ranges = [
        ("a-zA-Z", "letters"),
        ("A-Za-z", "letters"),
        ("a-z", "lower-case letters"),
        ("A-Z", "upper-case letters"),
        ("0-9", "digits"),
        ("\\d", "digits"),
        ("\\w", "letters, digits, `_`"),
        ("\\s", "spaces"),
    ];
    while !rest.is_empty() {
        if let Some((range, name)) = ranges.iter().find(|(range, _)| rest.starts_with(range)) {
            parts.push((*name).to_owned());
            rest = &rest[range.len()..];
            continue;
        }
        let mut characters = rest.chars();
        let mut character = characters.next()?;
        if character == '\\' {
            character = characters.next()?;
            if character.is_ascii_alphanumeric() {
                return None;
            }
        }
        rest = characters.as_str();
        // A range that is not one of the common ones.
        if rest.starts_with('-') && rest.len() > 1 && character.is_alphanumeric() {
            return None;
        }
        parts.push(if character == ' ' { "spaces".to_owned() } else { format!("`{character}`") });
    }
    match parts.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [rest @ .., last] => Some(format!("{} or {last}", rest.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn simple_patterns_become_words() {
        let words = |pattern| describe(pattern).unwrap();
        assert_eq!(words("^[a-zA-Z0-9_-]{1,64}$"), "1 to 64 letters, digits, `_` or `-`");
        assert_eq!(words("^[a-z]+$"), "one or more lower-case letters");
        assert_eq!(words("^[0-9]{12}$"), "exactly 12 digits");
    }

    #[test]
    fn other_patterns_stay_as_they_are() {
        for pattern in ["^(a|b)$", "[a-z]+", "^[^a]+$", "^[b-y]$", ""] {
            assert_eq!(describe(pattern), None, "{pattern}");
        }
    }
}
