//! The files of a package, whatever archive it comes in.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;

use serde_json::Value;

use super::Outcome;
use super::sources::sha256;

/// A package: file contents by path, all in memory.
pub struct Package {
    files: BTreeMap<String, Vec<u8>>,
}

impl Package {
    /// A wheel.
    pub fn zip(bytes: Vec<u8>) -> Outcome<Self> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
        let mut files = BTreeMap::new();
        for at in 0..archive.len() {
            let mut file = archive.by_index(at)?;
            let mut contents = Vec::new();
            file.read_to_end(&mut contents)?;
            let name = file.name()?.into_owned();
            files.insert(name, contents);
        }
        Ok(Self { files })
    }

    /// A packed Node package.
    pub fn tgz(bytes: &[u8]) -> Outcome<Self> {
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
        let mut files = BTreeMap::new();
        for file in archive.entries()? {
            let mut file = file?;
            let path = file.path()?.to_string_lossy().into_owned();
            let mut contents = Vec::new();
            file.read_to_end(&mut contents)?;
            files.insert(path, contents);
        }
        Ok(Self { files })
    }

    /// The data files of a crate that cargo unpacked, each compared with its checksum.
    pub fn vendored(folder: &Path, checksums: &Value) -> Outcome<Self> {
        let mut files = BTreeMap::new();
        for (path, checksum) in checksums.as_object().into_iter().flatten() {
            if Path::new(path).extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let contents = std::fs::read(folder.join(path))?;
            if checksum != sha256(&contents).as_str() {
                return Err(format!("{path} was changed after it was fetched").into());
            }
            files.insert(path.clone(), contents);
        }
        Ok(Self { files })
    }

    /// The contents of a file.
    pub fn bytes(&self, path: &str) -> Outcome<&[u8]> {
        self.files.get(path).map(Vec::as_slice).ok_or_else(|| format!("the package has no {path}").into())
    }

    /// A text file.
    pub fn text(&self, path: &str) -> Outcome<&str> {
        Ok(std::str::from_utf8(self.bytes(path)?)?)
    }

    /// A JSON file.
    pub fn json(&self, path: &str) -> Outcome<Value> {
        serde_json::from_slice(self.bytes(path)?).map_err(|error| format!("{path}: {error}").into())
    }

    /// A compressed JSON file.
    pub fn json_gz(&self, path: &str) -> Outcome<Value> {
        Ok(serde_json::from_reader(flate2::read::GzDecoder::new(self.bytes(path)?))?)
    }

    /// The paths of all files below `folder`, which ends with a slash, that end with `ending`.
    pub fn list<'a>(&'a self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = &'a str> {
        self.files
            .keys()
            .map(String::as_str)
            .filter(move |path| path.starts_with(folder) && path.ends_with(ending))
    }

    /// All JSON files directly in `folder`, by name without ending.
    pub fn json_folder(&self, folder: &str) -> Outcome<BTreeMap<String, Value>> {
        let mut result = BTreeMap::new();
        for path in self.list(folder, ".json") {
            let name = &path[folder.len()..path.len() - ".json".len()];
            if !name.contains('/') {
                result.insert(name.to_owned(), self.json(path)?);
            }
        }
        Ok(result)
    }
}
