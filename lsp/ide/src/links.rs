//! Texts that are files: paths of imports, and what `text("…")` and its like read.

use camino::Utf8PathBuf;
use ci_base::{FileId, Span, TextRange};
use ci_project::Snapshot;
use ci_sema::builtin::Builtin;
use ci_sema::infer::Resolution;
use ci_sema::item::items;
use ci_sema::name::Def;
use ci_syntax::ast::Expr;

use crate::occurrence::occurrences;
use crate::place::{Body, source_of};
use crate::symbol::Symbol;

/// A text that leads somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The text.
    pub at: Span,
    /// Where it leads.
    pub to: LinkTarget,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// A source.
    Source(FileId),
    /// A file or directory, relative to the root of the project.
    Path(Utf8PathBuf),
}

/// The links of a file.
pub fn links(snapshot: &Snapshot, file: FileId) -> Vec<Link> {
    snapshot.attach(|db| {
        let Some(source) = source_of(db, snapshot, file) else { return Vec::new() };
        let mut found = Vec::new();
        for item in items(db, source).iter() {
            let body = Body::of(db, *item);
            if item.kind(db) == ci_syntax::ItemKind::Use {
                for place in occurrences(db, *item) {
                    let word = place.range.of(body.source.text());
                    // What stands for wherever one is leads nowhere else.
                    if matches!(word, "crate" | "self" | "super") {
                        continue;
                    }
                    if let Symbol::Def(Def::Module(module)) = place.symbol {
                        let to = LinkTarget::Source(module.id(db));
                        found.push(Link { at: body.span(place.range), to });
                    }
                }
                continue;
            }
            for (id, node) in body.exprs() {
                let Expr::Call { arguments, .. } = &node.expr else { continue };
                let [argument] = arguments[..] else { continue };
                let reads = matches!(
                    body.inference.resolutions.get(&id),
                    Some(Resolution::Def(Def::Builtin(
                        Builtin::Text | Builtin::Json | Builtin::Yaml | Builtin::Archive
                    )))
                );
                if !reads || body.tree[argument] != Expr::String {
                    continue;
                }
                let path = body.source.string(body.tree, argument).into_owned();
                let range = body.tree.range(argument);
                let inside = TextRange::new(range.start + 1, range.end.saturating_sub(1));
                found.push(Link { at: body.span(inside), to: LinkTarget::Path(path.into()) });
            }
        }
        found
    })
}

#[cfg(test)]
mod tests;
