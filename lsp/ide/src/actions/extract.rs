//! Giving a value a name, and putting it back where the name was.

use ci_base::{Span, TextRange};
use ci_project::Snapshot;
use ci_sema::ty::Ty;
use ci_syntax::ast::{Entry, Expr, ExprId, Item, Keyword, MemberKind, UnitKind};

use super::{Action, ActionKind, written};
use crate::TextEdit;
use crate::expected::children;
use crate::place::At;
use crate::references::everywhere;
use crate::rename::{line_of, makes};
use crate::shape::snake;
use crate::symbol::{Symbol, member_named};

/// Makes the selected value a `let`, and one that is written out an `input`, of the unit.
pub(super) fn extract(place: &At<'_>, snapshot: &Snapshot, selected: TextRange) -> Vec<Action> {
    let body = &place.body;
    let Item::Unit { kind, members, .. } = &body.tree.item else { return Vec::new() };
    let start = body.span(TextRange::empty(0)).range.start;
    let Some(id) = chosen(place, selected, start) else { return Vec::new() };
    let range = body.tree.range(id);
    let Some(member) =
        members.iter().find(|member| member.range.start <= range.start && range.end <= member.range.end)
    else {
        return Vec::new();
    };
    // What the value of a member is as a whole has a name already.
    let is_whole = matches!(member.kind, MemberKind::Declaration { value: Some(value), .. } if value == id);
    if is_whole || uses_locals(place, id) || matches!(kind, UnitKind::App) {
        return Vec::new();
    }
    let Some((file, offset, indent)) = line_of(body.db, snapshot, body.item, member) else {
        return Vec::new();
    };
    let name = free_name(place, id);
    let text = written(place, range);
    let ty = body.ty(id);
    let declare = |word: &str, declaration: String| Action {
        title: format!("Extract into {word} `{name}`"),
        kind: ActionKind::Extract,
        edits: vec![
            TextEdit::insert(file, offset, format!("{declaration}\n{indent}")),
            TextEdit { at: body.span(range), text: replacement(place, id, &name) },
        ],
        mends: None,
        is_preferred: false,
    };
    let mut found = Vec::new();
    // What is made gets its name from where it stands.
    if !makes(ty) {
        found.push(declare("let", format!("let {name} = {text};")));
    }
    if let Some(shown) = input_type(place, id) {
        found.push(declare("input", format!("input {name}: {shown} = {text};")));
    }
    found
}

/// What replaces the value: its new name. Of an entry that has it already, the name alone.
fn replacement(_place: &At<'_>, _id: ExprId, name: &str) -> String {
    name.to_owned()
}

/// The expression that is selected; without a selection, a value that is written out at the cursor.
fn chosen(place: &At<'_>, selected: TextRange, start: u32) -> Option<ExprId> {
    let body = &place.body;
    if selected.is_empty() {
        let id = body.expr_at(place.offset)?;
        return is_literal(&body.tree[id]).then_some(id);
    }
    let own = TextRange::new(selected.start - start.min(selected.start), selected.end.saturating_sub(start));
    let text = written(place, own);
    let from = own.start + (text.len() - text.trim_start().len()) as u32;
    let to = own.end - (text.len() - text.trim_end().len()) as u32;
    let wanted = TextRange::new(from, to);
    let found = body.exprs().find(|(_, node)| node.range == wanted && !matches!(node.expr, Expr::Missing));
    found.map(|(id, _)| id)
}

fn is_literal(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::String | Expr::Int(_) | Expr::Float(_) | Expr::Bool(_) | Expr::Duration(_) | Expr::Size(_)
    )
}

