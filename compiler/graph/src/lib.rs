//! The infrastructure graph: the typed intermediate representation, one [`Stack`] per service instance.
//!
//! It is the waist of the compiler: everything before it produces it, everything after it (templates, access,
//! rules, diagrams) reads it and never looks at syntax. Plain data and traversal.
//!
//! Must not know: syntax, types of the language, salsa, JSON, the file system.

mod cycle;
mod late;
mod renumber;
mod stack;
mod value;
mod visit;

pub use cycle::{Cycle, cycles};
pub use late::{Condition, DynamicReference, Late, Pseudo, Strength};
pub use renumber::renumber;
pub use stack::{
    Asset, DeletionPolicy, Output, Parameter, ParameterConstraints, ParameterId, Place, Resource, ResourceId,
    Right, Stack, Use,
};
pub use value::{Entry, Located, Origin, Value};
pub use visit::{Reference, references, visit_late};

#[cfg(test)]
mod fixture;
