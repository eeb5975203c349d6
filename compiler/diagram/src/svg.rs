//! A diagram as a picture: SVG with everything in it, for light and dark pages, with words for those who cannot see it.
//!
//! No place in the source is in it: a picture changes when the infrastructure does, and not when a comment is added.
//!
//! Must not know: stacks, where things go.

use std::fmt::{self, Write as _};

use crate::drawing::{Drawing, Element, Layer};
use crate::glyph;
use crate::kinds::Family;
use crate::layout::{
    GLYPH, KIND_SIZE, LABEL_SIZE, Layout, NAME_SIZE, Point, Rect, Route, TITLE_SIZE, WORD_SIZE,
};
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
    drawing(diagram, layout).to_string()
}

/// A diagram as a picture of which one can say what has changed.
pub fn drawing<L>(diagram: &Diagram<L>, layout: &Layout) -> Drawing {
    let description = diagram.description.as_deref().unwrap_or_default();
    let head = if description.is_empty() { 40.0 } else { 62.0 };
    let notes = diagram.notes.len() as f64 * 18.0;
    let legend = Legend::of(diagram);
    let heading = width(&diagram.title, HEADING);
    let inner = layout.width.max(legend.width).max(heading).max(LEAST_WIDTH - 2.0 * MARGIN);
    let width_of_page = (inner + 2.0 * MARGIN).ceil();
    let top = MARGIN + head;
    let height = (top + layout.height + LEGEND + notes + MARGIN).ceil();
    let title = xml(&diagram.title);
    let mut page = vec![
        of_page("title", |text| writeln!(text, "<title id=\"title\">{title}</title>")),
        of_page("desc", |text| writeln!(text, "<desc id=\"desc\">{}</desc>", xml(&in_words(diagram)))),
        of_page("style", |text| writeln!(text, "<style>\n{STYLE}{}</style>", families())),
        of_page("defs", |text| {
            text.push_str("<defs>\n");
            for kind in EdgeKind::ALL {
                writeln!(
                    text,
                    "<marker id=\"{0}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" \
                     markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 .8L10 5L0 9.2Z\" fill=\"var(--{0})\"/></marker>",
                    kind.name()
                )?;
            }
            writeln!(text, "</defs>")
        }),
        of_page("paper", |text| {
            writeln!(text, "<rect class=\"page\" width=\"{width_of_page}\" height=\"{height}\" rx=\"10\"/>")
        }),
        of_page("heading", |text| {
            writeln!(
                text,
                "<text x=\"{MARGIN}\" y=\"{}\" font-size=\"{HEADING}\" font-weight=\"600\">{title}</text>",
                MARGIN + 16.0,
            )
        }),
    ];
    if !description.is_empty() {
        page.push(of_page("description", |text| {
            writeln!(
                text,
                "<text class=\"soft\" x=\"{MARGIN}\" y=\"{}\" font-size=\"13\">{}</text>",
                MARGIN + 38.0,
                xml(&fitted(description, 13.0, inner))
            )
        }));
    }
    page.push(Drawing::canvas());
    legend.draw(&mut page, MARGIN, top + layout.height + 34.0);
    for (at, note) in diagram.notes.iter().enumerate() {
        let y = top + layout.height + LEGEND + 12.0 + at as f64 * 18.0;
        page.push(of_page(format!("note {at}"), |text| {
            writeln!(
                text,
                "<text class=\"soft\" x=\"{MARGIN}\" y=\"{y}\" font-size=\"12\">{}</text>",
                xml(note)
            )
        }));
    }
    let groups = || diagram.groups.iter().zip(&layout.groups);
    let edges = || diagram.edges.iter().zip(&layout.edges);
    let nodes = diagram.nodes.iter().zip(&layout.nodes);
    let mut elements: Vec<Element> = groups().map(|(group, rect)| group_box(group, rect)).collect();
    elements.extend(edges().map(|(edge, route)| arrow(diagram, edge, route)));
    // Arrows pass below names, and not over them.
    elements.extend(groups().map(|(group, rect)| head_of(group, rect)));
    elements.extend(nodes.map(|(node, rect)| node_box(node, rect)));
    // Words lie on everything else: none is hidden by an arrow that was drawn later.
    elements.extend(edges().filter_map(|(edge, route)| words(edge, route)));
    let left = (MARGIN + (inner - layout.width) / 2.0).floor();
    Drawing { width: width_of_page, height, at: Point { x: left, y: top }, page, elements }
}

