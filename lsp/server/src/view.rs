//! What a worker is given: the state of a project and of the documents at one moment.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use ci_base::{Diagnostic, FileId, LineIndex, Span};
use ci_ide::Cursor;
use ci_project::Snapshot;
use tower_lsp_server::ls_types::{Location, Position, Range, Uri};

use crate::abilities::Abilities;
use crate::document::Lines;
use crate::paths::Paths;
use crate::settings::Settings;

/// The state of a project and of the documents at one moment.
#[derive(Clone)]
pub(crate) struct View {
    pub snapshot: Snapshot,
    /// The file that is asked about, where the project knows it.
    pub file: Option<FileId>,
    pub paths: Paths,
    /// The versions of open documents.
    pub versions: Arc<HashMap<Utf8PathBuf, i32>>,
    pub abilities: Abilities,
    pub settings: Arc<Settings>,
    /// The findings, where they have been gathered since the last change.
    pub findings: Option<Arc<Vec<Diagnostic>>>,
    /// The snapshots of the other projects, for what is asked of all of them.
    pub others: Vec<Snapshot>,
    /// The lines of the files that were asked for: an answer has many positions in few files.
    pub lines: LineCache,
}

/// Where the lines of files start, by file.
pub(crate) type LineCache = RefCell<HashMap<FileId, Arc<LineIndex>>>;

impl View {
    pub fn text(&self, file: FileId) -> &str {
        self.snapshot.files().text(file)
    }

    pub fn lines(&self, file: FileId) -> Lines<'_> {
        let text = self.text(file);
        let mut known = self.lines.borrow_mut();
        let index = known.entry(file).or_insert_with(|| Arc::new(LineIndex::new(text)));
        Lines::of(text, Arc::clone(index), self.abilities.encoding)
    }

    /// The place that a position in the document is.
    pub fn cursor(&self, position: Position) -> Option<Cursor> {
        let file = self.file?;
        Some(Cursor { file, offset: self.lines(file).offset(position) })
    }

    pub fn span(&self, range: Range) -> Option<Span> {
        let file = self.file?;
        Some(Span { file, range: self.lines(file).text_range(range) })
    }

    pub fn range(&self, at: Span) -> Range {
        self.lines(at.file).range(at.range)
    }

    pub fn uri(&self, file: FileId) -> Option<Uri> {
        self.paths.shown(self.snapshot.files().path(file))
    }

    pub fn location(&self, at: Span) -> Option<Location> {
        Some(Location { uri: self.uri(at.file)?, range: self.range(at) })
    }

    /// The version of the document that a file is open as.
    pub fn version(&self, file: FileId) -> Option<i32> {
        self.versions.get(camino::Utf8Path::new(self.snapshot.files().path(file))).copied()
    }

    /// Everything that is wrong with the project.
    pub fn findings(&self) -> Arc<Vec<Diagnostic>> {
        self.findings.clone().unwrap_or_else(|| Arc::new(self.snapshot.check()))
    }
}
