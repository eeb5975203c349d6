//! Policies: statements, and to which requests they apply.

use std::sync::Arc;

use ci_catalog::iam;

use crate::principal::Caller;
use crate::request::{Context, Request};
use crate::{Condition, Facts, Pattern, Principal, Text, Token, Truth, glob};

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// Allows what it applies to.
    Allow,
    /// Denies it, whatever else allows it.
    Deny,
}

/// Whom a statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Principals {
    /// Whoever the policy is attached to.
    Attached,
    /// One of these.
    Of(Vec<Principal>),
    /// `NotPrincipal`: everyone but these.
    AllBut(Vec<Principal>),
}

/// What actions a statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actions {
    /// These; each pattern may stand for one or many.
    Of(Vec<Pattern>),
    /// `NotAction`: all but these.
    AllBut(Vec<Pattern>),
}

/// What resources a statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resources {
    /// These.
    Of(Vec<Pattern>),
    /// `NotResource`: all but these.
    AllBut(Vec<Pattern>),
    /// What the policy is attached to: the statement has no resource, like one of a trust policy.
    Attached,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Statement {
    /// Its name.
    pub sid: Option<Arc<str>>,
    /// What it does.
    pub effect: Effect,
    /// To whom.
    pub principals: Principals,
    /// When they do what.
    pub actions: Actions,
    /// With what.
    pub resources: Resources,
    /// If all of these hold.
    pub conditions: Vec<Condition>,
    /// Where it is from: numbers of the caller's, sorted. One that has been merged is from many places.
    pub origins: Vec<u32>,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Policy {
    /// Its statements.
    pub statements: Vec<Statement>,
}

impl Actions {
    /// Actions by name or pattern.
    pub fn of(patterns: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self::Of(patterns.into_iter().map(|pattern| Pattern::action(pattern.as_ref())).collect())
    }

    /// The same actions by the names that the catalog has: what a wildcard stands for, one by one.
    ///
    /// A pattern that stands for none is left as it is. What AWS adds after the catalog was made is not among them, so
    /// expand what must be allowed, and not what must not be.
    #[must_use]
    pub fn expand(&self) -> Self {
        let (patterns, all_but) = match self {
            Self::Of(patterns) => (patterns, false),
            Self::AllBut(patterns) => (patterns, true),
        };
        let mut names = Vec::new();
        let mut left = Vec::new();
        for pattern in patterns {
            let before = names.len();
            if !all_but && pattern.only_text().is_some() {
                left.push(pattern.clone());
            } else if !all_but {
                names.extend(known_actions(|name| glob::matches(pattern, name)));
                if names.len() == before {
                    left.push(pattern.clone());
                }
            }
        }
        if all_but {
            names.extend(known_actions(|name| !glob::any_matches(patterns, name)));
        }
        left.extend(names.into_iter().map(Pattern::action));
        left.sort();
        left.dedup();
        Self::Of(left)
    }

    pub(crate) fn language(&self) -> Language<'_> {
        match self {
            Self::Of(patterns) => Language::In(patterns),
            Self::AllBut(patterns) => Language::NotIn(patterns),
        }
    }
}

fn known_actions(wanted: impl Fn(&Text) -> bool) -> Vec<String> {
    let mut names = Vec::new();
    for prefix in iam::services() {
        for action in iam::service(prefix).map(iam::Service::actions).unwrap_or_default() {
            let name = format!("{prefix}:{}", action.name);
            if wanted(&Text::from(name.as_str())) {
                names.push(name);
            }
        }
    }
    names
}

impl Resources {
    /// Resources by ARN or pattern.
    pub fn of(patterns: impl IntoIterator<Item = impl Into<crate::Parts>>) -> Self {
        Self::Of(patterns.into_iter().map(Pattern::resource).collect())
    }

    pub(crate) fn language(&self) -> Language<'_> {
        match self {
            Self::Of(patterns) => Language::In(patterns),
            Self::AllBut(patterns) => Language::NotIn(patterns),
            Self::Attached => Language::NotIn(&[]),
        }
    }
}

/// A set of texts, as a statement has it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Language<'a> {
    /// The texts of these patterns.
    In(&'a [Pattern]),
    /// All other texts.
    NotIn(&'a [Pattern]),
}

impl Language<'_> {
    fn has(self, text: &Text, context: &Context) -> Truth {
        let (patterns, inside) = match self {
            Language::In(patterns) => (patterns, true),
            Language::NotIn(patterns) => (patterns, false),
        };
        let matched = Truth::any(patterns.iter().map(|pattern| matches(pattern, text, context)));
        if inside { matched } else { matched.negate() }
    }
}

