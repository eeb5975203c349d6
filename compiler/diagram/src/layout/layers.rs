//! One connected part: each group by itself, its children in layers; from the inside out.
//!
//! An arrow that leaves a group runs in it to its border, so that what is around needs to know only where that is.
//!
//! Must not know: what is drawn with it.

use std::collections::BTreeMap;

use dugong::graphlib::{Graph, GraphOptions};
use dugong::{EdgeLabel, GraphLabel, NodeLabel, RankDir, WorkControl, WorkError, layout_controlled};

use super::ports::{across, along};
use super::tree::{Child, Content, Tree};
use super::{
    HEAD, MAX_WORK, PADDING, Piece, Placed, Point, Rect, Route, WORD_SIZE, head_width, node_size, pack,
    ports, smooth,
};
use crate::model::{Diagram, EdgeKind};
use crate::read::apart::Joined;
use crate::text::width;

/// How tall the words of an arrow are, with room around.
const WORD_HEIGHT: f64 = 18.0;

/// More boxes that are all connected are no picture in layers either.
const MAX_BOXES: usize = 600;

/// A part with more boxes is drawn closer together.
const MANY: usize = 24;

/// More children that are connected with one other only are folded into several layers.
const MAX_LAYER: usize = 5;

/// Into how many.
const MAX_FOLDS: usize = 4;

/// How many times as large a page has to be for another direction.
const CLEARLY: f64 = 1.4;

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

impl Gaps {
    fn of(piece: &Piece) -> Self {
        if piece.nodes.len() > MANY {
            Self { node: 24.0, edge: 16.0, rank: 52.0 }
        } else {
            Self { node: 36.0, edge: 22.0, rank: 72.0 }
        }
    }
}

/// Lays a part out; from left to right, or from top to bottom where that fits a page better. `None` where it would take
/// too long.
pub(super) fn place<L>(diagram: &Diagram<L>, piece: &Piece, aspect: f64) -> Option<Placed> {
    // Also what is found out about arrows takes time.
    if piece.nodes.len() > MAX_BOXES {
        return None;
    }
    let tree = Tree::of(diagram, piece);
    let (gaps, budget) = (Gaps::of(piece), Budget(MAX_WORK));
    let mut work = Work { diagram, piece, tree: &tree, gaps, aspect, budget };
    let sideways = work.whole(true)?;
    if piece.nodes.len() < 4 {
        return Some(sideways);
    }
    match work.whole(false) {
        // People read from left to right: the other way must be clearly better.
        Some(down) if work.is_better((down.width, down.height), (sideways.width, sideways.height)) => {
            Some(down)
        }
        _ => Some(sideways),
    }
}

/// What was laid out, from its own top left corner on.
#[derive(Clone, Default)]
struct Laid {
    width: f64,
    height: f64,
    nodes: Vec<(usize, Rect)>,
    groups: Vec<(usize, Rect)>,
    /// The ways of arrows that are all inside, by their positions in the piece, and whether they run sideways.
    ways: Vec<(usize, Vec<Point>, bool)>,
    labels: Vec<(usize, Rect)>,
    /// The ways of arrows that leave, from their boxes to the border; by arrow, and whether it begins here.
    ends: BTreeMap<(usize, bool), Vec<Point>>,
}

impl Laid {
    fn move_by(&mut self, by: Point) {
        let points = |points: &mut Vec<Point>| {
            for point in points {
                *point = Point { x: point.x + by.x, y: point.y + by.y };
            }
        };
        for (_, rect) in self.nodes.iter_mut().chain(&mut self.groups).chain(&mut self.labels) {
            *rect = rect.moved(by);
        }
        self.ways.iter_mut().for_each(|(_, way, _)| points(way));
        self.ends.values_mut().for_each(points);
    }

    /// Takes what is in `other` in, as it lies.
    fn take(&mut self, other: Self) {
        self.nodes.extend(other.nodes);
        self.groups.extend(other.groups);
        self.ways.extend(other.ways);
        self.labels.extend(other.labels);
        self.ends.extend(other.ends);
    }

    /// The rectangle around all of it.
    fn bounds(&self) -> Rect {
        let rects = self.nodes.iter().chain(&self.groups).chain(&self.labels).map(|(_, rect)| *rect);
        let ways = self.ways.iter().map(|(_, way, _)| way);
        let points = ways.chain(self.ends.values()).flatten();
        let points = points.map(|point| Rect { x: point.x, y: point.y, width: 0.0, height: 0.0 });
        let all = rects.chain(points).reduce(|one, other| one.around(&other));
        all.unwrap_or(Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 })
    }
}

