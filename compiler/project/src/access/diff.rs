//! What a change of a program gives and takes: two programs, target by target, holder by holder.
//!
//! Must not know: where the other program is from, how it is shown.

mod network;

use std::collections::{BTreeMap, BTreeSet};

use ci_access::program::{Change, Grant, Place, Program, Public, Reach, changes, denials, public, read};
use ci_access::{Actions, Principal, Principals, Resources, Statement, Symbol, Text};
use ci_base::{Diagnostic, Severity, Span};
use ci_graph::Origin;

use super::isolation::told;
use crate::host::Snapshot;
use crate::proofs::TargetStacks;

/// What changes between two programs.
#[derive(Debug, Default)]
pub struct AccessDiff {
    /// A target each, those of the new program first; empty where anything is wrong.
    pub targets: Vec<TargetDiff>,
    /// Everything that is wrong with the new program.
    pub diagnostics: Vec<Diagnostic>,
    /// Everything that is wrong with the old one.
    pub before: Vec<Diagnostic>,
}

/// What changes in a target.
#[derive(Debug, PartialEq)]
pub struct TargetDiff {
    /// Its name.
    pub name: String,
    /// What is not as it was, in the order of the source.
    pub changed: Vec<Changed>,
    /// How many holders and policies of resources allow the same as before.
    pub equal: usize,
}

/// Something whose access is not as it was.
#[derive(Debug, PartialEq)]
pub struct Changed {
    /// What sort of thing.
    pub sort: Sort,
    /// Its stack.
    pub stack: String,
    /// Its name in the source.
    pub path: String,
    /// What it may do now.
    pub added: Vec<Told>,
    /// What it may do no more.
    pub removed: Vec<Told>,
}

/// What sort of access changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sort {
    /// What a role, user or group may do.
    Rights,
    /// Who may take on a role.
    Trust,
    /// What the policy of a resource lets others do.
    Policy,
    /// What the world can reach.
    Public,
    /// What a security group lets through, and who reaches something over the network.
    Network,
}

/// A part of a statement.
#[derive(Debug, PartialEq)]
pub struct Told {
    /// To whom; empty for a policy of a holder.
    pub principals: Vec<String>,
    /// The actions as IAM names them; or words, of what the world can reach.
    pub actions: Vec<String>,
    /// The resources by their names in the source, or ARNs.
    pub resources: Vec<String>,
    /// The conditions in IAM's words.
    pub conditions: Vec<String>,
    /// It cannot be told whether it was there before; this is why.
    pub undecided: Option<&'static str>,
    /// It is about a denial: one that is gone if it is added, one that is new if it is removed.
    pub is_denial: bool,
    /// Where it is written.
    pub at: Option<Span>,
    /// That is in the old program.
    pub is_old: bool,
}

impl Told {
    /// The same in one line: what a list of what is allowed has of it.
    pub fn line(&self) -> String {
        let mut line = self.actions.join(", ");
        let who = self.principals.join(", ");
        match (self.is_denial, self.principals.is_empty()) {
            (true, true) => line = format!("not denied {line}"),
            (true, false) => line = format!("no denial to {who} of {line}"),
            (false, true) => {}
            (false, false) => line = format!("{who} may {line}"),
        }
        if !self.resources.is_empty() {
            line = format!("{line} on {}", self.resources.join(", "));
        }
        if !self.conditions.is_empty() {
            line = format!("{line} when {}", self.conditions.join(" and "));
        }
        line
    }
}

impl Changed {
    /// An addition in one line, with what it is an addition to.
    pub fn line(&self, addition: &Told) -> String {
        let sort = match self.sort {
            Sort::Rights => "",
            Sort::Trust => " taken on",
            Sort::Policy => " policy",
            Sort::Public => " public",
            Sort::Network => " network",
        };
        format!("{} {}{sort}: {}", self.stack, self.path, addition.line())
    }
}

