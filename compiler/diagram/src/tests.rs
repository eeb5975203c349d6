//! Diagrams that are made up: where everything is, whatever is drawn, and what names cannot break.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn node(id: String, parent: Option<usize>) -> Node<Source> {
    Node {
        name: id.rsplit('/').next().unwrap_or(&id).to_owned(),
        id,
        label: "Function".to_owned(),
        family: Family::Compute,
        kind: NodeKind::Own,
        parent,
        at: None,
        parts: Vec::new(),
    }
}

fn edge(from: usize, to: usize, kind: EdgeKind, label: &str) -> Edge<Source> {
    let id = format!("{from}>{to}:{}", kind.name());
    Edge { id, from, to, kind, label: label.to_owned(), at: Vec::new() }
}

fn empty(title: &str) -> Diagram<Source> {
    Diagram {
        title: title.to_owned(),
        description: None,
        groups: Vec::new(),
        nodes: Vec::new(),
        edges: Vec::new(),
        notes: Vec::new(),
    }
}

/// Services of some boxes each, and arrows between any of them.
fn services(sizes: &[usize], arrows: &[(usize, usize)]) -> Diagram<Source> {
    let mut diagram = empty("Made up");
    for (at, size) in sizes.iter().enumerate() {
        let name = format!("service{at}");
        diagram.groups.push(Group {
            id: name.clone(),
            name: name.clone(),
            kind: GroupKind::Service,
            parent: None,
            at: None,
        });
        let group = diagram.groups.len() - 1;
        for inner in 0..*size {
            diagram.nodes.push(node(format!("{name}/part{inner}"), Some(group)));
        }
    }
    let count = diagram.nodes.len();
    for (from, to) in arrows {
        let (from, to) = (from % count, to % count);
        let is_known = diagram.edges.iter().any(|edge| (edge.from, edge.to) == (from, to));
        if from != to && !is_known {
            diagram.edges.push(edge(from, to, EdgeKind::Access, "read, write"));
        }
    }
    diagram
}

/// Puts boxes into groups of their own in the groups that they are in, or further in.
fn nest(diagram: &mut Diagram<Source>, inner: &[(usize, usize)]) {
    for (at, (node, depth)) in inner.iter().enumerate() {
        let node = node % diagram.nodes.len();
        for level in 0..*depth {
            let name = format!("group{at}.{level} with a name that is longer than a box is wide");
            let parent = diagram.nodes[node].parent;
            let (id, kind) = (name.clone(), GroupKind::Unit);
            diagram.groups.push(Group { id, name, kind, parent, at: None });
            diagram.nodes[node].parent = Some(diagram.groups.len() - 1);
        }
    }
}

