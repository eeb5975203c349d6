//! What a program is made of, as a picture whose elements lead to the source; and how one picture becomes another.
//!
//! Must not know: how boxes are found and where they go, which is the compiler's business.

pub mod patch;

use ci_base::{Diagnostic, Severity, Span, did_you_mean};
use ci_project::{DiagramQuestion, Drawing, Element, Layer, Snapshot, drawing};

use self::patch::Piece;

/// A picture of a target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// What is to be seen; what it shows has its name in `data-id`.
    pub drawing: Option<Drawing>,
    /// Why there is none, or why it may lack something.
    pub problem: Option<String>,
    /// Where each element was written, by its name: boxes, groups and arrows, in this order.
    pub places: Vec<(String, Span)>,
}

/// The picture that answers a question, of a program in which `findings` are wrong.
pub fn diagram(snapshot: &Snapshot, question: &DiagramQuestion, findings: &[Diagnostic]) -> Picture {
    let errors = findings.iter().filter(|found| found.severity == Severity::Error).count();
    let report = snapshot.drawn(question);
    let Some(target) = report.target else {
        let problem = match (&question.service, report.diagnostics.first()) {
            (_, Some(found)) => found.message.clone(),
            (Some(service), None) if !report.known.is_empty() => {
                let near = did_you_mean(service, report.known.iter().map(String::as_str));
                let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                format!("there is no service `{service}`{near}")
            }
            _ if errors > 0 => format!("nothing can be drawn: there {}", are(errors)),
            _ => {
                "there is nothing to draw: the program has no app and no service that stands alone".to_owned()
            }
        };
        return Picture { problem: Some(problem), ..Picture::default() };
    };
    let diagram = &target.diagram;
    let nodes = diagram.nodes.iter().map(|node| (&node.id, node.at));
    let groups = diagram.groups.iter().map(|group| (&group.id, group.at));
    let edges = diagram.edges.iter().map(|edge| (&edge.id, edge.at.first().copied()));
    let places = nodes.chain(groups).chain(edges).filter_map(|(id, at)| Some((id.clone(), at?)));
    let problem = (errors > 0).then(|| format!("what has errors may be missing: there {}", are(errors)));
    Picture { drawing: Some(drawing(diagram, &target.layout)), problem, places: places.collect() }
}

/// By its layer and the name of what it shows, to the right and down.
impl Piece for Element {
    type Key<'a> = (Layer, &'a str);
    type Way = (f64, f64);

    fn key(&self) -> Self::Key<'_> {
        Self::key(self)
    }

    fn way_to(&self, later: &Self) -> Option<Self::Way> {
        Self::way_to(self, later)
    }
}

fn are(errors: usize) -> String {
    if errors == 1 { "is one error".to_owned() } else { format!("are {errors} errors") }
}

#[cfg(test)]
mod tests;
