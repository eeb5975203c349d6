//! Writing a right in the words of the standard library: `dynamodb::read(table)` for the statement that it stands for.

use std::collections::BTreeSet;

use ci_sema::Program;
use ci_sema::infer::Resolution;
use ci_sema::item::items;
use ci_sema::name::{Def, modules, resolve};
use ci_sema::signature::{Signature, signature};
use ci_sema::ty::Ty;
use ci_syntax::ItemKind;
use ci_syntax::ast::{Effect, Expr, ExprId};

use super::{Action, ActionKind};
use crate::TextEdit;
use crate::completion::import_edit;
use crate::place::{At, Body};

/// The innermost statement around an offset that allows actions on resources and says nothing else: it, and the two.
pub(super) fn right_at(body: &Body<'_>, offset: u32) -> Option<(ExprId, ExprId, ExprId)> {
    let around = body
        .exprs()
        .filter(|(_, node)| matches!(node.expr, Expr::Statement { .. }) && node.range.touches(offset));
    let (id, node) = around.min_by_key(|(_, node)| node.range.len())?;
    match node.expr {
        Expr::Statement {
            effect: Effect::Allow,
            actions,
            resources: Some(resources),
            principals: None,
            conditions: None,
        } => Some((id, actions, resources)),
        _ => None,
    }
}

/// Replaces the statement at the cursor by the verb that allows the same actions on the same resource.
pub(super) fn use_verb(place: &At<'_>) -> Option<Action> {
    let body = &place.body;
    let (id, actions, resources) = right_at(body, place.offset)?;
    // A verb is a right, which goes where rights do: into a list of them, not into a policy of a resource.
    let in_rights = body.exprs().any(|(list, node)| {
        matches!(&node.expr, Expr::List(items) if items.iter().any(|item| item.value == id))
            && crate::expected::expected(body, list)
                .is_some_and(|ty| matches!(ty.widened(), Ty::List(of) if **of == Ty::Capability))
    });
    if !in_rights {
        return None;
    }
    let wanted = actions_of(body, actions)?;
    let (resource, name) = only_arn(body, resources)?;
    let std = Program::try_get(body.db)?.std(body.db);
    for (module, file) in modules(body.db, std).iter().filter(|(module, _)| module.starts_with("verbs::")) {
        for item in items(body.db, *file).iter().filter(|item| item.kind(body.db) == ItemKind::Fn) {
            let Signature::Fn(parameters, Ty::Capability) = signature(body.db, *item) else { continue };
            let [parameter] = parameters.as_slice() else { continue };
            if parameter.ty != Ty::Resource(resource) || given(&Body::of(body.db, *item)) != wanted {
                continue;
            }
            let service = module.trim_start_matches("verbs::");
            let verb = format!("{service}::{}({name})", item.name(body.db));
            let mut edits = vec![TextEdit { at: body.span(body.tree.range(id)), text: verb.clone() }];
            match resolve(body.db, place.file, &[service]) {
                Ok(Def::Module(known)) if known == *file => {}
                Ok(_) => return None,
                Err(_) => edits.push(import_edit(body.db, place.file, &format!("std::{module}"))),
            }
            return Some(Action {
                title: format!("Use `{verb}`"),
                kind: ActionKind::Rewrite,
                edits,
                mends: None,
                is_preferred: false,
            });
        }
    }
    None
}

/// The actions that an expression names; nothing where it is not written out.
pub(super) fn actions_of(body: &Body<'_>, id: ExprId) -> Option<BTreeSet<String>> {
    match &body.tree[id] {
        Expr::Path(_) => match body.inference.resolutions.get(&id)? {
            Resolution::Def(Def::Action(service, name)) => {
                Some(BTreeSet::from([format!("{service}:{name}")]))
            }
            _ => None,
        },
        Expr::PathGroup { names, .. } => match body.inference.resolutions.get(&id)? {
            Resolution::Def(Def::ActionService(service)) => {
                Some(names.iter().map(|name| format!("{service}:{}", body.source.name(*name))).collect())
            }
            _ => None,
        },
        Expr::List(items) => {
            let mut all = BTreeSet::new();
            for item in items {
                all.extend(actions_of(body, item.value)?);
            }
            Some(all)
        }
        _ => None,
    }
}

/// The resource whose ARN alone a statement is about, and the text that names it.
fn only_arn<'db>(body: &Body<'db>, id: ExprId) -> Option<(ci_sema::ty::ResourceType, &'db str)> {
    let inner = match &body.tree[id] {
        Expr::List(items) => match &items[..] {
            [only] if !only.spread => only.value,
            _ => return None,
        },
        _ => id,
    };
    let Expr::Field { base, name, .. } = body.tree[inner] else { return None };
    let Ty::Resource(resource) = body.ty(base) else { return None };
    let is_arn = resource.0.own_arn() == Some(body.source.name(name));
    is_arn.then(|| (*resource, body.tree.range(base).of(body.source.text())))
}

/// The actions that a verb gives on the resource itself.
pub(super) fn given(body: &Body<'_>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (_, node) in body.exprs() {
        if let Expr::Statement { actions, .. } = node.expr {
            all.extend(actions_of(body, actions).unwrap_or_default());
        }
    }
    all
}
