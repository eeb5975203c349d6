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
    let account = json!({ "join": ["arn:aws:iam::", { "account": true }, ":root"] });
    let good = || statement(json!({ "Principal": { "AWS": account.clone() } }));
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
    let account = json!({ "join": ["arn:aws:iam::", { "account": true }, ":root"] });
    let bucket = |changes: Json| {
        let mut statement = json!({ "Effect": "Allow", "Action": "s3:GetObject", "Principal": { "AWS": account.clone() },
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

/// A policy of a queue with one statement, and a trust policy with one.
fn queue(changes: &Json) -> Json {
    let mut statement =
        json!({ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": { "get": "queue.Arn" } });
    merge(&mut statement, changes);
    json!({
        "queue": { "type": "AWS::SQS::Queue" },
        "policy": { "type": "AWS::SQS::QueuePolicy", "Queues": [{ "ref": "queue" }],
            "PolicyDocument": { "Version": "2012-10-17", "Statement": [statement] } },
    })
}

fn role(changes: &Json) -> Json {
    let mut statement = json!({ "Effect": "Allow", "Action": "sts:AssumeRole" });
    merge(&mut statement, changes);
    json!({ "role": { "type": "AWS::IAM::Role",
        "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [statement] } } })
}

#[test]
fn reach() {
    let mut cases = Cases::default();
    let good = || identity(&json!({ "Resource": "arn:aws:s3:::photos/*" }));
    cases.case("anything", identity(&json!({ "Resource": "*" })), good());
    cases.case("all of a service", identity(&json!({ "Resource": "arn:aws:s3:::*" })), good());
    cases.case("short", identity(&json!({ "Resource": "arn:aws:s3:*" })), good());
    cases.case(
        "late",
        identity(&json!({ "Resource": { "either": ["*", "arn:aws:s3:::photos/*"] } })),
        good(),
    );
    cases.case(
        "many",
        identity(&json!({ "Resource": "*",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectTagging"] })),
        identity(&json!({ "Resource": "*", "Action": ["s3:ListAllMyBuckets", "xray:PutTraceSegments"] })),
    );
    cases.case(
        "all but",
        identity(&json!({ "Resource": null, "NotResource": "arn:aws:s3:::photos/*" })),
        identity(&json!({ "Effect": "Deny", "Resource": null, "NotResource": "arn:aws:s3:::photos/*" })),
    );
    let on = |action: &str, resource: Json| identity(&json!({ "Action": action, "Resource": resource }));
    let table = |name: &str| json!({ "join": ["arn:aws:dynamodb:*:", { "account": true }, name] });
    cases.case(
        "all of a type",
        on("dynamodb:GetItem", table(":table/*")),
        on("dynamodb:GetItem", table(":table/shop-*")),
    );
    cases.case(
        "all objects of all buckets",
        on("s3:GetObject", json!("arn:aws:s3:::*/*")),
        on("s3:GetObject", json!("arn:aws:s3:::photos*/*")),
    );
    cases.case(
        "all roles",
        on("sts:AssumeRole", json!("arn:aws:iam::*:role/*")),
        on("sts:AssumeRole", json!("arn:aws:iam::123456789012:role/app")),
    );
    let tagged = json!({ "StringEquals": { "aws:ResourceTag/team": "shop" } });
    let instances =
        json!({ "Action": "ec2:StopInstances", "Resource": "arn:aws:ec2:*:123456789012:instance/*" });
    let mut of_team = instances.clone();
    of_team["Condition"] = tagged;
    cases.case("all instances", identity(&instances), identity(&of_team));
    // EC2 names what it makes.
    let any_instance = || json!("arn:aws:ec2:*:123456789012:instance/*");
    cases.case(
        "named by EC2",
        on("ec2:StartInstances", any_instance()),
        on("ec2:RunInstances", any_instance()),
    );
    cases.case(
        "rights for anyone",
        on("lakeformation:GrantPermissions", json!("*")),
        identity(&json!({ "Resource": "*",
            "Action": ["lakeformation:RevokePermissions", "logs:PutResourcePolicy"] })),
    );
    cases.bad("certificates of anyone", on("rolesanywhere:CreateTrustAnchor", json!("*")));
    let mut boundary = on("s3:*", json!("*"));
    let mut given = boundary.clone();
    for (stack, property) in [(&mut boundary, "PermissionsBoundary"), (&mut given, "ManagedPolicyArns")] {
        let mut holder = role(&json!({ "Principal": { "Service": "ec2.amazonaws.com" } }));
        let arn = json!({ "get": "policy.PolicyArn" });
        holder["role"][property] = if property == "ManagedPolicyArns" { json!([arn]) } else { arn };
        stack["role"] = holder["role"].clone();
    }
    cases.case("a boundary that is given too", given, boundary);
    let metrics = |condition: Json| {
        identity(&json!({ "Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": condition }))
    };
    let namespace = || metrics(json!({ "StringEquals": { "cloudwatch:namespace": "Shop" } }));
    cases.case("metrics", metrics(json!({})), namespace());
    cases.case("any", metrics(json!({ "StringLike": { "cloudwatch:namespace": "*" } })), namespace());
    cases.case(
        "if it is there",
        metrics(json!({ "StringEqualsIfExists": { "cloudwatch:namespace": "Shop" } })),
        namespace(),
    );
    cases.case("not", metrics(json!({ "StringNotEquals": { "cloudwatch:namespace": "Shop" } })), namespace());
    let pass = |resource: Json, condition: Json| {
        identity(&json!({ "Action": "iam:PassRole", "Resource": resource, "Condition": condition }))
    };
    let to = || json!({ "StringEquals": { "iam:PassedToService": "ecs-tasks.amazonaws.com" } });
    let one = || json!({ "join": ["arn:aws:iam::", { "account": true }, ":role/task"] });
    cases.case("pass anything", pass(json!("*"), to()), pass(one(), to()));
    cases.case("pass many", pass(json!("arn:aws:iam::123456789012:role/app-*"), to()), pass(one(), to()));
    cases.case("pass to anything", pass(one(), json!({})), pass(one(), to()));
    cases.case(
        "pass to anything by name",
        pass(one(), json!({ "StringLike": { "iam:PassedToService": "*.amazonaws.com" } })),
        pass(one(), json!({ "StringLike": { "iam:PassedToService": "lambda.amazonaws.com*" } })),
    );
    let managed = |arn: Json| {
        let mut role = role(&json!({ "Principal": { "Service": "ec2.amazonaws.com" } }));
        role["role"]["ManagedPolicyArns"] = json!([arn]);
        role
    };
    let fine = || managed(json!("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"));
    cases.case(
        "of AWS",
        managed(json!("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")),
        fine(),
    );
    cases.case(
        "in any partition",
        managed(json!({ "join": ["arn:", { "account": true }, ":iam::aws:policy/AdministratorAccess"] })),
        fine(),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn conditions() {
    let mut cases = Cases::default();
    let with = |action: &str, condition: Json| {
        let resource = match action {
            "s3:ListBucket" => "arn:aws:s3:::photos",
            "s3:GetObject" => "arn:aws:s3:::photos/*",
            _ => "arn:aws:dynamodb:eu-west-1:123456789012:table/x",
        };
        identity(&json!({ "Action": action, "Resource": resource, "Condition": condition }))
    };
    let list = |condition: Json| with("s3:ListBucket", condition);
    let good = || list(json!({ "StringLike": { "s3:prefix": "in/*" } }));
    cases.case("a slip", list(json!({ "StringLike": { "s3:prefixes": "in/*" } })), good());
    cases.case(
        "a global one",
        list(json!({ "StringEquals": { "aws:SourceAcount": "x" } })),
        list(json!({ "StringEquals": { "AWS:sourceaccount": "x", "aws:ResourceTag/team": "shop" } })),
    );
    cases.case("no service", list(json!({ "StringLike": { "s33:prefix": "in/*" } })), good());
    let mut denied = list(json!({ "StringNotEquals": { "aws:PrincipalOrgId2": "o-1" } }));
    denied["policy"]["PolicyDocument"]["Statement"][0]["Effect"] = json!("Deny");
    cases.bad("denied", denied);
    cases.case(
        "another action",
        with("s3:GetObject", json!({ "StringEquals": { "s3:prefix": "in/" } })),
        good(),
    );
    cases.case(
        "another service",
        with("dynamodb:GetItem", json!({ "StringEquals": { "s3:prefix": "in/" } })),
        with(
            "dynamodb:GetItem",
            json!({ "ArnLike": { "lambda:SourceFunctionArn": "arn:aws:lambda:*:*:function:f" } }),
        ),
    );
    cases.case(
        "a wildcard as it stands",
        list(json!({ "StringEquals": { "s3:prefix": ["a", "in/*"] } })),
        good(),
    );
    cases.case(
        "of an ARN",
        list(json!({ "StringNotEquals": { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/a*" } })),
        list(json!({ "ArnNotEquals": { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/a*" } })),
    );
    cases.case(
        "no truth",
        list(json!({ "Bool": { "aws:SecureTransport": "yes" } })),
        list(json!({ "Bool": { "aws:SecureTransport": "true" } })),
    );
    cases.case(
        "no number",
        list(json!({ "NumericLessThan": { "s3:max-keys": "ten" } })),
        list(json!({ "NumericLessThan": { "s3:max-keys": "10" } })),
    );
    cases.case(
        "no address",
        list(json!({ "IpAddress": { "aws:SourceIp": "10.0.0.0/33" } })),
        list(json!({ "IpAddress": { "aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"] } })),
    );
    let keys = || json!({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["a"] } });
    let mut there = keys();
    there["Null"] = json!({ "dynamodb:LeadingKeys": "false" });
    cases.case("all of none", with("dynamodb:GetItem", keys()), with("dynamodb:GetItem", there));
    insta::assert_snapshot!(cases.text);
}

#[test]
fn audience() {
    let mut cases = Cases::default();
    let own = || json!({ "join": ["arn:aws:iam::", { "account": true }, ":root"] });
    let good = || queue(&json!({ "Principal": { "AWS": own() } }));
    let everyone = |condition: Json| queue(&json!({ "Principal": "*", "Condition": condition }));
    for (name, condition) in [
        ("everyone", json!({})),
        ("everyone with TLS", json!({ "Bool": { "aws:SecureTransport": "true" } })),
        ("everyone but some", json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-1" } })),
        ("everyone everywhere", json!({ "IpAddress": { "aws:SourceIp": "0.0.0.0/0" } })),
        ("a role of any account", json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/x" } })),
        ("if it is there", json!({ "StringEqualsIfExists": { "aws:PrincipalOrgID": "o-1" } })),
        ("all of none", json!({ "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-1" } })),
    ] {
        cases.case(
            name,
            everyone(condition),
            everyone(json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } })),
        );
    }
    cases.case("in a list", queue(&json!({ "Principal": { "AWS": [own(), "*"] } })), good());
    cases.case("all but", queue(&json!({ "NotPrincipal": { "AWS": own() } })), good());
    let foreign =
        |who: &str, condition: Json| queue(&json!({ "Principal": { "AWS": who }, "Condition": condition }));
    for (name, who) in [
        ("an account", "123456789012"),
        ("its root", "arn:aws:iam::123456789012:root"),
        ("a role of it", "arn:aws:iam::123456789012:role/reader"),
    ] {
        let organization = json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } });
        cases.case(name, foreign(who, json!({})), foreign(who, organization));
    }
    let service = |name: &str, condition: Json| {
        queue(&json!({ "Principal": { "Service": name }, "Condition": condition }))
    };
    let here = || json!({ "StringEquals": { "aws:SourceAccount": { "account": true } } });
    let sns = "sns.amazonaws.com";
    cases.case("a service", service(sns, json!({})), service(sns, here()));
    cases.case(
        "for any account",
        service(sns, json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:*:*:alarms" } })),
        service(sns, json!({ "ArnLike": { "aws:SourceArn": { "join": ["arn:aws:sns:*:", { "account": true }, ":alarms"] } } })),
    );
    // EventBridge is let into a topic without a condition, or not at all.
    let topic = |name: &str| {
        json!({ "topic": { "type": "AWS::SNS::Topic" },
            "policy": { "type": "AWS::SNS::TopicPolicy", "Topics": [{ "ref": "topic" }],
                "PolicyDocument": { "Version": "2012-10-17", "Statement": [
                    { "Effect": "Allow", "Action": "sns:Publish", "Resource": { "ref": "topic" },
                      "Principal": { "Service": name } }] } } })
    };
    cases.case("a topic", topic("s3.amazonaws.com"), topic("events.amazonaws.com"));
    let trust = |name: &str, condition: Json| {
        role(&json!({ "Principal": { "Service": name }, "Condition": condition }))
    };
    cases.case(
        "a role",
        trust("ecs-tasks.amazonaws.com", json!({})),
        trust("ecs-tasks.amazonaws.com", here()),
    );
    // Lambda does not say for whom.
    cases.case(
        "another role",
        trust("states.amazonaws.com", json!({})),
        trust("lambda.amazonaws.com", json!({})),
    );
    cases.case(
        "a role of rules",
        trust("events.amazonaws.com", json!({})),
        trust("events.amazonaws.com", here()),
    );
    // CloudWatch Logs says it where it follows a group, and is not known to where it runs a query.
    let logs = |user: Json| {
        let mut stack = trust("logs.amazonaws.com", json!({}));
        stack["user"] = user;
        stack
    };
    cases.case(
        "a role of a subscription",
        logs(json!({ "type": "AWS::Logs::SubscriptionFilter", "LogGroupName": "g", "FilterPattern": "",
            "DestinationArn": "arn:aws:kinesis:eu-west-1:123456789012:stream/s",
            "RoleArn": { "get": "role.Arn" } })),
        logs(json!({ "type": "AWS::Logs::SubscriptionFilter", "LogGroupName": "g", "FilterPattern": "",
            "DestinationArn": "arn:aws:kinesis:eu-west-1:123456789012:stream/s",
            "RoleArn": "arn:aws:iam::123456789012:role/other" })),
    );
    let key = |condition: Json| {
        json!({ "key": { "type": "AWS::KMS::Key", "KeyPolicy": { "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": { "AWS": own() } },
            { "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
              "Principal": { "Service": "logs.eu-west-1.amazonaws.com" }, "Condition": condition }] } } })
    };
    cases.case(
        "a key",
        key(json!({})),
        key(json!({ "ArnLike": { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:123456789012:*" } })),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn deputies_and_the_world() {
    let mut cases = Cases::default();
    let service = |name: &str, condition: Json| {
        queue(&json!({ "Principal": { "Service": name }, "Condition": condition }))
    };
    let own = || json!({ "account": true });
    let bucket = |source: Json| json!({ "ArnLike": { "aws:SourceArn": source } });
    let with_account = |source: Json| {
        let mut condition = bucket(source);
        condition["StringEquals"] = json!({ "aws:SourceAccount": own() });
        condition
    };
    let photos = || json!("arn:aws:s3:::photos");
    let s3 = "s3.amazonaws.com";
    cases.case("a bucket of anyone", service(s3, bucket(photos())), service(s3, with_account(photos())));
    let sns = "sns.amazonaws.com";
    cases.case(
        "for an account by number",
        service(sns, json!({ "StringEquals": { "aws:SourceAccount": "999999999999" } })),
        service(sns, json!({ "StringEquals": { "aws:SourceAccount": own() } })),
    );
    let topic = |account: Json| json!({ "join": ["arn:aws:sns:eu-west-1:", account, ":alarms"] });
    cases.case(
        "for what is of an account by number",
        service(
            sns,
            json!({ "ArnEquals": { "aws:SourceArn": "arn:aws:sns:eu-west-1:999999999999:alarms" } }),
        ),
        service(sns, json!({ "ArnEquals": { "aws:SourceArn": topic(own()) } })),
    );
    cases.case(
        "a slip",
        service("snss.amazonaws.com", with_account(photos())),
        service(sns, with_account(photos())),
    );
    let everyone = |condition: Json| queue(&json!({ "Principal": "*", "Condition": condition }));
    let organization = || everyone(json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }));
    cases.case(
        "any organization",
        everyone(json!({ "StringLike": { "aws:PrincipalOrgID": "o-*" } })),
        organization(),
    );
    cases.case(
        "two halves of the world",
        everyone(json!({ "IpAddress": { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } })),
        everyone(json!({ "IpAddress": { "aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"] } })),
    );
    let bus = |changes: Json| {
        let mut policy = json!({ "type": "AWS::Events::EventBusPolicy", "StatementId": "x" });
        merge(&mut policy, &changes);
        json!({ "policy": policy })
    };
    let statement = |principal: Json| {
        bus(
            json!({ "Statement": { "Sid": "x", "Effect": "Allow", "Action": "events:PutEvents", "Principal": principal,
            "Resource": "arn:aws:events:eu-west-1:123456789012:event-bus/b" } }),
        )
    };
    let root = json!({ "AWS": { "join": ["arn:aws:iam::", own(), ":root"] } });
    cases.case("a bus", statement(json!("*")), statement(root));
    let layer = |changes: Json| {
        let mut permission = json!({ "type": "AWS::Lambda::LayerVersionPermission", "Principal": "*",
            "Action": "lambda:GetLayerVersion", "LayerVersionArn": "arn:aws:lambda:eu-west-1:123456789012:layer:x:1" });
        merge(&mut permission, &changes);
        json!({ "permission": permission })
    };
    cases.case("a layer", layer(json!({})), layer(json!({ "OrganizationId": "o-a1b2c3d4e5" })));
    let endpoint = |principal: &str| {
        json!({ "permissions": { "type": "AWS::EC2::VPCEndpointServicePermissions",
            "ServiceId": "vpce-svc-0123456789abcdef0", "AllowedPrincipals": [principal] } })
    };
    cases.case("an endpoint", endpoint("*"), endpoint("arn:aws:iam::123456789012:root"));
    insta::assert_snapshot!(cases.text);
}

#[test]
fn forms() {
    let mut cases = Cases::default();
    let good = || identity(&json!({}));
    cases.case("an action that is no text", identity(&json!({ "Action": ["s3:GetObject", 5] })), good());
    cases.case("a resource that is no text", identity(&json!({ "Resource": {} })), good());
    cases.case(
        "objects for a bucket",
        identity(
            &json!({ "Action": "s3:ListBucket", "Resource": { "join": [{ "get": "bucket.Arn" }, "/*"] } }),
        ),
        identity(&json!({ "Action": "s3:ListBucket", "Resource": { "get": "bucket.Arn" } })),
    );
    let table = |name: &str| {
        let arn = format!("arn:aws:dynamodb:eu-west-1:123456789012:table/{name}");
        identity(&json!({ "Action": "dynamodb:Query", "Resource": arn }))
    };
    cases.case("indexes", table("orders/indexes/by_day"), table("orders/index/by_day"));
    insta::assert_snapshot!(cases.text);
}

#[test]
fn federation() {
    let provider = "token.actions.githubusercontent.com";
    let trust = |condition: Json| {
        let arn = json!({ "join": ["arn:aws:iam::", { "account": true }, ":oidc-provider/token.actions.githubusercontent.com"] });
        role(&json!({ "Action": "sts:AssumeRoleWithWebIdentity", "Principal": { "Federated": arn },
            "Condition": condition }))
    };
    let with = |subject: &str| {
        trust(json!({ "StringEquals": { format!("{provider}:aud"): "sts.amazonaws.com" },
            "StringLike": { format!("{provider}:sub"): subject } }))
    };
    let good = || with("repo:org/shop:ref:refs/heads/main");
    let mut cases = Cases::default();
    cases.case("nobody named", trust(json!({})), good());
    cases.case(
        "no subject",
        trust(json!({ "StringEquals": { format!("{provider}:aud"): "sts.amazonaws.com" } })),
        good(),
    );
    cases.case(
        "no audience",
        trust(json!({ "StringEquals": { format!("{provider}:sub"): "repo:org/shop:ref:x" } })),
        good(),
    );
    cases.case("an organization", with("repo:org/*"), with("repo:org/shop:*"));
    cases.case("any repository", with("repo:org/*:ref:refs/heads/main"), good());
    cases.case("anything", with("*"), good());
    insta::assert_snapshot!(cases.text);
}

#[test]
fn rights_to_give_rights() {
    let mut cases = Cases::default();
    let may = |action: Json, resource: &str, condition: Json| {
        identity(&json!({ "Action": action, "Resource": resource, "Condition": condition }))
    };
    let key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    cases.case(
        "the policy of a key",
        may(json!("kms:PutKeyPolicy"), key, json!({})),
        may(json!("kms:DescribeKey"), key, json!({})),
    );
    let for_services = |truth: Json| json!({ "Bool": { "kms:GrantIsForAWSResource": truth } });
    cases.case(
        "grants of a key",
        may(json!("kms:CreateGrant"), key, for_services(json!("false"))),
        may(json!("kms:CreateGrant"), key, for_services(json!("true"))),
    );
    cases.case(
        "to anyone",
        may(json!("kms:CreateGrant"), key, json!({ "StringLike": { "kms:GranteePrincipal": "*" } })),
        may(
            json!("kms:CreateGrant"),
            key,
            json!({ "StringLike": { "kms:ViaService": "rds.eu-west-1.amazonaws.com" } }),
        ),
    );
    let function = "arn:aws:lambda:eu-west-1:123456789012:function:f";
    cases.case(
        "of a function",
        may(json!("lambda:AddPermission"), function, json!({})),
        may(
            json!("lambda:AddPermission"),
            function,
            json!({ "StringEquals": { "lambda:Principal": "s3.amazonaws.com" } }),
        ),
    );
    let interface = "arn:aws:ec2:eu-west-1:123456789012:network-interface/*";
    let service = |name: &str| json!({ "StringEquals": { "ec2:AuthorizedService": name } });
    cases.case(
        "of an interface",
        may(json!("ec2:CreateNetworkInterfacePermission"), interface, service("*")),
        may(json!("ec2:CreateNetworkInterfacePermission"), interface, service("codebuild.amazonaws.com")),
    );
    let queue = "arn:aws:sqs:eu-west-1:123456789012:q";
    cases.case(
        "of a queue",
        may(json!(["sqs:SetQueueAttributes", "sqs:AddPermission", "sqs:SendMessage"]), queue, json!({})),
        may(json!(["sqs:RemovePermission", "sqs:SendMessage"]), queue, json!({})),
    );
    let acl = |acl: &str| json!({ "StringEquals": { "s3:x-amz-acl": acl } });
    cases.case(
        "of objects",
        may(json!("s3:PutObjectAcl"), "arn:aws:s3:::photos/*", acl("public-read")),
        may(json!("s3:PutObjectAcl"), "arn:aws:s3:::photos/*", acl("bucket-owner-full-control")),
    );
    // That of IAM is followed over all roles; what is denied is given to nobody.
    cases.case(
        "of a bucket",
        may(json!("s3:PutBucketPolicy"), "arn:aws:s3:::photos", json!({})),
        identity(
            &json!({ "Effect": "Deny", "Action": "s3:PutBucketPolicy", "Resource": "arn:aws:s3:::photos" }),
        ),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn permissions_of_functions() {
    let permission = |changes: Json| {
        let mut permission = json!({ "type": "AWS::Lambda::Permission", "Action": "lambda:InvokeFunction",
            "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:f", "Principal": "sns.amazonaws.com" });
        merge(&mut permission, &changes);
        json!({ "permission": permission })
    };
    let mut cases = Cases::default();
    let source =
        |account: Json| json!({ "SourceArn": { "join": ["arn:aws:sns:eu-west-1:", account, ":alarms"] } });
    let own = || source(json!({ "account": true }));
    cases.case("a service", permission(json!({})), permission(own()));
    cases.case(
        "for an account by number",
        permission(json!({ "SourceArn": "arn:aws:sns:eu-west-1:999999999999:alarms" })),
        permission(own()),
    );
    let rule = json!({ "Principal": "events.amazonaws.com" });
    let mut with_source = rule.clone();
    merge(&mut with_source, &own());
    cases.case("a rule", permission(rule), permission(with_source));
    let bucket = json!({ "Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::photos" });
    let mut both = bucket.clone();
    both["SourceAccount"] = json!({ "account": true });
    cases.case("a bucket", permission(bucket), permission(both));
    cases.case(
        "everyone",
        permission(json!({ "Principal": "*" })),
        permission(json!({ "Principal": "*", "PrincipalOrgID": "o-a1b2c3d4e5" })),
    );
    cases.case(
        "an account",
        permission(json!({ "Principal": "123456789012" })),
        permission(json!({ "Principal": { "account": true } })),
    );
    insta::assert_snapshot!(cases.text);
}
