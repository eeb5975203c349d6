//! What resources are called.

use std::collections::BTreeMap;

use ci_access::program::Place;
use ci_graph::{Condition, DeletionPolicy, Late, Located, Pseudo, Resource, ResourceId, Stack, Value};

use super::{Names, fair, is_kept};
use crate::tests::{attribute, reference, resource, stack, text};

fn arns_of(stack: &Stack, at: u32) -> Vec<String> {
    let stacks = [stack];
    let parameters = BTreeMap::new();
    let names = Names { stacks: &stacks, account: Some("111122223333".into()), parameters: &parameters };
    let place = Place { stack: 0, resource: ResourceId(at) };
    names.own_arns(place).iter().map(|arn| arn.parts.to_string()).collect()
}

fn arns(resource: Resource) -> Vec<String> {
    arns_of(&stack("shop-dev-orders", vec![resource]), 0)
}

#[test]
fn names_that_nobody_gives_are_made_as_cloudformation_makes_them() {
    let of = |name: &str| arns(resource("Jobs", name, Vec::new())).join(" ");
    assert_eq!(of("AWS::SQS::Queue"), "arn:aws:sqs:eu-west-1:111122223333:shop-dev-orders-Jobs-*");
    assert_eq!(of("AWS::S3::Bucket"), "arn:aws:s3:::shop-dev-orders-jobs-*");
    assert_eq!(of("AWS::IAM::Role"), "arn:aws:iam::111122223333:role/shop-dev-orders-Jobs-*");
    assert_eq!(
        of("AWS::SecretsManager::Secret"),
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:Jobs-*"
    );
    assert_eq!(of("AWS::SSM::Parameter"), "arn:aws:ssm:eu-west-1:111122223333:parameter/CFN-Jobs-*");
    // Nobody has looked how this one is named.
    assert_eq!(
        of("AWS::Scheduler::ScheduleGroup"),
        "arn:aws:scheduler:eu-west-1:111122223333:schedule-group/shop-dev-orders-Jobs-* \
         arn:aws:scheduler:eu-west-1:111122223333:schedule-group/Jobs-*"
    );
    assert_eq!(of("AWS::EC2::VPC"), "arn:aws:ec2:eu-west-1:111122223333:vpc/*");
}

#[test]
fn names_that_are_given_stand_in_the_arn_as_the_service_has_them() {
    let of = |name: &str, properties| arns(resource("Jobs", name, properties)).join(" ");
    assert_eq!(
        of("AWS::SQS::Queue", vec![("QueueName", text("jobs.fifo"))]),
        "arn:aws:sqs:eu-west-1:111122223333:jobs.fifo"
    );
    assert_eq!(
        of("AWS::IAM::Role", vec![("RoleName", text("runner")), ("Path", text("/team/"))]),
        "arn:aws:iam::111122223333:role/team/runner"
    );
    assert_eq!(
        of("AWS::SSM::Parameter", vec![("Name", text("/shop/key"))]),
        "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/key"
    );
    assert_eq!(
        of("AWS::SecretsManager::Secret", vec![("Name", text("shop/key"))]),
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/key-??????"
    );
    assert_eq!(
        of("AWS::Logs::LogGroup", vec![("LogGroupName", text("/shop"))]),
        "arn:aws:logs:eu-west-1:111122223333:log-group:/shop arn:aws:logs:eu-west-1:111122223333:log-group:/shop:*"
    );
}

#[test]
fn names_that_are_computed_are_followed() {
    let concat = |parts: Vec<Value>| Value::late(Late::Concat(parts));
    let function = resource("Api", "AWS::Lambda::Function", Vec::new());
    let of = |value: Value| {
        let group = resource("Logs", "AWS::Logs::LogGroup", vec![("LogGroupName", value)]);
        arns_of(&stack("shop-dev-orders", vec![function.clone(), group]), 1).remove(0)
    };
    let group = "arn:aws:logs:eu-west-1:111122223333:log-group:";
    assert_eq!(
        of(concat(vec![text("/aws/lambda/"), reference(0)])),
        format!("{group}/aws/lambda/shop-dev-orders-Api-*")
    );
    assert_eq!(
        of(concat(vec![Value::late(Late::Pseudo(Pseudo::StackName)), text("/logs")])),
        format!("{group}shop-dev-orders/logs")
    );
    assert_eq!(
        of(concat(vec![text("of-"), Value::late(Late::Pseudo(Pseudo::AccountId))])),
        format!("{group}of-111122223333")
    );
    // An attribute that is no name is anything.
    assert_eq!(
        of(concat(vec![text("v/"), attribute(0, "SnapStartResponse.ApplyOn")])),
        format!("{group}v/*")
    );
}

