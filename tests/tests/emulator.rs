//! Real calls: an example is deployed to an emulator that enforces IAM, and its roles are tried.
//!
//! What `uses` says succeeds; its neighbours, another action or another resource, are refused.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use ci_tests::oracle::access::emulate;
use serde_json::{Value, json};

const ORDERS: &str = "shop-dev-orders";
const PAYMENTS: &str = "shop-dev-payments";

/// A stack of somebody else in the same account.
const FOREIGN: &str = "foreign";

/// A call, and what is expected of the roles of `api` and `worker`.
struct Call {
    service: &'static str,
    operation: &'static str,
    arguments: Value,
    api: &'static str,
    worker: &'static str,
}

/// The name that a resource got when it was deployed.
fn physical(stack: &str, logical_id: &str) -> Value {
    json!({ "Physical": [stack, logical_id] })
}

/// What the example says of `api`: `uses: [orders.read, orders.write, shipments.send]`; and of `worker`:
/// `on: [shipments.messages { … }], uses: [orders.write, payments.charge]`.
fn calls() -> Vec<Call> {
    let orders = || physical(ORDERS, "OrdersTable");
    let shipments = || physical(ORDERS, "ShipmentsQueue");
    let key = || json!({ "customer_id": { "S": "c" }, "order_id": { "S": "o" } });
    let by_status = json!({
        "TableName": orders(),
        "IndexName": "by_status",
        "KeyConditionExpression": "#status = :new",
        "ExpressionAttributeNames": { "#status": "status" },
        "ExpressionAttributeValues": { ":new": { "S": "new" } },
    });
    let send = |queue: Value| json!({ "QueueUrl": queue, "MessageBody": "{}" });
    let call = |service, operation, arguments, [api, worker]: [&'static str; 2]| Call {
        service,
        operation,
        arguments,
        api,
        worker,
    };
    vec![
        call("dynamodb", "get_item", json!({ "TableName": orders(), "Key": key() }), ["allowed", "denied"]),
        call("dynamodb", "query", by_status, ["allowed", "denied"]),
        call("dynamodb", "put_item", json!({ "TableName": orders(), "Item": key() }), ["allowed", "allowed"]),
        call("dynamodb", "delete_item", json!({ "TableName": orders(), "Key": key() }), ["denied", "denied"]),
        call("dynamodb", "scan", json!({ "TableName": orders() }), ["denied", "denied"]),
        call(
            "dynamodb",
            "put_item",
            json!({ "TableName": physical(FOREIGN, "Table"), "Item": key() }),
            ["denied", "denied"],
        ),
        call("sqs", "send_message", send(shipments()), ["allowed", "denied"]),
        call("sqs", "send_message", send(physical(FOREIGN, "Queue")), ["denied", "denied"]),
        call("sqs", "receive_message", json!({ "QueueUrl": shipments() }), ["denied", "allowed"]),
        call("sqs", "purge_queue", json!({ "QueueUrl": shipments() }), ["denied", "denied"]),
        // Payments are charged by way of the URL: not even who may do that may call the function behind it.
        call(
            "lambda",
            "invoke",
            json!({ "FunctionName": physical(PAYMENTS, "ChargeFunction") }),
            ["denied", "denied"],
        ),
        call("iam", "list_roles", json!({}), ["denied", "denied"]),
    ]
}

/// The template that is kept of a stack of the example.
fn template(stack: &str) -> Value {
    let path = format!("{}/golden/orders/dev/{stack}.template.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_roles_of_orders_may_do_what_is_said_and_nothing_beside_it() {
    let foreign = json!({ "Resources": {
        "Table": { "Type": "AWS::DynamoDB::Table", "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                { "AttributeName": "customer_id", "AttributeType": "S" },
                { "AttributeName": "order_id", "AttributeType": "S" },
            ],
            "KeySchema": [
                { "AttributeName": "customer_id", "KeyType": "HASH" },
                { "AttributeName": "order_id", "KeyType": "RANGE" },
            ],
        } },
        "Queue": { "Type": "AWS::SQS::Queue" },
    } });
    let calls = calls();
    let of = |call: &Call| json!({ "service": call.service, "operation": call.operation, "arguments": call.arguments });
    let probe = |role: &str, tls: bool| json!({ "stack": ORDERS, "role": role, "tls": tls, "calls": calls.iter().map(of).collect::<Vec<_>>() });
    let answers = emulate(&json!({
        "region": "eu-west-1",
        "stacks": [
            { "name": PAYMENTS, "template": template(PAYMENTS) },
            { "name": ORDERS, "template": template(ORDERS) },
            { "name": FOREIGN, "template": foreign },
        ],
        "probes": [probe("ApiRole", true), probe("WorkerRole", true), probe("ApiRole", false)],
    }));
    let [api, worker, without_tls] = &answers[..] else { panic!("an answer for each probe: {answers:?}") };

    let mut wrong = String::new();
    for (at, call) in calls.iter().enumerate() {
        for (role, expected, got) in [("api", call.api, &api[at]), ("worker", call.worker, &worker[at])] {
            if expected != got {
                let Call { service, operation, arguments, .. } = call;
                let _ = writeln!(wrong, "{role}: {service} {operation} {arguments}: {got}, not {expected}");
            }
        }
        // The policy of a queue refuses what is not encrypted on the way, whoever sends it.
        if call.service == "sqs" && without_tls[at] != "denied" {
            let _ = writeln!(wrong, "without TLS: {} {}: {}", call.service, call.operation, without_tls[at]);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
