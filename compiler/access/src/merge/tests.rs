use proptest::prelude::*;

use super::*;
use crate::tests::{allow, condition, deny};
use crate::{Containment, SizeLimit, contains, json, split};

fn written(policy: &Policy) -> String {
    json(policy, |symbol| format!("<{}>", symbol.name))
}

fn merged(statements: &[Statement]) -> String {
    let text = written(&merge(&Policy { statements: statements.to_vec() }));
    text.trim_start_matches(r#"{"Version":"2012-10-17","Statement":["#).trim_end_matches("]}").to_owned()
}

#[test]
fn statements_that_differ_in_one_list_are_one() {
    assert_eq!(
        merged(&[
            allow(&["sqs:SendMessage"], &["{Jobs.Arn}"]).from(7),
            allow(&["s3:GetObject"], &["*"]),
            allow(&["sqs:ReceiveMessage"], &["{Orders.Arn}"]),
            allow(&["sqs:SendMessage"], &["{Orders.Arn}"]).from(3),
            allow(&["sqs:ReceiveMessage"], &["{Jobs.Arn}"]),
        ]),
        r#"{"Effect":"Allow","Action":["sqs:ReceiveMessage","sqs:SendMessage"],"Resource":["<Jobs.Arn>","<Orders.Arn>"]},"#.to_owned()
            + r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#
    );
    let both = [allow(&["s3:Get*"], &["*"]).from(9), allow(&["s3:Put*"], &["*"]).from(2)];
    assert_eq!(merge(&Policy { statements: both.to_vec() }).statements[0].origins, [2, 9]);
}

#[test]
fn what_a_wildcard_covers_is_left_out() {
    assert_eq!(
        merged(&[allow(
            &["s3:GetObject", "s3:Get*", "S3:getobject"],
            &["arn:aws:s3:::a*", "arn:aws:s3:::ab"]
        )]),
        r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::a*"}"#
    );
    let not = |values: &[&str]| condition("StringNotEquals", "aws:k", values);
    assert_eq!(
        merged(&[deny(&["*"], &["*"]).when(not(&["b"])).when(not(&["a"]))]),
        r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:k":["a","b"]}}}"#
    );
}

#[test]
fn what_differs_in_two_lists_stays_apart() {
    let apart = [
        allow(&["s3:GetObject"], &["arn:aws:s3:::a"]),
        allow(&["s3:PutObject"], &["arn:aws:s3:::b"]),
        deny(&["s3:GetObject"], &["arn:aws:s3:::b"]),
        allow(&["s3:GetObject"], &["arn:aws:s3:::b"]).when(condition(
            "Bool",
            "aws:SecureTransport",
            &["true"],
        )),
    ];
    assert_eq!(merge(&Policy { statements: apart.to_vec() }).statements.len(), 4);
}

fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let list = |texts: &'static [&'static str]| prop::collection::vec(prop::sample::select(texts), 1..4);
    let statement = (
        any::<bool>(),
        list(&["s3:*", "s3:GetObject", "s3:PutObject", "s3:Get*", "sqs:SendMessage"]),
        list(&["*", "arn:aws:s3:::a", "arn:aws:s3:::a/*", "arn:aws:s3:::b", "{Orders.Arn}", "{Jobs.Arn}"]),
        prop::sample::select(vec![None, Some(["a"]), Some(["b"])]),
        any::<u8>(),
    )
        .prop_map(|(allows, actions, resources, values, origin)| {
            let statement = if allows { allow(&actions, &resources) } else { deny(&actions, &resources) };
            let statement = statement.from(u32::from(origin));
            match values {
                Some(values) => statement.when(condition("StringNotEquals", "aws:k", &values)),
                None => statement,
            }
        });
    prop::collection::vec(statement, 1..7)
}

fn mean_the_same(one: &[Statement], other: &[Statement]) -> bool {
    contains(one, other) == Containment::Yes && contains(other, one) == Containment::Yes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn merging_and_splitting_change_no_meaning(statements in statements(), characters in 160_usize..400) {
        let policy = Policy { statements };
        let merged = merge(&policy);
        prop_assert!(mean_the_same(&policy.statements, &merged.statements));
        prop_assert!(merged.statements.len() <= policy.statements.len());
        // Canonical: the same from another order, and from itself.
        prop_assert_eq!(&merge(&merged), &merged);
        let mut turned = policy.clone();
        turned.statements.reverse();
        prop_assert_eq!(written(&merge(&turned)), written(&merged));

        let limit = SizeLimit { characters, documents: 100 };
        if let Ok(documents) = split(&policy, limit) {
            let all: Vec<Statement> =
                documents.iter().flat_map(|document| document.statements.clone()).collect();
            prop_assert!(mean_the_same(&policy.statements, &all));
            prop_assert!(documents.iter().all(|document| crate::size(document) <= characters));
        }
    }
}
