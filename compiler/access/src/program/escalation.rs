//! Escalation: whoever has a role of the program can come to more than the role may do, by way of IAM or of another role.
//!
//! There are steps that any role can take to anything ([`STEPS`]), steps to the role that is passed to what is started
//! ([`STARTS`]) or whose code is changed ([`CHANGES`]), and the step that IAM has for it, `sts:AssumeRole`. What a way of steps
//! leads to counts if it is more: all that the first role may do contains it or not.
//!
//! Actions by wildcard are no subject here: they are refused wherever they stand.
//!
//! Must not know: the source, how a finding is told.

use std::collections::VecDeque;

use ci_graph::Origin;

use super::names::{Deployed, may_name, owner};
use super::value::Reader;
use super::{Grant, Holder, Place, Program};
use crate::{
    Containment, Effect, Letter, Pattern, Principal, Principals, Resources, Statement, Token, contains,
};

/// Actions that alone lead to anything, and how. Sorted.
///
/// Source: IAM's own API reference; the chains are those that published catalogues of privilege escalation list.
pub const STEPS: &[(&str, &str)] = &[
    ("iam:AddUserToGroup", "puts a user into a group with more rights"),
    ("iam:AttachGroupPolicy", "attaches any policy, AdministratorAccess among them, to a group"),
    ("iam:AttachRolePolicy", "attaches any policy, AdministratorAccess among them, to a role"),
    ("iam:AttachUserPolicy", "attaches any policy, AdministratorAccess among them, to a user"),
    ("iam:CreateAccessKey", "makes credentials of another user"),
    ("iam:CreateLoginProfile", "gives another user a password"),
    ("iam:CreatePolicyVersion", "replaces what a policy allows by anything"),
    ("iam:DeleteRolePermissionsBoundary", "takes away what a role is limited by"),
    ("iam:DeleteUserPermissionsBoundary", "takes away what a user is limited by"),
    ("iam:PutGroupPolicy", "writes a policy that allows anything into a group"),
    ("iam:PutRolePermissionsBoundary", "replaces what a role is limited by"),
    ("iam:PutRolePolicy", "writes a policy that allows anything into a role"),
    ("iam:PutUserPermissionsBoundary", "replaces what a user is limited by"),
    ("iam:PutUserPolicy", "writes a policy that allows anything into a user"),
    ("iam:SetDefaultPolicyVersion", "goes back to a version of a policy that allowed more"),
    ("iam:UpdateAssumeRolePolicy", "lets anyone take on a role"),
    ("iam:UpdateLoginProfile", "changes the password of another user"),
];

/// Actions that run code of the caller's as a role that is passed to them, and what runs it. Sorted.
///
/// Source: the dependent actions of IAM's reference (`iam:PassRole`), those of them that take code or a definition.
pub const STARTS: &[(&str, &str)] = &[
    ("batch:RegisterJobDefinition", "a job"),
    ("bedrock-agentcore:CreateCodeInterpreter", "a code interpreter"),
    ("cloudformation:CreateStack", "a stack"),
    ("codebuild:CreateProject", "a build"),
    ("datapipeline:PutPipelineDefinition", "a pipeline"),
    ("ec2:RequestSpotInstances", "an instance"),
    ("ec2:RunInstances", "an instance"),
    ("ecs:RegisterTaskDefinition", "a task"),
    ("elasticmapreduce:RunJobFlow", "a cluster"),
    ("glue:CreateDevEndpoint", "an endpoint"),
    ("glue:CreateJob", "a job"),
    ("lambda:CreateFunction", "a function"),
    ("sagemaker:CreateNotebookInstance", "a notebook"),
    ("sagemaker:CreateProcessingJob", "a job"),
    ("sagemaker:CreateTrainingJob", "a job"),
    ("scheduler:CreateSchedule", "a schedule"),
    ("ssm:CreateAssociation", "an automation"),
    ("states:CreateStateMachine", "a state machine"),
];

/// Actions that start what is there as a role that is passed to them. Sorted.
pub const RESTARTS: &[&str] = &["ecs:RunTask", "ecs:StartTask", "ssm:StartAutomationExecution"];

