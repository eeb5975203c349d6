//! Two resources that would be one and the same thing in AWS.

use ci_base::{Code, Diagnostic};
use ci_graph::{Late, Origin, Resource, ResourceId, Stack, Value};
use rustc_hash::FxHashMap;

use crate::value::same;
use crate::verdict::Verdict;
use crate::view::{Fields, together};
use crate::words;

/// Identifiers that schemas do not give as such, because AWS calls a made-up id primary.
const NAMED: [(&str, &[&str]); 8] = [
    ("AWS::CodeBuild::Project", &["Name"]),
    // A queue and a topic have one policy: the last that is written takes the place of all others.
    ("AWS::SQS::QueuePolicy", &["Queues"]),
    ("AWS::SNS::TopicPolicy", &["Topics"]),
    ("AWS::Events::Rule", &["EventBusName", "Name"]),
    ("AWS::SQS::Queue", &["QueueName"]),
    ("AWS::SNS::Topic", &["TopicName"]),
    ("AWS::SecretsManager::Secret", &["Name"]),
    ("AWS::StepFunctions::StateMachine", &["StateMachineName"]),
];

/// Reports resources of one type whose identifying properties are equal.
pub(crate) fn check(stack: &Stack, findings: &mut Vec<Diagnostic<Origin>>) {
    // By type first, then by the first identifying value that is known: most differ in that.
    let mut seen: FxHashMap<(usize, Known<'_>), Vec<&Resource>> = FxHashMap::default();
    let mut by_type: FxHashMap<usize, &'static [&'static str]> = FxHashMap::default();
    for resource in &stack.resources {
        let schema = std::ptr::from_ref(resource.schema).addr();
        let names = *by_type.entry(schema).or_insert_with(|| identifying(resource));
        let Some(first) = names.iter().find_map(|name| known(&resource.field(name)?.value)) else { continue };
        if names.iter().any(|name| resource.lacks(name) && !may_lack(name)) {
            continue;
        }
        let bucket = seen.entry((schema, first)).or_default();
        let twin = bucket.iter().find(|other| together(resource, other) && twins(names, resource, other));
        match twin {
            Some(other) => findings.push(report(names, resource, other)),
            None => bucket.push(resource),
        }
    }
}

/// A value that tells resources apart: a text, or the resource that it is read of.
#[derive(PartialEq, Eq, Hash)]
enum Known<'a> {
    Text(&'a str),
    Of(ResourceId),
}

fn known(value: &Value) -> Option<Known<'_>> {
    match value {
        Value::String(text) => Some(Known::Text(text)),
        Value::List(items) => items.first().and_then(|first| known(&first.value)),
        Value::Late(late) => match &**late {
            Late::Identifier(of) | Late::Attribute(of, _) => Some(Known::Of(*of)),
            _ => None,
        },
        _ => None,
    }
}

/// The properties that identify a resource, if the program and not AWS decides them.
fn identifying(resource: &Resource) -> &'static [&'static str] {
    let schema = resource.schema;
    if let Some((_, names)) = NAMED.iter().find(|(name, _)| *name == schema.name()) {
        return names;
    }
    let names = schema.primary_identifier();
    let decided = names.iter().all(|name| !name.contains('/') && !schema.read_only().contains(name));
    if decided { names } else { &[] }
}

/// Whether a resource may go without an identifying property. The bus of a rule is the default one then.
fn may_lack(name: &str) -> bool {
    name == "EventBusName"
}

fn twins(names: &[&str], one: &Resource, other: &Resource) -> bool {
    names.iter().all(|name| match (one.field(name), other.field(name)) {
        (Some(one), Some(other)) => same(&one.value, &other.value) == Verdict::Yes,
        (None, None) => true,
        _ => false,
    })
}

fn report(names: &[&str], again: &Resource, first: &Resource) -> Diagnostic<Origin> {
    let origin = |resource: &Resource| {
        names.iter().rev().find_map(|name| resource.field(name)).map_or(resource.origin, |value| value.origin)
    };
    let message = match names.iter().rev().find_map(|name| again.text(name)) {
        Some(text) => {
            format!("two resources of type `{}` are named {}", again.schema.name(), words::quote(text))
        }
        None => format!(
            "two resources of type `{}` have the same {}",
            again.schema.name(),
            words::names(names, "and")
        ),
    };
    let finding = Diagnostic::new(Code::DuplicateIdentifier, origin(again), message)
        .label("taken already")
        .also(origin(first), "first used here");
    if again.schema.name().ends_with("Policy") {
        return finding
            .note("a resource has one policy: the second fails, or takes the place of the first")
            .help("put all statements into one");
    }
    finding.help("leave the name out, and CloudFormation makes one that is unique")
}
