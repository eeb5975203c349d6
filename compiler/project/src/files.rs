//! The files that diagnostics point into: sources, manifests, and whatever could not be read.
//!
//! Must not know: the disk, salsa, what is in a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use ci_base::{FileId, FileText, Span, TextRange};

/// Every file of a compilation by number. A path keeps its number for as long as the table lives.
#[derive(Clone, Debug, Default)]
pub struct Files {
    files: Vec<File>,
    by_path: BTreeMap<Arc<str>, FileId>,
}

#[derive(Clone, Debug)]
struct File {
    path: Arc<str>,
    text: FileText,
}

impl Files {
    /// Enters a file under the path it is shown by, or replaces its text.
    pub fn set(&mut self, path: &str, text: impl Into<FileText>) -> FileId {
        let text = text.into();
        if let Some(id) = self.by_path.get(path) {
            self.files[id.0 as usize].text = text;
            return *id;
        }
        let id = FileId(self.files.len() as u32);
        let path: Arc<str> = path.into();
        self.by_path.insert(path.clone(), id);
        self.files.push(File { path, text });
        id
    }

    /// A place in a file that cannot be shown: the file is entered with the text it has, or none.
    pub fn whole(&mut self, path: &str) -> Span {
        let file = self.by_path.get(path).copied();
        let file = file.unwrap_or_else(|| self.set(path, ""));
        Span { file, range: TextRange::empty(0) }
    }

    /// The file shown by that path.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// The path a file is shown by; empty for a number that is not of this table.
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(file.0 as usize).map_or("", |file| &file.path)
    }

    /// The text of a file; empty for a number that is not of this table.
    pub fn text(&self, file: FileId) -> &str {
        self.files.get(file.0 as usize).map_or("", |file| &file.text)
    }
}

impl ci_base::render::Sources for Files {
    fn path(&self, file: FileId) -> &str {
        self.path(file)
    }

    fn text(&self, file: FileId) -> &str {
        self.text(file)
    }
}
