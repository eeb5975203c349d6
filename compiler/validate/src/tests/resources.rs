//! Resources by themselves, and among each other.

use serde_json::json;

use super::Cases;

#[test]
fn attributes_of_resources() {
    let mut cases = Cases::default();
    cases.case(
        "region",
        json!({ "$region": "ap-southeast-6", "app": { "type": "AWS::AppRunner::Service",
            "SourceConfiguration": { "AutoDeploymentsEnabled": false } } }),
        json!({ "$region": "eu-west-1", "photos": { "type": "AWS::S3::Bucket" } }),
    );
    cases.bad("shut down", json!({ "channel": { "type": "AWS::IoTAnalytics::Channel" } }));
    cases.case(
        "snapshot",
        json!({ "photos": { "type": "AWS::S3::Bucket", "@delete": "snapshot" } }),
        json!({ "disk": { "type": "AWS::EC2::Volume", "AvailabilityZone": "eu-west-1a", "Size": 8, "@delete": "snapshot" } }),
    );
    cases.bad(
        "replace policy",
        json!({ "photos": { "type": "AWS::S3::Bucket", "@replace": "retain-except-on-create" } }),
    );
    cases.bad(
        "no creation policy",
        json!({ "photos": { "type": "AWS::S3::Bucket", "@creation": { "ResourceSignal": {} } } }),
    );
    cases.case(
        "unknown key of a policy",
        json!({ "group": { "type": "AWS::AutoScaling::AutoScalingGroup", "MinSize": "1", "MaxSize": "2",
            "InstanceId": "i-0123456789abcdef0", "@update": { "AutoScalingRolingUpdate": {} } } }),
        json!({ "group": { "type": "AWS::AutoScaling::AutoScalingGroup", "MinSize": "1", "MaxSize": "2",
            "InstanceId": "i-0123456789abcdef0", "@update": { "AutoScalingRollingUpdate": {} } } }),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn cycles() {
    let mut cases = Cases::default();
    let group = |egress| {
        json!({ "type": "AWS::EC2::SecurityGroup", "GroupDescription": "web", "SecurityGroupIngress": [
        { "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "SourceSecurityGroupId": { "get": egress } }] })
    };
    cases.case(
        "groups",
        json!({ "a": group("b.GroupId"), "b": group("a.GroupId") }),
        json!({ "a": { "type": "AWS::EC2::SecurityGroup", "GroupDescription": "web" }, "b": group("a.GroupId") }),
    );
    cases
        .bad("itself", json!({ "photos": { "type": "AWS::S3::Bucket", "BucketName": { "ref": "photos" } } }));
    cases.case(
        "depends_on",
        json!({ "topic": { "type": "AWS::SNS::Topic" },
            "feed": { "type": "AWS::SNS::Subscription", "Protocol": "email", "Endpoint": "a@example.com", "TopicArn": { "ref": "topic" }, "@after": "topic" } }),
        json!({ "topic": { "type": "AWS::SNS::Topic" }, "photos": { "type": "AWS::S3::Bucket", "@after": "topic" } }),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn identifiers() {
    let mut cases = Cases::default();
    let named = |name: &str| json!({ "type": "AWS::S3::Bucket", "BucketName": name });
    cases.case(
        "bucket",
        json!({ "a": named("photos"), "b": named("photos") }),
        json!({ "a": named("photos"), "b": named("videos") }),
    );
    let on = |condition: &str| json!({ "type": "AWS::S3::Bucket", "BucketName": "photos", "@if": condition });
    cases.case(
        "conditions",
        json!({ "a": on("prod"), "b": on("prod") }),
        json!({ "a": on("prod"), "b": on("dev") }),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn parameters_and_outputs() {
    let mut cases = Cases::default();
    cases.case(
        "type",
        json!({ "$parameters": { "size": { "type": "Integer" } } }),
        json!({ "$parameters": { "size": { "type": "Number", "default": 5, "min": 1, "max": 9 } } }),
    );
    cases.bad("range", json!({ "$parameters": { "size": { "type": "Number", "default": 50, "max": 9 } } }));
    cases.bad("empty range", json!({ "$parameters": { "size": { "type": "Number", "min": 50, "max": 9 } } }));
    cases.bad("length", json!({ "$parameters": { "size": { "default": "a", "min_length": 2 } } }));
    cases.bad("number", json!({ "$parameters": { "size": { "type": "Number", "default": "a" } } }));
    cases.bad("allowed", json!({ "$parameters": { "size": { "default": "a", "allowed": ["b", "c"] } } }));
    cases.bad("name", json!({ "$parameters": { "the size": {} } }));
    cases.bad("shared name", json!({ "$parameters": { "size": {} }, "size": { "type": "AWS::SNS::Topic" } }));
    cases.case("output", json!({ "$outputs": { "ids": ["a", "b"] } }), json!({ "$outputs": { "id": "a" } }));
    insta::assert_snapshot!(cases.text);
}

#[test]
fn text_that_looks_interpolated() {
    let mut cases = Cases::default();
    cases.case(
        "a pseudo parameter",
        json!({ "topic": { "type": "AWS::SNS::Topic", "DisplayName": "in ${AWS::Region}" } }),
        json!({ "topic": { "type": "AWS::SNS::Topic", "DisplayName": "costs ${price}" } }),
    );
    insta::assert_snapshot!(cases.text);
}
