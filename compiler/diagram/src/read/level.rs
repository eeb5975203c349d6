//! What remains of a diagram: one box a service where that was asked for, and of one service what it is about.
//!
//! Must not know: stacks.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};

use super::{Level, Request};
use crate::kinds::Family;
use crate::model::{At, Diagram, Edge, EdgeKind, Node, NodeKind};

/// How many sorts of things a service is said to have.
const MAX_SORTS: usize = 3;

pub(super) fn finish(diagram: &mut Diagram<At>, request: &Request<'_>) {
    if request.level == Level::Services {
        services(diagram);
    }
    if let Some(service) = request.service {
        only(diagram, service, request.level);
    }
    without_empty(diagram);
}

/// Makes one box of each service.
fn services(diagram: &mut Diagram<At>) {
    let count = diagram.groups.iter().take_while(|group| group.parent.is_none()).count();
    let mut of: Vec<usize> = Vec::with_capacity(diagram.nodes.len());
    let mut inside: Vec<Vec<&Node<At>>> = vec![Vec::new(); count];
    for node in &diagram.nodes {
        if let Some(inside) = node.parent.and_then(|parent| inside.get_mut(parent)) {
            inside.push(node);
        }
    }
    let mut nodes: Vec<Node<At>> = diagram
        .groups
        .iter()
        .zip(&inside)
        .map(|(group, inside)| Node {
            id: group.id.clone(),
            name: group.name.clone(),
            label: contents(inside.iter().copied()),
            family: Family::Service,
            kind: NodeKind::Own,
            parent: None,
            at: group.at,
            parts: inside.iter().flat_map(|node| node.parts.iter().cloned()).collect(),
        })
        .collect();
    for node in std::mem::take(&mut diagram.nodes) {
        match node.parent {
            Some(group) => of.push(group),
            None => {
                of.push(nodes.len());
                nodes.push(node);
            }
        }
    }
    let mut found: IndexMap<(usize, usize, EdgeKind), (IndexSet<String>, IndexSet<At>)> = IndexMap::new();
    for edge in std::mem::take(&mut diagram.edges) {
        let (from, to) = (of[edge.from], of[edge.to]);
        if from == to {
            continue;
        }
        let (words, at) = found.entry((from, to, edge.kind)).or_default();
        words.extend(edge.label.split(", ").filter(|word| !word.is_empty()).map(str::to_owned));
        at.extend(edge.at);
    }
    // Between services a value that is read says nothing beside a right.
    let known: HashSet<(usize, usize)> =
        found.keys().filter(|key| key.2 != EdgeKind::Reference).map(|key| (key.0, key.1)).collect();
    found.retain(|key, _| key.2 != EdgeKind::Reference || !known.contains(&(key.0, key.1)));
    diagram.edges = found
        .into_iter()
        .map(|((from, to, kind), (words, at))| Edge {
            id: format!("{}>{}:{}", nodes[from].id, nodes[to].id, kind.name()),
            from,
            to,
            kind,
            label: words.into_iter().collect::<Vec<_>>().join(", "),
            at: at.into_iter().collect(),
        })
        .collect();
    diagram.edges.sort_by_key(|edge| (edge.from, edge.to, edge.kind));
    diagram.nodes = nodes;
    diagram.groups.clear();
}

/// `2 functions, queue, table`.
fn contents<'a>(nodes: impl Iterator<Item = &'a Node<At>>) -> String {
    let mut sorts: IndexMap<&str, usize> = IndexMap::new();
    for node in nodes {
        *sorts.entry(&node.label).or_default() += 1;
    }
    let mut said: Vec<String> = sorts
        .iter()
        .map(|(label, count)| if *count == 1 { (*label).to_owned() } else { format!("{count} × {label}") })
        .collect();
    if said.len() > MAX_SORTS {
        said.truncate(MAX_SORTS);
        said.push("…".to_owned());
    }
    said.join(", ")
}

/// Keeps what is in a service, and what it is connected with.
fn only(diagram: &mut Diagram<At>, service: &str, level: Level) {
    let group = diagram.groups.iter().position(|group| group.parent.is_none() && group.name == service);
    let is_inside = |node: &Node<At>| match level {
        Level::Services => node.kind == NodeKind::Own && node.name == service,
        Level::Units | Level::Resources => group.is_some_and(|group| diagram.is_within(node.parent, group)),
    };
    let inside: Vec<bool> = diagram.nodes.iter().map(is_inside).collect();
    let mut kept = inside.clone();
    for edge in &diagram.edges {
        if inside[edge.from] || inside[edge.to] {
            kept[edge.from] = true;
            kept[edge.to] = true;
        }
    }
    diagram.edges.retain(|edge| inside[edge.from] || inside[edge.to]);
    let mut at = Vec::with_capacity(kept.len());
    let mut next = 0;
    for kept in &kept {
        at.push(next);
        next += usize::from(*kept);
    }
    let mut index = 0;
    diagram.nodes.retain(|_| {
        index += 1;
        kept[index - 1]
    });
    for edge in &mut diagram.edges {
        edge.from = at[edge.from];
        edge.to = at[edge.to];
    }
}

/// Drops groups with nothing in them.
fn without_empty(diagram: &mut Diagram<At>) {
    let mut used = vec![false; diagram.groups.len()];
    for node in &diagram.nodes {
        let mut group = node.parent;
        while let Some(at) = group {
            used[at] = true;
            group = diagram.groups[at].parent;
        }
    }
    let mut at = Vec::with_capacity(used.len());
    let mut next = 0;
    for used in &used {
        at.push(next);
        next += usize::from(*used);
    }
    let mut index = 0;
    diagram.groups.retain(|_| {
        index += 1;
        used[index - 1]
    });
    for parent in diagram.groups.iter_mut().filter_map(|group| group.parent.as_mut()) {
        *parent = at[*parent];
    }
    for parent in diagram.nodes.iter_mut().filter_map(|node| node.parent.as_mut()) {
        *parent = at[*parent];
    }
}
