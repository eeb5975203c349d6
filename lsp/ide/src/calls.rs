//! Which units and functions make or call which: a hierarchy over components.

use std::collections::BTreeMap;

use ci_base::{Span, TextRange};
use ci_project::Snapshot;
use ci_sema::item::{item_range, item_span, item_tree, items};
use ci_sema::{Db, ItemId};
use ci_syntax::ItemKind;
use ci_syntax::ast::Expr;

use crate::Cursor;
use crate::occurrence::{Occurrence, occurrences, symbol_at};
use crate::place::{at, own_sources, source_of};
use crate::symbol::{Symbol, item_word};

/// A component, service, app, function or test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Its name.
    pub name: String,
    /// The word that declares it.
    pub detail: String,
    /// Whether it is a function or test rather than something that is made.
    pub is_function: bool,
    /// All of it.
    pub full: Span,
    /// Its name.
    pub at: Span,
}

/// Someone who makes or calls, or is made or called, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The other one.
    pub caller: Caller,
    /// Where it is named: in the other one for incoming calls, in this one for outgoing ones.
    pub at: Vec<Span>,
}

/// What is named at a cursor, or around it.
pub fn prepare(snapshot: &Snapshot, cursor: Cursor) -> Option<Caller> {
    snapshot.attach(|db| {
        let named = symbol_at(db, snapshot, cursor).and_then(|(_, found)| match found.symbol {
            Symbol::Item(item) => Some(item),
            _ => None,
        });
        let item = named.or_else(|| Some(at(db, snapshot, cursor)?.body.item))?;
        is_caller(db, item).then(|| caller(db, item))
    })
}

/// Who makes or calls it.
pub fn incoming(snapshot: &Snapshot, of: Span) -> Vec<Call> {
    snapshot.attach(|db| {
        let Some(wanted) = item_named(db, snapshot, of) else { return Vec::new() };
        let mut found = Vec::new();
        for file in own_sources(db, snapshot) {
            for item in items(db, file).iter().copied().filter(|item| is_caller(db, *item)) {
                let at: Vec<Span> = uses(db, item)
                    .into_iter()
                    .filter(|(used, _)| *used == wanted)
                    .map(|(_, range)| item_span(db, item, range))
                    .collect();
                if !at.is_empty() {
                    found.push(Call { caller: caller(db, item), at });
                }
            }
        }
        found
    })
}

/// What it makes or calls.
pub fn outgoing(snapshot: &Snapshot, of: Span) -> Vec<Call> {
    snapshot.attach(|db| {
        let Some(item) = item_named(db, snapshot, of) else { return Vec::new() };
        let mut order = Vec::new();
        let mut found: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
        for (used, range) in uses(db, item) {
            let at = order.iter().position(|known| *known == used).unwrap_or_else(|| {
                order.push(used);
                order.len() - 1
            });
            found.entry(at).or_default().push(item_span(db, item, range));
        }
        let calls = order.into_iter().zip(found.into_values());
        calls.map(|(used, at)| Call { caller: caller(db, used), at }).collect()
    })
}

fn is_caller(db: &dyn Db, item: ItemId) -> bool {
    matches!(
        item.kind(db),
        ItemKind::Component | ItemKind::Service | ItemKind::App | ItemKind::Fn | ItemKind::Test
    )
}

fn caller(db: &dyn Db, item: ItemId) -> Caller {
    let name = ci_sema::name::declared_name(item_tree(db, item));
    Caller {
        name: item.name(db).trim_matches('"').to_owned(),
        detail: item_word(item.kind(db)).to_owned(),
        is_function: matches!(item.kind(db), ItemKind::Fn | ItemKind::Test),
        full: item_span(db, item, TextRange::new(0, item_range(db, item).len())),
        at: item_span(db, item, name),
    }
}

/// The item whose name is at a place.
fn item_named(db: &dyn Db, snapshot: &Snapshot, at: Span) -> Option<ItemId> {
    let file = source_of(db, snapshot, at.file)?;
    let (item, _) = crate::place::item_at(db, file, at.range.start)?;
    is_caller(db, item).then_some(item)
}

/// The units that an item makes and the functions that it calls, with the names.
fn uses(db: &dyn Db, item: ItemId) -> Vec<(ItemId, TextRange)> {
    let tree = item_tree(db, item);
    let heads: Vec<TextRange> = tree
        .exprs
        .iter()
        .filter_map(|node| match &node.expr {
            Expr::Record { path: Some(path), .. } => path.last().map(|name| name.0),
            Expr::Call { callee, .. } => callee.last().map(|name| name.0),
            _ => None,
        })
        .collect();
    let used = |found: Occurrence| match found.symbol {
        Symbol::Item(used) if heads.contains(&found.range) && is_caller(db, used) => {
            Some((used, found.range))
        }
        _ => None,
    };
    occurrences(db, item).into_iter().filter_map(used).collect()
}

#[cfg(test)]
mod tests;
