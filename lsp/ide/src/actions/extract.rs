//! Giving a value a name, and putting it back where the name was.

mod service;
mod unit;

use ci_base::{Span, TextRange};
use ci_catalog::Kinds;
use ci_project::Snapshot;
use ci_sema::ty::{NodeType, Ty};
use ci_syntax::ast::{Entry, Expr, ExprId, Item, Keyword, MemberKind, UnitKind};

use super::{Action, ActionKind, written};
use crate::TextEdit;
use crate::expected::{children, expected};
use crate::place::At;
use crate::references::everywhere;
use crate::rename::{line_of, makes};
use crate::shape::snake;
use crate::symbol::{Symbol, member_named};

use unit::written_type;

pub(super) use service::service;
pub(super) use unit::component;

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
    let declare = |title: String, declaration: String| Action {
        title,
        kind: ActionKind::Extract,
        edits: vec![
            TextEdit::insert(file, offset, format!("{declaration}\n{indent}")),
            TextEdit { at: body.span(range), text: name.clone() },
        ],
        mends: None,
        is_preferred: false,
    };
    let mut found = Vec::new();
    // What is made gets its name from where it stands.
    if !makes(ty) {
        found.push(declare(format!("Extract into let `{name}`"), format!("let {name} = {text};")));
    }
    for shown in input_types(place, id) {
        let title = format!("Extract into input `{name}: {shown}`");
        found.push(declare(title, format!("input {name}: {shown} = {text};")));
    }
    found
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

/// The types that an input for a value may have, from one that takes nearly anything to what the place of the value takes:
/// `String`, `"PAY_PER_REQUEST" | "PROVISIONED"`.
fn input_types(place: &At<'_>, id: ExprId) -> Vec<String> {
    let body = &place.body;
    let any = match body.tree[id] {
        Expr::List(_) | Expr::Record { path: None, .. } => "Json".to_owned(),
        _ => String::new(),
    };
    let Some(as_it_is) = written_out(place, id) else { return Vec::new() };
    let wanted = expected(body, id).and_then(|ty| match ty.unwrapped().0 {
        Ty::Node(node) => of_property(*node),
        ty @ (Ty::Texts(_) | Ty::Narrowed(..)) => Some(ty.display(body.db).to_string()),
        ty => written_type(body.db, place.file, ty),
    });
    let mut types = Vec::new();
    for ty in [any, as_it_is].into_iter().chain(wanted) {
        if !ty.is_empty() && !types.contains(&ty) {
            types.push(ty);
        }
    }
    types
}

/// The type of a value that is literals all the way: what an input has where none is given is known to everybody.
fn written_out(place: &At<'_>, id: ExprId) -> Option<String> {
    let body = &place.body;
    Some(match &body.tree[id] {
        Expr::String => "String".to_owned(),
        Expr::Int(_) => "Int".to_owned(),
        Expr::Float(_) => "Float".to_owned(),
        Expr::Bool(_) => "Bool".to_owned(),
        Expr::Duration(_) => "Duration".to_owned(),
        Expr::Size(_) => "Size".to_owned(),
        Expr::List(items) => {
            let types = items.iter().map(|item| written_out(place, item.value).filter(|_| !item.spread));
            let types = types.collect::<Option<Vec<_>>>()?;
            let first = types.first().filter(|first| types.iter().all(|ty| ty == *first));
            format!("List<{}>", first.map_or("Json", |first| first))
        }
        Expr::Record { path: None, entries } => {
            let fields = entries.iter().map(|entry| match *entry {
                Entry::Field { name, quoted: false, value, shorthand: false } => {
                    Some(format!("{}: {}", body.source.name(name), written_out(place, value)?))
                }
                _ => None,
            });
            format!("{{ {} }}", fields.collect::<Option<Vec<_>>>()?.join(", "))
        }
        _ => return None,
    })
}

/// What a property takes, where that is more than a sort of value.
fn of_property(ty: NodeType) -> Option<String> {
    let (node, kinds) = (ty.node(), ty.kinds());
    let shown = Ty::Node(ty);
    if kinds.contains(Kinds::STRING) && !node.enum_values.is_empty() {
        let texts: Vec<String> = node.enum_values.iter().map(|text| format!("{text:?}")).collect();
        return Some(texts.join(" | "));
    }
    if kinds.contains(Kinds::STRING) && !node.references.is_empty() {
        return None;
    }
    let range = |min: Option<i64>, max: Option<i64>| {
        let number = |bound: Option<i64>| bound.map_or(String::new(), |bound| bound.to_string());
        (min.is_some() || max.is_some()).then(|| format!("<{}..={}>", number(min), number(max)))
    };
    let whole = |bound: Option<f64>| bound.filter(|bound| bound.fract() == 0.0).map(|bound| bound as i64);
    let length = |bound: Option<u64>| bound.and_then(|bound| i64::try_from(bound).ok());
    match shown.unwrapped().0 {
        Ty::Node(_) if kinds == Kinds::INTEGER => {
            range(whole(node.minimum), whole(node.maximum)).map(|range| format!("Int{range}"))
        }
        Ty::Node(_) if kinds == Kinds::STRING => {
            range(length(node.min_length), length(node.max_length)).map(|range| format!("String{range}"))
        }
        _ => None,
    }
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
