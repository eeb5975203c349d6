//! What somebody may do after a change and could not before, exactly: what is only written in another way is no change.
//!
//! Must not know: where the two programs are from, how a change is told.

use super::{Grant, Program};
use crate::{Actions, Containment, Effect, Pattern, Principal, Principals, Resources, Statement, contains};

/// Something that one set of statements allows, or denies, and another one does not.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The statement that says it, by its position.
    pub grant: usize,
    /// To whom; empty for a policy of a holder.
    pub principals: Vec<String>,
    /// The actions, as they were written.
    pub actions: Vec<String>,
    /// The resources, as the source would say them.
    pub resources: Vec<String>,
    /// It cannot be told whether the others allow it; this is why.
    pub undecided: Option<&'static str>,
}

/// What `grants` allow and `others` do not. `program` is what the first are of.
///
/// What the others deny does not count: that a denial is gone is a change of its own, see [`denials`].
pub fn changes(program: &Program<'_>, grants: &[Grant], others: &[Grant]) -> Vec<Change> {
    let here: Vec<Statement> = grants.iter().map(|grant| grant.statement.clone()).collect();
    more(program, grants, &here, Effect::Allow, &of_effect(others, Effect::Allow))
}

/// What `grants` deny and `others` do not. A denial limits what all other policies allow, so one that is gone may give
/// something even where nothing is allowed beside it.
pub fn denials(program: &Program<'_>, grants: &[Grant], others: &[Grant]) -> Vec<Change> {
    more(program, grants, &of_effect(grants, Effect::Deny), Effect::Deny, &of_effect(others, Effect::Deny))
}

/// The statements of an effect, allowing what they are about; the others as they are.
fn of_effect(grants: &[Grant], effect: Effect) -> Vec<Statement> {
    let statements =
        grants.iter().map(|grant| &grant.statement).filter(|statement| statement.effect == effect);
    statements.map(|statement| Statement { effect: Effect::Allow, ..statement.clone() }).collect()
}

/// What the grants of an effect say and `there` does not; `here` is what they say, with what limits it.
fn more(
    program: &Program<'_>,
    grants: &[Grant],
    here: &[Statement],
    effect: Effect,
    there: &[Statement],
) -> Vec<Change> {
    if here.is_empty() || is_same(here, there) {
        return Vec::new();
    }
    let whole = contains(there, here);
    if whole == Containment::Yes {
        return Vec::new();
    }
    let limits: Vec<Statement> =
        here.iter().filter(|statement| statement.effect == Effect::Deny).cloned().collect();
    let mut found = Vec::new();
    let of_effect = grants.iter().enumerate().filter(|(_, grant)| grant.statement.effect == effect);
    for (at, grant) in of_effect.clone() {
        let mut left: Vec<Left> = Vec::new();
        for part in parts(program, grant) {
            let Part { statement, action, resource, principal } = part;
            let part_of = Statement { effect: Effect::Allow, ..statement };
            let inner: Vec<Statement> = [part_of].into_iter().chain(limits.iter().cloned()).collect();
            let undecided = match contains(there, &inner) {
                Containment::Yes => continue,
                Containment::No(_) => None,
                Containment::Unknown(why) => Some(why.describe()),
            };
            left.push(Left { action, resource, principal, undecided });
        }
        found.extend(grouped(at, left));
    }
    if found.is_empty()
        && let Containment::Unknown(why) = whole
    {
        // Each part is within the others, and only all of them together are too many to tell.
        let grant = of_effect.map(|(at, _)| at).next().unwrap_or_default();
        let (principals, actions, resources) = (Vec::new(), vec!["*".to_owned()], Vec::new());
        found.push(Change { grant, principals, actions, resources, undecided: Some(why.describe()) });
    }
    found
}

/// The same statements in any order, whatever they are called.
fn is_same(one: &[Statement], other: &[Statement]) -> bool {
    let bare = |statements: &[Statement]| {
        let mut bare: Vec<Statement> =
            statements.iter().map(|statement| Statement { sid: None, ..statement.clone() }).collect();
        bare.sort();
        bare
    };
    one.len() == other.len() && bare(one) == bare(other)
}

