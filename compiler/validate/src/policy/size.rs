//! Policies that are longer than IAM or a service takes them, however they are deployed.

use ci_access::SizeLimit;
use ci_access::program::{Unknowns, characters};
use ci_base::{Code, Diagnostic};
use ci_graph::{Located, Origin, Resource, Stack, Value};

/// Documents with a limit of their own: resource type, property, limit.
const DOCUMENTS: [(&str, &str, SizeLimit); 8] = [
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", SizeLimit::MANAGED),
    ("AWS::KMS::Key", "KeyPolicy", SizeLimit::KEY),
    ("AWS::KMS::ReplicaKey", "KeyPolicy", SizeLimit::KEY),
    ("AWS::S3::BucketPolicy", "PolicyDocument", SizeLimit::BUCKET),
    ("AWS::SNS::TopicInlinePolicy", "PolicyDocument", SizeLimit::TOPIC),
    ("AWS::SNS::TopicPolicy", "PolicyDocument", SizeLimit::TOPIC),
    ("AWS::SQS::QueuePolicy", "PolicyDocument", SizeLimit::QUEUE),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", SizeLimit::SECRET),
];

/// Checks the policies of a resource. What only the deployment knows is taken to be short.
pub(crate) fn check(stack: &Stack, resource: &Resource, findings: &mut Vec<Diagnostic<Origin>>) {
    let name = resource.schema.name();
    let inline = match name {
        "AWS::IAM::Role" => SizeLimit::ROLE_INLINE,
        "AWS::IAM::User" => SizeLimit::USER_INLINE,
        "AWS::IAM::Group" => SizeLimit::GROUP_INLINE,
        _ => {
            let Some((_, property, limit)) = DOCUMENTS.iter().find(|(known, ..)| *known == name) else {
                return;
            };
            if let Some(document) = resource.property(property) {
                let size = characters(stack, &document.value, Unknowns::Short);
                report(
                    size,
                    *limit,
                    "this policy has",
                    document,
                    "allow less, or for fewer resources",
                    findings,
                );
            }
            return;
        }
    };
    if let Some(trust) = resource.property("AssumeRolePolicyDocument") {
        let size = characters(stack, &trust.value, Unknowns::Short);
        report(
            size,
            SizeLimit::TRUST,
            "this policy has",
            trust,
            "give some of them a role of their own",
            findings,
        );
    }
    let Some(policies) = resource.property("Policies") else { return };
    let Value::List(items) = &policies.value else { return };
    let documents = items.iter().filter_map(|policy| policy.value.get("PolicyDocument"));
    let size = documents.map(|document| characters(stack, &document.value, Unknowns::Short)).sum();
    let help = if name == "AWS::IAM::Role" {
        "ten managed policies beside it hold no more either: make units with roles of their own of it"
    } else {
        "move statements to managed policies"
    };
    report(size, inline, "together these policies have", policies, help, findings);
}

fn report(
    size: usize,
    limit: SizeLimit,
    what: &str,
    at: &Located,
    help: &str,
    findings: &mut Vec<Diagnostic<Origin>>,
) {
    let most = limit.characters;
    if size <= most {
        return;
    }
    let message = format!("{what} {size} characters, and can have {most}");
    findings.push(
        Diagnostic::new(Code::PolicyTooLong, at.origin, message)
            .note("counted without white space; what only the deployment knows is counted as one")
            .help(help),
    );
}
