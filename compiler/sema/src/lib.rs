//! Names, types and evaluation: from syntax trees to the infrastructure graph.
//!
//! This is the incremental heart of the compiler, and the only crate with many salsa queries. Its layers, each of
//! which may use only those above it:
//!
//! - [`db`]: the inputs — packages, source files, data files — and what the host must provide;
//! - `item`: files cut into items that keep their identity while their text changes;
//! - `name`: modules, imports and what a path means;
//! - `ty` and `infer`: the types of items and expressions;
//! - `rule`: the rules that apply;
//! - `eval`: units instantiated, resources collected into a [`ci_graph::Stack`].
//!
//! Must not know: CloudFormation's template language, the file system, the command line.

#![allow(
    missing_docs,
    reason = "salsa generates undocumented functions; what is written by hand is documented"
)]

pub mod builtin;
pub mod db;
mod diagnostics;
pub mod eval;
pub mod import;
pub mod infer;
pub mod item;
pub mod name;
pub mod rule;
pub mod signature;
pub mod ty;

pub use db::{Archive, DataError, DataFile, Db, Package, Program, SourceFile};
pub use diagnostics::{Allowed, allowed, file_diagnostics, unused_items};
pub use eval::plan::{Plan, ServiceInstance, StackResult, Target, TargetId, plan, targets};
pub use eval::ruling::{Rulings, open_rulings, rule_allowances, rulings};
pub use eval::spare::{Inferred, inferred, stack};
pub use eval::testing::{At, TestResult, run_test, tests};
pub use eval::trail::{Step, chosen_at, declared_at, trail};
pub use infer::has_errors;
pub use item::{ItemId, ItemKind, is_damaged};
pub use name::resource_type;
pub use ty::resource_path;
