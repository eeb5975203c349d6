//! Puts what properties identify into the schemas: from formats, the registry, the spec and the overlay.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::overlay::{Overlay, Place};
use super::{Outcome, Report};

/// `(resource type, attribute)`.
pub type Target = (String, String);

/// Finds the property or attribute a target means.
pub struct Targets<'a> {
    types: &'a BTreeMap<String, Value>,
    same: BTreeMap<Target, Vec<Target>>,
    aliases: BTreeMap<(&'a str, &'a str), &'a str>,
}

impl<'a> Targets<'a> {
    /// `types` are the schemas with the generator's facts.
    pub fn new(types: &'a BTreeMap<String, Value>, overlay: &'a Overlay) -> Self {
        let aliases = overlay
            .alias
            .iter()
            .map(|alias| ((alias.resource_type.as_str(), alias.from.as_str()), alias.to.as_str()))
            .collect();
        let mut same = BTreeMap::new();
        for entry in &overlay.same {
            let all: Vec<Target> =
                entry.attributes.iter().map(|name| (entry.resource_type.clone(), name.clone())).collect();
            same.extend(all.iter().map(|target| (target.clone(), all.clone())));
        }
        Self { types, same, aliases }
    }

    /// The target with the attribute's name as the schema has it, or `None` if the type has no such thing.
    pub fn resolve(&self, target: &Target) -> Option<Target> {
        let (resource_type, attribute) = (target.0.as_str(), target.1.as_str());
        let schema = self.types.get(resource_type)?;
        let attribute = self.aliases.get(&(resource_type, attribute)).copied().unwrap_or(attribute);
        let listed = schema["x-facts"]["attributes"].as_array().into_iter().flatten();
        let known =
            schema["properties"].get(attribute).is_some() || listed.into_iter().any(|name| name == attribute);
        known.then(|| (resource_type.to_owned(), attribute.to_owned()))
    }

    fn resolve_all(&self, targets: &[Target], at: &str, report: &mut Report) -> BTreeSet<Target> {
        let mut resolved = BTreeSet::new();
        for target in targets {
            match self.resolve(target) {
                Some(target) => {
                    resolved.extend(self.same.get(&target).into_iter().flatten().cloned());
                    resolved.insert(target);
                }
                None => report.note(
                    "reference targets that do not exist",
                    format!("{}.{} at {at}", target.0, target.1),
                ),
            }
        }
        resolved
    }
}

/// All references to set, by resource type: first resolved with the schemas as they are, then set with [`apply`].
#[derive(Default)]
pub struct References {
    by_place: Vec<ByPlace>,
    by_format: BTreeMap<String, BTreeSet<Target>>,
}

struct ByPlace {
    place: Place,
    targets: BTreeSet<Target>,
    by_hand: bool,
}

/// Resolves the targets of all sources.
pub fn resolve(
    targets: &Targets<'_>,
    overlay: &Overlay,
    spec: &[(Place, Vec<Target>)],
    report: &mut Report,
) -> Outcome<References> {
    let mut references = References::default();
    for target in targets.same.keys() {
        if targets.resolve(target).as_ref() != Some(target) {
            return Err(format!("overlay: {} has no attribute {}", target.0, target.1).into());
        }
    }
    for (format, entry) in &overlay.format {
        let resolved = targets.resolve_all(&entry.targets, format, report);
        if resolved.len() < entry.targets.len() {
            return Err(format!("overlay: format {format} has a target that does not exist").into());
        }
        references.by_format.insert(format.clone(), resolved);
    }
    for (place, wanted) in spec {
        if targets.types.contains_key(&place.resource_type) {
            let resolved = targets.resolve_all(wanted, &describe(place), report);
            references.by_place.push(ByPlace { place: place.clone(), targets: resolved, by_hand: false });
        }
    }
    for entry in &overlay.reference {
        let resolved = targets.resolve_all(&entry.targets, &describe(&entry.place), report);
        if resolved.len() < entry.targets.len() {
            return Err(
                format!("overlay: {} has a target that does not exist", describe(&entry.place)).into()
            );
        }
        if entry.replaces {
            references.by_place.retain(|known| known.place != entry.place);
        }
        references.by_place.push(ByPlace { place: entry.place.clone(), targets: resolved, by_hand: true });
    }
    Ok(references)
}

