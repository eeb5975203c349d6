//! Records: which entries there may be, must be, and may not be together.

use ci_base::{Code, Diagnostic};
use ci_catalog::{Additional, Node, pattern_matches};
use ci_graph::{Entry, Late, Origin, Value};

use super::Walk;
use crate::place::Place;
use crate::sink::Sink;
use crate::verdict::Verdict;
use crate::words;

/// Whether a property is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It is not.
    Never,
    /// Nothing is known about its value, not even that it has one.
    Unknown,
    /// It depends on a late condition: there are deployments with it and without.
    Sometimes,
    /// It is.
    Always,
}

impl Presence {
    pub(crate) const fn verdict(self) -> Verdict {
        match self {
            Self::Never => Verdict::No,
            Self::Unknown | Self::Sometimes => Verdict::Maybe,
            Self::Always => Verdict::Yes,
        }
    }
}

/// Whether `entries` have a value under `name`.
pub(crate) fn presence(entries: &[Entry], name: &str) -> Presence {
    entries
        .iter()
        .find(|entry| &*entry.name == name)
        .map_or(Presence::Never, |entry| presence_of(&entry.value.value))
}

/// Whether a value is there at all.
pub(super) fn presence_of(value: &Value) -> Presence {
    match value {
        Value::Absent => Presence::Never,
        Value::Unknown => Presence::Unknown,
        Value::Late(late) => match &**late {
            Late::If { then, otherwise, .. } => {
                match (presence_of(&then.value), presence_of(&otherwise.value)) {
                    (then, otherwise) if then == otherwise => then,
                    (Presence::Unknown, _) | (_, Presence::Unknown) => Presence::Unknown,
                    _ => Presence::Sometimes,
                }
            }
            _ => Presence::Always,
        },
        _ => Presence::Always,
    }
}

