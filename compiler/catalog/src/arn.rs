//! How ARNs are made: the parts of their templates, and the partitions of regions.
//!
//! Must not know: which resource type or action a template is of.

/// A part of the template of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArnPart<'a> {
    /// What all ARNs of the template have.
    Text(&'a str),
    /// What differs between them, by name: `QueueName` of `${QueueName}`.
    Variable(&'a str),
}

/// The parts of a template, in order; no text is empty.
///
/// ```
/// # use ci_catalog::{ArnPart, arn_parts};
/// let parts: Vec<_> = arn_parts("arn:${Partition}:s3:::${BucketName}").collect();
/// assert_eq!(parts[..2], [ArnPart::Text("arn:"), ArnPart::Variable("Partition")]);
/// assert_eq!(parts[2..], [ArnPart::Text(":s3:::"), ArnPart::Variable("BucketName")]);
/// ```
pub fn arn_parts(template: &str) -> impl Iterator<Item = ArnPart<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if let Some((name, after)) = rest.strip_prefix("${").and_then(|after| after.split_once('}')) {
            rest = after;
            return Some(ArnPart::Variable(name));
        }
        // What nothing closes is text.
        let begin = rest.char_indices().nth(1).map_or(rest.len(), |(second, _)| second);
        let end = rest[begin..].find("${").map_or(rest.len(), |at| begin + at);
        let (text, after) = rest.split_at(end);
        rest = after;
        (!text.is_empty()).then_some(ArnPart::Text(text))
    })
}

/// The partition that a region lies in: `aws` of `eu-west-1`.
pub fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ if region.starts_with("us-isob-") => "aws-iso-b",
        _ if region.starts_with("us-iso") => "aws-iso",
        _ if region.starts_with("eu-isoe-") => "aws-iso-e",
        _ if region.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    }
}
