//! The language reference as tests: blocks of Markdown, what they expect, and whether that is what came of them.
//!
//! Knows Markdown and the comments that say what is expected; who compiles the blocks is the caller's business.

mod document;
mod template;

use std::fmt::{self, Write as _};

pub use document::{Block, Case, Document, Problem};
pub use template::contains;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something to know.
    Note,
    /// Probably a mistake.
    Warning,
    /// No template is written.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A finding that a comment says there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The line of the document in which its place starts, from one.
    pub line: usize,
    /// How bad it is.
    pub severity: Severity,
    /// Its code: `E0101`.
    pub code: String,
    /// A part of its message.
    pub message: Option<String>,
}

/// A finding that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The line of the document in which its place starts, from one.
    pub line: usize,
    /// How bad it is.
    pub severity: Severity,
    /// Its code: `E0101`.
    pub code: String,
    /// Its message.
    pub message: String,
}

/// What compiling a case came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What is wrong with it.
    pub findings: Vec<Found>,
    /// The findings as they are shown to people, without colour.
    pub rendered: String,
    /// The templates by the names of their stacks.
    pub templates: Vec<(String, String)>,
}

/// Everything in which an outcome is not what a case expects; empty where it is.
#[must_use]
pub fn differences(case: &Case, outcome: &Outcome) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut left: Vec<&Found> = outcome.findings.iter().collect();
    for expected in &case.expected {
        let at = left.iter().position(|found| {
            found.line == expected.line
                && found.severity == expected.severity
                && found.code == expected.code
                && expected.message.as_ref().is_none_or(|part| found.message.contains(part))
        });
        match at {
            Some(at) => drop(left.remove(at)),
            None => {
                let Expected { line, severity, code, message } = expected;
                let mut text = format!("missing: {severity} {code}");
                if let Some(message) = message {
                    let _ = write!(text, " {message:?}");
                }
                problems.push(Problem { line: *line, message: text });
            }
        }
    }
    for Found { line, severity, code, message } in left {
        problems.push(Problem { line: *line, message: format!("unexpected: {severity} {code}: {message}") });
    }
    for block in &case.templates {
        problems.extend(template_problem(block, &outcome.templates));
    }
    if let Some(block) = &case.rendered
        && trimmed(&block.text) != trimmed(&outcome.rendered)
    {
        let message = format!("the findings are shown otherwise:\n{}", outcome.rendered.trim_end());
        problems.push(Problem { line: block.line, message });
    }
    problems.sort_by_key(|problem| problem.line);
    problems
}

fn template_problem(block: &Block, templates: &[(String, String)]) -> Option<Problem> {
    let problem = |message| Some(Problem { line: block.line, message });
    let Some((_, template)) = templates.iter().find(|(name, _)| *name == block.name) else {
        let names: Vec<&str> = templates.iter().map(|(name, _)| name.as_str()).collect();
        return problem(format!("there is no template of a stack `{}`, but of {names:?}", block.name));
    };
    let expected = match serde_json::from_str(&block.text) {
        Ok(expected) => expected,
        Err(error) => return problem(format!("this is not JSON: {error}")),
    };
    let actual = match serde_json::from_str(template) {
        Ok(actual) => actual,
        Err(error) => return problem(format!("the template is not JSON: {error}")),
    };
    let difference = contains(&actual, &expected)?;
    problem(format!("{difference}\nthe template is\n{}", template.trim_end()))
}

/// Without the blanks at the ends of lines, which editors remove.
fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}
