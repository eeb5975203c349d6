//! What stands above a declaration: how large its stack is, who reaches it, and tests to run.

use ci_base::{FileId, Span};
use ci_project::Snapshot;
use ci_sema::item::{item_span, items};
use ci_sema::name::declared_name;
use ci_sema::ty::Ty;
use ci_sema::{Db, ItemId};
use ci_syntax::ItemKind;
use ci_syntax::ast::{Keyword, MemberKind};

use crate::place::{Body, source_of};

/// How many resources a stack may have.
const MOST_RESOURCES: usize = 500;

/// Something above a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The name that it is about.
    pub at: Span,
    /// What it says.
    pub title: String,
    /// What it does when it is chosen.
    pub action: LensAction,
}

/// What is done when a lens is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LensAction {
    /// The template of the service is shown.
    ShowTemplate,
    /// It is told who may use what is called this.
    AccessTo(String),
    /// The test of this name is run.
    RunTest(String),
}

/// What stands above the declarations of a file.
pub fn lenses(snapshot: &Snapshot, file: FileId) -> Vec<Lens> {
    snapshot.attach(|db| {
        let Some(source) = source_of(db, snapshot, file) else { return Vec::new() };
        let mut found = Vec::new();
        for item in items(db, source).iter().copied() {
            let name = item_span(db, item, declared_name(ci_sema::item::item_tree(db, item)));
            match item.kind(db) {
                ItemKind::Service => {
                    found.extend(sizes(db, snapshot, item).map(|title| Lens {
                        at: name,
                        title,
                        action: LensAction::ShowTemplate,
                    }));
                    found.extend(guarded(db, item));
                }
                ItemKind::Test => {
                    let title = "run test".to_owned();
                    let action = LensAction::RunTest(item.name(db).trim_matches('"').to_owned());
                    found.push(Lens { at: name, title, action });
                }
                _ => {}
            }
        }
        found
    })
}

/// `12 resources · stack 12/500`, of the largest stack that a service becomes.
fn sizes(db: &dyn Db, snapshot: &Snapshot, service: ItemId) -> Option<String> {
    let mut largest = None;
    for (_, plan) in snapshot.plans(db) {
        for instance in plan.instances.iter().filter(|instance| instance.item(db) == service) {
            let count = ci_sema::stack(db, *instance).stack.resources.len();
            largest = largest.max(Some(count));
        }
    }
    let count = largest?;
    let word = if count == 1 { "resource" } else { "resources" };
    Some(format!("{count} {word} · stack {count}/{MOST_RESOURCES}"))
}

/// What others may be allowed to use: the things in a service that hold something or do something.
fn guarded(db: &dyn Db, service: ItemId) -> Vec<Lens> {
    let body = Body::of(db, service);
    let mut found = Vec::new();
    for (at, member) in body.tree.item.members().iter().enumerate() {
        let MemberKind::Declaration { keyword: Keyword::Let, name, .. } = member.kind else { continue };
        let is_guarded = match body.inference.members.get(at).map(|ty| ty.unwrapped().0) {
            Some(Ty::Resource(resource)) => {
                resource.0.iam_resource_type().is_some() || resource.0.name().ends_with("::Role")
            }
            Some(Ty::Unit(item)) => has_rights(db, *item),
            _ => false,
        };
        if is_guarded && !name.is_missing() {
            let text = body.source.name(name);
            found.push(Lens {
                at: body.span(name.0),
                title: "who can reach this".to_owned(),
                action: LensAction::AccessTo(format!("{}.{text}", service.name(db))),
            });
        }
    }
    found
}

/// Whether a component says which rights there are to what it holds, or takes rights itself.
fn has_rights(db: &dyn Db, item: ItemId) -> bool {
    ci_sema::signature::signature(db, item).unit().is_some_and(|unit| {
        let takes = |ty: &Ty| matches!(ty.widened(), Ty::List(of) if **of == Ty::Capability);
        unit.outputs.iter().any(|field| field.ty == Ty::Capability)
            || unit.inputs.iter().any(|field| takes(&field.ty))
    })
}

#[cfg(test)]
mod tests;
