//! Where a name is declared, and where its type is.

use ci_base::Span;
use ci_project::Snapshot;
use ci_sema::Db;
use ci_sema::ty::Ty;

use crate::occurrence::{occurrences_near, symbol_at};
use crate::symbol::Symbol;
use crate::{Cursor, Target};

/// Where what the name at a cursor stands for is declared: the name, and the places. Of a shorthand both, its value first.
pub fn definition(snapshot: &Snapshot, cursor: Cursor) -> Option<(Span, Vec<Target>)> {
    snapshot.attach(|db| {
        if crate::manifest::is_manifest(snapshot, cursor.file) {
            return crate::manifest::definition(db, snapshot, cursor);
        }
        let (place, found) = symbol_at(db, snapshot, cursor)?;
        let mut targets: Vec<Target> = found.symbol.target(db).into_iter().collect();
        if found.shorthand {
            let others = occurrences_near(db, place.body.item, place.offset);
            let others = others.iter().filter(|other| other.range == found.range);
            targets
                .extend(others.filter(|other| **other != found).filter_map(|other| other.symbol.target(db)));
        }
        (!targets.is_empty()).then(|| (place.body.span(found.range), targets))
    })
}

/// Where the type of the value at a cursor is declared.
pub fn type_definition(snapshot: &Snapshot, cursor: Cursor) -> Option<(Span, Vec<Target>)> {
    snapshot.attach(|db| {
        let (place, found) = symbol_at(db, snapshot, cursor)?;
        let target = match &found.symbol {
            Symbol::Member(item, at) => {
                let ty = ci_sema::infer::infer(db, *item).members.get(*at as usize).cloned();
                let ty = ty.or_else(|| field_type(db, &found.symbol))?;
                declared(db, &ty)?
            }
            Symbol::Variant(item, _) => Symbol::Item(*item).target(db)?,
            _ => declared(db, place.body.ty(found.expr?))?,
        };
        Some((place.body.span(found.range), vec![target]))
    })
}

fn field_type(db: &dyn Db, symbol: &Symbol) -> Option<Ty> {
    let Symbol::Member(item, at) = symbol else { return None };
    let fields = ci_sema::signature::signature(db, *item).fields();
    fields.get(*at as usize).map(|field| field.ty.clone())
}

/// Where a type is declared, looking into lists and options.
fn declared(db: &dyn Db, ty: &Ty) -> Option<Target> {
    match ty.unwrapped().0.widened() {
        Ty::Struct(item) | Ty::Enum(item) | Ty::Interface(item) | Ty::Unit(item) => {
            Symbol::Item(*item).target(db)
        }
        Ty::List(of) | Ty::Map(of) | Ty::Every(of) | Ty::Secret(of) => declared(db, of),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
