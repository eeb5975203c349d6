//! Outputs on disk: all of them or none, each whole, and only what changed.
//!
//! Every file is first written beside its place under a temporary name; only when all are complete are they renamed
//! into place, the listing last. A disk that fills up while writing therefore leaves the previous outputs as they
//! were. There is no `fsync`: outputs can be made again.
//!
//! Must not know: what the files hold.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::system::System;

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Where, relative to the directory of all outputs, with forward slashes.
    pub path: String,
    /// What.
    pub bytes: Vec<u8>,
}

/// Why outputs could not be written; what was there before is still there.
#[derive(Debug)]
pub struct WriteError {
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
/// content are not touched. Returns how many were written.
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
        result = staged.iter().try_for_each(|Staged { temporary, place }| {
            system.rename(temporary, place).map_err(|error| failed("replace", place, error))
        });
    }
    if let Err(error) = result {
        for Staged { temporary, .. } in &staged {
            let _ = system.remove_file(temporary);
        }
        return Err(error);
    }
    for path in stale {
        match system.remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove", path, error));
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
        if system.read(&place).is_ok_and(|bytes| bytes == file.bytes) {
            continue;
        }
        let parent = place.parent().unwrap_or(directory);
        if created.as_deref() != Some(parent) {
            system.create_dir_all(parent).map_err(|error| failed("create", parent, error))?;
            created = Some(parent.to_owned());
        }
        // One build writes to a directory at a time; the number keeps two of them from mixing their bytes.
        let name = place.file_name().unwrap_or_default();
        let temporary = parent.join(format!(".{name}.{}.tmp", std::process::id()));
        // Entered before it is written: half a file has to go as well.
        staged.push(Staged { temporary: temporary.clone(), place: place.clone() });
        system.write(&temporary, &file.bytes).map_err(|error| failed("write", &place, error))?;
    }
    Ok(())
}

fn failed(action: &'static str, path: &Utf8Path, error: io::Error) -> WriteError {
    WriteError { path: path.to_owned(), action, error }
}

#[cfg(test)]
mod tests;
