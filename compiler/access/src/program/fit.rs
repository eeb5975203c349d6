//! Roles with more to say than one document holds: statements move to managed policies, whole where they can.
//!
//! What a role may do stays the same: IAM takes the union of its policies. The policies are made before the role and are
//! attached to it, so whatever waits for the role waits for all of its rights.
//!
//! Must not know: how statements came about; what happens where even ten policies are not enough, which is told elsewhere.

use std::sync::Arc;

use ci_graph::{Entry, Late, Located, Origin, Resource, ResourceId, Stack, Value};

use super::size::{Unknowns, characters};
use crate::SizeLimit;

const ROLE: &str = "AWS::IAM::Role";
const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";
/// `{"Version":"2012-10-17","Statement":[]}`.
const EMPTY_DOCUMENT: usize = 40;

/// Makes managed policies of what does not fit into the inline policies of roles. They are added behind the resources
/// there are; for each, the role it is attached to.
pub fn fit(stack: &mut Stack) -> Vec<ResourceId> {
    let mut made = Vec::new();
    for at in 0..stack.resources.len() {
        if stack.resources[at].schema.name() != ROLE {
            continue;
        }
        let moved = overflow(stack, ResourceId(at as u32));
        for statements in moved {
            attach(stack, ResourceId(at as u32), statements);
            made.push(ResourceId(at as u32));
        }
    }
    made
}

/// Takes the statements out of a role that its inline policies have no room for, in as many groups as documents.
fn overflow(stack: &mut Stack, role: ResourceId) -> Vec<Vec<Located>> {
    let of = stack.resource(role);
    let attached = match of.property("ManagedPolicyArns").map(|arns| &arns.value) {
        None => 0,
        Some(Value::List(arns)) => arns.len(),
        Some(_) => return Vec::new(),
    };
    let Some(Value::List(policies)) = of.property("Policies").map(|policies| &policies.value) else {
        return Vec::new();
    };
    let length = |value: &Value| characters(stack, value, Unknowns::Long);
    let documents = policies.iter().map(|policy| {
        length(policy.value.get("PolicyDocument").map_or(&policy.value, |document| &document.value))
    });
    if documents.sum::<usize>() <= SizeLimit::ROLE_INLINE.characters {
        return Vec::new();
    }
    // What cannot be taken apart stays, and takes its room first.
    let mut room = SizeLimit::ROLE_INLINE.characters;
    for policy in policies {
        let taken = match statements(policy) {
            Some(_) => EMPTY_DOCUMENT,
            None => length(&policy.value),
        };
        room = room.saturating_sub(taken);
    }
    let mut kept: Vec<Vec<Located>> = Vec::new();
    let mut groups: Vec<(Vec<Located>, usize)> = Vec::new();
    for policy in policies {
        let mut stay = Vec::new();
        let mut waiting: Vec<Located> = statements(policy).into_iter().flatten().rev().cloned().collect();
        while let Some(statement) = waiting.pop() {
            let size = length(&statement.value) + 1;
            // One that is there under a condition only would leave a document empty without it.
            if size <= room || !matches!(statement.value, Value::Record(_)) {
                room = room.saturating_sub(size);
                stay.push(statement);
            } else if size > SizeLimit::MANAGED.characters - EMPTY_DOCUMENT
                && let Some((first, second)) = halves(&statement)
            {
                waiting.extend([second, first]);
            } else {
                let fits =
                    |(_, used): &&mut (Vec<Located>, usize)| *used + size <= SizeLimit::MANAGED.characters;
                match groups.iter_mut().find(fits) {
                    Some((group, used)) => {
                        group.push(statement);
                        *used += size;
                    }
                    None => groups.push((vec![statement], EMPTY_DOCUMENT + size)),
                }
            }
        }
        kept.push(stay);
    }
    if attached + groups.len() > SizeLimit::MANAGED.documents {
        return Vec::new();
    }
    keep(&mut stack.resources[role.0 as usize], kept);
    groups.into_iter().map(|(statements, _)| statements).collect()
}

/// The statements of an inline policy, where they are all there to be seen.
fn statements(policy: &Located) -> Option<&Vec<Located>> {
    match policy.value.get("PolicyDocument")?.value.get("Statement").map(|statements| &statements.value) {
        Some(Value::List(statements)) => Some(statements),
        _ => None,
    }
}

