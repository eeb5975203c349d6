//! URIs of documents, and the paths that they stand for. A path is what everything else knows a document by.

use std::collections::HashMap;
use std::str::FromStr as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use tower_lsp_server::ls_types::Uri;

/// The folder, which is on no disk, of documents that have no file yet.
const UNTITLED: &str = "/cleaninfra-untitled";

/// What stays as it is in a path of a URI.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The path of a document; nothing for a URI of which nothing is known, such as an old version of a file.
pub(crate) fn path_of(uri: &Uri) -> Option<Utf8PathBuf> {
    let text = uri.as_str();
    if let Some(rest) = text.strip_prefix("untitled:") {
        let name = percent_decode_str(rest).decode_utf8().ok()?;
        let name = name.trim_start_matches('/').replace('/', "-");
        return Some(Utf8Path::new(UNTITLED).join(format!("{name}.ci")));
    }
    let rest = text.strip_prefix("file://")?;
    let start = rest.find('/')?;
    let path = rest[start..].split(['?', '#']).next()?;
    let path = percent_decode_str(path).decode_utf8().ok()?;
    // `/c:/folder` on a system where paths start with a drive.
    let path = if cfg!(windows) { path.trim_start_matches('/') } else { &path };
    let path = if cfg!(windows) { with_upper_drive(path) } else { path.to_owned() };
    Some(Utf8PathBuf::from(path))
}

fn with_upper_drive(path: &str) -> String {
    let mut characters = path.chars();
    match (characters.next(), characters.clone().next()) {
        (Some(drive), Some(':')) => format!("{}{}", drive.to_ascii_uppercase(), characters.as_str()),
        _ => path.to_owned(),
    }
}

/// The URI of a path.
pub(crate) fn uri_of(path: &Utf8Path) -> Option<Uri> {
    let slashed = if cfg!(windows) { path.as_str().replace('\\', "/") } else { path.as_str().to_owned() };
    let slash = if slashed.starts_with('/') { "" } else { "/" };
    Uri::from_str(&format!("file://{slash}{}", utf8_percent_encode(&slashed, PATH))).ok()
}

/// The URIs that the editor itself gave, by path, and where the standard library lies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paths {
    pub known: Arc<HashMap<Utf8PathBuf, Uri>>,
    pub library: Option<Utf8PathBuf>,
}

impl Paths {
    /// The URI of a file by the path that the compiler shows: `std/…` for the standard library.
    pub fn shown(&self, shown: &str) -> Option<Uri> {
        let path = match shown.strip_prefix("std/") {
            Some(inside) => self.library.as_ref()?.join(inside),
            None => Utf8PathBuf::from(shown),
        };
        if !path.is_absolute() {
            return None;
        }
        self.known.get(&path).cloned().or_else(|| uri_of(&path))
    }

    /// The path by which the compiler shows a file of the standard library.
    pub fn in_library(&self, path: &Utf8Path) -> Option<String> {
        let inside = path.strip_prefix(self.library.as_ref()?).ok()?;
        Some(format!("std/{}", inside.as_str().replace('\\', "/")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_being_a_uri() {
        for path in ["/a/b.ci", "/with space/\u{e9}\u{1F600}#?%.ci", "/c++/a.ci"] {
            let uri = uri_of(path.into()).unwrap_or_else(|| panic!("{path}"));
            assert_eq!(path_of(&uri).as_deref(), Some(Utf8Path::new(path)), "{}", uri.as_str());
        }
    }

    #[test]
    fn only_documents_have_paths() {
        let path = |text: &str| path_of(&Uri::from_str(text).unwrap_or_else(|_| panic!("{text}")));
        assert_eq!(path("git:/a/b.ci"), None);
        assert_eq!(path("untitled:Untitled-1"), Some("/cleaninfra-untitled/Untitled-1.ci".into()));
    }
}
