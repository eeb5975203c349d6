//! Deploying with no more rights than it takes: the policies of those who deploy an application, from its graph.
//!
//! From the stacks of a target and the handlers of their resource types follow the actions that making, changing and
//! deleting them takes ([`Need`]), from these the policies of CloudFormation's service role, one for each [`Phase`], of
//! whoever starts a deployment, and the boundary of the roles that the application makes ([`plan`]). A role that exists
//! is compared with them by [`check`].
//!
//! What the schemas leave open stands in the tables of `data`, each entry with where it is from.
//!
//! Must not know: syntax, files, how anything is shown.

mod check;
mod document;
mod facts;
mod names;
mod need;
mod phase;
mod plan;
mod read;
mod stack;

pub use check::{Answer, Beyond, Lack, beyond, check};
pub use document::document;
pub use facts::{Handlers, Supplied};
pub use need::{Breadth, Need};
pub use phase::{Phase, Phases};
pub use plan::{Deployment, Document, Kind, LeftOut, Question, RoleNames, Width, plan};
pub use read::{Role, Unreadable, roles};
pub use stack::stack;

#[cfg(test)]
mod tests;
