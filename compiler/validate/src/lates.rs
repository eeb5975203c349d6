//! Late values wherever they stand: that what they read exists, and that their arguments are ones CloudFormation takes.

use ci_base::{Code, Diagnostic};
use ci_graph::{DynamicReference, Late, Origin, Stack, Value, visit_late};

use crate::value::short_path;
use crate::view::broken;
use crate::words;

/// `Fn::Cidr` makes at most this many ranges.
const MOST_RANGES: i64 = 256;

/// Where a secure parameter of SSM may be used: type and pointer. Everywhere else CloudFormation refuses.
const SECURE: [(&str, &str); 11] = [
    ("AWS::DirectoryService::MicrosoftAD", "Password"),
    ("AWS::DirectoryService::SimpleAD", "Password"),
    ("AWS::ElastiCache::ReplicationGroup", "AuthToken"),
    ("AWS::IAM::User", "LoginProfile/Password"),
    ("AWS::KinesisFirehose::DeliveryStream", "RedshiftDestinationConfiguration/Password"),
    ("AWS::OpsWorks::App", "AppSource/Password"),
    ("AWS::OpsWorks::Stack", "RdsDbInstances/*/DbPassword"),
    ("AWS::OpsWorks::Stack", "CustomCookbooksSource/Password"),
    ("AWS::RDS::DBCluster", "MasterUserPassword"),
    ("AWS::RDS::DBInstance", "MasterUserPassword"),
    ("AWS::Redshift::Cluster", "MasterUserPassword"),
];

/// Checks every late value of a stack.
pub(crate) fn check(stack: &Stack, findings: &mut Vec<Diagnostic<Origin>>) {
    for resource in &stack.resources {
        for entry in &resource.properties {
            visit_late(&entry.value.value, entry.value.origin, &mut |late, at| {
                one(stack, late, at, findings);
                if let Late::Dynamic(DynamicReference::SsmSecure { .. }) = late {
                    findings.extend(secure(resource.schema.name(), &entry.name, at));
                }
            });
        }
        let attributes = [
            (&resource.creation_policy, "a creation policy", false),
            (&resource.update_policy, "an update policy", false),
            (&resource.metadata, "metadata", true),
        ];
        for (value, title, plain) in attributes {
            let Some(value) = value else { continue };
            visit_late(value, resource.origin, &mut |late, at| {
                one(stack, late, at, findings);
                outside(late, at, title, plain, findings);
            });
        }
    }
    for output in &stack.outputs {
        visit_late(&output.value.value, output.value.origin, &mut |late, at| {
            one(stack, late, at, findings);
            outside(late, at, "an output", true, findings);
        });
    }
}

fn one(stack: &Stack, late: &Late, at: Origin, findings: &mut Vec<Diagnostic<Origin>>) {
    match late {
        Late::Attribute(id, name) => {
            let resource = stack.resource(*id);
            if !has_attribute(resource.schema, name) {
                let title = resource.schema.name();
                let message =
                    format!("`{}` (`{title}`) has no attribute `{name}`", short_path(&resource.path));
                let finding = Diagnostic::new(Code::UnknownAttribute, at, message);
                let known = resource.schema.attributes().iter().map(|attribute| attribute.name);
                findings.push(match words::nearest(name, known) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding,
                });
            }
        }
        Late::Select { index, list: Value::List(items) } if *index as usize >= items.len() => {
            let length = words::count(items.len() as u64, "item");
            let message = format!("there is no element {index}: the list has {length}");
            findings.push(
                Diagnostic::new(Code::IndexOutOfBounds, at, message).note("elements are counted from zero"),
            );
        }
        Late::Cidr { count, host_bits, .. } => {
            if !(1..=MOST_RANGES).contains(count) {
                let message =
                    format!("an address range can be divided into 1 to {MOST_RANGES} parts, not {count}");
                findings.push(Diagnostic::new(Code::InvalidArgument, at, message));
            }
            if !(1..=128).contains(host_bits) {
                let message = format!("a part can leave 1 to 128 bits to its hosts, not {host_bits}");
                findings.push(Diagnostic::new(Code::InvalidArgument, at, message));
            }
        }
        _ => {}
    }
}

/// Whether a type has an attribute. Custom resources and nested stacks have whatever they return.
fn has_attribute(schema: &'static ci_catalog::ResourceSchema, name: &str) -> bool {
    let free = schema.name().starts_with("Custom::")
        || schema.is_sam()
        || matches!(schema.name(), "AWS::CloudFormation::CustomResource" | "AWS::CloudFormation::Macro")
        || name.starts_with("Outputs.");
    free || schema.attribute(name).is_some()
        || schema.attributes().iter().any(|known| {
            // Inside an attribute that is a record or a map.
            name.strip_prefix(known.name).is_some_and(|rest| rest.starts_with('.'))
        })
}

/// Secure parameters work in a few properties only.
fn secure(resource_type: &str, property: &str, at: Origin) -> Option<Diagnostic<Origin>> {
    let allowed = SECURE
        .iter()
        .any(|(known, pointer)| *known == resource_type && pointer.split('/').next() == Some(property));
    if allowed {
        return None;
    }
    let message =
        format!("CloudFormation does not read secure parameters for `{property}` of `{resource_type}`");
    let finding = broken("secure-parameter-place", at, message);
    Some(
        finding
            .help("keep the secret in Secrets Manager, or let the program read the parameter when it runs"),
    )
}

/// Outside of properties only plain parameters are looked up, and not everywhere.
fn outside(late: &Late, at: Origin, place: &str, plain: bool, findings: &mut Vec<Diagnostic<Origin>>) {
    let Late::Dynamic(reference) = late else { return };
    let what = match reference {
        DynamicReference::Ssm { .. } if plain => return,
        DynamicReference::Ssm { .. } => "a parameter",
        DynamicReference::SsmSecure { .. } => "a secure parameter",
        DynamicReference::SecretsManager { .. } => "a secret",
    };
    findings.push(broken("dynamic-reference-place", at, format!("{what} can't be read in {place}")));
}
