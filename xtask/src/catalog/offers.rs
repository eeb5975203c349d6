//! What AWS offers where, from those of cfn-lint's extension schemas that are tables.
//!
//! A table is a list of values, `{enum}`, or one for each engine, version or licence, `{allOf: [{if, then}]}`; most are
//! given once for each region. What has another form is left out, and the report says so.

use std::collections::{BTreeMap, BTreeSet};

use ci_catalog::pack::{EVERYWHERE, Table};
use fancy_regex::Regex;
use serde_json::{Value, json};

use super::extension::Extension;
use super::{Outcome, Report};

/// The tables, and which properties have one.
#[derive(Default)]
pub struct Offers {
    /// By name.
    pub tables: BTreeMap<String, Table>,
    /// The regions behind the bits.
    pub regions: Vec<String>,
    /// By resource type, each `{pointer, when, table}`.
    pub by_type: BTreeMap<String, Vec<Value>>,
}

/// What another property of the resource must be.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Condition {
    Absent,
    OneOf(BTreeSet<String>),
    Version(BTreeSet<String>),
}

/// Conditions by property.
type When = BTreeMap<String, Condition>;

/// Tables by the property that they are about, below the extension's own place, and by what must be so.
type Rows = BTreeMap<(String, When), Table>;

/// Reads the tables.
pub fn read(extensions: &[Extension], report: &mut Report) -> Outcome<Offers> {
    let tables = || extensions.iter().filter(|extension| extension.is_table);
    let regions: BTreeSet<&String> = tables()
        .filter(|extension| extension.regional)
        .flat_map(|extension| extension.schema.as_object().into_iter().flatten())
        .map(|(region, _)| region)
        // `us-east-1`, and not `description` or `all`.
        .filter(|region| region.ends_with(|last: char| last.is_ascii_digit()))
        .collect();
    if regions.len() >= 64 {
        return Err("more than 63 regions: the masks of a table need more bits".into());
    }
    let mut offers = Offers { regions: regions.into_iter().cloned().collect(), ..Offers::default() };
    let mut names: BTreeMap<Table, String> = BTreeMap::new();
    for extension in tables() {
        let Some(rows) = rows(extension, &offers.regions)? else {
            let what = format!("{} {}", extension.id, extension.name);
            report.note("extension schemas left out: tables of another form", what);
            continue;
        };
        for ((property, when), table) in joined(rows) {
            let name = names.entry(table.clone()).or_insert_with(|| name(extension, &when)).clone();
            if offers.tables.entry(name.clone()).or_insert_with(|| table.clone()) != &table {
                return Err(format!("two tables are called {name}").into());
            }
            for (of, pointer) in &extension.places {
                let pointer = format!("{pointer}/{property}");
                offers.by_type.entry(of.clone()).or_default().push(json!({
                    "pointer": pointer.trim_matches('/'), "table": name, "when": when_as_json(&when),
                }));
            }
        }
    }
    Ok(offers)
}

/// The tables of an extension; nothing if it has another form.
fn rows(extension: &Extension, regions: &[String]) -> Outcome<Option<Rows>> {
    let parts: Vec<(u64, &Value)> = if extension.regional {
        let numbered = regions.iter().enumerate();
        numbered.filter_map(|(at, region)| Some((1 << at, extension.schema.get(region)?))).collect()
    } else {
        vec![(EVERYWHERE, &extension.schema)]
    };
    let mut rows = Rows::new();
    for (mask, schema) in parts {
        let alternatives = match schema.get("allOf").and_then(Value::as_array) {
            Some(all) => all.iter().map(alternative).collect::<Outcome<Option<Vec<_>>>>()?,
            None => values(schema).map(|values| vec![(String::new(), When::new(), values)]),
        };
        let Some(alternatives) = alternatives else { return Ok(None) };
        for (property, when, values) in alternatives {
            let table = rows.entry((property, when)).or_default();
            table.covered |= mask;
            // RDS has a list for each kind of deployment. What any of them has is offered.
            for value in values {
                *table.values.entry(value).or_default() |= mask;
            }
        }
    }
    Ok(Some(rows))
}

