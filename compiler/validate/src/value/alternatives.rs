//! `anyOf`, `oneOf`, `allOf`, `not` and `if`: what a value must conform to besides the node's own conditions.

use ci_base::{Code, Diagnostic};
use ci_catalog::{Conditional, Node, NodeId};
use ci_graph::Origin;

use super::{Presence, Subject, Walk, presence};
use crate::place::Place;
use crate::sink::Sink;
use crate::verdict::Verdict;
use crate::words;

/// How many alternatives a message goes through.
const EXPLAINED: usize = 4;

impl<S: Sink> Walk<'_, S> {
    pub(super) fn alternatives(
        &mut self,
        subject: Subject<'_>,
        at: Origin,
        node: &Node,
        place: &Place<'_>,
    ) -> Verdict {
        let mut verdict = Verdict::Yes;
        for id in node.all_of {
            verdict = verdict.and(self.subject(subject, at, *id, place));
        }
        if !node.any_of.is_empty() {
            let mut quiet = self.silently();
            let mut any = Verdict::No;
            for id in node.any_of {
                any = any.or(quiet.subject(subject, at, *id, place));
                if any == Verdict::Yes {
                    break;
                }
            }
            if any == Verdict::No {
                self.explain(subject, at, node.any_of, place);
            }
            verdict = verdict.and(any);
        }
        if !node.one_of.is_empty() {
            let mut quiet = self.silently();
            let mut fitting = 0_u32;
            let one = Verdict::exactly_one(node.one_of.iter().map(|id| {
                let one = quiet.subject(subject, at, *id, place);
                fitting += u32::from(one == Verdict::Yes);
                one
            }));
            if one == Verdict::No && fitting > 1 {
                let schema = self.schema;
                self.sink.report(|| too_many(subject, at, &given_names(subject, node.one_of, schema), place));
            } else if one == Verdict::No {
                self.explain(subject, at, node.one_of, place);
            }
            verdict = verdict.and(one);
        }
        if let Some(id) = node.not {
            let holds = self.silently().subject(subject, at, id, place).not();
            let schema = self.schema;
            self.note(&mut verdict, holds, || excluded(subject, at, schema.node(id), place));
        }
        if let Some(conditional) = node.if_then_else {
            verdict = verdict.and(self.conditional(subject, at, conditional, place));
        }
        verdict
    }

    fn conditional(
        &mut self,
        subject: Subject<'_>,
        at: Origin,
        parts: Conditional,
        place: &Place<'_>,
    ) -> Verdict {
        match self.silently().subject(subject, at, parts.condition, place) {
            Verdict::Yes => self.branch(subject, at, parts.then, place),
            Verdict::No => self.branch(subject, at, parts.otherwise, place),
            Verdict::Maybe => {
                let mut quiet = self.silently();
                let then = quiet.branch(subject, at, parts.then, place);
                let otherwise = quiet.branch(subject, at, parts.otherwise, place);
                if then == Verdict::No && otherwise == Verdict::No {
                    self.branch(subject, at, parts.then, place);
                }
                then.either(otherwise)
            }
        }
    }

    fn branch(&mut self, subject: Subject<'_>, at: Origin, id: Option<NodeId>, place: &Place<'_>) -> Verdict {
        id.map_or(Verdict::Yes, |id| self.subject(subject, at, id, place))
    }

    /// Says why none of the alternatives fits: with the findings of the one that was meant, where that is clear.
    fn explain(&mut self, subject: Subject<'_>, at: Origin, alternatives: &[NodeId], place: &Place<'_>) {
        if S::QUIET {
            return;
        }
        if let Some(names) = only_required(alternatives, self.schema) {
            let names = words::names(&names, "or");
            self.sink.report(|| {
                Diagnostic::new(Code::ExclusiveProperties, at, format!("{place} needs one of {names}"))
            });
            return;
        }
        let mut attempts: Vec<Attempt> = alternatives
            .iter()
            .map(|id| {
                let mut walk = self.aside();
                walk.subject(subject, at, *id, place);
                Attempt::new(walk.sink, at)
            })
            .collect();
        attempts.sort_by_key(|attempt| attempt.distance);
        let clear = match attempts.as_slice() {
            [] => return,
            [_] => true,
            [best, next, ..] => !best.distance.0 & next.distance.0 || !best.distance.1 & next.distance.1,
        };
        if clear {
            for finding in attempts.swap_remove(0).findings {
                self.sink.report(|| finding);
            }
            return;
        }
        self.sink.report(|| {
            let count = alternatives.len();
            let message = format!("{place} fits none of the {count} forms it can have");
            let mut finding = Diagnostic::new(Code::NoAlternativeMatches, at, message);
            for attempt in attempts.iter().take(EXPLAINED) {
                if let Some(first) = attempt.findings.first() {
                    let note = format!("one form is out because {}", first.message);
                    if !finding.notes.contains(&note) {
                        finding = finding.note(note);
                    }
                }
            }
            finding
        });
    }
}

