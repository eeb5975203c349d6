//! Outputs on disk: all of them or none, each whole, and only what changed.
//!
//! Every file is first written beside its place under a temporary name; only when all are complete are they renamed
//! into place, the listing last. A disk that fills up while writing therefore leaves the previous outputs as they
//! were. There is no `fsync`: outputs can be made again.
//!
//! Nothing is written or removed through a link that leads out of the directory: one that came with foreign sources
//! could point to anything.
//!
//! Must not know: what the files hold.

use std::io;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::system::{Kind, System};

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Where, relative to the directory of all outputs, with forward slashes.
    pub path: String,
    /// What. Shared, so that a large template is in memory once.
    pub bytes: Arc<Vec<u8>>,
}

/// Why outputs could not be written.
#[derive(Debug)]
pub struct WriteError {
    /// Whether some of them are new already. Otherwise what was there before is still there.
    pub changed: bool,
    /// The path at which it failed.
    pub path: Utf8PathBuf,
    /// What failed, as a verb: "write".
    pub action: &'static str,
    /// Why.
    pub error: io::Error,
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot {} `{}`: {}", self.action, self.path, self.error)
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// Writes `files` under `directory`, in their order, then removes `stale` paths. Files that already have their
/// content are not touched, others keep their permissions. Returns how many were written.
pub fn publish(
    system: &dyn System,
    directory: &Utf8Path,
    files: &[OutputFile],
    stale: &[Utf8PathBuf],
) -> Result<usize, WriteError> {
    let mut staged = Vec::new();
    let mut result = stage(system, directory, files, &mut staged);
    if result.is_ok() {
        // All bytes are on the disk now; renaming needs no more space.
        result = staged.iter().enumerate().try_for_each(|(index, Staged { temporary, place })| {
            let failed = |error| WriteError { changed: index > 0, ..failed("replace", place, error) };
            system.rename(temporary, place).map_err(failed)
        });
    }
    if let Err(error) = result {
        for Staged { temporary, .. } in &staged {
            let _ = system.remove_file(temporary);
        }
        return Err(error);
    }
    for path in stale.iter().filter(|path| stays_inside(system, directory, path.parent().unwrap_or(path))) {
        match system.remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(WriteError { changed: true, ..failed("remove", path, error) });
            }
            _ => {}
        }
        // A directory that is still in use is not empty, and stays.
        if let Some(parent) = path.parent().filter(|parent| *parent != directory) {
            let _ = system.remove_dir(parent);
        }
    }
    Ok(staged.len())
}

/// A file that is complete under its temporary name.
struct Staged {
    temporary: Utf8PathBuf,
    place: Utf8PathBuf,
}

/// Writes every file that changes beside its place.
fn stage(
    system: &dyn System,
    directory: &Utf8Path,
    files: &[OutputFile],
    staged: &mut Vec<Staged>,
) -> Result<(), WriteError> {
    let mut created: Option<Utf8PathBuf> = None;
    for file in files {
        let place = directory.join(&file.path);
        let parent = place.parent().unwrap_or(directory);
        if !stays_inside(system, directory, parent) {
            let error = io::Error::other(format!("`{parent}` leads out of `{directory}`"));
            return Err(failed("write", &place, error));
        }
        if holds(system, &place, &file.bytes) {
            continue;
        }
        let found = system.metadata(&place).ok().map(|found| found.kind);
        if found == Some(Kind::Directory) {
            return Err(failed("replace", &place, io::ErrorKind::IsADirectory.into()));
        }
        if created.as_deref() != Some(parent) {
            system.create_dir_all(parent).map_err(|error| failed("create", parent, error))?;
            created = Some(parent.to_owned());
        }
        // One build writes to a directory at a time; the number keeps two of them from mixing their bytes.
        let name = place.file_name().unwrap_or_default();
        let temporary = parent.join(format!(".{name}.{}.tmp", std::process::id()));
        // Entered before it is written: half a file has to go as well.
        staged.push(Staged { temporary: temporary.clone(), place: place.clone() });
        // What a build that was killed left there, or a link.
        let _ = system.remove_file(&temporary);
        system.write(&temporary, &file.bytes).map_err(|error| failed("write", &place, error))?;
        if found == Some(Kind::File) {
            system.copy_permissions(&place, &temporary).map_err(|error| failed("write", &place, error))?;
        }
    }
    Ok(())
}

/// Whether a path below `directory`, as far as it exists, is still below it when links are followed.
fn stays_inside(system: &dyn System, directory: &Utf8Path, path: &Utf8Path) -> bool {
    let Ok(root) = system.canonicalize(directory) else { return true };
    let inside = path.ancestors().take_while(|path| path.starts_with(directory));
    inside
        .map(|path| system.canonicalize(path))
        .find_map(Result::ok)
        .is_none_or(|path| path.starts_with(root))
}

/// Whether a file with these bytes is at `path`. Other things, which could be read forever, are not read.
fn holds(system: &dyn System, path: &Utf8Path, bytes: &[u8]) -> bool {
    let found = system.metadata(path);
    found.is_ok_and(|found| found.kind == Kind::File && found.length == bytes.len() as u64)
        && system.read(path).is_ok_and(|found| found == bytes)
}

fn failed(action: &'static str, path: &Utf8Path, error: io::Error) -> WriteError {
    WriteError { changed: false, path: path.to_owned(), action, error }
}

#[cfg(test)]
mod tests;