/// Actions that change or command what runs as a role, and the type of what they change. Sorted.
pub const CHANGES: &[(&str, &str)] = &[
    ("cloudformation:UpdateStack", "AWS::CloudFormation::Stack"),
    ("codebuild:UpdateProject", "AWS::CodeBuild::Project"),
    ("ec2:ModifyInstanceAttribute", "AWS::EC2::Instance"),
    ("glue:UpdateDevEndpoint", "AWS::Glue::DevEndpoint"),
    ("glue:UpdateJob", "AWS::Glue::Job"),
    ("lambda:UpdateFunctionCode", "AWS::Lambda::Function"),
    ("lambda:UpdateFunctionConfiguration", "AWS::Lambda::Function"),
    ("sagemaker:CreatePresignedNotebookInstanceUrl", "AWS::SageMaker::NotebookInstance"),
    ("ssm:SendCommand", "AWS::EC2::Instance"),
    ("ssm:StartSession", "AWS::EC2::Instance"),
    ("states:UpdateStateMachine", "AWS::StepFunctions::StateMachine"),
];

/// Whether an action is a part of some way: nothing else has to be looked at.
pub(super) fn leads_on(action: &str) -> bool {
    let is_in = |table: &[(&str, &str)]| table.binary_search_by(|(known, _)| (*known).cmp(action)).is_ok();
    matches!(action, "iam:PassRole" | "sts:AssumeRole")
        || is_in(STEPS)
        || is_in(STARTS)
        || is_in(CHANGES)
        || RESTARTS.contains(&action)
}

/// How somebody comes to more than they may do.
#[derive(Clone, Debug, PartialEq)]
pub struct Escalation {
    /// Whoever it is.
    pub who: Place,
    /// The action of the first step.
    pub action: String,
    /// What the way is.
    pub way: Way,
    /// The stack that the statement of the first step was written in.
    pub stack: usize,
    /// Where.
    pub origin: Origin,
}

/// A way to more.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// The action alone: what it does.
    Alone(&'static str),
    /// By passing a role to what is started.
    Start {
        /// What runs as the role.
        what: &'static str,
        /// The role, if it is one of the program.
        role: Option<Place>,
        /// The role as the statement names it.
        text: String,
    },
    /// By changing what runs as a role.
    Change {
        /// What is changed.
        what: Place,
        /// The role that it runs as.
        role: Place,
    },
    /// By roles one after the other, the last of which leads to anything.
    Through(Vec<Place>),
}

/// All ways to more in a program.
pub fn escalations(program: &Program<'_>) -> Vec<Escalation> {
    let all: Vec<Steps<'_>> = program.holders.iter().map(|holder| Steps::of(program, holder)).collect();
    let mut found = Vec::new();
    for steps in &all {
        for (grant, action, what) in &steps.alone {
            found.push(steps.found(grant, action, Way::Alone(what)));
        }
        // Whoever can come to anything is known; what else they come to does not matter.
        if steps.leads_to_anything {
            continue;
        }
        let before = found.len();
        steps.starts(program, &mut found);
        steps.changes(program, &mut found);
        if found.len() == before {
            found.extend(through(program, &all, steps));
        }
    }
    found
}

/// An allowing statement, and an action of it.
type Step<'a> = (&'a Grant, &'a str);

