//! Puts all facts about each resource type into one schema, in the registry's format with a few `x-` keywords.

use std::collections::{BTreeMap, BTreeSet};

use ci_catalog::LambdaRuntime;
use serde_json::{Map, Value, json};

use super::fetch::Packages;
use super::iam::IamFacts;
use super::offers::{self, Offers};
use super::overlay::Overlay;
use super::package::Package;
use super::references::{self, Targets};
use super::{Outcome, Report, arn, extension, rules, spec};

/// The kind of note for handler permissions that are no IAM actions.
pub const UNKNOWN_PERMISSIONS: &str = "handler permissions that are no IAM actions";

/// All resource types.
pub struct Merged {
    pub types: BTreeMap<String, Value>,
    pub known_regions: Vec<String>,
    pub unknown_regions: Vec<String>,
    pub runtimes: Vec<LambdaRuntime>,
    pub offers: Offers,
}

/// Merges all sources.
pub fn merge(packages: &Packages, overlay: &Overlay, iam: &IamFacts, report: &mut Report) -> Outcome<Merged> {
    let lint = packages.newest("cfn-lint")?;
    let spec = spec::read(packages)?;
    let arns = arn::templates(packages)?;
    let join = arn::Join::new(iam);
    let regions = Regions::read(lint)?;
    let extensions = extension::read(packages)?;
    let mut rules = rules::read(&extensions, report);
    let mut offers = offers::read(&extensions, report)?;
    let attributes = &packages
        .newest("cloudformation-validate-data-source")?
        .json("generated/data/getatt_attributes.json")?["getatt_attributes"];
    let stateful = &lint.json("cfnlint/data/AdditionalSpecs/StatefulResources.json")?["ResourceTypes"];
    let snapshot = strings_after(lint.text("cfnlint/helpers.py")?, "valid_snapshot_types")?;
    let update_policies = update_policies(lint)?;

    let mut types = BTreeMap::new();
    for (name, file) in &regions.schemas {
        let mut schema = lint.json(&format!("cfnlint/data/schemas/resources/{file}.json"))?;
        filter_permissions(&mut schema, iam, report);
        settle_items(&mut schema, name, report);
        let known = spec.types.get(name);
        let mut facts = Map::new();
        let mut set = |key: &str, value: Value| {
            if !value.is_null() {
                facts.insert(key.to_owned(), value);
            }
        };
        set("regions", json!(regions.mask(name)));
        set("attributes", json!(attribute_names(&schema, &attributes[name])));
        set("refParts", json!(known.and_then(|known| known.ref_parts.as_ref())));
        set("stateful", json!(stateful.get(name).is_some() || known.is_some_and(|known| known.stateful)));
        set("snapshot", json!(snapshot.contains(name)));
        set("updatePolicy", json!(update_policies.get(name)));
        set("rules", json!(rules.remove(name)));
        set("offers", json!(offers.by_type.remove(name)));
        let template = known.and_then(|known| known.arn_template.as_ref()).or_else(|| arns.get(name));
        set("arnTemplate", json!(template));
        set("iam", json!(template.and_then(|template| join.find(template))));
        let tags = known.and_then(|known| known.tag_property.as_ref());
        set("tagProperty", json!(tags.map(|property| format!("/properties/{property}"))));
        schema["x-facts"] = Value::Object(facts);
        types.insert(name.clone(), schema);
    }
    for name in rules.keys().chain(offers.by_type.keys()) {
        report.note("extension schemas of unknown types", name);
    }
    apply_types(&mut types, overlay, iam)?;
    apply_schemas(&mut types, overlay)?;
    apply_policies(&mut types, overlay)?;

    let targets = Targets::new(&types, overlay);
    let resolved = references::resolve(&targets, overlay, &spec.references, report)?;
    let relationships = references::relationships(&targets, report);
    references::apply(&resolved, &relationships, &mut types, report)?;

    Ok(Merged {
        types,
        known_regions: regions.known.into_keys().collect(),
        unknown_regions: regions.unknown,
        runtimes: runtimes(lint)?,
        offers,
    })
}

/// Which types exist where.
struct Regions {
    /// The file of each type's schema.
    schemas: BTreeMap<String, String>,
    known: BTreeMap<String, BTreeSet<String>>,
    unknown: Vec<String>,
    serverless: BTreeSet<String>,
}

