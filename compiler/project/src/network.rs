//! Who reaches whom: the networks of a target's stacks, with the names and places of the source.
//!
//! Must not know: how it is shown.

use std::sync::Arc;

use ci_access::program::read as read_policies;
use ci_base::{Applicability, Diagnostic, Severity, Span};
use ci_graph::Stack;
use ci_network::{Answer, At, End, Finding, Lack, Need, Network, Protocol, findings};
use ci_sema::eval::choice::{Choice, add_choice};
use ci_sema::{Db, Plan, StackResult, Target, TargetId, has_errors, is_damaged};

use crate::blame::chosen_by;
use crate::build::{target_names, unknown_environment};
use crate::host::Snapshot;
use crate::names::named;

/// The name of everything outside of the program.
const INTERNET: &str = "internet";

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkQuestion {
    /// Only the target of this name: an environment. All of them when `None`.
    pub target: Option<String>,
    /// Whom does this reach? `internet`, or a name in the source, `worker`, or with its service, `orders.worker`.
    pub from: Option<String>,
    /// Who reaches this? A name as above.
    pub to: Option<String>,
}

/// Who reaches whom in all targets that were asked for.
#[derive(Debug, Default)]
pub struct NetworkReport {
    /// A target each; empty where anything is wrong.
    pub targets: Vec<TargetNetwork>,
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Who reaches whom in a target.
#[derive(Debug, PartialEq)]
pub struct TargetNetwork {
    /// Its name.
    pub name: String,
    /// What was asked for, in the order of the source; without a question about one thing only what is reached.
    pub connections: Vec<NetworkConnection>,
    /// What load balancers pass on, where it was asked for: `balancer` to `service`, port.
    pub forwards: Vec<(String, String, Option<u16>)>,
    /// The names that could be asked for, where nothing has the one that was.
    pub known: Vec<String>,
    /// The names that were asked for and nothing in a network has; with the resource type of what has one elsewhere.
    pub unknown: Vec<(String, Option<&'static str>)>,
}

/// Whether one thing reaches another.
#[derive(Debug, PartialEq)]
pub struct NetworkConnection {
    /// Its name in the source, or `internet`.
    pub from: String,
    /// Its name in the source, or `internet`.
    pub to: String,
    /// Whether and how.
    pub answer: NetworkAnswer,
}

/// Whether and how one thing reaches another.
#[derive(Debug, PartialEq)]
pub enum NetworkAnswer {
    /// It does, or may: a path for each protocol.
    Reached(Vec<ReachedAnswer>),
    /// It does not.
    Blocked(BlockedAnswer),
}

/// How one thing reaches another with one protocol.
#[derive(Debug, PartialEq)]
pub struct ReachedAnswer {
    /// `tcp` or `udp`.
    pub protocol: String,
    /// The ports that are reached in any case: `80, 443`; empty if none is.
    pub ports: String,
    /// Those that are reached if what only the deployment knows allows it.
    pub perhaps: String,
    /// What lets it through, in the order it is passed.
    pub hops: Vec<NetworkHop>,
}

/// What lets something through.
#[derive(Debug, PartialEq)]
pub struct NetworkHop {
    /// What it says.
    pub says: String,
    /// Only the deployment knows whether it does.
    pub unknown: bool,
    /// Where it was written.
    pub at: Span,
}

/// What is in the way.
#[derive(Debug, PartialEq)]
pub struct BlockedAnswer {
    /// What is so.
    pub what: String,
    /// The setting that would have to change.
    pub setting: String,
    /// Where it is.
    pub at: Span,
}

/// What is wrong with the networks of a target, where nothing else is.
#[salsa::tracked]
pub(crate) fn network_problems(db: &dyn Db, target: TargetId) -> Vec<Finding> {
    let plan = ci_sema::plan(db, target);
    let results = results(db, plan);
    let stacks: Vec<&Stack> = results.iter().map(|result| Arc::as_ref(&result.stack)).collect();
    let network = Network::read(&stacks);
    if network.is_empty() {
        return Vec::new();
    }
    // What is missing because of a mistake would be missed here as well.
    let is_error = |severity: Severity, has_level: bool| severity == Severity::Error && !has_level;
    let is_wrong = |result: &&StackResult| {
        result.diagnostics.iter().any(|found| is_error(found.severity, found.code.has_level()))
            || result.items.iter().any(|item| has_errors(db, *item) || is_damaged(db, *item))
    };
    if plan.diagnostics.iter().any(|found| is_error(found.severity, found.code.has_level()))
        || results.iter().any(is_wrong)
    {
        return Vec::new();
    }
    // All policies have to be read to know what code needs.
    let needs = if network.has_compute() { needs(&stacks) } else { Vec::new() };
    findings(&network, &needs)
}

/// What each service of a target was evaluated to.
fn results<'db>(db: &'db dyn Db, plan: &Plan) -> Vec<&'db StackResult> {
    plan.instances.iter().map(|instance| ci_sema::stack(db, *instance)).collect()
}

