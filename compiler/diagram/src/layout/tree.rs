//! What is directly in each group of a part, and what arrows are about there.
//!
//! An arrow is drawn in the innermost group around both of its ends, between what holds these; in the groups around only
//! one of them it leads to the border.
//!
//! Must not know: coordinates.

use std::collections::{BTreeMap, BTreeSet};

use super::Piece;
use crate::model::{Diagram, EdgeKind};

/// Something that is laid out as one: a box, or a group with all that is in it. By its position in the diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Child {
    Node(usize),
    Group(usize),
}

/// An arrow between two of a group's children, by their positions there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inner {
    /// Its position in the piece.
    pub edge: usize,
    pub from: usize,
    pub to: usize,
    /// It leads to an earlier layer.
    pub is_back: bool,
}

/// An arrow of which one end is in a group, and which leaves it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outer {
    /// Its position in the piece.
    pub edge: usize,
    /// The child that the end is in.
    pub child: usize,
    /// It is the end where the arrow begins.
    pub is_start: bool,
    /// It passes the far border: the right one, or the bottom.
    pub is_far: bool,
}

/// What is in a group, or at the top.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub children: Vec<Child>,
    pub inner: Vec<Inner>,
    pub outer: Vec<Outer>,
}

/// The content of each group of a piece, and that of the top.
#[derive(Debug)]
pub(super) struct Tree {
    pub top: Content,
    pub groups: BTreeMap<usize, Content>,
}

impl Tree {
    pub fn of<L>(diagram: &Diagram<L>, piece: &Piece) -> Self {
        let groups = piece.groups.iter().map(|group| (*group, Content::default())).collect();
        let mut tree = Self { top: Content::default(), groups };
        // In the order of the source: a group stands where its first box does.
        for &node in &piece.nodes {
            let mut child = Child::Node(node);
            for group in around(diagram, node).into_iter().rev().map(Some).chain([None]) {
                let children = &mut tree.content(group).children;
                if !children.contains(&child) {
                    children.push(child);
                }
                let Some(group) = group else { break };
                child = Child::Group(group);
            }
        }
        let mut met = Vec::with_capacity(piece.edges.len());
        for (at, edge) in piece.edges.iter().enumerate() {
            let edge = &diagram.edges[*edge];
            let (from, to) = (around(diagram, edge.from), around(diagram, edge.to));
            let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
            let meeting = shared.checked_sub(1).map(|last| from[last]);
            let content = tree.content(meeting);
            let inner = Inner {
                edge: at,
                from: content.position(child_of(&from, shared, edge.from)),
                to: content.position(child_of(&to, shared, edge.to)),
                is_back: false,
            };
            content.inner.push(inner);
            met.push((from, to, shared, meeting));
        }
        let is_weak = |at: usize| diagram.edges[piece.edges[at]].kind == EdgeKind::Reference;
        let mut is_back = vec![false; piece.edges.len()];
        for content in tree.groups.values_mut().chain([&mut tree.top]) {
            content.turn_back(is_weak);
            for inner in &content.inner {
                is_back[inner.edge] = inner.is_back;
            }
        }
        for (at, (from, to, shared, _)) in met.into_iter().enumerate() {
            let edge = &diagram.edges[piece.edges[at]];
            for (groups, node, is_start) in [(from, edge.from, true), (to, edge.to, false)] {
                for depth in shared..groups.len() {
                    let content = tree.content(Some(groups[depth]));
                    let child = content.position(child_of(&groups, depth + 1, node));
                    content.outer.push(Outer { edge: at, child, is_start, is_far: is_start != is_back[at] });
                }
            }
        }
        tree
    }

    fn content(&mut self, group: Option<usize>) -> &mut Content {
        match group {
            Some(group) => self.groups.entry(group).or_default(),
            None => &mut self.top,
        }
    }
}

impl Content {
    fn position(&self, child: Child) -> usize {
        self.children.iter().position(|known| *known == child).unwrap_or_default()
    }

    /// Marks arrows so that all others lead in one direction: those that lead to where one came from. Weak arrows give way
    /// to others.
    fn turn_back(&mut self, is_weak: impl Fn(usize) -> bool) {
        let mut next: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.children.len()];
        let (weak, strong): (Vec<usize>, Vec<usize>) =
            (0..self.inner.len()).partition(|at| is_weak(self.inner[*at].edge));
        self.turn_strong(&strong, &mut next);
        for at in weak {
            let Inner { from, to, .. } = self.inner[at];
            let is_known = next[from].contains(&to);
            let is_back = !is_known && (next[to].contains(&from) || leads(&next, to, from));
            self.inner[at].is_back = is_back;
            if is_back {
                next[to].insert(from);
            } else {
                next[from].insert(to);
            }
        }
    }

    /// The same for some arrows alone, by a search from where nothing leads to; fills in what comes after each child.
    fn turn_strong(&mut self, strong: &[usize], next: &mut [BTreeSet<usize>]) {
        let count = self.children.len();
        let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut is_source = vec![true; count];
        for &at in strong {
            leaving[self.inner[at].from].push(at);
            is_source[self.inner[at].to] = false;
        }
        let mut state = vec![State::New; count];
        let starts: Vec<usize> = (0..count).filter(|at| is_source[*at]).chain(0..count).collect();
        for start in starts {
            if state[start] != State::New {
                continue;
            }
            state[start] = State::OnTheWay;
            let mut way = vec![(start, 0)];
            while let Some((here, done)) = way.last_mut() {
                let here = *here;
                let Some(&at) = leaving[here].get(*done) else {
                    state[here] = State::Done;
                    way.pop();
                    continue;
                };
                *done += 1;
                let to = self.inner[at].to;
                self.inner[at].is_back = state[to] == State::OnTheWay;
                if self.inner[at].is_back {
                    next[to].insert(here);
                } else {
                    next[here].insert(to);
                }
                if state[to] == State::New {
                    state[to] = State::OnTheWay;
                    way.push((to, 0));
                }
            }
        }
    }
}

/// How far a search has come with a child.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    OnTheWay,
    Done,
}

/// Whether one gets from one child to another.
fn leads(next: &[BTreeSet<usize>], from: usize, to: usize) -> bool {
    let mut seen = vec![false; next.len()];
    let mut open = vec![from];
    while let Some(here) = open.pop() {
        if here == to {
            return true;
        }
        if !std::mem::replace(&mut seen[here], true) {
            open.extend(&next[here]);
        }
    }
    false
}

/// The groups around a node, the outermost first.
fn around<L>(diagram: &Diagram<L>, node: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = diagram.nodes[node].parent;
    while let Some(group) = at {
        found.push(group);
        at = diagram.groups[group].parent;
    }
    found.reverse();
    found
}

/// What holds a node at a depth of the groups around it.
fn child_of(groups: &[usize], depth: usize, node: usize) -> Child {
    groups.get(depth).map_or(Child::Node(node), |group| Child::Group(*group))
}