impl Snapshot {
    /// What this program gives that `before` did not, and the other way round; in all targets or in one.
    pub fn access_diff(&self, before: &Self, target: Option<&str>) -> AccessDiff {
        let (now, diagnostics) =
            self.each_target(target, |target, name| (name.to_owned(), TargetStacks::of(&self.db, target)));
        // A target that is new was not there before, which is no mistake.
        let (then, before_diagnostics) =
            before.each_target(None, |target, name| (name.to_owned(), TargetStacks::of(&before.db, target)));
        let is_error = |found: &Diagnostic| found.severity == Severity::Error;
        if diagnostics.iter().any(is_error) || before_diagnostics.iter().any(is_error) {
            return AccessDiff { targets: Vec::new(), diagnostics, before: before_diagnostics };
        }
        let now: Vec<Side<'_>> =
            now.iter().map(|(name, stacks)| Side::of(self, name, stacks, false)).collect();
        let then: Vec<Side<'_>> =
            then.iter().map(|(name, stacks)| Side::of(before, name, stacks, true)).collect();
        let named = |sides: &[Side<'_>], name: &str| sides.iter().position(|side| side.name == name);
        let kept = now.iter().map(|side| compare(Some(side), named(&then, side.name).map(|at| &then[at])));
        let gone = then.iter().filter(|side| {
            target.is_none_or(|wanted| wanted == side.name) && named(&now, side.name).is_none()
        });
        let targets = kept.chain(gone.map(|side| compare(None, Some(side)))).collect();
        AccessDiff { targets, diagnostics, before: before_diagnostics }
    }
}

/// A target of one of the programs.
struct Side<'a> {
    snapshot: &'a Snapshot,
    name: &'a str,
    stacks: &'a TargetStacks<'a>,
    program: Program<'a>,
    is_old: bool,
}

/// Who is compared with whom: what sort of access, the stack and the name in the source.
type Key = (Sort, String, String);

impl<'a> Side<'a> {
    fn of(snapshot: &'a Snapshot, name: &'a str, stacks: &'a TargetStacks<'a>, is_old: bool) -> Self {
        Self { snapshot, name, stacks, program: read(&stacks.stacks), is_old }
    }

    fn key(&self, sort: Sort, place: Place) -> Key {
        let (path, stack) = told(&self.program, place);
        (sort, stack, path)
    }

    /// What keys without a policy of their own allow: KMS gives them one.
    fn without_policy(&self) -> Vec<(Key, Vec<Grant>)> {
        let mut found = Vec::new();
        for (stack, of) in self.program.stacks.iter().enumerate() {
            for (resource, known) in of.resource_ids() {
                let place = Place { stack, resource };
                if known.schema.name() == "AWS::KMS::Key" && known.property("KeyPolicy").is_none() {
                    found.push((self.key(Sort::Policy, place), vec![default_policy(place, known.origin)]));
                }
            }
        }
        found
    }

    /// All that has statements, in order; with the policies it has beside them.
    fn all(&self) -> Vec<Entry<'_>> {
        let mut all: Vec<Entry<'_>> = Vec::new();
        for holder in &self.program.holders {
            all.push((self.key(Sort::Rights, holder.place), &holder.grants, &holder.foreign));
            all.push((self.key(Sort::Trust, holder.place), &holder.trust, &[]));
        }
        for guarded in &self.program.guarded {
            all.push((self.key(Sort::Policy, guarded.place), &guarded.grants, &[]));
        }
        all
    }

    /// What statements allow that others do not; or deny.
    fn more(&self, grants: &[Grant], others: &[Grant], is_denial: bool) -> Vec<Told> {
        let tell = |change: Change| {
            let grant = &grants[change.grant];
            Told {
                principals: change.principals,
                actions: change.actions,
                resources: change.resources,
                conditions: grant.conditions.clone(),
                undecided: change.undecided,
                is_denial,
                at: Some(self.place(grant.stack, grant.origin)),
                is_old: self.is_old,
            }
        };
        let more = if is_denial { denials } else { changes };
        more(&self.program, grants, others).into_iter().map(tell).collect()
    }

    /// Whether the resource of a key is in this program, with a policy or without.
    fn has(&self, (_, stack, path): &Key) -> bool {
        let mut stacks = self.program.stacks.iter().filter(|known| *known.name == **stack);
        stacks.any(|stack| stack.resources.iter().any(|resource| *resource.path == **path))
    }

    fn place(&self, stack: usize, origin: Origin) -> Span {
        self.snapshot.place(self.stacks.results[stack], origin)
    }

    /// What the world can reach here and not there.
    fn more_public(&self, other: Option<&Side<'_>>) -> Vec<(Key, Told)> {
        let known: BTreeSet<(Key, String)> = other.map_or_else(BTreeSet::new, |other| {
            let all = public(&other.program).into_iter();
            all.map(|found| (other.key(Sort::Public, found.place), found.what)).collect()
        });
        let mut found = Vec::new();
        for Public { place, what, stack, origin } in public(&self.program) {
            let key = self.key(Sort::Public, place);
            if !known.contains(&(key.clone(), what.clone())) {
                found.push((key, words(what, Some(self.place(stack, origin)), self.is_old)));
            }
        }
        found
    }
}

/// The statement that KMS gives a key that is made without a policy: the account's own policies say who may use it. Source:
/// the developer guide of KMS, "Default key policy".
fn default_policy(place: Place, origin: Origin) -> Grant {
    let account = Principal::Account(Text::from(Symbol::account()));
    Grant {
        statement: Statement::allow(Actions::of(["kms:*"]), Resources::of(["*"]))
            .to(Principals::Of(vec![account])),
        actions: vec!["kms:*".to_owned()],
        conditions: Vec::new(),
        reaches: vec![Reach { place: None, rest: "*".to_owned() }],
        stack: place.stack,
        origin,
        conditional: false,
    }
}