impl<S: Sink> Walk<'_, S> {
    pub(super) fn record(
        &mut self,
        entries: &[Entry],
        at: Origin,
        node: &Node,
        place: &Place<'_>,
    ) -> Verdict {
        let mut verdict = Verdict::Yes;
        if states_about_names(node) {
            verdict = self.together(entries, at, node, place);
        }
        // Counting what is required and there saves looking up each name in turn.
        let mut found = 0;
        for entry in entries {
            if S::QUIET && verdict == Verdict::No {
                return verdict;
            }
            if !matches!(entry.value.value, Value::Absent) {
                verdict = verdict.and(self.entry(entry, node, place, &mut found));
            }
        }
        if found < node.required.len() {
            verdict = verdict.and(self.required(entries, at, node, place));
        }
        verdict
    }

    fn entry(&mut self, entry: &Entry, node: &Node, place: &Place<'_>, found: &mut usize) -> Verdict {
        let here = place.name(&entry.name);
        let mut verdict = Verdict::Yes;
        let mut known = false;
        if let Some(property) = node.property(&entry.name) {
            known = true;
            *found += usize::from(property.required && presence_of(&entry.value.value) == Presence::Always);
            verdict = self.located(&entry.value, property.node, &here);
        }
        for (pattern, id) in node.pattern_properties {
            if pattern_matches(pattern, &entry.name) {
                known = true;
                verdict = verdict.and(self.located(&entry.value, *id, &here));
            }
        }
        if let Some(id) = node.property_names {
            let name = Value::String(entry.name.clone());
            verdict = verdict.and(self.value(&name, entry.value.origin, id, &here));
        }
        if known {
            return verdict;
        }
        match node.additional {
            Additional::Open => verdict,
            Additional::Of(id) => verdict.and(self.located(&entry.value, id, &here)),
            Additional::Closed => {
                if !S::QUIET {
                    let finding = unknown_name(entry, node, place);
                    self.sink.report(|| finding);
                }
                Verdict::No
            }
        }
    }

    fn required(&mut self, entries: &[Entry], at: Origin, node: &Node, place: &Place<'_>) -> Verdict {
        let mut verdict = Verdict::Yes;
        for name in node.required {
            match presence(entries, name) {
                Presence::Always => {}
                Presence::Never => verdict = Verdict::No,
                Presence::Unknown => verdict = verdict.and(Verdict::Maybe),
                // There is a deployment without it.
                Presence::Sometimes => {
                    verdict = verdict.and(if S::QUIET { Verdict::Maybe } else { Verdict::No });
                }
            }
        }
        if verdict == Verdict::No && !S::QUIET {
            let finding = missing(entries, at, node, place);
            self.sink.report(|| finding);
        }
        verdict
    }

    /// Conditions on which names stand together.
    fn together(&mut self, entries: &[Entry], at: Origin, node: &Node, place: &Place<'_>) -> Verdict {
        let mut verdict = Verdict::Yes;
        for group in node.required_xor {
            let one = Verdict::exactly_one(group.iter().map(|name| presence(entries, name).verdict()));
            self.note(&mut verdict, one, || not_exactly_one(entries, group, at, place));
        }
        for group in node.required_or {
            let any =
                group.iter().map(|name| presence(entries, name).verdict()).fold(Verdict::No, Verdict::or);
            self.note(&mut verdict, any, || {
                let names = words::names(group, "or");
                Diagnostic::new(
                    Code::ExclusiveProperties,
                    at,
                    format!("{place} needs at least one of {names}"),
                )
            });
        }
        for (name, others) in node.dependent_required {
            let given = presence(entries, name).verdict();
            for other in *others {
                let holds = given.not().or(presence(entries, other).verdict());
                self.note(&mut verdict, holds, || {
                    let place = origin_of(entries, name).unwrap_or(at);
                    Diagnostic::new(
                        Code::DependentProperty,
                        place,
                        format!("`{name}` needs `{other}` beside it"),
                    )
                    .label("given without the other")
                    .help(format!("add `{other}`, or take `{name}` out"))
                });
            }
        }
        for (name, others) in node.dependent_excluded {
            let given = filled(entries, name);
            for other in *others {
                let holds = given.and(filled(entries, other)).not();
                if holds == Verdict::No && other < name && excludes(node, other, name) {
                    // Said from the other side.
                    verdict = Verdict::No;
                    continue;
                }
                self.note(&mut verdict, holds, || {
                    let message = format!("`{name}` and `{other}` can't be given together");
                    let second = origin_of(entries, other).unwrap_or(at);
                    let finding = Diagnostic::new(Code::ExclusiveProperties, second, message);
                    finding.also(origin_of(entries, name).unwrap_or(at), format!("`{name}` is given here"))
                });
            }
        }
        if node.min_properties.is_some() || node.max_properties.is_some() {
            verdict = verdict.and(self.entry_count(entries, at, node, place));
        }
        verdict
    }

    fn entry_count(&mut self, entries: &[Entry], at: Origin, node: &Node, place: &Place<'_>) -> Verdict {
        let count = |wanted: fn(Presence) -> bool| {
            entries.iter().filter(|entry| wanted(presence_of(&entry.value.value))).count() as u64
        };
        let sure = count(|presence| presence == Presence::Always);
        let possible = count(|presence| presence != Presence::Never);
        let holds = if node.min_properties.is_some_and(|least| possible < least)
            || node.max_properties.is_some_and(|most| sure > most)
        {
            Verdict::No
        } else if node.min_properties.is_some_and(|least| sure < least)
            || node.max_properties.is_some_and(|most| possible > most)
        {
            Verdict::Maybe
        } else {
            Verdict::Yes
        };
        let mut verdict = Verdict::Yes;
        self.note(&mut verdict, holds, || {
            let bounds = super::scalar::bounds(node.min_properties, node.max_properties, "entry");
            let bounds = bounds.replace("entrys", "entries");
            Diagnostic::new(Code::ItemsOutOfBounds, at, format!("{place} must have {bounds}, found {sure}"))
        });
        verdict
    }
}

