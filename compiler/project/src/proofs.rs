//! What is proved about the policies of all targets as they are emitted: that services and environments are isolated, that
//! nobody comes to more than they may do, and that what is declared is allowed.
//!
//! Made again only when a stack is another one. Must not know: how policies are read, and what is decided about them.

mod lacking;

use std::sync::Arc;

use ci_access::program::{
    ByText, Deployed, Escalation, Place, Program, Violation, Way, across, escalations, is_plain, isolation,
    lacking, reaching_over, read,
};
use ci_base::{Code, Diagnostic, Span};
use ci_graph::{Origin, Stack};
use ci_sema::{Db, Plan, Program as Source, ServiceInstance, StackResult, Target, TargetId, chosen_at};

use crate::host::Snapshot;

/// A place in one of the stacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Where {
    instance: ServiceInstance,
    origin: Origin,
    /// Of a resource, what leads to it: where a library wrote it, what is told is where the program uses the library.
    path: Option<Arc<str>>,
}

impl Where {
    /// Where in the source it is.
    pub fn span(&self, snapshot: &Snapshot, db: &dyn Db) -> Span {
        let chosen = |path: &Arc<str>| chosen_at(db, self.instance, self.origin, path);
        if let Some(chosen) = self.path.as_ref().and_then(chosen) {
            return chosen;
        }
        snapshot.place(ci_sema::stack(db, self.instance), self.origin)
    }
}

/// The stacks of a target, as policies are read from them.
pub(crate) struct TargetStacks<'db> {
    plan: &'db Plan,
    /// What each stack was evaluated to.
    pub results: Vec<&'db StackResult>,
    /// The stacks themselves.
    pub stacks: Vec<&'db Stack>,
    /// What is known about where they are deployed.
    pub deployed: Deployed,
}

impl<'db> TargetStacks<'db> {
    /// The stacks of a target.
    pub fn of(db: &'db dyn Db, target: &Target) -> Self {
        let plan = ci_sema::plan(db, TargetId::new(db, target.clone()));
        let results: Vec<&StackResult> =
            plan.instances.iter().map(|instance| ci_sema::stack(db, *instance)).collect();
        let stacks = results.iter().map(|result| Arc::as_ref(&result.stack)).collect();
        let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
        let deployed = Deployed { account: text(&plan.account), region: text(&plan.region) };
        Self { plan, results, stacks, deployed }
    }

    fn at(&self, stack: usize, origin: Origin) -> Where {
        Where { instance: self.plan.instances[stack], origin, path: None }
    }
}

/// What the policies of all targets allow and must not.
#[salsa::tracked]
pub(crate) fn proofs(db: &dyn Db, source: Source) -> Vec<Diagnostic<Where>> {
    // The program decides what there are targets of.
    let _ = source;
    let targets = ci_sema::targets(db);
    let stacks: Vec<TargetStacks<'_>> = targets.iter().map(|target| TargetStacks::of(db, target)).collect();
    let mut found = Vec::new();
    for (one, here) in stacks.iter().enumerate() {
        let is_plain = is_plain(&here.stacks);
        let works = here.plan.instances.iter().all(|instance| works_alone(db, *instance));
        if is_plain && works {
            continue;
        }
        let program = read(&here.stacks);
        let teller = Teller { program: &program, stacks: here };
        if !works {
            found.extend(lacking(&program).iter().map(|lack| teller.lack(lack)));
        }
        if is_plain {
            continue;
        }
        found.extend(escalations(&program).iter().map(|way| teller.escalation(way)));
        let violations = isolation(&program, &here.deployed).violations;
        found.extend(violations.iter().map(|violation| teller.undeclared(violation)));
        found.extend(reaching_over(&program).map(|named| teller.reaching_over(named)));
        for (other, there) in stacks.iter().enumerate() {
            if other == one || targets[other].app != targets[one].app {
                continue;
            }
            let reached = across((&program, &here.deployed), (&there.stacks, &there.deployed));
            if !reached.is_empty() {
                let other_program = read(&there.stacks);
                let there = Teller { program: &other_program, stacks: there };
                let names = [targets[one].name(db), targets[other].name(db)];
                found.extend(reached.iter().map(|violation| teller.across(violation, &there, &names)));
            }
        }
    }
    found
}

/// Whether what a service declares works by what it says itself: an edit elsewhere asks nothing of it again.
#[salsa::tracked(returns(copy))]
fn works_alone(db: &dyn Db, instance: ServiceInstance) -> bool {
    ci_access::program::works_alone(&ci_sema::stack(db, instance).stack)
}

/// Tells what was found in a target.
struct Teller<'a> {
    program: &'a Program<'a>,
    stacks: &'a TargetStacks<'a>,
}