/// What somebody can do that leads on.
struct Steps<'a> {
    holder: &'a Holder,
    alone: Vec<(&'a Grant, &'a str, &'static str)>,
    starts: Vec<(&'a Grant, &'a str, &'static str)>,
    restarts: Vec<Step<'a>>,
    /// What is changed: resources of the program by themselves.
    changes: Vec<(&'a Grant, &'a str, Place)>,
    /// The roles that are passed: those of the program, or as the statement names them.
    passes: Vec<(Option<Place>, String)>,
    /// The roles of the program that are taken on.
    assumes: Vec<(&'a Grant, &'a str, Place)>,
    leads_to_anything: bool,
}

impl<'a> Steps<'a> {
    fn of(program: &'a Program<'_>, holder: &'a Holder) -> Self {
        let mut steps = Steps {
            holder,
            alone: Vec::new(),
            starts: Vec::new(),
            restarts: Vec::new(),
            changes: Vec::new(),
            passes: Vec::new(),
            assumes: Vec::new(),
            leads_to_anything: false,
        };
        for grant in holder.grants.iter().filter(|grant| grant.statement.effect == Effect::Allow) {
            for action in grant.actions.iter().map(String::as_str) {
                steps.add(program, grant, action);
            }
        }
        steps.leads_to_anything |= !steps.alone.is_empty();
        steps
    }

    fn add(&mut self, program: &'a Program<'_>, grant: &'a Grant, action: &'a str) {
        let find = |table: &[(&str, &'static str)]| {
            table.binary_search_by(|(known, _)| known.cmp(&action)).ok().map(|at| table[at].1)
        };
        if let Some(what) = find(STEPS) {
            if !is_bounded(grant) {
                self.alone.push((grant, action, what));
            }
        } else if let Some(what) = find(STARTS) {
            self.starts.push((grant, action, what));
        } else if RESTARTS.contains(&action) {
            self.restarts.push((grant, action));
        } else if let Some(kind) = find(CHANGES) {
            let places = exact(program, grant).filter_map(|(place, _)| place);
            let changed = places.filter(|place| program.resource(*place).schema.name() == kind);
            self.changes.extend(changed.map(|place| (grant, action, place)));
        } else if action == "iam:PassRole" {
            self.passes.extend(exact(program, grant));
        } else if action == "sts:AssumeRole" {
            let places = exact(program, grant).filter_map(|(place, _)| place);
            self.assumes.extend(places.map(|place| (grant, action, place)));
        } else if matches!(action, "*" | "iam:*") {
            self.leads_to_anything = true;
        }
    }

    fn found(&self, grant: &Grant, action: &str, way: Way) -> Escalation {
        let action = action.to_owned();
        Escalation { who: self.holder.place, action, way, stack: grant.stack, origin: grant.origin }
    }

    /// Roles that are passed to what runs the caller's own code.
    fn starts(&self, program: &Program<'_>, found: &mut Vec<Escalation>) {
        let Some((grant, action, what)) = self.starts.first() else { return };
        for (role, text) in &self.passes {
            let of = role.and_then(|role| held(program, role));
            if of.is_none_or(|role| is_more(role, self.holder)) {
                let way = Way::Start { what, role: of.map(|role| role.place), text: text.clone() };
                found.push(self.found(grant, action, way));
            }
        }
    }

    /// What runs as a role that may do more, and can be changed.
    fn changes(&self, program: &Program<'_>, found: &mut Vec<Escalation>) {
        for (grant, action, what) in &self.changes {
            for role in roles_of(program, *what).filter(|role| is_more(role, self.holder)) {
                let way = Way::Change { what: *what, role: role.place };
                found.push(self.found(grant, action, way));
            }
        }
    }

    /// The roles that one step leads to.
    fn next(&self, program: &Program<'_>) -> Vec<(Step<'a>, Place)> {
        let assumed = self.assumes.iter().filter(|(.., place)| {
            held(program, *place).is_some_and(|role| trusts(program, role, self.holder.place))
        });
        let mut next: Vec<(Step<'_>, Place)> =
            assumed.map(|(grant, action, place)| ((*grant, *action), *place)).collect();
        let mut starts = self
            .starts
            .iter()
            .map(|(grant, action, _)| (*grant, *action))
            .chain(self.restarts.iter().copied());
        if let Some(start) = starts.next() {
            next.extend(self.passes.iter().filter_map(|(place, _)| Some((start, (*place)?))));
        }
        for (grant, action, what) in &self.changes {
            next.extend(roles_of(program, *what).map(|role| ((*grant, *action), role.place)));
        }
        next
    }
}

/// The shortest way from somebody to a role that leads to anything.
fn through(program: &Program<'_>, all: &[Steps<'_>], from: &Steps<'_>) -> Option<Escalation> {
    let of = |place: Place| all.iter().find(|steps| steps.holder.place == place);
    for (step, first) in from.next(program) {
        let mut waiting = VecDeque::from([vec![first]]);
        let mut seen = vec![from.holder.place, first];
        while let Some(way) = waiting.pop_front() {
            let Some(steps) = way.last().and_then(|last| of(*last)) else { continue };
            if steps.leads_to_anything {
                return Some(from.found(step.0, step.1, Way::Through(way)));
            }
            for (_, next) in steps.next(program) {
                if !seen.contains(&next) {
                    seen.push(next);
                    waiting.push_back(way.iter().copied().chain([next]).collect());
                }
            }
        }
    }
    None
}

/// A step that is limited to the caller's own user, or to what has a boundary.
fn is_bounded(grant: &Grant) -> bool {
    let own_user = |pattern: &Pattern| {
        pattern
            .tokens()
            .iter()
            .any(|token| matches!(token, Token::Variable { key, .. } if &**key == "aws:username"))
    };
    let bounded = |condition: &crate::Condition| {
        let is_any = |value: &Pattern| value.tokens().iter().all(|token| matches!(token, Token::Run { .. }));
        condition.key() == "iam:permissionsboundary"
            && condition.is_required()
            && !condition.values().iter().any(is_any)
    };
    grant.statement.conditions.iter().any(bounded)
        || matches!(&grant.statement.resources, Resources::Of(all) if !all.is_empty() && all.iter().all(own_user))
}

/// What a statement is about: resources of the program by themselves, or all that a text may mean; the text alone where it
/// means none of the program.
fn exact<'p>(
    program: &'p Program<'_>,
    grant: &'p Grant,
) -> impl Iterator<Item = (Option<Place>, String)> + 'p {
    let patterns = match &grant.statement.resources {
        Resources::Of(patterns) => patterns.as_slice(),
        Resources::AllBut(_) | Resources::Attached => &[],
    };
    patterns.iter().flat_map(|pattern| {
        let text = pattern.to_string();
        let places = match pattern.tokens() {
            [Token::Letter(Letter::Symbol(symbol))] => owner(&program.stacks, symbol).into_iter().collect(),
            _ => meant(program, pattern),
        };
        if places.is_empty() {
            return vec![(None, text)];
        }
        places.into_iter().map(|place| (Some(place), text.clone())).collect()
    })
}

