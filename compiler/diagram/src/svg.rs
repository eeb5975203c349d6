//! A diagram as a picture: SVG with everything in it, for light and dark pages, with words for those who cannot see it.
//!
//! No place in the source is in it: a picture changes when the infrastructure does, and not when a comment is added.
//!
//! Must not know: stacks, where things go.

use std::fmt::Write as _;

use crate::glyph;
use crate::kinds::Family;
use crate::layout::{GLYPH, KIND_SIZE, LABEL_SIZE, Layout, NAME_SIZE, Rect, Route, TITLE_SIZE, WORD_SIZE};
use crate::model::{Diagram, Edge, EdgeKind, Group, GroupKind, Node, NodeKind};
use crate::text::{fitted, width, xml};

/// Around everything.
const MARGIN: f64 = 32.0;
/// How large the title is written.
const HEADING: f64 = 20.0;
/// How tall the legend is.
const LEGEND: f64 = 44.0;
/// No picture is narrower.
const LEAST_WIDTH: f64 = 420.0;

/// The families whose colours are in a legend of their own: none, the signs say it. Colours of both pages.
const STYLE: &str = "\
svg{--page:#fff;--card:#fff;--box:#f6f8fa;--inner:#eef2f6;--zone:#eefaf3;--line:#d0d7de;--text:#1f2328;--soft:#59636e;
--event:#bc4c00;--access:#0969da;--network:#1a7f37;--reference:#818b98;
--compute:#bc4c00;--data:#0550ae;--storage:#116329;--messaging:#a40e50;--edge:#6639ba;--net:#0e7490;--security:#b42318;--operations:#57606a;--service:#4338ca;--world:#1f2328;--other:#57606a;
font-family:-apple-system,BlinkMacSystemFont,'Segoe UI','Noto Sans',Helvetica,Arial,sans-serif}
@media (prefers-color-scheme:dark){svg{--page:#0d1117;--card:#1c2128;--box:#151b23;--inner:#1b2230;--zone:#12241c;--line:#3d444d;--text:#f0f6fc;--soft:#9aa4af;
--event:#f0883e;--access:#58a6ff;--network:#3fb950;--reference:#8b949e;
--compute:#c2571a;--data:#1f6feb;--storage:#238636;--messaging:#bf3989;--edge:#8256d0;--net:#1b8a9e;--security:#cf3d34;--operations:#6e7681;--service:#5b54e0;--world:#6e7681;--other:#6e7681}}
text{fill:var(--text)}.soft{fill:var(--soft)}.page{fill:var(--page)}
.group rect{fill:var(--box);stroke:var(--line)}.component rect{fill:var(--inner);stroke-dasharray:5 4}.network rect,.subnets rect{fill:var(--zone);stroke:var(--network);stroke-dasharray:6 4}
.head text{paint-order:stroke;stroke:var(--box);stroke-width:4px;stroke-linejoin:round}.head.component text{stroke:var(--inner)}.head.network text,.head.subnets text{stroke:var(--zone)}
.node .card{fill:var(--card);stroke:var(--line)}.outside .card{stroke-dasharray:4 3}
.sign{fill:none;stroke:#fff;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.edge path{fill:none;stroke-width:1.6}.edge rect{fill:var(--card);stroke-width:.6;stroke-opacity:.5}
.event path,.event rect{stroke:var(--event)}.access path,.access rect{stroke:var(--access)}.network-edge path,.network-edge rect{stroke:var(--network)}.reference path,.reference rect{stroke:var(--reference)}
.event path{stroke-width:2.2}.network-edge path{stroke-dasharray:7 4}.reference path{stroke-dasharray:2 4}
";

/// A diagram as SVG.
pub fn svg<L>(diagram: &Diagram<L>, layout: &Layout) -> String {
    let description = diagram.description.as_deref().unwrap_or_default();
    let head = if description.is_empty() { 40.0 } else { 62.0 };
    let notes = diagram.notes.len() as f64 * 18.0;
    let legend = Legend::of(diagram);
    let heading = width(&diagram.title, HEADING);
    let inner = layout.width.max(legend.width).max(heading).max(LEAST_WIDTH - 2.0 * MARGIN);
    let width_of_page = (inner + 2.0 * MARGIN).ceil();
    let top = MARGIN + head;
    let height = (top + layout.height + LEGEND + notes + MARGIN).ceil();
    let mut text = String::new();
    let _ = writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width_of_page}\" height=\"{height}\" \
         viewBox=\"0 0 {width_of_page} {height}\" role=\"img\" aria-labelledby=\"title desc\">"
    );
    let _ = writeln!(text, "<title id=\"title\">{}</title>", xml(&diagram.title));
    let _ = writeln!(text, "<desc id=\"desc\">{}</desc>", xml(&in_words(diagram)));
    let _ = writeln!(text, "<style>\n{STYLE}{}</style>", families());
    text.push_str("<defs>\n");
    for kind in EdgeKind::ALL {
        let _ = writeln!(
            text,
            "<marker id=\"{0}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 .8L10 5L0 9.2Z\" fill=\"var(--{0})\"/></marker>",
            kind.name()
        );
    }
    text.push_str("</defs>\n");
    let _ = writeln!(text, "<rect class=\"page\" width=\"{width_of_page}\" height=\"{height}\" rx=\"10\"/>");
    let _ = writeln!(
        text,
        "<text x=\"{MARGIN}\" y=\"{}\" font-size=\"{HEADING}\" font-weight=\"600\">{}</text>",
        MARGIN + 16.0,
        xml(&diagram.title)
    );
    if !description.is_empty() {
        let _ = writeln!(
            text,
            "<text class=\"soft\" x=\"{MARGIN}\" y=\"{}\" font-size=\"13\">{}</text>",
            MARGIN + 38.0,
            xml(&fitted(description, 13.0, inner))
        );
    }
    let left = (MARGIN + (inner - layout.width) / 2.0).floor();
    let _ = writeln!(text, "<g transform=\"translate({left} {top})\">");
    for (group, rect) in diagram.groups.iter().zip(&layout.groups) {
        group_box(&mut text, group, rect);
    }
    for (edge, route) in diagram.edges.iter().zip(&layout.edges) {
        arrow(&mut text, diagram, edge, route);
    }
    // Arrows pass below names, and not over them.
    for (group, rect) in diagram.groups.iter().zip(&layout.groups) {
        head_of(&mut text, group, rect);
    }
    for (node, rect) in diagram.nodes.iter().zip(&layout.nodes) {
        node_box(&mut text, node, rect);
    }
    // Words lie on everything else: none is hidden by an arrow that was drawn later.
    for (edge, route) in diagram.edges.iter().zip(&layout.edges) {
        words(&mut text, edge, route);
    }
    text.push_str("</g>\n");
    legend.draw(&mut text, MARGIN, top + layout.height + 34.0);
    for (at, note) in diagram.notes.iter().enumerate() {
        let y = top + layout.height + LEGEND + 12.0 + at as f64 * 18.0;
        let _ = writeln!(
            text,
            "<text class=\"soft\" x=\"{MARGIN}\" y=\"{y}\" font-size=\"12\">{}</text>",
            xml(note)
        );
    }
    text.push_str("</svg>\n");
    text
}

const fn variable(family: Family) -> &'static str {
    match family {
        Family::Network => "net",
        other => other.name(),
    }
}

