//! Resources of nothing but wildcards: every resource there is, or every one of a type.
//!
//! Must not know: what may be that wide. That is for `scope`.

use ci_catalog::iam::{Action, Service};
use ci_graph::{Late, Value};

/// Stands for what is known late and is not empty: no wildcard, no literal of a template.
const LATE: char = '\u{1}';

/// How far a resource with wildcards reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// `"*"`, or an ARN that is nothing but wildcards after the service.
    Everything,
    /// `arn:aws:dynamodb:*:*:table/*`: the name part of an ARN says the type at most.
    Type,
}

/// The known text of a resource, in which what is late stands for itself. `None` if it does not begin as an ARN does.
fn text(value: &Value) -> Option<String> {
    fn append(value: &Value, text: &mut String) {
        match value {
            Value::String(known) => text.push_str(known),
            Value::Late(late) => match &**late {
                Late::Concat(parts) => parts.iter().for_each(|part| append(part, text)),
                Late::Join { separator, list: Value::List(parts) } => {
                    for (index, part) in parts.iter().enumerate() {
                        if index > 0 {
                            text.push_str(separator);
                        }
                        append(&part.value, text);
                    }
                }
                _ => text.push(LATE),
            },
            _ => text.push(LATE),
        }
    }
    let mut found = String::new();
    append(value, &mut found);
    (found.contains(['*', '?']) && !found.starts_with(LATE)).then_some(found)
}

fn is_wild(text: &str) -> bool {
    text.chars().all(|character| matches!(character, '*' | '?'))
}

/// `"*"`, or an ARN that is nothing but wildcards after the service.
pub(super) fn is_everything(value: &Value) -> bool {
    let Some(text) = text(value) else { return false };
    match text.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        ["arn", _, _, _, _, name] => is_wild(name),
        ["arn", ..] => text.ends_with('*'),
        _ => is_wild(&text),
    }
}

/// How far a resource reaches for an action of a service; `None` if it names something.
pub(super) fn reach(service: &Service, action: &Action, value: &Value) -> Option<Reach> {
    if is_everything(value) {
        return Some(Reach::Everything);
    }
    let text = text(value)?;
    let ["arn", _, of, _, _, name] = text.splitn(6, ':').collect::<Vec<_>>()[..] else { return None };
    let templates = action.resources.iter().filter_map(|kind| service.resource_type(kind.resource_type));
    templates
        .flat_map(|known| known.arn_template.split(", "))
        .filter_map(|template| match template.splitn(6, ':').collect::<Vec<_>>()[..] {
            ["arn", _, known, _, _, template] if known == of || of == "*" => Some(template),
            _ => None,
        })
        .any(|template| covers(template, name))
        .then_some(Reach::Type)
}

/// Whether a name with wildcards is every name of a template's form, `table/*` of `table/${TableName}`.
fn covers(template: &str, name: &str) -> bool {
    let (mut template, mut name, mut has_variable) = (template, name, false);
    loop {
        let (literal, rest) = template.split_once("${").unwrap_or((template, ""));
        let common = literal.bytes().zip(name.bytes()).take_while(|(one, other)| one == other).count();
        name = &name[common..];
        if common < literal.len() {
            // A wildcard in the middle of what all names have in common, or one that stands for all that follows.
            return !name.is_empty() && is_wild(name) && name.contains('*');
        }
        if rest.is_empty() {
            break;
        }
        has_variable = true;
        let wild = name.bytes().take_while(|byte| matches!(byte, b'*' | b'?')).count();
        if wild == 0 {
            return false;
        }
        let is_run = name[..wild].contains('*');
        name = &name[wild..];
        if name.is_empty() && is_run {
            return true;
        }
        template = rest.split_once('}').map_or("", |(_, after)| after);
    }
    has_variable && name.chars().all(|character| matches!(character, '*' | '?' | ':' | '/'))
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_name_of_wildcards_is_every_name_of_its_form() {
        for (template, name) in [
            ("table/${TableName}", "table/*"),
            ("table/${TableName}", "tab*"),
            ("table/${TableName}", "table/?????*"),
            ("${BucketName}/${ObjectName}", "*/*"),
            ("${BucketName}/${ObjectName}", "*"),
            ("stack/${StackName}/${Id}", "stack/*"),
            ("stack/${StackName}/${Id}", "stack/*/*"),
            ("log-group:${LogGroupName}", "log-group:*:*"),
            ("secret:${SecretId}", "secret:*"),
        ] {
            assert!(covers(template, name), "{name}");
        }
        for (template, name) in [
            ("table/${TableName}", "table/shop-*"),
            ("table/${TableName}", "table/*-shop"),
            ("table/${TableName}/index/${IndexName}", "table/shop/index/*"),
            ("${BucketName}/${ObjectName}", "photos/*"),
            ("${BucketName}/${ObjectName}", "*/in/*"),
            ("log-group:${LogGroupName}", "log-group:/aws/lambda/*"),
            ("table/${TableName}", "index/*"),
            ("root", "root"),
            ("table/${TableName}", "table/\u{1}*"),
        ] {
            assert!(!covers(template, name), "{name}");
        }
    }
}
