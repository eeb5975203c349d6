//! A diagram for Graphviz.
//!
//! Must not know: coordinates, stacks.

use std::fmt::Write as _;

use crate::kinds::Family;
use crate::model::{Diagram, EdgeKind};

/// A diagram in the language DOT.
pub fn dot<L>(diagram: &Diagram<L>) -> String {
    let mut text = format!("digraph {} {{\n", quoted(&diagram.title));
    text.push_str("  rankdir=LR;\n  compound=true;\n  fontname=\"sans-serif\";\n  labelloc=t;\n");
    let _ = writeln!(text, "  label={};", quoted(&diagram.title));
    text.push_str("  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
    text.push_str("  edge [fontname=\"sans-serif\", fontsize=10];\n");
    inside(diagram, None, 1, &mut text);
    for edge in &diagram.edges {
        let style = match edge.kind {
            EdgeKind::Event => "style=bold",
            EdgeKind::Access => "style=solid",
            EdgeKind::Network => "style=dashed",
            EdgeKind::Reference => "style=dotted",
        };
        let ends = (quoted(&diagram.nodes[edge.from].id), quoted(&diagram.nodes[edge.to].id));
        let _ = writeln!(text, "  {} -> {} [label={}, {style}];", ends.0, ends.1, quoted(&edge.label));
    }
    text.push_str("}\n");
    text
}

fn inside<L>(diagram: &Diagram<L>, parent: Option<usize>, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    for node in diagram.nodes.iter().filter(|node| node.parent == parent) {
        let shape = match node.family {
            Family::Data | Family::Storage => ", shape=cylinder",
            Family::Messaging => ", shape=cds, margin=\"0.2,0.12\"",
            Family::World => ", shape=ellipse",
            _ => "",
        };
        let label = quoted(&format!("{}\n{}", node.name, node.label));
        let _ = writeln!(text, "{indent}{} [label={label}{shape}];", quoted(&node.id));
    }
    for (at, group) in diagram.groups.iter().enumerate().filter(|(_, group)| group.parent == parent) {
        let _ = writeln!(text, "{indent}subgraph {} {{", quoted(&format!("cluster {}", group.id)));
        let _ = writeln!(text, "{indent}  label={};\n{indent}  style=rounded;", quoted(&group.title()));
        inside(diagram, Some(at), depth + 1, text);
        let _ = writeln!(text, "{indent}}}");
    }
}

/// A text between quotes: of escapes DOT knows that of the quote, and in labels that of the line feed.
fn quoted(text: &str) -> String {
    let mut written = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            letter if letter.is_control() => written.push(' '),
            letter => written.push(letter),
        }
    }
    written.push('"');
    written
}