/// The colours of signs.
fn families() -> String {
    const ALL: [Family; 11] = [
        Family::Compute,
        Family::Data,
        Family::Storage,
        Family::Messaging,
        Family::Edge,
        Family::Network,
        Family::Security,
        Family::Operations,
        Family::Service,
        Family::World,
        Family::Other,
    ];
    let mut text = String::new();
    for family in ALL {
        let name = variable(family);
        let _ = write!(text, ".f-{name}{{fill:var(--{name})}}");
    }
    text.push('\n');
    text
}

/// The same in sentences.
fn in_words<L>(diagram: &Diagram<L>) -> String {
    let mut text = String::new();
    if let Some(description) = &diagram.description {
        let _ = write!(text, "{description} ");
    }
    for edge in &diagram.edges {
        let (from, to) = (&diagram.nodes[edge.from], &diagram.nodes[edge.to]);
        let label = if edge.label.is_empty() { String::new() } else { format!(" ({})", edge.label) };
        let _ = write!(text, "{} {} {}{label}. ", from.name, edge.kind.meaning(), to.name);
    }
    text.trim_end().to_owned()
}

fn group_box<L>(text: &mut String, group: &Group<L>, rect: &Rect) {
    let Rect { x, y, width: wide, height } = rect;
    let radius = if group.kind == GroupKind::Service { 10 } else { 8 };
    let kind = group.kind.name();
    let _ = writeln!(
        text,
        "<g class=\"group {kind}\" data-id=\"{}\">\
         <rect x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{height}\" rx=\"{radius}\"/></g>",
        xml(&group.id)
    );
}

