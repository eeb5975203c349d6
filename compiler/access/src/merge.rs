//! The canonical form of a policy: as few statements as merging gives, everything sorted.

use crate::condition::Condition;
use crate::glob::Found;
use crate::policy::{Actions, Policy, Principals, Resources, Statement};
use crate::{Pattern, Token, glob};

/// The same policy in fewer statements.
///
/// Statements that differ in their actions only become one, and so do those that differ in their resources only, until
/// nothing changes. What a wildcard of the same list covers is left out. The order of what is given makes no
/// difference to the result, and every origin is kept.
#[must_use]
pub fn merge(policy: &Policy) -> Policy {
    let mut statements: Vec<Statement> = policy.statements.iter().map(normal).collect();
    statements.sort_by(Statement::cmp_by_meaning);
    loop {
        let before = statements.len();
        statements = merge_once(statements, join_actions);
        statements = merge_once(statements, join_resources);
        if statements.len() == before {
            break;
        }
        statements.sort_by(Statement::cmp_by_meaning);
    }
    Policy { statements }
}

impl Statement {
    /// The order of the canonical form. What a statement is called and where it is from comes last.
    fn cmp_by_meaning(&self, other: &Self) -> std::cmp::Ordering {
        fn key(statement: &Statement) -> impl Ord + '_ {
            let Statement { effect, principals, actions, resources, conditions, sid, origins } = statement;
            (effect, principals, conditions, resources, actions, sid, origins)
        }
        key(self).cmp(&key(other))
    }
}

/// A statement with its lists in order, and nothing in them that another element says already.
fn normal(statement: &Statement) -> Statement {
    let mut normal = statement.clone();
    let (Actions::Of(actions) | Actions::AllBut(actions)) = &mut normal.actions;
    reduce(actions);
    if let Resources::Of(patterns) | Resources::AllBut(patterns) = &mut normal.resources {
        reduce(patterns);
    }
    if let Principals::Of(principals) | Principals::AllBut(principals) = &mut normal.principals {
        principals.sort();
        principals.dedup();
    }
    normal.conditions.sort();
    normal.conditions.dedup();
    // Where none of the values may fit, two conditions are one with the values of both.
    normal.conditions.dedup_by(|next, kept| Condition::join_negated(kept, next));
    normal.origins.sort_unstable();
    normal.origins.dedup();
    normal
}

/// Sorts patterns and leaves out those that another one covers.
fn reduce(patterns: &mut Vec<Pattern>) {
    // Actions are the same in any case.
    let folded = |pattern: &Pattern| pattern.ignores_case().then(|| pattern.to_string().to_ascii_lowercase());
    patterns.sort_by_cached_key(|pattern| (folded(pattern), pattern.clone()));
    patterns.dedup_by(|next, kept| {
        next.ignores_case() && next.to_string().eq_ignore_ascii_case(&kept.to_string())
    });
    patterns.dedup();
    // Only what stands for many covers something else.
    let wide: Vec<Pattern> = patterns
        .iter()
        .filter(|pattern| pattern.letters().is_none() && !pattern.has_variable())
        .cloned()
        .collect();
    let covers = |one: &Pattern, other: &Pattern| {
        may_cover(one, other)
            && !other.has_variable()
            && glob::outside(other, std::slice::from_ref(one)) == Found::Nothing
    };
    patterns.retain(|pattern| {
        // Of two that cover each other the first stays.
        !wide.iter().any(|by| by != pattern && covers(by, pattern) && (by < pattern || !covers(pattern, by)))
    });
}

/// Whether a pattern may cover another one by how they begin: automata are for those that begin alike.
fn may_cover(one: &Pattern, other: &Pattern) -> bool {
    let differ = |(one, other): (&Token, &Token)| match (one, other) {
        (Token::Letter(one), Token::Letter(other)) => Some(one != other),
        _ => None,
    };
    let same_case = !one.ignores_case();
    // The first place where one of them has no letter ends what can be said.
    let first = one.tokens().iter().zip(other.tokens()).map(differ).find(|found| *found != Some(false));
    !(same_case && first == Some(Some(true)))
}

/// Joins each statement to the first before it that it can be joined to.
fn merge_once(statements: Vec<Statement>, join: fn(&mut Statement, &Statement) -> bool) -> Vec<Statement> {
    let mut merged: Vec<Statement> = Vec::with_capacity(statements.len());
    for statement in statements {
        let joined = merged.iter_mut().find_map(|kept| join(kept, &statement).then_some(kept));
        match joined {
            Some(kept) => {
                kept.origins.extend(&statement.origins);
                kept.sid = kept.sid.take().or(statement.sid);
            }
            None => merged.push(statement),
        }
    }
    merged.iter().map(normal).collect()
}

fn join_actions(kept: &mut Statement, other: &Statement) -> bool {
    let same = kept.effect == other.effect
        && kept.principals == other.principals
        && kept.resources == other.resources
        && kept.conditions == other.conditions;
    if same && kept.actions == other.actions {
        return true;
    }
    match (&mut kept.actions, &other.actions) {
        (Actions::Of(kept), Actions::Of(other)) if same => {
            kept.extend(other.iter().cloned());
            true
        }
        _ => false,
    }
}

fn join_resources(kept: &mut Statement, other: &Statement) -> bool {
    let same = kept.effect == other.effect
        && kept.principals == other.principals
        && kept.actions == other.actions
        && kept.conditions == other.conditions;
    match (&mut kept.resources, &other.resources) {
        (Resources::Of(kept), Resources::Of(other)) if same => {
            kept.extend(other.iter().cloned());
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
