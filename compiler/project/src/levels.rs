//! What becomes of findings once all are known: levels of the manifest, `#[allow(…)]`, repetitions, order.
//!
//! Must not know: where findings come from.

use std::collections::{BTreeMap, BTreeSet};

use ci_base::{Code, Diagnostic, Severity, Span};
use ci_sema::Allowed;

use crate::files::Files;
use crate::manifest::LintLevel;

/// The findings as they are reported: severities by the project's levels, without what is allowed.
///
/// Only what [`Code::has_level`] has levels. What CloudFormation would reject stays an error whatever anyone says: an
/// attribute may silence advice, never a mistake.
pub fn apply_levels(
    diagnostics: Vec<Diagnostic>,
    levels: &BTreeMap<Code, LintLevel>,
    allowed: &[Allowed],
) -> Vec<Diagnostic> {
    let mut kept = Vec::with_capacity(diagnostics.len());
    for mut found in diagnostics {
        if found.code.has_level() {
            if allowed
                .iter()
                .any(|allowed| allowed.code == found.code && covers(allowed.span, found.primary.at))
            {
                continue;
            }
            match levels.get(&found.code) {
                Some(LintLevel::Allow) => continue,
                Some(LintLevel::Warn) => found.severity = Severity::Warning,
                Some(LintLevel::Deny) => found.severity = Severity::Error,
                None => {}
            }
        }
        kept.push(found);
    }
    kept
}

pub(crate) fn covers(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.range.start <= inner.range.start && inner.range.end <= outer.range.end
}

/// Each finding once, in the order of the files' paths, then of their places, then of their codes.
///
/// A service that several environments instantiate finds the same mistake in each; the first tells it.
pub fn tidy(mut diagnostics: Vec<Diagnostic>, files: &Files) -> Vec<Diagnostic> {
    let mut seen = BTreeSet::new();
    // Of one resource several rules may be broken, by the same words.
    let words = |found: &Diagnostic| (found.code == Code::RuleBroken).then(|| found.notes.clone());
    diagnostics.retain(|found| seen.insert((found.code, found.primary.at, words(found))));
    diagnostics.sort_by(|a, b| {
        let key = |found: &Diagnostic| (found.primary.at.range.start, found.code, found.primary.at.range.end);
        let (first, second) = (files.path(a.primary.at.file), files.path(b.primary.at.file));
        first.cmp(second).then_with(|| key(a).cmp(&key(b)))
    });
    diagnostics
}

#[cfg(test)]
mod tests;