impl Regions {
    fn read(lint: &Package) -> Outcome<Self> {
        const MAIN: &str = "us-east-1";
        let mut schemas = BTreeMap::new();
        let mut lists = BTreeMap::new();
        for (region, list) in lint.json_folder("cfnlint/data/schemas/providers/")? {
            let list: BTreeMap<String, String> = serde_json::from_value(list)?;
            lists.insert(region, list.keys().cloned().collect::<BTreeSet<_>>());
            // A type has the same schema wherever it exists.
            schemas.extend(list);
        }
        let serverless = lists.remove("sam").ok_or("cfn-lint lists no serverless types")?;
        let main = lists.get(MAIN).cloned().ok_or("cfn-lint does not list us-east-1")?;
        // Regions that no list is made for are copies of the main one: nothing is known about them.
        let (unknown, known): (BTreeMap<_, _>, BTreeMap<_, _>) =
            lists.into_iter().partition(|(region, list)| region != MAIN && *list == main);
        if known.len() > 64 {
            return Err("more than 64 regions: the mask of a type needs more bits".into());
        }
        Ok(Self { schemas, known, unknown: unknown.into_keys().collect(), serverless })
    }

    fn mask(&self, name: &str) -> Option<u64> {
        if self.serverless.contains(name) {
            return None;
        }
        let bits = self.known.values().enumerate().map(|(at, list)| u64::from(list.contains(name)) << at);
        Some(bits.sum())
    }
}

/// What `Fn::GetAtt` returns: the list made for it, and read-only properties of types newer than the list.
fn attribute_names(schema: &Value, listed: &Value) -> BTreeSet<String> {
    let listed = listed.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let write_only: BTreeSet<String> = pointers(schema, "writeOnlyProperties").collect();
    // The list has a few entries that cannot be attributes: parts of list items, and what cannot be read back.
    listed
        .chain(pointers(schema, "readOnlyProperties"))
        .filter(|name| !name.contains('*') && !write_only.contains(name))
        .collect()
}

/// A list of pointers with the names written as attribute names are: `Endpoint.Address`.
fn pointers(schema: &Value, keyword: &str) -> impl Iterator<Item = String> {
    let pointers = schema[keyword].as_array().into_iter().flatten().filter_map(Value::as_str);
    pointers.map(|pointer| {
        pointer.trim_start_matches("/properties/").replace("/properties/", ".").replace('/', ".")
    })
}

/// Spells permissions as IAM does and leaves out those that are no actions.
fn filter_permissions(schema: &mut Value, iam: &IamFacts, report: &mut Report) {
    let mut filter = |permissions: Option<&mut Value>| {
        let Some(permissions) = permissions else { return };
        let mut known = BTreeSet::new();
        for permission in permissions.as_array().into_iter().flatten().filter_map(Value::as_str) {
            match iam.spelled(permission.trim()) {
                Some(spelled) => {
                    known.insert(spelled);
                }
                None => report.note(UNKNOWN_PERMISSIONS, permission),
            }
        }
        *permissions = json!(known);
    };
    if let Some(handlers) = schema.get_mut("handlers").and_then(Value::as_object_mut) {
        for handler in handlers.values_mut() {
            filter(handler.get_mut("permissions"));
        }
    }
    filter(schema.get_mut("tagging").and_then(|tagging| tagging.get_mut("permissions")));
}

/// Some schemas put conditions on the properties of a list that are meant for those of its items. They are moved there,
/// unless the items have the condition already.
pub fn settle_items(value: &mut Value, name: &str, report: &mut Report) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| settle_items(item, name, report)),
        Value::Object(members) => {
            members.values_mut().for_each(|member| settle_items(member, name, report));
            let is_list = members.get("type").is_some_and(|kind| kind == "array");
            if !is_list || !members.get("properties").is_some_and(Value::is_object) {
                return;
            }
            report.note("lists with properties", name);
            let stray = members.remove("properties");
            let own = members.get_mut("items").and_then(|items| items.get_mut("properties"));
            let Some(own) = own.and_then(Value::as_object_mut) else { return };
            for (property, conditions) in stray.as_ref().and_then(Value::as_object).into_iter().flatten() {
                let Some(own) = own.get_mut(property).and_then(Value::as_object_mut) else { continue };
                for (keyword, condition) in conditions.as_object().into_iter().flatten() {
                    own.entry(keyword.clone()).or_insert_with(|| condition.clone());
                }
            }
        }
        _ => {}
    }
}

