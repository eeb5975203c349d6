//! The sources of a package: which files are which modules.
//!
//! `src/main.ci` or `src/lib.ci` is the root module; `src/a.ci` is `a`, `src/a/b.ci` is `a::b`.

use camino::{Utf8Path, Utf8PathBuf};
use ci_base::{Code, Diagnostic, FileId, Span, TextRange};
use ci_syntax::TokenKind;

use super::{LoadedSource, Loader, reason};
use crate::system::{Kind, slashed};

/// The folder of a package that holds its sources.
pub(super) const FOLDER: &str = "src";

impl Loader<'_> {
    /// All sources of the package at `root`, sorted by module.
    pub(super) fn sources(
        &mut self,
        root: &Utf8Path,
        shown: &Utf8Path,
        manifest: FileId,
    ) -> Vec<LoadedSource> {
        let at = Span { file: manifest, range: TextRange::empty(0) };
        let mut walk = Walk { root, at, open: vec![root.join(FOLDER)], found: Vec::new() };
        self.walk(&mut walk, Utf8Path::new(FOLDER));
        let mut found = walk.found;
        found.sort();
        if found.is_empty() && self.loaded.diagnostics.is_empty() {
            let message = "the package has no sources";
            let help = format!("write the first in `{}`", slashed(&shown.join("src/main.ci")));
            self.report(Diagnostic::new(Code::UnreadableFile, at, message).help(help));
        }
        let mut sources: Vec<LoadedSource> = Vec::new();
        for (module, relative, path) in found {
            let (file, text) = match self.text(&path, &shown.join(&relative)) {
                Ok(read) => read,
                Err(found) => {
                    self.loaded.diagnostics.push(*found);
                    continue;
                }
            };
            if let Some(other) = sources.iter().find(|source| source.module == module) {
                let other = self.files.path(other.file).to_owned();
                let at = Span { file, range: TextRange::empty(0) };
                let message = format!("`{}` is the same module as `{other}`", self.files.path(file));
                self.report(Diagnostic::new(Code::DuplicateName, at, message).help("keep one of them"));
                continue;
            }
            sources.push(LoadedSource { module, path, file, text });
        }
        sources
    }

    /// Enters every source under `folder`, which is relative to the package.
    fn walk(&mut self, walk: &mut Walk<'_>, folder: &Utf8Path) {
        let entries = match self.system.read_dir(&walk.root.join(folder)) {
            Ok(entries) => entries,
            // A package without the folder has no sources, which is said elsewhere.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                let message = format!("cannot read `{}`: {}", slashed(folder), reason(&error));
                return self.report(Diagnostic::new(Code::UnreadableFile, walk.at, message));
            }
        };
        for entry in entries.into_iter().filter(|entry| !entry.name.starts_with('.')) {
            let relative = folder.join(&entry.name);
            let is_source = relative.extension() == Some("ci");
            if !entry.is_utf8 {
                if is_source {
                    let message = format!("the name of `{}` is not UTF-8", slashed(&relative));
                    self.report(Diagnostic::new(Code::UnreadableFile, walk.at, message));
                }
                continue;
            }
            let path = walk.root.join(&relative);
            let Ok(canonical) = self.system.canonicalize(&path) else {
                // A link to nothing matters only where it pretends to be a source.
                if is_source {
                    let message = format!("`{}` is a link to nothing", slashed(&relative));
                    self.report(Diagnostic::new(Code::UnreadableFile, walk.at, message));
                }
                continue;
            };
            let kind = self.system.metadata(&canonical).map(|metadata| metadata.kind);
            match kind {
                Ok(Kind::File) if is_source => {
                    if self.leads_inside(walk.root, &path, &canonical, walk.at)
                        && let Some(module) = self.module(&relative, walk.at)
                    {
                        walk.found.push((module, relative, canonical));
                    }
                }
                Ok(Kind::Directory) => {
                    if !self.leads_inside(walk.root, &path, &canonical, walk.at) {
                        continue;
                    }
                    if walk.open.contains(&canonical) {
                        let message = format!("`{}` is a link to a folder it is in", slashed(&relative));
                        self.report(Diagnostic::new(Code::OutsideProject, walk.at, message));
                        continue;
                    }
                    walk.open.push(canonical);
                    self.walk(walk, &relative);
                    walk.open.pop();
                }
                _ => {}
            }
        }
    }

    /// The module of the file at `relative`, reported if paths could not name it.
    fn module(&mut self, relative: &Utf8Path, at: Span) -> Option<String> {
        let inside = relative.strip_prefix(FOLDER).unwrap_or(relative).with_extension("");
        let segments: Vec<&str> = inside.components().map(|part| part.as_str()).collect();
        if matches!(segments.as_slice(), ["main" | "lib"]) {
            return Some(String::new());
        }
        if let Some(bad) = segments.iter().find(|segment| !is_identifier(segment)) {
            let message = format!("`{bad}` in `{}` cannot be the name of a module", slashed(relative));
            let help = "name files and folders as in paths: letters, digits and `_`, and no keyword";
            self.report(Diagnostic::new(Code::InvalidName, at, message).help(help));
            return None;
        }
        Some(segments.join("::"))
    }
}

struct Walk<'a> {
    /// The directory of the package.
    root: &'a Utf8Path,
    /// Where problems are reported that have no text of their own: the manifest.
    at: Span,
    /// The folders being walked, from `src` down.
    open: Vec<Utf8PathBuf>,
    /// What was found: module, path in the package, canonical path.
    found: Vec<(String, Utf8PathBuf, Utf8PathBuf)>,
}

/// Whether `name` can stand in a path.
fn is_identifier(name: &str) -> bool {
    matches!(ci_syntax::lex(name).as_slice(), [token] if token.kind == TokenKind::Ident)
}
