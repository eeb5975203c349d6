//! What changed between the committed files and new ones, in the words of CloudFormation: for the commit message.

use std::collections::{BTreeMap, BTreeSet};

use ci_catalog::{Node, NodeId, ResourceSchema};

use super::Paths;
use super::check::{Files, Opened};

/// Prints the difference.
pub fn print(paths: &Paths, new: &Opened) {
    match Files::read(paths).and_then(|files| Opened::new(&files)) {
        Ok(old) => {
            let lines = [types(&old, new), actions(&old, new), offers(&old, new)].concat();
            println!("changes: {}", lines.len());
            for line in lines {
                println!("    {line}");
            }
        }
        Err(error) => println!("changes: no earlier files to compare with ({error})"),
    }
}

fn types(old: &Opened, new: &Opened) -> Vec<String> {
    let mut lines = Vec::new();
    let (before, after): (BTreeSet<_>, BTreeSet<_>) = (old.cfn.names().collect(), new.cfn.names().collect());
    lines.extend(before.difference(&after).map(|name| format!("- type {name}")));
    lines.extend(after.difference(&before).map(|name| format!("+ type {name}")));
    for name in before.intersection(&after) {
        let (Some(before), Some(after)) = (old.cfn.find(name), new.cfn.find(name)) else { continue };
        let (before, after) = (facts(before), facts(after));
        for pointer in before.keys().filter(|pointer| !after.contains_key(*pointer)) {
            lines.push(format!("- {name} {pointer}"));
        }
        for (pointer, fact) in &after {
            match before.get(pointer) {
                None => lines.push(format!("+ {name} {pointer}")),
                Some(earlier) if earlier != fact => lines.push(format!("~ {name} {pointer}")),
                Some(_) => {}
            }
        }
    }
    lines
}

/// All that can be said about a type, one entry per pointer. Ids differ from file to file and are left out.
fn facts(schema: &ResourceSchema) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    let mut seen = BTreeSet::new();
    node_facts(schema, schema.root(), String::new(), &mut seen, &mut facts);
    for attribute in schema.attributes() {
        facts.insert(format!("attribute {}", attribute.name), String::new());
    }
    for (what, pointers) in [
        ("read-only", schema.read_only()),
        ("write-only", schema.write_only()),
        ("create-only", schema.create_only()),
        ("deprecated", schema.deprecated()),
        ("identifier", schema.primary_identifier()),
        ("Ref", schema.ref_parts()),
    ] {
        facts.insert(format!("({what})"), pointers.join(" "));
    }
    for handler in ci_catalog::Handler::ALL {
        let permissions = schema.handler_permissions(handler).map(|all| all.join(" "));
        facts.insert(format!("({})", handler.name()), format!("{permissions:?}"));
    }
    let others = (schema.tagging(), schema.arn_template(), schema.lifecycle(), schema.is_stateful());
    facts.insert(
        "(other facts)".to_owned(),
        format!("{others:?} {:?} {:?}", schema.regions().iter().collect::<Vec<_>>(), schema.offers()),
    );
    facts
}

fn node_facts(
    schema: &ResourceSchema,
    id: NodeId,
    pointer: String,
    seen: &mut BTreeSet<NodeId>,
    facts: &mut BTreeMap<String, String>,
) {
    let node = schema.node(id);
    facts.insert(pointer.clone(), own_facts(node));
    // A definition is described where it is met first.
    if !seen.insert(id) {
        return;
    }
    let below = |step: &str| if pointer.is_empty() { step.to_owned() } else { format!("{pointer}/{step}") };
    for property in node.properties {
        node_facts(schema, property.node, below(property.name), seen, facts);
    }
    if let Some(items) = node.items {
        node_facts(schema, items, below("*"), seen, facts);
    }
}

fn own_facts(node: &Node) -> String {
    let plain = Node {
        properties: &[],
        additional: ci_catalog::Additional::Open,
        pattern_properties: &[],
        property_names: None,
        items: None,
        prefix_items: &[],
        contains: None,
        any_of: &[],
        one_of: &[],
        all_of: &[],
        not: None,
        if_then_else: None,
        ..node.clone()
    };
    format!("{plain:?}")
}

fn actions(old: &Opened, new: &Opened) -> Vec<String> {
    let names = |opened: &Opened| -> BTreeSet<String> {
        let services = opened.iam.names().filter_map(|prefix| opened.iam.find(prefix));
        services
            .flat_map(|service| {
                service.actions().iter().map(move |action| format!("{}:{}", service.prefix, action.name))
            })
            .collect()
    };
    let (before, after) = (names(old), names(new));
    let gone = before.difference(&after).map(|name| format!("- action {name}"));
    let added = after.difference(&before).map(|name| format!("+ action {name}"));
    gone.chain(added).collect()
}

/// How many values of each table came, went or moved: there are too many to name them.
fn offers(old: &Opened, new: &Opened) -> Vec<String> {
    let values = |opened: &Opened, name: &str| -> BTreeMap<&str, Vec<&str>> {
        let Some(table) = opened.offers.find(name) else { return BTreeMap::new() };
        let regions = |value| table.regions(value).into_iter().flat_map(ci_catalog::Regions::iter).collect();
        table.values().map(|value| (value, regions(value))).collect()
    };
    let names: BTreeSet<&str> = old.offers.names().chain(new.offers.names()).collect();
    let mut lines = Vec::new();
    for name in names {
        let (before, after) = (values(old, name), values(new, name));
        let added = after.keys().filter(|value| !before.contains_key(*value)).count();
        let gone = before.keys().filter(|value| !after.contains_key(*value)).count();
        let moved = after
            .iter()
            .filter(|(value, regions)| before.get(*value).is_some_and(|earlier| earlier != *regions))
            .count();
        if added + gone + moved > 0 {
            lines.push(format!("~ offer {name}: +{added} -{gone} values, {moved} in other regions"));
        }
    }
    lines
}
