use super::renumber;
use crate::fixture::{located, reference, stack};
use crate::{Output, ResourceId, Stack, Value, references};

/// The names of the resources, each with the names of those it reads and of those it waits for.
fn told(stack: &Stack) -> Vec<String> {
    let name = |id: &ResourceId| stack.resource(*id).logical_id.to_string();
    let resources = stack.resources.iter().map(|resource| {
        let reads: Vec<String> = references(resource).iter().map(|read| name(&read.target)).collect();
        let waits: Vec<String> = resource.depends_on.iter().map(name).collect();
        format!("{} reads [{}] after [{}]", resource.logical_id, reads.join(" "), waits.join(" "))
    });
    resources.collect()
}

fn places(of: &[Option<u32>]) -> Vec<Option<ResourceId>> {
    of.iter().map(|place| place.map(ResourceId)).collect()
}

#[test]
fn what_reads_a_resource_reads_it_at_its_new_place() {
    let mut stack = stack(&[vec![], vec![0], vec![1, 0]]);
    stack.resources[2].depends_on = vec![ResourceId(0), ResourceId(1)];
    let output = |name: &str, at| Output {
        name: name.into(),
        value: located(reference(at), 9),
        description: None,
        condition: None,
        provided: None,
    };
    stack.outputs = vec![output("First", 0)];
    renumber(&mut stack, &places(&[Some(2), Some(0), Some(1)]));
    assert_eq!(
        told(&stack),
        ["R1 reads [R0] after []", "R2 reads [R1 R0] after [R1 R0]", "R0 reads [] after []"]
    );
    assert_eq!(stack.outputs[0].value.value, reference(2));
}

#[test]
fn what_is_left_out_is_waited_for_by_nobody() {
    let mut stack = stack(&[vec![], vec![], vec![1]]);
    stack.resources[2].depends_on = vec![ResourceId(0), ResourceId(1)];
    renumber(&mut stack, &places(&[None, Some(0), Some(1)]));
    assert_eq!(told(&stack), ["R1 reads [] after []", "R2 reads [R1] after [R1]"]);
}

#[test]
fn what_was_made_of_something_left_out_is_unknown() {
    let mut stack = stack(&[vec![], vec![0]]);
    renumber(&mut stack, &places(&[None, Some(0)]));
    assert_eq!(stack.resources[0].properties[0].value.value, Value::Unknown);
}
