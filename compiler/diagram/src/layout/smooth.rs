//! Fewer and wider bends: an arrow goes straight on where nothing is in its way.
//!
//! Must not know: how layers were found.

use super::ports::{across, along};
use super::{HEAD, Piece, Point, Rect, Route, TITLE_SIZE};
use crate::model::Diagram;
use crate::text::width;

/// In parts with more boxes every arrow takes the way it was given.
const MAX_BOXES: usize = 240;

/// How far an arrow stays away from what it passes.
const DISTANCE: f64 = 8.0;

/// How many points of a bend are looked at.
const STEPS: usize = 24;

/// Something that an arrow must not go through.
struct Obstacle {
    rect: Rect,
    /// Of whose arrow it may be.
    node: Option<usize>,
    /// The group that it is, which arrows of what is in it may go through.
    group: Option<usize>,
    /// The arrow whose words it is.
    edge: Option<usize>,
}

/// Takes points out of arrows as long as they go through nothing else.
pub(super) fn shorten<L>(
    diagram: &Diagram<L>,
    piece: &Piece,
    nodes: &[Rect],
    groups: &[Rect],
    edges: &mut [Route],
) {
    let mut obstacles = Vec::new();
    for (node, rect) in piece.nodes.iter().zip(nodes) {
        obstacles.push(Obstacle { rect: grown(rect), node: Some(*node), group: None, edge: None });
    }
    for (group, rect) in piece.groups.iter().zip(groups) {
        obstacles.push(Obstacle { rect: grown(rect), node: None, group: Some(*group), edge: None });
        let name = width(&diagram.groups[*group].name, TITLE_SIZE);
        let name = Rect { x: rect.x, y: rect.y, width: (name + 22.0).min(rect.width), height: HEAD - 8.0 };
        obstacles.push(Obstacle { rect: name, node: None, group: None, edge: None });
    }
    for (edge, route) in edges.iter().enumerate() {
        if let Some(label) = &route.label {
            let label = Rect { y: label.y - 3.0, height: label.height + 6.0, ..*label };
            obstacles.push(Obstacle { rect: label, node: None, group: None, edge: Some(edge) });
        }
    }
    for (index, (&edge, route)) in piece.edges.iter().zip(edges.iter_mut()).enumerate() {
        let edge = &diagram.edges[edge];
        let in_way = |obstacle: &&Obstacle| {
            let is_end = obstacle.node.is_some_and(|node| node == edge.from || node == edge.to);
            let is_around = obstacle.group.is_some_and(|group| {
                [edge.from, edge.to].iter().any(|end| diagram.is_within(diagram.nodes[*end].parent, group))
            });
            !is_end && !is_around && obstacle.edge != Some(index)
        };
        through_words(route);
        if piece.nodes.len() <= MAX_BOXES {
            let obstacles: Vec<&Rect> =
                obstacles.iter().filter(in_way).map(|obstacle| &obstacle.rect).collect();
            let fixed = words_end(route);
            let mut at = 1;
            while at + 1 < route.points.len() {
                let [before, here, after] = [route.points[at - 1], route.points[at], route.points[at + 1]];
                let sideways = route.sideways;
                let is_fixed = fixed.contains(&here);
                let is_no_worse = || {
                    hits(&[before, after], sideways, &obstacles)
                        <= hits(&[before, here, after], sideways, &obstacles)
                };
                if !is_fixed && is_no_worse() {
                    route.points.remove(at);
                } else {
                    at += 1;
                }
            }
        }
        straighten(route);
    }
}

fn grown(rect: &Rect) -> Rect {
    Rect {
        x: rect.x - DISTANCE,
        y: rect.y - DISTANCE,
        width: rect.width + 2.0 * DISTANCE,
        height: rect.height + 2.0 * DISTANCE,
    }
}

/// Both ends of the words of an arrow, on its way.
fn words_end(route: &Route) -> Vec<Point> {
    let Some(label) = &route.label else { return Vec::new() };
    let centre = label.centre();
    let (x, y) = (centre.x.round(), centre.y.round());
    if route.sideways {
        vec![Point { x: label.x, y }, Point { x: label.right(), y }]
    } else {
        vec![Point { x, y: label.y }, Point { x, y: label.bottom() }]
    }
}

/// Leads an arrow through its words, straight as long as they are.
fn through_words(route: &mut Route) {
    let sideways = route.sideways;
    let mut ends = words_end(route);
    let (Some(first), Some(last)) = (route.points.first().copied(), route.points.last().copied()) else {
        return;
    };
    let forward = along(first, sideways) <= along(last, sideways);
    if !forward {
        ends.reverse();
    }
    let [start, end] = ends.as_slice() else { return };
    let position = |point: &Point| if forward { along(*point, sideways) } else { -along(*point, sideways) };
    let (before, after) = (position(start), position(end));
    let mut way: Vec<Point> = vec![first];
    let inner = &route.points[1..route.points.len() - 1];
    way.extend(inner.iter().copied().filter(|point| position(point) < before));
    way.extend([*start, *end]);
    way.extend(inner.iter().copied().filter(|point| position(point) > after));
    way.push(last);
    route.points = way;
}

/// Through how many things a way goes.
fn hits(points: &[Point], sideways: bool, obstacles: &[&Rect]) -> usize {
    let mut found = 0;
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let (left, right) = (from.x.min(to.x), from.x.max(to.x));
        let (top, bottom) = (from.y.min(to.y), from.y.max(to.y));
        let near = obstacles.iter().filter(|rect| {
            rect.x <= right && left <= rect.right() && rect.y <= bottom && top <= rect.bottom()
        });
        found +=
            near.filter(|rect| (0..=STEPS).any(|step| inside(rect, bend(from, to, sideways, step)))).count();
    }
    found
}

fn inside(rect: &Rect, point: Point) -> bool {
    rect.x < point.x && point.x < rect.right() && rect.y < point.y && point.y < rect.bottom()
}

/// A point of the bend between two points, as it is drawn: its handles are halfway.
fn bend(from: Point, to: Point, sideways: bool, step: usize) -> Point {
    let t = step as f64 / STEPS as f64;
    let (start, end) = (along(from, sideways), along(to, sideways));
    let (one, other) = (across(from, sideways), across(to, sideways));
    let middle = f64::midpoint(start, end);
    let u = 1.0 - t;
    let mixed = |a: f64, b: f64, c: f64, d: f64| {
        u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
    };
    let (way, height) = (mixed(start, middle, middle, end), mixed(one, one, other, other));
    if sideways { Point { x: way, y: height } } else { Point { x: height, y: way } }
}

/// Takes out what lies on a straight line.
fn straighten(route: &mut Route) {
    let mut kept: Vec<Point> = Vec::with_capacity(route.points.len());
    for &next in &route.points {
        if let [.., one, two] = kept.as_slice()
            && across(*one, route.sideways) == across(*two, route.sideways)
            && across(*two, route.sideways) == across(next, route.sideways)
        {
            kept.pop();
        }
        kept.push(next);
    }
    route.points = kept;
}
