//! A role that exists against what is needed: what it lacks, and what it has beyond.
//!
//! Both are containment of statements, so an answer is about all requests there can be and not about examples.
//!
//! Must not know: files, how anything is shown.

use std::collections::BTreeMap;

use ci_access::program::Place;
use ci_access::{
    Actions, Condition, Containment, Facts, Letter, Parts, Pattern, Resources, Statement, Symbol, Token,
    Undecided, contains,
};
use ci_catalog::iam;

use crate::names::text;
use crate::phase::{Phase, Phases};
use crate::plan::{Deployment, Kind};
use crate::read::{Role, allows};

/// Something that a role lacks, or may lack.
#[derive(Clone, Debug, PartialEq)]
pub struct Lack {
    /// The action.
    pub action: String,
    /// On what.
    pub resource: String,
    /// What requests have: `StringEquals iam:passedtoservice lambda.amazonaws.com`.
    pub conditions: Vec<String>,
    /// In which phases.
    pub phases: Phases,
    /// The resources that need it, in the order of the program.
    pub places: Vec<Place>,
    /// Whether it is certain.
    pub answer: Answer,
}

/// How certain it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The role may not do it.
    Denied,
    /// Only its policies leave open whether it may.
    Undecided(Undecided),
}

/// Something that a role may do and need not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beyond {
    /// The action, or a pattern of actions.
    pub action: String,
    /// On what.
    pub resource: String,
}

/// What a role lacks for some phases, in the order of the program.
pub fn check(deployment: &Deployment, role: &Role, phases: &[Phase]) -> Vec<Lack> {
    let facts = facts(role);
    let asked = Phases::of(phases);
    // Many resources need the same: each question is asked once.
    let mut lacks: Vec<Lack> = Vec::new();
    let mut known: BTreeMap<(String, String, Vec<String>), Option<usize>> = BTreeMap::new();
    for need in &deployment.needs {
        let of_asked: Vec<Phase> = need.phases.iter().filter(|phase| asked.has(*phase)).collect();
        if of_asked.is_empty() {
            continue;
        }
        let conditions: Vec<String> = need.conditions.iter().map(ToString::to_string).collect();
        for resource in &need.resources {
            let key = (need.action.clone(), resource.to_string(), conditions.clone());
            let found = known.entry(key).or_insert_with(|| {
                let statement = Statement {
                    conditions: [need.conditions.as_slice(), need.certain.as_slice()].concat(),
                    ..Statement::allow(Actions::of([&need.action]), Resources::of([resource.clone()]))
                };
                let answer = ask(role, &need.action, &statement.resolve(&facts))?;
                lacks.push(Lack {
                    action: need.action.clone(),
                    resource: resource.to_string(),
                    conditions: conditions.clone(),
                    phases: Phases::default(),
                    places: Vec::new(),
                    answer,
                });
                Some(lacks.len() - 1)
            });
            if let Some(at) = *found {
                lacks[at].phases.add(Phases::of(&of_asked));
                if !lacks[at].places.contains(&need.place) {
                    lacks[at].places.push(need.place);
                }
            }
        }
    }
    lacks
}

/// Whether a role may do all that a statement allows, which is about one action; `None` if so.
fn ask(role: &Role, action: &str, statement: &Statement) -> Option<Answer> {
    let inner = std::slice::from_ref(statement);
    // Of an action that knows no resources the resource is `*` itself, and no denial of some ARNs is about it.
    let is_bare = iam::action(action).is_some_and(|known| known.resources.is_empty());
    let is_about =
        |statement: &&Statement| !is_bare || allows(statement) || is_everything(&statement.resources);
    let layers = [Some(&role.statements), role.boundary.as_ref()];
    let answers = layers.into_iter().flatten().map(|layer| {
        let about = layer.iter().filter(is_about);
        let about: Vec<Statement> = about.map(|outer| within_fields(outer, statement)).collect();
        contains(&about, inner)
    });
    answers
        .filter_map(|answer| match answer {
            Containment::Yes => None,
            Containment::No(_) => Some(Answer::Denied),
            Containment::Unknown(why) => Some(Answer::Undecided(why)),
        })
        .reduce(|one, other| if one == Answer::Denied { one } else { other })
}

/// A statement as it is about the resource of another one, which is the only one of it: a field of an ARN that is `*` is
/// what the resource has there.
///
/// A `*` may go on beyond its field, so that a denial of one role of any account would be about every role whose name is
/// open: as if a name could be an ARN. ARNs of things that are have each field where it belongs.
fn within_fields(outer: &Statement, inner: &Statement) -> Statement {
    let mut within = outer.clone();
    let Resources::Of(resources) = &inner.resources else { return within };
    let [resource] = resources.as_slice() else { return within };
    let fields: Vec<&[Token]> = fields(resource).collect();
    if let Resources::Of(patterns) | Resources::AllBut(patterns) = &mut within.resources {
        for pattern in patterns {
            *pattern = with_fields(pattern, &fields);
        }
    }
    within
}

