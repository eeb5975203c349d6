//! What could be imported where a name is missing, and where an import is written.
//!
//! Must not know: what else a file may do about a name.

use std::sync::Arc;

use ci_base::{Diagnostic, Edit, Span, TextRange, did_you_mean};

use crate::item::{ItemKind, item_range, items};
use crate::name::{module_items, modules};
use crate::ty::resource_path;
use crate::{Db, ItemId, Package, Program, SourceFile};

/// Something that a file could import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The name that it would have.
    pub name: Arc<str>,
    /// What is imported: `std::compute::Function`.
    pub path: String,
}

/// What other packages and files may import of a package: its items and its modules, without its name before them.
#[salsa::tracked]
fn offered(db: &dyn Db, package: Package) -> Vec<(Offer, Sort)> {
    let is_std = Program::try_get(db).is_some_and(|program| program.std(db) == package);
    let mut found = Vec::new();
    for (module, file) in modules(db, package).iter() {
        // A package of rules offers no names.
        if file.subjects(db).is_some_and(|subjects| !subjects.is_empty()) {
            continue;
        }
        if !module.is_empty() {
            let own = module.rsplit("::").next().unwrap_or(module);
            found.push((Offer { name: own.into(), path: module.to_string() }, Sort::Module));
        }
        for (name, item) in module_items(db, *file).iter() {
            let sort = match item.kind(db) {
                ItemKind::Enum => Sort::Enum,
                // Verbs are called through their modules, and other functions of the library are its own.
                ItemKind::Fn if is_std => continue,
                _ => Sort::Other,
            };
            let path = if module.is_empty() { name.to_string() } else { format!("{module}::{name}") };
            found.push((Offer { name: Arc::clone(name), path }, sort));
        }
    }
    found
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Module,
    Enum,
    Other,
}

/// What a file could import to use a name, with the first part of its path: as the first part of a longer path or alone.
/// First what is of its own package, then of the standard library, then of dependencies.
fn offers(db: &dyn Db, file: SourceFile, leads_on: bool) -> impl Iterator<Item = (&str, &Offer)> {
    let own = file.package(db);
    let std = Program::try_get(db).map(|program| program.std(db)).filter(|std| *std != own);
    let dependencies = own.dependencies(db).iter().map(|(name, package)| (&**name, *package));
    let packages = [("crate", own)].into_iter().chain(std.map(|std| ("std", std))).chain(dependencies);
    packages.flat_map(move |(root, package)| {
        let fitting = offered(db, package)
            .iter()
            .filter(move |(_, sort)| if leads_on { *sort != Sort::Other } else { *sort != Sort::Module });
        fitting.map(move |(offer, _)| (root, offer))
    })
}

fn below(root: &str, offer: &Offer) -> Offer {
    Offer { name: Arc::clone(&offer.name), path: format!("{root}::{}", offer.path) }
}

/// The imports that would bring in the first name of a path: those of packages, or resource types of that name.
pub(crate) fn importable(db: &dyn Db, file: SourceFile, path: &[&str]) -> Vec<Offer> {
    let Some(wanted) = path.first() else { return Vec::new() };
    let same = offers(db, file, path.len() > 1).filter(|(_, offer)| *offer.name == **wanted);
    let mut found: Vec<Offer> = same.map(|(root, offer)| below(root, offer)).collect();
    if found.is_empty() && path.len() == 1 {
        let types = ci_catalog::resource_types().filter(|known| known.rsplit("::").next() == Some(wanted));
        found.extend(types.map(|known| Offer { name: (*wanted).into(), path: resource_path(known) }));
    }
    found
}

/// By how many letters more or less a name may be a slip: `FunctionUrl` is none of `Function`.
const MOST_LETTERS: usize = 2;

/// The import whose name is nearest to the first of a path.
pub(crate) fn nearest(db: &dyn Db, file: SourceFile, path: &[&str]) -> Option<Offer> {
    let wanted = path.first()?;
    let length = wanted.chars().count();
    let names = offers(db, file, path.len() > 1).map(|(_, offer)| &*offer.name);
    let near =
        did_you_mean(wanted, names.filter(|name| name.chars().count().abs_diff(length) <= MOST_LETTERS))?;
    let found = offers(db, file, path.len() > 1).find(|(_, offer)| *offer.name == *near);
    found.map(|(root, offer)| below(root, offer))
}

/// What a file writes to import what is called `name` beside an item: `std::compute::Runtime`.
pub fn import_path(db: &dyn Db, file: SourceFile, item: ItemId, name: &str) -> Option<String> {
    let of = item.file(db);
    let package = of.package(db);
    let root = if package == file.package(db) {
        "crate"
    } else if Program::try_get(db).is_some_and(|program| program.std(db) == package) {
        "std"
    } else {
        &file.package(db).dependencies(db).iter().find(|(_, known)| *known == package)?.0
    };
    let module = of.module(db);
    Some(if module.is_empty() { format!("{root}::{name}") } else { format!("{root}::{module}::{name}") })
}

/// Where a file has a new import, and its text: after the imports that are there, in their order.
pub fn import_edit(db: &dyn Db, file: SourceFile, path: &str) -> Edit<Span> {
    let line = format!("use {path};\n");
    let edit =
        |at: u32, text: String| Edit { at: Span { file: file.id(db), range: TextRange::empty(at) }, text };
    let text = file.text(db);
    let mut offset = None;
    let mut first = None;
    for item in items(db, file).iter() {
        let range = item_range(db, *item);
        if item.kind(db) == ItemKind::Use {
            first = first.or(Some(range.start));
            if *range.of(text) < *line.trim_end() {
                let rest = text.get(range.end as usize..).unwrap_or_default();
                let end = rest.find('\n').map_or(text.len(), |at| range.end as usize + at + 1);
                offset = Some(end as u32);
            }
        } else if first.is_none() && offset.is_none() {
            // Before the first item, and its comment.
            return edit(range.start, format!("{line}\n"));
        }
    }
    edit(offset.or(first).unwrap_or(0), line)
}

/// Writes the imports that fixes of a finding take.
pub(crate) fn with_imports(db: &dyn Db, file: SourceFile, mut found: Diagnostic<Span>) -> Diagnostic<Span> {
    for fix in &mut found.fixes {
        let paths = std::mem::take(&mut fix.imports);
        fix.edits.extend(paths.iter().map(|path| import_edit(db, file, path)));
    }
    found
}
