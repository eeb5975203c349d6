//! The policies of a program: what its stacks say about access, in terms of the algebra.
//!
//! Everything that stands in a template counts, whoever wrote it: inline policies, managed ones, policies of resources.
//! What one stack reads of another is followed to the resource behind it, so that a right is seen from both sides.
//!
//! Must not know: syntax, files, how a capability came to its statements.

mod compare;
mod escalation;
mod fit;
mod isolation;
mod lacking;
mod may;
mod names;
mod plain;
mod read;
mod size;
mod surface;
mod value;

pub use ci_graph::Place;
use ci_graph::{Origin, Resource, Stack, Value};

use crate::{Letter, Parts, Pattern, Statement, Token, glob};
pub use compare::{Change, changes, denials};
pub use escalation::{Escalation, Way, escalations};
pub use fit::fit;
pub use isolation::{
    CLAIM, Counts, Edge, Isolation, NOT_COVERED, Open, Violation, across, counts, isolation, reaching_over,
};
pub use lacking::{Lack, Missing, lacking, works_alone};
pub use may::{Answer, Example, Target, as_iam_writes};
pub use names::Deployed;
pub use plain::is_plain;
pub use read::{read, statements};
pub use size::{Unknowns, characters};
pub use surface::{Public, public};

/// Everything that the stacks of a target say about access.
#[derive(Debug)]
pub struct Program<'a> {
    /// The stacks, in the order they were given.
    pub stacks: Vec<&'a Stack>,
    /// Who has policies, in the order of the stacks and their resources.
    pub holders: Vec<Holder>,
    /// What has a policy of its own, in the same order.
    pub guarded: Vec<Guarded>,
    /// What names a role to act as, or a resource that its policy is for, by a text.
    pub by_text: Vec<ByText>,
    /// Policies that are put together at deployment, as a text: nothing is known of what they say. The resource that each
    /// is written at, and where.
    pub late: Vec<(Place, Origin)>,
}

/// A role, user or group; or a policy that nobody of the program has yet, for whoever will have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// The resource.
    pub place: Place,
    /// Who acts as it: the resources that name it as their role, in order.
    pub users: Vec<Place>,
    /// Who may take it on, as its trust policy says.
    pub trust: Vec<Grant>,
    /// What its policies say.
    pub grants: Vec<Grant>,
    /// Policies by ARN that the program does not have: nothing is known of what they allow.
    pub foreign: Vec<String>,
}

/// A resource with a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Guarded {
    /// The resource.
    pub place: Place,
    /// What its policy says.
    pub grants: Vec<Grant>,
}

/// Something that names another resource of the program by a text: its name, its ARN or its URL.
#[derive(Clone, Debug, PartialEq)]
pub struct ByText {
    /// The resource with the text.
    pub who: Place,
    /// The resource that is meant.
    pub what: Place,
    /// The text.
    pub text: String,
    /// Where it is.
    pub origin: Origin,
}

/// A statement where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// What it says. Where only the deployment decides between texts, it has all of them.
    pub statement: Statement,
    /// Its actions as they were written: the statement has them in lower case, as IAM compares them.
    pub actions: Vec<String>,
    /// Its conditions as they were written: `StringEquals aws:SourceAccount {AWS::AccountId}`.
    pub conditions: Vec<String>,
    /// What it is about, in the order it was written; the statement has the same as patterns.
    pub reaches: Vec<Reach>,
    /// The stack that it was written in.
    pub stack: usize,
    /// Where it was written; for a statement of a capability, where that is used.
    pub origin: Origin,
    /// It exists only under a condition that the deployment decides.
    pub conditional: bool,
}

/// What a statement is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// The resource of the program that the ARN begins with, if it is one.
    pub place: Option<Place>,
    /// What comes after it, `/index/by_status`; or the whole where it is no resource of the program.
    pub rest: String,
}

impl<'a> Program<'a> {
    /// A resource.
    pub fn resource(&self, place: Place) -> &'a Resource {
        self.stacks[place.stack].resource(place.resource)
    }

    /// Whether a statement may be about a resource: by name, or by a wildcard for actions that such a resource takes.
    ///
    /// A name that a service makes differs from every name that is written down; one that CloudFormation makes begins with
    /// the stack and the logical id.
    pub fn is_about(&self, grant: &Grant, place: Place, deployed: &Deployed) -> bool {
        if grant.reaches.iter().any(|reach| reach.place == Some(place)) {
            return true;
        }
        let mut templates = names::templates(self.resource(place)).peekable();
        let applies = |template: &str| isolation::applicable(grant, &names::form(template)).is_some();
        if templates.peek().is_some() && !templates.any(applies) {
            return false;
        }
        value::arns(self, place).iter().any(|arn| glob::any_matches(patterns(grant), arn))
            || patterns(grant).iter().any(|pattern| names::may_name(&self.stacks, pattern, place, deployed))
    }

    /// A pattern as the source would say it: the name of a resource and what follows, with its stack where that is not
    /// `stack`; or the text.
    pub fn told(&self, pattern: &Pattern, stack: usize) -> String {
        let Some((Token::Letter(Letter::Symbol(symbol)), rest)) = pattern.tokens().split_first() else {
            return pattern.to_string();
        };
        let Some(place) = names::owner(&self.stacks, symbol) else { return pattern.to_string() };
        let shown = format!("{}{}", self.resource(place).path, Pattern::of_tokens(rest.to_vec()));
        if place.stack == stack {
            return shown;
        }
        format!("{shown} of {}", self.stacks[place.stack].name)
    }
}

/// All texts that a value of a stack may become, more than one where the deployment decides: with symbols for what only
/// the deployment knows, called `<stack>:<LogicalId>.<Attribute>`.
pub fn texts(stacks: &[&Stack], stack: usize, value: &Value) -> Vec<Parts> {
    value::Reader { stacks }.texts(stack, value)
}

/// The patterns of what a statement is about.
fn patterns(grant: &Grant) -> &[Pattern] {
    match &grant.statement.resources {
        crate::Resources::Of(patterns) => patterns,
        // What is excluded, and what a policy is attached to, is no list of what it is about.
        crate::Resources::AllBut(_) | crate::Resources::Attached => &[],
    }
}

#[cfg(test)]
mod tests;
