//! A diagram for Mermaid: a flowchart that GitHub and others draw in documents.
//!
//! Must not know: coordinates, stacks.

use std::fmt::Write as _;

use crate::kinds::Family;
use crate::model::{Diagram, EdgeKind, Node};

/// A diagram as a flowchart.
pub fn mermaid<L>(diagram: &Diagram<L>) -> String {
    let mut text = format!("---\ntitle: {}\n---\nflowchart LR\n", quoted_yaml(&diagram.title));
    inside(diagram, None, 1, &mut text);
    for edge in &diagram.edges {
        let arrow = match edge.kind {
            EdgeKind::Event => "==>",
            EdgeKind::Access => "-->",
            EdgeKind::Network => "--o",
            EdgeKind::Reference => "-.->",
        };
        let label =
            if edge.label.is_empty() { String::new() } else { format!("|\"{}\"|", escaped(&edge.label)) };
        let _ = writeln!(text, "  n{} {arrow}{label} n{}", edge.from, edge.to);
    }
    text
}

fn inside<L>(diagram: &Diagram<L>, parent: Option<usize>, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    for (at, node) in diagram.nodes.iter().enumerate().filter(|(_, node)| node.parent == parent) {
        let _ = writeln!(text, "{indent}n{at}{}", shape(node));
    }
    for (at, group) in diagram.groups.iter().enumerate().filter(|(_, group)| group.parent == parent) {
        let _ = writeln!(text, "{indent}subgraph g{at}[\"{}\"]", escaped(&group.title()));
        inside(diagram, Some(at), depth + 1, text);
        let _ = writeln!(text, "{indent}end");
    }
}

fn shape<L>(node: &Node<L>) -> String {
    let words = format!("\"{}<br/><small>{}</small>\"", escaped(&node.name), escaped(&node.label));
    match node.family {
        Family::Data | Family::Storage => format!("[({words})]"),
        Family::Messaging => format!("[/{words}/]"),
        Family::World => format!("(({words}))"),
        Family::Edge => format!("{{{{{words}}}}}"),
        _ => format!("[{words}]"),
    }
}

/// A text between quotes: Mermaid reads entities there, written with `#`.
fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' => written.push_str("#quot;"),
            '#' => written.push_str("#35;"),
            '<' => written.push_str("#lt;"),
            '>' => written.push_str("#gt;"),
            '&' => written.push_str("#amp;"),
            '`' => written.push_str("#96;"),
            letter if letter.is_control() => written.push(' '),
            letter => written.push(letter),
        }
    }
    written
}

fn quoted_yaml(text: &str) -> String {
    let safe: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("\"{}\"", safe.replace('\\', "\\\\").replace('"', "\\\""))
}
