//! A project that the server keeps, and what has been found in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ci_base::Diagnostic;
use ci_project::{Host, MANIFEST, System};
use tower_lsp_server::ls_types::{self as lsp, Uri};

/// A project, or a file outside of any.
pub(crate) struct Project {
    pub host: Host,
    /// Counts changes: what was found before the last one is not told.
    pub revision: u64,
    /// Whether it has to be checked.
    pub is_dirty: bool,
    /// The findings of this revision, where they have been gathered.
    pub findings: Option<Arc<Vec<Diagnostic>>>,
    /// The findings as the editor was told, by document.
    pub published: BTreeMap<Uri, Vec<lsp::Diagnostic>>,
}

impl Project {
    pub fn new(host: Host) -> Self {
        Self { host, revision: 0, is_dirty: true, findings: None, published: BTreeMap::new() }
    }

    /// Something has changed in it.
    pub fn touch(&mut self) {
        self.revision += 1;
        self.is_dirty = true;
        self.findings = None;
    }
}

/// What a document belongs to: the directory of a project, or the document itself.
pub(crate) fn home(system: &dyn System, path: &Utf8Path) -> Utf8PathBuf {
    let folder =
        path.ancestors().skip(1).find(|folder| folder.is_absolute() && system.exists(&folder.join(MANIFEST)));
    match folder {
        // A source beside `src` belongs to nothing: it is compiled alone.
        Some(folder) if path.extension() != Some("ci") || path.starts_with(folder.join("src")) => {
            folder.to_owned()
        }
        _ => path.to_owned(),
    }
}

/// How deep projects are looked for in a folder of the workspace, and how many are opened.
const DEEPEST: usize = 4;
const MOST_PROJECTS: usize = 50;

/// The projects in a folder of the workspace.
pub(crate) fn projects_in(system: &dyn System, folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        if system.exists(&folder.join(MANIFEST)) {
            found.push(folder.clone());
            if found.len() >= MOST_PROJECTS {
                break;
            }
        }
        if depth == DEEPEST {
            continue;
        }
        let entries = system.read_dir(&folder).unwrap_or_default();
        for entry in entries.iter().rev().filter(|entry| entry.is_utf8) {
            let is_other = entry.name.starts_with('.')
                || matches!(&*entry.name, "node_modules" | "target" | "build" | "dist" | "venv");
            let path = folder.join(&entry.name);
            let is_folder =
                || system.metadata(&path).is_ok_and(|found| found.kind == ci_project::Kind::Directory);
            if !is_other && is_folder() {
                open.push((path, depth + 1));
            }
        }
    }
    found
}
