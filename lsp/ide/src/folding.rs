//! What can be folded away: brackets over several lines, comments, runs of imports.

use ci_base::{FileId, TextRange};
use ci_project::Snapshot;
use ci_syntax::{Token, TokenKind, lex};

/// A part of a file that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From its first to its last byte, both of which stay to be seen.
    pub range: TextRange,
    /// What it is.
    pub kind: FoldKind,
}

/// What is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the protocol")]
pub enum FoldKind {
    Block,
    Comment,
    Imports,
}

/// What can be folded in a file.
pub fn folds(snapshot: &Snapshot, file: FileId) -> Vec<Fold> {
    if crate::manifest::is_manifest(snapshot, file) {
        return Vec::new();
    }
    let text = snapshot.files().text(file);
    let tokens = lex(text);
    let end = |at: usize| tokens.get(at + 1).map_or(text.len() as u32, |token| token.start);
    let is_long = |range: TextRange| range.of(text).contains('\n');
    let mut folds = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    let mut comment: Option<TextRange> = None;
    for (at, Token { kind, start, .. }) in tokens.iter().enumerate() {
        match kind {
            TokenKind::LBrace | TokenKind::LBracket | TokenKind::LParen => open.push(*start),
            TokenKind::RBrace | TokenKind::RBracket | TokenKind::RParen => {
                if let Some(from) = open.pop() {
                    let range = TextRange::new(from, *start);
                    if is_long(range) {
                        folds.push(Fold { range, kind: FoldKind::Block });
                    }
                }
            }
            TokenKind::LineComment
            | TokenKind::DocComment
            | TokenKind::ModuleDoc
            | TokenKind::BlockComment => {
                let own = TextRange::new(*start, end(at));
                comment = Some(comment.map_or(own, |so_far| so_far.cover(own)));
                continue;
            }
            TokenKind::Space => continue,
            // A line without anything ends a comment.
            TokenKind::Newline => {
                let gap = TextRange::new(*start, end(at)).of(text);
                if gap.matches('\n').count() < 2 {
                    continue;
                }
            }
            _ => {}
        }
        if let Some(range) = comment.take().filter(|range| is_long(*range)) {
            folds.push(Fold { range, kind: FoldKind::Comment });
        }
    }
    folds
        .extend(comment.filter(|range| is_long(*range)).map(|range| Fold { range, kind: FoldKind::Comment }));
    folds.extend(imports(text));
    folds.sort_by_key(|fold| (fold.range.start, fold.range.end));
    folds
}

/// Runs of imports without anything else between them.
fn imports(text: &str) -> Vec<Fold> {
    let outline = ci_syntax::outline(text);
    let mut folds: Vec<Fold> = Vec::new();
    let mut run: Option<TextRange> = None;
    for item in &outline.items {
        if item.kind == ci_syntax::ItemKind::Use {
            run = Some(run.map_or(item.range, |so_far| so_far.cover(item.range)));
        } else if let Some(range) = run.take() {
            folds.push(Fold { range, kind: FoldKind::Imports });
        }
    }
    folds.extend(run.map(|range| Fold { range, kind: FoldKind::Imports }));
    folds.retain(|fold| fold.range.of(text).contains('\n'));
    folds
}

#[cfg(test)]
mod tests;
