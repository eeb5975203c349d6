//! Symbols, folds and selections.

use ci_ide::folding::{FoldKind, folds};
use ci_ide::selection::selection;
use ci_ide::symbols::{DeclaredSymbol, Sort, document_symbols, workspace_symbols};
use tower_lsp_server::ls_types::{
    DocumentSymbol, DocumentSymbolResponse, FoldingRange, FoldingRangeKind, Position, SelectionRange,
    SymbolInformation, SymbolKind, SymbolTag, WorkspaceSymbolResponse,
};

use crate::view::{LineCache, View};

/// How many symbols of the workspace are shown for a word.
const MOST: usize = 256;

pub(crate) fn symbols(view: &View) -> Option<DocumentSymbolResponse> {
    let found = document_symbols(&view.snapshot, view.file?);
    if view.abilities.symbol_tree {
        let tree = found.iter().map(|symbol| nested(view, symbol)).collect();
        return Some(DocumentSymbolResponse::Nested(tree));
    }
    let mut flat = Vec::new();
    for symbol in &found {
        flat.extend(flattened(view, symbol, None));
        let inner = symbol.children.iter();
        flat.extend(inner.filter_map(|child| flattened(view, child, Some(&symbol.name))));
    }
    Some(DocumentSymbolResponse::Flat(flat))
}

#[expect(deprecated, reason = "a field of the protocol that must be filled in")]
fn nested(view: &View, symbol: &DeclaredSymbol) -> DocumentSymbol {
    let children: Vec<DocumentSymbol> = symbol.children.iter().map(|child| nested(view, child)).collect();
    DocumentSymbol {
        name: symbol.name.clone(),
        detail: Some(symbol.detail.clone()),
        kind: kind(symbol.sort),
        tags: symbol.is_deprecated.then(|| vec![SymbolTag::DEPRECATED]),
        deprecated: None,
        range: view.range(symbol.full),
        selection_range: view.range(symbol.at),
        children: (!children.is_empty()).then_some(children),
    }
}

#[expect(deprecated, reason = "a field of the protocol that must be filled in")]
fn flattened(view: &View, symbol: &DeclaredSymbol, owner: Option<&str>) -> Option<SymbolInformation> {
    Some(SymbolInformation {
        name: symbol.name.clone(),
        kind: kind(symbol.sort),
        tags: symbol.is_deprecated.then(|| vec![SymbolTag::DEPRECATED]),
        deprecated: None,
        location: view.location(symbol.at)?,
        container_name: owner.map(str::to_owned),
    })
}

/// The symbols of all projects.
pub(crate) fn workspace(view: &View, query: &str) -> WorkspaceSymbolResponse {
    let mut found = Vec::new();
    for snapshot in std::iter::once(&view.snapshot).chain(&view.others) {
        // What is known of the lines of one project is not true of another's.
        let view = View { snapshot: snapshot.clone(), lines: LineCache::default(), ..view.clone() };
        for symbol in workspace_symbols(snapshot, query, MOST) {
            let owner = symbol.detail.clone();
            found.extend(flattened(&view, &symbol, Some(&owner)));
        }
    }
    WorkspaceSymbolResponse::Flat(found)
}

fn kind(sort: Sort) -> SymbolKind {
    match sort {
        Sort::Const => SymbolKind::CONSTANT,
        Sort::Struct => SymbolKind::STRUCT,
        Sort::Enum => SymbolKind::ENUM,
        Sort::Variant => SymbolKind::ENUM_MEMBER,
        Sort::Fn => SymbolKind::FUNCTION,
        Sort::Interface => SymbolKind::INTERFACE,
        Sort::Component => SymbolKind::CLASS,
        Sort::Service => SymbolKind::MODULE,
        Sort::App => SymbolKind::PACKAGE,
        Sort::Test | Sort::Rule => SymbolKind::METHOD,
        Sort::Environment => SymbolKind::NAMESPACE,
        Sort::Resource | Sort::Instance => SymbolKind::OBJECT,
        Sort::Input | Sort::Field => SymbolKind::FIELD,
        Sort::Let => SymbolKind::VARIABLE,
        Sort::Output => SymbolKind::PROPERTY,
        Sort::Capability => SymbolKind::EVENT,
    }
}

pub(crate) fn folding(view: &View) -> Option<Vec<FoldingRange>> {
    let file = view.file?;
    let lines = view.lines(file);
    let fold = |fold: ci_ide::folding::Fold| {
        let range = lines.range(fold.range);
        let is_block = fold.kind == FoldKind::Block;
        // The line with the closing bracket stays to be seen.
        let end_line = if is_block { range.end.line.saturating_sub(1) } else { range.end.line };
        let kind = match fold.kind {
            FoldKind::Block => None,
            FoldKind::Comment => Some(FoldingRangeKind::Comment),
            FoldKind::Imports => Some(FoldingRangeKind::Imports),
        };
        (end_line > range.start.line).then(|| FoldingRange {
            start_line: range.start.line,
            end_line,
            kind,
            ..FoldingRange::default()
        })
    };
    Some(folds(&view.snapshot, file).into_iter().filter_map(fold).collect())
}

pub(crate) fn selections(view: &View, positions: &[Position]) -> Option<Vec<SelectionRange>> {
    let lines = view.lines(view.file?);
    let at = |position: &Position| {
        let cursor = view.cursor(*position)?;
        let ranges = selection(&view.snapshot, cursor);
        let mut parent: Option<Box<SelectionRange>> = None;
        for range in ranges.iter().rev() {
            parent = Some(Box::new(SelectionRange { range: lines.range(*range), parent }));
        }
        parent.map(|innermost| *innermost)
    };
    positions.iter().map(at).collect()
}
