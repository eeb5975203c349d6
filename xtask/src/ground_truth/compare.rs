//! Ours beside theirs.
//!
//! Must not know: where either comes from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ci_catalog::iam;
use serde::Deserialize;

use super::corpus::Record;
use super::verbs::Verb;
use crate::Outcome;

/// Above the rows of [`Comparison::suite`].
pub(super) const HEADER: &str = "suite                   records  known  theirs   ours  beyond theirs  left out  missing  theirs with `*`: actions, resources";

/// Why verbs leave out what others grant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeftOut {
    #[serde(rename = "left-out")]
    reasons: Vec<Reason>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// Actions; a `*` at the end stands for anything.
    actions: Vec<String>,
    why: String,
}

impl LeftOut {
    /// Reads the file of reasons.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        match read.reasons.iter().find(|reason| reason.why.trim().is_empty()) {
            Some(reason) => Err(format!("no reason is given for {}", reason.actions.join(", "))),
            None => Ok(read),
        }
    }

    /// The pattern that leaves an action out.
    fn pattern(&self, action: &str) -> Option<&str> {
        self.reasons.iter().flat_map(|reason| &reason.actions).map(String::as_str).find(|pattern| {
            match pattern.strip_suffix('*') {
                Some(start) => {
                    action.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
                }
                None => pattern.eq_ignore_ascii_case(action),
            }
        })
    }
}

/// What a suite comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// All records.
    pub records: usize,
    /// Those for a type, or a service, that verbs know.
    pub known: usize,
    /// Their actions, wildcards resolved.
    pub theirs: usize,
    /// Those of the fewest verbs that grant what can be granted of theirs.
    pub ours: usize,
    /// Those of ours that are not among theirs. Keys are left out of account: theirs forget them.
    pub beyond: usize,
    /// Those of theirs that no verb grants, with a reason.
    pub left_out: usize,
    /// The same without a reason.
    pub missing: usize,
    /// Known records of theirs with a wildcard in an action.
    pub wildcards: usize,
    /// Known records of theirs that grant on every resource.
    pub stars: usize,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { records, known, theirs, ours, beyond, left_out, missing, wildcards, stars } = self;
        write!(
            f,
            "{records:7}{known:7}{theirs:8}{ours:7}{beyond:15}{left_out:10}{missing:9}  {wildcards}, {stars}"
        )
    }
}

/// A comparison over several suites.
pub(super) struct Comparison<'a> {
    verbs: &'a [Verb],
    left_out: LeftOut,
    used: BTreeSet<String>,
    missing: BTreeMap<String, BTreeSet<String>>,
    /// What ours grant beyond theirs, a line for each record.
    pub beyond: Vec<String>,
}

impl<'a> Comparison<'a> {
    pub fn new(verbs: &'a [Verb], left_out: LeftOut) -> Self {
        Self { verbs, left_out, used: BTreeSet::new(), missing: BTreeMap::new(), beyond: Vec::new() }
    }

    /// Compares the records of a suite.
    pub fn suite(&mut self, records: &[Record]) -> Row {
        let mut row = Row { records: records.len(), ..Row::default() };
        for record in records {
            self.record(record, &mut row);
        }
        row
    }

