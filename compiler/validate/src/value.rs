//! Values against the schema node of the place they stand in.
//!
//! One walk serves two questions. Asked quietly, it answers whether a value conforms and allocates nothing; asked
//! loudly, it says everything that is wrong. Alternatives are tried quietly, and only a refused value is explained.
//!
//! Must not know: what any particular resource type means. Everything comes from the catalog's nodes.

mod alternatives;
mod late;
mod list;
mod record;
mod same;
mod scalar;

use ci_base::{Applicability, Code, Diagnostic};
use ci_catalog::{Kinds, Node, NodeId, ResourceSchema};
use ci_graph::{Entry, Late, Located, Origin, Stack, Value};

use crate::place::Place;
use crate::sink::{Quiet, Sink};
use crate::verdict::Verdict;
use crate::{policy, words};

pub(crate) use late::{own_arn, short_path};
pub(crate) use record::{Presence, presence};
pub(crate) use same::same;

/// Nodes may refer to themselves without consuming any of the value; no schema nests alternatives this deep.
const MAX_DEPTH: u32 = 256;

/// What a node's conditions are about.
#[derive(Clone, Copy)]
enum Subject<'v> {
    /// A value.
    Value(&'v Value),
    /// The properties of a resource, which are a record in all but form.
    Properties(&'v [Entry]),
}

impl<'v> Subject<'v> {
    /// The entries of a record.
    fn entries(self) -> &'v [Entry] {
        match self {
            Self::Value(Value::Record(entries)) => entries,
            Self::Properties(entries) => entries,
            Self::Value(_) => &[],
        }
    }

    /// The value in short.
    fn short(self) -> String {
        match self {
            Self::Value(value) => words::short(value),
            Self::Properties(_) => "a record".to_owned(),
        }
    }

    /// Where the value under a name was written.
    fn origin_of(self, name: &str) -> Option<Origin> {
        self.entries().iter().find(|entry| &*entry.name == name).map(|entry| entry.value.origin)
    }
}

/// A walk over one value of one resource.
pub(crate) struct Walk<'a, S> {
    /// Where late values lead to.
    pub(crate) stack: &'a Stack,
    /// Whose nodes these are.
    pub(crate) schema: &'static ResourceSchema,
    /// Where findings go.
    pub(crate) sink: S,
    /// Whether a number and its text are the same: the catalog's rules are written for templates, where they are.
    lenient: bool,
    /// Whether policy documents that are met are checked too.
    policies: bool,
    depth: u32,
}

impl<'a> Walk<'a, Vec<Diagnostic<Origin>>> {
    /// A walk that collects what it finds.
    pub(crate) fn loud(stack: &'a Stack, schema: &'static ResourceSchema) -> Self {
        Self { stack, schema, sink: Vec::new(), lenient: false, policies: false, depth: 0 }
    }
}

impl<'a, S: Sink> Walk<'a, S> {
    /// The same walk for conditions that do not tell a number from its text.
    pub(crate) fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// The same walk, checking the policy documents it meets.
    pub(crate) fn with_policies(mut self) -> Self {
        self.policies = true;
        self
    }

    /// A walk from here that only answers.
    fn silently(&self) -> Walk<'a, Quiet> {
        Walk {
            stack: self.stack,
            schema: self.schema,
            sink: Quiet,
            lenient: self.lenient,
            policies: false,
            depth: self.depth,
        }
    }

    /// A walk from here that collects what it finds apart from this walk.
    fn aside(&self) -> Walk<'a, Vec<Diagnostic<Origin>>> {
        Walk {
            stack: self.stack,
            schema: self.schema,
            sink: Vec::new(),
            lenient: self.lenient,
            policies: false,
            depth: self.depth,
        }
    }

    /// Whether a value conforms to a node.
    pub(crate) fn located(&mut self, located: &Located, id: NodeId, place: &Place<'_>) -> Verdict {
        self.value(&located.value, located.origin, id, place)
    }

    /// Whether a value conforms to a node; `at` is where it was written.
    pub(crate) fn value(&mut self, value: &Value, at: Origin, id: NodeId, place: &Place<'_>) -> Verdict {
        match value {
            Value::Unknown => return Verdict::Maybe,
            Value::Absent => return Verdict::Yes,
            Value::Late(late) => {
                if let Late::If { then, otherwise, .. } = &**late {
                    let (then, otherwise) =
                        (self.located(then, id, place), self.located(otherwise, id, place));
                    // What is wrong in either case is wrong; a question about both has no answer if they differ.
                    return if S::QUIET { then.either(otherwise) } else { then.and(otherwise) };
                }
            }
            _ => {}
        }
        self.subject(Subject::Value(value), at, id, place)
    }

    /// Whether the properties of a resource conform to a node.
    pub(crate) fn properties(
        &mut self,
        entries: &[Entry],
        at: Origin,
        id: NodeId,
        place: &Place<'_>,
    ) -> Verdict {
        self.subject(Subject::Properties(entries), at, id, place)
    }

    fn subject(&mut self, subject: Subject<'_>, at: Origin, id: NodeId, place: &Place<'_>) -> Verdict {
        if self.depth >= MAX_DEPTH {
            return Verdict::Maybe;
        }
        self.depth += 1;
        let verdict = self.conforms(subject, at, self.schema.node(id), place);
        self.depth -= 1;
        verdict
    }

    fn conforms(
        &mut self,
        subject: Subject<'_>,
        at: Origin,
        node: &'static Node,
        place: &Place<'_>,
    ) -> Verdict {
        if node.never {
            self.sink.report(|| {
                Diagnostic::new(Code::ExclusiveProperties, at, format!("{place} can't be given here"))
            });
            return Verdict::No;
        }
        if self.policies
            && let (Some(kind), Subject::Value(value)) = (node.policy, subject)
        {
            for finding in policy::check(self.stack, self.schema, kind, value, at) {
                self.sink.report(|| finding);
            }
        }
        let mut verdict = match subject {
            Subject::Value(Value::Late(late)) => self.late(late, at, node, place),
            Subject::Value(value) => self.kind(value, at, node, place),
            Subject::Properties(_) => Verdict::Yes,
        };
        if verdict == Verdict::No {
            // Of the wrong kind: its other conditions are about something else.
            return verdict;
        }
        verdict = verdict.and(match subject {
            Subject::Properties(entries) => self.record(entries, at, node, place),
            Subject::Value(value) => match value {
                Value::String(text) => self.text(text, at, node, place),
                Value::Int(_) | Value::Float(_) | Value::Bool(_) => self.plain(value, at, node, place),
                Value::List(items) => self.list(items, at, node, place),
                Value::Record(entries) => self.record(entries, at, node, place),
                Value::Late(_) | Value::Absent | Value::Unknown => Verdict::Yes,
            },
        });
        if S::QUIET && verdict == Verdict::No {
            return verdict;
        }
        if has_alternatives(node) {
            verdict = verdict.and(self.alternatives(subject, at, node, place));
        }
        verdict
    }

    /// Notes a condition: reports it if it is broken.
    fn note(&mut self, so_far: &mut Verdict, now: Verdict, make: impl FnOnce() -> Diagnostic<Origin>) {
        if now == Verdict::No {
            self.sink.report(make);
        }
        *so_far = so_far.and(now);
    }

    /// Whether a known value is of a kind the node accepts.
    fn kind(&mut self, value: &Value, at: Origin, node: &Node, place: &Place<'_>) -> Verdict {
        if node.kinds.is_any() || is_of(value, node.kinds) || (self.lenient && reads_as(value, node.kinds)) {
            return Verdict::Yes;
        }
        self.sink.report(|| wrong_kind(value, at, node, place));
        Verdict::No
    }
}

