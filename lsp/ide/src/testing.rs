//! Programs for tests: files in one text, `//- /src/a.ci` before each, `$0` at the cursor.

use std::fmt::Write as _;

use std::sync::Arc;

use camino::Utf8Path;
use ci_base::{FileId, Span, TextRange};
use ci_project::{Host, MemorySystem, Snapshot};

use crate::{Cursor, TextEdit};

/// A program and a cursor in it.
pub(crate) struct Fixture {
    pub host: Host,
    /// The cursor, where the text has one.
    pub cursor: Cursor,
}

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

/// Whether a cursor may stand in a file: in others, `$0` is what they say.
fn is_written(path: &str) -> bool {
    let path = Utf8Path::new(path);
    path.extension() == Some("ci") || path.file_name() == Some(ci_project::MANIFEST)
}

impl Fixture {
    /// The program in `text`: a file each after a line `//- /path`, or `src/main.ci` alone.
    pub fn new(text: &str) -> Self {
        let mut files: Vec<(String, String)> = Vec::new();
        let mut cursor = None;
        for line in text.trim_start_matches('\n').split_inclusive('\n') {
            if let Some(path) = line.strip_prefix("//- ") {
                files.push((path.trim().to_owned(), String::new()));
                continue;
            }
            if files.is_empty() {
                files.push(("/src/main.ci".to_owned(), String::new()));
            }
            let (path, content) = files.last_mut().unwrap();
            match line.split_once("$0") {
                Some((before, after)) if is_written(path) => {
                    content.push_str(before);
                    cursor = Some((path.clone(), content.len() as u32));
                    content.push_str(after);
                }
                _ => content.push_str(line),
            }
        }
        let mut all: Vec<(String, String)> =
            files.into_iter().map(|(path, text)| (format!("/p{path}"), text)).collect();
        if !all.iter().any(|(path, _)| path == "/p/ci.toml") {
            all.push(("/p/ci.toml".to_owned(), MANIFEST.to_owned()));
        }
        let system = MemorySystem::new(all.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let host = Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic).unwrap();
        let cursor = cursor.map_or(Cursor { file: FileId(0), offset: 0 }, |(path, offset)| Cursor {
            file: host.snapshot().files().find(&format!("/p{path}")).unwrap(),
            offset,
        });
        Self { host, cursor }
    }

    pub fn snapshot(&self) -> &Snapshot {
        self.host.snapshot()
    }

    pub fn file(&self, path: &str) -> FileId {
        self.snapshot().files().find(&format!("/p{path}")).unwrap()
    }

    /// `src/main.ci:3:5 "text"` of a place.
    pub fn shown(&self, at: Span) -> String {
        let files = self.snapshot().files();
        let text = files.text(at.file);
        let position = ci_base::LineIndex::new(text).line_column(at.range.start);
        let path = files.path(at.file).trim_start_matches("/p/");
        format!("{path}:{}:{} {:?}", position.line + 1, position.column + 1, at.range.of(text))
    }

    /// The files that edits change, as they are afterwards.
    pub fn edited(&self, edits: &[TextEdit]) -> String {
        let files = self.snapshot().files();
        let mut touched: Vec<FileId> = edits.iter().map(|edit| edit.at.file).collect();
        touched.sort_unstable();
        touched.dedup();
        let mut shown = String::new();
        for file in touched {
            let mut text = files.text(file).to_owned();
            let mut own: Vec<&TextEdit> = edits.iter().filter(|edit| edit.at.file == file).collect();
            own.sort_by_key(|edit| edit.at.range.start);
            for edit in own.into_iter().rev() {
                let TextRange { start, end } = edit.at.range;
                text.replace_range(start as usize..end as usize, &edit.text);
            }
            if files.path(file) != "/p/src/main.ci" {
                let _ = writeln!(shown, "//- {}", files.path(file).trim_start_matches("/p"));
            }
            shown.push_str(&text);
        }
        shown
    }
}
