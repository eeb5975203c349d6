//! From the path of a resource back to the declarations that lead to it: `uploads.bucket` to the `let uploads` of a
//! service and the `let bucket` of the component that it is an instance of.
//!
//! Names are followed through types, without evaluating anything.

use ci_base::{Span, TextRange};
use ci_graph::Origin;
use ci_syntax::ast::{Expr, MemberKind};

use super::plan::{ServiceInstance, whole_stack};
use crate::infer::infer;
use crate::item::{item_source, item_span, item_tree};
use crate::signature::attribute;
use crate::ty::Ty;
use crate::{Db, ItemId, Package, Program};

/// A declaration on the way to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The unit it belongs to.
    pub unit: ItemId,
    /// Its position among the members of the unit.
    pub member: u32,
    /// How much of the path leads there.
    pub end: usize,
    /// What it makes, if that is an instance of a unit.
    pub makes: Option<ItemId>,
}

/// The declarations that lead to a resource of a stack of `root`, outermost first, as far as names tell.
pub fn trail(db: &dyn Db, root: ItemId, path: &str) -> Vec<Step> {
    let mut found = Vec::new();
    let mut within = Some(root);
    let mut rest: Option<Ty> = None;
    let mut end = 0;
    for segment in path.split('.') {
        end += segment.len() + usize::from(end > 0);
        let ty = match (rest.take(), within) {
            // A key, of what a loop made or a record holds.
            (Some(Ty::List(of) | Ty::Map(of)), _) => (*of).clone(),
            (Some(Ty::Record(fields)), _) => {
                let field = fields.iter().find(|(name, _)| &**name == segment);
                field.map_or(Ty::Error, |(_, ty)| ty.clone())
            }
            (None, Some(unit)) => {
                let Some(member) = member_named(db, unit, segment) else { return found };
                let ty = infer(db, unit).members.get(member as usize).cloned().unwrap_or(Ty::Error);
                found.push(Step { unit, member, end, makes: None });
                ty
            }
            _ => return found,
        };
        within = None;
        match ty.unwrapped().0 {
            Ty::Unit(unit) => {
                within = Some(*unit);
                if let Some(last) = found.last_mut() {
                    (last.makes, last.end) = (Some(*unit), end);
                }
            }
            ty @ (Ty::List(_) | Ty::Map(_) | Ty::Record(_)) => rest = Some(ty.clone()),
            _ => return found,
        }
    }
    found
}

/// The innermost declaration of a package on the way to a resource: the item it is in and the place of its name.
pub(super) fn declared_by(
    db: &dyn Db,
    trail: &[Step],
    package: Option<Package>,
) -> Option<(ItemId, TextRange)> {
    let step = trail.iter().rev().find(|step| Some(step.unit.file(db).package(db)) == package)?;
    let member = item_tree(db, step.unit).item.members().get(step.member as usize)?;
    match member.kind {
        MemberKind::Declaration { name, .. } => Some((step.unit, name.0)),
        _ => None,
    }
}

/// Where the program itself has a resource that a library wrote: `None` where `origin` is the program's own.
pub fn chosen_at(db: &dyn Db, instance: ServiceInstance, origin: Origin, path: &str) -> Option<Span> {
    let own = Program::try_get(db).map(|program| program.root(db));
    let written = whole_stack(db, instance).items.get(origin.item as usize)?;
    if Some(written.file(db).package(db)) == own {
        return None;
    }
    declared_at(db, instance.item(db), path)
}

/// Where the program itself declares what a path leads to: the innermost of its declarations on the way there.
pub fn declared_at(db: &dyn Db, root: ItemId, path: &str) -> Option<Span> {
    let own = Program::try_get(db).map(|program| program.root(db));
    let (item, range) = declared_by(db, &trail(db, root, path), own)?;
    Some(item_span(db, item, range))
}

/// The member of this name, or of this former name.
fn member_named(db: &dyn Db, unit: ItemId, name: &str) -> Option<u32> {
    let (source, tree) = (item_source(db, unit), item_tree(db, unit));
    let members = tree.item.members();
    let is = |at: &usize| match members[*at].kind {
        MemberKind::Declaration { name: own, .. } => source.name(own) == name,
        _ => false,
    };
    let was = |at: &usize| {
        let former = attribute(source, &members[*at].attributes, "formerly");
        let former = former.and_then(|former| former.arguments.first()).map(|argument| argument.value);
        former.is_some_and(|value| tree[value] == Expr::String && source.string(tree, value) == name)
    };
    let all = 0..members.len();
    all.clone().find(is).or_else(|| all.clone().find(was)).map(|at| at as u32)
}
