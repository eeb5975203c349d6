//! Rules of services that no schema of a single value can say.
//!
//! Two sorts: conditions across properties that the catalog brings along, which get their words in [`catalog`], and
//! functions here, one module for each service. Every rule has a stable name, given in a note of its findings.
//!
//! Must not know: schemas. What is wrong by its shape alone has been reported, so a rule says nothing about values
//! that are not as it expects them.

mod apigateway;
mod autoscaling;
mod backup;
mod catalog;
mod certificates;
mod cloudfront;
mod codepipeline;
mod databases;
mod ec2;
mod ecs;
mod events;
mod lambda;
mod loadbalancing;
mod networks;
mod route53;
mod states;
mod storage;
mod tags;

use ci_base::Diagnostic;
use ci_graph::{Origin, Resource, ResourceId, Stack};
use rustc_hash::FxHashMap;

use crate::policy::audience;

pub(crate) use catalog::explain;

/// Where rules read and report.
struct Rules<'a> {
    stack: &'a Stack,
    /// The resources of the types that rules look up, in the order of the source.
    by_type: FxHashMap<&'static str, Vec<ResourceId>>,
    findings: &'a mut Vec<Diagnostic<Origin>>,
}

impl<'a> Rules<'a> {
    fn add(&mut self, finding: Diagnostic<Origin>) {
        self.findings.push(finding);
    }

    /// The resources of one of the [`LOOKED_UP`] types.
    fn of_type(&self, name: &str) -> impl Iterator<Item = (ResourceId, &'a Resource)> + use<'a> {
        let ids = self.by_type.get(name).cloned().unwrap_or_default();
        let stack = self.stack;
        ids.into_iter().map(move |id| (id, stack.resource(id)))
    }
}

/// The types of which rules compare all resources with each other.
const LOOKED_UP: [&str; 6] = [
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCCidrBlock",
    "AWS::EC2::VPCEndpoint",
    "AWS::Logs::SubscriptionFilter",
];

/// Checks every rule.
pub(crate) fn check(stack: &Stack, findings: &mut Vec<Diagnostic<Origin>>) {
    let mut by_type: FxHashMap<&'static str, Vec<ResourceId>> = FxHashMap::default();
    for (id, resource) in stack.resource_ids() {
        let name = resource.schema.name();
        if LOOKED_UP.contains(&name) {
            by_type.entry(name).or_default().push(id);
        }
    }
    let mut rules = Rules { stack, by_type, findings };
    for resource in &stack.resources {
        one(&mut rules, resource);
    }
    if !rules.by_type.is_empty() {
        networks::check(&mut rules);
        storage::subscription_filters(&mut rules);
    }
}

fn one(rules: &mut Rules<'_>, resource: &Resource) {
    tags::check(rules, resource);
    audience::grants(rules.stack, resource, rules.findings);
    let Some(name) = resource.schema.name().strip_prefix("AWS::") else { return };
    match name {
        "ApiGateway::Method" => apigateway::method(rules, resource),
        "ApiGateway::Stage" => apigateway::stage(rules, resource),
        "AutoScaling::AutoScalingGroup" => autoscaling::group(rules, resource),
        "AutoScaling::ScalingPolicy" => autoscaling::policy(rules, resource),
        "Backup::BackupPlan" => backup::plan(rules, resource),
        "CertificateManager::Certificate" => certificates::certificate(rules, resource),
        "CloudFront::Distribution" => cloudfront::distribution(rules, resource),
        "CodeBuild::Project" => codepipeline::project(rules, resource),
        "CodePipeline::Pipeline" => codepipeline::pipeline(rules, resource),
        "DynamoDB::Table" | "DynamoDB::GlobalTable" => databases::table(rules, resource),
        "EC2::Instance" => ec2::instance(rules, resource),
        "EC2::LaunchTemplate" => ec2::launch_template(rules, resource),
        "ECS::Service" => ecs::service(rules, resource),
        "ECS::TaskDefinition" => ecs::task_definition(rules, resource),
        "ElastiCache::ReplicationGroup" => databases::replication_group(rules, resource),
        "ElasticLoadBalancingV2::ListenerRule" => loadbalancing::listener_rule(rules, resource),
        "Events::Rule" => events::rule(rules, resource),
        "GuardDuty::Detector" => storage::detector(rules, resource),
        "Lambda::EventSourceMapping" => lambda::event_source(rules, resource),
        "Lambda::Function" => lambda::function(rules, resource),
        "Lambda::Permission" => lambda::permission(rules, resource),
        "RDS::DBInstance" => databases::instance(rules, resource),
        "Route53::RecordSet" => route53::record_set(rules, resource),
        "Route53::RecordSetGroup" => route53::group(rules, resource),
        "S3::Bucket" => storage::bucket(rules, resource),
        "SQS::Queue" => storage::queue(rules, resource),
        "StepFunctions::StateMachine" => states::machine(rules, resource),
        "SSM::Document" => states::document(rules, resource),
        _ => {}
    }
}
