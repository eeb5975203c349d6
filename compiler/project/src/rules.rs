//! Rules: which of them a project wants, what they say of its stacks, and what is allowed for nothing.
//!
//! Must not know: how a rule is evaluated.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use ci_base::{Applicability, Code, Diagnostic, Severity, TextRange, did_you_mean};
use ci_sema::rule::{RuleSettings, is_active, rule_names, rules_of};
use ci_sema::{At, Db, ItemId, Package, Program, Rulings, SourceFile};

use crate::database::RootDatabase;
use crate::host::{STDLIB, Snapshot};
use crate::load::LoadedPackage;
use crate::manifest::LintLevel;

/// The rules that apply where a manifest says nothing.
const DEFAULT: [&str; 2] = ["std::rules::fsbp", "std::rules::keys"];

/// A rule of the standard library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibraryRule {
    /// Its name.
    pub name: String,
    /// The module that has it: `std::rules::fsbp::s3`.
    pub module: String,
    /// Its source, with what is said before it.
    pub source: String,
}

/// The names of the rules of the standard library, in the order of its modules.
pub fn library_rules() -> impl Iterator<Item = &'static str> {
    let lines = STDLIB.iter().flat_map(|(_, _, text, _)| text.lines());
    lines.filter_map(|line| line.strip_prefix("rule ")?.split(' ').next())
}

/// The rule of the standard library with a name.
pub fn library_rule(name: &str) -> Option<LibraryRule> {
    let head = format!("\nrule {name} for ");
    STDLIB.iter().find_map(|(module, _, text, _)| {
        let at = text.find(&head)?;
        let start = text[..at].rfind("\n\n").map_or(0, |before| before + 2);
        let end = text[at..].find("\n}").map_or(text.len(), |end| at + end + 2);
        let source = text[start..end].to_owned();
        Some(LibraryRule { name: name.to_owned(), module: format!("std::{module}"), source })
    })
}

/// What the manifest of the root package says about rules, with the modules it names; and what is wrong with it, as ranges
/// of the manifest.
pub(crate) fn settings(
    db: &RootDatabase,
    loaded: &[LoadedPackage],
    packages: &[Package],
    std: Package,
) -> (RuleSettings, Vec<Diagnostic<TextRange>>) {
    let Some(root) = loaded.first() else { return (RuleSettings::default(), Vec::new()) };
    let rules = &root.manifest.rules;
    let default = || DEFAULT.map(|module| (module.to_owned(), TextRange::default())).into();
    let wanted = rules.packages.clone().unwrap_or_else(default);
    let (mut modules, mut wrong) = (Vec::new(), Vec::new());
    for (path, at) in wanted {
        let (first, rest) = path.split_once("::").unwrap_or((&path, ""));
        let dependency = || root.dependencies.iter().find(|(name, _)| name == first);
        let package = if first == "std" { Some(std) } else { dependency().map(|(_, at)| packages[*at]) };
        let inside = |module: &str| {
            module
                .strip_prefix(rest)
                .is_some_and(|left| rest.is_empty() || left.is_empty() || left.starts_with("::"))
        };
        let known = package.filter(|package| package.files(db).iter().any(|file| inside(file.module(db))));
        match known {
            Some(package) => modules.push((package, Arc::from(rest))),
            None => {
                let dependencies = root.dependencies.iter().map(|(name, at)| (&**name, packages[*at]));
                wrong.push(unknown_package(&path, at, &modules_with_rules(db, std, dependencies)));
            }
        }
    }
    let severity = |level: LintLevel| match level {
        LintLevel::Allow => None,
        LintLevel::Warn => Some(Severity::Warning),
        LintLevel::Deny => Some(Severity::Error),
    };
    let levels = rules.levels.iter().map(|(name, (level, _))| (name.as_str().into(), severity(*level)));
    let least = rules.severity.unwrap_or_default();
    (RuleSettings { modules, least, levels: levels.collect() }, wrong)
}

/// The modules that have rules or lie around such, of the standard library and of dependencies by the names they are
/// imported by.
fn modules_with_rules<'a>(
    db: &dyn Db,
    std: Package,
    dependencies: impl Iterator<Item = (&'a str, Package)>,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, package) in [("std", std)].into_iter().chain(dependencies) {
        let with_rules = package.files(db).iter().filter(|file| {
            file.subjects(db).is_none_or(|subjects| !subjects.is_empty())
                && rules_of(db, **file).next().is_some()
        });
        for file in with_rules {
            let path = format!("{name}::{}", file.module(db));
            let path = path.trim_end_matches("::");
            let around = path.match_indices("::").map(|(at, _)| &path[..at]);
            found.extend(around.chain([path]).filter(|path| *path != "std").map(str::to_owned));
        }
    }
    found
}

