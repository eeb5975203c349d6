//! Names in modules, services and enums: the segments of paths, and the types.

use ci_catalog::iam;
use ci_sema::builtin::BuiltinType;
use ci_sema::item::item_doc;
use ci_sema::name::{Def, members, modules, resolve, resolve_import, scope};
use ci_syntax::ItemKind;

use super::{CompletionKind, List};
use crate::place::At;
use crate::symbol::item_word;

/// After `::`.
pub(super) fn segments(list: &mut List<'_>, place: &At<'_>, segments: &[&str], in_import: bool) {
    let db = place.body.db;
    let found =
        if in_import { resolve_import(db, place.file, segments) } else { resolve(db, place.file, segments) };
    let def = found.ok().or_else(|| {
        // The actions of a service go by its IAM prefix.
        let [service] = segments else { return None };
        let found = iam::service(service).or_else(|| iam::service(&service.replace('_', "-")))?;
        Some(Def::ActionService(found.prefix))
    });
    let Some(def) = def else { return };
    let path = segments.join("::");
    for name in members(db, &def) {
        // What is written next to the path is resolved from there, so that it says itself what it is.
        let full: Vec<&str> = segments.iter().copied().chain([&*name]).collect();
        let inner = match &def {
            Def::ActionService(service) => iam::service(service)
                .and_then(|service| service.action(&name))
                .map(|action| Def::Action("", action.name)),
            _ if in_import => resolve_import(db, place.file, &full).ok(),
            _ => resolve(db, place.file, &full).ok(),
        };
        one(list, place, &name, inner.as_ref(), &path, in_import);
    }
    // Of a service its actions too: `s3::{…}`.
    if matches!(def, Def::ActionService(_)) && list.word.is_empty() {
        list.snippet("{…}", "{$0}", "several actions", 90);
    }
}

fn one(list: &mut List<'_>, place: &At<'_>, name: &str, def: Option<&Def>, path: &str, in_import: bool) {
    let db = place.body.db;
    let has_brace = list.next_character() == Some('{');
    let (kind, rank) = match def {
        Some(Def::Item(item)) => {
            (super::names::item_kind(item.kind(db)), super::names::item_rank(place, item.kind(db)))
        }
        Some(Def::Variant(..)) => (CompletionKind::Variant, 10),
        Some(Def::Resource(_)) => (CompletionKind::ResourceType, 10),
        Some(Def::Action(..)) => (CompletionKind::Action, 10),
        Some(Def::Pseudo(_)) => (CompletionKind::Constant, 15),
        Some(Def::Builtin(_)) => (CompletionKind::Function, 15),
        _ => (CompletionKind::Module, 20),
    };
    let indent = 0;
    let item = list.put(name, kind, rank);
    path.clone_into(&mut item.detail);
    match def {
        Some(Def::Item(of)) => {
            item.documentation = item_doc(db, *of);
            item.detail = format!("{} {path}::{name}", item_word(of.kind(db)));
            if !in_import && !has_brace && super::names::is_made(of.kind(db)) {
                let mut shape = crate::shape::Shape::new(true, indent);
                shape.text = format!("{name} ");
                if let Some(unit) = ci_sema::signature::signature(db, *of).unit() {
                    shape.fields(db, &unit.inputs);
                } else {
                    shape.fields(db, ci_sema::signature::signature(db, *of).fields());
                }
                item.insert = shape.text;
                item.is_snippet = true;
            }
        }
        Some(Def::Resource(resource)) => {
            item.documentation = Some(crate::describe::resource(resource.0));
            if !in_import && !has_brace && is_expression(place) {
                let mut shape = crate::shape::Shape::new(true, indent);
                shape.text = format!("{name} ");
                shape.resource(resource.0);
                item.insert = shape.text;
                item.is_snippet = true;
            }
        }
        Some(Def::Builtin(_)) => item.insert = format!("{name}()"),
        _ => {}
    }
}

/// Whether a resource could be made in the item: where one is only named, nothing is filled in.
fn is_expression(place: &At<'_>) -> bool {
    let in_type = place.body.tree.types.iter().any(|node| node.range.touches(place.offset));
    !in_type && matches!(place.body.item.kind(place.body.db), ItemKind::Component | ItemKind::Service)
}

/// After `use`.
pub(super) fn roots(list: &mut List<'_>, place: &At<'_>) {
    let db = place.body.db;
    for (word, detail) in
        [("std", "the standard library"), ("aws", "resource types"), ("crate", "this package")]
    {
        detail.clone_into(&mut list.put(word, CompletionKind::Module, 10).detail);
    }
    let package = place.file.package(db);
    for (module, _) in
        modules(db, package).iter().filter(|(module, _)| !module.contains("::") && !module.is_empty())
    {
        list.put(&**module, CompletionKind::Module, 20);
    }
    for (name, _) in package.dependencies(db).iter() {
        "package".clone_into(&mut list.put(&**name, CompletionKind::Module, 15).detail);
    }
}

/// After `allow` and `deny`.
pub(super) fn action_services(list: &mut List<'_>) {
    for service in iam::services() {
        let name = service.replace('-', "_");
        let item = list.put(name.clone(), CompletionKind::Module, 20);
        item.insert = format!("{name}::");
        item.detail = iam::service(service).map(|service| service.name.to_owned()).unwrap_or_default();
    }
}

/// Where a type is expected.
pub(super) fn types(list: &mut List<'_>, place: &At<'_>) {
    let db = place.body.db;
    for ty in BuiltinType::ALL {
        let item = list.put(ty.name(), CompletionKind::Type, 10);
        item.documentation = Some(crate::symbol::builtin_type_doc(*ty).to_owned());
        if matches!(ty, BuiltinType::List | BuiltinType::Map | BuiltinType::Id) {
            item.insert = format!("{}<$0>", ty.name());
            item.is_snippet = true;
        }
    }
    for (name, def) in scope(db, place.file).visible() {
        match def {
            Def::Item(item) if is_type(item.kind(db)) => {
                let kind = super::names::item_kind(item.kind(db));
                item_word(item.kind(db)).clone_into(&mut list.put(name, kind, 5).detail);
            }
            Def::Resource(resource) => {
                let path = ci_sema::resource_path(resource.0.name());
                list.put(name, CompletionKind::ResourceType, 15).detail = path;
            }
            _ => {}
        }
    }
    super::names::importable(list, place, &|kind| is_type(kind), None);
    super::names::resource_types(list, place, false);
    "aws::".clone_into(&mut list.put("aws", CompletionKind::Module, 30).insert);
}

fn is_type(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Struct | ItemKind::Enum | ItemKind::Interface | ItemKind::Component)
}
