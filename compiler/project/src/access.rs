//! Who may do what: the policies of a target's stacks, with the names and places of the source.
//!
//! Must not know: how it is shown.

mod diff;
mod isolation;

use ci_access::program::{Deployed, Grant, Holder, Place, Program, Reach, read};
use ci_access::{Actions, Effect, Principal, Principals, Resources};
use ci_base::{Diagnostic, Severity, Span};
use ci_graph::references;
use ci_sema::{StackResult, Target};

use crate::build::{target_names, unknown_environment};
use crate::host::Snapshot;
use crate::names::named;
use crate::network::{NetworkAnswer, NetworkConnection, NetworkQuestion};
use crate::proofs::TargetStacks;

pub use diff::{AccessDiff, Changed, Sort, TargetDiff, Told};
pub use isolation::{EdgeTold, IsolationReport, TargetIsolation, Unjudged, ViolationTold};

/// The type of what encrypts.
const KEY: &str = "AWS::KMS::Key";

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessQuestion {
    /// Only the target of this name: an environment. All of them when `None`.
    pub target: Option<String>,
    /// What may this do? A name in the source, `worker`, or with its service, `orders.worker`.
    pub of: Option<String>,
    /// Who may use this? A name as above.
    pub to: Option<String>,
}

/// Who may do what in all targets that were asked for.
#[derive(Debug, Default)]
pub struct AccessReport {
    /// A target each; empty where anything is wrong.
    pub targets: Vec<TargetAccess>,
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Who may do what in a target.
#[derive(Debug, PartialEq)]
pub struct TargetAccess {
    /// Its name.
    pub name: String,
    /// Who has rights, in the order of the source.
    pub holders: Vec<HolderAccess>,
    /// What has a policy of its own, in the order of the source.
    pub guarded: Vec<GuardedAccess>,
    /// The keys that encrypt what was asked for, by their names in the source. Who may use these is told with the rest.
    pub keys: Vec<String>,
    /// Who reaches what was asked for over a network.
    pub connections: Vec<NetworkConnection>,
    /// The names that could be asked for, where nothing has the one that was.
    pub known: Vec<String>,
}

/// What a role, user or group may do.
#[derive(Debug, PartialEq)]
pub struct HolderAccess {
    /// Its stack.
    pub stack: String,
    /// Its name in the source.
    pub path: String,
    /// The resources that act as it, by their names in the source.
    pub users: Vec<String>,
    /// Who may take it on.
    pub trusts: Vec<String>,
    /// What its policies say.
    pub statements: Vec<StatementAccess>,
    /// Policies of others that it has, by ARN: what they allow is not judged.
    pub foreign: Vec<String>,
}

/// What the policy of a resource says.
#[derive(Debug, PartialEq)]
pub struct GuardedAccess {
    /// Its stack.
    pub stack: String,
    /// Its name in the source.
    pub path: String,
    /// What its policy says.
    pub statements: Vec<StatementAccess>,
}

/// A statement in the words of the source.
#[derive(Debug, PartialEq)]
pub struct StatementAccess {
    /// The name of the statement: of the capability that it is of.
    pub sid: Option<String>,
    /// It denies.
    pub denies: bool,
    /// To whom; empty for a policy of a holder.
    pub principals: Vec<String>,
    /// The actions as IAM names them; after `all but` those of a `NotAction`.
    pub actions: Vec<String>,
    /// The resources: their names in the source with what follows, or ARNs.
    pub resources: Vec<String>,
    /// The conditions in IAM's words.
    pub conditions: Vec<String>,
    /// It exists only under a condition that the deployment decides.
    pub conditional: bool,
    /// Where it was written; of a capability, where it is used.
    pub at: Span,
}

impl Snapshot {
    /// Who may do what. As with a build, nothing is said of a program with errors.
    pub fn access(&self, question: &AccessQuestion) -> AccessReport {
        let (targets, diagnostics) = self.each_target(question.target.as_deref(), |target, name| {
            self.target_access(target, name, question)
        });
        AccessReport { targets, diagnostics }
    }

