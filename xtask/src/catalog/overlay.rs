//! `overlay.toml`: what was corrected or added by hand. Every entry says why, and one that no longer applies is an error,
//! so the file cannot rot.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Outcome, Paths};

/// The file's contents.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    /// What a value of a given format identifies: any of `[type, attribute]`, by format.
    pub format: BTreeMap<String, Format>,
    /// Attribute names in references that sources spell differently from the schemas.
    pub alias: Vec<Alias>,
    /// Attributes of a type that have the same value: whoever takes one takes the others.
    pub same: Vec<Same>,
    /// References no source has.
    pub reference: Vec<Reference>,
    /// Policy documents.
    pub policy: Vec<Policy>,
    /// Enumerations and other conditions the schemas leave out.
    pub schema: Vec<Schema>,
    /// Facts about whole types.
    #[serde(rename = "type")]
    pub types: Vec<Type>,
    /// What handler permissions that are no IAM actions stand for.
    pub permission: Permissions,
    /// Global condition keys the service authorization reference does not list under any service.
    pub condition_keys: Vec<ConditionKeys>,
}

/// Where a property is.
#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The definition that has the property; none for a property of the resource itself.
    pub definition: Option<String>,
    /// The property.
    pub property: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    pub targets: Vec<(String, String)>,
    #[expect(dead_code, reason = "required in the file, read by people")]
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    #[serde(rename = "type")]
    pub resource_type: String,
    pub from: String,
    pub to: String,
    #[expect(dead_code, reason = "required in the file, read by people")]
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Same {
    #[serde(rename = "type")]
    pub resource_type: String,
    pub attributes: Vec<String>,
    #[expect(dead_code, reason = "required in the file, read by people")]
    reason: String,
}

#[derive(Deserialize)]
pub struct Reference {
    #[serde(flatten)]
    pub place: Place,
    /// What other sources say about this property is dropped.
    #[serde(default)]
    pub replaces: bool,
    pub targets: Vec<(String, String)>,
    #[expect(dead_code, reason = "required in the file, read by people")]
    reason: String,
}

#[derive(Deserialize)]
pub struct Policy {
    #[serde(flatten)]
    pub place: Place,
    pub kind: String,
    #[expect(dead_code, reason = "required in the file, read by people")]
    reason: String,
}

#[derive(Deserialize)]
pub struct Schema {
    #[serde(flatten)]
    pub place: Place,
    /// Keywords to take away from the property's schema.
    #[serde(default)]
    pub remove: Vec<String>,
    /// Keywords to set on it.
    pub set: BTreeMap<String, toml::Value>,
    #[expect(dead_code, reason = "required in the file, read by people")]
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Type {
    #[serde(rename = "type")]
    pub name: String,
    pub stateful: Option<bool>,
    pub ref_parts: Option<Vec<String>>,
    pub creation_policy: Option<Vec<String>>,
    pub arn_template: Option<String>,
    pub iam: Option<(String, String)>,
    pub string_attributes: Option<Vec<String>>,
    /// Permissions of handlers the schema does not list, by handler.
    pub handlers: Option<BTreeMap<String, Vec<String>>>,
    #[expect(dead_code, reason = "required in the file, read by people")]
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// IAM action by the name the schemas have.
    pub names: BTreeMap<String, String>,
    #[expect(dead_code, reason = "required in the file, read by people")]
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionKeys {
    /// Key to type of its values.
    pub keys: BTreeMap<String, String>,
    #[expect(dead_code, reason = "required in the file, read by people")]
    reason: String,
}

impl Overlay {
    /// Reads the file.
    pub fn read(paths: &Paths) -> Outcome<Self> {
        Ok(toml::from_str(&std::fs::read_to_string(paths.data.join("overlay.toml"))?)?)
    }
}