/// What is so of every layout.
fn assert_sound<L>(diagram: &Diagram<L>, layout: &Layout) {
    for (at, one) in layout.nodes.iter().enumerate() {
        for (other, rect) in layout.nodes.iter().enumerate().skip(at + 1) {
            let (a, b) = (&diagram.nodes[at].id, &diagram.nodes[other].id);
            assert!(!one.overlaps(rect), "{a} and {b} overlap: {one:?}, {rect:?}");
        }
        let page = Rect { x: 0.0, y: 0.0, width: layout.width, height: layout.height };
        assert!(page.contains(one), "{} leaves the page", diagram.nodes[at].id);
        for (group, around) in layout.groups.iter().enumerate() {
            let name = &diagram.groups[group].id;
            if diagram.is_within(diagram.nodes[at].parent, group) {
                assert!(around.contains(one), "{} leaves {name}", diagram.nodes[at].id);
            } else {
                assert!(!around.overlaps(one), "{} lies on {name}", diagram.nodes[at].id);
            }
        }
    }
    for (at, one) in layout.groups.iter().enumerate() {
        let group = &diagram.groups[at];
        if !layout.plain {
            assert!(one.width >= layout::head_width(group), "the name of {} is cut", group.id);
        }
        for (other, rect) in layout.groups.iter().enumerate().skip(at + 1) {
            let apart = if diagram.is_within(diagram.groups[other].parent, at) {
                one.contains(rect)
            } else {
                !one.overlaps(rect)
            };
            assert!(apart, "{} and {} overlap: {one:?}, {rect:?}", group.id, diagram.groups[other].id);
        }
    }
    for (edge, route) in diagram.edges.iter().zip(&layout.edges) {
        for (end, point) in [(edge.from, route.points.first()), (edge.to, route.points.last())] {
            let (rect, point) = (&layout.nodes[end], point.expect("an arrow has ends"));
            let near = |a: f64, b: f64| (a - b).abs() <= 1.0;
            let along =
                |value: f64, from: f64, length: f64| from - 1.0 <= value && value <= from + length + 1.0;
            let at_side =
                (near(point.x, rect.x) || near(point.x, rect.right())) && along(point.y, rect.y, rect.height);
            let at_top =
                (near(point.y, rect.y) || near(point.y, rect.bottom())) && along(point.x, rect.x, rect.width);
            assert!(at_side || at_top, "{} ends at {point:?}, and not at {rect:?}", edge.id);
        }
        if let Some(label) = &route.label {
            let on = layout.nodes.iter().position(|rect| rect.overlaps(label));
            assert!(on.is_none(), "the words of {} lie on {}", edge.id, diagram.nodes[on.unwrap_or(0)].id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// No two boxes overlap, what is in a group is inside of it and nothing else is, arrows end at boxes; and the same
    /// diagram is drawn the same way again.
    #[test]
    fn layouts_are_sound(
        sizes in prop::collection::vec(1_usize..5, 1..7),
        arrows in prop::collection::vec((0_usize..40, 0_usize..40), 0..24),
        inner in prop::collection::vec((0_usize..40, 0_usize..4), 0..12),
        weak in prop::collection::vec(any::<bool>(), 24),
        aspect in 0.3_f64..3.0,
    ) {
        let mut diagram = services(&sizes, &arrows);
        nest(&mut diagram, &inner);
        for (edge, _) in diagram.edges.iter_mut().zip(weak).filter(|(_, is_weak)| *is_weak) {
            edge.kind = EdgeKind::Reference;
            edge.label.clear();
        }
        let laid = layout(&diagram, aspect);
        prop_assert!(!laid.plain);
        assert_sound(&diagram, &laid);
        prop_assert_eq!(svg(&diagram, &laid), svg(&diagram, &layout(&diagram, aspect)));
    }
}

#[test]
fn groups_in_groups_have_room_for_their_names() {
    let mut diagram = services(&[3, 2], &[(0, 1), (1, 3), (2, 4), (3, 0)]);
    for (name, kind, parent) in [
        ("web", GroupKind::Network, 0),
        ("private", GroupKind::Subnets, 2),
        ("public", GroupKind::Subnets, 2),
    ] {
        diagram.groups.push(Group {
            id: format!("{name}!"),
            name: name.to_owned(),
            kind,
            parent: Some(parent),
            at: None,
        });
    }
    diagram.nodes[0].parent = Some(3);
    diagram.nodes[1].parent = Some(4);
    let laid = layout(&diagram, PAGE);
    assert!(!laid.plain);
    assert_sound(&diagram, &laid);
    let [web, private] = [laid.groups[2], laid.groups[3]];
    assert!(web.contains(&private) && private.y - web.y >= 30.0, "{web:?} {private:?}");
}

/// Five hundred services, all connected: it ends soon, whatever comes of it. The same without a connection.
#[test]
fn large_diagrams_end() {
    let arrows: Vec<(usize, usize)> =
        (0..1_000).flat_map(|at| [(at, at + 1), (at, (at * 7 + 3) % 1_000)]).collect();
    let diagram = services(&[2; 500], &arrows);
    let before = Instant::now();
    let laid = layout(&diagram, PAGE);
    let took = before.elapsed();
    assert!(took < Duration::from_mins(1), "it took {took:?}");
    assert!(laid.plain, "what is too much is set in rows");
    assert_sound(&diagram, &laid);
    let before = Instant::now();
    let alone = services(&[4; 500], &[]);
    assert_sound(&alone, &layout(&alone, PAGE));
    assert!(before.elapsed() < Duration::from_secs(30));
}

#[test]
fn an_empty_diagram_is_a_page() {
    let diagram = empty("Nothing");
    let laid = layout(&diagram, PAGE);
    assert!(svg(&diagram, &laid).contains("Nothing"));
    assert!(json(&diagram, &laid).contains("\"nodes\": []"));
}

/// Names are texts of people. None gets out of the place where it is written.
#[test]
fn names_are_escaped() {
    let hostile = "<script>\"'&\u{1}\u{7}]]>`#;\\\n--> end";
    let mut diagram = empty(hostile);
    diagram.description = Some(hostile.to_owned());
    diagram.groups.push(Group {
        id: hostile.to_owned(),
        name: hostile.to_owned(),
        kind: GroupKind::Service,
        parent: None,
        at: None,
    });
    diagram.nodes.push(Node { name: hostile.to_owned(), ..node(hostile.to_owned(), Some(0)) });
    diagram.nodes.push(node("other".to_owned(), None));
    diagram.edges.push(edge(0, 1, EdgeKind::Event, hostile));

    let picture = svg(&diagram, &layout(&diagram, PAGE));
    assert!(!picture.contains("<script") && !picture.contains(['\u{1}', '\u{7}']), "{picture}");
    assert!(picture.contains("&lt;script&gt;&quot;&#39;&amp;"), "{picture}");

    let flowchart = mermaid(&diagram);
    for line in flowchart.lines().filter(|line| line.contains("script") && !line.starts_with("title")) {
        assert_eq!(line.matches('"').count(), 2, "{line}");
        assert!(!line.contains('`') && !line.contains("<script"), "{line}");
    }

    let graph = dot(&diagram);
    assert_eq!(graph.lines().filter(|line| line.trim() == "}").count(), 2, "{graph}");
    assert!(graph.contains("\\\"") && !graph.contains('\u{7}'), "{graph}");

    let document: serde_json::Value =
        serde_json::from_str(&json(&diagram, &layout(&diagram, PAGE))).expect("JSON");
    assert_eq!(document["nodes"][0]["name"], hostile);
}

#[test]
fn a_flowchart_has_groups_and_arrows() {
    let mut diagram = services(&[1, 1], &[(0, 1)]);
    diagram.nodes[1].family = Family::Data;
    assert_eq!(
        mermaid(&diagram),
        "---\ntitle: \"Made up\"\n---\nflowchart LR\n  subgraph g0[\"service0\"]\n    \
         n0[\"part0<br/><small>Function</small>\"]\n  end\n  subgraph g1[\"service1\"]\n    \
         n1[(\"part0<br/><small>Function</small>\")]\n  end\n  n0 -->|\"read, write\"| n1\n"
    );
}
