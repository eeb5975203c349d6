//! Walking over values: which resources and parameters they read.

use crate::{Condition, Late, Located, Origin, Resource, ResourceId, Value};

/// A place where one resource reads another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What is read.
    pub target: ResourceId,
    /// Where it is read.
    pub origin: Origin,
}

/// Every resource that `resource` reads, in the order of its properties, repetitions included.
///
/// Does not include [`Resource::depends_on`].
pub fn references(resource: &Resource) -> Vec<Reference> {
    let mut found = Vec::new();
    let attributes = [&resource.creation_policy, &resource.update_policy, &resource.metadata];
    for entry in &resource.properties {
        collect(&entry.value.value, entry.value.origin, &mut found);
    }
    for value in attributes.into_iter().flatten() {
        collect(value, resource.origin, &mut found);
    }
    found
}

fn collect(value: &Value, origin: Origin, found: &mut Vec<Reference>) {
    visit_late(value, origin, &mut |late, origin| {
        if let Late::Identifier(target) | Late::Attribute(target, _) = late {
            found.push(Reference { target: *target, origin });
        }
    });
}

/// Calls `with` for every late value inside `value`, outermost first, with the innermost origin known for it.
pub fn visit_late<'a>(value: &'a Value, origin: Origin, with: &mut dyn FnMut(&'a Late, Origin)) {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => {}
        Value::Absent | Value::Unknown => {}
        Value::List(items) => items.iter().for_each(|item| visit_located(item, with)),
        Value::Record(entries) => entries.iter().for_each(|entry| visit_located(&entry.value, with)),
        Value::Late(late) => visit_parts(late, origin, with),
    }
}

fn visit_located<'a>(located: &'a Located, with: &mut dyn FnMut(&'a Late, Origin)) {
    visit_late(&located.value, located.origin, with);
}

fn visit_parts<'a>(late: &'a Late, origin: Origin, with: &mut dyn FnMut(&'a Late, Origin)) {
    with(late, origin);
    late.operands().iter().for_each(|operand| visit_late(operand, origin, with));
    match late {
        Late::If { condition, then, otherwise } => {
            visit_condition(condition, origin, with);
            visit_located(then, with);
            visit_located(otherwise, with);
        }
        Late::Truth(condition) => visit_condition(condition, origin, with),
        _ => {}
    }
}

/// Calls `with` for every late value a condition reads.
fn visit_condition<'a>(condition: &'a Condition, origin: Origin, with: &mut dyn FnMut(&'a Late, Origin)) {
    match condition {
        Condition::Equals(left, right) => {
            visit_late(left, origin, with);
            visit_late(right, origin, with);
        }
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                visit_condition(part, origin, with);
            }
        }
        Condition::Not(part) => visit_condition(part, origin, with),
    }
}

#[cfg(test)]
mod tests;
