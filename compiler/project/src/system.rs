//! The disk, as the rest of the crate sees it: the only door through which a compilation reads or writes anything.
//!
//! Paths are UTF-8. Must not know: projects, manifests, what any file is for.

mod git;
mod memory;
mod os;

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

pub use git::GitSystem;
pub use memory::{MemorySystem, Operation};
pub use os::OsSystem;

/// What a file system can do.
///
/// An implementation must give the same answers for the same state of the disk: [`System::read_dir`] sorts.
pub trait System: Send + Sync {
    /// What is at `path`, symbolic links followed.
    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata>;

    /// The absolute path with all symbolic links resolved.
    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf>;

    /// The bytes of a file.
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>>;

    /// What is in a directory, sorted by name.
    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<DirEntry>>;

    /// Makes a directory and those above it.
    fn create_dir_all(&self, path: &Utf8Path) -> io::Result<()>;

    /// Writes a file in place; not atomic. Outputs go through [`crate::write::publish`] instead.
    fn write(&self, path: &Utf8Path, bytes: &[u8]) -> io::Result<()>;

    /// Moves a file over another on the same file system, atomically.
    fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()>;

    /// Gives the file `to` the permissions of `from`.
    fn copy_permissions(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()>;

    /// Removes a file.
    fn remove_file(&self, path: &Utf8Path) -> io::Result<()>;

    /// Removes a directory that is empty.
    fn remove_dir(&self, path: &Utf8Path) -> io::Result<()>;

    /// Whether anything is at `path`.
    fn exists(&self, path: &Utf8Path) -> bool {
        self.metadata(path).is_ok()
    }
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Which sort of thing it is.
    pub kind: Kind,
    /// How many bytes it has.
    pub length: u64,
    /// Whether its owner may run it. Always false where the system does not say.
    pub executable: bool,
    /// Whether nobody may write it.
    pub read_only: bool,
}

/// A sort of thing at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A socket, a device and the like.
    Other,
}

/// Something in a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// Its name; where `is_utf8` is false, with the bytes that are not UTF-8 replaced.
    pub name: String,
    /// Whether the name is UTF-8. What has another name cannot be opened.
    pub is_utf8: bool,
}

/// `path` without `.` and, as far as there is something to step back from, without `..`. Looks at no disk.
pub fn normalize(path: &Utf8Path) -> Utf8PathBuf {
    use camino::Utf8Component::{CurDir, Normal, ParentDir};
    let mut normal = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            CurDir => {}
            ParentDir if matches!(normal.components().next_back(), Some(Normal(_))) => {
                normal.pop();
            }
            other => normal.push(other.as_str()),
        }
    }
    normal
}

/// A path as it is shown and stored: with forward slashes.
pub fn slashed(path: &Utf8Path) -> String {
    if cfg!(windows) { path.as_str().replace('\\', "/") } else { path.as_str().to_owned() }
}

#[cfg(test)]
mod tests;