/// An element of the page, which stays where it is.
fn of_page(id: impl Into<String>, draw: impl FnOnce(&mut String) -> fmt::Result) -> Element {
    Element::new(Layer::Page, id, Point { x: 0.0, y: 0.0 }, |text, _| draw(text))
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

fn group_box<L>(group: &Group<L>, rect: &Rect) -> Element {
    let Rect { x, y, width: wide, height } = *rect;
    let radius = if group.kind == GroupKind::Service { 10 } else { 8 };
    let kind = group.kind.name();
    Element::new(Layer::Group, &group.id, rect.corner(), |text, pen| {
        writeln!(
            text,
            "<g class=\"group {kind}\" data-id=\"{}\">\
             <rect x=\"{}\" y=\"{}\" width=\"{wide}\" height=\"{height}\" rx=\"{radius}\"/></g>",
            xml(&group.id),
            pen.x(x),
            pen.y(y)
        )
    })
}

/// The name of a group, and what it is.
fn head_of<L>(group: &Group<L>, rect: &Rect) -> Element {
    let Rect { x, y, width: wide, .. } = *rect;
    let kind = group.kind.name();
    Element::new(Layer::Head, &group.id, rect.corner(), |text, pen| {
        writeln!(text, "<g class=\"head {kind}\" data-id=\"{}\">", xml(&group.id))?;
        let room = wide - width(kind, KIND_SIZE) - 44.0;
        writeln!(
            text,
            "<text x=\"{}\" y=\"{}\" font-size=\"{TITLE_SIZE}\" font-weight=\"600\">{}</text>",
            pen.x(x + 14.0),
            pen.y(y + 22.0),
            xml(&fitted(&group.name, TITLE_SIZE, room))
        )?;
        writeln!(
            text,
            "<text class=\"soft\" x=\"{}\" y=\"{}\" font-size=\"{KIND_SIZE}\" text-anchor=\"end\">{kind}</text>",
            pen.x(rect.right() - 14.0),
            pen.y(y + 22.0)
        )?;
        writeln!(text, "</g>")
    })
}

fn node_box<L>(node: &Node<L>, rect: &Rect) -> Element {
    let Rect { x, y, width: wide, height } = *rect;
    let is_own = node.kind == NodeKind::Own;
    Element::new(Layer::Box, &node.id, rect.corner(), |text, pen| {
        let radius = if is_own { 8.0 } else { height / 2.0 };
        writeln!(text, "<g class=\"node {}\" data-id=\"{}\">", node.kind.name(), xml(&node.id))?;
        writeln!(text, "<title>{}</title>", xml(&tooltip(node)))?;
        writeln!(
            text,
            "<rect class=\"card\" x=\"{}\" y=\"{}\" width=\"{wide}\" height=\"{height}\" rx=\"{radius}\"/>",
            pen.x(x),
            pen.y(y)
        )?;
        let family = variable(node.family);
        let (left, top) = (x + 10.0, y + (height - 36.0) / 2.0);
        let corner = if is_own { 7 } else { 18 };
        writeln!(
            text,
            "<rect class=\"f-{family}\" x=\"{}\" y=\"{}\" width=\"36\" height=\"36\" rx=\"{corner}\"/>\
             <path class=\"sign\" transform=\"translate({} {})\" d=\"{}\"/>",
            pen.x(left),
            pen.y(top),
            pen.x(left + 6.0),
            pen.y(top + 6.0),
            glyph::strokes(node.family)
        )?;
        let room = wide - GLYPH - 10.0;
        let middle = y + height / 2.0;
        writeln!(
            text,
            "<text x=\"{}\" y=\"{}\" font-size=\"{NAME_SIZE}\" font-weight=\"600\">{}</text>",
            pen.x(x + GLYPH),
            pen.y(middle - 3.0),
            xml(&fitted(&node.name, NAME_SIZE, room))
        )?;
        writeln!(
            text,
            "<text class=\"soft\" x=\"{}\" y=\"{}\" font-size=\"{LABEL_SIZE}\">{}</text>",
            pen.x(x + GLYPH),
            pen.y(middle + 14.0),
            xml(&fitted(&node.label, LABEL_SIZE, room))
        )?;
        writeln!(text, "</g>")
    })
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

fn arrow<L>(diagram: &Diagram<L>, edge: &Edge<L>, route: &Route) -> Element {
    let kind = edge.kind.name();
    let (from, to) = (&diagram.nodes[edge.from].name, &diagram.nodes[edge.to].name);
    let label = if edge.label.is_empty() { String::new() } else { format!(": {}", edge.label) };
    let start = route.points.first().copied().unwrap_or(Point { x: 0.0, y: 0.0 });
    Element::new(Layer::Arrow, &edge.id, start, |text, pen| {
        write!(
            text,
            "<g class=\"edge {}\" data-id=\"{}\"><title>{}</title><path d=\"",
            class(edge.kind),
            xml(&edge.id),
            xml(&format!("{from} {} {to}{label}", edge.kind.meaning())),
        )?;
        write_path(text, route, |x| pen.x(x), |y| pen.y(y))?;
        writeln!(text, "\" marker-end=\"url(#{kind})\"/></g>")
    })
}

fn words<L>(edge: &Edge<L>, route: &Route) -> Option<Element> {
    let rect = route.label.as_ref()?;
    let centre = rect.centre();
    Some(Element::new(Layer::Words, &edge.id, rect.corner(), |text, pen| {
        writeln!(
            text,
            "<g class=\"edge {}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\"/>\
             <text x=\"{}\" y=\"{}\" font-size=\"{WORD_SIZE}\" text-anchor=\"middle\">{}</text></g>",
            class(edge.kind),
            pen.x(rect.x),
            pen.y(rect.y),
            rect.width,
            rect.height,
            pen.x(centre.x),
            pen.y(centre.y + 4.0),
            xml(&edge.label)
        )
    }))
}

/// The way of an arrow as path data: straight where it passes boxes, bent between them.
pub(crate) fn path(route: &Route) -> String {
    let mut data = String::new();
    // Nothing can go wrong where a text is written into memory.
    let _ = write_path(&mut data, route, |x| x, |y| y);
    data
}

/// The same, with coordinates that are written as `across` and `down` say.
fn write_path<C: fmt::Display>(
    data: &mut String,
    route: &Route,
    across: impl Fn(f64) -> C,
    down: impl Fn(f64) -> C,
) -> fmt::Result {
    let Some(first) = route.points.first() else { return Ok(()) };
    write!(data, "M{} {}", across(first.x), down(first.y))?;
    for pair in route.points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let is_straight = if route.sideways { from.y == to.y } else { from.x == to.x };
        let (before, after) = if is_straight {
            write!(data, "L{} {}", across(to.x), down(to.y))?;
            continue;
        } else if route.sideways {
            let middle = f64::midpoint(from.x, to.x).round();
            ((middle, from.y), (middle, to.y))
        } else {
            let middle = f64::midpoint(from.y, to.y).round();
            ((from.x, middle), (to.x, middle))
        };
        for (sign, (x, y)) in [("C", before), (" ", after), (" ", (to.x, to.y))] {
            write!(data, "{sign}{} {}", across(x), down(y))?;
        }
    }
    Ok(())
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

    fn draw(&self, page: &mut Vec<Element>, mut x: f64, y: f64) {
        for &kind in &self.kinds {
            let name = kind.name();
            page.push(of_page(format!("legend {name}"), |text| {
                write!(
                    text,
                    "<g class=\"edge {}\"><path d=\"M{x} {y}H{}\" marker-end=\"url(#{name})\"/></g>",
                    class(kind),
                    x + Self::LINE,
                )
            }));
            page.push(of_page(format!("meaning {name}"), |text| {
                writeln!(
                    text,
                    "<text class=\"soft\" x=\"{}\" y=\"{}\" font-size=\"12\">{}</text>",
                    x + Self::LINE + 8.0,
                    y + 4.0,
                    kind.meaning()
                )
            }));
            x = (x + Self::entry(kind)).round();
        }
    }
}
