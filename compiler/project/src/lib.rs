//! Projects: manifests, files, the database over them, and the outputs of a build.
//!
//! The only crate of the compiler that touches the disk, and it does so only through a [`System`].
//!
//! Must not know: the command line, editors, AWS.

mod access;
mod blame;
mod build;
mod database;
mod deploy;
mod diagram;
mod explain;
mod files;
mod host;
mod inferred;
mod inspect;
mod levels;
mod load;
mod manifest;
mod names;
mod network;
mod output;
mod pack;
mod proofs;
mod resource;
mod rules;
mod stages;
mod system;
mod testing;
mod write;

pub use access::{
    AccessDiff, AccessQuestion, AccessReport, Changed, EdgeTold, GuardedAccess, HolderAccess,
    IsolationReport, Sort, StatementAccess, TargetAccess, TargetDiff, TargetIsolation, Told, Unjudged,
    ViolationTold,
};
pub use build::{Build, BuildOptions, BuiltStack, BuiltTarget};
pub use ci_access::program::{CLAIM, NOT_COVERED};
pub use ci_deploy::Role;
pub use ci_diagram::{
    Diagram, Drawing, Element, Layer, Layout, Level as DiagramLevel, Source as DiagramSource, dot, drawing,
    json, layout, mermaid, svg,
};
pub use ci_sema::resource_path;
pub use database::RootDatabase;
pub use deploy::{
    BroadAction, DeployFormat, DeployOptions, DeployPhase, DeployReport, DeployTarget, Excess, Missing,
    Needed, RoleCheck, deploy_files, read_roles,
};
pub use diagram::{DiagramQuestion, DiagramReport, TargetDiagram};
pub use files::Files;
pub use host::{Change, Host, OpenError, Snapshot};
pub use inferred::InferredResource;
pub use inspect::{CancelHandle, Kept, Overtaken, ServiceTemplate, TemplateResource, unless_overtaken};
pub use levels::apply_levels;
pub use manifest::{
    FILE_NAME as MANIFEST, LintLevel, MANIFEST_KEYS, Manifest, ManifestEntries, ManifestKey, ManifestNames,
    ManifestTable, ManifestValue, ManifestWord, Rules, TemplateFormat, is_kebab_case,
};
pub use network::{
    BlockedAnswer, NetworkAnswer, NetworkConnection, NetworkHop, NetworkQuestion, NetworkReport,
    ReachedAnswer, TargetNetwork,
};
pub use output::{APP_FILE, App, AppAsset, AppParameter, AppStack, publish};
pub use resource::resource_type;
pub use rules::{LibraryRule, library_rule, library_rules};
pub use system::{DirEntry, GitSystem, Kind, MemorySystem, Metadata, Operation, OsSystem, System};
pub use testing::Test;
pub use write::{OutputFile, WriteError, publish as write_files};
