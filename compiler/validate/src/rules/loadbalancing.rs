//! Elastic Load Balancing.

use ci_graph::{Located, Resource};

use super::Rules;
use crate::view::{Fields, broken, target_as};

pub(super) fn listener_rule(rules: &mut Rules<'_>, resource: &Resource) {
    for action in resource.items("Actions") {
        let weighted =
            action.at(&["ForwardConfig", "TargetGroups"]).map(|list| crate::view::items(&list.value));
        let groups = weighted.unwrap_or_default().iter().filter_map(|group| group.field("TargetGroupArn"));
        for arn in action.field("TargetGroupArn").into_iter().chain(groups) {
            check(rules, arn);
        }
    }
}

fn check(rules: &mut Rules<'_>, arn: &Located) {
    let group = target_as(rules.stack, &arn.value, "AWS::ElasticLoadBalancingV2::TargetGroup");
    let Some(protocol) = group.and_then(|group| group.field("Protocol")) else { return };
    if protocol.value.as_str() == Some("GENEVE") {
        rules.add(
            broken(
                "geneve-listener-rule",
                arn.origin,
                "a listener rule can't forward to targets that speak GENEVE",
            )
            .also(protocol.origin, "the target group"),
        );
    }
}
