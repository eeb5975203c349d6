//! Modules, imports, and what a path means.
//!
//! Only items of a module can be imported, never its imports: an import resolves without looking at other imports,
//! so there are no import cycles.

use std::sync::{Arc, LazyLock};

use ci_base::{Applicability, Code, Diagnostic, Edit, TextRange, did_you_mean};
use ci_catalog::iam;
use ci_graph::Pseudo;
use ci_syntax::ast::{Item, ItemTree, UseEnd, UseTree};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::builtin::{Builtin, BuiltinType};
use crate::import::{self, Offer};
use crate::item::{ItemKind, item_source, item_tree, items};
use crate::ty::{ResourceType, resource_path};
use crate::{Db, ItemId, Package, Program, SourceFile};

/// How many imports are told of that would make one name known: `Cluster` is a resource type of many services.
const MOST_IMPORTS: usize = 8;

/// What a path stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Def {
    /// An item of a module.
    Item(ItemId),
    /// A variant of an `enum`, by position.
    Variant(ItemId, u32),
    /// A module, by the file that holds its items.
    Module(SourceFile),
    /// A module without a file of its own: what other modules lie in.
    Folder(Package, Arc<str>),
    /// A prefix of resource types: `aws`, `aws::s3`.
    Namespace(Arc<str>),
    /// A resource type.
    Resource(ResourceType),
    /// `aws::iam::actions`
    ActionServices,
    /// The actions of a service: `aws::iam::actions::s3`.
    ActionService(&'static str),
    /// An action: its service and its name.
    Action(&'static str, &'static str),
    /// `aws::region` and its like.
    Pseudo(Pseudo),
    /// A function of the language.
    Builtin(Builtin),
    /// A type of the language.
    Type(BuiltinType),
}

/// A path that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// The position of the segment that is not there.
    pub segment: usize,
    /// What it was looked for in, in words; `None` for the scope itself.
    pub container: Option<String>,
    /// The nearest name that is there.
    pub suggestion: Option<String>,
    /// Imports that would make it known.
    pub imports: Vec<Offer>,
    /// The import of the nearest name that could be imported.
    pub near: Option<Box<Offer>>,
    /// Whether it was looked for among the variants of an enum.
    pub in_enum: bool,
    /// Whether an import should have brought it in, and has been reported.
    pub reported: bool,
}

/// The names visible in a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Scope {
    names: FxHashMap<Arc<str>, Def>,
    /// Names that imports would bring in if they led anywhere.
    broken: FxHashSet<Arc<str>>,
    /// What each import brings in: the item, the place and the name.
    pub imports: Vec<(ItemId, TextRange, Arc<str>)>,
    /// Names declared twice and imports that lead nowhere; ranges count from the item's start.
    pub problems: Vec<(ItemId, Diagnostic<TextRange>)>,
}

impl Scope {
    /// The names that can be used in the file without a path, sorted, with what each stands for.
    pub fn visible(&self) -> Vec<(&str, &Def)> {
        let mut names: Vec<(&str, &Def)> = self.names.iter().map(|(name, def)| (&**name, def)).collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        names
    }
}