const fn has_alternatives(node: &Node) -> bool {
    !node.any_of.is_empty()
        || !node.one_of.is_empty()
        || !node.all_of.is_empty()
        || node.not.is_some()
        || node.if_then_else.is_some()
}

/// Whether CloudFormation converts a value to one of the kinds.
fn reads_as(value: &Value, kinds: Kinds) -> bool {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => kinds.contains(Kinds::STRING),
        Value::String(text) => {
            (kinds.allows(Kinds::INTEGER) && text.parse::<i64>().is_ok())
                || (kinds.contains(Kinds::NUMBER) && text.parse::<f64>().is_ok())
                || (kinds.contains(Kinds::BOOLEAN) && text.parse::<bool>().is_ok())
        }
        _ => false,
    }
}

fn is_of(value: &Value, kinds: Kinds) -> bool {
    match value {
        Value::Bool(_) => kinds.allows(Kinds::BOOLEAN),
        Value::Int(_) => kinds.allows(Kinds::INTEGER),
        Value::Float(number) => {
            kinds.allows(Kinds::NUMBER) || (number.fract() == 0.0 && kinds.allows(Kinds::INTEGER))
        }
        Value::String(_) => kinds.allows(Kinds::STRING),
        Value::List(_) => kinds.allows(Kinds::ARRAY),
        Value::Record(_) => kinds.allows(Kinds::OBJECT),
        Value::Late(_) | Value::Absent | Value::Unknown => true,
    }
}

/// A value of the wrong kind, with the edit that makes it the right one where there is only one way to read it.
fn wrong_kind(value: &Value, at: Origin, node: &Node, place: &Place<'_>) -> Diagnostic<Origin> {
    let expected = words::kinds(node.kinds);
    let found = words::kind_of(value);
    let finding =
        Diagnostic::new(Code::TypeMismatch, at, format!("{place} must be {expected}, found {found}"))
            .label(format!("expected {expected}"));
    let Some(text) = converted(value, node.kinds) else {
        return match value {
            Value::Record(_) | Value::List(_) => finding,
            _ if node.kinds == Kinds::ARRAY => finding.help("put it in brackets to make it a list of one"),
            _ => finding,
        };
    };
    finding.help(format!("write `{text}`")).fix(
        format!("write `{text}`"),
        at,
        text,
        Applicability::MachineApplicable,
    )
}

/// The literal that says the same as `value` and is of one of `kinds`.
fn converted(value: &Value, kinds: Kinds) -> Option<String> {
    match value {
        Value::Int(number) if kinds.contains(Kinds::STRING) => Some(words::literal(&number.to_string())),
        Value::Float(number) if kinds.contains(Kinds::STRING) => Some(words::literal(&number.to_string())),
        Value::Bool(truth) if kinds.contains(Kinds::STRING) => Some(words::literal(&truth.to_string())),
        Value::String(text) if kinds.contains(Kinds::BOOLEAN) => {
            text.parse::<bool>().ok().map(|truth| truth.to_string())
        }
        Value::String(text) if kinds.allows(Kinds::INTEGER) => {
            text.parse::<i64>().ok().map(|number| number.to_string())
        }
        _ => None,
    }
}
