//! cfn-lint's extension schemas: conditions across several properties.
//!
//! The schemas are JSON, but where they apply is said by the Python classes that use them; those are regular enough to be
//! read as text. Left out are tables by region (instance classes, megabytes of them) and schemas that gather facts from
//! several resources, which no single type's schema can express.

use std::collections::BTreeMap;

use fancy_regex::Regex;
use serde_json::{Value, json};

use super::fetch::Packages;
use super::{Outcome, Report};

/// Longer extension schemas are tables.
const MAX_BYTES: usize = 40_000;

/// Rules by resource type, each `{id, pointer, schema}`.
pub fn read(packages: &Packages, report: &mut Report) -> Outcome<BTreeMap<String, Vec<Value>>> {
    let package = packages.newest("cfn-lint")?;
    let schema = Regex::new(
        r#"SchemaDetails\(\s*(?:module=)?cfnlint\.data\.schemas\.extensions\.(\w+),\s*(?:filename=)?"([^"]+)""#,
    )?;
    let keywords = Regex::new(r"keywords=\[([^\]]*)\]")?;
    let path = Regex::new(r#""Resources/([^/"]+)/Properties/?([^"]*)""#)?;
    let id = Regex::new(r#"\bid = "(\w+)""#)?;

    let mut rules: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for source in package.list("cfnlint/rules/", ".py") {
        let text = package.text(source)?;
        let (Some(schema), Some(keywords), Some(id)) =
            (schema.captures(text)?, keywords.captures(text)?, id.captures(text)?)
        else {
            continue;
        };
        let (id, name) = (&id[1], format!("{}/{}", &schema[1], &schema[2]));
        let bytes = package.bytes(&format!("cfnlint/data/schemas/extensions/{name}"))?;
        if text.contains("CfnLintJsonSchemaRegional") || bytes.len() > MAX_BYTES {
            report.note("extension schemas left out: tables", format!("{id} {name}"));
            continue;
        }
        let schema: Value = serde_json::from_slice(bytes)?;
        if schema.get("cfnGather").is_some() {
            report.note("extension schemas left out: several resources", format!("{id} {name}"));
            continue;
        }
        for found in path.captures_iter(&keywords[1]) {
            let found = found?;
            let rule = json!({ "id": id, "pointer": &found[2], "schema": schema });
            rules.entry(found[1].to_owned()).or_default().push(rule);
        }
    }
    for rules in rules.values_mut() {
        rules.sort_by_key(|rule| (rule["id"].to_string(), rule["pointer"].to_string()));
    }
    Ok(rules)
}
