//! Files cut into items that keep their identity while their text changes.
//!
//! An edit re-cuts its file, and every item whose text stayed the same stops the change there: what is computed
//! from an item depends on the item's text and on nothing else of the file.

use std::sync::Arc;

use ci_base::{Span, TextRange};
use ci_syntax::ast::ItemTree;
use ci_syntax::{ItemSource, Outline, outline, parse_item};

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

/// The items of a file in source order, each with its position in the outline.
#[salsa::tracked]
pub fn items(db: &dyn Db, file: SourceFile) -> Arc<[ItemId]> {
    let mut found: Vec<ItemId> = Vec::new();
    let mut ordinals = rustc_hash::FxHashMap::default();
    for item in &file_outline(db, file).items {
        let name: Arc<str> = item.name.as_deref().unwrap_or_default().into();
        let ordinal = ordinals.entry((item.kind, Arc::clone(&name))).or_insert(0_u32);
        found.push(ItemId::new(db, file, item.kind, name, *ordinal));
        *ordinal += 1;
    }
    found.into()
}

/// Where in its file an item stands. Only diagnostics may depend on it.
pub fn item_range(db: &dyn Db, item: ItemId) -> TextRange {
    let file = item.file(db);
    let at = items(db, file).iter().position(|other| *other == item);
    at.map_or(TextRange::default(), |at| file_outline(db, file).items[at].range)
}

/// The place in the file of a range that counts from the start of an item.
pub fn item_span(db: &dyn Db, item: ItemId, range: TextRange) -> Span {
    Span { file: item.file(db).id(db), range: range.shifted(item_range(db, item).start) }
}

/// The text of an item; of an item that is gone, an empty text.
#[salsa::tracked]
pub fn item_source(db: &dyn Db, item: ItemId) -> ItemSource {
    let file = item.file(db);
    let at = items(db, file).iter().position(|other| *other == item);
    at.map_or_else(ItemSource::default, |at| file_outline(db, file).items[at].source.clone())
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