/// What one alternative says about a value that does not fit it.
struct Attempt {
    findings: Vec<Diagnostic<Origin>>,
    /// How far off: is it of another kind, does a distinguishing word differ, how many findings are there.
    distance: (bool, bool, usize),
}

impl Attempt {
    fn new(findings: Vec<Diagnostic<Origin>>, at: Origin) -> Self {
        let other_kind = findings.iter().any(|one| one.code == Code::TypeMismatch && one.primary.at == at);
        let other_word = findings.iter().any(|one| one.code == Code::InvalidEnumValue);
        let distance = (other_kind, other_word, findings.len());
        Self { findings, distance }
    }
}

/// The names the alternatives ask for, if that is all they do.
fn only_required(
    alternatives: &[NodeId],
    schema: &'static ci_catalog::ResourceSchema,
) -> Option<Vec<&'static str>> {
    let mut names = Vec::new();
    for id in alternatives {
        let node = schema.node(*id);
        let bare = Node { required: node.required, kinds: node.kinds, name: node.name, ..Node::default() };
        if node.required.is_empty() || *node != bare {
            return None;
        }
        for name in node.required {
            if !names.contains(name) {
                names.push(*name);
            }
        }
    }
    Some(names)
}

/// Of the names that alternatives ask for, those that are given.
fn given_names(
    subject: Subject<'_>,
    alternatives: &[NodeId],
    schema: &'static ci_catalog::ResourceSchema,
) -> Vec<&'static str> {
    let entries = subject.entries();
    let mut names = Vec::new();
    for name in alternatives.iter().flat_map(|id| schema.node(*id).required) {
        if presence(entries, name) == Presence::Always && !names.contains(name) {
            names.push(*name);
        }
    }
    names
}

fn too_many(subject: Subject<'_>, at: Origin, given: &[&str], place: &Place<'_>) -> Diagnostic<Origin> {
    let [first, second, ..] = given else {
        return Diagnostic::new(
            Code::NoAlternativeMatches,
            at,
            format!("{place} fits more than one of the forms it can have"),
        );
    };
    let origin = |name: &str| subject.origin_of(name).unwrap_or(at);
    let message = format!("{} can't be given together", words::names(given, "and"));
    Diagnostic::new(Code::ExclusiveProperties, origin(second), message)
        .also(origin(first), format!("`{first}` is given here"))
        .help("keep one of them")
}

fn excluded(subject: Subject<'_>, at: Origin, node: &Node, place: &Place<'_>) -> Diagnostic<Origin> {
    if let [name, ..] = node.required {
        let at = subject.origin_of(name).unwrap_or(at);
        let names = words::names(node.required, "and");
        return Diagnostic::new(Code::ExclusiveProperties, at, format!("{names} can't be given here"));
    }
    let message = match (node.const_value, node.enum_values) {
        (Some(_), _) | (None, [_, ..]) => format!("{place} can't be {}", subject.short()),
        (None, []) => format!("{place} has a form that is not allowed here"),
    };
    Diagnostic::new(Code::NoAlternativeMatches, at, message)
}
