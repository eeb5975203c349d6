//! EC2 instances and launch templates.

use ci_graph::{Located, Resource};

use super::Rules;
use super::apigateway::differ;
use crate::value::{Presence, presence};
use crate::view::{Fields, broken, target_as};

pub(super) fn instance(rules: &mut Rules<'_>, resource: &Resource) {
    if matches!(presence(&resource.properties, "ImageId"), Presence::Always | Presence::Unknown) {
        return;
    }
    let named = resource.at(&["LaunchTemplate", "LaunchTemplateId"]);
    let named = named.or_else(|| resource.at(&["LaunchTemplate", "LaunchTemplateName"]));
    let finding = match named {
        // A template that is chosen by a condition, or made elsewhere.
        None if resource.field("LaunchTemplate").is_some() => return,
        None => broken("instance-image", resource.origin, "an instance needs `ImageId`")
            .help("give it here, or in a launch template"),
        Some(named) => {
            let Some(template) = target_as(rules.stack, &named.value, "AWS::EC2::LaunchTemplate") else {
                return;
            };
            let Some(data) = template.field("LaunchTemplateData") else { return };
            if !crate::view::is_known(&data.value) || data.field("ImageId").is_some() {
                return;
            }
            broken(
                "instance-image",
                resource.origin,
                "an instance needs `ImageId`, and its launch template has none",
            )
            .also(data.origin, "the launch template")
        }
    };
    rules.add(finding);
}

/// What a launch template names lies in one VPC.
pub(super) fn launch_template(rules: &mut Rules<'_>, resource: &Resource) {
    let Some(data) = resource.field("LaunchTemplateData") else { return };
    let stack = rules.stack;
    let vpc = |value: &Located, kind: &str| {
        target_as(stack, &value.value, kind).and_then(|found| found.field("VpcId"))
    };
    let groups = data.items("SecurityGroupIds").iter();
    let groups: Vec<(&Located, &Located)> =
        groups.filter_map(|id| Some((id, vpc(id, "AWS::EC2::SecurityGroup")?))).collect();
    let subnets = data.items("NetworkInterfaces").iter().filter_map(|interface| interface.field("SubnetId"));
    for subnet in subnets {
        let Some(subnet_vpc) = vpc(subnet, "AWS::EC2::Subnet") else { continue };
        for (group, group_vpc) in groups.iter().filter(|(_, group_vpc)| differ(group_vpc, subnet_vpc)) {
            rules.findings.push(
                broken(
                    "template-vpc",
                    group.origin,
                    "this security group and the subnet are in different VPCs",
                )
                .also(subnet.origin, "the subnet")
                .also(group_vpc.origin, "the VPC of the security group"),
            );
        }
    }
}
