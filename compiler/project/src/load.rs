//! From a path to texts: the project it means, its manifest, its sources, and the packages it depends on.
//!
//! Everything is plain data, read in a fixed order. [`crate::host`] turns it into inputs of the database, the first
//! time and whenever something changed.
//!
//! Must not know: salsa, what is in a source file.

mod source;
mod start;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ci_base::{Code, Diagnostic, FileId, FileText, Span, TextRange};

use crate::files::Files;
use crate::manifest::{self, DependencySource, Manifest};
use crate::system::{Kind, System, normalize, slashed};

pub(crate) use start::{Start, find};

/// Files larger than this are refused: no source is, and offsets must fit.
pub(crate) const MAX_FILE_BYTES: u64 = 16 << 20;

/// The texts that an editor holds, by canonical path; they count instead of those on the disk.
pub(crate) type Overlays = BTreeMap<Utf8PathBuf, Arc<str>>;

/// A project as it is on the disk.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// The package that was asked for, then those it depends on, each once.
    pub packages: Vec<LoadedPackage>,
    /// What is wrong with manifests and files.
    pub diagnostics: Vec<Diagnostic>,
}

/// A package as it is on the disk.
#[derive(Debug)]
pub(crate) struct LoadedPackage {
    /// The name others see.
    pub name: String,
    /// Its directory: canonical.
    pub root: Utf8PathBuf,
    /// Its manifest; that of a file outside any project is empty.
    pub manifest: Manifest,
    /// Its sources, sorted by module.
    pub sources: Vec<LoadedSource>,
    /// What it imports from: names, sorted, and positions in [`Loaded::packages`].
    pub dependencies: Vec<(String, usize)>,
    /// The texts of its resource schemas.
    pub schemas: Vec<Arc<str>>,
}

/// A source as it is on the disk.
#[derive(Debug)]
pub(crate) struct LoadedSource {
    /// Its module: segments joined by `::`, empty for the root.
    pub module: String,
    /// Where it is: canonical.
    pub path: Utf8PathBuf,
    /// Its number.
    pub file: FileId,
    /// Its text.
    pub text: FileText,
}

/// Loads what `start` means, with everything it depends on.
pub(crate) fn load(system: &dyn System, overlays: &Overlays, files: &mut Files, start: &Start) -> Loaded {
    let mut loader = Loader { system, overlays, files, loaded: Loaded::default(), open: Vec::new() };
    match start {
        Start::Project { root, shown } => drop(loader.project(root, shown)),
        Start::File { path, shown } => loader.single(path, shown),
    }
    loader.loaded
}

struct Loader<'a> {
    system: &'a dyn System,
    overlays: &'a Overlays,
    files: &'a mut Files,
    loaded: Loaded,
    /// The packages whose dependencies are being loaded, from the root down: their directories and names.
    open: Vec<(Utf8PathBuf, String)>,
}

