//! What a function or method takes, while its arguments are written.

use ci_project::Snapshot;
use ci_sema::builtin::methods;
use ci_sema::infer::Resolution;
use ci_sema::item::item_doc;
use ci_sema::name::Def;
use ci_sema::signature::{Signature, signature};
use ci_syntax::ast::{Expr, ExprId};

use crate::Cursor;
use crate::describe;
use crate::place::{At, at};

/// A call that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSignature {
    /// The function with its arguments and result.
    pub label: String,
    /// What it does, Markdown.
    pub documentation: Option<String>,
    /// Where in the label each argument is, in bytes.
    pub parameters: Vec<(u32, u32)>,
    /// The argument that the cursor is in.
    pub active: u32,
}

/// The call whose parentheses the cursor is in.
pub fn signature_help(snapshot: &Snapshot, cursor: Cursor) -> Option<CallSignature> {
    snapshot.attach(|db| {
        let place = at(db, snapshot, cursor)?;
        let body = place.body;
        let around = body.exprs_near(place.offset).filter(|(_, node)| {
            matches!(node.expr, Expr::Call { .. } | Expr::MethodCall { .. })
                && node.range.start < place.offset
                && place.offset <= node.range.end
        });
        // Between the name and the parentheses no argument is written.
        let mut calls: Vec<ExprId> = around.map(|(id, _)| id).collect();
        calls.sort_by_key(|id| body.tree.range(*id).len());
        calls.into_iter().find_map(|id| of_call(&place, id))
    })
}

fn of_call(place: &At<'_>, id: ExprId) -> Option<CallSignature> {
    let body = place.body;
    let range = body.tree.range(id);
    let text = body.source.text();
    let (head, arguments) = match &body.tree[id] {
        Expr::Call { callee, arguments } => (callee.last()?.0.end, arguments),
        Expr::MethodCall { name, arguments, .. } => (name.0.end, arguments),
        _ => return None,
    };
    let open = head + ci_base::TextRange::new(head, range.end).of(text).find('(')? as u32;
    let is_closed = text.get(..range.end as usize)?.ends_with(')');
    if place.offset <= open || (is_closed && place.offset == range.end) {
        return None;
    }
    let after = |argument: &&ExprId| body.tree.range(**argument).end < place.offset;
    let mut active = arguments.iter().filter(after).count() as u32;
    // A comma that nothing follows yet.
    if let Some(last) = arguments.last().filter(|last| after(last)) {
        let between = ci_base::TextRange::new(body.tree.range(*last).end, place.offset).of(text);
        if !between.contains(',') {
            active = active.saturating_sub(1);
        }
    }
    let db = body.db;
    let (name, parameters, result, documentation) = match &body.tree[id] {
        Expr::MethodCall { receiver, name, .. } => {
            let of = body.ty(*receiver).unwrapped().0;
            let found = methods(of).into_iter().find(|method| method.name == body.source.name(*name))?;
            let shown = describe::method(db, of, &found);
            let (head, rest) = shown.split_once('(')?;
            let (inside, result) = rest.rsplit_once(") -> ")?;
            let parameters = split(inside);
            (head.to_owned(), parameters, result.to_owned(), Some(found.doc.to_owned()))
        }
        _ => match body.inference.resolutions.get(&id)? {
            Resolution::Def(Def::Builtin(function)) => {
                let (parameters, _, result) = function.signature();
                let shown = parameters.iter().map(|(name, ty)| format!("{name}: {}", ty.display(db)));
                let doc = crate::symbol::builtin_doc(*function).to_owned();
                let name = function.name().to_owned();
                (name, shown.collect(), result.display(db).to_string(), Some(doc))
            }
            Resolution::Def(Def::Item(item)) => {
                let Signature::Fn(parameters, result) = signature(db, *item) else { return None };
                let shown = parameters.iter().map(|known| describe::field(db, known)).collect();
                let name = item.name(db).to_string();
                (name, shown, result.display(db).to_string(), item_doc(db, *item))
            }
            _ => return None,
        },
    };
    let mut label = format!("{name}(");
    let mut places = Vec::new();
    for (at, parameter) in parameters.iter().enumerate() {
        if at > 0 {
            label.push_str(", ");
        }
        let start = label.len() as u32;
        label.push_str(parameter);
        places.push((start, label.len() as u32));
    }
    label.push_str(") -> ");
    label.push_str(&result);
    Some(CallSignature { label, documentation, parameters: places, active })
}

/// At commas that are in no brackets.
fn split(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut depth = 0_i32;
    let mut in_bars = false;
    let mut current = String::new();
    for character in text.chars() {
        match character {
            '<' | '{' | '(' => depth += 1,
            '>' | '}' | ')' => depth -= 1,
            '|' => in_bars = !in_bars,
            ',' if depth == 0 && !in_bars => {
                found.push(current.trim().to_owned());
                current.clear();
                continue;
            }
            _ => {}
        }
        current.push(character);
    }
    if !current.trim().is_empty() {
        found.push(current.trim().to_owned());
    }
    found
}

#[cfg(test)]
mod tests;
