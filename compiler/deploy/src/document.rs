//! Policies as documents for people to read: indented, elements in the usual order, keys as AWS spells them.
//!
//! Must not know: how policies came to be, files.

use std::collections::BTreeMap;

use ci_access::{Policy, Symbol, json};
use ci_catalog::iam;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A document with its elements in the order that people expect.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Written {
    pub version: String,
    pub statement: Vec<WrittenStatement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WrittenStatement {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    pub effect: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_action: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_resource: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<BTreeMap<String, BTreeMap<String, Value>>>,
}

/// The document of a policy, indented. What only the deployment knows is `*`.
pub fn document(policy: &Policy) -> String {
    let written = write(policy, |_| "*".to_owned());
    let text = serde_json::to_string_pretty(&written).unwrap_or_default();
    format!("{text}\n")
}

/// The document of a policy, with a text for each symbol.
pub(crate) fn write(policy: &Policy, text_of: impl Fn(&Symbol) -> String) -> Option<Written> {
    let mut written: Written = serde_json::from_str(&json(policy, text_of)).ok()?;
    for condition in written.statement.iter_mut().filter_map(|statement| statement.condition.as_mut()) {
        for of_operator in condition.values_mut() {
            let spelled = std::mem::take(of_operator)
                .into_iter()
                .map(|(key, value)| (iam::condition_key(&key).map_or(key, str::to_owned), value));
            *of_operator = spelled.collect();
        }
    }
    Some(written)
}
