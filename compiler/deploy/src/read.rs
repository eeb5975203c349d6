//! Roles that exist, from the JSON that people have of them: policy documents, and what the AWS CLI prints about roles.
//!
//! Must not know: what is needed, files.

use std::collections::BTreeMap;
use std::fmt;

use ci_access::{Actions, Condition, Effect, Resources, Statement};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// What a role may do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Role {
    /// Its name, where the JSON has one.
    pub name: Option<String>,
    /// What its policies say.
    pub statements: Vec<Statement>,
    /// What its boundary says, where it has one.
    pub boundary: Option<Vec<Statement>>,
    /// The account it is in, where the JSON says so.
    pub account: Option<String>,
    /// Policies that it has and the JSON has not, by ARN.
    pub missing: Vec<String>,
}

/// Why JSON is nothing that a role can be read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

const SHAPES: &str = "expected a policy document, a list of them, or what `aws iam get-role-policy`, \
                      `get-policy-version` or `get-account-authorization-details` prints";

/// Reads roles: one without a name where there are only policies, those of an account where it is all of them.
pub fn roles(json: &str) -> Result<Vec<Role>, Unreadable> {
    let value: Value =
        serde_json::from_str(json).map_err(|error| Unreadable(format!("this is no JSON: {error}")))?;
    if let Some(list) = value.get("RoleDetailList") {
        let policies = managed(&value)?;
        return items(list).iter().map(|role| detail(role, &policies)).collect();
    }
    let mut role = Role::default();
    for found in items(&value) {
        documents(found, &mut role)?;
    }
    Ok(vec![role])
}

/// The managed policies of an account by ARN.
fn managed(account: &Value) -> Result<BTreeMap<String, Vec<Statement>>, Unreadable> {
    let mut policies = BTreeMap::new();
    for policy in account.get("Policies").map(items).unwrap_or_default() {
        let Some(arn) = policy["Arn"].as_str() else { continue };
        let versions = items(&policy["PolicyVersionList"]);
        let default = versions.iter().find(|version| version["IsDefaultVersion"] == true);
        if let Some(version) = default {
            policies.insert(arn.to_owned(), statements(&version["Document"])?);
        }
    }
    Ok(policies)
}

fn detail(value: &Value, policies: &BTreeMap<String, Vec<Statement>>) -> Result<Role, Unreadable> {
    let mut role = Role {
        name: value["RoleName"].as_str().map(str::to_owned),
        account: value["Arn"].as_str().and_then(|arn| arn.split(':').nth(4)).map(str::to_owned),
        ..Role::default()
    };
    for inline in items(&value["RolePolicyList"]) {
        role.statements.extend(statements(&inline["PolicyDocument"])?);
    }
    let attached = items(&value["AttachedManagedPolicies"]);
    for arn in attached.iter().filter_map(|attached| attached["PolicyArn"].as_str()) {
        match policies.get(arn) {
            Some(known) => role.statements.extend(known.iter().cloned()),
            None => role.missing.push(arn.to_owned()),
        }
    }
    if let Some(arn) = value["PermissionsBoundary"]["PermissionsBoundaryArn"].as_str() {
        match policies.get(arn) {
            Some(known) => role.boundary = Some(known.clone()),
            None => role.missing.push(arn.to_owned()),
        }
    }
    Ok(role)
}

/// Adds the policies of something that has some.
fn documents(value: &Value, role: &mut Role) -> Result<(), Unreadable> {
    if value.get("Statement").is_some() || value.is_string() {
        role.statements.extend(statements(value)?);
    } else if let Some(document) = value.get("PolicyDocument") {
        role.statements.extend(statements(document)?);
        role.name = role.name.take().or_else(|| value["RoleName"].as_str().map(str::to_owned));
    } else if let Some(version) = value.get("PolicyVersion") {
        role.statements.extend(statements(&version["Document"])?);
    } else if value.get("Role").is_some() {
        return Err(Unreadable(format!(
            "this is what `aws iam get-role` prints, which has no permissions; {SHAPES}"
        )));
    } else {
        return Err(Unreadable(SHAPES.to_owned()));
    }
    Ok(())
}