fn apply_types(types: &mut BTreeMap<String, Value>, overlay: &Overlay, iam: &IamFacts) -> Outcome {
    for entry in &overlay.types {
        let name = &entry.name;
        let Some(schema) = types.get_mut(name) else {
            return Err(format!("overlay: there is no type {name}").into());
        };
        for (handler, permissions) in entry.handlers.iter().flatten() {
            if schema["handlers"].get(handler).is_some() {
                return Err(format!("overlay: {name} has a {handler} handler of its own now").into());
            }
            for permission in permissions {
                if iam.spelled(permission).as_ref() != Some(permission) {
                    return Err(format!("overlay: {name}: {permission} is no IAM action").into());
                }
            }
            schema["handlers"][handler]["permissions"] = json!(permissions);
        }
        let facts = &mut schema["x-facts"];
        let mut set = |key: &str, value: Value| {
            if !value.is_null() {
                facts[key] = value;
            }
        };
        set("stateful", json!(entry.stateful));
        set("refParts", json!(entry.ref_parts));
        set("creationPolicy", json!(entry.creation_policy));
        set("arnTemplate", json!(entry.arn_template));
        set("iam", json!(entry.iam));
        set("stringAttributes", json!(entry.string_attributes));
    }
    Ok(())
}

fn apply_schemas(types: &mut BTreeMap<String, Value>, overlay: &Overlay) -> Outcome {
    for entry in &overlay.schema {
        let property = at(types, &entry.place)?;
        let place = references::describe(&entry.place);
        for keyword in &entry.remove {
            if property.as_object_mut().and_then(|members| members.remove(keyword)).is_none() {
                return Err(format!("overlay: {place} has no `{keyword}` any more").into());
            }
        }
        for (keyword, value) in &entry.set {
            if property.get(keyword).is_some() {
                return Err(format!("overlay: {place} has `{keyword}` of its own now").into());
            }
            property[keyword] = serde_json::to_value(value)?;
        }
    }
    Ok(())
}

fn apply_policies(types: &mut BTreeMap<String, Value>, overlay: &Overlay) -> Outcome {
    for entry in &overlay.policy {
        at(types, &entry.place)?["x-policy"] = json!(entry.kind);
    }
    Ok(())
}

fn at<'a>(types: &'a mut BTreeMap<String, Value>, place: &super::overlay::Place) -> Outcome<&'a mut Value> {
    types
        .get_mut(&place.resource_type)
        .and_then(|schema| references::property(schema, place))
        .ok_or_else(|| format!("overlay: there is no property {}", references::describe(place)).into())
}

/// The quoted strings of the list that follows `marker` in a Python file.
pub fn strings_after(source: &str, marker: &str) -> Outcome<BTreeSet<String>> {
    let list = source
        .split_once(&format!("{marker} = "))
        .and_then(|(_, rest)| rest.split_once(']'))
        .map(|(list, _)| list)
        .ok_or_else(|| format!("there is no list `{marker}` any more"))?;
    Ok(list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

/// The keys of `UpdatePolicy` by type.
fn update_policies(lint: &Package) -> Outcome<BTreeMap<String, Vec<String>>> {
    let schema = lint.json("cfnlint/data/schemas/other/resources/update_policy.json")?;
    let mut result = BTreeMap::new();
    for alternative in schema["allOf"].as_array().into_iter().flatten() {
        let Some(target) = alternative["then"]["properties"]["UpdatePolicy"]["$ref"].as_str() else {
            continue;
        };
        let definition = schema.pointer(target.trim_start_matches('#')).unwrap_or(&Value::Null);
        let keys: BTreeSet<String> =
            definition["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
        let of = &alternative["if"]["properties"]["Type"];
        let named = of["enum"].as_array().into_iter().flatten().chain(of.get("const"));
        for name in named.filter_map(Value::as_str) {
            result.insert(name.to_owned(), keys.iter().cloned().collect());
        }
    }
    if result.is_empty() {
        return Err("cfn-lint says no more which types have an UpdatePolicy".into());
    }
    Ok(result)
}

fn runtimes(lint: &Package) -> Outcome<Vec<LambdaRuntime>> {
    fn keep(value: &Value) -> Option<&'static str> {
        value.as_str().map(|text| &*Box::leak(text.to_owned().into_boxed_str()))
    }
    let table = lint.json("cfnlint/data/AdditionalSpecs/LmbdRuntimeLifecycle.json")?;
    let mut runtimes: Vec<LambdaRuntime> = table
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, facts)| LambdaRuntime {
            name: keep(&json!(name)).unwrap_or_default(),
            deprecated: keep(&facts["deprecated"]),
            create_blocked: keep(&facts["create-block"]),
            update_blocked: keep(&facts["update-block"]),
            successor: keep(&facts["successor"]),
        })
        .collect();
    runtimes.sort_by_key(|runtime| runtime.name);
    Ok(runtimes)
}