/// A statement with one action, one resource and one principal.
struct Part {
    statement: Statement,
    action: String,
    resource: Option<String>,
    principal: Option<String>,
}

fn parts(program: &Program<'_>, grant: &Grant) -> Vec<Part> {
    let statement = &grant.statement;
    let all_but = |names: Vec<String>| {
        names.iter().map(|name| format!("all but {name}")).collect::<Vec<_>>().join(", ")
    };
    let actions: Vec<(Actions, String)> = match &statement.actions {
        Actions::Of(patterns) => {
            let names = grant.actions.iter();
            let each = patterns.iter().zip(names);
            each.map(|(pattern, name)| (Actions::Of(vec![pattern.clone()]), name.clone())).collect()
        }
        but @ Actions::AllBut(_) => vec![(but.clone(), all_but(grant.actions.clone()))],
    };
    let told = |patterns: &[Pattern]| patterns.iter().map(|one| program.told(one, grant.stack)).collect();
    let resources: Vec<(Resources, Option<String>)> = match &statement.resources {
        Resources::Of(patterns) => {
            let each = patterns.iter();
            each.map(|one| (Resources::Of(vec![one.clone()]), Some(program.told(one, grant.stack)))).collect()
        }
        Resources::AllBut(patterns) => vec![(statement.resources.clone(), Some(all_but(told(patterns))))],
        Resources::Attached => vec![(Resources::Attached, None)],
    };
    let who = |one: &Principal| match one {
        Principal::Identity(text) => program.told(&Pattern::of_text(text), grant.stack),
        other => other.to_string(),
    };
    let principals: Vec<(Principals, Option<String>)> = match &statement.principals {
        Principals::Of(all) => {
            all.iter().map(|one| (Principals::Of(vec![one.clone()]), Some(who(one)))).collect()
        }
        Principals::AllBut(all) => {
            vec![(statement.principals.clone(), Some(all_but(all.iter().map(who).collect())))]
        }
        Principals::Attached => vec![(Principals::Attached, None)],
    };
    let mut parts = Vec::new();
    for (principal, principal_told) in &principals {
        for (resource, resource_told) in &resources {
            for (action, action_told) in &actions {
                parts.push(Part {
                    statement: Statement {
                        principals: principal.clone(),
                        actions: action.clone(),
                        resources: resource.clone(),
                        ..statement.clone()
                    },
                    action: action_told.clone(),
                    resource: resource_told.clone(),
                    principal: principal_told.clone(),
                });
            }
        }
    }
    parts
}

/// A part that the others do not allow.
struct Left {
    action: String,
    resource: Option<String>,
    principal: Option<String>,
    undecided: Option<&'static str>,
}

/// Parts in as few changes as say the same: first those of one resource, then resources with the same actions.
fn grouped(grant: usize, left: Vec<Left>) -> Vec<Change> {
    let mut found: Vec<Change> = Vec::new();
    let mut place: Vec<(Option<String>, Option<String>, Change)> = Vec::new();
    for part in left {
        let Left { action, resource, principal, undecided } = part;
        let known = place
            .iter_mut()
            .find(|(of, by, change)| *of == resource && *by == principal && change.undecided == undecided);
        match known {
            Some((.., change)) => change.actions.push(action),
            None => {
                let change = Change {
                    grant,
                    principals: principal.iter().cloned().collect(),
                    actions: vec![action],
                    resources: resource.iter().cloned().collect(),
                    undecided,
                };
                place.push((resource, principal, change));
            }
        }
    }
    for (.., change) in place {
        let same = found.iter_mut().find(|known| {
            known.actions == change.actions
                && known.undecided == change.undecided
                && (known.principals == change.principals || known.resources == change.resources)
        });
        match same {
            Some(known) if known.principals == change.principals => known.resources.extend(change.resources),
            Some(known) => known.principals.extend(change.principals),
            None => found.push(change),
        }
    }
    found
}