struct Work<'a, L> {
    diagram: &'a Diagram<L>,
    piece: &'a Piece,
    tree: &'a Tree,
    gaps: Gaps,
    /// How many times as wide as it is high a page is.
    aspect: f64,
    budget: Budget,
}

/// An arrow in layers, between positions of what is laid out.
struct Line {
    from: usize,
    to: usize,
    label: (f64, f64),
    length: usize,
}

/// Where layers put things: their centres, the bends of lines, and the middles of labels.
struct Layers {
    centres: Vec<Point>,
    lines: Vec<(Vec<Point>, Option<Point>)>,
}

impl Layers {
    /// Where a line that leaves something is past all that stands in the same layer and is larger: before, it must not
    /// bend. `end` is where it leaves, if that is not the middle.
    fn past(
        &self,
        at: Option<usize>,
        is_far: bool,
        end: Option<&Point>,
        sizes: &[(f64, f64)],
        sideways: bool,
    ) -> Option<Point> {
        let centre = self.centres[at?];
        let layer = along(centre, sideways);
        let side = |at: usize| {
            let (width, height) = sizes[at];
            let half = if sideways { width } else { height } / 2.0;
            if is_far { layer + half } else { layer - half }
        };
        let same = (0..sizes.len()).filter(|at| (along(self.centres[*at], sideways) - layer).abs() < 1.0);
        let most =
            same.map(side).reduce(|one, other| if is_far { one.max(other) } else { one.min(other) })?;
        let across = across(*end.unwrap_or(&centre), sideways).round();
        let point = if sideways {
            Point { x: most.round(), y: across }
        } else {
            Point { x: across, y: most.round() }
        };
        ((most - side(at?)).abs() > 1.0).then_some(point)
    }
}

