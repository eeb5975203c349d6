//! Resources of statements, and whether an action can apply to them.

use ci_base::{Code, Diagnostic};
use ci_catalog::iam::{Action, ActionResource, Service};
use ci_graph::{Late, Located, Stack, Value};

use super::Policy;
use crate::view::{each_case, one_or_many};
use crate::words;

pub(super) fn check(policy: &mut Policy<'_>, resources: &Located) {
    each_case(resources, &mut |resources| {
        for resource in one_or_many(resources) {
            let Some(text) = resource.value.as_str() else {
                policy.only_texts(resource, "a resource is an ARN or \"*\"");
                continue;
            };
            if text == "*" && policy.schema.name() == "AWS::S3::BucketPolicy" {
                policy.add(
                    Diagnostic::new(
                        Code::InvalidPolicy,
                        resource.origin,
                        "the policy of a bucket names the bucket, not \"*\"",
                    )
                    .help("name the bucket by its ARN, and its objects by the ARN and `/*`"),
                );
            } else if text != "*"
                && !is_arn(text)
                && !is_own_api(policy, text)
                && !text.contains("{{resolve:")
            {
                let message = format!("a resource is an ARN or \"*\", found {}", words::quote(text));
                policy.invalid(resource.origin, message);
            }
        }
    });
}

/// The policy of an API may name its own methods in short.
fn is_own_api(policy: &Policy<'_>, text: &str) -> bool {
    text.starts_with("execute-api:/") && policy.schema.name().starts_with("AWS::ApiGateway")
}

/// `arn:PARTITION:SERVICE:REGION` and perhaps `:ACCOUNT:NAME`, with wildcards anywhere but in the form.
fn is_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [prefix, partition, service, _, rest @ ..] = parts.as_slice() else { return false };
    let account = match rest {
        [] => true,
        [account, name] => {
            let known = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            (known || ["", "*", "aws"].contains(account) || account.contains(['*', '?'])) && !name.is_empty()
        }
        _ => false,
    };
    *prefix == "arn" && (partition.starts_with("aws") || *partition == "*") && !service.is_empty() && account
}

/// What an ARN that is partly late can look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// This character.
    One(char),
    /// Any characters.
    Any,
    /// Any characters but this one.
    Except(char),
}

/// The parts of an ARN before its last one.
const SEGMENTS: usize = 5;

/// What is known of the ARNs that a resource in a statement can mean.
pub(super) enum Form {
    /// The ARN of a resource of the program: the form of its type.
    Own(&'static str),
    /// What is put together or written down.
    Parts(Vec<Part>),
}

/// The form of a resource in a statement; `None` if nothing is known about it.
pub(super) fn form(stack: &Stack, value: &Value) -> Option<Form> {
    if let Value::Late(late) = value
        && let Some(template) = crate::value::own_arn(stack, late)
    {
        return template.starts_with("arn:").then_some(Form::Own(template));
    }
    let mut form = Vec::new();
    append(stack, value, &mut form);
    // Anything at all, or something that has been reported.
    let starts_as_arn = "arn:".chars().zip(&form).all(|(character, part)| *part == Part::One(character));
    (starts_as_arn && form.len() > 4).then_some(Form::Parts(form))
}

fn append(stack: &Stack, value: &Value, form: &mut Vec<Part>) {
    match value {
        Value::String(text) => append_text(text, form),
        Value::Late(late) => match &**late {
            Late::Concat(parts) => parts.iter().for_each(|part| append(stack, part, form)),
            Late::Join { separator, list: Value::List(parts) } => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        append_text(separator, form);
                    }
                    append(stack, &part.value, form);
                }
            }
            Late::Pseudo(_) => form.push(Part::Except(':')),
            _ => match crate::value::own_arn(stack, late) {
                Some(template) => {
                    form.reserve(template.len());
                    form.extend(of_template(template));
                }
                None => form.push(Part::Any),
            },
        },
        _ => form.push(Part::Any),
    }
}

/// Known text. A wildcard stays within its part of the ARN, unless it ends the text.
fn append_text(text: &str, form: &mut Vec<Part>) {
    let mut colons = form.iter().filter(|part| **part == Part::One(':')).count();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        colons += usize::from(character == ':');
        form.push(match character {
            '*' | '?' if colons < SEGMENTS && rest.peek().is_some() => Part::Except(':'),
            '*' | '?' => Part::Any,
            other => Part::One(other),
        });
    }
}

/// `arn:${Partition}:s3:::${BucketName}` as a form.
fn of_template(template: &str) -> impl Iterator<Item = Part> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if let Some(after) = rest.strip_prefix("${") {
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            rest = tail;
            return Some(match name {
                "Partition" | "Region" | "Account" => Part::Except(':'),
                // The names of which it is both certain and important that they have no slash.
                "BucketName" | "TableName" => Part::Except('/'),
                _ => Part::Any,
            });
        }
        let mut characters = rest.chars();
        let character = characters.next()?;
        rest = characters.as_str();
        Some(if character == '*' && !rest.contains("${") { Part::Any } else { Part::One(character) })
    })
}

