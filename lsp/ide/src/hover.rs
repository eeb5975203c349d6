//! What is shown about the name or value under the mouse.

use ci_base::{Span, TextRange};
use ci_project::Snapshot;
use ci_sema::signature::{Signature, signature};
use ci_sema::ty::Ty;
use ci_syntax::ast::Expr;

use crate::Cursor;
use crate::describe;
use crate::occurrence::{Occurrence, occurrences_near};
use crate::place::{At, Body, at};
use crate::symbol::Symbol;

/// What is known of the text at a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The text it is about.
    pub at: Span,
    /// Markdown.
    pub text: String,
}

/// What is known of the text at a cursor.
pub fn hover(snapshot: &Snapshot, cursor: Cursor) -> Option<Hover> {
    snapshot.attach(|db| {
        if crate::manifest::is_manifest(snapshot, cursor.file) {
            return crate::manifest::hover(db, snapshot, cursor);
        }
        let place = at(db, snapshot, cursor)?;
        let all = occurrences_near(db, place.body.item, place.offset);
        let touched = all.iter().filter(|found| found.range.touches(place.offset) && !found.range.is_empty());
        // Of a shorthand the property says more than the value.
        let found = touched.max_by_key(|found| (found.range.start, found.expr.is_none()));
        match found {
            Some(found) => named(&place, found, &all),
            None => value(&place),
        }
    })
}

fn named(place: &At<'_>, found: &Occurrence, all: &[Occurrence]) -> Option<Hover> {
    let body = place.body;
    let bound;
    let ty = match &found.symbol {
        // The type of a name that is bound is that of its uses; nobody may use it, though.
        Symbol::Local(item, at) => {
            let uses =
                || all.iter().filter(|other| other.symbol == found.symbol).find_map(|other| other.expr);
            bound = if *item == body.item { local(&body, *at) } else { None };
            found.expr.or_else(uses).map(|id| body.ty(id)).or(bound.as_ref())
        }
        Symbol::Method(_) => {
            let receiver = body.exprs_near(place.offset).find_map(|(_, node)| match &node.expr {
                Expr::MethodCall { receiver, name, .. } if name.0 == found.range => Some(*receiver),
                _ => None,
            });
            receiver.map(|receiver| body.ty(receiver).unwrapped().0)
        }
        _ => found.expr.map(|id| body.ty(id)),
    };
    let text = describe::symbol(body.db, &found.symbol, ty)?;
    Some(Hover { at: body.span(found.range), text })
}

/// The type of a name by what binds it: its value, what a loop goes through, its declaration.
fn local(body: &Body<'_>, at: TextRange) -> Option<Ty> {
    if let Signature::Fn(parameters, _) = signature(body.db, body.item) {
        let name = at.of(body.source.text());
        if let Some(parameter) = parameters.iter().find(|parameter| *parameter.name == *name) {
            return Some(parameter.ty.clone());
        }
    }
    body.exprs_near(at.start).find_map(|(_, node)| match &node.expr {
        Expr::Block { bindings, .. } => {
            let binding = bindings.iter().find(|binding| binding.name.0 == at)?;
            Some(body.ty(binding.value).clone())
        }
        Expr::For { first, second, iterable, .. } => {
            let is_element = second.unwrap_or(*first).0 == at;
            let is_key = second.is_some() && first.0 == at;
            match body.ty(*iterable).widened() {
                Ty::List(of) if is_element => Some((**of).clone()),
                Ty::Map(of) if is_element => Some((**of).clone()),
                Ty::List(_) if is_key => Some(Ty::Int),
                Ty::Map(_) if is_key => Some(Ty::String),
                _ => None,
            }
        }
        _ => None,
    })
}

/// A value that is no name: what it is.
fn value(place: &At<'_>) -> Option<Hover> {
    let body = place.body;
    let id = body.expr_at(place.offset)?;
    let range = body.tree.range(id);
    let ty = body.ty(id);
    let text = match &body.tree[id] {
        Expr::Duration(seconds) => format!("{seconds} seconds"),
        Expr::Size(bytes) => format!("{bytes} bytes"),
        Expr::Int(number) if range.of(body.source.text()) != number.to_string() => number.to_string(),
        // What a whole block is worth is not asked for where only its text is under the mouse.
        Expr::Record { .. }
        | Expr::Block { .. }
        | Expr::List(_)
        | Expr::If { .. }
        | Expr::Match { .. }
        | Expr::For { .. }
        | Expr::Statement { .. }
        | Expr::Missing => return None,
        _ if ty.is_error() => return None,
        _ => String::new(),
    };
    Some(Hover { at: body.span(range), text: describe::code(&ty.display(body.db).to_string(), &text) })
}

#[cfg(test)]
mod tests;
