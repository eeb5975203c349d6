//! Where everything is: boxes in layers from left to right or from top to bottom, groups around them, arrows between the
//! layers.
//!
//! A group is laid out by itself and is a box in what is around it. Layers, their order and places come from dugong; it is
//! known here only. Parts that nothing connects are laid out one by
//! one and set side by side. The work is counted: what takes too much is set in rows, and its arrows are straight.
//!
//! Must not know: stacks, colours, formats.

mod layers;
mod pack;
mod ports;
mod smooth;
mod tree;

use crate::model::{Diagram, Group};
use crate::read::apart::components;
use crate::text::width;

/// How much work the layers of a part may take, in dugong's units.
pub const MAX_WORK: usize = 12_000_000;

pub(crate) const NODE_HEIGHT: f64 = 56.0;
const MIN_WIDTH: f64 = 168.0;
const MAX_WIDTH: f64 = 232.0;
/// Left of the words of a box.
pub(crate) const GLYPH: f64 = 54.0;
pub(crate) const NAME_SIZE: f64 = 14.0;
pub(crate) const LABEL_SIZE: f64 = 11.0;
pub(crate) const WORD_SIZE: f64 = 11.0;
pub(crate) const TITLE_SIZE: f64 = 13.0;
pub(crate) const KIND_SIZE: f64 = 10.5;
/// From the border of a group to what is in it.
pub(crate) const PADDING: f64 = 18.0;
/// The same above, where the name of the group is.
pub(crate) const HEAD: f64 = 36.0;
/// Between parts that nothing connects.
const GAP: f64 = 36.0;
/// How wide a page is for its height where nobody says. Documents are narrow: what is wider becomes small in them.
pub const PAGE: f64 = 1.0;

/// A point, in pixels from the top left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "as everywhere")]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// A rectangle, in pixels from the top left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "as everywhere")]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub(crate) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(crate) fn corner(&self) -> Point {
        Point { x: self.x, y: self.y }
    }

    pub(crate) fn centre(&self) -> Point {
        Point { x: self.x + self.width / 2.0, y: self.y + self.height / 2.0 }
    }

    /// Whether two rectangles have more in common than a border.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Whether all of `other` is inside.
    pub fn contains(&self, other: &Self) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && other.right() <= self.right()
            && other.bottom() <= self.bottom()
    }

    fn around(&self, other: &Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Self { x, y, width: right - x, height: bottom - y }
    }

    fn moved(self, by: Point) -> Self {
        Self { x: self.x + by.x, y: self.y + by.y, ..self }
    }
}

/// The way of an arrow.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// From the border of one box to that of the other.
    pub points: Vec<Point>,
    /// Whether it leaves and arrives sideways; otherwise up or down.
    pub sideways: bool,
    /// Where its words are, if it has any.
    pub label: Option<Rect>,
}

impl Route {
    fn moved(self, by: Point) -> Self {
        let points = self.points.iter().map(|point| Point { x: point.x + by.x, y: point.y + by.y });
        Self { points: points.collect(), label: self.label.map(|label| label.moved(by)), ..self }
    }
}

/// Where everything in a diagram is. Coordinates are whole pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// How wide it is.
    pub width: f64,
    /// How high.
    pub height: f64,
    /// Of each node.
    pub nodes: Vec<Rect>,
    /// Of each group.
    pub groups: Vec<Rect>,
    /// Of each edge.
    pub edges: Vec<Route>,
    /// Whether something took too much work to be laid out in layers.
    pub plain: bool,
}

/// Something that is laid out by itself, by positions in the diagram.
#[derive(Clone, Debug, Default)]
pub(crate) struct Piece {
    pub nodes: Vec<usize>,
    pub groups: Vec<usize>,
    pub edges: Vec<usize>,
}

/// Where the things of a piece are, in its order.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub nodes: Vec<Rect>,
    pub groups: Vec<Rect>,
    pub edges: Vec<Route>,
    pub width: f64,
    pub height: f64,
}

