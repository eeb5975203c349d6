//! Values: the names in scope, what can be read of them, and what can be imported or made.

use ci_base::Edit;
use ci_sema::builtin::Builtin;
use ci_sema::import::import_path;
use ci_sema::item::{item_doc, items};
use ci_sema::name::{Def, modules, scope};
use ci_sema::signature::{Signature, signature};
use ci_sema::ty::Ty;
use ci_sema::{ItemId, Program, resource_path};
use ci_syntax::ItemKind;
use ci_syntax::ast::{Expr, Item, MemberKind, UnitKind};

use super::reads::readable;
use super::records::allowed_texts;
use super::{Completion, CompletionKind, Fit, List, fit, references};
use crate::TextEdit;
use crate::place::{At, own_sources};
use crate::shape::Shape;
use crate::symbol::{item_word, keyword_word};

/// How many resource types are proposed for a word.
const MOST_TYPES: usize = 60;

/// What a value could be.
pub(super) fn values(list: &mut List<'_>, place: &At<'_>, expected: Option<&Ty>) {
    let wants_reference = expected.is_some_and(|ty| !references(ty).is_empty());
    literals(list, place, expected);
    for (name, ty, detail) in in_scope(place) {
        variable(list, place, &name, &ty, detail, expected, wants_reference);
    }
    declared(list, place, expected);
    if expected.is_some_and(|ty| *ty.unwrapped().0 == Ty::Capability) {
        rights(list, place);
    }
    if !wants_reference {
        words(list, expected);
        functions(list, place, expected);
        let wants_value = |kind| {
            matches!(
                kind,
                ItemKind::Component | ItemKind::Enum | ItemKind::Fn | ItemKind::Const | ItemKind::Struct
            )
        };
        importable(list, place, &wants_value, expected);
        if may_make(place) && expected.is_none_or(|ty| matches!(ty.unwrapped().0, Ty::Resource(_) | Ty::Json))
        {
            resource_types(list, place, true);
        }
    }
}

/// Whether resources can be made in the item.
fn may_make(place: &At<'_>) -> bool {
    matches!(place.body.tree.item, Item::Unit { kind: UnitKind::Component | UnitKind::Service, .. })
}

/// What is written out.
fn literals(list: &mut List<'_>, place: &At<'_>, expected: Option<&Ty>) {
    let db = place.body.db;
    for (at, text) in allowed_texts(expected).into_iter().enumerate() {
        list.put(format!("\"{text}\""), CompletionKind::Value, at.min(15) as u32);
    }
    let Some(wanted) = expected.map(|ty| ty.unwrapped().0.widened()) else { return };
    match wanted {
        Ty::Enum(item) => {
            let shown = visible_name(place, *item);
            let Signature::Enum(variants) = signature(db, *item) else { return };
            for (at, (variant, _)) in variants.iter().enumerate() {
                let (name, also) = shown.clone();
                let item = list.put(format!("{name}::{variant}"), CompletionKind::Variant, at.min(15) as u32);
                item.filter = Some(format!("{variant} {name}::{variant}"));
                item.also = also;
            }
        }
        Ty::Struct(item) | Ty::Interface(item) => {
            let mut shape = Shape::new(true, 0);
            shape.fields(db, signature(db, *item).fields());
            list.snippet("{ … }", shape.text, item.name(db).as_ref(), 15);
        }
        Ty::Node(node) => {
            let kinds = node.kinds();
            if kinds.contains(ci_catalog::Kinds::BOOLEAN) {
                list.put("true", CompletionKind::Value, 5);
                list.put("false", CompletionKind::Value, 5);
            }
            let is_object = kinds.contains(ci_catalog::Kinds::OBJECT);
            if (is_object || kinds.contains(ci_catalog::Kinds::ARRAY)) && node.node().references.is_empty() {
                let mut shape = Shape::new(true, 0);
                shape.value(*node, "", "", 2);
                let label = if is_object { "{ … }" } else { "[…]" };
                list.snippet(label, shape.text, node.node().name.unwrap_or_default(), 15);
            }
            if node.node().policy.is_some() {
                list.snippet("policy([…])", "policy([\n    $0,\n])", "a policy document", 5);
            }
        }
        Ty::Bool => {
            list.put("true", CompletionKind::Value, 5);
            list.put("false", CompletionKind::Value, 5);
        }
        _ => {}
    }
    if expected.is_some_and(|ty| matches!(ty, Ty::Option(_))) {
        list.put("none", CompletionKind::Value, 18);
    }
}