    fn record(&mut self, record: &Record, row: &mut Row) {
        let types = record.types();
        let verbs: Vec<&Verb> = self
            .verbs
            .iter()
            .filter(|verb| !record.has_target() || verb.types.iter().any(|name| types.contains(name)))
            .collect();
        let services: BTreeSet<&str> =
            verbs.iter().flat_map(|verb| &verb.actions).filter_map(|action| service(action)).collect();
        // A verb's key or role is no reason to judge all that someone does with keys and roles.
        let judged = |action: &&String| {
            service(action).is_some_and(|name| {
                let own = verbs.iter().any(|verb| verb.actions.iter().all(|own| service(own) == Some(name)));
                services.contains(name) && own
            })
        };
        let theirs: BTreeSet<String> =
            record.actions.iter().filter(judged).flat_map(|a| resolved(a)).collect();
        if theirs.is_empty() {
            return;
        }
        row.known += 1;
        row.theirs += theirs.len();
        row.wildcards += usize::from(record.actions.iter().any(|action| action.contains('*')));
        row.stars += usize::from(record.is_star());
        let granted: BTreeSet<&String> = self.verbs.iter().flat_map(|verb| &verb.actions).collect();
        for action in theirs.iter().filter(|action| !granted.contains(action)) {
            match self.left_out.pattern(action) {
                Some(pattern) => {
                    row.left_out += 1;
                    self.used.insert(pattern.to_owned());
                }
                None => {
                    row.missing += 1;
                    self.missing.entry(action.clone()).or_default().insert(record.id.clone());
                }
            }
        }
        let chosen = cover(&verbs, &theirs);
        let ours: BTreeSet<&String> = chosen
            .iter()
            .flat_map(|verb| &verb.actions)
            .filter(|action| theirs.contains(*action) || service(action) != Some("kms"))
            .collect();
        row.ours += ours.len();
        let beyond: Vec<&str> =
            ours.into_iter().filter(|action| !theirs.contains(*action)).map(String::as_str).collect();
        row.beyond += beyond.len();
        if !beyond.is_empty() {
            let names: Vec<&str> = chosen.iter().map(|verb| verb.name.as_str()).collect();
            self.beyond.push(format!(
                "{}: {} grant also {}",
                record.id,
                names.join(" + "),
                beyond.join(", ")
            ));
        }
    }

    /// Fails with what is missing without a reason, and with reasons for nothing.
    pub fn verdict(&self) -> Outcome {
        let mut wrong: Vec<String> = self
            .missing
            .iter()
            .map(|(action, records)| format!("no verb grants {action}, which {} records do", records.len()))
            .collect();
        let patterns = self.left_out.reasons.iter().flat_map(|reason| &reason.actions);
        wrong.extend(
            patterns
                .filter(|pattern| !self.used.contains(*pattern))
                .map(|pattern| format!("xtask/ground-truth.toml leaves out {pattern}, which nobody grants")),
        );
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    }
}

/// The fewest verbs, as far as taking the best one each time finds them, that grant what can be granted of `wanted`.
fn cover<'a>(verbs: &[&'a Verb], wanted: &BTreeSet<String>) -> Vec<&'a Verb> {
    let mut open = wanted.clone();
    let mut chosen: Vec<&Verb> = Vec::new();
    loop {
        // The verb that grants least beyond what is wanted, then the one that grants most of what is open.
        let best = verbs
            .iter()
            .filter(|verb| verb.actions.iter().any(|action| open.contains(action)))
            .min_by_key(|verb| {
                let beyond = verb
                    .actions
                    .iter()
                    .filter(|action| !wanted.contains(*action) && service(action) != Some("kms"))
                    .count();
                let gained = verb.actions.iter().filter(|action| open.contains(*action)).count();
                (beyond, std::cmp::Reverse(gained), verb.name.as_str())
            });
        let Some(best) = best else { return chosen };
        open.retain(|action| !best.actions.contains(action));
        chosen.push(best);
    }
}

fn service(action: &str) -> Option<&str> {
    Some(action.split_once(':')?.0)
}

/// The actions that an action with wildcards stands for, as IAM spells them; itself where IAM knows none.
fn resolved(action: &str) -> Vec<String> {
    let known = action.split_once(':').and_then(|(prefix, pattern)| Some((iam::service(prefix)?, pattern)));
    let Some((service, pattern)) = known else { return vec![action.to_owned()] };
    let matching: Vec<String> = service
        .actions()
        .iter()
        .filter(|known| match pattern.strip_suffix('*') {
            Some(start) => {
                known.name.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
            }
            None => known.name.eq_ignore_ascii_case(pattern),
        })
        .map(|known| format!("{}:{}", service.prefix, known.name))
        .collect();
    if matching.is_empty() { vec![action.to_owned()] } else { matching }
}