impl Loader<'_> {
    /// A package with a manifest. Returns its position.
    fn project(&mut self, root: &Utf8Path, shown: &Utf8Path) -> usize {
        let (file, text) = match self.text(&root.join(manifest::FILE_NAME), &shown.join(manifest::FILE_NAME))
        {
            Ok(read) => read,
            Err(found) => {
                let file = found.primary.at.file;
                self.loaded.diagnostics.push(*found);
                (file, "".into())
            }
        };
        let manifest = if text.is_empty() && !self.loaded.diagnostics.is_empty() {
            Manifest::default()
        } else {
            let (manifest, diagnostics) = Manifest::parse(file, &text);
            self.loaded.diagnostics.extend(diagnostics);
            manifest
        };
        // Entered before its dependencies are read, so that the root is the first.
        let at = self.loaded.packages.len();
        self.loaded.packages.push(LoadedPackage {
            name: manifest.name.replace('-', "_"),
            root: root.to_owned(),
            manifest: Manifest::default(),
            sources: Vec::new(),
            dependencies: Vec::new(),
            schemas: Vec::new(),
        });
        let sources = self.sources(root, shown, file);
        let schemas = self.schemas(root, shown, file, &manifest);
        self.open.push((root.to_owned(), manifest.name.clone()));
        let dependencies = self.dependencies(root, shown, file, &manifest);
        self.open.pop();
        let package = &mut self.loaded.packages[at];
        (package.sources, package.schemas, package.dependencies) = (sources, schemas, dependencies);
        package.manifest = manifest;
        at
    }

    fn dependencies(
        &mut self,
        root: &Utf8Path,
        shown: &Utf8Path,
        file: FileId,
        manifest: &Manifest,
    ) -> Vec<(String, usize)> {
        let mut dependencies = Vec::new();
        for dependency in &manifest.dependencies {
            let DependencySource::Path(path) = &dependency.source;
            let at = Span { file, range: dependency.at };
            let target = root.join(path);
            let found = self.system.canonicalize(&target.join(manifest::FILE_NAME));
            let Some(target) = found.as_ref().ok().and_then(|manifest| manifest.parent()) else {
                let message = format!("there is no package at `{path}`: it has no `{}`", manifest::FILE_NAME);
                self.report(Diagnostic::new(Code::UnreadableFile, at, message));
                continue;
            };
            if let Some(start) = self.open.iter().position(|(root, _)| root == target) {
                let mut chain: Vec<&str> = self.open[start..].iter().map(|(_, name)| name.as_str()).collect();
                chain.push(chain[0]);
                let message = "packages depend on each other in a circle";
                let found = Diagnostic::new(Code::ImportCycle, at, message).label("this closes the circle");
                self.report(found.note(chain.join(" → ")));
                continue;
            }
            let known = self.loaded.packages.iter().position(|package| package.root == target);
            let target = target.to_owned();
            let package = known.unwrap_or_else(|| self.project(&target, &normalize(&shown.join(path))));
            dependencies.push((dependency.name.clone(), package));
        }
        dependencies
    }

    /// A file outside any project: a package of its own.
    fn single(&mut self, path: &Utf8Path, shown: &Utf8Path) {
        let sources = match self.text(path, shown) {
            Ok((file, text)) => {
                vec![LoadedSource { module: String::new(), path: path.to_owned(), file, text }]
            }
            Err(found) => {
                self.loaded.diagnostics.push(*found);
                Vec::new()
            }
        };
        self.loaded.packages.push(LoadedPackage {
            name: path.file_stem().unwrap_or_default().replace('-', "_"),
            root: path.parent().unwrap_or(path).to_owned(),
            manifest: Manifest::default(),
            sources,
            dependencies: Vec::new(),
            schemas: Vec::new(),
        });
    }

    /// The texts of the schema files that a manifest names.
    fn schemas(
        &mut self,
        root: &Utf8Path,
        shown: &Utf8Path,
        file: FileId,
        manifest: &Manifest,
    ) -> Vec<Arc<str>> {
        let mut texts = Vec::new();
        for schemas in &manifest.schemas {
            let at = Span { file, range: schemas.at };
            let pattern = Utf8Path::new(&schemas.pattern);
            let (folder, last) =
                (pattern.parent().unwrap_or("".into()), pattern.file_name().unwrap_or_default());
            let names: Vec<String> = if last.contains('*') {
                let entries = self.system.read_dir(&root.join(folder)).unwrap_or_default();
                let names = entries.into_iter().filter(|entry| entry.is_utf8).map(|entry| entry.name);
                names.filter(|name| !name.starts_with('.') && matches(last, name)).collect()
            } else {
                vec![last.to_owned()]
            };
            if names.is_empty() {
                let message = format!("no file matches `{pattern}`");
                self.report(Diagnostic::new(Code::UnreadableFile, at, message));
            }
            for name in names {
                let path = folder.join(name);
                if !self.inside(root, &root.join(&path), at) {
                    continue;
                }
                match self.text(&root.join(&path), &shown.join(&path)) {
                    Ok((_, text)) => match ci_catalog::parse_schema(&text) {
                        Ok(_) => texts.push(Arc::from(&*text)),
                        Err(error) => {
                            let message = format!("`{}` is not a resource schema", slashed(&path));
                            let found = Diagnostic::new(Code::InvalidSchema, at, message);
                            self.report(found.note(error.to_string()));
                        }
                    },
                    // Said where it is asked for: the file itself may not even be there to point into.
                    Err(found) => self.report(Diagnostic::new(found.code, at, found.message)),
                }
            }
        }
        texts
    }

    /// Whether `path` lies in `root` when all links are followed; reported at `at` if not. What is not there is no
    /// matter of this function.
    fn inside(&mut self, root: &Utf8Path, path: &Utf8Path, at: Span) -> bool {
        let canonical = self.system.canonicalize(path);
        canonical.map_or(true, |canonical| self.leads_inside(root, path, &canonical, at))
    }

    /// [`Self::inside`] of a path that is known to lead to `canonical`.
    fn leads_inside(&mut self, root: &Utf8Path, path: &Utf8Path, canonical: &Utf8Path, at: Span) -> bool {
        let inside = canonical.starts_with(root);
        if !inside {
            let relative = slashed(path.strip_prefix(root).unwrap_or(path));
            let message = format!("`{relative}` leads out of the package");
            self.report(Diagnostic::new(Code::OutsideProject, at, message));
        }
        inside
    }

    /// The text of a file, entered into the table; or why there is none.
    fn text(&mut self, path: &Utf8Path, shown: &Utf8Path) -> Result<(FileId, FileText), Box<Diagnostic>> {
        let shown = slashed(&normalize(shown));
        if let Some(text) = self.overlays.get(path) {
            let text = FileText::from(text.clone());
            return Ok((self.files.set(&shown, text.clone()), text));
        }
        let bytes = match self.bytes(path) {
            Ok(bytes) => bytes,
            Err((code, why)) => {
                let at = Span { file: self.files.set(&shown, ""), range: TextRange::empty(0) };
                return Err(Box::new(Diagnostic::new(code, at, format!("cannot read `{shown}`: {why}"))));
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text = FileText::from(text);
                Ok((self.files.set(&shown, text.clone()), text))
            }
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                // Up to where it is text it can be shown.
                let text = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
                let file = self.files.set(&shown, text);
                let at = Span { file, range: TextRange::empty(valid as u32) };
                let byte = error.as_bytes().get(valid).copied().unwrap_or_default();
                let message = format!("`{shown}` is not UTF-8: byte {valid} is 0x{byte:02x}");
                Err(Box::new(Diagnostic::new(Code::InvalidUtf8, at, message).label("text ends here")))
            }
        }
    }

    fn bytes(&self, path: &Utf8Path) -> Result<Vec<u8>, (Code, String)> {
        let unreadable = |error: io::Error| (Code::UnreadableFile, reason(&error));
        let metadata = self.system.metadata(path).map_err(unreadable)?;
        if metadata.kind != Kind::File {
            return Err((Code::UnreadableFile, "it is not a file".to_owned()));
        }
        if metadata.length > MAX_FILE_BYTES {
            let why = format!("it has {} bytes, the limit is {MAX_FILE_BYTES}", metadata.length);
            return Err((Code::FileTooLarge, why));
        }
        self.system.read(path).map_err(unreadable)
    }

    fn report(&mut self, found: Diagnostic) {
        self.loaded.diagnostics.push(found);
    }
}

/// Why something failed, in words that are the same on every system for the usual reasons.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is nothing there".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => error.to_string(),
    }
}

/// Whether `name` is `pattern`, in which each `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == name };
    let Some(rest) = name.strip_prefix(head) else { return false };
    // The shortest match first is enough: what follows is tried at every later place too.
    let mut starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    starts.any(|at| matches(tail, &rest[at..]))
}

#[cfg(test)]
mod tests;
