//! A database in memory: files by module, data files and archives by path, and a log of what was executed.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "shared by several test programs, each of which uses a part"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ci_base::{Diagnostic, FileId, Severity, Span};
use ci_sema::rule::RuleSettings;
use ci_sema::{
    Archive, DataError, DataFile, Db, Package, Program, SourceFile, StackResult, TargetId, file_diagnostics,
    item::item_span, plan, run_test, stack, targets, tests, unused_items,
};
use salsa::Setter;

/// The database.
#[salsa::db]
#[derive(Clone)]
pub struct TestDatabase {
    storage: salsa::Storage<Self>,
    executed: Arc<Mutex<Vec<String>>>,
    data: Arc<Mutex<BTreeMap<String, DataFile>>>,
    contents: Arc<BTreeMap<String, String>>,
    files: Vec<SourceFile>,
}

#[salsa::db]
impl salsa::Database for TestDatabase {}

#[salsa::db]
impl Db for TestDatabase {
    fn data_file(&self, _package: Package, path: &str) -> DataFile {
        let mut known = self.data.lock().unwrap();
        *known.entry(path.to_owned()).or_insert_with(|| {
            let content = match self.contents.get(path) {
                _ if path.starts_with("..") || path.starts_with('/') => Err(DataError::OutsidePackage),
                Some(text) => Ok(Arc::from(text.as_bytes())),
                None => Err(DataError::NotFound),
            };
            DataFile::new(self, content)
        })
    }

    fn archive(&self, path: &str) -> Archive {
        let digest =
            if path.starts_with("missing") { Err(DataError::NotFound) } else { Ok(Arc::from("0a1b2c")) };
        Archive::new(self, digest)
    }
}

impl TestDatabase {
    /// A package of the files in a fixture: `//- module` lines start a file, text before the first is the root
    /// module. `std::…` modules belong to the standard library, `data:path` sections are data files.
    pub fn new(fixture: &str) -> Self {
        let executed = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&executed);
        let storage = salsa::Storage::new(Some(Box::new(move |event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                log.lock().unwrap().push(format!("{database_key:?}"));
            }
        })));
        let mut sections: Vec<(String, String)> = vec![(String::new(), String::new())];
        for line in fixture.lines() {
            if let Some(module) = line.strip_prefix("//- ") {
                sections.push((module.trim().to_owned(), String::new()));
            } else if let Some((_, text)) = sections.last_mut() {
                text.push_str(line);
                text.push('\n');
            }
        }
        let contents = sections
            .iter()
            .filter_map(|(module, text)| Some((module.strip_prefix("data:")?.to_owned(), text.clone())))
            .collect();
        let mut db =
            Self { storage, executed, data: Arc::default(), contents: Arc::new(contents), files: Vec::new() };
        let root = Package::new(&db, "test".into(), Arc::from([]), Arc::from([]));
        let std = Package::new(&db, "std".into(), Arc::from([]), Arc::from([]));
        let mut files = (Vec::new(), Vec::new());
        for (at, (module, text)) in
            sections.into_iter().filter(|(name, _)| !name.starts_with("data:")).enumerate()
        {
            if at == 0 && text.trim().is_empty() {
                continue;
            }
            let in_std = module.strip_prefix("std::").map(str::to_owned);
            let package = if in_std.is_some() { std } else { root };
            let id = FileId(db.files.len() as u32);
            let module: Arc<str> = in_std.as_deref().unwrap_or(&module).into();
            let file = SourceFile::new(&db, id, package, module, text.into(), None);
            db.files.push(file);
            if package == std { files.1.push(file) } else { files.0.push(file) }
        }
        root.set_files(&mut db).to(files.0.into());
        std.set_files(&mut db).to(files.1.into());
        Program::new(&db, root, std, Arc::from([]), RuleSettings::default());
        db
    }

    /// Replaces text in the file of a module.
    pub fn edit(&mut self, module: &str, from: &str, to: &str) {
        let file = *self.files.iter().find(|file| **file.module(self) == *module).unwrap();
        let text = file.text(self).replace(from, to);
        file.set_text(self).to(text.into());
    }

    /// The queries executed since the last call.
    pub fn executed(&self) -> Vec<String> {
        std::mem::take(&mut *self.executed.lock().unwrap())
    }

    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// Every finding of every stage this crate knows, sorted by place.
    pub fn findings(&self) -> Vec<Diagnostic<Span>> {
        let mut found: Vec<Diagnostic<Span>> =
            self.files.iter().flat_map(|file| file_diagnostics(self, *file)).cloned().collect();
        let resolve = |result: &StackResult| {
            let all = result.diagnostics.clone().into_iter();
            all.map(|one| one.map(|origin| result.span(self, origin).unwrap())).collect::<Vec<_>>()
        };
        for target in targets(self) {
            let plan = plan(self, TargetId::new(self, target.clone()));
            found.extend(plan.diagnostics.iter().cloned());
            for instance in &plan.instances {
                found.extend(resolve(stack(self, *instance)));
            }
        }
        for (_, result) in unused_items(self) {
            found.extend(resolve(result));
        }
        // What a test looks at means nothing where something is wrong.
        if found.iter().all(|found| found.severity != Severity::Error) {
            for test in tests(self) {
                let failed = run_test(self, *test).diagnostics.iter().cloned();
                found.extend(failed.map(|one| one.map(|(item, range)| item_span(self, item, range))));
            }
        }
        found.sort_by_key(|one| (one.primary.at, one.code));
        found.dedup_by_key(|one| (one.primary.at, one.code));
        found
    }

    /// The stacks of every target.
    pub fn stacks(&self) -> Vec<&StackResult> {
        let mut found = Vec::new();
        for target in targets(self) {
            for instance in &plan(self, TargetId::new(self, target.clone())).instances {
                found.push(stack(self, *instance));
            }
        }
        found
    }

    /// The findings, one a line: code, the text at the place, the message.
    pub fn report(&self) -> String {
        let line = |one: &Diagnostic<Span>| {
            let file = self.files.iter().find(|file| file.id(self) == one.primary.at.file).unwrap();
            let at = one.primary.at.range.of(file.text(self));
            let help = one.help.as_ref().map(|help| format!("\n    help: {help}")).unwrap_or_default();
            format!("{} at {:?}: {}{help}\n", one.code, at.lines().next().unwrap_or_default(), one.message)
        };
        self.findings().iter().map(line).collect()
    }
}
