//! cfn-lint's extension schemas: what it knows about resource types beyond their schemas.
//!
//! The schemas are JSON, but where they apply is said by the Python classes that use them; those are regular enough to be
//! read as text. What becomes of a schema, a rule or a table, its readers decide.

use fancy_regex::Regex;
use serde_json::Value;

use super::Outcome;
use super::fetch::Packages;

/// Longer schemas are tables.
const MAX_BYTES: usize = 40_000;

/// An extension schema and where it applies.
pub struct Extension {
    /// cfn-lint's number of the rule.
    pub id: String,
    /// The file of the schema without its ending: `aws_ec2_instance/instancetype_enum`.
    pub name: String,
    /// Whether there is a schema for each region, by its name.
    pub regional: bool,
    /// Whether it is a list of values, and not a condition.
    pub is_table: bool,
    /// The schema.
    pub schema: Value,
    /// The resource types and pointers it applies to.
    pub places: Vec<(String, String)>,
}

/// All extension schemas, in the order of the files that use them.
pub fn read(packages: &Packages) -> Outcome<Vec<Extension>> {
    let package = packages.newest("cfn-lint")?;
    let schema = Regex::new(
        r#"SchemaDetails\(\s*(?:module=)?cfnlint\.data\.schemas\.extensions\.(\w+),\s*(?:filename=)?"([^"]+)\.json""#,
    )?;
    let keywords = Regex::new(r"keywords=\[([^\]]*)\]")?;
    let path = Regex::new(r#""Resources/([^/"]+)/Properties/?([^"]*)""#)?;
    let id = Regex::new(r#"\bid = "(\w+)""#)?;

    let mut extensions = Vec::new();
    for source in package.list("cfnlint/rules/", ".py") {
        let text = package.text(source)?;
        let (Some(schema), Some(keywords), Some(id)) =
            (schema.captures(text)?, keywords.captures(text)?, id.captures(text)?)
        else {
            continue;
        };
        let name = format!("{}/{}", &schema[1], &schema[2]);
        let bytes = package.bytes(&format!("cfnlint/data/schemas/extensions/{name}.json"))?;
        let regional = text.contains("CfnLintJsonSchemaRegional");
        let mut places = Vec::new();
        for found in path.captures_iter(&keywords[1]) {
            let found = found?;
            places.push((found[1].to_owned(), found[2].to_owned()));
        }
        extensions.push(Extension {
            id: id[1].to_owned(),
            name,
            regional,
            is_table: regional || bytes.len() > MAX_BYTES,
            schema: serde_json::from_slice(bytes)?,
            places,
        });
    }
    Ok(extensions)
}
