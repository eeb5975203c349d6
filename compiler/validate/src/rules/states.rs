//! Step Functions state machines and SSM documents.

use ci_graph::{Entry, Located, Origin, Resource, Value};

use super::Rules;
use crate::view::{Fields, broken};
use crate::words;

/// State types: required fields, and whether the state leads on (`Next` or `End`).
const TYPES: [(&str, &[&str], bool); 8] = [
    ("Choice", &["Choices"], false),
    ("Fail", &[], false),
    ("Map", &[], true),
    ("Parallel", &["Branches"], true),
    ("Pass", &[], true),
    ("Succeed", &[], false),
    ("Task", &["Resource"], true),
    ("Wait", &[], true),
];

/// Fields of the `JSONPath` language, which `JSONata` does without.
const JSON_PATH: [&str; 5] = ["InputPath", "OutputPath", "Parameters", "ResultPath", "ResultSelector"];
/// Fields of `JSONata`, which `JSONPath` does not know.
const JSONATA: [&str; 2] = ["Arguments", "Output"];

const RULE: &str = "state-machine";

pub(super) fn machine(rules: &mut Rules<'_>, resource: &Resource) {
    if let Some(definition) = resource.field("Definition") {
        definition_of(rules, &definition.value, definition.origin, false);
    }
    if let Some(text) = resource.field("DefinitionString")
        && let Some(literal) = text.value.as_str()
    {
        match ci_access::parse_json(literal, text.origin) {
            Some(value) => definition_of(rules, &value, text.origin, false),
            None => rules.add(broken(RULE, text.origin, "the definition of a state machine is not JSON")),
        }
    }
}

/// A machine, or one of those inside a `Map` or `Parallel`.
fn definition_of(rules: &mut Rules<'_>, machine: &Value, at: Origin, jsonata: bool) {
    let Value::Record(_) = machine else { return };
    let jsonata = match machine.text("QueryLanguage") {
        Some(language) => language == "JSONata",
        None => jsonata,
    };
    let (Some(states), start) = (machine.field("States"), machine.field("StartAt")) else {
        rules.add(broken(RULE, at, "a state machine needs `States`"));
        return;
    };
    let Value::Record(entries) = &states.value else { return };
    match start {
        None => rules.add(broken(RULE, at, "a state machine needs `StartAt`, the name of its first state")),
        Some(start) => transition(rules, start, entries),
    }
    for entry in entries {
        state(rules, entry, entries, jsonata);
    }
}

fn transition(rules: &mut Rules<'_>, to: &Located, states: &[Entry]) {
    let Some(name) = to.value.as_str() else { return };
    if states.iter().any(|state| &*state.name == name) {
        return;
    }
    let finding = broken(RULE, to.origin, format!("there is no state {}", words::quote(name)));
    rules.add(match words::nearest(name, states.iter().map(|state| &*state.name)) {
        Some(near) => finding.help(format!("did you mean {}?", words::quote(near))),
        None => finding,
    });
}