/// The name of an item as it can be written here, and the import that this takes.
fn visible_name(place: &At<'_>, item: ItemId) -> (String, Vec<TextEdit>) {
    let db = place.body.db;
    for (name, def) in scope(db, place.file).visible() {
        if *def == Def::Item(item) {
            return (name.to_owned(), Vec::new());
        }
    }
    let name = item.name(db).to_string();
    let import = import_of(place, item, &name);
    (name, import.into_iter().collect())
}

/// The names that an expression at the cursor can use, with their types.
pub(crate) fn in_scope(place: &At<'_>) -> Vec<(String, Ty, &'static str)> {
    let body = &place.body;
    let mut found: Vec<(String, Ty, &'static str)> = Vec::new();
    let text = |name: ci_syntax::ast::Name| body.source.name(name).to_owned();
    let used = |name: &str| {
        // What is bound has the type of its uses.
        let uses = body.exprs().find(|(id, node)| match &node.expr {
            Expr::Path(path) => {
                path.len() == 1
                    && body.source.name(path[0]) == name
                    && matches!(body.inference.resolutions.get(id), Some(ci_sema::infer::Resolution::Local))
            }
            _ => false,
        });
        uses.map_or(Ty::Error, |(id, _)| body.ty(id).clone())
    };
    for (_, node) in body.exprs().filter(|(_, node)| node.range.touches(place.offset)) {
        match &node.expr {
            Expr::For { first, second, iterable, body: inner, .. }
                if place.offset >= body.tree.range(*iterable).end =>
            {
                let _ = inner;
                let element = crate::expected::element(body.ty(*iterable)).unwrap_or(Ty::Error);
                let bound = second.unwrap_or(*first);
                found.push((text(bound), element, "of the loop"));
                if second.is_some() {
                    let name = text(*first);
                    let ty = used(&name);
                    found.push((name, ty, "of the loop"));
                }
            }
            Expr::Lambda { parameters, .. } => {
                for parameter in parameters {
                    let name = text(*parameter);
                    let ty = used(&name);
                    found.push((name, ty, "of the closure"));
                }
            }
            Expr::Block { bindings, .. } => {
                for binding in bindings {
                    if body.tree.range(binding.value).end < place.offset {
                        found.push((text(binding.name), body.ty(binding.value).clone(), "let"));
                    }
                }
            }
            _ => {}
        }
    }
    match &body.tree.item {
        Item::Fn { parameters, .. } => {
            let fields: &[ci_sema::signature::Field] = match signature(body.db, body.item) {
                Signature::Fn(fields, _) => fields,
                _ => &[],
            };
            for (parameter, field) in parameters.iter().zip(fields) {
                found.push((text(parameter.name), field.ty.clone(), "parameter"));
            }
        }
        Item::Rule { subject, members, .. } => {
            let ty = match signature(body.db, body.item) {
                Signature::Rule(ty) => ty.clone(),
                _ => Ty::Error,
            };
            found.push((text(*subject), ty, "what the rule is for"));
            found.push(("stack".to_owned(), Ty::Stack, "all resources beside it"));
            for member in members {
                if let MemberKind::Declaration { name, value: Some(value), .. } = member.kind
                    && member.range.end <= place.offset
                {
                    found.push((text(name), body.ty(value).clone(), "let"));
                }
            }
        }
        Item::Unit { members, .. } | Item::Test { members, .. } => {
            for (at, member) in members.iter().enumerate() {
                let MemberKind::Declaration { keyword, name, .. } = member.kind else { continue };
                // A value does not stand for itself.
                if name.is_missing() || member.range.touches(place.offset) {
                    continue;
                }
                let ty = body.inference.members.get(at).cloned().unwrap_or(Ty::Error);
                found.push((text(name), ty, keyword_word(keyword)));
            }
        }
        _ => {}
    }
    found
}

fn variable(
    list: &mut List<'_>,
    place: &At<'_>,
    name: &str,
    ty: &Ty,
    detail: &str,
    expected: Option<&Ty>,
    wants_reference: bool,
) {
    let db = place.body.db;
    let fit_whole = fit(ty, expected);
    let shown = ty.display(db).to_string();
    let inspects = matches!(place.body.tree.item, Item::Test { .. } | Item::Rule { .. });
    // Of what does not fit itself, the part that does is meant: `subnet.SubnetId`, `orders.read`.
    if let Some(wanted) = expected
        && (wants_reference || matches!(wanted.unwrapped().0.widened(), Ty::Capability | Ty::Arn | Ty::Url))
        && matches!(fit_whole, Fit::Misfit | Fit::Open)
    {
        for read in readable(db, ty.unwrapped().0, inspects) {
            let mut exactly = fit(&read.ty, expected) == Fit::Exact;
            if matches!(wanted.unwrapped().0.widened(), Ty::Arn) {
                exactly |=
                    matches!(&read.ty, Ty::Id(targets) if targets.iter().any(|target| target.is_arn()));
            }
            if exactly && !matches!(read.ty, Ty::Node(_) | Ty::String) {
                let label = format!("{name}.{}", read.name);
                let item = list.put(label.clone(), read.kind, 1);
                item.detail = read.ty.display(db).to_string();
                item.filter = Some(label);
            }
        }
    }
    if wants_reference && fit_whole == Fit::Misfit {
        return;
    }
    let rank = match fit_whole {
        Fit::Exact => 2,
        Fit::Fits => 22,
        Fit::Open => 30,
        Fit::Misfit => 70,
    };
    let is_input = matches!(detail, "input" | "param" | "needs" | "parameter");
    let kind = if is_input { CompletionKind::Input } else { CompletionKind::Variable };
    let item = list.put(name, kind, rank);
    item.detail = format!("{detail}: {shown}");
}

/// What is declared in the file or imported into it.
fn declared(list: &mut List<'_>, place: &At<'_>, expected: Option<&Ty>) {
    let db = place.body.db;
    for (name, def) in scope(db, place.file).visible() {
        match def {
            Def::Item(item) => {
                let Some(ty) = type_of(place, *item) else { continue };
                let fit = fit(&ty, expected);
                if fit == Fit::Misfit && item.kind(db) != ItemKind::Enum {
                    continue;
                }
                let rank = if fit == Fit::Exact { 4 } else { item_rank(place, item.kind(db)) };
                let entry = made(list, place, name, *item, rank);
                item_word(item.kind(db)).clone_into(&mut entry.detail);
            }
            Def::Resource(resource) if may_make(place) => {
                let fits = expected.is_none_or(|ty| fit(&Ty::Resource(*resource), Some(ty)) != Fit::Misfit);
                if fits {
                    resource_type(list, name, resource.0, 12);
                }
            }
            Def::ActionService(_) | Def::Namespace(_) | Def::Module(_) => {
                let item = list.put(name, CompletionKind::Module, 45);
                item.insert = format!("{name}::");
            }
            _ => {}
        }
    }
}

/// The type of a value that an item gives; nothing where it gives none here.
fn type_of(place: &At<'_>, item: ItemId) -> Option<Ty> {
    let db = place.body.db;
    let is_app = matches!(place.body.tree.item, Item::Unit { kind: UnitKind::App, .. });
    let is_test = matches!(place.body.tree.item, Item::Test { .. });
    match signature(db, item) {
        Signature::Const(ty) | Signature::Fn(_, ty) => Some(ty.clone()),
        Signature::Enum(_) => Some(Ty::Enum(item)),
        Signature::Struct(_) => Some(Ty::Struct(item)),
        Signature::Unit(unit) => {
            let fits = match unit.kind {
                UnitKind::Component => may_make(place) || is_test,
                UnitKind::Service => is_app || is_test,
                UnitKind::App => is_test,
            };
            (fits && item != place.body.item).then_some(Ty::Unit(item))
        }
        _ => None,
    }
}

/// A completion that makes or calls an item.
fn made<'a>(
    list: &'a mut List<'_>,
    place: &At<'_>,
    name: &str,
    item: ItemId,
    rank: u32,
) -> &'a mut Completion {
    let db = place.body.db;
    let next = list.next_character();
    let mut insert = name.to_owned();
    let mut is_snippet = false;
    match signature(db, item) {
        Signature::Unit(unit) if next != Some('{') => {
            let mut shape = Shape::new(true, 0);
            shape.text = format!("{name} ");
            shape.fields(db, &unit.inputs);
            (insert, is_snippet) = (shape.text, true);
        }
        Signature::Struct(fields) if next != Some('{') => {
            let mut shape = Shape::new(true, 0);
            shape.text = format!("{name} ");
            shape.fields(db, fields);
            (insert, is_snippet) = (shape.text, true);
        }
        Signature::Fn(parameters, _) if next != Some('(') => {
            insert = format!("{name}({})", if parameters.is_empty() { "" } else { "$0" });
            is_snippet = !parameters.is_empty();
        }
        Signature::Enum(_) if next != Some(':') => insert = format!("{name}::"),
        _ => {}
    }
    let entry = list.put(name, item_kind(item.kind(db)), rank);
    entry.insert = insert;
    entry.is_snippet = is_snippet;
    entry.documentation = item_doc(db, item);
    entry
}