impl<L> Work<'_, L> {
    /// Whether one size needs a clearly smaller page than another.
    fn is_better(&self, one: (f64, f64), other: (f64, f64)) -> bool {
        let page = |(width, height): (f64, f64)| (width / self.aspect).max(height);
        page(one) * CLEARLY < page(other)
    }

    fn whole(&mut self, sideways: bool) -> Option<Placed> {
        let tree = self.tree;
        let laid = self.content(&tree.top, sideways)?;
        let nothing = Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 };
        let mut nodes = vec![nothing; self.piece.nodes.len()];
        for (node, rect) in laid.nodes {
            nodes[self.piece.nodes.binary_search(&node).ok()?] = whole_pixels(rect);
        }
        let mut groups = vec![nothing; self.piece.groups.len()];
        for (group, rect) in laid.groups {
            groups[self.piece.groups.binary_search(&group).ok()?] = whole_pixels(rect);
        }
        let mut edges = vec![Route { points: Vec::new(), sideways, label: None }; self.piece.edges.len()];
        for (edge, points, sideways) in laid.ways {
            edges[edge] = Route { points, sideways, label: None };
        }
        for (edge, rect) in laid.labels {
            edges[edge].label = Some(whole_pixels(rect));
        }
        ports::connect(self.diagram, self.piece, &nodes, &mut edges);
        smooth::shorten(self.diagram, self.piece, &nodes, &groups, &mut edges);
        Some(normal(nodes, groups, edges))
    }

    fn child(&mut self, child: Child, sideways: bool) -> Option<Laid> {
        let group = match child {
            Child::Node(node) => {
                let (width, height) = node_size(self.diagram, node);
                let rect = Rect { x: 0.0, y: 0.0, width, height };
                return Some(Laid { width, height, nodes: vec![(node, rect)], ..Laid::default() });
            }
            Child::Group(group) => group,
        };
        let tree = self.tree;
        let content = tree.groups.get(&group)?;
        let mut laid = self.content(content, sideways)?;
        // Where nothing has to run through its borders, a group may have the other direction.
        if !content.outer.iter().any(|outer| !self.is_weak(outer.edge)) && content.inner.len() > 1 {
            let other = self.content(content, !sideways)?;
            if self.is_better((other.width, other.height), (laid.width, laid.height)) {
                laid = other;
            }
        }
        laid.move_by(Point { x: PADDING, y: HEAD });
        let least = head_width(&self.diagram.groups[group]);
        laid.width = (laid.width + 2.0 * PADDING).max(least);
        laid.height += HEAD + PADDING;
        // What leaves goes on to the border.
        for outer in &content.outer {
            let Some(way) = laid.ends.get_mut(&(outer.edge, outer.is_start)) else { continue };
            let Some(last) = way.last().copied() else { continue };
            way.push(match (sideways, outer.is_far) {
                (true, true) => Point { x: laid.width, ..last },
                (true, false) => Point { x: 0.0, ..last },
                (false, true) => Point { y: laid.height, ..last },
                (false, false) => Point { y: 0.0, ..last },
            });
        }
        let rect = Rect { x: 0.0, y: 0.0, width: laid.width, height: laid.height };
        laid.groups.push((group, rect));
        Some(laid)
    }

    /// A reference says little: where it leaves a group it takes the shortest way.
    fn is_weak(&self, edge: usize) -> bool {
        self.diagram.edges[self.piece.edges[edge]].kind == EdgeKind::Reference
    }

    /// Lays out what is in a group, or at the top: what is connected, or has to reach the border, in layers; all else
    /// below.
    fn content(&mut self, content: &Content, sideways: bool) -> Option<Laid> {
        let children: Option<Vec<Laid>> =
            content.children.iter().map(|child| self.child(*child, sideways)).collect();
        let children = children?;
        let count = children.len();
        let mut joined = Joined::new(count);
        for inner in &content.inner {
            joined.join(inner.from, inner.to);
        }
        let strong: Vec<usize> =
            content.outer.iter().filter(|outer| !self.is_weak(outer.edge)).map(|outer| outer.child).collect();
        for pair in strong.windows(2) {
            joined.join(pair[0], pair[1]);
        }
        let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..count {
            parts.entry(joined.top(at)).or_default().push(at);
        }
        let first = strong.first().map(|child| joined.top(*child));
        let mut laid: Vec<(bool, Laid)> = Vec::with_capacity(parts.len());
        for (top, members) in parts {
            let part = self.part(content, &children, &members, sideways)?;
            laid.push((Some(top) == first, part));
        }
        Some(stacked(laid, self.aspect))
    }

    /// Lays out some children of a group that are connected.
    fn part(
        &mut self,
        content: &Content,
        children: &[Laid],
        members: &[usize],
        sideways: bool,
    ) -> Option<Laid> {
        let position = |child: usize| members.binary_search(&child).ok();
        let mut lines: Vec<Line> = Vec::new();
        // References between the same two share a way.
        let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut drawn: Vec<(usize, usize)> = Vec::new();
        for (at, inner) in content.inner.iter().enumerate() {
            let (Some(from), Some(to)) = (position(inner.from), position(inner.to)) else { continue };
            let (from, to) = if inner.is_back { (to, from) } else { (from, to) };
            let label = label_size(&self.diagram.edges[self.piece.edges[inner.edge]].label);
            let known =
                (self.is_weak(inner.edge) && label.0 == 0.0).then(|| shared.get(&(from, to))).flatten();
            let line = known.copied().unwrap_or(lines.len());
            if line == lines.len() {
                lines.push(Line { from, to, label, length: 1 });
                if self.is_weak(inner.edge) {
                    shared.insert((from, to), line);
                }
            }
            drawn.push((at, line));
        }
        let leaves = |at: usize| {
            content.outer.iter().any(|outer| outer.child == members[at] && !self.is_weak(outer.edge))
        };
        let ranks = fold(members.len(), &mut lines, |at| !leaves(at));
        let last = ranks.iter().copied().max().unwrap_or(0);
        let mut sizes: Vec<(f64, f64)> =
            members.iter().map(|child| (children[*child].width, children[*child].height)).collect();
        let mut leaving: Vec<(usize, usize)> = Vec::new();
        for (at, outer) in content.outer.iter().enumerate() {
            let Some(child) = position(outer.child).filter(|_| !self.is_weak(outer.edge)) else { continue };
            let port = sizes.len();
            sizes.push((1.0, 1.0));
            leaving.push((at, lines.len()));
            let label = (0.0, 0.0);
            lines.push(if outer.is_far {
                Line { from: child, to: port, label, length: last - ranks[child] + 1 }
            } else {
                Line { from: port, to: child, label, length: ranks[child] + 1 }
            });
        }
        let layers = self.layers(&sizes, &lines, sideways)?;
        let mut laid = Laid::default();
        let mut placed: Vec<Laid> = Vec::with_capacity(members.len());
        for (at, child) in members.iter().enumerate() {
            let mut child = children[*child].clone();
            let centre = layers.centres[at];
            let by = Point { x: centre.x - child.width / 2.0, y: centre.y - child.height / 2.0 };
            child.move_by(Point { x: by.x.round(), y: by.y.round() });
            placed.push(child);
        }
        for (at, line) in drawn {
            let inner = &content.inner[at];
            let (bends, middle) = &layers.lines[line];
            let mut bends = bends.clone();
            if inner.is_back {
                bends.reverse();
            }
            let end = |child: usize, is_start: bool| {
                let child = position(child).map(|at| &placed[at]);
                child.and_then(|child| child.ends.get(&(inner.edge, is_start))).cloned().unwrap_or_default()
            };
            let (mut way, mut arrives) = (end(inner.from, true), end(inner.to, false));
            way.extend(layers.past(position(inner.from), !inner.is_back, way.last(), &sizes, sideways));
            arrives.extend(layers.past(position(inner.to), inner.is_back, arrives.last(), &sizes, sideways));
            way.extend(bends);
            way.extend(arrives.into_iter().rev());
            // Where an arrow ends is found when all boxes have their places.
            if let (Some(first), Some(last)) = (way.first().copied(), way.last().copied()) {
                way.insert(0, first);
                way.push(last);
            }
            laid.ways.push((inner.edge, way, sideways));
            let (width, height) = lines[line].label;
            if let (Some(middle), true) = (middle, width > 0.0) {
                let rect = Rect { x: middle.x - width / 2.0, y: middle.y - height / 2.0, width, height };
                laid.labels.push((inner.edge, rect));
            }
        }
        let mut ends: BTreeMap<(usize, bool), Vec<Point>> = BTreeMap::new();
        for outer in &content.outer {
            let Some(at) = position(outer.child) else { continue };
            let known = placed[at].ends.get(&(outer.edge, outer.is_start)).cloned();
            ends.insert((outer.edge, outer.is_start), known.unwrap_or_default());
        }
        for child in placed {
            laid.take(Laid { ends: BTreeMap::new(), ..child });
        }
        let around = laid.bounds();
        for (at, line) in leaving {
            let outer = &content.outer[at];
            let Some(way) = ends.get_mut(&(outer.edge, outer.is_start)) else { continue };
            let mut bends = layers.lines[line].0.clone();
            let port = if outer.is_far { lines[line].to } else { lines[line].from };
            if !outer.is_far {
                bends.reverse();
            }
            // The last layer is only where the border is.
            bends.retain(|point| {
                let at = along(*point, sideways);
                along(Point { x: around.x, y: around.y }, sideways) < at
                    && at < along(Point { x: around.right(), y: around.bottom() }, sideways)
            });
            let past = layers.past(position(outer.child), outer.is_far, way.last(), &sizes, sideways);
            way.extend(past.filter(|_| !bends.is_empty()));
            way.extend(bends);
            let port = across(layers.centres[port], sideways).round();
            way.push(match (sideways, outer.is_far) {
                (true, true) => Point { x: around.right(), y: port },
                (true, false) => Point { x: around.x, y: port },
                (false, true) => Point { x: port, y: around.bottom() },
                (false, false) => Point { x: port, y: around.y },
            });
        }
        ends.retain(|_, way| !way.is_empty());
        laid.ends = ends;
        Some(cornered(laid))
    }

    /// Sets rectangles in layers, as the lines between them say.
    fn layers(&mut self, sizes: &[(f64, f64)], lines: &[Line], sideways: bool) -> Option<Layers> {
        let mut graph: Graph<NodeLabel, EdgeLabel, GraphLabel> =
            Graph::new(GraphOptions { multigraph: true, compound: false, ..Default::default() });
        graph.set_graph(GraphLabel {
            rankdir: if sideways { RankDir::LR } else { RankDir::TB },
            nodesep: self.gaps.node,
            edgesep: self.gaps.edge,
            ranksep: self.gaps.rank,
            ..Default::default()
        });
        graph.set_default_edge_label(EdgeLabel::default);
        let name = |at: usize| format!("n{at}");
        for (at, (width, height)) in sizes.iter().enumerate() {
            graph.set_node(name(at), NodeLabel { width: *width, height: *height, ..Default::default() });
        }
        for (at, line) in lines.iter().enumerate() {
            let (width, height) = line.label;
            let label = EdgeLabel { width, height, minlen: line.length, weight: 1.0, ..Default::default() };
            graph.set_edge_named(name(line.from), name(line.to), Some(format!("e{at}")), Some(label));
        }
        layout_controlled(&mut graph, &mut self.budget).ok()?;
        let centre = |at: usize| {
            let node = graph.node(&name(at))?;
            Some(Point { x: node.x?, y: node.y? })
        };
        let centres: Option<Vec<Point>> = (0..sizes.len()).map(centre).collect();
        let bends = |(at, line): (usize, &Line)| {
            let found = graph.edge(&name(line.from), &name(line.to), Some(&format!("e{at}")))?;
            let points = found.points.iter().map(|point| Point { x: point.x.round(), y: point.y.round() });
            let points: Vec<Point> = points.collect();
            // The ends are the borders of what it connects.
            let inner = points.get(1..points.len().saturating_sub(1)).unwrap_or_default();
            let middle = found.x.zip(found.y).map(|(x, y)| Point { x, y });
            Some((inner.to_vec(), middle))
        };
        let lines: Option<Vec<_>> = lines.iter().enumerate().map(bends).collect();
        Some(Layers { centres: centres?, lines: lines? })
    }
}

