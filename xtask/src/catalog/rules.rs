//! Conditions across several properties, from cfn-lint's extension schemas.
//!
//! Left out are tables, which [`super::offers`] reads, and schemas that gather facts from several resources, which no
//! single type's schema can express.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Report;
use super::extension::Extension;

/// Rules by resource type, each `{id, pointer, schema}`.
pub fn read(extensions: &[Extension], report: &mut Report) -> BTreeMap<String, Vec<Value>> {
    let mut rules: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for extension in extensions.iter().filter(|extension| !extension.is_table) {
        let Extension { id, name, schema, places, .. } = extension;
        if schema.get("cfnGather").is_some() {
            report.note("extension schemas left out: several resources", format!("{id} {name}"));
            continue;
        }
        for (of, pointer) in places {
            let rule = json!({ "id": id, "pointer": pointer, "schema": schema });
            rules.entry(of.clone()).or_default().push(rule);
        }
    }
    for rules in rules.values_mut() {
        rules.sort_by_key(|rule| (rule["id"].to_string(), rule["pointer"].to_string()));
    }
    rules
}