/// The name of a group, and what it is.
fn head_of<L>(text: &mut String, group: &Group<L>, rect: &Rect) {
    let Rect { x, y, width: wide, .. } = rect;
    let kind = group.kind.name();
    let _ = writeln!(text, "<g class=\"head {kind}\" data-id=\"{}\">", xml(&group.id));
    let room = wide - width(kind, KIND_SIZE) - 44.0;
    let _ = writeln!(
        text,
        "<text x=\"{}\" y=\"{}\" font-size=\"{TITLE_SIZE}\" font-weight=\"600\">{}</text>",
        x + 14.0,
        y + 22.0,
        xml(&fitted(&group.name, TITLE_SIZE, room))
    );
    let _ = writeln!(
        text,
        "<text class=\"soft\" x=\"{}\" y=\"{}\" font-size=\"{KIND_SIZE}\" text-anchor=\"end\">{kind}</text>",
        rect.right() - 14.0,
        y + 22.0
    );
    text.push_str("</g>\n");
}

fn node_box<L>(text: &mut String, node: &Node<L>, rect: &Rect) {
    let Rect { x, y, width: wide, height } = rect;
    let radius = if node.kind == NodeKind::Own { 8.0 } else { height / 2.0 };
    let _ = writeln!(text, "<g class=\"node {}\" data-id=\"{}\">", node.kind.name(), xml(&node.id));
    let _ = writeln!(text, "<title>{}</title>", xml(&tooltip(node)));
    let _ = writeln!(
        text,
        "<rect class=\"card\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{height}\" rx=\"{radius}\"/>"
    );
    let family = variable(node.family);
    let (left, top) = (x + 10.0, y + (height - 36.0) / 2.0);
    let corner = if node.kind == NodeKind::Own { 7 } else { 18 };
    let _ = writeln!(
        text,
        "<rect class=\"f-{family}\" x=\"{left}\" y=\"{top}\" width=\"36\" height=\"36\" rx=\"{corner}\"/>\
         <path class=\"sign\" transform=\"translate({} {})\" d=\"{}\"/>",
        left + 6.0,
        top + 6.0,
        glyph::strokes(node.family)
    );
    let room = wide - GLYPH - 10.0;
    let middle = y + height / 2.0;
    let _ = writeln!(
        text,
        "<text x=\"{}\" y=\"{}\" font-size=\"{NAME_SIZE}\" font-weight=\"600\">{}</text>",
        x + GLYPH,
        middle - 3.0,
        xml(&fitted(&node.name, NAME_SIZE, room))
    );
    let _ = writeln!(
        text,
        "<text class=\"soft\" x=\"{}\" y=\"{}\" font-size=\"{LABEL_SIZE}\">{}</text>",
        x + GLYPH,
        middle + 14.0,
        xml(&fitted(&node.label, LABEL_SIZE, room))
    );
    text.push_str("</g>\n");
}

