//! The disk of this machine.

use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::{DirEntry, Kind, Metadata, System};

/// The disk of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsSystem;

impl System for OsSystem {
    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata> {
        let metadata = fs::metadata(path)?;
        let kind = if metadata.is_file() {
            Kind::File
        } else if metadata.is_dir() {
            Kind::Directory
        } else {
            Kind::Other
        };
        Ok(Metadata {
            kind,
            length: metadata.len(),
            executable: is_executable(&metadata),
            read_only: metadata.permissions().readonly(),
        })
    }

    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        let path = if path.as_str().is_empty() { Utf8Path::new(".") } else { path };
        path.canonicalize_utf8()
    }

    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<DirEntry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path)? {
            entries.push(match entry?.file_name().into_string() {
                Ok(name) => DirEntry { name, is_utf8: true },
                Err(name) => DirEntry { name: name.to_string_lossy().into_owned(), is_utf8: false },
            });
        }
        entries.sort();
        Ok(entries)
    }

    fn create_dir_all(&self, path: &Utf8Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn write(&self, path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
        fs::write(path, bytes)
    }

    fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn copy_permissions(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
        fs::set_permissions(to, fs::metadata(from)?.permissions())
    }

    fn remove_file(&self, path: &Utf8Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir(&self, path: &Utf8Path) -> io::Result<()> {
        fs::remove_dir(path)
    }
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}
