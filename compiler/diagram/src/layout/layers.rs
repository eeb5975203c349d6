//! One connected part, in layers.
//!
//! Must not know: what is drawn with it.

use dugong::graphlib::{Graph, GraphOptions};
use dugong::{EdgeLabel, GraphLabel, NodeLabel, RankDir, WorkControl, WorkError, layout_controlled};

use super::{MAX_WORK, Piece, Placed, Point, Rect, Route, WORD_SIZE, around, node_size, ports, smooth};
use crate::model::Diagram;
use crate::text::width;

/// How tall the words of an arrow are, with room around.
const WORD_HEIGHT: f64 = 18.0;

/// More boxes that are all connected are no picture in layers either.
const MAX_BOXES: usize = 600;

/// What may still be done.
struct Budget(usize);

impl WorkControl for Budget {
    fn charge(&mut self, units: usize) -> Result<(), WorkError> {
        self.0 = self.0.checked_sub(units).ok_or(WorkError::Interrupted)?;
        Ok(())
    }
}

/// Distances between boxes: along the layers, and from layer to layer.
#[derive(Clone, Copy)]
struct Gaps {
    node: f64,
    edge: f64,
    rank: f64,
}

/// Lays a part out; from left to right, or from top to bottom where that fits a page better. `None` where it would take
/// too long, or where boxes would overlap.
pub(super) fn place<L>(diagram: &Diagram<L>, piece: &Piece, aspect: f64) -> Option<Placed> {
    if piece.nodes.len() > MAX_BOXES {
        return None;
    }
    let mut budget = Budget(MAX_WORK);
    let sideways = lay(diagram, piece, true, &mut budget)?;
    if piece.nodes.len() < 4 {
        return Some(sideways);
    }
    // How large a page has to be.
    let page = |placed: &Placed| (placed.width / aspect).max(placed.height);
    match lay(diagram, piece, false, &mut budget) {
        // People read from left to right: the other way must be clearly better.
        Some(down) if page(&down) * 1.4 < page(&sideways) => Some(down),
        _ => Some(sideways),
    }
}

fn lay<L>(diagram: &Diagram<L>, piece: &Piece, sideways: bool, budget: &mut Budget) -> Option<Placed> {
    let depth = |group: usize| {
        let mut depth = 0;
        let mut at = Some(group);
        while let Some(group) = at {
            depth += 1;
            at = diagram.groups[group].parent;
        }
        depth
    };
    let deepest = piece.groups.iter().map(|group| depth(*group)).max().unwrap_or(0);
    // Groups in groups need room for names between their borders.
    let edge = if deepest > 1 { 30.0 } else { 22.0 };
    for widen in 0..6 {
        let more = f64::from(widen) * 16.0;
        let gaps = Gaps { node: 40.0 + more, edge: edge + more, rank: 72.0 + more };
        let placed = once(diagram, piece, sideways, gaps, budget)?;
        if is_clear(diagram, piece, &placed) {
            return Some(placed);
        }
    }
    None
}

fn key(kind: &str, at: usize) -> String {
    format!("{kind}{at}")
}