/// The services of AWS that the users of roles have rights on.
fn needs(stacks: &[&Stack]) -> Vec<Need> {
    let program = read_policies(stacks);
    let mut found: Vec<Need> = Vec::new();
    for holder in &program.holders {
        for grant in holder.grants.iter().filter(|grant| !grant.conditional) {
            for action in &grant.actions {
                let Some((service, _)) = action.split_once(':') else { continue };
                for user in &holder.users {
                    let is_known =
                        |need: &Need| need.user == *user && need.service.eq_ignore_ascii_case(service);
                    if !found.iter().any(is_known) {
                        let at = At { stack: grant.stack, origin: grant.origin };
                        found.push(Need { user: *user, service: service.to_ascii_lowercase(), at });
                    }
                }
            }
        }
    }
    found
}

/// A finding that is mended by a choice. An endpoint costs by the hour, so somebody has to agree.
fn adding(found: Diagnostic, choice: Choice) -> Diagnostic {
    let Choice { value, input, instance, edit } = choice;
    let help =
        format!("`{input}` of `{instance}` has no `{value}`; each endpoint costs by the hour and the zone");
    let title = format!("add `{value}` to `{input}` of `{instance}`");
    found.help(help).fix(title, edit.at, edit.text, Applicability::MaybeIncorrect)
}

impl Snapshot {
    /// What is wrong with the networks of a target, in places of the source.
    pub(crate) fn network_findings(&self, plan: &Plan, target: TargetId, found: &mut Vec<Diagnostic>) {
        let problems = network_problems(&self.db, target);
        found.extend(problems.iter().map(|Finding { about, told, lacks }| {
            let placed = told.clone().map(|at| {
                let result = ci_sema::stack(&self.db, plan.instances[at.stack]);
                self.place(result, at.origin)
            });
            let instance = plan.instances[about.stack];
            let resource = ci_sema::stack(&self.db, instance).stack.resource(about.resource);
            let is_of_its_stack = told.primary.at.stack == about.stack;
            let chosen = is_of_its_stack
                .then(|| ci_sema::chosen_at(&self.db, instance, told.primary.at.origin, &resource.path));
            let placed = match chosen.flatten() {
                Some(at) => chosen_by(placed, at),
                None => placed,
            };
            match lacks.as_ref().and_then(|lack| self.endpoint(plan, lack)) {
                Some(choice) => adding(placed, choice),
                None => placed,
            }
        }));
    }

    /// The change that gives a network the endpoint it lacks.
    fn endpoint(&self, plan: &Plan, lack: &Lack) -> Option<Choice> {
        let instance = plan.instances[lack.vpc.stack];
        let path = &ci_sema::stack(&self.db, instance).stack.resource(lack.vpc.resource).path;
        add_choice(&self.db, instance, path, &lack.service)
    }

    /// Who reaches whom. As with a build, nothing is said of a program with errors; those of networks are answers here.
    pub fn network(&self, question: &NetworkQuestion) -> NetworkReport {
        let mut diagnostics = self.check();
        if diagnostics.iter().any(|found| found.severity == Severity::Error && !found.code.has_level()) {
            return NetworkReport { targets: Vec::new(), diagnostics };
        }
        diagnostics.clear();
        salsa::Database::attach(&self.db, |db| {
            let targets = ci_sema::targets(db);
            let names = target_names(self, targets);
            let wanted = |name: &String| question.target.as_ref().is_none_or(|wanted| wanted == name);
            let found: Vec<TargetNetwork> = targets
                .iter()
                .zip(&names)
                .filter(|(_, name)| wanted(name))
                .map(|(target, name)| self.target_network(target, name, question))
                .collect();
            if let Some(unknown) = question.target.as_ref().filter(|_| found.is_empty()) {
                diagnostics.push(unknown_environment(self.project.main, unknown, &names));
            }
            NetworkReport { targets: found, diagnostics }
        })
    }

    pub(crate) fn target_network(
        &self,
        target: &Target,
        name: &str,
        question: &NetworkQuestion,
    ) -> TargetNetwork {
        let plan = ci_sema::plan(&self.db, TargetId::new(&self.db, target.clone()));
        let results = results(&self.db, plan);
        let stacks: Vec<&Stack> = results.iter().map(|result| Arc::as_ref(&result.stack)).collect();
        let network = Network::read(&stacks);
        let teller = Teller { snapshot: self, results: &results, stacks: &stacks, network: &network };
        teller.tell(name, question)
    }
}

/// Tells what is in the networks of a target.
struct Teller<'a> {
    snapshot: &'a Snapshot,
    results: &'a [&'a StackResult],
    stacks: &'a [&'a Stack],
    network: &'a Network<'a>,
}

