//! The tests of a project, and what comes of each.
//!
//! Must not know: how results are shown.

use std::sync::Arc;

use ci_base::{Diagnostic, Severity, Span, TextRange};
use ci_sema::{At, ItemId, TestResult};

use crate::host::Snapshot;
use crate::levels;
use crate::rules::Ruled;
use crate::stages::template;

/// A test of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    item: ItemId,
    /// What it says it shows.
    pub name: Arc<str>,
    /// Its module; empty for the root module.
    pub module: Arc<str>,
    /// Where it stands.
    pub at: Span,
}

impl Snapshot {
    /// The tests of the project, by module and in the order of the source. None of a project that cannot be read.
    pub fn tests(&self) -> Vec<Test> {
        if !self.project.diagnostics.is_empty() {
            return Vec::new();
        }
        salsa::Database::attach(&self.db, |db| {
            let test = |item: &ItemId| Test {
                item: *item,
                name: Arc::clone(item.name(db)),
                module: Arc::clone(item.file(db).module(db)),
                at: ci_sema::item::item_span(db, *item, TextRange::empty(0)),
            };
            ci_sema::tests(db).iter().map(test).collect()
        })
    }

    /// What does not hold in a test, and what is wrong with the stacks it makes; nothing where it passes. Means nothing for
    /// a program with errors: check it before.
    pub fn run_test(&self, test: &Test) -> Vec<Diagnostic> {
        salsa::Database::attach(&self.db, |db| {
            let TestResult { diagnostics, stacks } = ci_sema::run_test(db, test.item);
            let span = |(item, range): At| ci_sema::item::item_span(db, item, range);
            let mut found: Vec<Diagnostic> =
                diagnostics.iter().map(|found| found.clone().map(span)).collect();
            let mut of_stacks = Vec::new();
            let mut ruled = Ruled::default();
            for instance in stacks {
                let result = ci_sema::stack(db, *instance);
                let compiled = template(db, *instance);
                let late = compiled.diagnostics.iter().zip(compiled.culprits.iter().map(Option::as_deref));
                let all = result.diagnostics.iter().map(|found| (found, None)).chain(late);
                let root = instance.item(db);
                of_stacks.extend(all.map(|(found, culprit)| self.blamed(root, result, found, culprit)));
                ruled.add(db, ci_sema::rulings(db, *instance), &result.items);
            }
            of_stacks.append(&mut ruled.broken);
            let lints = &self.project.manifest.lints;
            let of_stacks = levels::apply_levels(of_stacks, lints, &self.allowed());
            found.extend(of_stacks.into_iter().filter(|found| found.severity == Severity::Error));
            levels::tidy(found, &self.project.files)
        })
    }

    /// What is allowed in the sources of the project.
    pub(crate) fn allowed(&self) -> Vec<ci_sema::Allowed> {
        let db = &self.db;
        let files = self.project.packages.iter().flat_map(|package| package.files(db).iter());
        files.flat_map(|file| ci_sema::allowed(db, *file).iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests;
