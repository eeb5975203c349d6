//! What stands at a cursor: the item, its tree and types, and the tokens around.
//!
//! Must not know: what a feature makes of it.

use ci_base::{FileId, Span, TextRange};
use ci_project::Snapshot;
use ci_sema::infer::{Inference, infer};
use ci_sema::item::{item_range, item_source, item_span, item_tree, items};
use ci_sema::{Db, ItemId, Program, SourceFile};
use ci_syntax::ast::{Expr, ExprId, ExprNode, ItemTree, Member, MemberKind};
use ci_syntax::{ItemSource, Token, TokenKind};

use crate::Cursor;
use crate::symbol::members;

/// The source with this number, of the project or of the standard library.
pub(crate) fn source_of(db: &dyn Db, snapshot: &Snapshot, file: FileId) -> Option<SourceFile> {
    let std = Program::try_get(db).map(|program| program.std(db));
    let packages = snapshot.packages().iter().copied().chain(std);
    packages.flat_map(|package| package.files(db).iter().copied()).find(|source| source.id(db) == file)
}

/// The sources of all packages but the standard library.
pub(crate) fn own_sources<'db>(
    db: &'db dyn Db,
    snapshot: &'db Snapshot,
) -> impl Iterator<Item = SourceFile> + 'db {
    snapshot.packages().iter().flat_map(move |package| package.files(db).iter().copied())
}

/// Whether a source is of the standard library, which nobody edits.
pub(crate) fn is_std(db: &dyn Db, file: SourceFile) -> bool {
    Program::try_get(db).is_some_and(|program| program.std(db) == file.package(db))
}

/// An item, and what is known of it.
#[derive(Clone, Copy)]
pub(crate) struct Body<'db> {
    pub db: &'db dyn Db,
    pub item: ItemId,
    pub source: &'db ItemSource,
    pub tree: &'db ItemTree,
    pub inference: &'db Inference,
}

impl<'db> Body<'db> {
    pub fn of(db: &'db dyn Db, item: ItemId) -> Self {
        Self {
            db,
            item,
            source: item_source(db, item),
            tree: item_tree(db, item),
            inference: infer(db, item),
        }
    }

    pub fn span(&self, range: TextRange) -> Span {
        item_span(self.db, self.item, range)
    }

    pub fn ty(&self, id: ExprId) -> &'db ci_sema::ty::Ty {
        self.inference.types.get(id.0 as usize).unwrap_or(&ci_sema::ty::Ty::Error)
    }

    /// Every expression with its number.
    pub fn exprs(&self) -> impl Iterator<Item = (ExprId, &'db ExprNode)> {
        self.tree.exprs.iter().enumerate().map(|(at, node)| (ExprId(at as u32), node))
    }

    /// The expressions of the members that an offset touches, and maybe more: all whose text touches it are among them.
    ///
    /// Expressions are numbered as they are read, so that those of a member follow each other; of ten thousand members those
    /// of one or two are looked at.
    pub fn exprs_near(&self, offset: u32) -> impl Iterator<Item = (ExprId, &'db ExprNode)> + use<'db> {
        let members = members(&self.tree.item);
        let first = members.partition_point(|member| member.range.end < offset);
        let touched = members[first..].iter().take_while(|member| member.range.start <= offset).count();
        let all = self.tree.exprs.len();
        let (start, end) = if touched == 0 {
            (0, all)
        } else {
            let (before, from) = (&members[..first], &members[first + touched - 1..]);
            // What was not understood has no root, but may have parts.
            let start = before.iter().rev().find_map(last_expr).map_or(0, |last| last.0 as usize + 1);
            let end = from.iter().find_map(last_expr).map_or(all, |last| last.0 as usize + 1);
            (start, end.max(start))
        };
        let exprs = self.tree.exprs.get(start..end).unwrap_or_default();
        exprs.iter().enumerate().map(move |(at, node)| (ExprId((start + at) as u32), node))
    }

    /// The innermost expression whose text the offset touches.
    pub fn expr_at(&self, offset: u32) -> Option<ExprId> {
        // Children come before their parents, so that of equal ranges the first is the inner one.
        self.exprs_near(offset)
            .filter(|(_, node)| node.range.touches(offset))
            .min_by_key(|(id, node)| (node.range.len(), id.0))
            .map(|(id, _)| id)
    }

    /// The innermost expression with something between brackets in which the offset is.
    pub fn container_at(&self, offset: u32) -> Option<ExprId> {
        let is_inside = |range: TextRange| range.start < offset && offset < range.end;
        let holds = |expr: &Expr, range: TextRange| match expr {
            Expr::Record { path, .. } => {
                // Before the brace stands the path.
                let open = path.as_ref().and_then(|path| path.last()).map_or(range.start, |last| last.0.end);
                offset > open
            }
            Expr::Block { .. }
            | Expr::List(_)
            | Expr::Call { .. }
            | Expr::MethodCall { .. }
            | Expr::Match { .. } => true,
            _ => false,
        };
        self.exprs_near(offset)
            .filter(|(_, node)| is_inside(node.range) && holds(&node.expr, node.range))
            .min_by_key(|(id, node)| (node.range.len(), id.0))
            .map(|(id, _)| id)
    }
}

/// The expression of a member that is read last.
fn last_expr(member: &Member) -> Option<ExprId> {
    match member.kind {
        MemberKind::Declaration { value, .. } => value,
        MemberKind::Assert { condition, message } | MemberKind::Require { condition, message } => {
            Some(message.unwrap_or(condition))
        }
        MemberKind::Environment { settings, .. } => Some(settings),
        MemberKind::Error => None,
    }
}

/// A cursor in an item.
#[derive(Clone, Copy)]
pub(crate) struct At<'db> {
    pub body: Body<'db>,
    pub file: SourceFile,
    /// Counted from the start of the item.
    pub offset: u32,
}

/// The item at a cursor.
pub(crate) fn at<'db>(db: &'db dyn Db, snapshot: &Snapshot, cursor: Cursor) -> Option<At<'db>> {
    let file = source_of(db, snapshot, cursor.file)?;
    let (item, range) = item_at(db, file, cursor.offset)?;
    Some(At { body: Body::of(db, item), file, offset: cursor.offset - range.start })
}

/// The item that an offset is in or touches.
pub(crate) fn item_at(db: &dyn Db, file: SourceFile, offset: u32) -> Option<(ItemId, TextRange)> {
    let ranges = items(db, file).iter().map(|item| (*item, item_range(db, *item)));
    ranges.filter(|(_, range)| range.touches(offset)).max_by_key(|(_, range)| range.start)
}

/// Tokens of an item around an offset.
impl<'db> At<'db> {
    pub fn tokens(&self) -> &'db [Token] {
        self.body.source.tokens()
    }

    /// The token that the offset is in, or that ends there.
    pub fn token_before(&self) -> Option<usize> {
        let after = self.tokens().partition_point(|token| token.start < self.offset);
        after.checked_sub(1)
    }

    pub fn token_range(&self, at: usize) -> TextRange {
        self.body.source.token_range(at)
    }

    pub fn kind(&self, at: usize) -> TokenKind {
        self.tokens()[at].kind
    }

    /// The last token before `at` that is neither white space nor comment.
    pub fn significant_before(&self, at: usize) -> Option<usize> {
        (0..at).rev().find(|at| !self.kind(*at).is_trivia())
    }

    pub fn text(&self, at: usize) -> &'db str {
        self.token_range(at).of(self.body.source.text())
    }
}

#[cfg(test)]
mod tests;