/// Whether a text is of a pattern when its variables have the values of the request.
///
/// A variable that the request has no value for is of no text: IAM's manual says that such an element matches nothing.
pub(crate) fn matches(pattern: &Pattern, text: &Text, context: &Context) -> Truth {
    if !pattern.has_variable() {
        return Truth::of(glob::matches(pattern, text));
    }
    let mut unknown = false;
    let known = pattern.substitute(|key, default| match (context.get(key), default) {
        (Some([value]), _) => Some(value.letters().iter().cloned().map(Token::Letter).collect()),
        (Some([]), Some(default)) => {
            Some(Text::from(default).letters().iter().cloned().map(Token::Letter).collect())
        }
        (Some([]), None) => None,
        (Some(_) | None, _) => {
            unknown = true;
            Some(vec![Token::Run { except: None }])
        }
    });
    match known {
        None => Truth::No,
        Some(pattern) if glob::matches(&pattern, text) => {
            if unknown {
                Truth::Maybe
            } else {
                Truth::Yes
            }
        }
        Some(_) => Truth::No,
    }
}

impl Statement {
    /// A statement that allows actions on resources to whoever its policy is attached to.
    pub const fn allow(actions: Actions, resources: Resources) -> Self {
        Self::new(Effect::Allow, actions, resources)
    }

    /// A statement that denies them.
    pub const fn deny(actions: Actions, resources: Resources) -> Self {
        Self::new(Effect::Deny, actions, resources)
    }

    const fn new(effect: Effect, actions: Actions, resources: Resources) -> Self {
        Self {
            sid: None,
            effect,
            principals: Principals::Attached,
            actions,
            resources,
            conditions: Vec::new(),
            origins: Vec::new(),
        }
    }

    /// The same about other principals.
    #[must_use]
    pub fn to(mut self, principals: Principals) -> Self {
        self.principals = principals;
        self
    }

    /// The same under one more condition.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// The same from somewhere.
    #[must_use]
    pub fn from(mut self, origin: u32) -> Self {
        self.origins = vec![origin];
        self
    }

    /// The same with what is known of its symbols.
    #[must_use]
    pub fn resolve(&self, facts: &Facts) -> Self {
        let mut resolved = self.clone();
        let (Actions::Of(actions) | Actions::AllBut(actions)) = &mut resolved.actions;
        let resolve = |patterns: &mut [Pattern]| {
            for pattern in patterns {
                *pattern = pattern.resolve(facts);
            }
        };
        resolve(actions);
        if let Resources::Of(patterns) | Resources::AllBut(patterns) = &mut resolved.resources {
            resolve(patterns);
        }
        if let Principals::Of(principals) | Principals::AllBut(principals) = &mut resolved.principals {
            for text in principals.iter_mut().filter_map(Principal::text_mut) {
                *text = facts.text(text);
            }
        }
        for condition in &mut resolved.conditions {
            condition.resolve(facts);
        }
        resolved
    }
}

/// Whether a statement applies to a request, whatever its effect.
pub fn applies(statement: &Statement, request: &Request) -> Truth {
    names(&statement.principals, &request.caller).and(applies_to_anyone(statement, request))
}

/// The same, but for whom.
pub(crate) fn applies_to_anyone(statement: &Statement, request: &Request) -> Truth {
    let context = &request.context;
    let actions = statement.actions.language().has(&request.action, context);
    // The common case, and all that follows costs more.
    if actions == Truth::No {
        return Truth::No;
    }
    let resources = statement.resources.language().has(&request.resource, context);
    let conditions = statement.conditions.iter().map(|condition| condition.holds(context));
    actions.and(resources).and(Truth::all(conditions))
}

/// Whether a caller is one of these principals.
pub(crate) fn names(principals: &Principals, caller: &Caller) -> Truth {
    let (principals, inside) = match principals {
        Principals::Attached => return Truth::Yes,
        Principals::Of(principals) => (principals, true),
        Principals::AllBut(principals) => (principals, false),
    };
    let named = principals.iter().any(|principal| glob::any_matches(&principal.patterns(), caller.text()));
    Truth::of(named == inside)
}

/// Whether statements allow a request, with nothing else to say about it: one allows it and none denies it.
pub fn decides(statements: &[Statement], request: &Request) -> Truth {
    let some = |effect: Effect| {
        let statements = statements.iter().filter(move |statement| statement.effect == effect);
        Truth::any(statements.map(|statement| applies(statement, request)))
    };
    some(Effect::Allow).and(some(Effect::Deny).negate())
}
