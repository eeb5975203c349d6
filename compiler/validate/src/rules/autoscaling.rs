//! Auto Scaling.

use ci_graph::{Resource, Value};

use super::Rules;
use crate::view::{Fields, broken, target_of};
use crate::words;

/// A size as it is written: the schema has text, and numbers are common.
fn size(resource: &Resource, name: &str) -> Option<i64> {
    match &resource.field(name)?.value {
        Value::Int(number) => Some(*number),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

pub(super) fn group(rules: &mut Rules<'_>, resource: &Resource) {
    if let (Some(least), Some(most)) = (size(resource, "MinSize"), size(resource, "MaxSize"))
        && most < least
    {
        let at = resource.field("MaxSize").map_or(resource.origin, |located| located.origin);
        let message = format!("the largest size of the group is {most}, and the smallest {least}");
        let smallest = resource.field("MinSize").map_or(resource.origin, |located| located.origin);
        rules.add(broken("group-size", at, message).also(smallest, "the smallest size"));
    }
    if let Some(located) = resource.field("HealthCheckType")
        && let Some(text) = located.value.as_str()
    {
        let kinds: Vec<&str> = text.split(',').map(str::trim).collect();
        if kinds.len() > 1 && kinds.contains(&"EC2") {
            let others: Vec<&str> = kinds.into_iter().filter(|kind| *kind != "EC2").collect();
            let message =
                format!("the health check `EC2` can't be combined with others, found {}", words::quote(text));
            rules.add(
                broken("health-check-kinds", located.origin, message)
                    .note("it is always part of the others")
                    .help(format!("write {}", words::quote(&others.join(",")))),
            );
        }
    }
}

pub(super) fn policy(rules: &mut Rules<'_>, resource: &Resource) {
    if resource.text("PolicyType") != Some("TargetTrackingScaling") {
        return;
    }
    let group =
        target_of(rules.stack, resource, "AutoScalingGroupName", "AWS::AutoScaling::AutoScalingGroup");
    let Some(group) = group else { return };
    if let (Some(least), Some(most)) = (size(group, "MinSize"), size(group, "MaxSize"))
        && least == most
    {
        let at = group.field("MaxSize").map_or(group.origin, |located| located.origin);
        rules.add(
            broken(
                "fixed-size-scaling",
                resource.origin,
                "the group this policy scales always has the same size",
            )
            .also(at, format!("both sizes are {most}")),
        );
    }
}