    /// Something about each target, or about the one of this name; nothing about a program with errors. Beside it
    /// everything that is wrong.
    fn each_target<T>(
        &self,
        wanted: Option<&str>,
        mut each: impl FnMut(&Target, &str) -> T,
    ) -> (Vec<T>, Vec<Diagnostic>) {
        let mut diagnostics = self.check();
        if diagnostics.iter().any(|found| found.severity == Severity::Error) {
            return (Vec::new(), diagnostics);
        }
        salsa::Database::attach(&self.db, |db| {
            let targets = ci_sema::targets(db);
            let names = target_names(self, targets);
            let is_wanted = |name: &String| wanted.is_none_or(|wanted| wanted == name);
            let found: Vec<T> = targets
                .iter()
                .zip(&names)
                .filter(|(_, name)| is_wanted(name))
                .map(|(target, name)| each(target, name))
                .collect();
            if let Some(unknown) = wanted.filter(|_| found.is_empty()) {
                diagnostics.push(unknown_environment(self.project.main, unknown, &names));
            }
            (found, diagnostics)
        })
    }

    /// Everything about a target, whatever is wrong with it.
    pub(crate) fn all_access(&self, target: &Target, name: &str) -> TargetAccess {
        self.target_access(target, name, &AccessQuestion::default())
    }

    fn target_access(&self, target: &Target, name: &str, question: &AccessQuestion) -> TargetAccess {
        let stacks = TargetStacks::of(&self.db, target);
        let program = read(&stacks.stacks);
        let teller = Teller {
            snapshot: self,
            results: &stacks.results,
            program: &program,
            deployed: &stacks.deployed,
        };
        let mut told = TargetAccess {
            name: name.to_owned(),
            holders: Vec::new(),
            guarded: Vec::new(),
            keys: Vec::new(),
            connections: Vec::new(),
            known: Vec::new(),
        };
        match (&question.of, &question.to) {
            (_, Some(to)) => {
                teller.to(to, &mut told);
                told.connections = self.connections_to(target, name, to);
            }
            (Some(of), None) => told.holders = teller.of(of, &mut told.known),
            (None, None) => {
                told.holders = teller.all_holders();
                told.guarded = teller.all_guarded();
            }
        }
        told
    }

    /// Who reaches `to` over a network, where it is in one.
    fn connections_to(&self, target: &Target, name: &str, to: &str) -> Vec<NetworkConnection> {
        let question = NetworkQuestion { to: Some(to.to_owned()), ..NetworkQuestion::default() };
        let mut connections = self.target_network(target, name, &question).connections;
        connections.retain(|connection| matches!(connection.answer, NetworkAnswer::Reached(_)));
        connections
    }
}

/// Tells what is in the policies of a target.
struct Teller<'a> {
    snapshot: &'a Snapshot,
    results: &'a [&'a StackResult],
    program: &'a Program<'a>,
    deployed: &'a Deployed,
}