fn unknown_package(path: &str, at: TextRange, known: &BTreeSet<String>) -> Diagnostic<TextRange> {
    let found =
        Diagnostic::new(Code::InvalidManifest, at, format!("there is no module `{path}` to take rules from"))
            .note("it is a module of the standard library or of a dependency, by the name it is imported by");
    match did_you_mean(path, known.iter().map(String::as_str)) {
        Some(near) => found.help(format!("did you mean `{near}`?")).fix(
            format!("change it to `{near}`"),
            at,
            format!("\"{near}\""),
            Applicability::MaybeIncorrect,
        ),
        None => found,
    }
}

/// What rules say of all stacks of a project.
#[derive(Default)]
pub(crate) struct Ruled {
    /// The rules that are broken.
    pub broken: Vec<Diagnostic>,
    /// What was allowed.
    allowed: HashSet<At>,
    /// The items that were looked at, each once.
    seen: Vec<ItemId>,
    known: HashSet<ItemId>,
}

impl Ruled {
    /// Adds what the rules say of a stack that is made of these items.
    pub fn add(&mut self, db: &dyn Db, rulings: &Rulings, items: &[ItemId]) {
        let placed = |(item, range): At| ci_sema::item::item_span(db, item, range);
        self.broken.extend(rulings.broken.iter().map(|found| found.clone().map(placed)));
        self.allowed.extend(rulings.allowed.iter().copied());
        let new = items.iter().copied().filter(|item| self.known.insert(*item));
        self.seen.extend(new);
    }

    /// Attributes that allow what does not happen: nothing in the stacks breaks the rule there.
    pub fn unused(&self, db: &dyn Db, own: &[Package]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for item in self.seen.iter().filter(|item| own.contains(&item.file(db).package(db))) {
            for (range, rule) in ci_sema::rule_allowances(db, *item) {
                if self.allowed.contains(&(*item, range)) || !is_active(db, &rule) {
                    continue;
                }
                let at = ci_sema::item::item_span(db, *item, range);
                let message = format!("nothing here breaks the rule `{rule}`");
                found.push(
                    Diagnostic::new(Code::UnusedAllow, at, message)
                        .note("what is allowed without need hides the day when it is needed")
                        .help("remove it"),
                );
            }
        }
        found
    }
}

impl Snapshot {
    /// The modules that a manifest of the project can take rules from: `std::rules::fsbp`, `house_rules`.
    pub fn modules_with_rules(&self) -> BTreeSet<String> {
        let (db, root) = (&self.db, self.project.packages.first());
        let Some((root, program)) = root.zip(Program::try_get(db)) else { return BTreeSet::new() };
        let dependencies = root.dependencies(db).iter().map(|(name, package)| (&**name, *package));
        modules_with_rules(db, program.std(db), dependencies)
    }

    /// The source of a module that a manifest of the project names: of `std::rules::keys`.
    pub fn module(&self, path: &str) -> Option<SourceFile> {
        let (db, root) = (&self.db, self.project.packages.first()?);
        let (first, rest) = path.split_once("::").unwrap_or((path, ""));
        let dependency = || root.dependencies(db).iter().find(|(name, _)| **name == *first);
        let package = match first {
            "std" => Program::try_get(db)?.std(db),
            _ => dependency()?.1,
        };
        package.files(db).iter().copied().find(|file| **file.module(db) == *rest)
    }

    /// Levels of the manifest for rules that are not there.
    pub(crate) fn unknown_rules(&self, db: &dyn Db) -> Vec<Diagnostic> {
        let levels: &BTreeMap<_, _> = &self.project.manifest.rules.levels;
        if levels.is_empty() {
            return Vec::new();
        }
        let names = rule_names(db);
        let unknown =
            levels.iter().filter(|(name, _)| names.binary_search_by(|known| (**known).cmp(name)).is_err());
        let found = unknown.map(|(name, (_, at))| {
            let span = ci_base::Span { file: self.project.main, range: *at };
            let found =
                Diagnostic::new(Code::InvalidManifest, span, format!("there is no rule called `{name}`"));
            match did_you_mean(name, names.iter().map(|name| &**name)) {
                Some(near) => found.help(format!("did you mean `{near}`?")).fix(
                    format!("change it to `{near}`"),
                    span,
                    near,
                    Applicability::MaybeIncorrect,
                ),
                None => found.note("rules are those of the project and of the modules of `packages`"),
            }
        });
        found.collect()
    }
}

#[cfg(test)]
mod tests;
