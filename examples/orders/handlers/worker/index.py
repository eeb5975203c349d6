"""Charges and ships orders. What fails is tried again, alone."""

import json
import logging
import os
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

TABLE = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])
SESSION = boto3.Session()


def handler(event, _context):
    failures = []
    for record in event["Records"]:
        try:
            ship(json.loads(record["body"]))
        except Exception:
            logging.exception("not shipped")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def ship(order):
    charged = charge(order)
    TABLE.update_item(
        Key={"customer_id": order["customer_id"], "order_id": order["order_id"]},
        UpdateExpression="SET #status = :status",
        # A name that DynamoDB keeps for itself.
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": "shipped" if charged else "declined"},
    )


def charge(order):
    """Whether the amount was charged; the order's id makes a second try harmless."""
    body = json.dumps({"id": order["order_id"], "amount": order["amount"]})
    url = os.environ["PAYMENTS_URL"]
    request = AWSRequest(method="POST", url=url, data=body, headers={"content-type": "application/json"})
    SigV4Auth(SESSION.get_credentials(), "lambda", SESSION.region_name).add_auth(request)
    signed = urllib.request.Request(url, body.encode(), dict(request.headers), method="POST")
    with urllib.request.urlopen(signed, timeout=25) as response:
        return json.load(response)["approved"]