/// The files of a package by module, sorted.
#[salsa::tracked]
pub fn modules(db: &dyn Db, package: Package) -> Arc<[(Arc<str>, SourceFile)]> {
    let mut found: Vec<_> =
        package.files(db).iter().map(|file| (Arc::clone(file.module(db)), *file)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.into()
}

/// The named items of a file. The first of a name wins.
#[salsa::tracked]
pub fn module_items(db: &dyn Db, file: SourceFile) -> Arc<[(Arc<str>, ItemId)]> {
    let named = items(db, file).iter().filter(|item| {
        !matches!(item.kind(db), ItemKind::Use | ItemKind::Test | ItemKind::Rule | ItemKind::Error)
    });
    let mut found: Vec<_> = named.map(|item| (Arc::clone(item.name(db)), *item)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.dedup_by(|a, b| a.0 == b.0);
    found.into()
}

/// Resource types of schema files, beside the catalog's.
#[salsa::tracked]
pub fn extra_resource_types(db: &dyn Db) -> Arc<[ResourceType]> {
    let texts = Program::try_get(db).map(|program| Arc::clone(program.schemas(db))).unwrap_or_default();
    // A text that is no schema has been reported by whoever read the file.
    texts.iter().filter_map(|text| ci_catalog::parse_schema(text).ok()).map(ResourceType).collect()
}

/// The names visible in a file: its own items and its imports.
#[salsa::tracked]
pub fn scope(db: &dyn Db, file: SourceFile) -> Scope {
    let mut scope = Scope::default();
    for item in items(db, file).iter().copied() {
        match item.kind(db) {
            ItemKind::Error => {}
            // No path leads to a test or a rule, but whoever reads of one looks for it by its name. Only a name that is
            // there twice needs the tree: a package of rules is not parsed for its names.
            kind @ (ItemKind::Test | ItemKind::Rule) => {
                if item.ordinal(db) > 0 && !item.name(db).is_empty() {
                    let range = declared_name(item_tree(db, item));
                    let word = if kind == ItemKind::Test { "test" } else { "rule" };
                    let message = format!("there is another {word} `{}` in this file", item.name(db));
                    let problem = Diagnostic::new(Code::DuplicateName, range, message)
                        .label("again here")
                        .help("say what is different about this one");
                    scope.problems.push((item, problem));
                }
            }
            ItemKind::Use => {
                let tree = item_tree(db, item);
                if let Item::Use(tree) = &tree.item {
                    import(db, item, tree, &[], &mut scope);
                }
                if !tree.errors.is_empty() {
                    let words =
                        item_source(db, item).text().split(|c: char| !(c.is_alphanumeric() || c == '_'));
                    scope.broken.extend(words.map(Arc::from));
                }
            }
            _ => {
                let name = Arc::clone(item.name(db));
                if !name.is_empty() {
                    let range = declared_name(item_tree(db, item));
                    declare(db, &mut scope, name, Def::Item(item), item, range);
                }
            }
        }
    }
    scope
}

fn declare(db: &dyn Db, scope: &mut Scope, name: Arc<str>, def: Def, item: ItemId, range: TextRange) {
    if scope.names.get(&name).is_some_and(|known| *known != def) {
        let message = format!("`{name}` is declared twice in this file");
        let problem = Diagnostic::new(Code::DuplicateName, range, message)
            .label("declared again here")
            .help("give one of them another name, or import it with `as`");
        scope.problems.push((item, problem));
        return;
    }
    if item.kind(db) == ItemKind::Use {
        scope.imports.push((item, range, Arc::clone(&name)));
    }
    scope.names.insert(name, def);
}

fn import(db: &dyn Db, item: ItemId, tree: &UseTree, prefix: &[(Arc<str>, TextRange)], scope: &mut Scope) {
    let source = item_source(db, item);
    let mut path = prefix.to_vec();
    path.extend(tree.path.iter().map(|name| (Arc::from(source.name(*name)), name.0)));
    if path.iter().any(|(segment, _)| segment.is_empty()) {
        return;
    }
    if let UseEnd::Group(group) = &tree.end {
        group.iter().for_each(|tree| import(db, item, tree, &path, scope));
        return;
    }
    let file = item.file(db);
    let segments: Vec<&str> = path.iter().map(|(segment, _)| &**segment).collect();
    let Some((last, range)) = path.last().cloned() else { return };
    match (resolve_import(db, file, &segments), &tree.end) {
        (Ok(Def::Module(module)), UseEnd::Glob) => {
            for (name, found) in module_items(db, module).iter() {
                scope.names.entry(Arc::clone(name)).or_insert(Def::Item(*found));
            }
        }
        (Ok(_), UseEnd::Glob) => {
            let message = format!("`{}` is not a module of this program", segments.join("::"));
            let problem = Diagnostic::new(Code::UnknownModule, range, message)
                .help("import the names that are used, one by one");
            scope.problems.push((item, problem));
        }
        (Ok(def), UseEnd::Alias(alias)) => {
            let name = Arc::from(source.name(*alias));
            declare(db, scope, name, def, item, alias.0);
        }
        (Ok(def), _) => declare(db, scope, last, def, item, range),
        (Err(error), _) => {
            let range = path.get(error.segment).map_or(range, |(_, range)| *range);
            scope.problems.push((item, error.diagnostic(&segments, range)));
            // The file uses the name that was meant.
            scope.broken.extend(error.suggestion.map(Arc::from));
            match &tree.end {
                UseEnd::Own => _ = scope.broken.insert(last),
                UseEnd::Alias(alias) => _ = scope.broken.insert(source.name(*alias).into()),
                UseEnd::Glob | UseEnd::Group(_) => {}
            }
        }
    }
}

/// Where an item says its name.
pub fn declared_name(tree: &ItemTree) -> TextRange {
    match &tree.item {
        Item::Const { name, .. }
        | Item::Struct { name, .. }
        | Item::Enum { name, .. }
        | Item::Fn { name, .. }
        | Item::Interface { name, .. }
        | Item::Unit { name, .. }
        | Item::Test { name, .. }
        | Item::Rule { name, .. } => name.0,
        Item::Use(_) | Item::Error => TextRange::default(),
    }
}

impl Unresolved {
    /// The finding, for the segment at `range` of the path `segments`.
    pub fn diagnostic(&self, segments: &[&str], range: TextRange) -> Diagnostic<TextRange> {
        let name = segments.get(self.segment).copied().unwrap_or_default();
        let in_namespace = segments.first() == Some(&"aws");
        let (code, message) = match &self.container {
            None if segments.len() > 1 => (Code::UnknownModule, format!("there is no module `{name}` here")),
            None => (Code::UnknownName, format!("there is no `{name}` here")),
            Some(container) if self.in_enum => {
                (Code::UnknownVariant, format!("`{container}` has no variant `{name}`"))
            }
            Some(container) if in_namespace && !container.contains("actions") => {
                (Code::UnknownResourceType, format!("there is no `{name}` in `{container}`"))
            }
            Some(container) if container.contains("aws::iam::actions") => {
                (Code::UnknownAction, format!("there is no action `{name}` in `{container}`"))
            }
            Some(container) => (Code::UnknownName, format!("there is no `{name}` in `{container}`")),
        };
        let mut diagnostic = Diagnostic::new(code, range, message).label("not found");
        if let [Offer { path, .. }] = self.imports.as_slice() {
            let title = format!("import `{path}`");
            diagnostic = diagnostic.help(format!("import it: `use {path};`")).import(
                title,
                path,
                None,
                Applicability::MachineApplicable,
            );
        } else if !self.imports.is_empty() {
            let shown: Vec<String> =
                self.imports.iter().take(MOST_IMPORTS).map(|offer| format!("`{}`", offer.path)).collect();
            let more = match self.imports.len() - shown.len() {
                0 => String::new(),
                1 => " or another".to_owned(),
                more => format!(" or {more} others"),
            };
            diagnostic = diagnostic.help(format!("import one of {}{more}", shown.join(", ")));
            for Offer { path, .. } in &self.imports {
                let title = format!("import `{path}`");
                diagnostic = diagnostic.import(title, path, None, Applicability::MaybeIncorrect);
            }
        } else if let Some(suggestion) = &self.suggestion {
            diagnostic = diagnostic.help(format!("did you mean `{suggestion}`?")).fix(
                format!("change it to `{suggestion}`"),
                range,
                suggestion.clone(),
                Applicability::MachineApplicable,
            );
        } else if let Some(Offer { name, path }) = self.near.as_deref() {
            let from = path.rsplit_once("::").map_or("", |(module, _)| module);
            let title = format!("change it to `{name}` and import that");
            let edit = Edit { at: range, text: name.to_string() };
            diagnostic = diagnostic.help(format!("did you mean `{name}` of `{from}`?")).import(
                title,
                path,
                Some(edit),
                Applicability::MachineApplicable,
            );
        }
        diagnostic
    }
}

/// What a path in an import stands for: it starts at a package, `crate`, `self` or `super`.
pub fn resolve_import(db: &dyn Db, file: SourceFile, segments: &[&str]) -> Result<Def, Unresolved> {
    let first = root(db, file, segments[0]).or_else(|| {
        // As a convenience, a module beside the root can be named without `crate::`.
        child_module(db, file.package(db), "", segments[0])
    });
    walk(db, first, segments, || {
        let modules = modules(db, file.package(db)).iter();
        let known: Vec<&str> = modules.map(|(module, _)| &**module).collect();
        ["aws", "std", "crate"].into_iter().chain(known).map(str::to_owned).collect()
    })
}

/// What a path stands for in a file.
pub fn resolve(db: &dyn Db, file: SourceFile, segments: &[&str]) -> Result<Def, Unresolved> {
    let scope = scope(db, file);
    let first = segments.first().copied().unwrap_or_default();
    let def = scope
        .names
        .get(first)
        .cloned()
        .or_else(|| BuiltinType::named(first).map(Def::Type))
        .or_else(|| Builtin::named(first).map(Def::Builtin))
        .or_else(|| root(db, file, first));
    walk(db, def, segments, || {
        let mut names: Vec<String> = scope.names.keys().map(ToString::to_string).collect();
        names.extend(BuiltinType::ALL.iter().map(|ty| ty.name().to_owned()));
        names.extend(Builtin::ALL.iter().map(|function| function.name().to_owned()));
        names.sort_unstable();
        names
    })
    .map_err(|mut error| {
        error.reported = error.container.is_none() && scope.broken.contains(first);
        if error.container.is_none() {
            error.imports = import::importable(db, file, segments);
            if error.imports.is_empty() && error.suggestion.is_none() {
                error.near = import::nearest(db, file, segments).map(Box::new);
            }
        }
        error
    })
}

fn walk(
    db: &dyn Db,
    first: Option<Def>,
    segments: &[&str],
    candidates: impl Fn() -> Vec<String>,
) -> Result<Def, Unresolved> {
    let suggest = |name: &str, names: Vec<String>| {
        did_you_mean(name, names.iter().map(String::as_str)).map(str::to_owned)
    };
    let Some(mut def) = first else {
        let name = segments.first().copied().unwrap_or_default();
        let suggestion = suggest(name, candidates());
        return Err(Unresolved {
            segment: 0,
            container: None,
            suggestion,
            imports: Vec::new(),
            near: None,
            in_enum: false,
            reported: false,
        });
    };
    for (at, segment) in segments.iter().enumerate().skip(1) {
        match step(db, &def, segment) {
            Some(next) => def = next,
            None => {
                let suggestion = suggest(segment, members(db, &def));
                let container = Some(segments[..at].join("::"));
                let in_enum = matches!(&def, Def::Item(item) if item.kind(db) == ItemKind::Enum);
                return Err(Unresolved {
                    segment: at,
                    container,
                    suggestion,
                    imports: Vec::new(),
                    near: None,
                    in_enum,
                    reported: false,
                });
            }
        }
    }
    Ok(def)
}

/// What the first segment of a path stands for, if it opens a tree of modules.
fn root(db: &dyn Db, file: SourceFile, segment: &str) -> Option<Def> {
    let package = file.package(db);
    let root_module = |package: Package| {
        let file = modules(db, package).iter().find(|(module, _)| module.is_empty());
        Some(file.map_or_else(|| Def::Folder(package, Arc::from("")), |(_, file)| Def::Module(*file)))
    };
    match segment {
        "crate" => root_module(package),
        "self" => Some(Def::Module(file)),
        "super" => {
            let module = file.module(db);
            let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
            (!module.is_empty()).then(|| module_def(db, package, parent))?
        }
        "aws" => Some(Def::Namespace(Arc::from("aws"))),
        "std" => root_module(Program::try_get(db)?.std(db)),
        _ => {
            let dependency = package.dependencies(db).iter().find(|(name, _)| &**name == segment);
            match dependency {
                Some((_, package)) => root_module(*package),
                None if extra_resource_types(db)
                    .iter()
                    .any(|ty| resource_path(ty.0.name()).split("::").next() == Some(segment)) =>
                {
                    Some(Def::Namespace(segment.into()))
                }
                None => None,
            }
        }
    }
}

/// The module at `path`, or the folder that modules lie in.
fn module_def(db: &dyn Db, package: Package, path: &str) -> Option<Def> {
    let modules = modules(db, package);
    if let Some((_, file)) = modules.iter().find(|(module, _)| &**module == path) {
        return Some(Def::Module(*file));
    }
    let inside = |module: &str| {
        module.strip_prefix(path).is_some_and(|rest| path.is_empty() || rest.starts_with("::"))
    };
    modules.iter().any(|(module, _)| inside(module)).then(|| Def::Folder(package, path.into()))
}

fn child_module(db: &dyn Db, package: Package, parent: &str, name: &str) -> Option<Def> {
    let path = if parent.is_empty() { name.to_owned() } else { format!("{parent}::{name}") };
    module_def(db, package, &path)
}

/// What `name` stands for inside `def`.
fn step(db: &dyn Db, def: &Def, name: &str) -> Option<Def> {
    match def {
        Def::Module(file) => {
            let items = module_items(db, *file);
            let item = items.binary_search_by(|(known, _)| (**known).cmp(name)).ok();
            let item = item.map(|at| Def::Item(items[at].1));
            item.or_else(|| child_module(db, file.package(db), file.module(db), name))
        }
        Def::Folder(package, path) => child_module(db, *package, path, name),
        Def::Namespace(prefix) => match (&**prefix, name) {
            ("aws", "region") => Some(Def::Pseudo(Pseudo::Region)),
            ("aws", "account_id") => Some(Def::Pseudo(Pseudo::AccountId)),
            ("aws", "partition") => Some(Def::Pseudo(Pseudo::Partition)),
            ("aws", "stack_name") => Some(Def::Pseudo(Pseudo::StackName)),
            ("aws", "stack_id") => Some(Def::Pseudo(Pseudo::StackId)),
            ("aws", "url_suffix") => Some(Def::Pseudo(Pseudo::UrlSuffix)),
            ("aws", "availability_zones") => Some(Def::Builtin(Builtin::AvailabilityZones)),
            ("aws::iam", "actions") => Some(Def::ActionServices),
            _ => {
                let path = format!("{prefix}::{name}");
                if let Some(resource) = resource_type(db, &path) {
                    return Some(Def::Resource(resource));
                }
                let extra = extra_resource_types(db);
                let known = NAMESPACES.iter().any(|prefix| is_inside(prefix, &path))
                    || extra.iter().any(|ty| is_inside(ty.0.name(), &path));
                known.then(|| Def::Namespace(path.into()))
            }
        },
        Def::ActionServices => iam::service(name).map(|service| Def::ActionService(service.prefix)),
        Def::ActionService(service) => {
            let action = iam::service(service)?.action(name)?;
            Some(Def::Action(service, action.name))
        }
        Def::Item(item) if item.kind(db) == ItemKind::Enum => {
            let tree = item_tree(db, *item);
            let source = item_source(db, *item);
            let Item::Enum { variants, .. } = &tree.item else { return None };
            let at = variants.iter().position(|variant| source.name(variant.name) == name)?;
            Some(Def::Variant(*item, at as u32))
        }
        _ => None,
    }
}

/// What the names of the catalog's resource types begin with: `AWS::S3::`. Paths are in another case, so that they cannot
/// be looked up in the catalog itself.
static NAMESPACES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| ci_catalog::resource_type_namespaces().collect());

/// A path or a name before and after its last separator, which stays with the first part.
fn split_own(path: &str) -> (&str, &str) {
    path.split_at(path.rfind(':').map_or(0, |at| at + 1))
}

/// Whether the resource type named `AWS::S3::Bucket` lies in the namespace `aws::s3`.
fn is_inside(resource_type: &str, namespace: &str) -> bool {
    let (name, prefix) = (resource_type.as_bytes(), namespace.as_bytes());
    // Most names fail the first comparison.
    name.get(prefix.len()) == Some(&b':') && name[..prefix.len()].eq_ignore_ascii_case(prefix)
}

/// The resource type with this path: `aws::s3::Bucket`. Services are in lower case, the type's own name is as is.
pub fn resource_type(db: &dyn Db, path: &str) -> Option<ResourceType> {
    let (prefix, own) = split_own(path);
    let mut namespaces = NAMESPACES.iter().filter(|known| known.eq_ignore_ascii_case(prefix));
    if let Some(found) = namespaces.find_map(|known| ci_catalog::resource_type(&format!("{known}{own}"))) {
        return Some(ResourceType(found));
    }
    let matches = |name: &str| {
        let (known_prefix, known_own) = split_own(name);
        known_prefix.eq_ignore_ascii_case(prefix) && known_own == own
    };
    extra_resource_types(db).iter().copied().find(|ty| matches(ty.0.name()))
}

/// The names inside `def`, for suggestions.
pub fn members(db: &dyn Db, def: &Def) -> Vec<String> {
    match def {
        Def::Module(file) => {
            let mut names: Vec<String> =
                module_items(db, *file).iter().map(|(name, _)| name.to_string()).collect();
            names.extend(submodules(db, file.package(db), file.module(db)));
            names
        }
        Def::Folder(package, path) => submodules(db, *package, path),
        Def::Namespace(prefix) => {
            let depth = prefix.split("::").count();
            let extra = extra_resource_types(db);
            let all = ci_catalog::resource_types().chain(extra.iter().map(|ty| ty.0.name()));
            let inside = all.filter(|name| is_inside(name, prefix));
            let mut names: Vec<String> = inside
                .filter_map(|name| resource_path(name).split("::").nth(depth).map(str::to_owned))
                .collect();
            if &**prefix == "aws" {
                let own = ["region", "account_id", "partition", "stack_name", "stack_id", "url_suffix"];
                names.extend(own.map(str::to_owned));
                names.push("availability_zones".to_owned());
            }
            names.sort_unstable();
            names.dedup();
            names
        }
        Def::ActionServices => iam::services().map(str::to_owned).collect(),
        Def::ActionService(service) => iam::service(service)
            .map(|service| service.actions().iter().map(|action| action.name.to_owned()).collect())
            .unwrap_or_default(),
        Def::Item(item) if item.kind(db) == ItemKind::Enum => {
            let source = item_source(db, *item);
            match &item_tree(db, *item).item {
                Item::Enum { variants, .. } => {
                    variants.iter().map(|variant| source.name(variant.name).to_owned()).collect()
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

fn submodules(db: &dyn Db, package: Package, parent: &str) -> Vec<String> {
    let modules = modules(db, package).iter();
    let inside = modules.filter_map(|(module, _)| {
        let rest =
            if parent.is_empty() { module } else { module.strip_prefix(parent)?.strip_prefix("::")? };
        rest.split("::").next().filter(|segment| !segment.is_empty()).map(str::to_owned)
    });
    let mut names: Vec<String> = inside.collect();
    names.dedup();
    names
}