/// A pattern with other fields in place of those of its ARN that are `*`: partition, region and account.
fn with_fields(pattern: &Pattern, others: &[&[Token]]) -> Pattern {
    const FIELDS: usize = 6;
    let is_known = |field: &[Token]| field.iter().all(|token| matches!(token, Token::Letter(_)));
    let own: Vec<&[Token]> = fields(pattern).collect();
    if own.len() < FIELDS || others.len() < FIELDS {
        return pattern.clone();
    }
    let of_place = |(at, field): (usize, &&[Token])| match field {
        [Token::Run { .. }] if matches!(at, 1 | 3 | 4) && is_known(others[at]) => others[at].to_vec(),
        _ => field.to_vec(),
    };
    let new: Vec<Vec<Token>> = own.iter().enumerate().map(of_place).collect();
    Pattern::of_tokens(new.join(&COLON))
}

const COLON: Token = Token::Letter(Letter::Char(':'));

fn fields(pattern: &Pattern) -> impl Iterator<Item = &[Token]> {
    pattern.tokens().split(|token| *token == COLON)
}

/// Whether resources may be all that there are.
fn is_everything(resources: &Resources) -> bool {
    match resources {
        Resources::Of(patterns) => patterns.iter().any(|pattern| pattern.to_string() == "*"),
        Resources::AllBut(_) | Resources::Attached => true,
    }
}

/// What a role may do beyond what the phases need, sorted.
pub fn beyond(deployment: &Deployment, role: &Role, phases: &[Phase]) -> Vec<Beyond> {
    let facts = facts(role);
    let documents = phases.iter().filter_map(|phase| deployment.document(Kind::Service(*phase)));
    let needed = documents.flat_map(|document| &document.parts).flat_map(|policy| &policy.statements);
    let needed: Vec<Statement> = needed
        .filter(|statement| allows(statement))
        .map(|statement| opened(&statement.resolve(&facts)))
        .collect();
    let denied: Vec<&Statement> = role.statements.iter().filter(|statement| !allows(statement)).collect();
    let mut found = Vec::new();
    for statement in role.statements.iter().filter(|statement| allows(statement)) {
        for actions in each_action(&statement.actions) {
            for resources in each_resource(&statement.resources) {
                let mut inner: Vec<Statement> = denied.iter().copied().cloned().collect();
                inner.push(Statement {
                    actions: actions.clone(),
                    resources: resources.clone(),
                    ..statement.clone()
                });
                if contains(&needed, &inner) != Containment::Yes {
                    found.push(Beyond {
                        action: shown_actions(&actions),
                        resource: shown_resources(&resources),
                    });
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The same statement with a wildcard for what nobody has named: an account that is not known is the role's own.
fn opened(statement: &Statement) -> Statement {
    let text = |pattern: &Pattern| {
        let symbols = [Symbol::account(), Symbol::region(), Symbol::partition()];
        symbols
            .iter()
            .fold(pattern.to_string(), |text, symbol| text.replace(&format!("{{{}}}", symbol.name), "*"))
    };
    let mut opened = statement.clone();
    if let Resources::Of(patterns) = &statement.resources {
        opened.resources = Resources::of(patterns.iter().map(text));
    }
    let condition = |condition: &Condition| {
        let values = condition.values().iter().map(text);
        Condition::new(&condition.full_operator(), condition.key(), values).ok()
    };
    opened.conditions = statement.conditions.iter().filter_map(condition).collect();
    opened
}

fn each_action(actions: &Actions) -> Vec<Actions> {
    match actions {
        Actions::Of(patterns) => patterns.iter().map(|one| Actions::Of(vec![one.clone()])).collect(),
        Actions::AllBut(_) => vec![actions.clone()],
    }
}

fn each_resource(resources: &Resources) -> Vec<Resources> {
    match resources {
        Resources::Of(patterns) => patterns.iter().map(|one| Resources::Of(vec![one.clone()])).collect(),
        Resources::AllBut(_) | Resources::Attached => vec![resources.clone()],
    }
}

fn shown_actions(actions: &Actions) -> String {
    match actions {
        Actions::Of(patterns) => list(patterns),
        Actions::AllBut(patterns) => format!("all but {}", list(patterns)),
    }
}

fn shown_resources(resources: &Resources) -> String {
    match resources {
        Resources::Of(patterns) => list(patterns),
        Resources::AllBut(patterns) => format!("all but {}", list(patterns)),
        Resources::Attached => "*".to_owned(),
    }
}

fn list(patterns: &[Pattern]) -> String {
    patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What the role says of the account that nobody else has named.
fn facts(role: &Role) -> Facts {
    let mut facts = Facts::default();
    if let Some(account) = &role.account {
        let account: Parts = text(account.as_str());
        facts.stands_for(&Symbol::account(), account);
    }
    facts
}

#[cfg(test)]
mod tests;
