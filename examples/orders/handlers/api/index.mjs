// Takes orders: stores them, and asks for their shipment.

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const table = DynamoDBDocumentClient.from(new DynamoDBClient());
const queue = new SQSClient();

const answer = (statusCode, body) => ({
    statusCode,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
});

const routes = {
    "GET /health": async () => answer(200, { status: "ok" }),

    "POST /orders": async (event) => {
        const order = read(event);
        if (!order) {
            return answer(400, { error: "an order has an `amount` in cents and at least one of `items`" });
        }
        const key = { customer_id: customer(event), order_id: event.requestContext.requestId };
        await table.send(new PutCommand({
            TableName: process.env.ORDERS_TABLE,
            Item: { ...key, ...order, status: "accepted" },
            // A repeated request is the same order.
            ConditionExpression: "attribute_not_exists(order_id)",
        }));
        await queue.send(new SendMessageCommand({
            QueueUrl: process.env.SHIPMENTS_QUEUE,
            MessageBody: JSON.stringify({ ...key, amount: order.amount }),
        }));
        return answer(202, { order_id: key.order_id });
    },

    "GET /orders/{id}": async (event) => {
        const { Item: order } = await table.send(new GetCommand({
            TableName: process.env.ORDERS_TABLE,
            Key: { customer_id: customer(event), order_id: event.pathParameters.id },
        }));
        return order ? answer(200, order) : answer(404, { error: "there is no such order" });
    },
};

// Callers sign their requests: who they are is not theirs to say.
const customer = (event) => event.requestContext.authorizer.iam.userId;

function read(event) {
    try {
        const { amount, items } = JSON.parse(event.isBase64Encoded ? atob(event.body) : event.body);
        const fine = Number.isSafeInteger(amount) && amount > 0 && Array.isArray(items) && items.length > 0;
        return fine ? { amount, items } : undefined;
    } catch {
        return undefined;
    }
}

export const handler = (event) => routes[event.routeKey](event);
