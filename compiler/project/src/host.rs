//! A project that is kept up to date: opened once, changed by an editor or a watcher, checked and built at any time.
//!
//! Must not know: what queries find (that is `stages`), the command line, editors.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ci_base::{Diagnostic, FileId, FileText, Span};
use ci_sema::rule::RuleSettings;
use ci_sema::{Package, Program, SourceFile};
use salsa::{Durability, Setter as _};

use crate::database::RootDatabase;
use crate::files::Files;
use crate::load::{self, Loaded, LoadedPackage, Overlays, Start};
use crate::manifest::{self, Manifest};
use crate::rules;
use crate::system::System;

/// A source of the standard library: its module, its path, its text, and the types that its rules are for.
pub(crate) type StdSource = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// The standard library, sorted by path.
pub(crate) static STDLIB: &[StdSource] = include!(concat!(env!("OUT_DIR"), "/stdlib.rs"));

/// A project and its database.
pub struct Host {
    snapshot: Snapshot,
    start: Start,
    overlays: Overlays,
    /// The inputs made so far, by canonical path; those of files and packages that are gone stay, to be used again.
    sources: BTreeMap<Utf8PathBuf, SourceFile>,
    packages: BTreeMap<Utf8PathBuf, Package>,
    std: Package,
    /// The directories in which resource schemas are looked for.
    schema_folders: Vec<Utf8PathBuf>,
}

/// The state of a project between two changes. Cheap to clone, for a thread that answers while others go on.
///
/// A clone keeps [`Host::apply`] waiting until it is dropped, so it must not be held on the thread that applies.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) db: RootDatabase,
    pub(crate) project: Arc<Project>,
}

/// What is known about a project beside its database.
#[derive(Clone)]
pub(crate) struct Project {
    pub files: Files,
    /// What is wrong with manifests and files: nothing else is worth saying as long as there is any.
    pub diagnostics: Vec<Diagnostic>,
    /// That of the root package.
    pub manifest: Manifest,
    /// Where paths of the root package count from: canonical.
    pub root: Utf8PathBuf,
    /// The same directory, relative to where the reader stands.
    pub shown: Utf8PathBuf,
    /// All packages but the standard library, the root first.
    pub packages: Vec<Package>,
    /// The file a finding about the project as a whole points to: its manifest, or its only source.
    pub main: FileId,
    /// The sources that exist, by canonical path.
    pub sources: BTreeMap<Utf8PathBuf, SourceFile>,
}

/// Why there is no project at a path.
#[derive(Debug)]
pub struct OpenError {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// What it points into.
    pub files: Files,
}

/// Something that changed outside the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An editor holds another text than the disk.
    Edit {
        /// The file.
        path: Utf8PathBuf,
        /// Its whole text.
        text: Arc<str>,
    },
    /// An editor no longer holds the file: the disk counts again.
    Close {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A file or directory was written, made or removed on the disk.
    Disk {
        /// What.
        path: Utf8PathBuf,
    },
}

impl Host {
    /// Opens the project that `path` is in, or the source file at `path` as a project of its own.
    ///
    /// Fails only where there is nothing to open. A project with a broken manifest opens, and says so when checked.
    pub fn open(system: Arc<dyn System>, path: &Utf8Path) -> Result<Self, Box<OpenError>> {
        let mut files = Files::default();
        let start = match load::find(&*system, &mut files, path) {
            Ok(start) => start,
            Err(diagnostic) => return Err(Box::new(OpenError { diagnostic: *diagnostic, files })),
        };
        let mut db = RootDatabase::new(system);
        let std = standard_library(&mut db, &mut files);
        let project = Project {
            main: FileId(0),
            files,
            diagnostics: Vec::new(),
            manifest: Manifest::default(),
            root: Utf8PathBuf::new(),
            shown: match &start {
                Start::Project { shown, .. } => shown.clone(),
                Start::File { shown, .. } => shown.parent().unwrap_or("".into()).to_owned(),
            },
            packages: Vec::new(),
            sources: BTreeMap::new(),
        };
        let mut host = Self {
            snapshot: Snapshot { db, project: Arc::new(project) },
            start,
            overlays: Overlays::new(),
            sources: BTreeMap::new(),
            packages: BTreeMap::new(),
            std,
            schema_folders: Vec::new(),
        };
        host.reload();
        Ok(host)
    }

    /// The state of now.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Takes changes over. Waits for all other snapshots to be dropped.
    pub fn apply(&mut self, changes: &[Change]) {
        let mut only_texts = true;
        let mut on_disk: Vec<Utf8PathBuf> = Vec::new();
        for change in changes {
            match change {
                Change::Edit { path, text } => {
                    let path = self.canonical(path);
                    only_texts &= self.set_text(&path, text);
                    self.overlays.insert(path, text.clone());
                }
                Change::Close { path } => {
                    self.overlays.remove(&self.canonical(path));
                    only_texts = false;
                }
                Change::Disk { path } => {
                    on_disk.push(self.canonical(path));
                    only_texts = false;
                }
            }
        }
        if !only_texts {
            self.reload();
        }
        if !on_disk.is_empty() {
            // A directory stands for what is in it, and what is in an archive for the archive.
            self.snapshot.db.refresh(|path| {
                on_disk.iter().any(|changed| changed.starts_with(path) || path.starts_with(changed))
            });
        }
    }

