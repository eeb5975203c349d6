//! Facts about types and properties for people.

use std::fmt::Write as _;

use super::facts::{Detail, Property, Type};
use crate::terminal::Terminal;

/// How many values of an enumeration a list shows.
const FEW: usize = 6;

/// A resource type.
pub(super) fn of_type(terminal: &Terminal, facts: &Type) -> String {
    let mut text = format!("{}  {}\n", terminal.bold(facts.name), terminal.faint(&facts.path));
    if let Some(lifecycle) = &facts.lifecycle {
        let date = lifecycle.date.map_or_else(String::new, |date| format!(" ({date})"));
        line(&mut text, "lifecycle", &format!("{}{date}", lifecycle.status));
    }
    line(&mut text, "Ref", &or(facts.reference.join("|"), "not known"));
    line(&mut text, "identified by", &or(facts.identifiers.join(", "), "not known"));
    if let Some(arn) = facts.arn {
        line(&mut text, "ARN", arn);
    }
    if facts.stateful {
        line(&mut text, "keeps data", "deleting it loses data that the template cannot make again");
    }
    if let Some(tags) = facts.tags {
        line(&mut text, "tags", tags);
    }
    if let Some(replacement) = facts.replacement {
        line(&mut text, "replacement", replacement);
    }
    let regions = match &facts.regions {
        None => "not known".to_owned(),
        Some(_) if facts.missing_regions.is_empty() => "all that are known".to_owned(),
        Some(regions) if regions.len() < facts.missing_regions.len() => {
            format!("only {}", regions.join(", "))
        }
        Some(_) => format!("all but {}", facts.missing_regions.join(", ")),
    };
    line(&mut text, "regions", &regions);
    if !facts.permissions.is_empty() {
        let counts = facts.permissions.iter().map(|(handler, count)| format!("{handler} {count}"));
        line(&mut text, "IAM actions", &counts.collect::<Vec<_>>().join(", "));
    }
    properties(terminal, &mut text, &facts.properties);
    if !facts.attributes.is_empty() {
        let _ = writeln!(text, "\n{}", terminal.bold("attributes"));
        let width = facts.attributes.iter().map(|attribute| attribute.name.len()).max().unwrap_or(0);
        for attribute in &facts.attributes {
            let _ = writeln!(text, "    {:width$}  {}", attribute.name, attribute.shape);
        }
    }
    text
}

/// A property with what is inside it.
pub(super) fn of_property(terminal: &Terminal, facts: &Detail) -> String {
    let property = &facts.property;
    let mut text = format!("{}  {}\n", terminal.bold(&facts.pointer), terminal.faint(facts.of));
    line(&mut text, "type", &property.shape);
    line(&mut text, "required", if property.required { "yes" } else { "no" });
    for flag in flags(property) {
        line(&mut text, "", flag);
    }
    if !property.references.is_empty() {
        line(&mut text, "identifies", &property.references.join(" or "));
    }
    if !property.values.is_empty() {
        line(&mut text, "values", &property.values.join(", "));
    }
    for (at, offer) in facts.offers.iter().filter(|offer| offer.regional).enumerate() {
        let when = if offer.when.is_empty() { String::new() } else { format!("{}: ", offer.when.join(", ")) };
        let values: Vec<&str> = offer.values.keys().copied().collect();
        line(&mut text, if at == 0 { "offered" } else { "" }, &format!("{when}{}", values.join(", ")));
    }
    for (at, constraint) in property.constraints.iter().enumerate() {
        line(&mut text, if at == 0 { "constraints" } else { "" }, constraint);
    }
    properties(terminal, &mut text, &facts.properties);
    text
}

fn properties(terminal: &Terminal, text: &mut String, properties: &[Property]) {
    if properties.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}  {}", terminal.bold("properties"), terminal.faint("* is required"));
    let width = properties.iter().map(|property| property.name.len()).max().unwrap_or(0);
    let shapes = properties.iter().map(|property| property.shape.chars().count()).max().unwrap_or(0).min(32);
    for property in properties {
        let mark = if property.required { '*' } else { ' ' };
        let _ = write!(text, "  {mark} {:width$}  {:shapes$}", property.name, property.shape);
        let mut rest: Vec<String> = flags(property).map(str::to_owned).collect();
        if !property.values.is_empty() {
            let more = if property.values.len() > FEW { ", …" } else { "" };
            let few: Vec<&str> = property.values.iter().take(FEW).map(String::as_str).collect();
            rest.push(format!("{}{more}", few.join(", ")));
        }
        // Patterns are long; they are shown for a single property.
        rest.extend(property.constraints.iter().filter(|words| !words.starts_with("matches ")).cloned());
        if !property.references.is_empty() {
            rest.push(format!("= {}", property.references.join(" or ")));
        }
        if !rest.is_empty() {
            let _ = write!(text, "  {}", terminal.faint(&rest.join("; ")));
        }
        let end = text.trim_end().len();
        text.truncate(end);
        text.push('\n');
    }
}

fn flags(property: &Property) -> impl Iterator<Item = &'static str> {
    let flags = [
        (property.read_only, "only AWS sets it"),
        (property.write_only, "cannot be read back"),
        (property.create_only, "a change replaces the resource"),
        (property.conditional_create_only, "a change may replace the resource"),
        (property.deprecated, "deprecated"),
    ];
    flags.into_iter().filter(|(set, _)| *set).map(|(_, words)| words)
}

fn line(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "  {name:14}{value}");
}

fn or(text: String, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text }
}