pub(super) fn item_kind(kind: ItemKind) -> CompletionKind {
    match kind {
        ItemKind::Const => CompletionKind::Constant,
        ItemKind::Fn => CompletionKind::Function,
        ItemKind::Enum => CompletionKind::Enum,
        ItemKind::Component | ItemKind::Service | ItemKind::App => CompletionKind::Component,
        _ => CompletionKind::Type,
    }
}

/// Whether an item is made with a record.
pub(super) fn is_made(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Component | ItemKind::Service | ItemKind::App | ItemKind::Struct)
}

pub(super) fn item_rank(place: &At<'_>, kind: ItemKind) -> u32 {
    match kind {
        ItemKind::Component if may_make(place) => 12,
        ItemKind::Service | ItemKind::App => 14,
        _ => 32,
    }
}

/// Words that open an expression.
fn words(list: &mut List<'_>, expected: Option<&Ty>) {
    let shapes = [
        ("if", "if ${1:condition} { ${2} } else { $0 }"),
        ("match", "match ${1:value} {\n    ${2:_} => $0,\n}"),
        ("for", "for ${1:item} in ${2:list} { $0 }"),
    ];
    for (word, insert) in shapes {
        list.snippet(word, insert, "", 50);
    }
    let is_statement = expected
        .is_none_or(|ty| matches!(ty.unwrapped().0.widened(), Ty::Statement | Ty::Capability | Ty::Json));
    if is_statement {
        list.snippet("allow", "allow ${1:service}::${2:Action} on [$0]", "a right", 48);
        list.snippet("deny", "deny ${1:service}::${2:Action} on [$0]", "a right taken", 49);
    }
    list.snippet("existing", "existing ${1:aws::ec2::VPC} { $0 }", "a resource of somebody else", 55);
    list.put("none", CompletionKind::Keyword, 55);
    "aws::".clone_into(&mut list.put("aws", CompletionKind::Module, 52).insert);
    "std::".clone_into(&mut list.put("std", CompletionKind::Module, 53).insert);
    list.put("true", CompletionKind::Keyword, 56);
    list.put("false", CompletionKind::Keyword, 56);
}