    /// Whether a change at `path` can change a result. For watchers, which see every change there is.
    pub fn concerns(&self, path: &Utf8Path) -> bool {
        let path = self.canonical(path);
        let is_input = |name: &str| path.extension() == Some("ci") || name == manifest::FILE_NAME;
        let holds_schemas = |folder: &Utf8Path| self.schema_folders.iter().any(|known| known == folder);
        path.file_name().is_some_and(is_input)
            || path.parent().is_some_and(holds_schemas)
            || self.sources.keys().any(|source| source.starts_with(&path))
            || self.snapshot.db.watched().iter().any(|file| path.starts_with(file) || file.starts_with(&path))
    }

    /// The source at a path, or the manifest or whatever else findings point to there, by its number.
    pub fn file(&self, path: &Utf8Path) -> Option<FileId> {
        let source = self.snapshot.source(&self.canonical(path));
        let source = source.map(|source| source.id(&self.snapshot.db));
        source.or_else(|| self.snapshot.files().find(&crate::system::slashed(path)))
    }

    /// The directories in which something can change: those of all packages.
    pub fn directories(&self) -> Vec<Utf8PathBuf> {
        self.packages.keys().cloned().collect()
    }

    /// The path as the database knows it. What is gone has only its own name.
    fn canonical(&self, path: &Utf8Path) -> Utf8PathBuf {
        let system = self.snapshot.db.system();
        if let Ok(path) = system.canonicalize(path) {
            return path;
        }
        let parent = path.parent().and_then(|parent| system.canonicalize(parent).ok());
        parent.map_or_else(|| path.to_owned(), |parent| parent.join(path.file_name().unwrap_or_default()))
    }

    /// Replaces the text of a source that is known; false for any other file.
    fn set_text(&mut self, path: &Utf8Path, text: &Arc<str>) -> bool {
        let Snapshot { db, project } = &mut self.snapshot;
        let Some(source) = project.sources.get(path).copied() else { return false };
        if **source.text(db) != **text {
            let project = Arc::make_mut(project);
            let shown = project.files.path(source.id(db)).to_owned();
            project.files.set(&shown, text.clone());
            source.set_text(db).to(text.clone().into());
        }
        true
    }

    /// Reads everything again and hands on what is different.
    fn reload(&mut self) {
        let Snapshot { db, project } = &mut self.snapshot;
        let project = Arc::make_mut(project);
        let system = db.system().clone();
        let Loaded { packages: loaded, diagnostics } =
            load::load(&*system, &self.overlays, &mut project.files, &self.start);
        let packages: Vec<Package> = loaded
            .iter()
            .map(|package| {
                let new = || Package::new(db, package.name.as_str().into(), Arc::from([]), Arc::from([]));
                *self.packages.entry(package.root.clone()).or_insert_with(new)
            })
            .collect();
        db.set_roots(packages.iter().copied().zip(loaded.iter().map(|package| package.root.clone())));
        project.sources.clear();
        for (package, loaded) in packages.iter().zip(&loaded) {
            let files = set_sources(db, &mut self.sources, *package, loaded);
            project.sources.extend(loaded.sources.iter().map(|source| source.path.clone()).zip(files));
            let dependencies: Arc<[(Arc<str>, Package)]> =
                loaded.dependencies.iter().map(|(name, at)| (name.as_str().into(), packages[*at])).collect();
            if *package.dependencies(db) != dependencies {
                package.set_dependencies(db).with_durability(Durability::MEDIUM).to(dependencies);
            }
            if **package.name(db) != *loaded.name {
                package.set_name(db).to(loaded.name.as_str().into());
            }
        }
        let patterns = loaded.iter().flat_map(|package| {
            let patterns = package.manifest.schemas.iter();
            patterns
                .filter_map(|schemas| package.root.join(&schemas.pattern).parent().map(Utf8Path::to_owned))
        });
        self.schema_folders = patterns.collect();
        let (rules, unknown) = rules::settings(db, &loaded, &packages, self.std);
        let mut schemas: Vec<Arc<str>> =
            loaded.iter().flat_map(|package| package.schemas.iter().cloned()).collect();
        schemas.sort();
        schemas.dedup();
        if let Some(root) = packages.first().copied() {
            set_program(db, root, self.std, schemas.into(), rules);
        }
        project.main = match &self.start {
            Start::Project { shown, .. } => {
                project.files.whole(&crate::system::slashed(&shown.join(manifest::FILE_NAME))).file
            }
            Start::File { shown, .. } => project.files.whole(&crate::system::slashed(shown)).file,
        };
        let at = |range| Span { file: project.main, range };
        project.diagnostics = diagnostics;
        project.diagnostics.extend(unknown.into_iter().map(|found| found.map(at)));
        project.packages = packages;
        if let Some(package) = loaded.into_iter().next() {
            (project.manifest, project.root) = (package.manifest, package.root);
        }
    }
}