/// Whether an action of a service can apply to a resource of this form.
pub(super) fn applies(service: &Service, action: &Action, form: &Form) -> bool {
    let known = |resource: &ActionResource| Some(service.resource_type(resource.resource_type)?.arn_template);
    // A type of another service, or one that is missing: nothing can be said.
    if action.resources.iter().any(|resource| known(resource).is_none()) {
        return true;
    }
    let templates = || action.resources.iter().filter_map(known);
    // A bucket and what is in it have no region in their ARNs, which all else of S3 has.
    let is_of_bucket = |parts: &[Part]| {
        let colons = parts.iter().enumerate().filter(|(_, part)| **part == Part::One(':'));
        let at: Vec<usize> = colons.map(|(at, _)| at).take(4).collect();
        service.prefix == "s3"
            && matches!(at.as_slice(), [.., third, fourth] if at.len() == 4 && third + 1 == *fourth)
    };
    let parts = match form {
        // Almost always it is the very template: no need to look for a common text.
        Form::Own(own) if templates().any(|template| template == *own) => return true,
        Form::Own(own) => &of_template(own).collect(),
        Form::Parts(parts) => parts,
    };
    // Some kinds of resources have ARNs of two forms, which the reference lists as one.
    let has_no_region = is_of_bucket(parts);
    let mut each = templates()
        .flat_map(|template| template.split(", "))
        .filter(|template| !has_no_region || !template.contains(":${Region}:"));
    each.any(|template| intersect(parts, &of_template(template).collect::<Vec<_>>()))
}

/// Whether some text is of both forms.
fn intersect(one: &[Part], other: &[Part]) -> bool {
    let (one, other) = without_common_start(one, other);
    // reach[j]: the parts so far of `one` and the first j parts of `other` can describe the same text.
    let mut reach = vec![false; other.len() + 1];
    reach[0] = true;
    close(&mut reach, other);
    for part in one {
        let mut next = vec![false; other.len() + 1];
        match part {
            Part::One(character) => {
                for (at, theirs) in other.iter().enumerate() {
                    match theirs {
                        Part::One(known) if known == character => next[at + 1] |= reach[at],
                        Part::Any => next[at] |= reach[at],
                        Part::Except(not) if not != character => next[at] |= reach[at],
                        _ => {}
                    }
                }
            }
            Part::Any | Part::Except(_) => {
                // Nothing, or any run of parts of the other form.
                let mut open = false;
                for at in 0..=other.len() {
                    open |= reach[at];
                    next[at] = open;
                    if let (Part::Except(not), Some(Part::One(theirs))) = (part, other.get(at)) {
                        open &= not != theirs;
                    }
                }
            }
        }
        close(&mut next, other);
        reach = next;
    }
    reach[other.len()]
}

/// What follows where both forms start in the same way, which most do up to the resource's own part.
fn without_common_start<'a>(mut one: &'a [Part], mut other: &'a [Part]) -> (&'a [Part], &'a [Part]) {
    loop {
        let same = match (one, other) {
            ([Part::One(a), ..], [Part::One(b), ..]) if a == b => 1,
            // Whatever stands before the first of these characters is the same for both.
            ([Part::Except(a), Part::One(b), ..], [Part::Except(c), Part::One(d), ..])
                if a == b && b == c && c == d =>
            {
                2
            }
            _ => return (one, other),
        };
        (one, other) = (&one[same..], &other[same..]);
    }
}

/// Wildcards of the other form may stand for nothing.
fn close(reach: &mut [bool], other: &[Part]) {
    for (at, part) in other.iter().enumerate() {
        if reach[at] && !matches!(part, Part::One(_)) {
            reach[at + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, intersect, of_template};

    #[test]
    fn forms_meet_where_a_text_is_of_both() {
        let form = |template| of_template(template).collect::<Vec<Part>>();
        let meet = |one, other| intersect(&form(one), &form(other));
        assert!(meet("arn:${Partition}:s3:::${BucketName}", "arn:aws:s3:::photos"));
        assert!(!meet("arn:${Partition}:s3:::${BucketName}", "arn:aws:s3:::photos/cat"));
        assert!(meet("arn:${Partition}:s3:::${BucketName}/${Key}", "arn:aws:s3:::photos/*"));
        assert!(!meet("arn:${Partition}:s3:::${BucketName}/${Key}", "arn:aws:s3:::photos"));
        assert!(!meet("arn:${Partition}:s3:::${BucketName}/${Key}", "arn:${Partition}:s3:::${BucketName}"));
        assert!(!meet("arn:${Partition}:sqs:${Region}:${Account}:${Name}", "arn:aws:sns:eu-west-1:1:topic"));
        assert!(meet("${Partition}:a", "${Partition}:${Name}"));
        assert!(!meet("${Partition}:a", "${Partition}:b"));
        assert!(!meet("${Partition}:a", "${Partition}"));
        assert!(meet("*", "arn:aws:sns:eu-west-1:1:topic"));
        assert!(meet("", ""));
    }
}
