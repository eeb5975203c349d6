//! What a path given by a person means.

use camino::{Utf8Path, Utf8PathBuf};
use ci_base::{Code, Diagnostic};

use super::reason;
use crate::files::Files;
use crate::manifest;
use crate::system::{Kind, System, normalize, slashed};

/// What is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// A directory with a manifest.
    Project {
        /// The directory: canonical.
        root: Utf8PathBuf,
        /// The directory, relative to where the reader stands.
        shown: Utf8PathBuf,
    },
    /// A source file outside any project.
    File {
        /// The file: canonical.
        path: Utf8PathBuf,
        /// The file, relative to where the reader stands.
        shown: Utf8PathBuf,
    },
}

/// What `path` means: the project it is in, or a file on its own.
pub(crate) fn find(
    system: &dyn System,
    files: &mut Files,
    path: &Utf8Path,
) -> Result<Start, Box<Diagnostic>> {
    let given = if path.as_str().is_empty() { Utf8Path::new(".") } else { path };
    let mut problem =
        |code, message: String| Box::new(Diagnostic::new(code, files.whole(&slashed(given)), message));
    let unreadable = |error: &std::io::Error| format!("cannot read `{given}`: {}", reason(error));
    let canonical =
        system.canonicalize(given).map_err(|error| problem(Code::UnreadableFile, unreadable(&error)))?;
    let metadata =
        system.metadata(&canonical).map_err(|error| problem(Code::UnreadableFile, unreadable(&error)))?;
    let is_source = canonical.extension() == Some("ci");
    let is_manifest = canonical.file_name() == Some(manifest::FILE_NAME);
    if metadata.kind != Kind::Directory && !is_source && !is_manifest {
        let message = format!("`{given}` is neither a project nor a source file (`*.ci`)");
        return Err(problem(Code::UnreadableFile, message));
    }

    let mut shown = normalize(given);
    for (level, folder) in canonical.ancestors().enumerate() {
        // A file is not a directory, so that level has no manifest; `..` of it is the directory it is in.
        if level > 0 {
            shown = normalize(&shown.join(".."));
        }
        if !system.exists(&folder.join(manifest::FILE_NAME)) {
            continue;
        }
        // A file beside `src` belongs to nothing: it is compiled alone.
        if is_source && !canonical.starts_with(folder.join(super::source::FOLDER)) {
            break;
        }
        return Ok(Start::Project { root: folder.to_owned(), shown });
    }
    if is_source {
        return Ok(Start::File { path: canonical, shown: normalize(given) });
    }
    let message = format!("there is no `{}` in `{given}` or above it", manifest::FILE_NAME);
    let mut found = problem(Code::InvalidManifest, message);
    found.help = Some("start a project with `cleaninfra new NAME`, or name a source file".to_owned());
    Err(found)
}
