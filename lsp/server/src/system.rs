//! The disk as the editor sees it: with the documents that were never saved.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use ci_project::{DirEntry, Kind, Metadata, System};

/// A disk, and texts that are at paths where it has nothing.
pub(crate) struct EditorSystem {
    disk: Arc<dyn System>,
    unsaved: Mutex<BTreeMap<Utf8PathBuf, Arc<str>>>,
}

impl EditorSystem {
    pub fn new(disk: Arc<dyn System>) -> Self {
        Self { disk, unsaved: Mutex::default() }
    }

    fn unsaved(&self) -> MutexGuard<'_, BTreeMap<Utf8PathBuf, Arc<str>>> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An editor holds a text at a path. Whether that is the only one there is.
    pub fn hold(&self, path: &Utf8Path, text: Arc<str>) -> bool {
        let is_unsaved = !self.disk.exists(path);
        if is_unsaved {
            self.unsaved().insert(path.to_owned(), text);
        }
        is_unsaved
    }

    /// The editor holds it no longer, or has saved it.
    pub fn release(&self, path: &Utf8Path) -> bool {
        self.unsaved().remove(path).is_some()
    }

    fn text(&self, path: &Utf8Path) -> Option<Arc<str>> {
        self.unsaved().get(path).cloned()
    }
}

/// What the disk says, or what the unsaved texts do where it has nothing.
fn or_else<T>(disk: io::Result<T>, unsaved: impl FnOnce() -> Option<T>) -> io::Result<T> {
    match disk {
        Err(error) if error.kind() == io::ErrorKind::NotFound => unsaved().ok_or(error),
        other => other,
    }
}

impl System for EditorSystem {
    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata> {
        or_else(self.disk.metadata(path), || {
            let length = self.text(path)?.len() as u64;
            Some(Metadata { kind: Kind::File, length, executable: false, read_only: false })
        })
    }

    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        or_else(self.disk.canonicalize(path), || {
            self.text(path)?;
            let folder = path.parent().and_then(|folder| self.disk.canonicalize(folder).ok());
            Some(
                folder.map_or_else(
                    || path.to_owned(),
                    |folder| folder.join(path.file_name().unwrap_or_default()),
                ),
            )
        })
    }

    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        or_else(self.disk.read(path), || Some(self.text(path)?.as_bytes().to_vec()))
    }

    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<DirEntry>> {
        let unsaved: Vec<DirEntry> = self
            .unsaved()
            .keys()
            .filter(|known| known.parent() == Some(path))
            .filter_map(|known| Some(DirEntry { name: known.file_name()?.to_owned(), is_utf8: true }))
            .collect();
        let disk = self.disk.read_dir(path);
        if unsaved.is_empty() {
            return disk;
        }
        let mut entries = or_else(disk, || Some(Vec::new()))?;
        entries.extend(unsaved);
        entries.sort();
        entries.dedup();
        Ok(entries)
    }

    fn create_dir_all(&self, path: &Utf8Path) -> io::Result<()> {
        self.disk.create_dir_all(path)
    }

    fn write(&self, path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
        self.disk.write(path, bytes)
    }

    fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn copy_permissions(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
        self.disk.copy_permissions(from, to)
    }

    fn remove_file(&self, path: &Utf8Path) -> io::Result<()> {
        self.disk.remove_file(path)
    }

    fn remove_dir(&self, path: &Utf8Path) -> io::Result<()> {
        self.disk.remove_dir(path)
    }
}
