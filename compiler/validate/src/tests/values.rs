//! Values against their nodes.

use serde_json::{Value as Json, json};

use super::{Cases, found};

/// A function that has nothing wrong, with some properties replaced; `null` takes one out.
pub(super) fn function(changes: &Json) -> Json {
    let mut function = json!({
        "type": "AWS::Lambda::Function",
        "Code": { "S3Bucket": "artifacts", "S3Key": "orders.zip" },
        "Handler": "index.handler",
        "Runtime": "nodejs22.x",
        "Role": "arn:aws:iam::123456789012:role/worker",
    });
    merge(&mut function, changes);
    json!({ "worker": function })
}

/// Replaces entries of an object.
pub(super) fn merge(into: &mut Json, changes: &Json) {
    for (name, value) in changes.as_object().unwrap() {
        into[name] = value.clone();
    }
}

fn bucket(properties: &Json) -> Json {
    let mut bucket = json!({ "type": "AWS::S3::Bucket" });
    merge(&mut bucket, properties);
    json!({ "photos": bucket })
}

#[test]
fn conditions_of_single_values() {
    let mut cases = Cases::default();
    let cases_of = [
        ("integer for a string", json!({ "MemorySize": "512" }), json!({ "MemorySize": 512 })),
        ("string for an integer", json!({ "Description": 5 }), json!({ "Description": "5" })),
        ("record for a string", json!({ "Description": {} }), json!({ "Description": null })),
        ("string for a list", json!({ "Layers": "arn" }), json!({ "Layers": [] })),
        ("unknown property", json!({ "MemorySise": 512 }), json!({ "MemorySize": 512 })),
        ("number out of range", json!({ "MemorySize": 64 }), json!({ "MemorySize": 128 })),
        (
            "enumeration",
            json!({ "TracingConfig": { "Mode": "active" } }),
            json!({ "TracingConfig": { "Mode": "Active" } }),
        ),
        ("enumeration, far off", json!({ "PackageType": "Tarball" }), json!({ "PackageType": "Zip" })),
        ("pattern", json!({ "Handler": "in dex" }), json!({ "Handler": "index.handler" })),
        ("length", json!({ "Description": "x".repeat(300) }), json!({ "Description": "x".repeat(256) })),
        ("format", json!({ "Role": "worker" }), json!({ "Role": "arn:aws:iam::123456789012:role/worker" })),
        (
            "dynamic reference",
            json!({ "Handler": "in dex" }),
            json!({ "Handler": "{{resolve:ssm:handler}}" }),
        ),
        ("read-only", json!({ "Arn": "arn:aws:lambda:eu-west-1:123456789012:function:x" }), json!({})),
        ("missing", json!({ "Role": null, "Code": null }), json!({})),
        (
            "missing in one case",
            json!({ "Role": { "either": ["arn:aws:iam::123456789012:role/worker", null] } }),
            json!({ "Timeout": { "either": [5, null] } }),
        ),
        (
            "wrong in one case",
            json!({ "MemorySize": { "either": [5, 5000] }, "Timeout": { "either": [5, 5000] } }),
            json!({ "Timeout": { "either": [5, 50] } }),
        ),
    ];
    for (name, bad, good) in cases_of {
        cases.case(name, function(&bad), function(&good));
    }
    insta::assert_snapshot!(cases.text);
}

fn cors(methods: Json) -> Json {
    json!({ "CorsConfiguration": { "CorsRules": [{ "AllowedMethods": methods, "AllowedOrigins": ["*"] }] } })
}