fn once<L>(
    diagram: &Diagram<L>,
    piece: &Piece,
    sideways: bool,
    gaps: Gaps,
    budget: &mut Budget,
) -> Option<Placed> {
    let mut graph: Graph<NodeLabel, EdgeLabel, GraphLabel> =
        Graph::new(GraphOptions { multigraph: true, compound: true, ..Default::default() });
    graph.set_graph(GraphLabel {
        rankdir: if sideways { RankDir::LR } else { RankDir::TB },
        nodesep: gaps.node,
        edgesep: gaps.edge,
        ranksep: gaps.rank,
        ..Default::default()
    });
    graph.set_default_edge_label(EdgeLabel::default);
    for &node in &piece.nodes {
        let (width, height) = node_size(diagram, node);
        graph.set_node(key("n", node), NodeLabel { width, height, ..Default::default() });
    }
    for &group in &piece.groups {
        graph.set_node(key("g", group), NodeLabel::default());
    }
    for &group in &piece.groups {
        if let Some(parent) = diagram.groups[group].parent {
            graph.set_parent(key("g", group), key("g", parent));
        }
    }
    for &node in &piece.nodes {
        if let Some(parent) = diagram.nodes[node].parent {
            graph.set_parent(key("n", node), key("g", parent));
        }
    }
    for &at in &piece.edges {
        let edge = &diagram.edges[at];
        let (width, height) = label_size(&edge.label);
        let label = EdgeLabel { width, height, minlen: 1, weight: 1.0, ..Default::default() };
        graph.set_edge_named(key("n", edge.from), key("n", edge.to), Some(key("e", at)), Some(label));
    }
    layout_controlled(&mut graph, budget).ok()?;

    let rect = |id: &str| {
        let node = graph.node(id)?;
        let (x, y) = (node.x?, node.y?);
        let (width, height) = (node.width, node.height);
        Some(Rect { x: (x - width / 2.0).round(), y: (y - height / 2.0).round(), width, height })
    };
    let nodes: Option<Vec<Rect>> = piece.nodes.iter().map(|node| rect(&key("n", *node))).collect();
    let nodes = nodes?;
    let mut edges = Vec::with_capacity(piece.edges.len());
    for &at in &piece.edges {
        let edge = &diagram.edges[at];
        let name = key("e", at);
        let found = graph.edge(&key("n", edge.from), &key("n", edge.to), Some(&name))?;
        let points = found.points.iter().map(|point| Point { x: point.x, y: point.y }).collect();
        let (width, height) = label_size(&edge.label);
        let label = match (found.x, found.y) {
            (Some(x), Some(y)) if width > 0.0 => {
                Some(Rect { x: (x - width / 2.0).round(), y: (y - height / 2.0).round(), width, height })
            }
            _ => None,
        };
        edges.push(Route { points, sideways, label });
    }
    let groups = around(diagram, piece, &nodes);
    ports::connect(diagram, piece, &nodes, &mut edges);
    smooth::shorten(diagram, piece, &nodes, &groups, &mut edges);
    Some(normal(nodes, groups, edges))
}

/// How large the words of an arrow are.
fn label_size(words: &str) -> (f64, f64) {
    if words.is_empty() { (0.0, 0.0) } else { ((width(words, WORD_SIZE) + 12.0).round(), WORD_HEIGHT) }
}

/// Whether no box overlaps another, and none a group that it is not in.
fn is_clear<L>(diagram: &Diagram<L>, piece: &Piece, placed: &Placed) -> bool {
    let is_free = |rect: &Rect, group: Option<usize>, own: Option<usize>| {
        piece.groups.iter().zip(&placed.groups).all(|(other, around)| {
            Some(*other) == own
                || diagram.is_within(group, *other)
                || !rect.overlaps(around)
                || own.is_some_and(|own| diagram.is_within(Some(*other), own))
        })
    };
    // Sorted by their left sides, only neighbours can overlap.
    let mut order: Vec<usize> = (0..placed.nodes.len()).collect();
    order.sort_by(|a, b| placed.nodes[*a].x.total_cmp(&placed.nodes[*b].x));
    let apart = order.iter().enumerate().all(|(at, one)| {
        let one = &placed.nodes[*one];
        let near = order[at + 1..].iter().take_while(|other| placed.nodes[**other].x < one.right());
        near.copied().all(|other| !one.overlaps(&placed.nodes[other]))
    });
    apart
        && piece
            .nodes
            .iter()
            .zip(&placed.nodes)
            .all(|(node, rect)| is_free(rect, diagram.nodes[*node].parent, None))
        && piece
            .groups
            .iter()
            .zip(&placed.groups)
            .all(|(group, rect)| is_free(rect, Some(*group), Some(*group)))
}

/// Moves everything so that it begins at the top left corner.
pub(super) fn normal(nodes: Vec<Rect>, groups: Vec<Rect>, edges: Vec<Route>) -> Placed {
    let labels = edges.iter().filter_map(|edge| edge.label);
    let points = edges.iter().flat_map(|edge| &edge.points);
    let points = points.map(|point| Rect { x: point.x, y: point.y, width: 0.0, height: 0.0 });
    let all = nodes.iter().chain(&groups).copied().chain(labels).chain(points);
    let bounds = all.reduce(|one, other| one.around(&other));
    let bounds = bounds.unwrap_or(Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 });
    let by = Point { x: -bounds.x.floor(), y: -bounds.y.floor() };
    let edges = edges.into_iter().map(|edge| edge.moved(by));
    Placed {
        nodes: nodes.into_iter().map(|rect| rect.moved(by)).collect(),
        groups: groups.into_iter().map(|rect| rect.moved(by)).collect(),
        edges: edges.collect(),
        width: bounds.width.ceil(),
        height: bounds.height.ceil(),
    }
}
