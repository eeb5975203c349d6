//! Roles that have more, less, or something that nobody can tell.

use ci_access::{Actions, Condition, Resources, Statement};

use super::{Answer, beyond, check};
use crate::tests::{deployment, resource, stack};
use crate::{Deployment, Phase, Role};

const QUEUES: &str = "arn:aws:sqs:eu-west-1:111122223333:shop-dev-*";

fn queue() -> Deployment {
    deployment(&[&stack("shop-dev-orders", vec![resource("Jobs", "AWS::SQS::Queue", Vec::new())])], &[])
}

fn role(statements: Vec<Statement>) -> Role {
    Role { statements, ..Role::default() }
}

fn all(resources: &str) -> Statement {
    Statement::allow(Actions::of(["sqs:*"]), Resources::of([resources]))
}

fn lacks(role: &Role) -> Vec<(String, Answer)> {
    let found = check(&queue(), role, &[Phase::Create]).into_iter();
    found.map(|lack| (lack.action, lack.answer)).collect()
}

#[test]
fn a_role_with_more_lacks_nothing_and_one_of_others_everything() {
    assert_eq!(lacks(&role(vec![all("*")])), []);
    assert_eq!(lacks(&role(vec![all(QUEUES)])), []);
    let of_others = lacks(&role(vec![all("arn:aws:sqs:eu-west-1:111122223333:shop-prod-*")]));
    let names: Vec<&str> = of_others.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(names, ["sqs:CreateQueue", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"]);
}

#[test]
fn what_is_denied_or_beyond_the_boundary_is_lacking() {
    let denial = Statement::deny(Actions::of(["sqs:CreateQueue"]), Resources::of(["*"]));
    let denied = |role: &Role| lacks(role) == [("sqs:CreateQueue".to_owned(), Answer::Denied)];
    assert!(denied(&role(vec![all("*"), denial])));
    let boundary = Statement::allow(
        Actions::AllBut(vec![ci_access::Pattern::action("sqs:CreateQueue")]),
        Resources::of(["*"]),
    );
    assert!(denied(&Role { boundary: Some(vec![boundary]), ..role(vec![all("*")]) }));
}

#[test]
fn conditions_that_every_request_meets_are_met() {
    let here = Condition::new("StringEquals", "aws:RequestedRegion", ["eu-west-1", "eu-central-1"]);
    assert_eq!(lacks(&role(vec![all("*").when(here.expect("an operator"))])), []);
    let elsewhere = Condition::new("StringEquals", "aws:RequestedRegion", ["us-east-1"]);
    assert_eq!(lacks(&role(vec![all("*").when(elsewhere.expect("an operator"))])).len(), 4);
}

#[test]
fn conditions_that_nobody_can_answer_are_no_yes() {
    let condition = Condition::new("StringEquals", "aws:PrincipalTag/team", ["shop"]).expect("an operator");
    assert_eq!(lacks(&role(vec![all("*").when(condition)])).len(), 4);
}

#[test]
fn what_is_beyond_is_named_by_action_and_resource() {
    let found = beyond(&queue(), &role(vec![all("*")]), &[Phase::Create]);
    let shown: Vec<String> = found.iter().map(|one| format!("{} on {}", one.action, one.resource)).collect();
    assert_eq!(shown, ["sqs:* on *"]);
    let exact = Statement::allow(
        Actions::of(["sqs:CreateQueue"]),
        Resources::of(["arn:aws:sqs:eu-west-1:111122223333:shop-dev-orders-Jobs-*"]),
    );
    assert_eq!(beyond(&queue(), &role(vec![exact]), &[Phase::Create]), []);
}