#[test]
fn conditions_of_lists_and_records() {
    let mut cases = Cases::default();
    let group = |ids: Json| {
        json!({ "vpc": { "type": "AWS::ECS::Service", "LaunchType": "FARGATE",
        "NetworkConfiguration": { "AwsvpcConfiguration": { "Subnets": ids } } } })
    };
    let subnet = "subnet-0123456789abcdef0";
    cases.case(
        "unique items",
        json!({ "group": { "type": "AWS::RDS::DBSubnetGroup", "DBSubnetGroupDescription": "orders", "SubnetIds": [subnet],
            "Tags": [{ "Key": "a", "Value": "1" }, { "Key": "a", "Value": "2" }] } }),
        json!({ "group": { "type": "AWS::RDS::DBSubnetGroup", "DBSubnetGroupDescription": "orders", "SubnetIds": [subnet],
            "Tags": [{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "1" }] } }),
    );
    let many: Vec<String> = (0..20).map(|at| format!("subnet-0123456789abcdef{at:x}")).collect();
    cases.case("too many items", group(json!(many)), group(json!([subnet])));
    cases.case("repeated item", bucket(&cors(json!(["GET", "GET"]))), bucket(&cors(json!(["GET", "PUT"]))));
    cases.case(
        "property that a property needs",
        json!({ "alarm": { "type": "AWS::CloudWatch::Alarm", "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1, "Threshold": 1, "MetricName": "Errors", "Metrics": [] , "Namespace": "x",
            "Period": 60, "Statistic": "Sum", "Dimensions": [{ "Name": "a" }] } }),
        json!({ "alarm": { "type": "AWS::CloudWatch::Alarm", "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1, "Threshold": 1, "MetricName": "Errors", "Namespace": "x", "Period": 60,
            "Statistic": "Sum", "Dimensions": [{ "Name": "a", "Value": "b" }] } }),
    );
    cases.case(
        "one of several is needed",
        json!({ "rule": { "type": "AWS::Events::Rule", "Description": "nothing" } }),
        json!({ "rule": { "type": "AWS::Events::Rule", "EventPattern": { "source": ["orders"] } } }),
    );
    cases.bad("nested unknown name", bucket(&json!({ "VersioningConfiguration": { "Statu": "Enabled" } })));
    cases.bad(
        "several mistakes in one resource",
        bucket(&json!({ "BucketName": "My_Bucket", "VersioningConfiguration": { "Status": "On" }, "AccessControl": "private" })),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn late_values() {
    let mut cases = Cases::default();
    let with = |properties: Json, others: Json| {
        let mut all = function(&properties);
        merge(&mut all, &others);
        all
    };
    let role = json!({ "role": { "type": "AWS::IAM::Role", "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }] } } });
    cases.case(
        "name of a role for its ARN",
        with(json!({ "Role": { "ref": "role" } }), role.clone()),
        with(json!({ "Role": { "get": "role.Arn" } }), role.clone()),
    );
    let network = json!({
        "vpc": { "type": "AWS::EC2::VPC", "CidrBlock": "10.0.0.0/16" },
        "group": { "type": "AWS::EC2::SecurityGroup", "GroupDescription": "web", "VpcId": { "ref": "vpc" } },
        "subnet": { "type": "AWS::EC2::Subnet", "VpcId": { "ref": "vpc" }, "CidrBlock": "10.0.1.0/24" },
    });
    cases.case(
        "id of something else",
        with(json!({ "VpcConfig": { "SubnetIds": [{ "ref": "group" }], "SecurityGroupIds": [{ "ref": "subnet" }] } }), network.clone()),
        with(json!({ "VpcConfig": { "SubnetIds": [{ "ref": "subnet" }], "SecurityGroupIds": [{ "ref": "group" }] } }), network.clone()),
    );
    cases.case(
        "list for a text",
        with(json!({ "Description": { "zones": true } }), json!({})),
        with(json!({ "Description": { "get": "role.Arn" } }), role.clone()),
    );
    cases.case(
        "text for a list",
        with(json!({ "Layers": { "get": "role.Arn" } }), role.clone()),
        with(
            json!({ "MemorySize": { "param": "size" } }),
            json!({ "$parameters": { "size": { "type": "Number" } } }),
        ),
    );
    cases.case(
        "unknown attribute",
        with(json!({ "Role": { "get": "role.Arm" } }), role.clone()),
        with(json!({ "Role": { "unknown": true } }), json!({})),
    );
    cases.bad(
        "parameter of another kind",
        with(
            json!({ "VpcConfig": { "SubnetIds": [{ "param": "vpc" }], "SecurityGroupIds": [] } }),
            json!({ "$parameters": { "vpc": { "type": "AWS::EC2::VPC::Id" } } }),
        ),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn unknown_values_say_nothing() {
    assert_eq!(found(&function(&json!({ "Role": { "unknown": true }, "Code": { "unknown": true } }))), "");
    assert_eq!(
        found(&function(&json!({ "VpcConfig": { "unknown": true }, "Layers": [{ "unknown": true }] }))),
        ""
    );
}
