//! `SOURCES.toml`: which packages the facts come from, and what the files made of them must be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::check::Files;
use super::{Outcome, Paths};

const HEADER: &str = "\
# Where the facts of this folder come from. `cargo xtask catalog` reads [[package]] and writes everything else;
# `cargo xtask catalog --check` and the tests of ci-catalog compare the files with it.
# To take a newer release: change version, file, sha256 and date here, run the task, review what it prints.

";

/// The file's contents.
#[derive(Serialize, Deserialize)]
pub struct Sources {
    /// The files, by name.
    pub files: BTreeMap<String, File>,
    /// What is in them.
    pub counts: BTreeMap<String, usize>,
    /// Where it comes from.
    pub package: Vec<Package>,
}

/// A generated file.
#[derive(Default, Serialize, Deserialize)]
pub struct File {
    /// Its checksum, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: usize,
}

/// A package.
#[derive(Serialize, Deserialize)]
pub struct Package {
    /// The name in its registry.
    pub name: String,
    /// The exact version.
    pub version: String,
    /// Which client gets it.
    pub client: Client,
    /// The name of the file the client leaves behind.
    pub file: String,
    /// Its checksum, in hexadecimal.
    pub sha256: String,
    /// Its licence.
    pub licence: String,
    /// The day the facts in it are of.
    pub date: String,
    /// Which facts are taken from it.
    pub gives: String,
}

/// A package client.
#[derive(Copy, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Client {
    /// Python wheels.
    Pip,
    /// Node packages.
    Npm,
    /// Rust crates.
    Cargo,
}

impl Sources {
    /// Reads the file.
    pub fn read(paths: &Paths) -> Outcome<Self> {
        Ok(toml::from_str(&std::fs::read_to_string(paths.data.join("SOURCES.toml"))?)?)
    }

    /// Notes what was generated.
    pub fn record(&mut self, files: &Files, counts: BTreeMap<String, usize>) {
        for (name, bytes) in files.named() {
            self.files.insert(name.to_owned(), File { sha256: sha256(bytes), bytes: bytes.len() });
        }
        self.counts = counts;
    }

    /// Writes the file.
    pub fn write(&self, paths: &Paths) -> Outcome {
        let text = format!("{HEADER}{}", toml::to_string(self)?);
        Ok(std::fs::write(paths.data.join("SOURCES.toml"), text)?)
    }
}

/// The checksum of `bytes`, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}