impl Snapshot {
    /// The database.
    pub fn db(&self) -> &RootDatabase {
        &self.db
    }

    /// The files that findings point into.
    pub fn files(&self) -> &Files {
        &self.project.files
    }

    /// The manifest of the project; empty for a file outside any.
    pub fn manifest(&self) -> &Manifest {
        &self.project.manifest
    }

    /// The directory of the project: canonical.
    pub fn root(&self) -> &Utf8Path {
        &self.project.root
    }

    /// The directory of the project, relative to where the reader stands; empty for that place itself.
    pub fn shown_root(&self) -> &Utf8Path {
        &self.project.shown
    }

    /// The source at a canonical path.
    pub fn source(&self, path: &Utf8Path) -> Option<SourceFile> {
        self.project.sources.get(path).copied()
    }

    /// The manifest of the package that lies at a path relative to the directory of another manifest.
    pub fn manifest_at(&self, from: FileId, path: &str) -> Option<FileId> {
        let folder = Utf8Path::new(self.files().path(from)).parent()?;
        let found = crate::system::normalize(&folder.join(path).join(manifest::FILE_NAME));
        self.files().find(&crate::system::slashed(&found))
    }

    /// What is wrong with the manifest and the files themselves. As long as there is any, [`Self::check`] says nothing
    /// else: what cannot be read would be missed everywhere.
    pub fn problems(&self) -> &[Diagnostic] {
        &self.project.diagnostics
    }
}

/// Makes or updates the inputs of a package's sources. Returns them in the order of `loaded`.
fn set_sources(
    db: &mut RootDatabase,
    known: &mut BTreeMap<Utf8PathBuf, SourceFile>,
    package: Package,
    loaded: &LoadedPackage,
) -> Vec<SourceFile> {
    let mut files = Vec::with_capacity(loaded.sources.len());
    for source in &loaded.sources {
        let Some(file) = known.get(&source.path).copied() else {
            let module = source.module.as_str().into();
            let file = SourceFile::new(db, source.file, package, module, source.text.clone(), None);
            known.insert(source.path.clone(), file);
            files.push(file);
            continue;
        };
        // A setter starts a new revision even where nothing differs.
        if *file.text(db) != source.text {
            file.set_text(db).to(source.text.clone());
        }
        if **file.module(db) != *source.module {
            file.set_module(db).to(source.module.as_str().into());
        }
        if file.package(db) != package {
            file.set_package(db).to(package);
        }
        if file.id(db) != source.file {
            file.set_id(db).to(source.file);
        }
        files.push(file);
    }
    if **package.files(db) != *files {
        package.set_files(db).with_durability(Durability::MEDIUM).to(files.as_slice().into());
    }
    files
}

fn set_program(
    db: &mut RootDatabase,
    root: Package,
    std: Package,
    schemas: Arc<[Arc<str>]>,
    rules: RuleSettings,
) {
    let Some(program) = Program::try_get(db) else {
        let _: Program = Program::builder(root, std, schemas, rules).durability(Durability::HIGH).new(db);
        return;
    };
    if program.root(db) != root {
        program.set_root(db).with_durability(Durability::HIGH).to(root);
    }
    if *program.schemas(db) != schemas {
        program.set_schemas(db).with_durability(Durability::HIGH).to(schemas);
    }
    if *program.rules(db) != rules {
        program.set_rules(db).with_durability(Durability::HIGH).to(rules);
    }
}

/// The package of the standard library. Its texts never change while a process lives.
fn standard_library(db: &mut RootDatabase, files: &mut Files) -> Package {
    let package =
        Package::builder("std".into(), Arc::from([]), Arc::from([])).durability(Durability::HIGH).new(db);
    let mut sources: Vec<(&str, SourceFile)> = STDLIB
        .iter()
        .map(|(module, path, text, subjects)| {
            let text = FileText::Embedded(text);
            let id = files.set(&format!("std/{path}"), text.clone());
            let source = SourceFile::builder(id, package, Arc::from(*module), text, Some(*subjects));
            (*module, source.durability(Durability::NEVER_CHANGE).new(db))
        })
        .collect();
    sources.sort_by_key(|(module, _)| *module);
    let sources: Arc<[SourceFile]> = sources.into_iter().map(|(_, source)| source).collect();
    package.set_files(db).with_durability(Durability::HIGH).to(sources);
    package
}

#[cfg(test)]
mod tests;