fn values(schema: &Value) -> Option<Vec<String>> {
    schema["enum"].as_array()?.iter().map(|value| value.as_str().map(str::to_owned)).collect()
}

/// `{if: {properties: {Engine: {const}, …}, required}, then: {properties: {Class: {enum}}}}`.
fn alternative(schema: &Value) -> Outcome<Option<(String, When, Vec<String>)>> {
    let version = Regex::new(r"^\^\((.+)\\\.\.\+\|\1\)\$$")?;
    let mut then = schema["then"]["properties"].as_object().into_iter().flatten();
    let (Some((about, list)), None) = (then.next(), then.next()) else { return Ok(None) };
    let Some(values) = values(list) else { return Ok(None) };
    let required = schema["if"]["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut when = When::new();
    for (property, condition) in schema["if"]["properties"].as_object().into_iter().flatten() {
        if property == about {
            continue;
        }
        let is_required = required.iter().any(|name| name == property);
        let condition = if condition == &Value::Bool(false) && !is_required {
            Condition::Absent
        } else if let (Some(text), true) = (condition["const"].as_str(), is_required) {
            Condition::OneOf(BTreeSet::from([text.to_owned()]))
        } else if let (Some(pattern), true) = (condition["pattern"].as_str(), is_required) {
            let Some(found) = version.captures(pattern)? else { return Ok(None) };
            Condition::Version(BTreeSet::from([found[1].replace('\\', "")]))
        } else {
            return Ok(None);
        };
        when.insert(property.clone(), condition);
    }
    Ok(Some((about.clone(), when, values)))
}

/// The same tables, with conditions joined that differ in one property and have the same table.
fn joined(mut rows: Rows) -> Rows {
    let properties: BTreeSet<String> = rows.keys().flat_map(|(_, when)| when.keys().cloned()).collect();
    for property in properties {
        let mut groups: BTreeMap<(String, When, Table), Vec<Condition>> = BTreeMap::new();
        let mut new = Rows::new();
        for ((about, mut when), table) in rows {
            match when.remove(&property) {
                Some(condition) => groups.entry((about, when, table)).or_default().push(condition),
                None => {
                    new.insert((about, when), table);
                }
            }
        }
        for ((about, when, table), conditions) in groups {
            let (mut texts, mut versions) = (BTreeSet::new(), BTreeSet::new());
            let mut insert = |condition| {
                let mut when = when.clone();
                when.insert(property.clone(), condition);
                new.insert((about.clone(), when), table.clone());
            };
            for condition in conditions {
                match condition {
                    Condition::Absent => insert(Condition::Absent),
                    Condition::OneOf(more) => texts.extend(more),
                    Condition::Version(more) => versions.extend(more),
                }
            }
            if !texts.is_empty() {
                insert(Condition::OneOf(texts));
            }
            if !versions.is_empty() {
                insert(Condition::Version(versions));
            }
        }
        rows = new;
    }
    rows
}

/// The extension's name, and the first of what each condition names.
fn name(extension: &Extension, when: &When) -> String {
    let words = when.values().filter_map(|condition| match condition {
        Condition::Absent => None,
        Condition::OneOf(words) | Condition::Version(words) => words.first(),
    });
    let words: Vec<&str> = [&extension.name].into_iter().chain(words).map(String::as_str).collect();
    words.join(" ")
}

fn when_as_json(when: &When) -> Vec<Value> {
    let conditions = when.iter().map(|(property, condition)| match condition {
        Condition::Absent => json!({ "property": property }),
        Condition::OneOf(texts) => json!({ "property": property, "oneOf": texts }),
        Condition::Version(versions) => json!({ "property": property, "version": versions }),
    });
    conditions.collect()
}