/// The layer of each of `count` things. Of many that only lead to one other, or are only led to by one, some are set a
/// layer further away: lines are narrower than what they lead past.
fn fold(count: usize, lines: &mut [Line], is_free: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (at, line) in lines.iter().enumerate() {
        before[line.to].push(at);
    }
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (at, line) in lines.iter().enumerate() {
        after[line.from].push(at);
    }
    // Lines from things that have no other, by what they lead to; and the other way round.
    let mut fans: BTreeMap<(bool, usize), Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        if is_free(line.from) && before[line.from].is_empty() && after[line.from].len() == 1 {
            fans.entry((false, line.to)).or_default().push(at);
        } else if is_free(line.to) && after[line.to].is_empty() && before[line.to].len() == 1 {
            fans.entry((true, line.from)).or_default().push(at);
        }
    }
    for fan in fans.into_values().filter(|fan| fan.len() > MAX_LAYER) {
        let columns = fan.len().div_ceil(MAX_LAYER).min(MAX_FOLDS);
        let height = fan.len().div_ceil(columns);
        for (place, at) in fan.into_iter().enumerate() {
            lines[at].length = 1 + place / height;
        }
    }
    // The longest way to each: nothing leads back.
    let mut ranks: Vec<Option<usize>> = vec![None; count];
    for start in 0..count {
        let mut way = vec![start];
        while let Some(&here) = way.last() {
            let missing = before[here].iter().map(|at| lines[*at].from).find(|from| ranks[*from].is_none());
            match missing {
                Some(from) if way.len() <= count => way.push(from),
                _ => {
                    let rank = |at: &usize| ranks[lines[*at].from].unwrap_or(0) + lines[*at].length;
                    ranks[here] = Some(before[here].iter().map(rank).max().unwrap_or(0));
                    way.pop();
                }
            }
        }
    }
    ranks.into_iter().map(|rank| rank.unwrap_or(0)).collect()
}

