//! VPCs, subnets, route tables and endpoints.

use serde_json::{Value as Json, json};

use super::Cases;
use super::values::merge;

fn network(others: &Json) -> Json {
    let mut all = json!({ "vpc": { "type": "AWS::EC2::VPC", "CidrBlock": "10.0.0.0/16" } });
    merge(&mut all, others);
    all
}

fn subnet(range: &str) -> Json {
    json!({ "type": "AWS::EC2::Subnet", "VpcId": { "ref": "vpc" }, "CidrBlock": range })
}

#[test]
fn ranges() {
    let mut cases = Cases::default();
    cases.case(
        "outside",
        network(&json!({ "a": subnet("10.1.0.0/24") })),
        network(&json!({ "a": subnet("10.1.0.0/24"),
            "more": { "type": "AWS::EC2::VPCCidrBlock", "VpcId": { "ref": "vpc" }, "CidrBlock": "10.1.0.0/16" } })),
    );
    cases.case(
        "overlap",
        network(
            &json!({ "a": subnet("10.0.0.0/20"), "b": subnet("10.0.15.0/24"), "c": subnet("10.0.16.0/24") }),
        ),
        network(&json!({ "a": subnet("10.0.0.0/20"), "c": subnet("10.0.16.0/24") })),
    );
    cases.case(
        "size",
        network(&json!({ "a": subnet("10.0.0.0/30") })),
        network(&json!({ "a": subnet("10.0.0.0/28") })),
    );
    cases.bad("not a range", network(&json!({ "a": subnet("10.0.3.0/16") })));
    insta::assert_snapshot!(cases.text);
}

#[test]
fn route_tables_and_endpoints() {
    let mut cases = Cases::default();
    let table = json!({ "type": "AWS::EC2::RouteTable", "VpcId": { "ref": "vpc" } });
    let link = |table: &str| json!({ "type": "AWS::EC2::SubnetRouteTableAssociation", "SubnetId": { "ref": "a" }, "RouteTableId": { "ref": table } });
    cases.case(
        "two tables",
        network(
            &json!({ "a": subnet("10.0.0.0/24"), "t": table, "u": table, "l": link("t"), "m": link("u") }),
        ),
        network(&json!({ "a": subnet("10.0.0.0/24"), "t": table, "l": link("t") })),
    );
    let endpoint = |service: &str| {
        json!({ "type": "AWS::EC2::VPCEndpoint", "VpcId": { "ref": "vpc" }, "ServiceName": service,
            "VpcEndpointType": "Interface", "PrivateDnsEnabled": true })
    };
    cases.case(
        "private DNS twice",
        network(&json!({ "a": endpoint("com.amazonaws.eu-west-1.sqs"), "b": endpoint("com.amazonaws.eu-west-1.sqs") })),
        network(&json!({ "a": endpoint("com.amazonaws.eu-west-1.sqs"), "b": endpoint("com.amazonaws.eu-west-1.sns") })),
    );
    insta::assert_snapshot!(cases.text);
}
