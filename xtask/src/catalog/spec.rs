//! What `aws-service-spec` knows beyond the registry schemas: references, ARN templates, what `Ref` returns.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::Outcome;
use super::fetch::Packages;
use super::overlay::Place;

/// What it knows about one type.
#[derive(Default)]
pub struct SpecType {
    pub arn_template: Option<String>,
    pub ref_parts: Option<Value>,
    pub stateful: bool,
    pub tag_property: Option<String>,
}

/// What it knows.
pub struct Spec {
    pub types: BTreeMap<String, SpecType>,
    /// Targets by the place of the referring property.
    pub references: Vec<(Place, Vec<(String, String)>)>,
}

/// Reads the database.
pub fn read(packages: &Packages) -> Outcome<Spec> {
    let database = packages.newest("@aws-cdk/aws-service-spec")?.json_gz("package/db.json.gz")?;
    let entities = |kind: &str| database["schema"][kind]["entities"].as_array().cloned().unwrap_or_default();
    let definitions: HashMap<String, Value> = entities("typeDefinition")
        .into_iter()
        .filter_map(|entity| Some((entity["$id"].as_str()?.to_owned(), entity)))
        .collect();
    let mut spec = Spec { types: BTreeMap::new(), references: Vec::new() };
    for resource in entities("resource") {
        let Some(name) = resource["cloudFormationType"].as_str() else { continue };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        spec.types.insert(
            name.to_owned(),
            SpecType {
                arn_template: text(&resource["arnTemplate"]),
                ref_parts: resource.get("cfnRefIdentifier").cloned(),
                stateful: resource["isStateful"] == true,
                tag_property: text(&resource["tagInformation"]["tagPropertyName"]),
            },
        );
        let mut walk =
            Walk { name, definitions: &definitions, seen: BTreeSet::new(), found: &mut spec.references };
        walk.properties(&resource["properties"], None);
    }
    Ok(spec)
}

struct Walk<'a> {
    name: &'a str,
    definitions: &'a HashMap<String, Value>,
    seen: BTreeSet<String>,
    found: &'a mut Vec<(Place, Vec<(String, String)>)>,
}

impl Walk<'_> {
    fn properties(&mut self, properties: &Value, definition: Option<&str>) {
        for (property, facts) in properties.as_object().into_iter().flatten() {
            let targets: Vec<(String, String)> = facts["relationshipRefs"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|target| {
                    let part = |key: &str| Some(target[key].as_str()?.to_owned());
                    Some((part("cloudFormationType")?, part("propertyName")?))
                })
                .collect();
            if !targets.is_empty() {
                let place = Place {
                    resource_type: self.name.to_owned(),
                    definition: definition.map(str::to_owned),
                    property: property.clone(),
                };
                self.found.push((place, targets));
            }
            self.value(&facts["type"]);
        }
    }

    fn value(&mut self, kind: &Value) {
        if let Some(id) = kind["reference"]["$ref"].as_str()
            && self.seen.insert(id.to_owned())
            && let Some(definition) = self.definitions.get(id)
        {
            self.properties(&definition["properties"], definition["name"].as_str());
        }
        for part in kind["types"].as_array().into_iter().flatten() {
            self.value(part);
        }
        if kind["element"].is_object() {
            self.value(&kind["element"]);
        }
    }
}
