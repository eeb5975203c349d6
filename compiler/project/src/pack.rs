//! A directory as an archive: the same bytes on every machine for the same content.
//!
//! Entries are sorted, timestamps are the oldest the format knows, permissions are one of two. What deployment does
//! not need is left out: `.git`, `.DS_Store` and `node_modules/.cache`.
//!
//! Must not know: what an archive is for, where it is uploaded.

use std::fmt::Write as _;
use std::io::{self, Cursor, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::system::{Kind, System};

/// A packed directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The archive.
    pub bytes: Vec<u8>,
    /// The SHA-256 of the archive in lower-case hexadecimal.
    pub digest: String,
}

/// Packs `directory`.
///
/// Symbolic links are followed as long as they stay inside `boundary`, a canonical path; one that leaves it, or leads
/// back to a directory it is in, is an error.
pub fn pack(system: &dyn System, directory: &Utf8Path, boundary: &Utf8Path) -> io::Result<Packed> {
    let root = system.canonicalize(directory)?;
    let mut files = Vec::new();
    collect(system, &root, "", boundary, &mut vec![root.clone()], &mut files)?;
    files.sort();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .system(zip::System::Unix)
        .last_modified_time(DateTime::DEFAULT);
    for (name, path) in files {
        let mode = if system.metadata(&path)?.executable { 0o755 } else { 0o644 };
        let bytes = system.read(&path).map_err(|error| named(&error, &name))?;
        let large = bytes.len() as u64 >= u64::from(u32::MAX);
        archive.start_file(name, options.unix_permissions(mode).large_file(large))?;
        archive.write_all(&bytes)?;
    }
    let bytes = archive.finish()?.into_inner();
    Ok(Packed { digest: digest(&bytes), bytes })
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Finds the files under `directory`, each with its name in the archive.
fn collect(
    system: &dyn System,
    directory: &Utf8Path,
    prefix: &str,
    boundary: &Utf8Path,
    open: &mut Vec<Utf8PathBuf>,
    files: &mut Vec<(String, Utf8PathBuf)>,
) -> io::Result<()> {
    for entry in system.read_dir(directory).map_err(|error| named(&error, prefix))? {
        let name = format!("{prefix}{}", entry.name);
        if is_left_out(&name) {
            continue;
        }
        if !entry.is_utf8 {
            return Err(io::Error::other(format!("the name of `{name}` is not UTF-8")));
        }
        let path = system.canonicalize(&directory.join(&entry.name)).map_err(|error| named(&error, &name))?;
        if !path.starts_with(boundary) {
            return Err(io::Error::other(format!("`{name}` is a link that leads out of the package")));
        }
        match system.metadata(&path).map_err(|error| named(&error, &name))?.kind {
            Kind::File => files.push((name, path)),
            Kind::Directory if open.contains(&path) => {
                return Err(io::Error::other(format!("`{name}` is a link to a directory it is in")));
            }
            Kind::Directory => {
                open.push(path.clone());
                collect(system, &path, &format!("{name}/"), boundary, open, files)?;
                open.pop();
            }
            Kind::Other => {
                return Err(io::Error::other(format!("`{name}` is neither a file nor a directory")));
            }
        }
    }
    Ok(())
}

fn is_left_out(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    matches!(last, ".git" | ".DS_Store")
        || name == "node_modules/.cache"
        || name.ends_with("/node_modules/.cache")
}

fn named(error: &io::Error, name: &str) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", if name.is_empty() { "the directory" } else { name }))
}

#[cfg(test)]
mod tests;