/// Leaves each inline policy the statements that stay, and removes those that have none left.
fn keep(role: &mut Resource, kept: Vec<Vec<Located>>) {
    let policies = role.properties.iter_mut().find(|entry| &*entry.name == "Policies");
    let Some(Value::List(policies)) = policies.map(|entry| &mut entry.value.value) else { return };
    let mut kept = kept.into_iter();
    policies.retain_mut(|policy| {
        let stay = kept.next().unwrap_or_default();
        if statements(policy).is_none() {
            return true;
        }
        let is_left = !stay.is_empty();
        if let Some(Value::List(statements)) = field_mut(&mut policy.value, "PolicyDocument")
            .and_then(|document| field_mut(&mut document.value, "Statement"))
            .map(|statements| &mut statements.value)
        {
            *statements = stay;
        }
        is_left
    });
    role.properties
        .retain(|entry| &*entry.name != "Policies" || entry.value.value != Value::List(Vec::new()));
}

fn field_mut<'a>(value: &'a mut Value, name: &str) -> Option<&'a mut Located> {
    match value {
        Value::Record(entries) => {
            entries.iter_mut().find(|entry| &*entry.name == name).map(|entry| &mut entry.value)
        }
        _ => None,
    }
}

/// Two statements that together say what one does: half of its resources each, or half of its actions.
fn halves(statement: &Located) -> Option<(Located, Located)> {
    let long = |name: &str| match statement.value.get(name).map(|listed| &listed.value) {
        Some(Value::List(listed)) if listed.len() > 1 => Some(listed.len() / 2),
        _ => None,
    };
    let (name, at) = ["Resource", "Action"].into_iter().find_map(|name| long(name).map(|at| (name, at)))?;
    let (mut first, mut second) = (statement.clone(), statement.clone());
    if let (Some(Value::List(kept)), Some(Value::List(rest))) = (
        field_mut(&mut first.value, name).map(|listed| &mut listed.value),
        field_mut(&mut second.value, name).map(|listed| &mut listed.value),
    ) {
        *rest = kept.split_off(at);
    }
    // A name is for one statement.
    if let Value::Record(entries) = &mut second.value {
        entries.retain(|entry| &*entry.name != "Sid");
    }
    Some((first, second))
}

/// Adds a managed policy, and attaches it to the role.
fn attach(stack: &mut Stack, role: ResourceId, statements: Vec<Located>) {
    let Some(schema) = ci_catalog::resource_type(MANAGED_POLICY) else { return };
    let of = stack.resource(role);
    let (logical_id, path) = (1..=stack.resources.len() + 1)
        .map(|count| (format!("{}Policy{count}", of.logical_id), format!("{}.policy_{count}", of.path)))
        .find(|(id, _)| stack.resources.iter().all(|known| *known.logical_id != **id))
        .unwrap_or_default();
    let origin = of.origin;
    let condition = of.condition.clone();
    let document = record(
        origin,
        [
            ("Version", Located { value: Value::string("2012-10-17"), origin }),
            ("Statement", Located { value: Value::List(statements), origin }),
        ],
    );
    let properties = vec![Entry { name: "PolicyDocument".into(), value: document }];
    let id = ResourceId(stack.resources.len() as u32);
    let made = Resource::new(logical_id.into(), path.into(), schema, properties, origin);
    stack.resources.push(Resource { condition, ..made });
    let arn = Located { value: Value::late(Late::Identifier(id)), origin };
    let role = &mut stack.resources[role.0 as usize];
    match role.properties.iter_mut().find(|entry| &*entry.name == "ManagedPolicyArns") {
        Some(Entry { value: Located { value: Value::List(arns), .. }, .. }) => arns.push(arn),
        Some(_) => {}
        None => {
            let value = Located { value: Value::List(vec![arn]), origin };
            role.properties.push(Entry { name: "ManagedPolicyArns".into(), value });
        }
    }
}

fn record<const N: usize>(origin: Origin, entries: [(&str, Located); N]) -> Located {
    let entry = |(name, value): (&str, Located)| Entry { name: Arc::from(name), value };
    Located { value: Value::Record(entries.into_iter().map(entry).collect()), origin }
}

#[cfg(test)]
mod tests;