/// What has to reach the border on top of all others, which are set in rows.
fn stacked(parts: Vec<(bool, Laid)>, aspect: f64) -> Laid {
    let (first, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(is_first, _)| *is_first);
    let mut laid = Laid::default();
    let mut top = 0.0;
    for (_, part) in first {
        top = part.height + super::GAP;
        laid.take(part);
    }
    let sizes: Vec<(f64, f64)> = others.iter().map(|(_, part)| (part.width, part.height)).collect();
    for ((_, mut part), by) in others.into_iter().zip(pack::shelves(&sizes, aspect, laid.bounds().width)) {
        part.move_by(Point { x: by.x, y: by.y + top });
        laid.take(part);
    }
    cornered(laid)
}

/// The same, beginning at the top left corner.
fn cornered(mut laid: Laid) -> Laid {
    let around = laid.bounds();
    laid.move_by(Point { x: -around.x.floor(), y: -around.y.floor() });
    (laid.width, laid.height) = (around.width.ceil(), around.height.ceil());
    laid
}

fn whole_pixels(rect: Rect) -> Rect {
    Rect { x: rect.x.round(), y: rect.y.round(), width: rect.width.round(), height: rect.height.round() }
}

/// How large the words of an arrow are.
fn label_size(words: &str) -> (f64, f64) {
    if words.is_empty() { (0.0, 0.0) } else { ((width(words, WORD_SIZE) + 12.0).round(), WORD_HEIGHT) }
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
