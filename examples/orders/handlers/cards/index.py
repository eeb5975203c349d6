"""Charges cards through the payment provider."""

import base64
import json
import os
import urllib.request

import boto3

SECRETS = boto3.client("secretsmanager")


def handler(event, _context):
    body = event["body"]
    charge = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    # Read each time, so that a rotated key is used at once.
    key = SECRETS.get_secret_value(SecretId=os.environ["API_KEY_SECRET"])["SecretString"]
    request = urllib.request.Request(
        os.environ["PROVIDER_URL"] + "/charges",
        json.dumps({"amount": charge["amount"], "currency": "EUR"}).encode(),
        {
            "authorization": f"Bearer {key}",
            "content-type": "application/json",
            # The provider charges once for each of these.
            "idempotency-key": charge["id"],
        },
    )
    with urllib.request.urlopen(request, timeout=15) as response:
        return {"id": charge["id"], "approved": json.load(response)["status"] == "succeeded"}
