//! The two spellings of a resource type: CloudFormation's `AWS::DynamoDB::Table`, and the path `aws::dynamodb::Table`
//! that programs import. All but the last segment are in lower case.
//!
//! Must not know: projects.

use ci_catalog::ResourceSchema;

/// The path by which a program names a resource type.
pub fn resource_path(name: &str) -> String {
    match name.rsplit_once("::") {
        Some((service, last)) => format!("{}::{last}", service.to_ascii_lowercase()),
        None => name.to_owned(),
    }
}

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
