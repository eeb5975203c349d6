//! From the infrastructure graph to CloudFormation: templates, their limits and their source maps.
//!
//! Everything here is a pure function of a [`Stack`](ci_graph::Stack): the same stack gives the same bytes on every
//! machine. Templates are written straight from the graph, no tree of JSON values is built in between.
//!
//! Must not know: syntax, types of the language, the file system, AWS's API. It does not judge values (the compiler did
//! that before); it reports only what concerns a template as a whole, in [`violations`].

mod conditions;
mod dependencies;
mod limits;
mod source_map;
mod template;
mod text;
mod value;
mod yaml;

pub use dependencies::redundant_dependencies;
pub use limits::{LimitReport, LimitUse, Violation, limits, violations};
pub use source_map::{Place, source_map};
pub use template::{Template, template};

#[cfg(test)]
mod fixture;