#[test]
fn what_only_the_deployment_decides_is_all_that_it_may_become() {
    let origin = stack("s", Vec::new()).origin;
    let located = |value| Located { value, origin };
    let stage = Value::late(Late::Pseudo(Pseudo::StackName));
    let choice = Value::late(Late::If {
        condition: std::sync::Arc::new(Condition::Equals(stage, text("x"))),
        then: located(text("jobs")),
        otherwise: located(Value::Absent),
    });
    assert_eq!(
        arns(resource("Jobs", "AWS::SQS::Queue", vec![("QueueName", choice)])),
        [
            "arn:aws:sqs:eu-west-1:111122223333:jobs",
            "arn:aws:sqs:eu-west-1:111122223333:shop-dev-orders-Jobs-*"
        ]
    );
    let absent = arns(resource("Jobs", "AWS::SQS::Queue", vec![("QueueName", Value::Absent)]));
    assert_eq!(absent, ["arn:aws:sqs:eu-west-1:111122223333:shop-dev-orders-Jobs-*"]);
}

#[test]
fn names_that_are_too_long_are_cut_before_anything_uncertain() {
    let long = "a-very-long-name-of-a-stack-that-leaves-no-room-for-anything";
    let of = |stack_name: &str, id: &str, name: &str| {
        arns_of(&stack(stack_name, vec![resource(id, name, Vec::new())]), 0).remove(0)
    };
    let bucket = of(long, "Data", "AWS::S3::Bucket");
    assert_eq!(bucket, "arn:aws:s3:::a-very-long-name-of-a-stack-that-leaves-no-r*");
    let id = "QueueWithALogicalIdThatIsLongerThanAnyoneWouldEverWantToReadAloud";
    assert_eq!(
        of("shop", id, "AWS::SQS::Queue"),
        "arn:aws:sqs:eu-west-1:111122223333:shop-QueueWithALogicalIdThatIsLongerThanAnyoneWouldEverWantToReadA*"
    );
    assert_eq!(
        of("shop-dev", "Front", "AWS::ElasticLoadBalancingV2::TargetGroup").split('/').nth(1),
        Some("shop-*")
    );
    for (free, first, second) in [(10, 3, 20), (10, 20, 3), (10, 20, 20), (11, 20, 20), (40, 3, 4)] {
        let (one, other) = fair(free, first, second);
        assert!(one + other <= free && one <= first && other <= second, "{free} {first} {second}");
        // More room never makes a part shorter: what is cut is a beginning of every longer cut.
        let (more, others) = fair(free + 1, first, second);
        assert!(more >= one && others >= other, "{free} {first} {second}");
    }
}

#[test]
fn partitions_are_those_of_regions() {
    let of = |region: Option<&str>| {
        let mut stack = stack("s", vec![resource("Data", "AWS::S3::Bucket", Vec::new())]);
        stack.region = region.map(Into::into);
        arns_of(&stack, 0).remove(0).split(':').nth(1).map(str::to_owned)
    };
    assert_eq!(of(Some("cn-north-1")).as_deref(), Some("aws-cn"));
    assert_eq!(of(Some("us-gov-west-1")).as_deref(), Some("aws-us-gov"));
    assert_eq!(of(Some("eu-west-1")).as_deref(), Some("aws"));
    // A pseudo parameter has colons of its own.
    assert_eq!(of(None).as_deref(), Some("{AWS"));
    assert!(is_kept(Some(DeletionPolicy::Retain)) && !is_kept(Some(DeletionPolicy::Snapshot)));
}