fn functions(list: &mut List<'_>, place: &At<'_>, expected: Option<&Ty>) {
    let db = place.body.db;
    for function in Builtin::ALL {
        let (parameters, _, result) = function.signature();
        let fit = fit(&result, expected);
        if fit == Fit::Misfit {
            continue;
        }
        let rank = if fit == Fit::Exact { 8 } else { 60 };
        let item = list.put(function.name(), CompletionKind::Function, rank);
        item.detail = result.display(db).to_string();
        item.documentation = Some(crate::symbol::builtin_doc(*function).to_owned());
        item.insert = match parameters.as_slice() {
            [] => format!("{}()", function.name()),
            [(_, Ty::String), ..] => format!("{}(\"$0\")", function.name()),
            _ => format!("{}($0)", function.name()),
        };
        item.is_snippet = !parameters.is_empty();
    }
}

/// The verbs of the standard library for the resources in scope: `dynamodb::read(table)`.
fn rights(list: &mut List<'_>, place: &At<'_>) {
    let db = place.body.db;
    let resources: Vec<(String, Ty)> = in_scope(place)
        .into_iter()
        .filter(|(_, ty, _)| matches!(ty, Ty::Resource(_)))
        .map(|(name, ty, _)| (name, ty))
        .collect();
    let Some(std) = Program::try_get(db).map(|program| program.std(db)) else { return };
    if resources.is_empty() {
        return;
    }
    for (module, file) in modules(db, std).iter() {
        let Some(service) = module.strip_prefix("verbs::") else { continue };
        let also = match ci_sema::name::resolve(db, place.file, &[service]) {
            Ok(Def::Module(known)) if known == *file => Vec::new(),
            Ok(_) => continue,
            Err(_) => vec![import_edit(db, place.file, &format!("std::{module}"))],
        };
        for item in items(db, *file).iter().filter(|item| item.kind(db) == ItemKind::Fn) {
            let Signature::Fn(parameters, Ty::Capability) = signature(db, *item) else { continue };
            let Some((first, rest)) = parameters.split_first() else { continue };
            for (name, _) in resources.iter().filter(|(_, ty)| *ty == first.ty) {
                let verb = item.name(db);
                let needed = rest.iter().filter(|field| !field.optional).count();
                let more = if needed == 0 { "" } else { ", $0" };
                let entry = list.put(format!("{service}::{verb}({name})"), CompletionKind::Capability, 5);
                entry.insert = format!("{service}::{verb}({name}{more})");
                entry.is_snippet = needed > 0;
                "Capability".clone_into(&mut entry.detail);
                entry.documentation = item_doc(db, *item);
                entry.also.clone_from(&also);
            }
        }
    }
}

