//! API Gateway.

use ci_graph::{Located, Resource};

use super::Rules;
use crate::value::same;
use crate::verdict::Verdict;
use crate::view::{Fields, broken, target, target_of};
use crate::words;

pub(super) fn stage(rules: &mut Rules<'_>, resource: &Resource) {
    let deployment = target_of(rules.stack, resource, "DeploymentId", "AWS::ApiGateway::Deployment");
    if let Some(deployment) = deployment {
        same_api(
            rules,
            resource,
            deployment,
            "stage-deployment",
            "a stage and its deployment belong to the same API",
        );
    }
}

pub(super) fn method(rules: &mut Rules<'_>, resource: &Resource) {
    let authorizer = target_of(rules.stack, resource, "AuthorizerId", "AWS::ApiGateway::Authorizer");
    let Some(authorizer) = authorizer else { return };
    same_api(
        rules,
        resource,
        authorizer,
        "method-authorizer",
        "a method and its authorizer belong to the same API",
    );
    let (Some(wanted), Some(kind)) = (resource.field("AuthorizationType"), authorizer.text("Type")) else {
        return;
    };
    let allowed: &[&str] = match wanted.value.as_str() {
        Some("CUSTOM") => &["TOKEN", "REQUEST"],
        Some("COGNITO_USER_POOLS") => &["COGNITO_USER_POOLS"],
        _ => return,
    };
    if !allowed.contains(&kind) {
        let at = authorizer.field("Type").map_or(authorizer.origin, |located| located.origin);
        let message = format!(
            "the authorizer of this method must be of type {}, found {}",
            words::choices(allowed),
            words::quote(kind)
        );
        rules.add(broken("authorizer-type", wanted.origin, message).also(at, "the authorizer"));
    }
}

fn same_api(rules: &mut Rules<'_>, one: &Resource, other: &Resource, rule: &str, message: &str) {
    let (Some(own), Some(theirs)) = (one.field("RestApiId"), other.field("RestApiId")) else { return };
    if differ(own, theirs) {
        rules.add(broken(rule, own.origin, message).also(theirs.origin, "another API"));
    }
}

/// Whether two values certainly name different things: two resources, or two known texts.
pub(super) fn differ(one: &Located, other: &Located) -> bool {
    match (target(&one.value), target(&other.value)) {
        (Some(one), Some(other)) => one != other,
        _ => same(&one.value, &other.value) == Verdict::No,
    }
}