fn state(rules: &mut Rules<'_>, entry: &Entry, states: &[Entry], outer_jsonata: bool) {
    let (name, state) = (words::quote(&entry.name), &entry.value);
    let Value::Record(_) = state.value else { return };
    let Some(kind) = state.field("Type") else {
        rules.add(broken(RULE, state.origin, format!("the state {name} needs a `Type`")));
        return;
    };
    let Some(text) = kind.value.as_str() else { return };
    let Some((_, required, leads_on)) = TYPES.iter().find(|(known, ..)| *known == text) else {
        let finding = broken(RULE, kind.origin, format!("there is no state type {}", words::quote(text)));
        let known: Vec<&str> = TYPES.iter().map(|(known, ..)| *known).collect();
        rules.add(finding.help(format!("allowed: {}", words::choices(&known))));
        return;
    };
    for field in *required {
        if state.lacks(field) {
            rules.add(broken(RULE, state.origin, format!("the state {name} needs `{field}`")));
        }
    }
    if text == "Map" && state.lacks("ItemProcessor") && state.lacks("Iterator") {
        rules.add(broken(RULE, state.origin, format!("the state {name} needs `ItemProcessor`")));
    }
    let (next, end) = (state.field("Next"), state.field("End"));
    match (next, end) {
        (None, None) if *leads_on => {
            rules.add(broken(RULE, state.origin, format!("the state {name} needs `Next` or `End`")));
        }
        (Some(next), Some(end)) if *leads_on => {
            let message = format!("the state {name} has `Next` and `End`, of which it can have one");
            rules.add(broken(RULE, end.origin, message).also(next.origin, "`Next` is given here"));
        }
        _ => {}
    }
    let choices = state.items("Choices").iter().filter_map(|choice| choice.field("Next"));
    let catches = state.items("Catch").iter().filter_map(|catch| catch.field("Next"));
    for to in next.into_iter().chain(state.field("Default")).chain(choices).chain(catches) {
        transition(rules, to, states);
    }
    let jsonata = language(rules, state, &name, outer_jsonata);
    if text == "Choice" {
        for choice in state.items("Choices") {
            self::choice(rules, choice, jsonata);
        }
    }
    for inner in ["ItemProcessor", "Iterator"].iter().filter_map(|name| state.field(name)) {
        definition_of(rules, &inner.value, inner.origin, outer_jsonata);
    }
    for branch in state.items("Branches") {
        definition_of(rules, &branch.value, branch.origin, outer_jsonata);
    }
}

/// Checks that a state keeps to one query language; whether it is `JSONata`.
fn language(rules: &mut Rules<'_>, state: &Located, name: &str, outer_jsonata: bool) -> bool {
    let own = state.field("QueryLanguage");
    if let Some(own) = own.filter(|own| outer_jsonata && own.value.as_str() == Some("JSONPath")) {
        let message = format!("the state {name} can't use JSONPath in a machine that uses JSONata");
        rules.add(broken(RULE, own.origin, message));
    }
    let jsonata = own.map_or(outer_jsonata, |own| own.value.as_str() == Some("JSONata"));
    let (language, foreign): (_, &[&str]) =
        if jsonata { ("JSONata", &JSON_PATH) } else { ("JSONPath", &JSONATA) };
    for field in foreign {
        if let Some(located) = state.field(field) {
            let message = format!("the state {name} uses {language}, which has no `{field}`");
            rules.add(broken(RULE, located.origin, message));
        }
    }
    jsonata
}

fn choice(rules: &mut Rules<'_>, choice: &Located, jsonata: bool) {
    let Value::Record(entries) = &choice.value else { return };
    if choice.lacks("Next") {
        rules.add(broken(RULE, choice.origin, "a choice needs `Next`"));
    }
    if jsonata && choice.lacks("Condition") {
        rules.add(broken(RULE, choice.origin, "a choice in JSONata needs `Condition`"));
    }
    if !jsonata {
        let other =
            |entry: &&Entry| !["Next", "Variable", "Comment", "Assign", "Output"].contains(&&*entry.name);
        let tests = entries.iter().filter(other).count();
        if tests != 1 {
            let message = format!("a choice has one comparison, found {tests}");
            rules.add(broken(RULE, choice.origin, message));
        }
    }
}

/// The versions of the format of SSM documents.
const VERSIONS: [&str; 5] = ["0.3", "1.0", "1.2", "2.0", "2.2"];

pub(super) fn document(rules: &mut Rules<'_>, resource: &Resource) {
    let Some(content) = resource.field("Content") else { return };
    let Value::Record(_) = content.value else { return };
    match content.field("schemaVersion") {
        None => rules.add(broken("document-version", content.origin, "a document needs `schemaVersion`")),
        Some(version) => {
            if let Some(text) = version.value.as_str().filter(|text| !VERSIONS.contains(text)) {
                let message = format!("there is no schema version {} of documents", words::quote(text));
                rules.add(
                    broken("document-version", version.origin, message)
                        .help(format!("allowed: {}", words::choices(&VERSIONS))),
                );
            }
        }
    }
}
