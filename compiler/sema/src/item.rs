//! Files cut into items that keep their identity while their text changes.
//!
//! An edit re-cuts its file, and every item whose text stayed the same stops the change there: what is computed
//! from an item depends on the item's text and on nothing else of the file.

use std::sync::Arc;

use ci_base::{Span, TextRange};
use ci_syntax::ast::ItemTree;
use ci_syntax::{ItemSource, Outline, OutlineItem, outline, parse_item};
use rustc_hash::FxHashMap;

pub use ci_syntax::ItemKind;

use crate::{Db, SourceFile};

/// An item of a source file.
///
/// Never collected, so that it can stand in values without the database's lifetime: a session makes one per name
/// ever declared.
#[salsa::interned(unsafe(no_lifetime), revisions = usize::MAX, debug)]
pub struct ItemId {
    /// Its file.
    #[returns(copy)]
    pub file: SourceFile,
    /// What it declares.
    #[returns(copy)]
    pub kind: ItemKind,
    /// Its name; empty for imports and damaged text.
    pub name: Arc<str>,
    /// Tells items of the same kind and name apart, in the order of the file.
    #[returns(copy)]
    pub ordinal: u32,
}

/// The file cut into items. Changes with every edit; read it through the queries below.
#[salsa::tracked(no_eq)]
pub fn file_outline(db: &dyn Db, file: SourceFile) -> Outline {
    outline(file.text(db))
}

/// The items of a file in the order of its outline.
#[salsa::tracked]
pub fn items(db: &dyn Db, file: SourceFile) -> Arc<[ItemId]> {
    let mut found: Vec<ItemId> = Vec::new();
    let mut ordinals = FxHashMap::default();
    for item in &file_outline(db, file).items {
        let name: Arc<str> = item.name.as_deref().unwrap_or_default().into();
        let ordinal = ordinals.entry((item.kind, Arc::clone(&name))).or_insert(0_u32);
        found.push(ItemId::new(db, file, item.kind, name, *ordinal));
        *ordinal += 1;
    }
    found.into()
}

/// Where in the outline of a file each of its items is. Looking through the list for every item would take a file of
/// many items forever.
#[salsa::tracked]
fn positions(db: &dyn Db, file: SourceFile) -> FxHashMap<ItemId, usize> {
    items(db, file).iter().enumerate().map(|(at, item)| (*item, at)).collect()
}

/// The item as its file's outline has it; nothing when it is gone.
fn outlined(db: &dyn Db, item: ItemId) -> Option<&OutlineItem> {
    let file = item.file(db);
    let at = *positions(db, file).get(&item)?;
    file_outline(db, file).items.get(at)
}

/// Where in its file an item stands. Only diagnostics may depend on it.
pub fn item_range(db: &dyn Db, item: ItemId) -> TextRange {
    outlined(db, item).map_or(TextRange::default(), |item| item.range)
}

/// The place in the file of a range that counts from the start of an item.
pub fn item_span(db: &dyn Db, item: ItemId, range: TextRange) -> Span {
    Span { file: item.file(db).id(db), range: range.shifted(item_range(db, item).start) }
}

/// The text of an item; of an item that is gone, an empty text.
#[salsa::tracked]
pub fn item_source(db: &dyn Db, item: ItemId) -> ItemSource {
    outlined(db, item).map_or_else(ItemSource::default, |item| item.source.clone())
}

/// The syntax tree of an item.
#[salsa::tracked(no_eq)]
pub fn item_tree(db: &dyn Db, item: ItemId) -> ItemTree {
    parse_item(item_source(db, item))
}

/// Whether a part of an item's text was not understood: what seems to be missing in it may be there.
#[salsa::tracked(returns(copy))]
pub fn is_damaged(db: &dyn Db, item: ItemId) -> bool {
    !item_tree(db, item).errors.is_empty()
}

/// The documentation comment of an item.
pub fn item_doc(db: &dyn Db, item: ItemId) -> Option<String> {
    item_source(db, item).item_doc()
}
