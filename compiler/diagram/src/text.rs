//! Texts of a diagram: verbs for rights, widths, what fits.
//!
//! Must not know: stacks, formats.

use ci_catalog::iam::{self, AccessLevel};

/// What actions allow, in words: `read, write`. Of a capability the word it was given, else what the catalog says.
pub(crate) fn verb(action: &str) -> &'static str {
    let (service, name) = action.split_once(':').unwrap_or(("", action));
    let starts = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    match service {
        _ if name.contains('*') => "manage",
        "sqs" if starts(&["SendMessage"]) => "send",
        "sqs" if starts(&["ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueue"]) => {
            "receive"
        }
        "sns" if starts(&["Publish"]) => "publish",
        "events" if starts(&["PutEvents"]) => "send",
        "lambda" if starts(&["Invoke"]) => "call",
        "execute-api" | "appsync" => "call",
        "states" if starts(&["Start"]) => "start",
        "rds-db" | "dsql" if starts(&["connect", "DbConnect"]) => "connect",
        "kinesis" | "firehose" if starts(&["Put"]) => "send",
        _ if starts(&["Delete", "BatchDelete"]) => "delete",
        _ => match iam::action(action).map(|action| action.level) {
            Some(AccessLevel::List | AccessLevel::Read) => "read",
            Some(AccessLevel::Write) | None => "write",
            Some(AccessLevel::Tagging) => "tag",
            Some(AccessLevel::PermissionsManagement) => "manage",
        },
    }
}

/// The last words of the name of a right, where it is one of `unit`: `OrdersReadWrite2` of `orders` is `read write`.
pub(crate) fn verb_of_sid(sid: &str, unit: &str) -> Option<String> {
    let sid = sid.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let mut camel = String::new();
    for part in unit.split(['.', '_', '-']) {
        let mut letters = part.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    words(sid.strip_prefix(&camel)?)
}

/// What is left of the name of a capability of another service behind the name it is needed by: `PaymentsCharge` is
/// `charge`.
pub(crate) fn verb_of_use(name: &str) -> Option<String> {
    let name = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let second = name.char_indices().skip(1).find(|(_, letter)| letter.is_ascii_uppercase())?.0;
    words(&name[second..])
}

fn words(camel: &str) -> Option<String> {
    let mut words = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    (!words.is_empty()).then_some(words)
}

/// How wide a text is, in pixels at a font of `size` pixels: on the safe side for the sans-serif fonts of systems.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let of = |letter: char| match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.30,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' => 0.40,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.92,
        'A'..='Z' | '&' => 0.72,
        '\u{2e80}'..='\u{ffff}' => 1.05,
        _ => 0.60,
    };
    text.chars().map(of).sum::<f64>() * size
}

/// The beginning of a text that fits, with `…` where something is left out.
pub(crate) fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        kept.push(letter);
        if width(&kept, size) + size > room {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

/// A text with what only XML reads replaced, and what it cannot hold left out.
pub(crate) fn xml(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#39;"),
            '\n' | '\t' => written.push(' '),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => written.push(letter),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_called_as_the_source_calls_them() {
        assert_eq!(verb_of_sid("OrdersReadWrite2", "orders").as_deref(), Some("read write"));
        assert_eq!(verb_of_sid("OrderLinesRead", "order_lines").as_deref(), Some("read"));
        assert_eq!(verb_of_sid("SomethingElse", "orders"), None);
        assert_eq!(verb_of_use("PaymentsCharge2").as_deref(), Some("charge"));
        assert_eq!(verb_of_use("payments"), None);
    }

    #[test]
    fn rights_without_a_name_are_called_by_what_they_do() {
        assert_eq!(verb("sqs:SendMessage"), "send");
        assert_eq!(verb("dynamodb:GetItem"), "read");
        assert_eq!(verb("dynamodb:PutItem"), "write");
        assert_eq!(verb("s3:*"), "manage");
    }

    #[test]
    fn what_does_not_fit_is_cut() {
        assert_eq!(fitted("short", 10.0, 100.0), "short");
        let cut = fitted("a name that goes on and on", 10.0, 60.0);
        assert!(cut.ends_with('…') && width(&cut, 10.0) <= 70.0, "{cut}");
    }
}