/// What could be imported, from the standard library and the project.
pub(super) fn importable(
    list: &mut List<'_>,
    place: &At<'_>,
    wanted: &dyn Fn(ItemKind) -> bool,
    expected: Option<&Ty>,
) {
    let db = place.body.db;
    // Without a word there would be too much to choose from.
    if list.word.is_empty() {
        list.incomplete();
        return;
    }
    let visible = scope(db, place.file).visible();
    let is_visible = |item: ItemId| visible.iter().any(|(_, def)| **def == Def::Item(item));
    let std = Program::try_get(db).map(|program| program.std(db));
    let std_files = std.map(|std| modules(db, std).iter().map(|(_, file)| *file)).into_iter().flatten();
    let own = own_sources(db, list.snapshot).filter(|file| file.package(db) == place.file.package(db));
    let files: Vec<ci_sema::SourceFile> = own.chain(std_files).collect();
    for file in files {
        let is_rules = file.subjects(db).is_some_and(|subjects| !subjects.is_empty());
        if file == place.file || is_rules {
            continue;
        }
        for item in items(db, file).iter().copied() {
            let name = item.name(db);
            if !wanted(item.kind(db)) || name.is_empty() || is_visible(item) || !list.is_like(name) {
                continue;
            }
            // Verbs are called through their modules, and other functions of the library are its own.
            if item.kind(db) == ItemKind::Fn && crate::place::is_std(db, file) {
                continue;
            }
            let Some(ty) = type_of(place, item).or_else(|| expected.is_none().then_some(Ty::Error)) else {
                continue;
            };
            if expected.is_some() && fit(&ty, expected) == Fit::Misfit {
                continue;
            }
            let Some(import) = import_of(place, item, name.as_ref()) else { continue };
            let detail = import.text.trim().trim_start_matches("use ").trim_end_matches(';').to_owned();
            let name = name.to_string();
            let entry = made(list, place, &name, item, 40);
            entry.detail = detail;
            entry.also.push(import);
        }
    }
    list.incomplete();
}

