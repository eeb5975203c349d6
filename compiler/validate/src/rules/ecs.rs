//! ECS.

use ci_graph::{Located, Resource, Value};

use super::Rules;
use crate::view::{Fields, broken, target_as, target_of};
use crate::words;

/// Log drivers that work on Fargate.
const FARGATE_DRIVERS: [&str; 3] = ["awslogs", "splunk", "awsfirelens"];

pub(super) fn task_definition(rules: &mut Rules<'_>, resource: &Resource) {
    if resource.text("NetworkMode") != Some("awsvpc") {
        return;
    }
    for mapping in port_mappings(resource) {
        let (Some(host), Some(container)) = (port(mapping, "HostPort"), port(mapping, "ContainerPort"))
        else {
            continue;
        };
        if host != container {
            let at = mapping.field("HostPort").map_or(mapping.origin, |located| located.origin);
            let message = format!("the port of the host is {host}, and that of the container {container}");
            rules.add(
                broken("awsvpc-ports", at, message)
                    .note("in the network mode `awsvpc` a task has an address of its own, and its ports are not mapped")
                    .help("take `HostPort` out"),
            );
        }
    }
}

fn port_mappings(task: &Resource) -> impl Iterator<Item = &Located> {
    task.items("ContainerDefinitions").iter().flat_map(|container| container.items("PortMappings"))
}

/// A port as it is written, number or text.
fn port(mapping: &impl Fields, name: &str) -> Option<String> {
    match &mapping.field(name)?.value {
        Value::Int(port) => Some(port.to_string()),
        Value::String(port) => Some(port.to_string()),
        _ => None,
    }
}

pub(super) fn service(rules: &mut Rules<'_>, resource: &Resource) {
    let Some(task) = target_of(rules.stack, resource, "TaskDefinition", "AWS::ECS::TaskDefinition") else {
        return;
    };
    let read = resource.field("TaskDefinition").map_or(resource.origin, |located| located.origin);
    if task.text("NetworkMode") == Some("awsvpc") && resource.lacks("NetworkConfiguration") {
        rules.add(
            broken(
                "service-network",
                resource.origin,
                "a service whose task has the network mode `awsvpc` needs `NetworkConfiguration`",
            )
            .also(read, "the task")
            .help("say in which subnets its tasks run"),
        );
    }
    dynamic_ports(rules, resource, task);
    if resource.text("LaunchType") != Some("FARGATE") {
        return;
    }
    let kinds = task.field("RequiresCompatibilities");
    let other_mode = match task.field("NetworkMode") {
        None => true,
        Some(mode) => mode.value.as_str().is_some_and(|mode| mode != "awsvpc"),
    };
    let for_fargate = match kinds.map(|located| &located.value) {
        None => false,
        Some(Value::List(items)) => {
            items.iter().any(|item| item.value.as_str().is_none_or(|kind| kind == "FARGATE"))
        }
        Some(_) => true,
    };
    if !for_fargate && other_mode {
        let at = kinds.map_or(task.origin, |located| located.origin);
        rules.add(
            broken(
                "fargate-compatibility",
                at,
                "a task that runs on Fargate must say so in `RequiresCompatibilities`",
            )
            .also(read, "the service runs it on Fargate"),
        );
    }
    for container in task.items("ContainerDefinitions") {
        let Some(driver) = container.at(&["LogConfiguration", "LogDriver"]) else { continue };
        if let Some(name) = driver.value.as_str().filter(|name| !FARGATE_DRIVERS.contains(name)) {
            let message = format!("the log driver {} does not exist on Fargate", words::quote(name));
            rules.add(
                broken("fargate-log-driver", driver.origin, message)
                    .also(read, "the service runs the task on Fargate")
                    .help(format!("allowed: {}", words::choices(&FARGATE_DRIVERS))),
            );
        }
    }
}

/// A port that the host chooses can only be checked where the traffic goes.
fn dynamic_ports(rules: &mut Rules<'_>, service: &Resource, task: &Resource) {
    for balancer in service.items("LoadBalancers") {
        let (Some(name), Some(container_port)) =
            (balancer.text("ContainerName"), port(balancer, "ContainerPort"))
        else {
            continue;
        };
        let group = balancer.field("TargetGroupArn");
        let group = group
            .and_then(|arn| target_as(rules.stack, &arn.value, "AWS::ElasticLoadBalancingV2::TargetGroup"));
        let Some(group) = group else { continue };
        let container = task.items("ContainerDefinitions").iter().find(|one| one.text("Name") == Some(name));
        let mappings = container.map(|container| container.items("PortMappings")).unwrap_or_default();
        let dynamic = mappings.iter().find(|mapping| {
            port(*mapping, "ContainerPort").as_ref() == Some(&container_port)
                && port(*mapping, "HostPort").as_deref() == Some("0")
        });
        let Some(mapping) = dynamic else { continue };
        let (wrong, at) = match group.field("HealthCheckPort") {
            None => (true, group.origin),
            Some(located) => {
                (located.value.as_str().is_some_and(|port| port != "traffic-port"), located.origin)
            }
        };
        if wrong {
            rules.add(
                broken("dynamic-port-health", at, "the health of a container on a port that the host chooses is checked on the traffic port")
                    .also(mapping.origin, "the host chooses the port")
                    .help("write `HealthCheckPort: \"traffic-port\"`"),
            );
        }
    }
}
