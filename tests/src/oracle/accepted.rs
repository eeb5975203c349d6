//! The warnings of the validators that are accepted, each with a reason, and the judgement by them.
//!
//! Errors cannot be listed: a template that a validator calls wrong is a fault of the compiler, or of the validator,
//! and the latter is argued in a test of its own.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

use super::{Finding, Level, TOOLS, crate_folder, read};

/// One accepted warning.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The validator that warns.
    pub tool: String,
    /// Its id of the rule.
    pub rule: String,
    /// The suites of templates that it is accepted in; each of them must have it.
    pub suites: Vec<String>,
    /// Why the warning does not apply.
    pub reason: String,
}

/// Whether the judged templates are all that a suite has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of it: an accepted warning that does not come up is an error, so that the list shrinks again.
    Whole,
    /// A part of it: nothing follows from a warning that does not come up.
    Part,
}

/// The accepted warnings of one suite.
#[derive(Clone, Debug)]
pub struct Accepted {
    entries: Vec<Entry>,
}

/// What is wrong with the judged templates.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// All errors, and the warnings that are not accepted.
    pub refused: Vec<&'a Finding>,
    /// The entries that accept nothing.
    pub unused: Vec<&'a Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    accept: Vec<Entry>,
}

impl Accepted {
    /// The committed list's entries for `suite`.
    pub fn load(suite: &str) -> Result<Self, String> {
        let path = crate_folder().join("oracle").join("accepted-warnings.toml");
        Self::parse(&read(&path)?, suite).map_err(|problem| format!("{}: {problem}", path.display()))
    }

    /// The entries for `suite` of a list in the form of `accepted-warnings.toml`.
    pub fn parse(text: &str, suite: &str) -> Result<Self, String> {
        let list: List = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut seen = BTreeSet::new();
        for entry in &list.accept {
            let Entry { tool, rule, suites, reason } = entry;
            if !TOOLS.contains(&tool.as_str()) {
                return Err(format!("`{tool}` is not one of {TOOLS:?}"));
            }
            if reason.trim().is_empty() || suites.is_empty() {
                return Err(format!("{rule} of {tool} needs a reason and a suite"));
            }
            if suites.iter().any(|suite| !seen.insert((tool, rule, suite))) {
                return Err(format!("{rule} of {tool} is listed twice for one suite"));
            }
        }
        let entries = list.accept.into_iter().filter(|entry| entry.suites.iter().any(|name| name == suite));
        Ok(Self { entries: entries.collect() })
    }

    /// What of `findings` is not acceptable.
    #[must_use]
    pub fn judge<'a>(&'a self, findings: &'a [Finding], scope: Scope) -> Verdict<'a> {
        let covers = |entry: &Entry, finding: &Finding| {
            finding.level == Level::Warning && entry.tool == finding.tool && entry.rule == finding.rule
        };
        let refused = findings
            .iter()
            .filter(|finding| finding.level != Level::Info)
            .filter(|finding| !self.entries.iter().any(|entry| covers(entry, finding)));
        let unused = self
            .entries
            .iter()
            .filter(|_| scope == Scope::Whole)
            .filter(|entry| !findings.iter().any(|finding| covers(entry, finding)));
        Verdict { refused: refused.collect(), unused: unused.collect() }
    }
}

impl Verdict<'_> {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_acceptable(&self) -> bool {
        self.refused.is_empty() && self.unused.is_empty()
    }
}

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.refused {
            writeln!(f, "{finding}")?;
        }
        for Entry { tool, rule, .. } in &self.unused {
            writeln!(f, "accepted-warnings.toml: {rule} of {tool} no longer comes up here: remove it")?;
        }
        write!(f, "{} findings, {} unused entries", self.refused.len(), self.unused.len())
    }
}
