//! Where arrows leave boxes and arrive at them, and how they get past the boxes of the layers between.
//!
//! Must not know: how layers were found.

use super::{Piece, Point, Rect, Route};
use crate::model::Diagram;

/// Between two arrows at one side of a box, at most.
const APART: f64 = 14.0;

/// A side of a box: the box, and whether it is the far one (right, or bottom).
type Side = (usize, bool);

/// Gives each arrow its ends, and room to pass layers.
pub(super) fn connect<L>(diagram: &Diagram<L>, piece: &Piece, nodes: &[Rect], edges: &mut [Route]) {
    let at = |node: usize| piece.nodes.binary_search(&node).unwrap_or_default();
    let mut sides: std::collections::BTreeMap<Side, Vec<(f64, usize, bool)>> =
        std::collections::BTreeMap::new();
    for (index, (&edge, route)) in piece.edges.iter().zip(edges.iter()).enumerate() {
        let edge = &diagram.edges[edge];
        let (from, to) = (at(edge.from), at(edge.to));
        let (start, end) =
            (along(nodes[from].centre(), route.sideways), along(nodes[to].centre(), route.sideways));
        let is_forward = start <= end;
        let inner = &route.points;
        let towards = |point: Option<&Point>, other: &Rect| {
            across(point.copied().unwrap_or_else(|| other.centre()), route.sideways)
        };
        let (second, last) = match inner.len() {
            0..3 => (None, None),
            len => (Some(&inner[1]), Some(&inner[len - 2])),
        };
        let leaves = towards(second, &nodes[to]);
        let arrives = towards(last, &nodes[from]);
        sides.entry((from, is_forward)).or_default().push((leaves, index, true));
        sides.entry((to, !is_forward)).or_default().push((arrives, index, false));
    }
    let mut ends: Vec<[Point; 2]> = vec![[Point { x: 0.0, y: 0.0 }; 2]; edges.len()];
    for ((node, is_far), mut arrows) in sides {
        arrows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let rect = nodes[node];
        let count = arrows.len() as f64;
        for (place, (_, index, is_start)) in arrows.into_iter().enumerate() {
            let sideways = edges[index].sideways;
            let length = if sideways { rect.height } else { rect.width };
            let apart = APART.min((length - 12.0) / count);
            let offset = ((place as f64 - (count - 1.0) / 2.0) * apart).round();
            let centre = rect.centre();
            let end = if sideways {
                Point { x: if is_far { rect.right() } else { rect.x }, y: centre.y + offset }
            } else {
                Point { x: centre.x + offset, y: if is_far { rect.bottom() } else { rect.y } }
            };
            ends[index][usize::from(!is_start)] = end;
        }
    }
    for (route, [start, end]) in edges.iter_mut().zip(ends) {
        let len = route.points.len();
        let inner: Vec<Point> = if len > 2 { route.points[1..len - 1].to_vec() } else { Vec::new() };
        route.points = through(start, &inner, end, route.sideways);
    }
}

pub(super) fn along(point: Point, sideways: bool) -> f64 {
    if sideways { point.x } else { point.y }
}

pub(super) fn across(point: Point, sideways: bool) -> f64 {
    if sideways { point.y } else { point.x }
}

/// A way through points, without those behind its ends: they would turn the arrow around.
fn through(start: Point, inner: &[Point], end: Point, sideways: bool) -> Vec<Point> {
    let direction = if along(start, sideways) <= along(end, sideways) { 1.0 } else { -1.0 };
    let (first, last) = (along(start, sideways), along(end, sideways));
    let is_ahead = |inner: &Point| {
        let at = along(*inner, sideways);
        (at - first) * direction > 4.0 && (last - at) * direction > 4.0
    };
    let whole = |inner: Point| Point { x: inner.x.round(), y: inner.y.round() };
    let inner = inner.iter().copied().filter(is_ahead).map(whole);
    [start].into_iter().chain(inner).chain([end]).collect()
}