/// One finding for all that is missing from a record.
fn missing(entries: &[Entry], at: Origin, node: &Node, place: &Place<'_>) -> Diagnostic<Origin> {
    let gone = |name: &&&str| !matches!(presence(entries, name), Presence::Always | Presence::Unknown);
    let missing: Vec<&str> = node.required.iter().filter(gone).copied().collect();
    let names = words::names(&missing, "and");
    let what = if missing.len() == 1 { "property" } else { "properties" };
    let mut finding =
        Diagnostic::new(Code::MissingField, at, format!("missing {what} {names} of {}", title(node, place)));
    for name in missing {
        if presence(entries, name) == Presence::Sometimes {
            finding = finding
                .note(format!("`{name}` is left out in one case of its condition, and required in both"));
        } else if let Some(near) = unknown_near(name, entries, node) {
            finding = finding.help(format!("`{near}` looks like `{name}`"));
        }
    }
    finding
}

fn unknown_name(entry: &Entry, node: &Node, place: &Place<'_>) -> Diagnostic<Origin> {
    let name = &entry.name;
    let title = title(node, place);
    let at = entry.value.origin;
    if node.properties.is_empty() && node.pattern_properties.is_empty() {
        return Diagnostic::new(
            Code::UnknownField,
            at,
            format!("{title} takes no properties, found `{name}`"),
        );
    }
    if node.properties.is_empty() {
        let patterns: Vec<&str> = node.pattern_properties.iter().map(|(pattern, _)| *pattern).collect();
        return Diagnostic::new(
            Code::UnknownField,
            at,
            format!("{title} can't have the key {}", words::quote(name)),
        )
        .note(format!("keys match {}", words::names(&patterns, "or")));
    }
    let finding = Diagnostic::new(Code::UnknownField, at, format!("{title} has no property `{name}`"));
    let known = node.properties.iter().map(|property| property.name);
    match words::nearest(name, known.clone()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None if node.properties.len() <= 12 => {
            let known: Vec<&str> = known.collect();
            finding.help(format!("it has {}", words::names(&known, "and")))
        }
        None => finding,
    }
}

/// How a message names a record: by its type, or by the property it stands in.
fn title(node: &Node, place: &Place<'_>) -> String {
    match (place.own_name(), node.name) {
        (None, Some(name)) => format!("`{name}`"),
        _ => place.to_string(),
    }
}

const fn states_about_names(node: &Node) -> bool {
    !node.required_xor.is_empty()
        || !node.required_or.is_empty()
        || !node.dependent_required.is_empty()
        || !node.dependent_excluded.is_empty()
        || node.min_properties.is_some()
        || node.max_properties.is_some()
}

/// Whether a property is there and not an empty list, which some services take for absence.
fn filled(entries: &[Entry], name: &str) -> Verdict {
    let empty = entries.iter().any(|entry| {
        &*entry.name == name && matches!(&entry.value.value, Value::List(items) if items.is_empty())
    });
    if empty { Verdict::Maybe } else { presence(entries, name).verdict() }
}

fn excludes(node: &Node, name: &str, other: &str) -> bool {
    node.dependent_excluded.iter().any(|(known, others)| *known == name && others.contains(&other))
}

fn origin_of(entries: &[Entry], name: &str) -> Option<Origin> {
    entries.iter().find(|entry| &*entry.name == name).map(|entry| entry.value.origin)
}

/// A name that was written, is not known, and looks like `missing`.
fn unknown_near<'a>(missing: &str, entries: &'a [Entry], node: &Node) -> Option<&'a str> {
    let unknown = entries.iter().map(|entry| &*entry.name).filter(|name| node.property(name).is_none());
    words::nearest(missing, unknown)
}

fn not_exactly_one(entries: &[Entry], group: &[&str], at: Origin, place: &Place<'_>) -> Diagnostic<Origin> {
    let names = words::names(group, "or");
    let given: Vec<&str> =
        group.iter().copied().filter(|name| presence(entries, name) == Presence::Always).collect();
    let [first, second, ..] = given.as_slice() else {
        return Diagnostic::new(Code::ExclusiveProperties, at, format!("{place} needs one of {names}"));
    };
    let message = format!("{} can't be given together", words::names(&given, "and"));
    Diagnostic::new(Code::ExclusiveProperties, origin_of(entries, second).unwrap_or(at), message)
        .also(origin_of(entries, first).unwrap_or(at), format!("`{first}` is given here"))
        .help(format!("keep one of {names}"))
}
