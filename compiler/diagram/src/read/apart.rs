//! Draws who is outside once beside each part of a diagram that knows them: an arrow across the whole picture for each
//! thing with an address says less than it hides.
//!
//! Must not know: stacks.

use std::collections::BTreeMap;

use crate::model::{Diagram, NodeKind};

/// For each node the smallest node that is connected with it, by arrows between what is of the program or by a service.
pub(crate) fn components<L>(diagram: &Diagram<L>, is_joint: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut above = Joined::new(diagram.nodes.len());
    let mut of_service: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, node) in diagram.nodes.iter().enumerate() {
        let Some(mut group) = node.parent else { continue };
        while let Some(parent) = diagram.groups[group].parent {
            group = parent;
        }
        above.join(*of_service.entry(group).or_insert(at), at);
    }
    for edge in diagram.edges.iter().filter(|edge| is_joint(edge.from) && is_joint(edge.to)) {
        above.join(edge.from, edge.to);
    }
    (0..diagram.nodes.len()).map(|at| above.top(at)).collect()
}

/// Numbers that belong together; of those the smallest stands for all.
pub(crate) struct Joined(Vec<usize>);

impl Joined {
    pub fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    pub fn top(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    pub fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.top(one), self.top(other));
        self.0[one.max(other)] = one.min(other);
    }
}

/// Splits nodes outside, one for each part that they are connected with.
pub(super) fn split<L: Clone>(diagram: &mut Diagram<L>) {
    let of = components(diagram, |at| diagram.nodes[at].kind == NodeKind::Own);
    let mut copies: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut used = vec![false; diagram.nodes.len()];
    for at in 0..diagram.edges.len() {
        let (from, to) = (diagram.edges[at].from, diagram.edges[at].to);
        let is_own = |node: usize| diagram.nodes[node].kind == NodeKind::Own;
        let (outside, own) = match (is_own(from), is_own(to)) {
            (false, true) => (from, to),
            (true, false) => (to, from),
            _ => continue,
        };
        let copy = match copies.get(&(outside, of[own])) {
            Some(known) => *known,
            None if !used[outside] => {
                used[outside] = true;
                outside
            }
            None => {
                let mut copy = diagram.nodes[outside].clone();
                copy.id = format!("{}@{}", copy.id, diagram.nodes[of[own]].id);
                diagram.nodes.push(copy);
                diagram.nodes.len() - 1
            }
        };
        copies.insert((outside, of[own]), copy);
        let edge = &mut diagram.edges[at];
        if edge.from == outside {
            edge.from = copy;
        } else {
            edge.to = copy;
        }
        edge.id =
            format!("{}>{}:{}", diagram.nodes[edge.from].id, diagram.nodes[edge.to].id, edge.kind.name());
    }
}
