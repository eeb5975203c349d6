//! Adding what a record must have.

use std::fmt::Write as _;

use ci_base::TextRange;
use ci_sema::infer::Resolution;
use ci_sema::name::Def;
use ci_sema::signature::{Field, Signature, signature};
use ci_sema::ty::{NodeType, Ty};
use ci_syntax::ast::{Entry, Expr};

use super::{Action, ActionKind, written};
use crate::TextEdit;
use crate::expected::expected;
use crate::place::At;
use crate::shape::{Shape, required};
use crate::wiring::provider_of;

enum Missing {
    Properties(Vec<(&'static str, NodeType)>),
    Fields(Vec<Field>),
}

/// Adds to the innermost record around the cursor what it must have and has not.
pub(super) fn add_required(place: &At<'_>) -> Option<Action> {
    let body = &place.body;
    let records = body
        .exprs()
        .filter(|(_, node)| matches!(node.expr, Expr::Record { .. }) && node.range.touches(place.offset));
    let (id, node) = records.min_by_key(|(_, node)| node.range.len())?;
    let Expr::Record { entries, path } = &node.expr else { return None };
    let mut given = Vec::new();
    for entry in entries {
        match *entry {
            Entry::Field { name, quoted, .. } => given.push(body.source.entry_name(name, quoted)),
            // What comes from elsewhere may have it.
            Entry::Spread(_) | Entry::Error => return None,
            Entry::Computed { .. } => {}
        }
    }
    let is_given = |name: &str| given.iter().any(|known| known == name);
    let properties = |node: NodeType| {
        let wanted = required(node, "").into_iter().filter(|(name, _)| !is_given(name));
        Missing::Properties(wanted.map(|(name, id)| (name, NodeType { id, ..node })).collect())
    };
    let fields = |fields: &[Field]| {
        let wanted = fields.iter().filter(|field| !field.optional && !is_given(&field.name));
        Missing::Fields(wanted.cloned().collect())
    };
    let of_item = |item| match signature(body.db, item) {
        Signature::Unit(unit) => fields(&unit.inputs),
        other => fields(other.fields()),
    };
    let missing = match (path, body.inference.resolutions.get(&id)) {
        (Some(_), Some(Resolution::Def(Def::Resource(resource)))) => {
            properties(NodeType { resource: *resource, id: resource.0.root() })
        }
        (Some(_), Some(Resolution::Def(Def::Item(item)))) => of_item(*item),
        (Some(_), _) => return None,
        (None, _) => {
            let ty = match body.ty(id) {
                Ty::Error => expected(body, id)?,
                ty => ty.clone(),
            };
            match ty.unwrapped().0.widened() {
                Ty::Node(node) => properties(*node),
                Ty::Struct(item) | Ty::Interface(item) => of_item(*item),
                _ => return None,
            }
        }
    };
    let text = written(place, node.range);
    let close = text.ends_with('}').then(|| node.range.end - 1)?;
    let line = {
        let file = place.file.text(body.db);
        let start = body.span(node.range).range.start as usize;
        file.get(..start)?.rsplit('\n').next().unwrap_or_default()
    };
    let indent = line.len() - line.trim_start_matches(' ').len();
    let mut shape = Shape::new(false, indent + 4);
    let mut names = Vec::new();
    let mut put = |shape: &mut Shape, name: &str| {
        names.push(format!("`{name}`"));
        let _ = write!(shape.text, "{}{name}: ", " ".repeat(indent + 4));
    };
    match &missing {
        Missing::Properties(wanted) => {
            for (name, node) in wanted {
                put(&mut shape, name);
                shape.value(*node, name, name, 2);
                shape.text.push_str(",\n");
            }
        }
        Missing::Fields(wanted) => {
            for field in wanted {
                put(&mut shape, &field.name);
                let provider = match field.ty {
                    Ty::Interface(interface) if field.needed => provider_of(body, interface, id),
                    _ => None,
                };
                match provider {
                    Some(provider) => shape.text.push_str(&provider),
                    None => shape.of_type(body.db, &field.ty, &field.name),
                }
                shape.text.push_str(",\n");
            }
        }
    }
    if names.is_empty() {
        return None;
    }
    // Everything between the last entry and the brace is laid out anew.
    let inside = TextRange::new(node.range.start, close);
    let kept = written(place, inside).trim_end();
    let from = node.range.start + kept.len() as u32;
    let comma = if kept.ends_with('{') || kept.ends_with(',') { "" } else { "," };
    let new = format!("{comma}\n{}{}", shape.text, " ".repeat(indent));
    let title = if names.len() == 1 {
        format!("Add {}", names[0])
    } else {
        format!("Add what is required: {}", names.join(", "))
    };
    Some(Action {
        title,
        kind: ActionKind::Fix,
        edits: vec![TextEdit { at: body.span(TextRange::new(from, close)), text: new }],
        mends: None,
        is_preferred: true,
    })
}
