//! Hovers, and where things are.

use ci_base::Span;
use ci_ide::links::LinkTarget;
use ci_ide::{Target, definition, hover, links, references};
use tower_lsp_server::ls_types::{
    DocumentHighlight, DocumentHighlightKind, DocumentLink, GotoDefinitionResponse, Hover, HoverContents,
    Location, Position,
};

use crate::convert::markdown;
use crate::paths::uri_of;
use crate::view::View;

pub(crate) fn hover(view: &View, position: Position) -> Option<Hover> {
    let found = hover::hover(&view.snapshot, view.cursor(position)?)?;
    Some(Hover { contents: HoverContents::Markup(markdown(found.text)), range: Some(view.range(found.at)) })
}

pub(crate) fn definition(view: &View, position: Position) -> Option<GotoDefinitionResponse> {
    targets(view, definition::definition(&view.snapshot, view.cursor(position)?)?)
}

pub(crate) fn type_definition(view: &View, position: Position) -> Option<GotoDefinitionResponse> {
    targets(view, definition::type_definition(&view.snapshot, view.cursor(position)?)?)
}

fn targets(view: &View, (_, targets): (Span, Vec<Target>)) -> Option<GotoDefinitionResponse> {
    let locations: Vec<Location> = targets.iter().filter_map(|target| view.location(target.name)).collect();
    (!locations.is_empty()).then_some(GotoDefinitionResponse::Array(locations))
}

pub(crate) fn references(view: &View, position: Position, with_declaration: bool) -> Option<Vec<Location>> {
    let found = references::references(&view.snapshot, view.cursor(position)?)?;
    let wanted = found.iter().filter(|found| with_declaration || !found.declares);
    Some(wanted.filter_map(|found| view.location(found.at)).collect())
}

pub(crate) fn highlights(view: &View, position: Position) -> Option<Vec<DocumentHighlight>> {
    let found = references::highlights(&view.snapshot, view.cursor(position)?)?;
    let highlight = |found: &references::Reference| DocumentHighlight {
        range: view.range(found.at),
        kind: Some(if found.declares { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
    };
    Some(found.iter().map(highlight).collect())
}

pub(crate) fn document_links(view: &View) -> Option<Vec<DocumentLink>> {
    let found = links::links(&view.snapshot, view.file?);
    let link = |link: &links::Link| {
        let target = match &link.to {
            LinkTarget::Source(file) => view.uri(*file),
            LinkTarget::Path(path) => uri_of(&view.snapshot.shown_root().join(path)),
        };
        Some(DocumentLink { range: view.range(link.at), target: Some(target?), tooltip: None, data: None })
    };
    Some(found.iter().filter_map(link).collect())
}
