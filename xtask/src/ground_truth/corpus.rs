//! Records of others' policies.
//!
//! Must not know: our verbs.

use serde::Deserialize;
use serde_json::Value;

/// What someone granted for one use of one resource.
#[derive(Debug, Deserialize)]
pub(super) struct Record {
    /// Its number in the corpus.
    pub id: String,
    #[serde(default)]
    principal_type: Value,
    #[serde(default)]
    target_type: Value,
    /// The actions, perhaps with wildcards.
    #[serde(rename = "expected_actions")]
    pub actions: Vec<String>,
    #[serde(default, rename = "expected_resources")]
    resources: Value,
}

impl Record {
    /// The resource types that take part, `s3::bucket`, in lower case; empty where the record names none.
    pub fn types(&self) -> Vec<String> {
        let named = [&self.principal_type, &self.target_type].into_iter().flat_map(texts);
        named.filter_map(|name| Some(own(&name.strip_prefix("AWS::")?.to_lowercase()))).collect()
    }

    /// Whether the record says which resource it is for.
    pub fn has_target(&self) -> bool {
        texts(&self.target_type).iter().any(|name| name.starts_with("AWS::"))
    }

    /// Whether it grants on every resource.
    pub fn is_star(&self) -> bool {
        texts(&self.resources).iter().any(|resource| resource == "*")
    }
}

/// The records of a file, one a line.
pub(super) fn parse(text: &str) -> Result<Vec<Record>, String> {
    let record = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| format!("line {}: {error}", at + 1))
    };
    text.lines().enumerate().map(record).collect()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// What SAM calls otherwise.
fn own(name: &str) -> String {
    match name {
        "serverless::function" => "lambda::function",
        "serverless::statemachine" => "stepfunctions::statemachine",
        "serverless::simpletable" => "dynamodb::table",
        "serverless::api" => "apigateway::restapi",
        "serverless::httpapi" => "apigatewayv2::api",
        other => other,
    }
    .to_owned()
}
