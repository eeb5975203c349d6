use std::sync::Arc;

use ci_graph::{ResourceId, Stack, Value};

use super::redundant_dependencies;
use crate::fixture::*;

/// What the `DependsOn` of every resource names, as `A: B C`, resources without one left out.
fn written(stack: &Stack) -> Vec<String> {
    let json = json(stack);
    let ids = stack.resources.iter().map(|resource| &*resource.logical_id);
    ids.filter_map(|id| {
        let on = json["Resources"][id].get("DependsOn")?.as_array()?;
        let on: Vec<_> = on.iter().filter_map(|on| on.as_str()).collect();
        Some(format!("{id}: {}", on.join(" ")))
    })
    .collect()
}

/// Topics `A`, `B`, … that read what `reads` says.
fn topics(reads: &[&[u32]]) -> Stack {
    let mut stack = stack();
    for (at, reads) in (0_u8..).zip(reads) {
        let name = char::from(b'A' + at).to_string();
        let parts = reads.iter().map(|at| reference(ResourceId(*at))).collect();
        topic(&mut stack, &name, concat(parts));
    }
    stack
}

fn depend(stack: &mut Stack, from: u32, on: &[u32]) {
    stack.resources[from as usize].depends_on = on.iter().copied().map(ResourceId).collect();
}

#[test]
fn a_dependency_on_what_is_read_is_left_out() {
    let mut stack = topics(&[&[1], &[2], &[], &[]]);
    depend(&mut stack, 0, &[1, 2, 3, 3]);
    assert_eq!(written(&stack), ["A: D"]);
    assert_eq!(
        redundant_dependencies(&stack),
        [(ResourceId(0), ResourceId(1)), (ResourceId(0), ResourceId(2))]
    );
}

#[test]
fn a_dependency_that_another_one_implies_is_left_out() {
    let mut stack = topics(&[&[], &[2], &[]]);
    depend(&mut stack, 0, &[2, 1]);
    assert_eq!(written(&stack), ["A: B"]);
    depend(&mut stack, 0, &[2]);
    assert_eq!(written(&stack), ["A: C"]);
    depend(&mut stack, 1, &[0]);
    assert_eq!(written(&stack), ["A: C", "B: A"]);
}

#[test]
fn a_reference_under_a_condition_orders_nothing_for_certain() {
    let mut stack = topics(&[&[], &[], &[]]);
    let stage = parameter(&mut stack, "Stage");
    let prod = equals(given(stage), text("prod"));
    let one = |id| reference(ResourceId(id));
    stack.resources[0].properties = entries(vec![
        ("DisplayName", choice(&prod, one(1), text("x"))),
        ("TopicName", choice(&prod, one(2), concat(vec![text("x"), one(2)]))),
    ]);
    depend(&mut stack, 0, &[1, 2]);
    assert_eq!(written(&stack), ["A: B"]);
}

#[test]
fn a_resource_that_may_not_be_there_carries_no_order() {
    let mut stack = topics(&[&[], &[2], &[]]);
    let stage = parameter(&mut stack, "Stage");
    let prod = equals(given(stage), text("prod"));
    stack.resources[1].condition = Some(Arc::clone(&prod));
    depend(&mut stack, 0, &[1, 2]);
    assert_eq!(written(&stack), ["A: B C"]);
    // Under the same condition it is there whenever it matters.
    stack.resources[0].condition = Some(prod);
    assert_eq!(written(&stack), ["A: B"]);
}

#[test]
fn every_place_of_a_resource_counts() {
    let mut stack = topics(&[&[], &[], &[], &[]]);
    let one = |id| reference(ResourceId(id));
    stack.resources[0].metadata = Some(record(vec![("Who", list(vec![one(1)]))]));
    stack.resources[0].update_policy = Some(record(vec![("Who", one(2))]));
    stack.resources[0].properties =
        entries(vec![("DisplayName", Value::late(ci_graph::Late::Base64(one(3))))]);
    depend(&mut stack, 0, &[1, 2, 3]);
    assert_eq!(written(&stack), [""; 0]);
}

#[test]
fn a_cycle_does_no_harm() {
    let mut stack = topics(&[&[1], &[0], &[2]]);
    depend(&mut stack, 0, &[1, 0]);
    depend(&mut stack, 1, &[2]);
    depend(&mut stack, 2, &[0]);
    crate::template(&stack).to_json();
}

#[test]
fn long_chains_are_quick() {
    const COUNT: u32 = 10_000;
    let mut stack = stack();
    for at in 0..COUNT {
        topic(&mut stack, &format!("T{at}"), text("x"));
        let on: Vec<_> = [1, 2].into_iter().filter_map(|back| at.checked_sub(back)).collect();
        depend(&mut stack, at, &on);
    }
    let redundant = redundant_dependencies(&stack);
    assert_eq!(redundant.len() as u32, COUNT - 2);
}