impl Teller<'_> {
    fn tell(&self, name: &str, question: &NetworkQuestion) -> TargetNetwork {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        let mut ends = |name: &String| {
            let found = self.ends(name, &mut known);
            if found.is_empty() {
                let of = named(self.stacks, name);
                let of = of.first().map(|at| self.stacks[at.stack].resource(at.resource).schema.name());
                unknown.push((name.clone(), of));
            }
            found
        };
        let from = question.from.as_ref().map(&mut ends);
        let to = question.to.as_ref().map(ends);
        let all: Vec<End> = [End::Internet]
            .into_iter()
            .chain(self.network.elements().map(|(place, _)| End::At(place)))
            .collect();
        // What is blocked is told where somebody asks about one thing: of everything it would be nearly everything.
        let asked = from.is_some() || to.is_some();
        let (sources, targets) = (from.as_ref().unwrap_or(&all), to.as_ref().unwrap_or(&all));
        let mut connections = Vec::new();
        for &source in sources {
            for &target in targets {
                if source == target {
                    continue;
                }
                let answer = self.answer(source, target);
                if asked || matches!(answer, NetworkAnswer::Reached(_)) {
                    connections.push(NetworkConnection {
                        from: self.name(source),
                        to: self.name(target),
                        answer,
                    });
                }
            }
        }
        let is_asked =
            |asked: &Option<Vec<End>>, end| asked.as_ref().is_none_or(|asked| asked.contains(&end));
        let mut forwards = Vec::new();
        for (balancer, _) in self.network.elements().filter(|(place, _)| is_asked(&from, End::At(*place))) {
            let passed = self.network.forwards(balancer).into_iter();
            for (target, port) in passed.filter(|(target, _)| is_asked(&to, End::At(*target))) {
                forwards.push((self.name(End::At(balancer)), self.name(End::At(target)), port));
            }
        }
        TargetNetwork { name: name.to_owned(), forwards, connections, known, unknown }
    }

    /// The elements that a name means, in the order of the source; where there is none, adds the names that there are.
    fn ends(&self, name: &str, known: &mut Vec<String>) -> Vec<End> {
        if name == INTERNET {
            return vec![End::Internet];
        }
        let mut found: Vec<End> = Vec::new();
        for place in named(self.stacks, name) {
            if let Some(element) = self.network.element(place)
                && !found.contains(&End::At(element))
            {
                found.push(End::At(element));
            }
        }
        if found.is_empty() {
            known.push(INTERNET.to_owned());
            for (place, _) in self.network.elements() {
                let path = &self.stacks[place.stack].resource(place.resource).path;
                // What it is part of is a name of it, and the one that people give.
                let whole = path.split_once('.').map_or(&**path, |(whole, _)| whole);
                if whole != &**path && !known.iter().any(|name| name == whole) {
                    known.push(whole.to_owned());
                }
                known.push(self.name(End::At(place)));
            }
        }
        found
    }

    /// A name in the source; with the service where a stack of another one has the same.
    fn name(&self, end: End) -> String {
        let End::At(place) = end else { return INTERNET.to_owned() };
        let stack = self.stacks[place.stack];
        let path = &stack.resource(place.resource).path;
        let is_shared = self.network.elements().any(|(other, _)| {
            other != place && *self.stacks[other.stack].resource(other.resource).path == **path
        });
        if is_shared { format!("{path} of {}", stack.name) } else { path.to_string() }
    }

    fn answer(&self, from: End, to: End) -> NetworkAnswer {
        let mut reached = Vec::new();
        let mut blocked = None;
        for protocol in Protocol::ALL {
            match self.network.reaches(from, to, protocol) {
                Answer::Reached(path) => reached.push(ReachedAnswer {
                    protocol: protocol.to_string(),
                    ports: path.ports.to_string(),
                    perhaps: path.perhaps.to_string(),
                    hops: path
                        .hops
                        .into_iter()
                        .map(|hop| NetworkHop {
                            says: hop.says,
                            unknown: hop.unknown,
                            at: self.place(hop.at),
                        })
                        .collect(),
                }),
                // Nearly everything is reached by TCP, so what stops that is what people ask for.
                Answer::Blocked(found) => {
                    blocked.get_or_insert_with(|| BlockedAnswer {
                        what: found.what,
                        setting: found.setting,
                        at: self.place(found.at),
                    });
                }
                Answer::NotInNetwork(_) => {}
            }
        }
        match blocked {
            Some(blocked) if reached.is_empty() => NetworkAnswer::Blocked(blocked),
            _ => NetworkAnswer::Reached(reached),
        }
    }

    fn place(&self, at: At) -> Span {
        self.snapshot.place(self.results[at.stack], at.origin)
    }
}

#[cfg(test)]
mod tests;