/// What a box stands for, for those who point at it.
fn tooltip<L>(node: &Node<L>) -> String {
    let mut types: Vec<&str> = node.parts.iter().map(|part| part.resource_type.as_str()).collect();
    let total = types.len();
    types.truncate(8);
    let rest = if total > types.len() { format!(" and {} more", total - types.len()) } else { String::new() };
    if types.is_empty() {
        return format!("{}: {}", node.name, node.label);
    }
    format!("{}: {}{rest}", node.name, types.join(", "))
}

const fn class(kind: EdgeKind) -> &'static str {
    // A group can be a network, too.
    match kind {
        EdgeKind::Network => "network-edge",
        other => other.name(),
    }
}

fn arrow<L>(text: &mut String, diagram: &Diagram<L>, edge: &Edge<L>, route: &Route) {
    let kind = edge.kind.name();
    let (from, to) = (&diagram.nodes[edge.from].name, &diagram.nodes[edge.to].name);
    let label = if edge.label.is_empty() { String::new() } else { format!(": {}", edge.label) };
    let _ = writeln!(
        text,
        "<g class=\"edge {}\" data-id=\"{}\"><title>{}</title><path d=\"{}\" marker-end=\"url(#{kind})\"/></g>",
        class(edge.kind),
        xml(&edge.id),
        xml(&format!("{from} {} {to}{label}", edge.kind.meaning())),
        path(route)
    );
}

fn words<L>(text: &mut String, edge: &Edge<L>, route: &Route) {
    let Some(rect) = &route.label else { return };
    let centre = rect.centre();
    let _ = writeln!(
        text,
        "<g class=\"edge {}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\"/>\
         <text x=\"{}\" y=\"{}\" font-size=\"{WORD_SIZE}\" text-anchor=\"middle\">{}</text></g>",
        class(edge.kind),
        rect.x,
        rect.y,
        rect.width,
        rect.height,
        centre.x,
        centre.y + 4.0,
        xml(&edge.label)
    );
}

/// The way of an arrow as path data: straight where it passes boxes, bent between them.
pub(crate) fn path(route: &Route) -> String {
    let mut data = String::new();
    let Some(first) = route.points.first() else { return data };
    let _ = write!(data, "M{} {}", first.x, first.y);
    for pair in route.points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let is_straight = if route.sideways { from.y == to.y } else { from.x == to.x };
        let _ = if is_straight {
            write!(data, "L{} {}", to.x, to.y)
        } else if route.sideways {
            let middle = f64::midpoint(from.x, to.x).round();
            write!(data, "C{middle} {} {middle} {} {} {}", from.y, to.y, to.x, to.y)
        } else {
            let middle = f64::midpoint(from.y, to.y).round();
            write!(data, "C{} {middle} {} {middle} {} {}", from.x, to.x, to.x, to.y)
        };
    }
    data
}

/// What the kinds of arrows mean, of those that there are.
struct Legend {
    kinds: Vec<EdgeKind>,
    width: f64,
}

impl Legend {
    const LINE: f64 = 40.0;

    fn of<L>(diagram: &Diagram<L>) -> Self {
        let kinds: Vec<EdgeKind> = EdgeKind::ALL
            .into_iter()
            .filter(|kind| diagram.edges.iter().any(|edge| edge.kind == *kind))
            .collect();
        let width = kinds.iter().map(|kind| Self::entry(*kind)).sum();
        Self { kinds, width }
    }

    fn entry(kind: EdgeKind) -> f64 {
        Self::LINE + 8.0 + width(kind.meaning(), 12.0) + 22.0
    }

    fn draw(&self, text: &mut String, mut x: f64, y: f64) {
        for &kind in &self.kinds {
            let _ = writeln!(
                text,
                "<g class=\"edge {}\"><path d=\"M{x} {y}H{}\" marker-end=\"url(#{})\"/></g>\
                 <text class=\"soft\" x=\"{}\" y=\"{}\" font-size=\"12\">{}</text>",
                class(kind),
                x + Self::LINE,
                kind.name(),
                x + Self::LINE + 8.0,
                y + 4.0,
                kind.meaning()
            );
            x = (x + Self::entry(kind)).round();
        }
    }
}
