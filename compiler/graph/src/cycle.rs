//! Dependency cycles between the resources of a stack.

use crate::{Reference, ResourceId, Stack, references};

/// A closed chain of resources, each of which reads the next; the last reads the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Who reads, and what and where. Starts at the resource that comes first in the source.
    pub steps: Vec<(ResourceId, Reference)>,
}

/// The shortest cycle through the first resource of every strongly connected group, in source order.
///
/// Linear in resources and references, but for the groups themselves.
pub fn cycles(stack: &Stack) -> Vec<Cycle> {
    let edges: Vec<Vec<Reference>> = stack
        .resources
        .iter()
        .map(|resource| {
            let declared = resource.depends_on.iter();
            let declared = declared.map(|target| Reference { target: *target, origin: resource.origin });
            references(resource).into_iter().chain(declared).collect()
        })
        .collect();
    let group_of = groups(&edges);
    let mut size = vec![0_u32; edges.len()];
    for group in &group_of {
        size[*group as usize] += 1;
    }
    let mut seen = vec![false; edges.len()];
    let mut found = Vec::new();
    for start in 0..edges.len() {
        let group = group_of[start] as usize;
        let reads_itself = edges[start].iter().any(|edge| edge.target.0 as usize == start);
        if seen[group] || (size[group] == 1 && !reads_itself) {
            continue;
        }
        seen[group] = true;
        found.extend(shortest(start, &edges, &group_of));
    }
    found
}

/// The shortest way from `start` back to itself inside its group, by breadth-first search.
fn shortest(start: usize, edges: &[Vec<Reference>], group_of: &[u32]) -> Option<Cycle> {
    let mut reached_by: Vec<Option<(usize, Reference)>> = vec![None; edges.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for edge in &edges[at] {
            let target = edge.target.0 as usize;
            if target == start {
                let mut steps = vec![(ResourceId(at as u32), *edge)];
                let mut back = at;
                while let Some((from, edge)) = reached_by[back].filter(|_| back != start) {
                    steps.push((ResourceId(from as u32), edge));
                    back = from;
                }
                steps.reverse();
                return Some(Cycle { steps });
            }
            if group_of[target] == group_of[start] && reached_by[target].is_none() {
                reached_by[target] = Some((at, *edge));
                queue.push_back(target);
            }
        }
    }
    None
}

/// Numbers the strongly connected groups (Tarjan, with an explicit stack: chains can be thousands long).
fn groups(edges: &[Vec<Reference>]) -> Vec<u32> {
    const UNSEEN: u32 = u32::MAX;
    let count = edges.len();
    let (mut order, mut low) = (vec![UNSEEN; count], vec![0_u32; count]);
    let (mut group_of, mut open) = (vec![UNSEEN; count], Vec::new());
    let (mut next_order, mut next_group) = (0, 0);
    for root in 0..count {
        if order[root] != UNSEEN {
            continue;
        }
        let mut frames = vec![(root, 0_usize)];
        while let Some((at, edge)) = frames.pop() {
            if edge == 0 {
                order[at] = next_order;
                low[at] = next_order;
                next_order += 1;
                open.push(at);
            }
            if let Some(reference) = edges[at].get(edge) {
                frames.push((at, edge + 1));
                let target = reference.target.0 as usize;
                if order[target] == UNSEEN {
                    frames.push((target, 0));
                } else if group_of[target] == UNSEEN {
                    low[at] = low[at].min(order[target]);
                }
                continue;
            }
            if low[at] == order[at] {
                while let Some(member) = open.pop() {
                    group_of[member] = next_group;
                    if member == at {
                        break;
                    }
                }
                next_group += 1;
            }
            if let Some((parent, _)) = frames.last() {
                low[*parent] = low[*parent].min(low[at]);
            }
        }
    }
    group_of
}

#[cfg(test)]
mod tests;