/// Says where everything is, so that it is large on a page which is `aspect` times as wide as it is high; [`PAGE`] for
/// most.
pub fn layout<L>(diagram: &Diagram<L>, aspect: f64) -> Layout {
    let nothing = Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 };
    let no_route = Route { points: Vec::new(), sideways: true, label: None };
    let mut laid = Layout {
        width: 0.0,
        height: 0.0,
        nodes: vec![nothing; diagram.nodes.len()],
        groups: vec![nothing; diagram.groups.len()],
        edges: vec![no_route; diagram.edges.len()],
        plain: false,
    };
    let pieces = pieces(diagram);
    let placed: Vec<Placed> =
        pieces.iter().map(|piece| place(diagram, piece, aspect, &mut laid.plain)).collect();
    let sizes: Vec<(f64, f64)> = placed.iter().map(|placed| (placed.width, placed.height)).collect();
    for ((piece, placed), by) in pieces.iter().zip(placed).zip(pack::shelves(&sizes, aspect, 0.0)) {
        laid.width = laid.width.max(by.x + placed.width);
        laid.height = laid.height.max(by.y + placed.height);
        for (at, rect) in piece.nodes.iter().zip(placed.nodes) {
            laid.nodes[*at] = rect.moved(by);
        }
        for (at, rect) in piece.groups.iter().zip(placed.groups) {
            laid.groups[*at] = rect.moved(by);
        }
        for (at, route) in piece.edges.iter().zip(placed.edges) {
            laid.edges[*at] = route.moved(by);
        }
    }
    laid
}

/// Lays a piece out: in layers, and if that is too much in rows.
fn place<L>(diagram: &Diagram<L>, piece: &Piece, aspect: f64, plain: &mut bool) -> Placed {
    layers::place(diagram, piece, aspect).unwrap_or_else(|| {
        *plain = true;
        pack::in_rows(diagram, piece, aspect)
    })
}

/// The parts of a diagram that nothing connects, in the order of their first nodes.
fn pieces<L>(diagram: &Diagram<L>) -> Vec<Piece> {
    let of = components(diagram, |_| true);
    let mut found: std::collections::BTreeMap<usize, Piece> = std::collections::BTreeMap::new();
    for (at, first) in of.iter().enumerate() {
        let piece = found.entry(*first).or_default();
        piece.nodes.push(at);
        let mut group = diagram.nodes[at].parent;
        while let Some(inner) = group {
            piece.groups.push(inner);
            group = diagram.groups[inner].parent;
        }
    }
    for (at, edge) in diagram.edges.iter().enumerate() {
        found.entry(of[edge.from]).or_default().edges.push(at);
    }
    for piece in found.values_mut() {
        piece.groups.sort_unstable();
        piece.groups.dedup();
    }
    found.into_values().collect()
}

/// How large the box of a node is.
pub(crate) fn node_size<L>(diagram: &Diagram<L>, node: usize) -> (f64, f64) {
    let node = &diagram.nodes[node];
    let words = width(&node.name, NAME_SIZE).max(width(&node.label, LABEL_SIZE));
    ((GLYPH + words + 14.0).clamp(MIN_WIDTH, MAX_WIDTH).round(), NODE_HEIGHT)
}

/// How wide the head of a group is: its name, and what it stands for.
pub(crate) fn head_width<L>(group: &Group<L>) -> f64 {
    (width(&group.name, TITLE_SIZE) + width(group.kind.name(), KIND_SIZE) + 46.0).ceil()
}

/// Rectangles of groups around what is in them, from the inside out.
pub(crate) fn around<L>(diagram: &Diagram<L>, piece: &Piece, nodes: &[Rect]) -> Vec<Rect> {
    let mut found: Vec<Option<Rect>> = vec![None; piece.groups.len()];
    let mut include = |group: usize, rect: Rect| {
        if let Ok(at) = piece.groups.binary_search(&group) {
            found[at] = Some(found[at].map_or(rect, |known| known.around(&rect)));
        }
    };
    for (node, rect) in piece.nodes.iter().zip(nodes) {
        if let Some(group) = diagram.nodes[*node].parent {
            include(group, *rect);
        }
    }
    // A group comes after the one it is in.
    for at in (0..piece.groups.len()).rev() {
        let Some(inner) = found[at] else { continue };
        let least = head_width(&diagram.groups[piece.groups[at]]);
        let missing = (least - inner.width - 2.0 * PADDING).max(0.0).round();
        let rect = Rect {
            x: inner.x - PADDING,
            y: inner.y - HEAD,
            width: inner.width + 2.0 * PADDING + missing,
            height: inner.height + HEAD + PADDING,
        };
        found[at] = Some(rect);
        if let Some(parent) = diagram.groups[piece.groups[at]].parent
            && let Ok(parent) = piece.groups.binary_search(&parent)
        {
            found[parent] = Some(found[parent].map_or(rect, |known| known.around(&rect)));
        }
    }
    let nothing = Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 };
    found.into_iter().map(|rect| rect.unwrap_or(nothing)).collect()
}
