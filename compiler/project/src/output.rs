//! What a build writes, and how it is laid out.
//!
//! ```text
//! build/<target>/<stack>.template.json   or .yaml
//! build/<target>/<stack>.map.json        where in the source every value of the template was written
//! build/<target>/assets/<sha-256>.zip    what is uploaded before the stacks are deployed
//! build/<target>/app.json                everything a deployment needs to know: see [`App`]
//! ```
//!
//! Must not know: how templates are made.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::load::MAX_FILE_BYTES;
use crate::system::{Kind, Metadata, System};
use crate::write::{self, OutputFile, WriteError};

/// The name of the manifest of a build.
pub const APP_FILE: &str = "app.json";

/// The manifest of a build, `app.json`. Fields may be added; none is renamed, removed or given another meaning while
/// `version` stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// The version of this schema: 1.
    pub version: u32,
    /// The app that was built; `null` for services that stand alone.
    pub app: Option<String>,
    /// The target: the name of the environment, of the app, or `default`.
    pub target: String,
    /// The account the environment names.
    pub account: Option<String>,
    /// The region the environment names.
    pub region: Option<String>,
    /// Tags for every stack, as `[key, value]` in the order they were written.
    pub tags: Vec<(String, String)>,
    /// The stacks in the order in which they must be deployed.
    pub stacks: Vec<AppStack>,
    /// What must be uploaded first.
    pub assets: Vec<AppAsset>,
    /// Every file of this build, relative to this one, itself included. A later build removes what it does not write.
    pub files: Vec<String>,
}

/// A stack in `app.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppStack {
    /// The name of the stack.
    pub name: String,
    /// Its template, relative to `app.json`.
    pub template: String,
    /// Its source map, relative to `app.json`.
    pub map: String,
    /// The account it is deployed to, where one is named.
    pub account: Option<String>,
    /// The region it is deployed to, where one is named.
    pub region: Option<String>,
    /// What CloudFormation wants acknowledged: `CAPABILITY_NAMED_IAM`, `CAPABILITY_AUTO_EXPAND`.
    pub capabilities: Vec<String>,
    /// The parameters its deployment takes.
    pub parameters: Vec<AppParameter>,
    /// The keys of the assets it uses.
    pub assets: Vec<String>,
    /// The stacks of this app whose outputs it reads; they are deployed before it.
    pub reads: Vec<String>,
}

/// A parameter in `app.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppParameter {
    /// Its name in the template.
    pub name: String,
    /// CloudFormation's name of its type.
    #[serde(rename = "type")]
    pub parameter_type: String,
    /// Whether a value must be given because there is no default.
    pub required: bool,
    /// Whether its value must not be shown.
    pub secret: bool,
}

/// Something to upload, in `app.json`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AppAsset {
    /// The object key under which templates look for it.
    pub key: String,
    /// The archive, relative to `app.json`.
    pub file: String,
    /// The directory it was made from, relative to the project.
    pub directory: String,
}

impl App {
    /// The file's bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // Writing to memory fails only for keys that are not text, which these structures do not have.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// Writes the outputs of a build under `directory` and removes what earlier builds wrote and this one does not.
///
/// `whole` says that every target was built: then those that no longer exist go too. Returns how many files changed.
pub fn publish(
    system: &dyn System,
    directory: &Utf8Path,
    outputs: &[OutputFile],
    whole: bool,
) -> Result<usize, WriteError> {
    let new: BTreeSet<Utf8PathBuf> = outputs.iter().map(|file| directory.join(&file.path)).collect();
    let mut targets: BTreeSet<Utf8PathBuf> = outputs
        .iter()
        .filter_map(|file| Some(directory.join(Utf8Path::new(&file.path).components().next()?.as_str())))
        .collect();
    if whole {
        let entries = system.read_dir(directory).unwrap_or_default();
        targets.extend(entries.iter().filter(|entry| entry.is_utf8).map(|entry| directory.join(&entry.name)));
    }
    let stale: Vec<Utf8PathBuf> = targets
        .iter()
        .flat_map(|target| written_before(system, target))
        .filter(|path| !new.contains(path))
        .collect();
    write::publish(system, directory, outputs, &stale)
}

/// The files that an earlier build wrote to `target`, by its manifest; the manifest is the last. Nothing where there is
/// no manifest of ours: what we did not write is not ours to remove.
fn written_before(system: &dyn System, target: &Utf8Path) -> Vec<Utf8PathBuf> {
    let manifest = target.join(APP_FILE);
    let readable = |found: Metadata| found.kind == Kind::File && found.length <= MAX_FILE_BYTES;
    if !system.metadata(&manifest).is_ok_and(readable) {
        return Vec::new();
    }
    let Ok(bytes) = system.read(&manifest) else { return Vec::new() };
    let Ok(app) = serde_json::from_slice::<App>(&bytes) else { return Vec::new() };
    let plain = |path: &&String| {
        let mut parts = Utf8Path::new(path.as_str()).components();
        !path.is_empty() && parts.all(|part| matches!(part, camino::Utf8Component::Normal(_)))
    };
    let mut files: Vec<Utf8PathBuf> = app.files.iter().filter(plain).map(|path| target.join(path)).collect();
    files.sort_by_key(|path| path.file_name() == Some(APP_FILE));
    files
}

#[cfg(test)]
mod tests;