fn input_type(place: &At<'_>, id: ExprId) -> Option<&'static str> {
    Some(match place.body.tree[id] {
        Expr::String => "String",
        Expr::Int(_) => "Int",
        Expr::Float(_) => "Float",
        Expr::Bool(_) => "Bool",
        Expr::Duration(_) => "Duration",
        Expr::Size(_) => "Size",
        _ => return None,
    })
}

/// Whether an expression uses names that only its place has: of a loop, a closure, a block.
fn uses_locals(place: &At<'_>, id: ExprId) -> bool {
    let body = &place.body;
    let is_local = matches!(body.inference.resolutions.get(&id), Some(ci_sema::infer::Resolution::Local));
    is_local || children(&body.tree[id]).into_iter().any(|child| uses_locals(place, child))
}

/// A name that nothing in the unit has: after the entry that the value is of.
fn free_name(place: &At<'_>, id: ExprId) -> String {
    let body = &place.body;
    let entry = body.exprs().find_map(|(_, node)| match &node.expr {
        Expr::Record { entries, .. } => entries.iter().find_map(|entry| match *entry {
            Entry::Field { name, quoted, value, .. } if value == id => {
                Some(body.source.entry_name(name, quoted).into_owned())
            }
            _ => None,
        }),
        _ => None,
    });
    let is_name = |name: &str| matches!(ci_syntax::lex(name).as_slice(), [token] if token.kind == ci_syntax::TokenKind::Ident);
    let base =
        entry.map(|name| snake(&name)).filter(|name| is_name(name)).unwrap_or_else(|| "value".to_owned());
    let is_taken = |name: &str| {
        member_named(body.db, body.item, name).is_some()
            || ci_sema::name::resolve(body.db, place.file, &[name]).is_ok()
    };
    let mut name = base.clone();
    let mut number = 2;
    while is_taken(&name) {
        name = format!("{base}_{number}");
        number += 1;
    }
    name
}

/// Puts the value of a `let` where its name stands, and takes the `let` away.
pub(super) fn inline(place: &At<'_>, snapshot: &Snapshot) -> Option<Action> {
    let body = &place.body;
    let found = crate::occurrence::occurrence_at(body.db, body.item, place.offset)?;
    let Symbol::Member(item, at) = found.symbol else { return None };
    if item != body.item || found.shorthand {
        return None;
    }
    let (Keyword::Let, member) = found.symbol.member(body.db)? else { return None };
    let MemberKind::Declaration { name, value: Some(value), .. } = member.kind else { return None };
    let ty = body.inference.members.get(at as usize)?;
    if !member.attributes.is_empty() || makes(ty) || matches!(ty, Ty::Error) {
        return None;
    }
    let text = written(place, body.tree.range(value));
    let is_simple = !matches!(
        body.tree[value],
        Expr::Binary { .. }
            | Expr::If { .. }
            | Expr::Match { .. }
            | Expr::For { .. }
            | Expr::Range { .. }
            | Expr::With { .. }
            | Expr::Statement { .. }
    );
    let new = if is_simple { text.to_owned() } else { format!("({text})") };
    let uses = everywhere(body.db, snapshot, &found.symbol);
    let mut edits = Vec::new();
    for (of, used) in uses.iter().filter(|(_, used)| !used.declares) {
        // Tests read it by its name.
        if *of != item || used.expr.is_none() {
            return None;
        }
        let text = if used.shorthand { format!("{}: {new}", written(place, name.0)) } else { new.clone() };
        edits.push(TextEdit { at: body.span(used.range), text });
    }
    if edits.is_empty() {
        return None;
    }
    edits.push(TextEdit { at: whole_line(place, snapshot, member.range), text: String::new() });
    Some(Action {
        title: format!("Inline `{}`", written(place, name.0)),
        kind: ActionKind::Inline,
        edits,
        mends: None,
        is_preferred: false,
    })
}

/// A member with its line, where nothing else is on it.
fn whole_line(place: &At<'_>, snapshot: &Snapshot, range: TextRange) -> Span {
    let at = place.body.span(range);
    let text = snapshot.files().text(at.file);
    let (start, mut end) = (at.range.start as usize, at.range.end as usize);
    // The semicolon is not part of the member where it only separates.
    if text[end..].starts_with(';') {
        end += 1;
    }
    let before = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let is_alone = text[before..start].trim().is_empty();
    let after = &text[end..];
    let rest = after.find('\n').map_or(after, |at| &after[..at]);
    if is_alone && rest.trim().is_empty() {
        let end = end + rest.len() + usize::from(after.len() > rest.len());
        return Span { file: at.file, range: TextRange::new(before as u32, end as u32) };
    }
    Span { file: at.file, range: TextRange::new(start as u32, end as u32) }
}