/// The resources of a program that a text may mean, wherever it is deployed.
fn meant(program: &Program<'_>, pattern: &Pattern) -> Vec<Place> {
    let stacks = program.stacks.iter().enumerate();
    let places =
        stacks.flat_map(|(stack, of)| of.resource_ids().map(move |(resource, _)| Place { stack, resource }));
    let anywhere = Deployed::default();
    places.filter(|place| may_name(&program.stacks, pattern, *place, &anywhere)).collect()
}

fn held<'p>(program: &'p Program<'_>, place: Place) -> Option<&'p Holder> {
    program.holders.iter().find(|holder| holder.place == place)
}

/// The roles that something runs as; an instance has its role by way of a profile.
fn roles_of<'p>(program: &'p Program<'_>, what: Place) -> impl Iterator<Item = &'p Holder> + use<'p> {
    let profile = program.resource(what).property("IamInstanceProfile");
    let reader = Reader { stacks: &program.stacks };
    let profile = profile.and_then(|profile| reader.place(what.stack, &profile.value));
    program
        .holders
        .iter()
        .filter(move |holder| holder.users.iter().any(|user| *user == what || Some(*user) == profile))
}

/// Whether a role's trust policy lets somebody of the program take it on.
fn trusts(program: &Program<'_>, role: &Holder, who: Place) -> bool {
    role.trust.iter().filter(|grant| grant.statement.effect == Effect::Allow).any(|grant| {
        let Principals::Of(principals) = &grant.statement.principals else { return true };
        principals.iter().any(|principal| match principal {
            Principal::Everyone | Principal::Account(_) => true,
            Principal::Identity(text) => match text.letters() {
                [Letter::Symbol(symbol)] => owner(&program.stacks, symbol) == Some(who),
                _ => true,
            },
            _ => false,
        })
    })
}

/// Whether a role may do anything that another one may not. What cannot be told counts as more.
fn is_more(role: &Holder, than: &Holder) -> bool {
    if role.place == than.place {
        return false;
    }
    let statements = |holder: &Holder| -> Vec<Statement> {
        holder.grants.iter().map(|grant| grant.statement.clone()).collect()
    };
    !role.foreign.is_empty() || contains(&statements(than), &statements(role)) != Containment::Yes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_name_what_there_is() {
        assert!(STEPS.is_sorted() && STARTS.is_sorted() && CHANGES.is_sorted() && RESTARTS.is_sorted());
        let pairs = STEPS.iter().chain(STARTS).chain(CHANGES).map(|(action, _)| *action);
        for action in pairs.chain(RESTARTS.iter().copied()) {
            assert!(ci_catalog::iam::is_known_action(action), "{action}");
        }
        for (_, kind) in CHANGES {
            assert!(ci_catalog::resource_type(kind).is_some(), "{kind}");
        }
    }
}
