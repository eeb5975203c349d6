//! Everywhere that something is named.

use ci_base::Span;
use ci_project::Snapshot;
use ci_sema::item::{item_source, items};
use ci_sema::name::Def;
use ci_sema::ty::resource_path;
use ci_sema::{Db, ItemId, Program, SourceFile};

use crate::Cursor;
use crate::occurrence::{Occurrence, occurrences, symbol_at};
use crate::place::own_sources;
use crate::symbol::Symbol;

/// A place where something is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name.
    pub at: Span,
    /// Whether it is declared there.
    pub declares: bool,
}

/// All places in the project that name what is named at a cursor, in the order of the files.
pub fn references(snapshot: &Snapshot, cursor: Cursor) -> Option<Vec<Reference>> {
    snapshot.attach(|db| {
        let (_, found) = symbol_at(db, snapshot, cursor)?;
        let all = everywhere(db, snapshot, &found.symbol);
        Some(all.into_iter().map(|(item, found)| reference(db, item, &found)).collect())
    })
}

/// The places in the file of the cursor.
pub fn highlights(snapshot: &Snapshot, cursor: Cursor) -> Option<Vec<Reference>> {
    snapshot.attach(|db| {
        let (place, found) = symbol_at(db, snapshot, cursor)?;
        let all = in_file(db, place.file, &found.symbol, &words(db, snapshot, &found.symbol));
        Some(all.into_iter().map(|(item, found)| reference(db, item, &found)).collect())
    })
}

fn reference(db: &dyn Db, item: ItemId, found: &Occurrence) -> Reference {
    Reference { at: ci_sema::item::item_span(db, item, found.range), declares: found.declares }
}

/// All names for a symbol in the sources of the project, and where it is declared if that is elsewhere.
pub(crate) fn everywhere(db: &dyn Db, snapshot: &Snapshot, symbol: &Symbol) -> Vec<(ItemId, Occurrence)> {
    if let Symbol::Local(item, _) = symbol {
        return in_item(db, *item, symbol);
    }
    let words = words(db, snapshot, symbol);
    let declared = symbol.item().map(|item| item.file(db));
    let std = Program::try_get(db).map(|program| program.std(db));
    let std = std.map(|std| std.files(db).iter().copied().filter(|file| Some(*file) == declared));
    let files = own_sources(db, snapshot).chain(std.into_iter().flatten());
    files.flat_map(|file| in_file(db, file, symbol, &words)).collect()
}

fn in_file(db: &dyn Db, file: SourceFile, symbol: &Symbol, words: &[String]) -> Vec<(ItemId, Occurrence)> {
    let has = |text: &str| words.iter().any(|word| text.contains(&**word));
    // Most files, and most items of the others, do not have the word at all.
    if !has(file.text(db)) {
        return Vec::new();
    }
    let items = items(db, file).iter().filter(|item| has(item_source(db, **item).text()));
    items.flat_map(|item| in_item(db, *item, symbol)).collect()
}

fn in_item(db: &dyn Db, item: ItemId, symbol: &Symbol) -> Vec<(ItemId, Occurrence)> {
    let all = occurrences(db, item).into_iter();
    all.filter(|found| found.symbol == *symbol).map(|found| (item, found)).collect()
}

/// The words by which a symbol may be named: its own name. Of what has several spellings, the rarest.
fn words(db: &dyn Db, snapshot: &Snapshot, symbol: &Symbol) -> Vec<String> {
    let word = match symbol {
        Symbol::Property(_, name) => (*name).to_owned(),
        Symbol::Attribute(_, name) => name.split('.').next().unwrap_or_default().to_owned(),
        Symbol::Method(name) | Symbol::Marker(name) => name.clone(),
        Symbol::Def(def) => match def {
            Def::Resource(resource) => {
                resource_path(resource.0.name()).rsplit("::").next().unwrap_or_default().to_owned()
            }
            Def::Action(_, name) => (*name).to_owned(),
            Def::ActionService(name) => return vec![(*name).to_owned(), name.replace('-', "_")],
            Def::Builtin(function) => function.name().rsplit("::").next().unwrap_or_default().to_owned(),
            Def::Type(ty) => ty.name().to_owned(),
            Def::Module(file) => file.module(db).rsplit("::").next().unwrap_or_default().to_owned(),
            Def::Folder(_, path) | Def::Namespace(path) => {
                path.rsplit("::").next().unwrap_or_default().to_owned()
            }
            Def::Item(_) | Def::Variant(..) | Def::ActionServices | Def::Pseudo(_) => String::new(),
        },
        _ => {
            // The name of a test is a text.
            let name = symbol.name(db, snapshot).unwrap_or_default();
            name.trim_matches('"').to_owned()
        }
    };
    vec![word]
}

#[cfg(test)]
mod tests;