fn statements(document: &Value) -> Result<Vec<Statement>, Unreadable> {
    if let Some(text) = document.as_str() {
        // IAM's API percent-encodes documents, its command line gives them as they are: those begin with a brace.
        let decoded =
            if text.starts_with('%') { percent_decode_str(text).decode_utf8_lossy() } else { text.into() };
        let inner: Value = serde_json::from_str(&decoded)
            .map_err(|error| Unreadable(format!("a document is no JSON: {error}")))?;
        return if inner.is_string() { Err(Unreadable(SHAPES.to_owned())) } else { statements(&inner) };
    }
    let Some(list) = document.get("Statement") else {
        return Err(Unreadable(format!("a document has no `Statement`; {SHAPES}")));
    };
    items(list).iter().enumerate().map(|(at, found)| statement(at, found)).collect()
}

fn statement(at: usize, value: &Value) -> Result<Statement, Unreadable> {
    let wrong = |what: String| Unreadable(format!("statement {}: {what}", at + 1));
    let Some(fields) = value.as_object() else { return Err(wrong("expected an object".to_owned())) };
    if fields.contains_key("Principal") || fields.contains_key("NotPrincipal") {
        return Err(wrong(
            "it has principals, so it is of the policy of a resource and not of a role".to_owned(),
        ));
    }
    let texts = |name: &str| texts(fields, name).map_err(&wrong);
    let actions = match (texts("Action")?, texts("NotAction")?) {
        (Some(of), None) => Actions::of(of),
        (None, Some(but)) => {
            let Actions::Of(but) = Actions::of(but) else { return Err(wrong(SHAPES.to_owned())) };
            Actions::AllBut(but)
        }
        _ => return Err(wrong("expected either `Action` or `NotAction`".to_owned())),
    };
    let resources = match (texts("Resource")?, texts("NotResource")?) {
        (Some(of), None) => Resources::of(of),
        (None, Some(but)) => {
            let Resources::Of(but) = Resources::of(but) else { return Err(wrong(SHAPES.to_owned())) };
            Resources::AllBut(but)
        }
        _ => return Err(wrong("expected either `Resource` or `NotResource`".to_owned())),
    };
    let mut statement = match value["Effect"].as_str() {
        Some("Allow") => Statement::allow(actions, resources),
        Some("Deny") => Statement::deny(actions, resources),
        _ => return Err(wrong("`Effect` is neither `Allow` nor `Deny`".to_owned())),
    };
    statement.sid = value["Sid"].as_str().map(Into::into);
    for (operator, keys) in fields.get("Condition").and_then(Value::as_object).into_iter().flatten() {
        let Some(keys) = keys.as_object() else {
            return Err(wrong(format!("the condition `{operator}` has no keys")));
        };
        for key in keys.keys() {
            let values = self::texts(keys, key).map_err(&wrong)?.unwrap_or_default();
            let condition =
                Condition::new(operator, key, values).map_err(|unknown| wrong(unknown.to_string()))?;
            statement.conditions.push(condition);
        }
    }
    Ok(statement)
}

/// A text or a list of texts; numbers and truths as IAM reads them.
fn texts(fields: &Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, String> {
    let Some(value) = fields.get(name) else { return Ok(None) };
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(known) => Ok(known.to_string()),
        Value::Number(known) => Ok(known.to_string()),
        _ => Err(format!("`{name}` is neither a text nor a list of texts")),
    };
    items(value).iter().map(text).collect::<Result<_, _>>().map(Some)
}

/// The items of a list; what is none is the only item.
fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        other => std::slice::from_ref(other),
    }
}

/// Whether a statement allows something.
pub(crate) fn allows(statement: &Statement) -> bool {
    statement.effect == Effect::Allow
}

#[cfg(test)]
mod tests;