impl Teller<'_> {
    /// A resource by its name in the source, and its stack where that is not `beside`.
    fn name(&self, place: Place, beside: Option<usize>) -> String {
        let path = &self.program.resource(place).path;
        if beside == Some(place.stack) {
            return format!("`{path}`");
        }
        format!("`{path}` of `{}`", self.program.stacks[place.stack].name)
    }

    /// Whoever acts as a role, or the role.
    fn who(&self, place: Place) -> String {
        let holder = self.program.holders.iter().find(|holder| holder.place == place);
        let acting = holder.and_then(|holder| holder.users.first()).copied().unwrap_or(place);
        self.name(acting, None)
    }

    fn origin_of(&self, place: Place) -> Where {
        let resource = self.program.resource(place);
        Where { path: Some(Arc::clone(&resource.path)), ..self.stacks.at(place.stack, resource.origin) }
    }

    fn undeclared(&self, violation: &Violation) -> Diagnostic<Where> {
        let Violation { who, action, resource, more, text, stack, origin } = violation;
        let (whose, owner) = (self.who(*who), &self.program.stacks[resource.stack].name);
        let what = self.name(*resource, None);
        let more = others(*more);
        let message = format!("{whose} may do `{action}` with {what}{more}, which nothing declares");
        Diagnostic::new(Code::UndeclaredAccess, self.stacks.at(*stack, *origin), message)
            .label("this statement allows it")
            .also(self.origin_of(*resource), "the resource")
            .note(format!("`{text}` may be its name"))
            .note("what is of one service can be used by another one only as far as it provides that")
            .help(format!(
                "let the service behind `{owner}` provide a capability, and take it with `needs` and `uses`; or name what is \
                 meant by its ARN"
            ))
    }

    fn reaching_over(&self, named: &ByText) -> Diagnostic<Where> {
        let ByText { who, what, text, origin } = named;
        let (whose, other) = (self.name(*who, None), self.name(*what, None));
        let owner = &self.program.stacks[what.stack].name;
        let is_role = self.program.resource(*what).schema.name() == "AWS::IAM::Role";
        let (message, help) = if is_role {
            (
                format!("{whose} acts as {other}, which nothing declares"),
                "give it a role of its own, with the capabilities it needs".to_owned(),
            )
        } else {
            (
                format!("{whose} is a policy of {other}, which nothing declares"),
                format!(
                    "let the service behind `{owner}` write it: what its resources allow is for that service to say"
                ),
            )
        };
        Diagnostic::new(Code::UndeclaredAccess, self.stacks.at(who.stack, *origin), message)
            .label("it is named here")
            .also(self.origin_of(*what), "the resource")
            .note(format!("`{text}` is its name"))
            .help(help)
    }

    fn across(&self, violation: &Violation, there: &Teller<'_>, names: &[String; 2]) -> Diagnostic<Where> {
        let Violation { who, action, resource, more, text, stack, origin } = violation;
        let (whose, what, more) = (self.who(*who), there.name(*resource, None), others(*more));
        let [here_name, there_name] = names;
        let message = format!(
            "{whose} of the environment `{here_name}` may do `{action}` with {what}{more} of the environment `{there_name}`"
        );
        Diagnostic::new(Code::UndeclaredAccess, self.stacks.at(*stack, *origin), message)
            .label("this statement allows it")
            .also(there.origin_of(*resource), "the resource")
            .note(format!("`{text}` may be its name, and nothing says that the accounts are different"))
            .help("name what is meant by its ARN, or give each environment an `account` of its own")
    }

    fn escalation(&self, found: &Escalation) -> Diagnostic<Where> {
        let Escalation { who, action, way, stack, origin } = found;
        let (whose, beside) = (self.who(*who), Some(who.stack));
        let at = self.stacks.at(*stack, *origin);
        let (message, note, help) = match way {
            Way::Alone(what) => (
                format!("{whose} can come to any right there is: `{action}` {what}"),
                "a right to change rights is all rights".to_owned(),
                "leave it to the pipeline that deploys; or require a boundary: the condition `iam:PermissionsBoundary`",
            ),
            Way::Start { what, role, text } => {
                let (role, more) = match role {
                    Some(role) => (self.name(*role, beside), "may do more than that"),
                    None => (format!("`{text}`"), "may do anything, as far as is known here"),
                };
                (
                    format!(
                        "{whose} can come to the rights of another role: `{action}` starts {what} of its own as {role}"
                    ),
                    format!("{role} {more}, and `iam:PassRole` hands it over"),
                    "pass no role to what the caller writes itself, or one that may do less than the caller",
                )
            }
            Way::Change { what, role } => (
                format!(
                    "{whose} can come to the rights of another role: `{action}` changes {}, which runs as {}",
                    self.name(*what, beside),
                    self.name(*role, beside)
                ),
                format!("{} may do more than that", self.name(*role, beside)),
                "leave it to the pipeline that deploys",
            ),
            Way::Through(roles) => {
                let names: Vec<String> = roles.iter().map(|role| self.name(*role, beside)).collect();
                (
                    format!("{whose} can come to any right there is, by way of {}", names.join(", then ")),
                    format!("`{action}` is the first step, and the last role may change rights"),
                    "take the first step away, or what the last role may do",
                )
            }
        };
        Diagnostic::new(Code::PrivilegeEscalation, at, message).label("the first step").note(note).help(help)
    }
}

fn others(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => " and one more".to_owned(),
        more => format!(" and {more} more"),
    }
}

#[cfg(test)]
mod tests;