/// The edit that imports what is called `name` beside an item into the file.
pub(crate) fn import_of(place: &At<'_>, item: ItemId, name: &str) -> Option<TextEdit> {
    let path = import_path(place.body.db, place.file, item, name)?;
    Some(import_edit(place.body.db, place.file, &path))
}

/// The edit that adds an import to a file.
pub(crate) fn import_edit(db: &dyn ci_sema::Db, file: ci_sema::SourceFile, path: &str) -> TextEdit {
    let Edit { at, text } = ci_sema::import::import_edit(db, file, path);
    TextEdit { at, text }
}

/// Resource types by their path or by plain words.
pub(super) fn resource_types(list: &mut List<'_>, place: &At<'_>, with_shape: bool) {
    let _ = place;
    if list.word.len() < 2 {
        list.incomplete();
        return;
    }
    let word = list.word.to_lowercase().replace('_', "");
    let mut found: Vec<(u32, &'static str)> = ci_catalog::resource_types()
        .filter_map(|name| {
            let rest = name.strip_prefix("AWS::")?.to_lowercase();
            let (service, own) = rest.split_once("::")?;
            let rank = if own == word {
                0
            } else if own.starts_with(&word) {
                1
            } else if service.starts_with(&word) {
                2
            } else if own.contains(&word) {
                3
            } else if rest.replace("::", "").contains(&word) {
                4
            } else {
                return None;
            };
            Some((rank * 100 + own.len() as u32, name))
        })
        .collect();
    found.sort_unstable();
    if found.len() > MOST_TYPES {
        list.incomplete();
    }
    for (_, name) in found.into_iter().take(MOST_TYPES) {
        let Some(schema) = ci_catalog::resource_type(name) else { continue };
        let path = resource_path(name);
        if with_shape {
            resource_type(list, &path, schema, 46);
        } else {
            let item = list.put(path.clone(), CompletionKind::ResourceType, 46);
            item.filter = Some(format!("{} {path}", plain_words(name)));
        }
    }
    list.incomplete();
}

fn resource_type(list: &mut List<'_>, name: &str, schema: &'static ci_catalog::ResourceSchema, rank: u32) {
    let has_brace = list.next_character() == Some('{');
    let item = list.put(name, CompletionKind::ResourceType, rank);
    schema.name().clone_into(&mut item.detail);
    item.filter = Some(format!("{} {name}", plain_words(schema.name())));
    if !has_brace {
        let mut shape = Shape::new(true, 0);
        shape.text = format!("{name} ");
        shape.resource(schema);
        item.insert = shape.text;
        item.is_snippet = true;
    }
}

/// `Bucket s3bucket`: what somebody types who looks for `AWS::S3::Bucket`.
fn plain_words(name: &str) -> String {
    let own = name.rsplit("::").next().unwrap_or_default();
    let joined = name.trim_start_matches("AWS::").replace("::", "").to_lowercase();
    format!("{own} {joined}")
}
