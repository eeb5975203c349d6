//! The proof that services are isolated, with the names and places of the source.
//!
//! Must not know: how it is proved, how it is shown.

use ci_access::program::{Counts, Place, Program, counts, isolation, read};
use ci_base::{Diagnostic, Span};
use ci_graph::Origin;
use ci_sema::Target;

use crate::host::Snapshot;
use crate::proofs::TargetStacks;

/// What is proved of all targets that were asked for.
#[derive(Debug, Default)]
pub struct IsolationReport {
    /// A target each; empty where anything is wrong.
    pub targets: Vec<TargetIsolation>,
    /// Everything that is wrong: also each violation that nobody allowed.
    pub diagnostics: Vec<Diagnostic>,
}

/// What is proved of a target.
#[derive(Debug, PartialEq)]
pub struct TargetIsolation {
    /// Its name.
    pub name: String,
    /// How much was decided.
    pub counts: Counts,
    /// How many services it has.
    pub services: usize,
    /// What is declared and used, in the order of the source.
    pub edges: Vec<EdgeTold>,
    /// What is not declared, and allowed with a reason.
    pub allowed: Vec<ViolationTold>,
    /// What nothing is said of.
    pub unjudged: Vec<Unjudged>,
}

/// Somebody may do something with a resource of another service, as is declared.
#[derive(Debug, PartialEq)]
pub struct EdgeTold {
    /// Who: the resources that act as a role, or the role, and the stack.
    pub who: (String, String),
    /// With which resource, and its stack.
    pub resource: (String, String),
    /// What.
    pub actions: Vec<String>,
    /// The capability that it is by.
    pub capability: Option<String>,
    /// Where.
    pub at: Span,
}

/// Somebody may do something with a resource of another service that nothing declares.
#[derive(Debug, PartialEq)]
pub struct ViolationTold {
    /// Who, and the stack.
    pub who: (String, String),
    /// With which resource, and its stack; the first of them.
    pub resource: (String, String),
    /// With how many others.
    pub more: usize,
    /// What.
    pub action: String,
    /// The text that may mean it.
    pub text: String,
    /// Where.
    pub at: Span,
}

/// What nothing is said of.
#[derive(Debug, PartialEq)]
pub struct Unjudged {
    /// Who, and the stack.
    pub who: (String, String),
    /// A policy that is not of the program, by ARN, or a name that only the deployment tells.
    pub what: String,
    /// It is a policy.
    pub is_policy: bool,
    /// Where it is written.
    pub at: Option<Span>,
}

impl Snapshot {
    /// Proves that services are isolated, in all targets or in one.
    pub fn isolation(&self, target: Option<&str>) -> IsolationReport {
        let (targets, diagnostics) =
            self.each_target(target, |target, name| self.target_isolation(target, name));
        IsolationReport { targets, diagnostics }
    }

    fn target_isolation(&self, target: &Target, name: &str) -> TargetIsolation {
        let stacks = TargetStacks::of(&self.db, target);
        let program = read(&stacks.stacks);
        let found = isolation(&program, &stacks.deployed);
        let place = |stack: usize, origin: Origin| self.place(stacks.results[stack], origin);
        let who = |place: Place| who(&program, place);
        let resource = |place: Place| told(&program, place);
        let edges = found.edges.iter().map(|edge| EdgeTold {
            who: who(edge.who),
            resource: resource(edge.resource),
            actions: edge.actions.clone(),
            capability: edge.capability.as_deref().map(str::to_owned),
            at: place(edge.stack, edge.origin),
        });
        // Whatever nobody allowed is an error, and then there is no report.
        let allowed = found.violations.iter().map(|violation| ViolationTold {
            who: who(violation.who),
            resource: resource(violation.resource),
            more: violation.more,
            action: violation.action.clone(),
            text: violation.text.clone(),
            at: place(violation.stack, violation.origin),
        });
        let open = found.open.iter().map(|open| Unjudged {
            who: who(open.who),
            what: open.text.clone(),
            is_policy: false,
            at: Some(place(open.stack, open.origin)),
        });
        let policies = program.holders.iter().flat_map(|holder| {
            let whose = who(holder.place);
            holder.foreign.iter().map(move |policy| Unjudged {
                who: whose.clone(),
                what: policy.clone(),
                is_policy: true,
                at: None,
            })
        });
        let mut edges: Vec<EdgeTold> = edges.collect();
        edges.dedup();
        TargetIsolation {
            name: name.to_owned(),
            counts: counts(&program, &stacks.deployed),
            services: program.stacks.len(),
            edges,
            allowed: allowed.collect(),
            unjudged: policies.chain(open).collect(),
        }
    }
}

/// A resource by its name in the source, and its stack.
pub(super) fn told(program: &Program<'_>, place: Place) -> (String, String) {
    let stack = program.stacks[place.stack];
    (program.resource(place).path.to_string(), stack.name.to_string())
}

/// Whoever acts as a role; the role itself where nobody in the program does.
fn who(program: &Program<'_>, place: Place) -> (String, String) {
    let users = program.holders.iter().find(|holder| holder.place == place).map(|holder| &holder.users);
    match users.and_then(|users| users.first()) {
        Some(user) => told(program, *user),
        None => told(program, place),
    }
}

#[cfg(test)]
mod tests;
