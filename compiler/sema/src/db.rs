//! The inputs of a compilation, and what its host must provide.

use std::sync::Arc;

use ci_base::{FileId, FileText};

/// A source file. Made once per path; a file that is gone keeps its input and leaves its package's list.
#[salsa::input(debug)]
pub struct SourceFile {
    /// Its number in diagnostics.
    #[returns(copy)]
    pub id: FileId,
    /// The package it belongs to.
    #[returns(copy)]
    pub package: Package,
    /// Its module in the package, segments joined by `::`; empty for the root module.
    pub module: Arc<str>,
    /// Its text.
    pub text: FileText,
    /// The resource types that its rules are for, sorted, where that is known without reading the text: `aws::s3::bucket`.
    #[returns(copy)]
    pub subjects: Option<&'static [&'static str]>,
}

/// A package: its files and what it may import from.
#[salsa::input(debug)]
pub struct Package {
    /// Its name, as others import it.
    pub name: Arc<str>,
    /// Its files, sorted by module.
    pub files: Arc<[SourceFile]>,
    /// The packages it may import from, under the names it gives them; sorted by name.
    pub dependencies: Arc<[(Arc<str>, Package)]>,
}

/// What is compiled.
#[salsa::input(singleton, debug)]
pub struct Program {
    /// The package whose app or services become stacks.
    #[returns(copy)]
    pub root: Package,
    /// The standard library, importable as `std` from everywhere.
    #[returns(copy)]
    pub std: Package,
    /// Schemas of third-party and private resource types, as JSON texts; sorted, without repetition.
    pub schemas: Arc<[Arc<str>]>,
    /// The rules of packages that apply, and how.
    pub rules: crate::rule::RuleSettings,
}

/// A file that is read while compiling, by `text("…")`, `json("…")` or `yaml("…")`.
#[salsa::input(debug)]
pub struct DataFile {
    /// Its bytes, or why it cannot be read.
    pub content: Result<Arc<[u8]>, DataError>,
}

/// A directory that is packed while compiling, by `archive("…")`.
#[salsa::input(debug)]
pub struct Archive {
    /// The SHA-256 of the archive in lower-case hexadecimal, or why there is none.
    pub digest: Result<Arc<str>, DataError>,
}

/// Why a file or directory of the project cannot be read while compiling.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DataError {
    /// The path is absolute or leads out of the package.
    OutsidePackage,
    /// There is nothing at the path.
    NotFound,
    /// Something is there, but it cannot be read; with the reason in words.
    Unreadable(Arc<str>),
}

/// The database, as this crate sees it.
#[salsa::db]
pub trait Db: salsa::Database {
    /// The file at `path`, relative to the root of `package`. The same path gives the same input every time.
    fn data_file(&self, package: Package, path: &str) -> DataFile;

    /// The directory at `path`, relative to the root of the root package, as an archive.
    fn archive(&self, path: &str) -> Archive;
}
