use super::*;
use crate::tests::{allow, condition};
use crate::{Principal, Principals, json, size};

fn queues(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("arn:aws:sqs:eu-west-1:111122223333:orders-{at:04}")).collect()
}

fn policy(count: usize) -> Policy {
    let queues = queues(count);
    let queues: Vec<&str> = queues.iter().map(String::as_str).collect();
    Policy { statements: vec![allow(&["sqs:SendMessage", "sqs:ReceiveMessage"], &queues).from(4)] }
}

#[test]
fn the_size_is_that_of_the_document() {
    let statement = allow(&["sqs:SendMessage"], &["arn:aws:sqs:eu-west-1:{account}:é\"*"])
        .to(Principals::Of(vec![
            Principal::aws("111122223333"),
            Principal::Service("a.amazonaws.com".into()),
        ]))
        .when(condition("StringLike", "aws:k", &["a${*}*"]))
        .when(condition("Bool", "aws:SecureTransport", &["true"]));
    let policy = Policy { statements: vec![Statement { sid: Some("One".into()), ..statement }] };
    let text = json(&policy, |symbol| "1".repeat(usize::from(symbol.max_length)));
    assert_eq!(
        text,
        concat!(
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"One","Effect":"Allow","#,
            r#""Principal":{"AWS":"111122223333","Service":"a.amazonaws.com"},"Action":"sqs:SendMessage","#,
            r#""Resource":"arn:aws:sqs:eu-west-1:11111111111111111111:é\"*","#,
            r#""Condition":{"StringLike":{"aws:k":"a${*}*"},"Bool":{"aws:securetransport":"true"}}}]}"#,
        )
    );
    assert_eq!(size(&policy), text.chars().count());
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
}

#[test]
fn what_fits_stays_one_document() {
    let small = policy(3);
    assert_eq!(split(&small, SizeLimit::MANAGED).map(|documents| documents.len()), Ok(1));
}

#[test]
fn a_statement_that_is_too_large_is_cut() {
    let large = policy(300);
    assert!(size(&large) > 2 * SizeLimit::MANAGED.characters);
    let documents = split(&large, SizeLimit::MANAGED).unwrap();
    assert!((3..=5).contains(&documents.len()), "{}", documents.len());
    for document in &documents {
        assert!(size(document) <= SizeLimit::MANAGED.characters);
        assert!(document.statements.iter().all(|statement| statement.origins == [4]));
    }
    // One inline policy cannot hold it, and ten managed ones cannot hold everything.
    let too_large = split(&large, SizeLimit::ROLE_INLINE).unwrap_err();
    assert_eq!(too_large.to_string(), "the policy has 14820 characters, more than 10240");
    assert!(split(&policy(3000), SizeLimit::MANAGED).is_err());
}

#[test]
fn what_cannot_be_cut_is_told_by_where_it_is_from() {
    let long = "x".repeat(7000);
    let policy =
        Policy { statements: vec![allow(&["s3:GetObject"], &[&format!("arn:aws:s3:::{long}")]).from(8)] };
    assert_eq!(split(&policy, SizeLimit::MANAGED).unwrap_err().origins, [8]);
}
