use ci_base::TextRange;

use super::*;
use crate::program::{Grant, read};
use crate::{Containment, Policy, contains};

const ORIGIN: Origin = Origin { item: 0, range: TextRange::new(0, 1) };

fn located(value: Value) -> Located {
    Located { value, origin: ORIGIN }
}

fn texts(texts: impl Iterator<Item = String>) -> Located {
    located(Value::List(texts.map(|text| located(Value::string(text))).collect()))
}

/// A statement that is named, on so many queues.
fn statement(at: usize, queues: usize) -> Located {
    record(
        ORIGIN,
        [
            ("Sid", located(Value::string(format!("Queues{at}")))),
            ("Effect", located(Value::string("Allow"))),
            ("Action", texts(["sqs:SendMessage", "sqs:GetQueueUrl"].map(str::to_owned).into_iter())),
            (
                "Resource",
                texts(
                    (0..queues).map(|queue| format!("arn:aws:sqs:eu-west-1:123456789012:work-{at}-{queue}")),
                ),
            ),
        ],
    )
}

fn policy(name: &str, statements: Vec<Located>) -> Located {
    let document = record(
        ORIGIN,
        [("Version", located(Value::string("2012-10-17"))), ("Statement", located(Value::List(statements)))],
    );
    record(ORIGIN, [("PolicyName", located(Value::string(name))), ("PolicyDocument", document)])
}

fn stack(policies: Vec<Located>) -> Stack {
    let trust = record(ORIGIN, [("Statement", located(Value::List(Vec::new())))]);
    let properties = vec![
        Entry { name: "AssumeRolePolicyDocument".into(), value: trust },
        Entry { name: "Policies".into(), value: located(Value::List(policies)) },
    ];
    let schema = ci_catalog::resource_type(ROLE).unwrap();
    let role = Resource::new("WorkerRole".into(), "worker.role".into(), schema, properties, ORIGIN);
    Stack { resources: vec![role], ..Stack::new("test".into(), ORIGIN) }
}

/// What the role of a stack may do.
fn allowed(stack: &Stack) -> Policy {
    let program = read(&[stack]);
    let [holder] = program.holders.as_slice() else { panic!("one role: {:?}", program.holders) };
    assert!(holder.foreign.is_empty());
    let statements = holder.grants.iter().map(|Grant { statement, .. }| statement.clone());
    Policy { statements: statements.collect() }
}

/// Fits a stack, asserts that its role may do the same as before, and gives it back.
fn fitted(before: Stack) -> Stack {
    let mut after = before.clone();
    let made = fit(&mut after);
    assert_eq!(made, vec![ResourceId(0); after.resources.len() - 1]);
    let [wanted, found] = [allowed(&before), allowed(&after)];
    assert_eq!(contains(&wanted.statements, &found.statements), Containment::Yes);
    assert_eq!(contains(&found.statements, &wanted.statements), Containment::Yes);
    for resource in &after.resources {
        let documents: Vec<&Value> = match resource.schema.name() {
            ROLE => {
                let Some(Value::List(policies)) = resource.property("Policies").map(|it| &it.value) else {
                    continue;
                };
                policies.iter().map(|policy| &policy.value.get("PolicyDocument").unwrap().value).collect()
            }
            _ => vec![&resource.property("PolicyDocument").unwrap().value],
        };
        let limit = if resource.schema.name() == ROLE { SizeLimit::ROLE_INLINE } else { SizeLimit::MANAGED };
        let size: usize = documents.into_iter().map(|it| characters(&after, it, Unknowns::Long)).sum();
        assert!(size <= limit.characters, "{}: {size}", resource.logical_id);
    }
    after
}

#[test]
fn what_fits_is_left_alone() {
    let before = stack(vec![policy("uses", (0..10).map(|at| statement(at, 2)).collect())]);
    assert_eq!(fitted(before.clone()), before);
}

#[test]
fn what_does_not_fit_goes_into_managed_policies_that_are_attached() {
    let before = stack(vec![policy("uses", (0..120).map(|at| statement(at, 2)).collect())]);
    let after = fitted(before);
    let ids: Vec<&str> = after.resources.iter().map(|resource| &*resource.logical_id).collect();
    assert_eq!(ids, ["WorkerRole", "WorkerRolePolicy1", "WorkerRolePolicy2", "WorkerRolePolicy3"]);
    let attached = after.resources[0].property("ManagedPolicyArns").unwrap();
    let Value::List(arns) = &attached.value else { panic!("{attached:?}") };
    assert_eq!(arns.len(), 3);
}

#[test]
fn a_statement_that_is_too_long_by_itself_is_cut() {
    let after = fitted(stack(vec![policy("uses", vec![statement(0, 400)])]));
    assert!(after.resources.len() > 2);
}

#[test]
fn policies_that_are_left_with_nothing_go() {
    let first = policy("first", (0..60).map(|at| statement(at, 2)).collect());
    let second = policy("second", (60..62).map(|at| statement(at, 2)).collect());
    let after = fitted(stack(vec![first, second]));
    let Value::List(left) = &after.resources[0].property("Policies").unwrap().value else { panic!() };
    assert_eq!(left.len(), 1);
}

#[test]
fn what_not_even_ten_policies_hold_is_left_for_a_finding() {
    let before = stack(vec![policy("uses", (0..700).map(|at| statement(at, 2)).collect())]);
    let mut after = before.clone();
    assert_eq!(fit(&mut after), []);
    assert_eq!(after, before);
}
