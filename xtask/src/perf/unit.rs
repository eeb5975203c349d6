//! The unit of the measured infrastructure: ten resources that belong together, as data.
//!
//! A worker as people write them: a queue with its dead-letter queue and an alarm on that, a function that reads it,
//! the table and bucket it uses, and its role, policy and log group. Names carry the unit's number; nothing else
//! differs between units. This module must not know any language the unit is printed in.

/// How many resources a unit has.
pub(crate) const UNIT_SIZE: usize = 10;

/// A resource of the unit.
pub(crate) struct Resource {
    /// The name without the unit's number: `Bucket` for the logical ids `Bucket0`, `Bucket1`, ….
    pub(crate) name: &'static str,
    /// The service's part of the type, as in `AWS::S3::Bucket`.
    pub(crate) service: &'static str,
    /// The last part of the type.
    pub(crate) kind: &'static str,
    /// The properties, in the order they are written.
    pub(crate) properties: Vec<(&'static str, Value)>,
}

/// The value of a property.
pub(crate) enum Value {
    Bool(bool),
    Int(i64),
    /// Text with the unit's number or attributes of other resources in it.
    Text(Vec<Piece>),
    List(Vec<Value>),
    Record(Vec<(&'static str, Value)>),
    /// A record whose keys are data of the user's and not names of properties.
    Map(Vec<(&'static str, Value)>),
    Reference(Reference),
}

/// A part of a text.
pub(crate) enum Piece {
    Literal(&'static str),
    /// The number of the unit.
    Index,
    Reference(Reference),
}

/// What AWS knows of a resource once it exists.
#[derive(Clone, Copy)]
pub(crate) struct Reference {
    /// The name of the resource in the same unit.
    pub(crate) resource: &'static str,
    /// The property or attribute that is meant.
    pub(crate) attribute: &'static str,
    /// Whether it is what `Ref` gives, rather than `Fn::GetAtt`.
    pub(crate) is_ref: bool,
}

/// `Fn::GetAtt`.
fn attribute(resource: &'static str, attribute: &'static str) -> Reference {
    Reference { resource, attribute, is_ref: false }
}

/// `Ref`, by the name of the property or attribute that it stands for.
fn identity(resource: &'static str, attribute: &'static str) -> Reference {
    Reference { resource, attribute, is_ref: true }
}

fn text(literal: &'static str) -> Value {
    Value::Text(vec![Piece::Literal(literal)])
}

fn texts(literals: &[&'static str]) -> Value {
    Value::List(literals.iter().map(|literal| text(literal)).collect())
}

fn record<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::Record(Vec::from(fields))
}

fn list<const N: usize>(items: [Value; N]) -> Value {
    Value::List(Vec::from(items))
}

fn reference(reference: Reference) -> Value {
    Value::Reference(reference)
}

fn allow(actions: &[&'static str], resource: Value) -> Value {
    record([("Effect", text("Allow")), ("Action", texts(actions)), ("Resource", resource)])
}

fn resource<const N: usize>(
    name: &'static str,
    service: &'static str,
    kind: &'static str,
    properties: [(&'static str, Value); N],
) -> Resource {
    Resource { name, service, kind, properties: Vec::from(properties) }
}

/// The unit. Each resource only refers to earlier ones, because some peers need that.
pub(crate) fn unit() -> Vec<Resource> {
    use Piece::{Index, Literal};
    use Value::{Bool, Int, Map, Text};

    let key = |name: &'static str| record([("AttributeName", text(name)), ("AttributeType", text("S"))]);
    let key_part = |name, kind| record([("AttributeName", text(name)), ("KeyType", text(kind))]);
    let assume = record([
        ("Effect", text("Allow")),
        ("Principal", record([("Service", text("lambda.amazonaws.com"))])),
        ("Action", text("sts:AssumeRole")),
    ]);
    let handler = vec![
        Literal("exports.handler = async (e) => { console.log('unit "),
        Index,
        Literal("', e.Records.length); };"),
    ];
    let objects = Text(vec![Piece::Reference(attribute("Bucket", "Arn")), Literal("/*")]);
    let table_actions = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"];
    let queue_actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

    vec![
        resource(
            "Bucket",
            "S3",
            "Bucket",
            [
                (
                    "BucketEncryption",
                    record([(
                        "ServerSideEncryptionConfiguration",
                        list([record([(
                            "ServerSideEncryptionByDefault",
                            record([("SSEAlgorithm", text("AES256"))]),
                        )])]),
                    )]),
                ),
                (
                    "PublicAccessBlockConfiguration",
                    record([
                        ("BlockPublicAcls", Bool(true)),
                        ("BlockPublicPolicy", Bool(true)),
                        ("IgnorePublicAcls", Bool(true)),
                        ("RestrictPublicBuckets", Bool(true)),
                    ]),
                ),
            ],
        ),
        resource("Dlq", "SQS", "Queue", [("MessageRetentionPeriod", Int(1_209_600))]),
        resource(
            "Queue",
            "SQS",
            "Queue",
            [
                ("VisibilityTimeout", Int(180)),
                (
                    "RedrivePolicy",
                    record([
                        ("deadLetterTargetArn", reference(attribute("Dlq", "Arn"))),
                        ("maxReceiveCount", Int(5)),
                    ]),
                ),
            ],
        ),
        resource(
            "Table",
            "DynamoDB",
            "Table",
            [
                ("BillingMode", text("PAY_PER_REQUEST")),
                ("AttributeDefinitions", list([key("pk"), key("sk")])),
                ("KeySchema", list([key_part("pk", "HASH"), key_part("sk", "RANGE")])),
                ("PointInTimeRecoverySpecification", record([("PointInTimeRecoveryEnabled", Bool(true))])),
            ],
        ),
        resource(
            "Role",
            "IAM",
            "Role",
            [(
                "AssumeRolePolicyDocument",
                record([("Version", text("2012-10-17")), ("Statement", list([assume]))]),
            )],
        ),
        resource(
            "Fn",
            "Lambda",
            "Function",
            [
                ("Runtime", text("nodejs22.x")),
                ("Handler", text("index.handler")),
                ("Role", reference(attribute("Role", "Arn"))),
                ("MemorySize", Int(256)),
                ("Timeout", Int(30)),
                ("Code", record([("ZipFile", Text(handler))])),
                (
                    "Environment",
                    record([(
                        "Variables",
                        Map(vec![
                            ("TABLE", reference(identity("Table", "TableName"))),
                            ("BUCKET", reference(identity("Bucket", "BucketName"))),
                            ("QUEUE_URL", reference(identity("Queue", "QueueUrl"))),
                        ]),
                    )]),
                ),
            ],
        ),
        resource(
            "Log",
            "Logs",
            "LogGroup",
            [
                (
                    "LogGroupName",
                    Text(vec![Literal("/aws/lambda/"), Piece::Reference(identity("Fn", "FunctionName"))]),
                ),
                ("RetentionInDays", Int(14)),
            ],
        ),
        resource(
            "Policy",
            "IAM",
            "Policy",
            [
                ("PolicyName", Text(vec![Literal("unit"), Index])),
                ("Roles", list([reference(identity("Role", "RoleName"))])),
                (
                    "PolicyDocument",
                    record([
                        ("Version", text("2012-10-17")),
                        (
                            "Statement",
                            list([
                                allow(&table_actions, reference(attribute("Table", "Arn"))),
                                allow(&queue_actions, reference(attribute("Queue", "Arn"))),
                                allow(&["s3:GetObject", "s3:PutObject"], objects),
                                allow(
                                    &["logs:CreateLogStream", "logs:PutLogEvents"],
                                    reference(attribute("Log", "Arn")),
                                ),
                            ]),
                        ),
                    ]),
                ),
            ],
        ),
        resource(
            "Esm",
            "Lambda",
            "EventSourceMapping",
            [
                ("EventSourceArn", reference(attribute("Queue", "Arn"))),
                ("FunctionName", reference(identity("Fn", "FunctionName"))),
                ("BatchSize", Int(10)),
            ],
        ),
        resource(
            "Alarm",
            "CloudWatch",
            "Alarm",
            [
                (
                    "AlarmDescription",
                    Text(vec![Literal("unit "), Index, Literal(": messages in the dead-letter queue")]),
                ),
                ("Namespace", text("AWS/SQS")),
                ("MetricName", text("ApproximateNumberOfMessagesVisible")),
                (
                    "Dimensions",
                    list([record([
                        ("Name", text("QueueName")),
                        ("Value", reference(attribute("Dlq", "QueueName"))),
                    ])]),
                ),
                ("Statistic", text("Maximum")),
                ("Period", Int(300)),
                ("EvaluationPeriods", Int(1)),
                ("Threshold", Int(1)),
                ("ComparisonOperator", text("GreaterThanOrEqualToThreshold")),
                ("TreatMissingData", text("notBreaching")),
            ],
        ),
    ]
}