impl Teller<'_> {
    fn all_holders(&self) -> Vec<HolderAccess> {
        self.program.holders.iter().map(|holder| self.holder(holder, holder.grants.iter())).collect()
    }

    fn all_guarded(&self) -> Vec<GuardedAccess> {
        self.program.guarded.iter().map(|guarded| self.guarded(guarded.place, &guarded.grants)).collect()
    }

    /// What may `name` do?
    fn of(&self, name: &str, known: &mut Vec<String>) -> Vec<HolderAccess> {
        let meant = named(&self.program.stacks, name);
        let is_meant = |place: &Place| meant.contains(place);
        let holders = self.program.holders.iter();
        let meant: Vec<HolderAccess> = holders
            .filter(|holder| is_meant(&holder.place) || holder.users.iter().any(is_meant))
            .map(|holder| self.holder(holder, holder.grants.iter()))
            .collect();
        if meant.is_empty() {
            let users =
                self.program.holders.iter().flat_map(|holder| holder.users.iter().chain([&holder.place]));
            known.extend(users.map(|place| self.path(*place)));
        }
        meant
    }

    /// Who may use `name`, and the keys without which its content is of no use?
    fn to(&self, name: &str, told: &mut TargetAccess) {
        let stacks = self.program.stacks.iter().enumerate();
        let places = stacks
            .flat_map(|(stack, of)| of.resource_ids().map(move |(resource, _)| Place { stack, resource }));
        let places: Vec<Place> = places.collect();
        let mut meant = named(&self.program.stacks, name);
        if meant.is_empty() {
            told.known.extend(places.iter().map(|place| self.path(*place)));
        }
        let keys: Vec<Place> = places
            .into_iter()
            .filter(|place| self.program.resource(*place).schema.name() == KEY && !meant.contains(place))
            .filter(|key| meant.iter().any(|place| self.reads(*place, *key)))
            .collect();
        told.keys = keys.iter().map(|key| self.path(*key)).collect();
        meant.extend(keys);
        let holders = self.program.holders.iter().filter_map(|holder| {
            let is_about = |grant: &&Grant| {
                meant.iter().any(|place| self.program.is_about(grant, *place, self.deployed))
            };
            let grants: Vec<&Grant> = holder.grants.iter().filter(is_about).collect();
            // What is denied counts where something of the same service is allowed: else nobody asks for it.
            let allows = |grant: &&Grant| grant.statement.effect == Effect::Allow;
            let allowed: Vec<&str> = grants.iter().copied().filter(allows).flat_map(services).collect();
            let is_told = |grant: &&Grant| {
                allows(grant) || services(grant).any(|service| allowed.contains(&service) || service == "*")
            };
            let grants: Vec<&Grant> = grants.into_iter().filter(is_told).collect();
            (!allowed.is_empty()).then(|| self.holder(holder, grants.into_iter()))
        });
        told.holders = holders.collect();
        let guarded = self.program.guarded.iter().filter(|guarded| meant.contains(&guarded.place));
        told.guarded = guarded.map(|guarded| self.guarded(guarded.place, &guarded.grants)).collect();
    }

    /// Whether a resource names a key of its stack: encrypts with it.
    fn reads(&self, place: Place, key: Place) -> bool {
        place.stack == key.stack
            && references(self.program.resource(place)).iter().any(|read| read.target == key.resource)
    }

    /// The name of a resource in the source: `worker.function`.
    fn path(&self, place: Place) -> String {
        self.program.resource(place).path.to_string()
    }

    fn holder<'g>(&self, holder: &Holder, grants: impl Iterator<Item = &'g Grant>) -> HolderAccess {
        let trusts = holder.trust.iter().flat_map(|grant| principals(&grant.statement.principals));
        HolderAccess {
            stack: self.program.stacks[holder.place.stack].name.to_string(),
            path: self.path(holder.place),
            users: holder.users.iter().map(|place| self.path(*place)).collect(),
            trusts: trusts.collect(),
            statements: grants.map(|grant| self.statement(grant)).collect(),
            foreign: holder.foreign.clone(),
        }
    }

    fn guarded(&self, place: Place, grants: &[Grant]) -> GuardedAccess {
        GuardedAccess {
            stack: self.program.stacks[place.stack].name.to_string(),
            path: self.path(place),
            statements: grants.iter().map(|grant| self.statement(grant)).collect(),
        }
    }

    fn statement(&self, grant: &Grant) -> StatementAccess {
        let statement = &grant.statement;
        let actions = match &statement.actions {
            Actions::Of(_) => grant.actions.clone(),
            Actions::AllBut(_) => all_but(&grant.actions),
        };
        let resources = match &statement.resources {
            Resources::Of(_) => grant.reaches.iter().map(|reach| self.reach(grant, reach)).collect(),
            Resources::AllBut(patterns) => all_but(patterns),
            Resources::Attached => Vec::new(),
        };
        StatementAccess {
            sid: statement.sid.as_deref().map(str::to_owned),
            denies: statement.effect == Effect::Deny,
            principals: principals(&statement.principals),
            actions,
            resources,
            conditions: grant.conditions.clone(),
            conditional: grant.conditional,
            at: self.snapshot.place(self.results[grant.stack], grant.origin),
        }
    }

    /// What a statement is about; with its stack, if that is another one.
    fn reach(&self, grant: &Grant, reach: &Reach) -> String {
        let Some(place) = reach.place else { return reach.rest.clone() };
        let shown = format!("{}{}", self.path(place), reach.rest);
        if place.stack == grant.stack {
            return shown;
        }
        format!("{shown} of {}", self.program.stacks[place.stack].name)
    }
}

/// The services of the actions of a statement.
fn services(grant: &Grant) -> impl Iterator<Item = &str> {
    grant.actions.iter().map(|action| action.split(':').next().unwrap_or_default())
}

fn all_but(patterns: &[impl std::fmt::Display]) -> Vec<String> {
    patterns.iter().map(|pattern| format!("all but {pattern}")).collect()
}

fn principals(principals: &Principals) -> Vec<String> {
    let shown = |principal: &Principal| principal.to_string();
    match principals {
        Principals::Attached => Vec::new(),
        Principals::Of(all) => all.iter().map(shown).collect(),
        Principals::AllBut(all) => all.iter().map(|one| format!("all but {}", shown(one))).collect(),
    }
}

#[cfg(test)]
mod tests;
