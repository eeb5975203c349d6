//! Resources that wait for each other, and resources that are told to wait without need.

use ci_base::{Code, Diagnostic};
use ci_graph::{Cycle, Origin, Resource, ResourceId, Stack, cycles, references};

use crate::value::short_path;

/// How the owner of an edge can be freed of it, by the owner's type.
const SPLITS: [(&str, &str); 9] = [
    (
        "AWS::EC2::SecurityGroup",
        "move the rule to an `AWS::EC2::SecurityGroupIngress` or `…Egress` of its own",
    ),
    ("AWS::S3::Bucket", "name the bucket, and write its name where the other resource reads it"),
    (
        "AWS::KMS::Key",
        "let the roles' own policies grant use of the key, and only the account in the key's policy",
    ),
    ("AWS::IAM::Role", "move the statement to an `AWS::IAM::Policy` of its own"),
    ("AWS::SQS::Queue", "move the policy to an `AWS::SQS::QueuePolicy`"),
    ("AWS::SNS::Topic", "move the subscription to an `AWS::SNS::Subscription` of its own"),
    ("AWS::Lambda::Function", "move the value to a parameter that the function reads when it runs"),
    ("AWS::ApiGateway::RestApi", "move the method to an `AWS::ApiGateway::Method` of its own"),
    ("AWS::EC2::Instance", "attach it with a resource of its own"),
];

/// Reports cycles and redundant `depends_on`.
pub(crate) fn check(stack: &Stack, findings: &mut Vec<Diagnostic<Origin>>) {
    let cycles = cycles(stack);
    findings.extend(cycles.iter().filter_map(|cycle| report(stack, cycle)));
    for resource in stack.resources.iter().filter(|resource| !resource.depends_on.is_empty()) {
        let reads = references(resource);
        let read = |target: &ResourceId| reads.iter().find(|reference| reference.target == *target);
        // An instance stands for all its resources: only where every one of them is read is the word superfluous.
        if resource.depends_on.iter().all(|target| read(target).is_some()) {
            for target in &resource.depends_on {
                if let Some(reference) = read(target) {
                    findings.push(redundant(stack, resource, *target, reference.origin));
                }
            }
        }
    }
}

fn name(stack: &Stack, id: ResourceId) -> &str {
    short_path(&stack.resource(id).path)
}

fn report(stack: &Stack, cycle: &Cycle) -> Option<Diagnostic<Origin>> {
    // The serverless transform turns such a resource into several, which need not wait for each other.
    if cycle.steps.iter().any(|(id, _)| stack.resource(*id).schema.is_sam()) {
        return None;
    }
    let (first, reference) = cycle.steps.first()?;
    let chain: Vec<String> = cycle.steps.iter().map(|(id, _)| format!("`{}`", name(stack, *id))).collect();
    let message = match chain.as_slice() {
        [one] => format!("{one} needs itself"),
        [one, rest @ ..] => format!("{one} needs {}, which needs {one}", rest.join(", which needs ")),
        [] => return None,
    };
    let read = |reference: &ci_graph::Reference, by: ResourceId| {
        format!("`{}` needs `{}` here", name(stack, by), name(stack, reference.target))
    };
    let mut finding =
        Diagnostic::new(Code::DependencyCycle, reference.origin, message).label(read(reference, *first));
    for (by, reference) in &cycle.steps[1..] {
        finding = finding.also(reference.origin, read(reference, *by));
    }
    finding =
        finding.note("CloudFormation makes a resource after those it needs, so none of these could be first");
    let split = cycle.steps.iter().find_map(|(by, _)| {
        let resource = stack.resource(*by);
        let (_, advice) = SPLITS.iter().find(|(owner, _)| *owner == resource.schema.name())?;
        Some(format!("`{}`: {advice}", short_path(&resource.path)))
    });
    Some(match split {
        Some(advice) => finding.help(advice),
        None => finding.help("take one of these reads out, for example by giving a resource a known name"),
    })
}

fn redundant(stack: &Stack, resource: &Resource, target: ResourceId, read: Origin) -> Diagnostic<Origin> {
    let target = name(stack, target);
    let message = format!("`{}` waits for `{target}` already", short_path(&resource.path));
    Diagnostic::new(Code::RedundantDependsOn, resource.origin, message)
        .also(read, format!("it reads `{target}` here"))
        .help(format!("take `{target}` out of `depends_on`"))
}
