//! A diagram for programs: what is in it, where it is, and where the source says so.
//!
//! Must not know: stacks, colours.

use serde_json::{Value, json as value};

use crate::layout::{Layout, Point, Rect};
use crate::model::{Diagram, Source};
use crate::svg::path;

/// A diagram as JSON, with a line feed at the end. Fields are only ever added.
pub fn json(diagram: &Diagram<Source>, layout: &Layout) -> String {
    let mut text = serde_json::to_string_pretty(&document(diagram, layout)).unwrap_or_default();
    text.push('\n');
    text
}

fn document(diagram: &Diagram<Source>, layout: &Layout) -> Value {
    let group_id = |group: Option<usize>| group.map(|at| diagram.groups[at].id.as_str());
    let groups = diagram.groups.iter().zip(&layout.groups).map(|(group, rect)| {
        value!({
            "id": group.id,
            "name": group.name,
            "kind": group.kind.name(),
            "parent": group_id(group.parent),
            "at": group.at.as_ref().map(source),
            "box": rectangle(rect),
        })
    });
    let nodes = diagram.nodes.iter().zip(&layout.nodes).map(|(node, rect)| {
        let parts = node.parts.iter().map(|part| {
            value!({
                "stack": part.stack,
                "logicalId": part.logical_id,
                "path": part.path,
                "type": part.resource_type,
            })
        });
        value!({
            "id": node.id,
            "name": node.name,
            "label": node.label,
            "family": node.family.name(),
            "kind": node.kind.name(),
            "parent": group_id(node.parent),
            "at": node.at.as_ref().map(source),
            "box": rectangle(rect),
            "resources": parts.collect::<Vec<Value>>(),
        })
    });
    let edges = diagram.edges.iter().zip(&layout.edges).map(|(edge, route)| {
        value!({
            "id": edge.id,
            "from": diagram.nodes[edge.from].id,
            "to": diagram.nodes[edge.to].id,
            "kind": edge.kind.name(),
            "label": edge.label,
            "at": edge.at.iter().map(source).collect::<Vec<Value>>(),
            "points": route.points.iter().map(|Point { x, y }| value!([x, y])).collect::<Vec<Value>>(),
            "path": path(route),
            "labelBox": route.label.as_ref().map(rectangle),
        })
    });
    value!({
        "version": 1,
        "title": diagram.title,
        "description": diagram.description,
        "width": layout.width,
        "height": layout.height,
        "groups": groups.collect::<Vec<Value>>(),
        "nodes": nodes.collect::<Vec<Value>>(),
        "edges": edges.collect::<Vec<Value>>(),
        "notes": diagram.notes,
    })
}

fn source(at: &Source) -> Value {
    value!({
        "file": at.file,
        "line": at.start.0,
        "column": at.start.1,
        "endLine": at.end.0,
        "endColumn": at.end.1,
    })
}

fn rectangle(rect: &Rect) -> Value {
    value!({ "x": rect.x, "y": rect.y, "width": rect.width, "height": rect.height })
}
