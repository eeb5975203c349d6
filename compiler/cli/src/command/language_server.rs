//! `cleaninfra language-server`.

use std::sync::Arc;

use camino::Utf8PathBuf;
use ci_language_server::Options;
use ci_project::OsSystem;

use crate::arguments::LanguageServer;
use crate::terminal::{Exit, Failure, Outcome};

pub(crate) fn run(arguments: &LanguageServer) -> Outcome {
    // Editors say how they want to speak; there is one way.
    let _ = arguments.stdio;
    let options = Options { system: Arc::new(OsSystem), library: library() };
    let served = ci_language_server::run(options);
    served.map_err(|error| Failure::internal(format!("cannot serve: {error}")))?;
    Ok(Exit::Success)
}

/// Where the standard library is written for editors to show: in the folder for what can be made again.
fn library() -> Option<Utf8PathBuf> {
    let folder =
        |name: &str| std::env::var(name).ok().map(Utf8PathBuf::from).filter(|path| path.is_absolute());
    let cache = folder("XDG_CACHE_HOME")
        .or_else(|| folder("LOCALAPPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".cache")))?;
    Some(cache.join("cleaninfra").join(env!("CARGO_PKG_VERSION")).join("std"))
}
