//! Policy documents.

use serde_json::{Value as Json, json};

use super::Cases;
use super::values::merge;

/// A managed policy with one statement, in which some fields are replaced, and a bucket it can be about.
fn identity(changes: &Json) -> Json {
    let mut statement =
        json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*" });
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            statement.as_object_mut().unwrap().remove(name);
        }
        merge(&mut statement, &json!({ name: value }));
    }
    json!({
        "bucket": { "type": "AWS::S3::Bucket" },
        "queue": { "type": "AWS::SQS::Queue" },
        "policy": { "type": "AWS::IAM::ManagedPolicy",
            "PolicyDocument": { "Version": "2012-10-17", "Statement": [statement] } },
    })
}

#[test]
fn actions() {
    let mut cases = Cases::default();
    let good = || identity(&json!({ "Action": ["s3:GetObject", "s3:PutObject"] }));
    cases.case("unknown", identity(&json!({ "Action": "s3:GetObjet" })), good());
    cases.case("case", identity(&json!({ "Action": "s3:getObject" })), good());
    cases.case("service", identity(&json!({ "Action": "dynamodbb:GetItem" })), good());
    cases.case("no service", identity(&json!({ "Action": "GetObject" })), good());
    cases.case(
        "everything",
        identity(&json!({ "Action": "*" })),
        identity(&json!({ "Effect": "Deny", "Action": "*" })),
    );
    cases.case(
        "all of a service",
        identity(&json!({ "Action": ["s3:*"] })),
        identity(&json!({ "Effect": "Deny", "Action": "s3:*" })),
    );
    cases.case("a few", identity(&json!({ "Action": "s3:GetObjectTag*" })), good());
    cases.case("none", identity(&json!({ "Action": "s3:Fly*" })), good());
    cases.case("all but", identity(&json!({ "Action": null, "NotAction": "s3:GetObject" })), good());
    cases.case(
        "bucket for an object",
        identity(&json!({ "Resource": { "get": "bucket.Arn" } })),
        identity(&json!({ "Resource": { "join": [{ "get": "bucket.Arn" }, "/*"] } })),
    );
    cases.case("another service", identity(&json!({ "Resource": { "get": "queue.Arn" } })), good());
    cases.case(
        "only *",
        identity(&json!({ "Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::photos" })),
        identity(&json!({ "Action": "s3:ListAllMyBuckets", "Resource": "*" })),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn structure() {
    let mut cases = Cases::default();
    let good = || {
        identity(&json!({ "Sid": "Read", "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-1" } } }))
    };
    cases.case("effect", identity(&json!({ "Effect": "allow" })), good());
    cases.case("no effect", identity(&json!({ "Effect": null })), good());
    cases.case("no resource", identity(&json!({ "Resource": null })), good());
    cases.case("both", identity(&json!({ "NotResource": "*" })), good());
    cases.case("principal", identity(&json!({ "Principal": "*" })), good());
    cases.case("unknown field", identity(&json!({ "Conditions": {} })), good());
    cases.case("sid", identity(&json!({ "Sid": "read it" })), good());
    cases.case("resource", identity(&json!({ "Resource": "photos" })), good());
    cases.case(
        "operator",
        identity(&json!({ "Condition": { "StringEqual": { "aws:SourceArn": "x" } } })),
        good(),
    );
    cases.bad(
        "version",
        json!({ "policy": { "type": "AWS::IAM::ManagedPolicy", "PolicyDocument":
        { "Version": "2012-10-7", "Statement": [] } } }),
    );
    cases.bad(
        "text",
        json!({ "policy": { "type": "AWS::IAM::ManagedPolicy", "PolicyDocument":
        "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}}" } }),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn trust() {
    let role = |statement: Json| {
        json!({ "role": { "type": "AWS::IAM::Role",
            "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [statement] } } })
    };
    let statement = |changes: Json| {
        let mut statement = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "ec2.amazonaws.com" } });
        merge(&mut statement, &changes);
        role(statement)
    };
    let mut cases = Cases::default();
    let good = || statement(json!({ "Principal": { "AWS": "123456789012" } }));
    cases.case("resource", statement(json!({ "Resource": "*" })), good());
    cases.case("no principal", statement(json!({ "Principal": null })), good());
    cases.case(
        "service as account",
        statement(json!({ "Principal": { "AWS": "lambda.amazonaws.com" } })),
        good(),
    );
    cases.case(
        "account as service",
        statement(json!({ "Principal": { "Service": "arn:aws:iam::123456789012:root" } })),
        good(),
    );
    cases.case("kind", statement(json!({ "Principal": { "Services": "lambda.amazonaws.com" } })), good());
    insta::assert_snapshot!(cases.text);
}

#[test]
fn resource_policies() {
    let bucket = |changes: Json| {
        let mut statement = json!({ "Effect": "Allow", "Action": "s3:GetObject", "Principal": { "AWS": "123456789012" },
            "Resource": "arn:aws:s3:::photos/*" });
        merge(&mut statement, &changes);
        json!({ "policy": { "type": "AWS::S3::BucketPolicy", "Bucket": "photos",
            "PolicyDocument": { "Version": "2012-10-17", "Statement": [statement] } } })
    };
    let mut cases = Cases::default();
    cases.case("no principal", bucket(json!({ "Principal": null })), bucket(json!({})));
    cases.case("any bucket", bucket(json!({ "Resource": "*" })), bucket(json!({})));
    let key = |principal: Json| {
        json!({ "key": { "type": "AWS::KMS::Key", "KeyPolicy": { "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": { "AWS": principal } }] } } })
    };
    cases.case(
        "key of everybody",
        key(json!("*")),
        key(json!({ "join": ["arn:aws:iam::", { "account": true }, ":root"] })),
    );
    insta::assert_snapshot!(cases.text);
}
