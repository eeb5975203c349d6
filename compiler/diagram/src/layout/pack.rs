//! Things side by side: parts of a diagram, and what is too much for layers.
//!
//! Must not know: how parts are laid out.

use std::collections::BTreeMap;

use super::layers::normal;
use super::{GAP, HEAD, PADDING, Piece, Placed, Point, Rect, Route, around, head_width, node_size};
use crate::model::Diagram;

/// How many widths of rows are tried.
const TRIES: usize = 24;

/// Where rectangles of these sizes go, in rows from left to right, so that the whole has the shape of a page; where it is
/// `least` wide anyway, rows are not made shorter.
pub(super) fn shelves(sizes: &[(f64, f64)], aspect: f64, least: f64) -> Vec<Point> {
    let area: f64 = sizes.iter().map(|(width, height)| (width + GAP) * (height + GAP)).sum();
    let widest = sizes.iter().map(|(width, _)| *width).fold(least, f64::max);
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    // The tallest first: rows of things of one height waste nothing.
    order.sort_by(|a, b| sizes[*b].1.total_cmp(&sizes[*a].1).then(a.cmp(b)));
    let room = |at: usize| ((area * aspect).sqrt() * (0.6 + at as f64 / 16.0)).max(widest);
    let tries = (0..TRIES).map(|at| rows(sizes, &order, room(at)));
    // A page is as large as its content scaled to its shape.
    let cost = |(_, (width, height)): &(Vec<Point>, (f64, f64))| (width / aspect).max(*height);
    let best = tries.reduce(|best, next| if cost(&next) < cost(&best) { next } else { best });
    best.map(|(found, _)| found).unwrap_or_default()
}

/// Rows that are at most so wide, and how large they are together.
fn rows(sizes: &[(f64, f64)], order: &[usize], room: f64) -> (Vec<Point>, (f64, f64)) {
    let mut found = vec![Point { x: 0.0, y: 0.0 }; sizes.len()];
    let (mut x, mut y, mut tallest, mut widest) = (0.0_f64, 0.0, 0.0_f64, 0.0_f64);
    for &at in order {
        let (width, height) = sizes[at];
        if x > 0.0 && x + width > room {
            (x, y, tallest) = (0.0, y + tallest + GAP, 0.0);
        }
        found[at] = Point { x, y };
        widest = widest.max(x + width);
        x += width + GAP;
        tallest = tallest.max(height);
    }
    (found, (widest, y + tallest))
}

/// Boxes in rows, each service by itself; arrows are straight.
pub(super) fn in_rows<L>(diagram: &Diagram<L>, piece: &Piece, aspect: f64) -> Placed {
    let mut nodes = vec![Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 }; piece.nodes.len()];
    let roots: Vec<Option<usize>> =
        [None].into_iter().chain(piece.groups.iter().map(|group| Some(*group))).collect();
    // Bottom up: a group is as large as the rows of what is in it.
    let mut sizes = vec![(0.0, 0.0); piece.groups.len()];
    let mut places: Vec<Vec<(Item, Point)>> = vec![Vec::new(); roots.len()];
    // By what they are in: nodes first, then groups.
    let mut inside: BTreeMap<Option<usize>, Vec<Item>> = BTreeMap::new();
    for (index, node) in piece.nodes.iter().enumerate() {
        inside.entry(diagram.nodes[*node].parent).or_default().push(Item::Node(index));
    }
    for (index, group) in piece.groups.iter().enumerate() {
        inside.entry(diagram.groups[*group].parent).or_default().push(Item::Group(index));
    }
    for (at, root) in roots.iter().enumerate().rev() {
        let sized = |item: Item| match item {
            Item::Node(index) => (item, node_size(diagram, piece.nodes[index])),
            Item::Group(index) => (item, sizes[index]),
        };
        let items: Vec<(Item, (f64, f64))> =
            inside.remove(root).unwrap_or_default().into_iter().map(sized).collect();
        let all: Vec<(f64, f64)> = items.iter().map(|(_, size)| *size).collect();
        let found = shelves(&all, aspect, 0.0);
        let right = found.iter().zip(&all).map(|(point, size)| point.x + size.0).fold(0.0, f64::max);
        let bottom = found.iter().zip(&all).map(|(point, size)| point.y + size.1).fold(0.0, f64::max);
        places[at] = items.iter().map(|(item, _)| *item).zip(found).collect();
        if let Some(group) = at.checked_sub(1) {
            let head = head_width(&diagram.groups[piece.groups[group]]);
            sizes[group] = ((right + 2.0 * PADDING).max(head + 1.0), bottom + HEAD + PADDING);
        }
    }
    let mut starts = vec![Point { x: 0.0, y: 0.0 }; roots.len()];
    for (at, places) in places.iter().enumerate() {
        let start = starts[at];
        for (item, place) in places {
            let (x, y) = ((start.x + place.x).round(), (start.y + place.y).round());
            match item {
                Item::Node(index) => {
                    let (width, height) = node_size(diagram, piece.nodes[*index]);
                    nodes[*index] = Rect { x, y, width, height };
                }
                Item::Group(index) => starts[*index + 1] = Point { x: x + PADDING, y: y + HEAD },
            }
        }
    }
    let at = |node: usize| piece.nodes.binary_search(&node).unwrap_or_default();
    let straight = |edge: &usize| {
        let edge = &diagram.edges[*edge];
        let (from, to) = (nodes[at(edge.from)], nodes[at(edge.to)]);
        let (start, end) = (from.centre(), to.centre());
        let points = vec![border(&from, end), border(&to, start)];
        Route { points, sideways: (end.x - start.x).abs() >= (end.y - start.y).abs(), label: None }
    };
    let edges = piece.edges.iter().map(straight).collect();
    let groups = around(diagram, piece, &nodes);
    normal(nodes, groups, edges)
}

#[derive(Clone, Copy)]
enum Item {
    Node(usize),
    Group(usize),
}

/// The middle of the side of a box that is nearest to a point.
fn border(rect: &Rect, towards: Point) -> Point {
    let centre = rect.centre();
    let (x, y) = (towards.x - centre.x, towards.y - centre.y);
    if x.abs() * rect.height >= y.abs() * rect.width {
        Point { x: if x > 0.0 { rect.right() } else { rect.x }, y: centre.y }
    } else {
        Point { x: centre.x, y: if y > 0.0 { rect.bottom() } else { rect.y } }
    }
}