/// Something that is told in words.
fn words(what: String, at: Option<Span>, is_old: bool) -> Told {
    let (principals, resources, conditions) = (Vec::new(), Vec::new(), Vec::new());
    let (undecided, is_denial) = (None, false);
    Told { principals, actions: vec![what], resources, conditions, undecided, is_denial, at, is_old }
}

/// What has statements: its key, they, and the policies beside them.
type Entry<'a> = (Key, &'a [Grant], &'a [String]);

fn find<'a>(all: &[Entry<'a>], key: &Key) -> Option<(&'a [Grant], &'a [String])> {
    all.iter().find(|(known, ..)| known == key).map(|(_, grants, foreign)| (*grants, *foreign))
}

fn compare(now: Option<&Side<'_>>, then: Option<&Side<'_>>) -> TargetDiff {
    let name = now.or(then).map_or("", |side| side.name).to_owned();
    let (here, there) = (now.map(Side::all).unwrap_or_default(), then.map(Side::all).unwrap_or_default());
    let mut changed: Vec<Changed> = Vec::new();
    let mut equal = 0;
    let keys: BTreeSet<&Key> = here.iter().map(|(key, ..)| key).collect();
    let both = here
        .iter()
        .map(|(key, ..)| key)
        .chain(there.iter().map(|(key, ..)| key).filter(|key| !keys.contains(key)));
    for key in both {
        let given = find(&here, key);
        let before = find(&there, key);
        // A first policy of a key replaces the one that KMS gave it. A key that is new had none.
        let instead = |known: bool, side: Option<&Side<'_>>| {
            let found = side.map(Side::without_policy).unwrap_or_default();
            found
                .into_iter()
                .find(|(of, _)| !known && of == key)
                .map(|(_, grants)| grants)
                .unwrap_or_default()
        };
        let (given_instead, before_instead) =
            (instead(given.is_some(), now), instead(before.is_some(), then));
        let (grants, foreign) = given.unwrap_or((&given_instead, &[]));
        let (old_grants, old_foreign) = before.unwrap_or((&before_instead, &[]));
        let more = |side: Option<&Side<'_>>, grants: &[Grant], others: &[Grant], is_denial: bool| {
            side.map(|side| side.more(grants, others, is_denial)).unwrap_or_default()
        };
        let mut added = more(now, grants, old_grants, false);
        let mut removed = more(then, old_grants, grants, false);
        // Of a thing that is gone, nothing has to be denied any more; of one that is new, nothing had.
        let is_there = |side: Option<&Side<'_>>| side.is_some_and(|side| side.has(key));
        if is_there(now) && is_there(then) {
            added.extend(more(then, old_grants, grants, true));
            removed.extend(more(now, grants, old_grants, true));
        }
        let unjudged = |policy: &String| {
            words(format!("whatever the policy {policy} allows, which is not judged"), None, false)
        };
        added.extend(foreign.iter().filter(|policy| !old_foreign.contains(policy)).map(unjudged));
        removed.extend(old_foreign.iter().filter(|policy| !foreign.contains(policy)).map(unjudged));
        if added.is_empty() && removed.is_empty() {
            equal += 1;
        } else {
            let (sort, stack, path) = key.clone();
            changed.push(Changed { sort, stack, path, added, removed });
        }
    }
    let opened = now.map(|side| side.more_public(then)).unwrap_or_default();
    let closed = then.map(|side| side.more_public(now)).unwrap_or_default();
    let mut of_public: BTreeMap<Key, (Vec<Told>, Vec<Told>)> = BTreeMap::new();
    for (key, told) in opened {
        of_public.entry(key).or_default().0.push(told);
    }
    for (key, told) in closed {
        of_public.entry(key).or_default().1.push(told);
    }
    let networks = |side: Option<&Side<'_>>| side.map(network::Networks::of);
    let (new, old) = (networks(now), networks(then));
    let (new, old) = (new.as_ref().zip(now), old.as_ref().zip(then));
    for (key, told) in new.map(|(networks, side)| networks.more(side, old)).unwrap_or_default() {
        of_public.entry(key).or_default().0.push(told);
    }
    for (key, told) in old.map(|(networks, side)| networks.more(side, new)).unwrap_or_default() {
        of_public.entry(key).or_default().1.push(told);
    }
    changed.extend(of_public.into_iter().map(|((sort, stack, path), (added, removed))| Changed {
        sort,
        stack,
        path,
        added,
        removed,
    }));
    TargetDiff { name, changed, equal }
}

#[cfg(test)]
mod tests;
