//! Which declared dependencies a template has to state.
//!
//! CloudFormation orders resources by what they read; `DependsOn` is for the rest. Must not know how values are written.

use ci_graph::{Late, Located, Resource, ResourceId, Stack, Value};

/// The declared dependencies that say nothing new: for each, the resource that declares it and the resource it names.
///
/// A dependency says nothing new if what the resource reads, or what it otherwise depends on, leads there anyway. In source
/// order.
pub fn redundant_dependencies(stack: &Stack) -> Vec<(ResourceId, ResourceId)> {
    let needed = needed_dependencies(stack);
    let declared =
        stack.resource_ids().flat_map(|(id, resource)| resource.depends_on.iter().map(move |on| (id, *on)));
    declared.filter(|(id, on)| !needed[id.0 as usize].contains(on)).collect()
}

/// For every resource the declared dependencies its `DependsOn` has to name, in the order they were declared.
pub(crate) fn needed_dependencies(stack: &Stack) -> Vec<Vec<ResourceId>> {
    if stack.resources.iter().all(|resource| resource.depends_on.is_empty()) {
        return vec![Vec::new(); stack.resources.len()];
    }
    let edges: Vec<Vec<Edge>> = stack.resources.iter().map(|resource| edges(stack, resource)).collect();
    let rank = ranks(&edges);
    let mut seen = vec![u32::MAX; edges.len()];
    let mut search = 0;
    stack
        .resource_ids()
        .map(|(id, resource)| {
            let mut needed: Vec<ResourceId> = Vec::new();
            for on in &resource.depends_on {
                let found = needed.contains(on) || leads_to(id, *on, &edges, &rank, &mut seen, search);
                search += 1;
                if !found {
                    needed.push(*on);
                }
            }
            needed
        })
        .collect()
}

/// One resource waits for another.
#[derive(Clone, Copy)]
struct Edge {
    to: usize,
    /// From `depends_on` rather than from a value.
    declared: bool,
}

fn edges(stack: &Stack, resource: &Resource) -> Vec<Edge> {
    let mut found = Vec::new();
    let mut read = |to: ResourceId| found.push(Edge { to: to.0 as usize, declared: false });
    for entry in &resource.properties {
        certain(&entry.value.value, &mut read);
    }
    for value in
        [&resource.creation_policy, &resource.update_policy, &resource.metadata].into_iter().flatten()
    {
        certain(value, &mut read);
    }
    let on = resource.depends_on.iter().filter(|on| exists_with(stack.resource(**on), resource));
    found.extend(on.map(|on| Edge { to: on.0 as usize, declared: true }));
    found
}

/// Whether `other` is there whenever `resource` is. CloudFormation ignores a `DependsOn` on a resource that is not.
fn exists_with(other: &Resource, resource: &Resource) -> bool {
    other.condition.is_none() || other.condition == resource.condition
}

/// Calls `with` for every resource that `value` reads whatever the conditions turn out to be.
///
/// A reference in one branch of an `Fn::If` is none when the other branch is taken.
fn certain(value: &Value, with: &mut dyn FnMut(ResourceId)) {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => {}
        Value::Absent | Value::Unknown => {}
        Value::List(items) => items.iter().for_each(|item| certain(&item.value, with)),
        Value::Record(entries) => entries.iter().for_each(|entry| certain(&entry.value.value, with)),
        Value::Late(late) => certain_late(late, with),
    }
}

fn certain_late(late: &Late, with: &mut dyn FnMut(ResourceId)) {
    match late {
        Late::Identifier(resource) | Late::Attribute(resource, _) => with(*resource),
        Late::If { then, otherwise, .. } => both(then, otherwise, with),
        _ => late.operands().iter().for_each(|operand| certain(operand, with)),
    }
}

/// What both branches read is read.
fn both(then: &Located, otherwise: &Located, with: &mut dyn FnMut(ResourceId)) {
    let mut there = Vec::new();
    certain(&then.value, &mut |resource| there.push(resource));
    certain(&otherwise.value, &mut |resource| {
        if there.contains(&resource) {
            with(resource);
        }
    });
}

/// Numbers the resources so that every edge leads to a smaller number. Cycles are reported elsewhere; with one, the
/// numbers are still different and nothing here fails.
fn ranks(edges: &[Vec<Edge>]) -> Vec<u32> {
    let mut rank = vec![0; edges.len()];
    let mut met = vec![false; edges.len()];
    let mut next = 0;
    // An explicit stack: chains can be thousands long.
    let mut frames: Vec<(usize, usize)> = Vec::new();
    for root in 0..edges.len() {
        if std::mem::replace(&mut met[root], true) {
            continue;
        }
        frames.push((root, 0));
        while let Some((at, edge)) = frames.pop() {
            let Some(Edge { to, .. }) = edges[at].get(edge).copied() else {
                rank[at] = next;
                next += 1;
                continue;
            };
            frames.push((at, edge + 1));
            if !std::mem::replace(&mut met[to], true) {
                frames.push((to, 0));
            }
        }
    }
    rank
}

/// Whether `from` waits for `target` even without its own declared dependency on it.
///
/// Each dependency is judged as if all others stayed. That is sound: without cycles, what leads to `target` never goes
/// through the dependency that is judged, so leaving out all that say nothing new loses no order.
fn leads_to(
    from: ResourceId,
    target: ResourceId,
    edges: &[Vec<Edge>],
    rank: &[u32],
    seen: &mut [u32],
    search: u32,
) -> bool {
    let (from, target) = (from.0 as usize, target.0 as usize);
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        for edge in &edges[at] {
            if edge.to == target && !(at == from && edge.declared) {
                return true;
            }
            // Whatever ranks below the target cannot lead to it.
            if rank[edge.to] > rank[target] && seen[edge.to] != search {
                seen[edge.to] = search;
                open.push(edge.to);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests;
