//! The last gate before a template is written: checks of the infrastructure graph against the catalog.
//!
//! What passes here is accepted by CloudFormation, its linter and IAM as far as that can be known without an account.
//! Every check is a pure function of one stack; findings carry the origins the graph carries. A check that cannot be
//! sure (because a value is late, or the catalog is silent) says nothing.
//!
//! Must not know: syntax, types of the language, templates, salsa, the file system, the clock.

mod cycle;
mod format;
mod identifier;
mod interpolation;
mod lates;
mod limits;
mod network;
mod offer;
mod pattern;
mod place;
mod policy;
mod resource;
mod rules;
mod secret;
mod sink;
mod value;
mod verdict;
mod view;
mod words;

#[cfg(test)]
mod tests;

use ci_base::{Code, Diagnostic};
use ci_graph::{Origin, Stack};

/// Everything that is wrong with a stack, by place and then by code. The same stack gives the same findings.
pub fn validate(stack: &Stack) -> Vec<Diagnostic<Origin>> {
    let mut findings = Vec::new();
    limits::check(stack, &mut findings);
    for resource in &stack.resources {
        resource::check(stack, resource, &mut findings);
        offer::check(stack, resource, &mut findings);
        policy::size::check(stack, resource, &mut findings);
        secret::check(resource, &mut findings);
    }
    lates::check(stack, &mut findings);
    rules::check(stack, &mut findings);
    identifier::check(stack, &mut findings);
    interpolation::check(stack, &mut findings);
    cycle::check(stack, &mut findings);
    findings.sort_by(|left, right| {
        let key = |finding: &Diagnostic<Origin>| (finding.primary.at, finding.code);
        key(left).cmp(&key(right)).then_with(|| left.message.cmp(&right.message))
    });
    findings.dedup();
    plainest(&mut findings);
    unrepeated(&mut findings);
    findings
}

/// Of a secret nothing is said but that it is one: other findings would repeat it.
fn unrepeated(findings: &mut Vec<Diagnostic<Origin>>) {
    let secrets: Vec<Origin> = findings
        .iter()
        .filter(|finding| finding.code == Code::WrittenSecret)
        .map(|finding| finding.primary.at)
        .collect();
    let is_apart = |finding: &Diagnostic<Origin>| !secrets.contains(&finding.primary.at);
    findings.retain(|finding| finding.code == Code::WrittenSecret || is_apart(finding));
}

/// Whether a service of AWS says on whose behalf it takes on a role, so that the trust policy has to ask for it
/// (`confused-deputy`): by its name, `states.amazonaws.com`.
pub fn says_for_whom(service: &str) -> bool {
    policy::deputy::says_for_whom(service, Vec::new)
}

/// Where a rule says what is wrong with a text, its pattern or length need not be mentioned.
fn plainest(findings: &mut Vec<Diagnostic<Origin>>) {
    let ruled: Vec<Origin> = findings
        .iter()
        .filter(|finding| finding.code == Code::ResourceRule)
        .map(|finding| finding.primary.at)
        .collect();
    let by_form = |code| matches!(code, Code::PatternMismatch | Code::LengthOutOfBounds);
    findings.retain(|finding| !by_form(finding.code) || ruled.binary_search(&finding.primary.at).is_err());
}
