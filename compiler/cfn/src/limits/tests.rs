use std::sync::Arc;

use ci_base::Code;
use ci_graph::{Condition, DynamicReference, Late, Stack, Value};

use super::{Violation, limits};
use crate::fixture::*;

/// What is too much for the smallest template of a stack.
fn violations(stack: &Stack) -> Vec<Violation> {
    super::violations(stack, crate::template(stack).to_json_minified().len())
}

/// The code and the item of everything that is too much.
fn found(stack: &Stack) -> Vec<(Code, u32)> {
    violations(stack).into_iter().map(|violation| (violation.code, violation.origin.item)).collect()
}

fn small() -> Stack {
    let mut stack = stack();
    topic(&mut stack, "Topic", text("x"));
    stack
}

fn dynamic() -> Value {
    Value::late(Late::Dynamic(DynamicReference::Ssm { name: text("a"), version: None }))
}

#[test]
fn a_report_has_every_limit() {
    let mut stack = small();
    stack.description = Some("é".into());
    topic(&mut stack, "Other", concat(vec![dynamic(), dynamic()]));
    parameter(&mut stack, "Stage");
    let entries: Vec<_> = limits(&stack, 123).entries.iter().map(ToString::to_string).collect();
    assert_eq!(
        entries,
        [
            "resources: 2 of 500",
            "parameters: 1 of 200",
            "outputs: 0 of 200",
            "template bytes: 123 of 1000000",
            "description bytes: 2 of 1024",
            "dynamic references: 2 of 60",
        ]
    );
}

#[test]
fn a_small_stack_breaks_nothing() {
    assert_eq!(violations(&small()), []);
}

#[test]
fn counts_are_reported_at_the_first_that_is_too_much() {
    let mut stack = small();
    for at in 1..502 {
        topic(&mut stack, &format!("Topic{at}"), text("x"));
    }
    for at in 0..201 {
        parameter(&mut stack, &format!("Parameter{at}"));
        output(&mut stack, &format!("Output{at}"), text("x"));
    }
    let messages: Vec<_> = violations(&stack).into_iter().map(|it| (it.message, it.origin.item)).collect();
    assert_eq!(
        messages,
        [
            ("the stack has 201 parameters, the limit is 200".to_owned(), 300),
            ("the stack has 502 resources, the limit is 500".to_owned(), 500),
            ("the stack has 201 outputs, the limit is 200".to_owned(), 9),
        ]
    );
}

#[test]
fn a_stack_needs_a_resource_and_a_name() {
    let mut stack = stack();
    stack.name = "1st".into();
    assert_eq!(found(&stack), [(Code::InvalidName, 0), (Code::TemplateLimit, 0)]);
}

#[test]
fn sizes_are_in_bytes() {
    let mut stack = small();
    stack.description = Some("é".repeat(513).into());
    assert_eq!(found(&stack), [(Code::TemplateLimit, 0)]);
    stack.description = Some("é".repeat(512).into());
    assert_eq!(found(&stack), []);
    topic(&mut stack, "Large", text(&"x".repeat(1_000_000)));
    assert_eq!(found(&stack), [(Code::TemplateLimit, 0)]);
}

#[test]
fn dynamic_references_are_counted_one_by_one() {
    let mut stack = small();
    topic(&mut stack, "Many", concat((0..60).map(|_| dynamic()).collect()));
    assert_eq!(found(&stack), []);
    topic(&mut stack, "More", dynamic());
    assert_eq!(found(&stack), [(Code::TemplateLimit, 9)]);
}

#[test]
fn names_are_letters_and_digits() {
    let mut stack = small();
    topic(&mut stack, "My-Topic", text("x"));
    topic(&mut stack, &"x".repeat(256), text("x"));
    parameter(&mut stack, "a_b");
    output(&mut stack, "", text("x"));
    assert_eq!(
        found(&stack),
        [
            (Code::InvalidName, 100),
            (Code::InvalidLogicalId, 1),
            (Code::InvalidLogicalId, 2),
            (Code::InvalidName, 9),
        ]
    );
}

#[test]
fn parameters_and_resources_share_their_names() {
    let mut stack = small();
    parameter(&mut stack, "Topic");
    topic(&mut stack, "Topic", text("x"));
    assert_eq!(found(&stack), [(Code::DuplicateLogicalId, 0), (Code::DuplicateLogicalId, 1)]);
}

#[test]
fn parameters_have_limits_of_their_own() {
    let mut stack = small();
    parameter(&mut stack, "Stage");
    stack.parameters[0].description = Some("x".repeat(4_001).into());
    stack.parameters[0].default = Some(located(list(vec![text(&"x".repeat(4_095)), text("")])));
    stack.parameters[0].constraints.allowed_values = vec![text(&"x".repeat(4_097))];
    assert_eq!(found(&stack), [(Code::InvalidParameter, 100), (Code::InvalidParameter, 100)]);
    stack.outputs.clear();
    output(&mut stack, "Name", text("x"));
    stack.outputs[0].description = Some("x".repeat(1_025).into());
    assert_eq!(found(&stack).last(), Some(&(Code::TemplateLimit, 9)));
}

#[test]
fn conditions_have_two_to_ten_parts() {
    let mut stack = small();
    let stage = parameter(&mut stack, "Stage");
    let one = equals(given(stage), text("prod"));
    let many = Arc::new(Condition::Any(vec![Arc::clone(&one); 11]));
    stack.resources[0].condition = Some(not(&many));
    let two = Arc::new(Condition::All(vec![one]));
    topic(&mut stack, "Other", choice(&two, text("x"), text("y")));
    assert_eq!(found(&stack), [(Code::TemplateLimit, 0), (Code::TemplateLimit, 9)]);
}

#[test]
fn two_entries_of_one_name_are_reported() {
    let mut stack = small();
    parameter(&mut stack, "Stage");
    parameter(&mut stack, "Stage");
    output(&mut stack, "Url", text("x"));
    output(&mut stack, "Url", text("x"));
    assert_eq!(found(&stack), [(Code::DuplicateName, 101), (Code::DuplicateName, 9)]);
}
