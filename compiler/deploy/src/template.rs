//! Policies as text: documents for people to read, and one CloudFormation template that makes the roles.
//!
//! Must not know: how policies came to be, files.

use std::collections::BTreeMap;

use ci_access::{Policy, Symbol, json};
use ci_catalog::iam;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json as value};

use crate::phase::Phase;
use crate::plan::{Deployment, Kind};

/// A document with its elements in the order that people expect.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    version: String,
    statement: Vec<WrittenStatement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WrittenStatement {
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    effect: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_action: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_resource: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<BTreeMap<String, BTreeMap<String, Value>>>,
}

/// The document of a policy, indented. What only the deployment knows is `*`.
pub fn document(policy: &Policy) -> String {
    let written = write(policy, |_| "*".to_owned());
    let text = serde_json::to_string_pretty(&written).unwrap_or_default();
    format!("{text}\n")
}

fn write(policy: &Policy, text_of: impl Fn(&Symbol) -> String) -> Option<Written> {
    let mut written: Written = serde_json::from_str(&json(policy, text_of)).ok()?;
    let keys = spelled();
    for condition in written.statement.iter_mut().filter_map(|statement| statement.condition.as_mut()) {
        for of_operator in condition.values_mut() {
            let spelled = std::mem::take(of_operator).into_iter().map(|(key, value)| {
                let name = keys.get(key.as_str()).map_or(key.clone(), |known| (*known).to_owned());
                (name, value)
            });
            *of_operator = spelled.collect();
        }
    }
    Some(written)
}

/// How AWS spells the condition keys that policies of this crate have, by their names in lower case.
fn spelled() -> BTreeMap<String, &'static str> {
    let services = ["iam", "cloudformation", "lambda"].into_iter().filter_map(iam::service);
    let keys = services.flat_map(|service| service.condition_keys().iter());
    keys.chain(iam::global_condition_keys()).map(|(key, _)| (key.to_ascii_lowercase(), *key)).collect()
}

/// The CloudFormation template of all roles and policies, as JSON.
pub fn template(deployment: &Deployment, target: &str) -> String {
    let mut resources = Map::new();
    let mut outputs = Map::new();
    if let Some(boundary) = deployment.document(Kind::Boundary) {
        for policy in &boundary.parts {
            let name = deployment.names.of(Kind::Boundary);
            let description = format!("The most that a role of {target} may do.");
            resources.insert("Boundary".to_owned(), managed(&name, &description, policy));
        }
        outputs.insert("BoundaryArn".to_owned(), value!({ "Value": { "Ref": "Boundary" } }));
    }
    for phase in Phase::ALL {
        let kind = Kind::Service(phase);
        let Some(document) = deployment.document(kind) else { continue };
        let pascal = pascal(phase.name());
        let mut policies = Vec::new();
        for (at, policy) in document.parts.iter().enumerate() {
            let id = format!("{pascal}Policy{}", at + 1);
            let name = format!("{}-{}", deployment.names.of(kind), at + 1);
            let description = format!("What CloudFormation needs in the phase {phase} of {target}.");
            resources.insert(id.clone(), managed(&name, &description, policy));
            policies.push(value!({ "Ref": id }));
        }
        let id = format!("{pascal}Role");
        resources.insert(
            id.clone(),
            value!({
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": deployment.names.of(kind),
                    "Description": format!("CloudFormation takes it on in the phase {phase} of {target}."),
                    "AssumeRolePolicyDocument": trust(),
                    "ManagedPolicyArns": policies,
                },
            }),
        );
        outputs.insert(format!("{id}Arn"), value!({ "Value": { "Fn::GetAtt": [id, "Arn"] } }));
    }
    let mut policies = Vec::new();
    for (at, policy) in deployment.document(Kind::Ci).map(|ci| ci.parts.as_slice()).unwrap_or_default().iter().enumerate() {
        let id = format!("CiPolicy{}", at + 1);
        let name = format!("{}-{}", deployment.names.of(Kind::Ci), at + 1);
        let description = format!("Starts deployments of {target}.");
        resources.insert(id.clone(), managed(&name, &description, policy));
        policies.push(value!({ "Ref": id }));
        outputs.insert(format!("{id}Arn"), value!({ "Value": { "Ref": id } }));
    }
    resources.insert(
        "CiRole".to_owned(),
        value!({
            "Type": "AWS::IAM::Role",
            "Condition": "HasCiPrincipal",
            "Properties": {
                "RoleName": deployment.names.of(Kind::Ci),
                "Description": format!("Starts deployments of {target}."),
                "MaxSessionDuration": 3600,
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{
                        "Effect": "Allow",
                        "Principal": { "AWS": { "Ref": "CiPrincipalArn" } },
                        "Action": "sts:AssumeRole",
                    }],
                },
                "ManagedPolicyArns": policies,
            },
        }),
    );
    let template = value!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("The roles that deploy {target}."),
        "Parameters": {
            "CiPrincipalArn": {
                "Type": "String",
                "Default": "",
                "Description": "Who takes on the role that starts deployments. Empty: there is no such role, only its policy.",
            },
        },
        "Conditions": { "HasCiPrincipal": { "Fn::Not": [{ "Fn::Equals": [{ "Ref": "CiPrincipalArn" }, ""] }] } },
        "Resources": resources,
        "Outputs": outputs,
    });
    let indented = format!("{}\n", serde_json::to_string_pretty(&template).unwrap_or_default());
    if indented.len() <= REQUEST_BYTES { indented } else { format!("{template}\n") }
}

/// How long a template may be that is sent with a request. Source: CloudFormation's quotas, "Template body size in a
/// request".
const REQUEST_BYTES: usize = 51_200;

/// Only CloudFormation takes on a service role. It says of no stack that it asks for it, so that who may pass the role
/// decides, and the policy for that names the stacks.
fn trust() -> Value {
    value!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "cloudformation.amazonaws.com" },
            "Action": "sts:AssumeRole",
        }],
    })
}

fn managed(name: &str, description: &str, policy: &Policy) -> Value {
    let written = write(policy, |symbol| format!("${{{}}}", symbol.name));
    let document = written.and_then(|written| serde_json::to_value(written).ok()).unwrap_or_default();
    value!({
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "ManagedPolicyName": name,
            "Description": description,
            "PolicyDocument": substituted(document),
        },
    })
}

/// Texts with something that only the deployment knows are computed by CloudFormation.
fn substituted(document: Value) -> Value {
    match document {
        Value::String(text) if text.contains("${AWS::") => value!({ "Fn::Sub": text }),
        Value::Array(items) => Value::Array(items.into_iter().map(substituted).collect()),
        Value::Object(entries) => {
            Value::Object(entries.into_iter().map(|(key, value)| (key, substituted(value))).collect())
        }
        other => other,
    }
}

fn pascal(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
