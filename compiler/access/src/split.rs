//! Policies of a size that AWS takes.

use std::fmt;

use crate::policy::{Actions, Policy, Resources, Statement};
use crate::{document, merge};

/// How large policies of a sort may be, as AWS's service quotas have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeLimit {
    /// Characters of one document without white space.
    pub characters: usize,
    /// How many documents there may be beside each other.
    pub documents: usize,
}

impl SizeLimit {
    /// Managed policies attached to one role.
    pub const MANAGED: Self = Self { characters: 6144, documents: 10 };
    /// All inline policies of a role together.
    pub const ROLE_INLINE: Self = Self { characters: 10_240, documents: 1 };
    /// All inline policies of a group together.
    pub const GROUP_INLINE: Self = Self { characters: 5120, documents: 1 };
    /// All inline policies of a user together.
    pub const USER_INLINE: Self = Self { characters: 2048, documents: 1 };
    /// The trust policy of a role, unless the account has asked for more.
    pub const TRUST: Self = Self { characters: 2048, documents: 1 };
    /// A service or resource control policy.
    pub const ORGANIZATION: Self = Self { characters: 5120, documents: 5 };
    /// The policy of a bucket.
    pub const BUCKET: Self = Self { characters: 20_480, documents: 1 };
    /// The policy of a key.
    pub const KEY: Self = Self { characters: 32_768, documents: 1 };
    /// The policy of a queue.
    pub const QUEUE: Self = Self { characters: 8192, documents: 1 };
    /// The policy of a topic.
    pub const TOPIC: Self = Self { characters: 30_720, documents: 1 };
    /// The policy of a function.
    pub const FUNCTION: Self = Self { characters: 20_480, documents: 1 };
    /// The policy of a secret.
    pub const SECRET: Self = Self { characters: 20_480, documents: 1 };
}

/// A policy cannot be written within a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// How many characters it has, merged.
    pub size: usize,
    /// The limit.
    pub limit: SizeLimit,
    /// Where the statement is from that is too large by itself; none if there are too many of them.
    pub origins: Vec<u32>,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SizeLimit { characters, documents } = self.limit;
        write!(f, "the policy has {} characters, more than {characters}", self.size)?;
        if documents > 1 { write!(f, " in each of {documents} documents") } else { Ok(()) }
    }
}

impl std::error::Error for TooLarge {}

/// The same policy in documents that fit a limit, as few as filling one after the other gives.
///
/// Statements stay whole where they can. One that is too large by itself is cut by its resources, or by its actions. What
/// several documents allow and deny together is what the one did, so this is for policies that are attached beside each
/// other.
pub fn split(policy: &Policy, limit: SizeLimit) -> Result<Vec<Policy>, TooLarge> {
    let merged = merge(policy);
    let total = document::size(&merged);
    if total <= limit.characters {
        return Ok(vec![merged]);
    }
    let too_large = |origins: Vec<u32>| TooLarge { size: total, limit, origins };
    let empty = document::size(&Policy::default());
    let mut waiting: Vec<Statement> = merged.statements.into_iter().rev().collect();
    let mut documents: Vec<(Policy, usize)> = Vec::new();
    while let Some(statement) = waiting.pop() {
        let alone = Policy { statements: vec![statement] };
        let size = document::size(&alone) - empty;
        let Policy { statements } = alone;
        if empty + size > limit.characters {
            for statement in statements {
                let (first, second) =
                    halves(&statement).ok_or_else(|| too_large(statement.origins.clone()))?;
                waiting.extend([second, first]);
            }
            continue;
        }
        // With a comma before it.
        match documents.iter_mut().find(|(_, used)| used + 1 + size <= limit.characters) {
            Some((document, used)) => {
                document.statements.extend(statements);
                *used += 1 + size;
            }
            None => documents.push((Policy { statements }, empty + size)),
        }
    }
    if documents.len() > limit.documents {
        return Err(too_large(Vec::new()));
    }
    Ok(documents.into_iter().map(|(document, _)| document).collect())
}

/// Two statements that together say what one does.
fn halves(statement: &Statement) -> Option<(Statement, Statement)> {
    let (mut first, mut second) = (statement.clone(), statement.clone());
    // A name is for one statement.
    second.sid = None;
    match (&mut first.resources, &mut second.resources) {
        (Resources::Of(kept), Resources::Of(rest)) if kept.len() > 1 => {
            *rest = kept.split_off(kept.len() / 2);
            return Some((first, second));
        }
        _ => {}
    }
    match (&mut first.actions, &mut second.actions) {
        (Actions::Of(kept), Actions::Of(rest)) if kept.len() > 1 => {
            *rest = kept.split_off(kept.len() / 2);
            Some((first, second))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