/// Sets them.
pub fn apply(
    references: &References,
    relationships: &BTreeMap<String, Vec<(Target, Option<Target>)>>,
    types: &mut BTreeMap<String, Value>,
    report: &mut Report,
) -> Outcome {
    for (name, schema) in types.iter_mut() {
        let relationships = relationships.get(name).map(Vec::as_slice).unwrap_or_default();
        annotate(schema, references, relationships, report);
    }
    for ByPlace { place, targets, by_hand } in &references.by_place {
        let property = types.get_mut(&place.resource_type).and_then(|schema| property(schema, place));
        match property {
            Some(property) => add(identifying(property), targets.iter()),
            None if *by_hand => {
                return Err(format!("overlay: there is no property {}", describe(place)).into());
            }
            None => report.note("references at properties that do not exist", describe(place)),
        }
    }
    Ok(())
}

/// The relationships the schemas themselves state, resolved.
pub fn relationships(
    targets: &Targets<'_>,
    report: &mut Report,
) -> BTreeMap<String, Vec<(Target, Option<Target>)>> {
    fn collect(value: &Value, found: &mut BTreeSet<Target>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("relationshipRef").and_then(relationship));
                members.values().for_each(|member| collect(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        }
    }
    let mut result = BTreeMap::new();
    for (name, schema) in targets.types {
        let mut found = BTreeSet::new();
        collect(schema, &mut found);
        let resolved = found.into_iter().map(|target| {
            let resolved = targets.resolve(&target);
            if resolved.is_none() {
                report.note(
                    "reference targets that do not exist",
                    format!("{}.{} in {name}", target.0, target.1),
                );
            }
            (target, resolved)
        });
        result.insert(name.clone(), resolved.collect());
    }
    result
}

fn relationship(value: &Value) -> Option<Target> {
    let attribute = value["propertyPath"].as_str()?.trim_start_matches("/properties/").replace('/', ".");
    Some((value["typeName"].as_str()?.to_owned(), attribute))
}

/// Replaces `relationshipRef` and known formats by targets, everywhere in a schema.
fn annotate(
    value: &mut Value,
    references: &References,
    known: &[(Target, Option<Target>)],
    report: &mut Report,
) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| annotate(item, references, known, report)),
        Value::Object(members) => {
            for member in members.values_mut() {
                annotate(member, references, known, report);
            }
            if let Some(stated) = members.get("relationshipRef").and_then(relationship) {
                members.remove("relationshipRef");
                let target =
                    known.iter().find(|(target, _)| *target == stated).and_then(|(_, to)| to.as_ref());
                add_to(members, target.into_iter());
            }
            if let Some(format) = members.get("format").and_then(Value::as_str) {
                match references.by_format.get(format) {
                    Some(targets) => add_to(members, targets.iter()),
                    // Formats in the plural stand on arrays whose items have the one in the singular.
                    None if format.starts_with("AWS::") && !format.ends_with('s') => {
                        report.note("formats without a target in the overlay", format);
                    }
                    None => {}
                }
            }
        }
        _ => {}
    }
}

/// The schema of the property at `place`, also where only an alternative has it.
pub fn property<'a>(schema: &'a mut Value, place: &Place) -> Option<&'a mut Value> {
    fn find<'a>(schema: &'a mut Value, name: &str) -> Option<&'a mut Value> {
        let members = schema.as_object_mut()?;
        if members.get("properties").is_some_and(|properties| properties.get(name).is_some()) {
            return members.get_mut("properties")?.get_mut(name);
        }
        let alternatives =
            members.iter_mut().filter(|(key, _)| matches!(key.as_str(), "oneOf" | "anyOf" | "allOf"));
        alternatives
            .filter_map(|(_, list)| list.as_array_mut())
            .flatten()
            .find_map(|alternative| find(alternative, name))
    }
    match &place.definition {
        None => find(schema, &place.property),
        Some(definition) => {
            // Where the schema has the object in place, sources name it after the property that holds it.
            let is_defined = schema["definitions"].get(definition).is_some();
            let holder = if is_defined { "definitions" } else { "properties" };
            find(schema.get_mut(holder)?.get_mut(definition)?, &place.property)
        }
    }
}

/// For a list of identifiers it is the items that identify something.
fn identifying(property: &mut Value) -> &mut Value {
    if property.get("items").is_some_and(Value::is_object) { &mut property["items"] } else { property }
}

fn add<'a>(schema: &mut Value, targets: impl Iterator<Item = &'a Target>) {
    if let Some(members) = schema.as_object_mut() {
        add_to(members, targets);
    }
}

fn add_to<'a>(members: &mut Map<String, Value>, targets: impl Iterator<Item = &'a Target>) {
    let list = members.entry("x-references").or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        list.extend(targets.map(|(resource_type, attribute)| json!([resource_type, attribute])));
    }
}

/// A place, in words.
pub fn describe(place: &Place) -> String {
    let definition = place.definition.as_deref().unwrap_or_default();
    format!("{} {definition}/{}", place.resource_type, place.property)
}
