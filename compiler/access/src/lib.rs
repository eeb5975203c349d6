//! Access: the algebra of IAM policies, and what they allow.
//!
//! Three questions are answered here, by pure functions of their arguments: may this request happen ([`evaluate`]), does
//! one set of statements allow everything that another one does ([`contains`]), and how is a policy written short enough
//! ([`merge`], [`split`]). Where AWS does not say, or only the deployment will tell, the answer is neither yes nor no.
//!
//! What is not known before a deployment is a [`Symbol`]: it equals itself and nothing that is written down, until
//! [`Facts`] say what it stands for.
//!
//! Must not know: what a program needs, where statements come from (an origin is a number of the caller's), files.

mod condition;
mod contain;
mod decide;
mod document;
pub mod glob;
mod merge;
mod pattern;
mod policy;
mod principal;
pub mod program;
mod request;
mod split;
mod text;
mod truth;
mod written;

pub use condition::{Condition, Family, Operator, Quantifier, UnknownOperator};
pub use contain::{Containment, Undecided, contains};
pub use decide::{Decision, Layer, Policies, Reason, Verdict, evaluate};
pub use document::{json, size};
pub use merge::merge;
pub use pattern::{Pattern, Token};
pub use policy::{Actions, Effect, Policy, Principals, Resources, Statement, applies, decides};
pub use principal::{Caller, Principal};
pub use request::{Context, Request};
pub use split::{SizeLimit, TooLarge, split};
pub use text::{Facts, Letter, Part, Parts, Symbol, Text};
pub use truth::Truth;
pub use written::parse_json;

#[cfg(test)]
mod tests;
