//! Resource types by either spelling: CloudFormation's `AWS::DynamoDB::Table`, or the path `aws::dynamodb::Table` that
//! programs import.
//!
//! Must not know: projects.

use ci_catalog::ResourceSchema;

/// The resource type that `text` names, in either spelling and in any case.
pub fn resource_type(text: &str) -> Option<&'static ResourceSchema> {
    let exact = ci_catalog::resource_type(text);
    exact.or_else(|| {
        ci_catalog::resource_types()
            .find(|name| name.eq_ignore_ascii_case(text))
            .and_then(ci_catalog::resource_type)
    })
}

#[cfg(test)]
mod tests;
