//! Texts worth trying: what schemas name instead of spelling out, what properties of a name usually hold, and policies.

use ci_catalog::{Node, PolicyKind, ResourceSchema, Scalar, resource_type};
use serde_json::{Value, json};

use super::pattern;
use crate::oracle::DEFAULT_REGION;

/// Where a text is to stand.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The type of the resource.
    pub resource: &'static str,
    /// The names on the way, `*` for items.
    pub path: &'a [String],
}

impl Place<'_> {
    /// The name of the innermost property.
    fn name(&self) -> &str {
        self.path.iter().rev().find(|step| *step != "*").map_or("", String::as_str)
    }
}

/// Formats by name.
const FORMATS: &[(&str, &[&str])] = &[
    ("AWS::EC2::SecurityGroup.Id", &["sg-0123456789abcdef0", "sg-0123456789abcdef1"]),
    ("AWS::EC2::VPC.Id", &["vpc-0123456789abcdef0", "vpc-0123456789abcdef1"]),
    (
        "AWS::EC2::Subnet.Id",
        &["subnet-0123456789abcdef0", "subnet-0123456789abcdef1", "subnet-0123456789abcdef2"],
    ),
    ("AWS::EC2::Image.Id", &["ami-0123456789abcdef0"]),
    ("AWS::EC2::SecurityGroup.Name", &["web"]),
    ("AWS::Logs::LogGroup.Name", &["/aws/lambda/orders"]),
    ("AWS::S3::Bucket.Name", &["orders-archive", "orders-other"]),
    (
        "AWS::IAM::Role.Arn",
        &["arn:aws:iam::123456789012:role/worker", "arn:aws:iam::123456789012:role/other"],
    ),
    ("AWS::KMS::Key.Arn", &["arn:aws:kms:us-east-1:123456789012:key/0b7c4b5e-0e0c-4b1a-9d4e-3f6c1a2b3c4d"]),
    ("AWS::SNS::Topic.Arn", &["arn:aws:sns:us-east-1:123456789012:orders"]),
    (
        "AWS::ACM::Certificate.Arn",
        &["arn:aws:acm:us-east-1:123456789012:certificate/0b7c4b5e-0e0c-4b1a-9d4e-3f6c1a2b3c4d"],
    ),
    ("AWS::Lambda::Function.Arn", &["arn:aws:lambda:us-east-1:123456789012:function:orders"]),
    ("AWS::Lambda::Function.Name", &["orders"]),
    ("AWS::KMS::Key.Id", &["0b7c4b5e-0e0c-4b1a-9d4e-3f6c1a2b3c4d"]),
    ("AWS::KMS::Alias.AliasName", &["alias/orders"]),
    ("ipv4", &["10.0.0.1", "10.0.0.2"]),
    ("ipv6", &["2001:db8::1", "2001:db8::2"]),
    ("ipv4-network", &["10.0.0.0/24", "10.0.1.0/24"]),
    ("ipv6-network", &["2001:db8::/56", "2001:db8:0:100::/56"]),
    ("date", &["2027-01-31", "2027-02-28"]),
    ("date-time", &["2027-01-31T12:00:00Z", "2027-02-28T12:00:00Z"]),
    ("timestamp", &["2027-01-31T12:00:00Z"]),
    ("email", &["someone@example.com", "other@example.com"]),
    ("uri", &["https://example.com/path"]),
    ("hostname", &["example.com"]),
];

/// What properties usually hold whose names end so, in lower case; the first that fits is tried first.
const NAMES: &[(&str, &[&str])] = &[
    ("availabilityzone", &["us-east-1a", "us-east-1b"]),
    ("availabilityzones", &["us-east-1a", "us-east-1b"]),
    ("availabilityzoneid", &["use1-az1", "use1-az2"]),
    ("rolearn", &["arn:aws:iam::123456789012:role/worker"]),
    ("executionrole", &["arn:aws:iam::123456789012:role/worker"]),
    ("role", &["arn:aws:iam::123456789012:role/worker", "worker"]),
    ("topicarn", &["arn:aws:sns:us-east-1:123456789012:orders"]),
    ("functionarn", &["arn:aws:lambda:us-east-1:123456789012:function:orders"]),
    ("kmskeyarn", &["arn:aws:kms:us-east-1:123456789012:key/0b7c4b5e-0e0c-4b1a-9d4e-3f6c1a2b3c4d"]),
    ("secretarn", &["arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf"]),
    ("bucketarn", &["arn:aws:s3:::orders-archive"]),
    (
        "certificatearn",
        &["arn:aws:acm:us-east-1:123456789012:certificate/0b7c4b5e-0e0c-4b1a-9d4e-3f6c1a2b3c4d"],
    ),
    ("arn", &["arn:aws:sqs:us-east-1:123456789012:orders", "arn:aws:iam::123456789012:role/worker"]),
    ("arns", &["arn:aws:sqs:us-east-1:123456789012:orders"]),
    ("cidr", &["10.0.0.0/24", "10.0.1.0/24"]),
    ("cidrblock", &["10.0.0.0/24", "10.0.1.0/24"]),
    ("cidrip", &["10.0.0.0/24"]),
    ("ipaddress", &["10.0.0.1", "10.0.0.2"]),
    ("vpcid", &["vpc-0123456789abcdef0"]),
    ("subnetid", &["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]),
    ("subnetids", &["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]),
    ("securitygroupid", &["sg-0123456789abcdef0"]),
    ("imageid", &["ami-0123456789abcdef0"]),
    ("instanceid", &["i-0123456789abcdef0"]),
    ("instancetype", &["m5.large", "t3.micro"]),
    ("region", &["us-east-1", "us-west-2"]),
    ("regionname", &["us-east-1"]),
    ("accountid", &["123456789012", "210987654321"]),
    ("email", &["someone@example.com"]),
    ("url", &["https://example.com/path"]),
    ("uri", &["https://example.com/path", "s3://orders-archive/key"]),
    ("domainname", &["example.com"]),
    ("principal", &["123456789012", "lambda.amazonaws.com"]),
    ("starttime", &["2027-01-31T12:00:00Z"]),
    ("endtime", &["2027-02-28T12:00:00Z"]),
    ("scheduleexpression", &["rate(1 day)"]),
    ("expression", &["rate(1 day)", "cron(0 12 * * ? *)"]),
    ("port", &["443"]),
    ("zone", &["example.com"]),
    ("action", &["lambda:InvokeFunction"]),
    ("definitionstring", &[r#"{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}"#]),
    ("policytext", &["{}"]),
    ("eventpattern", &[r#"{"source":["aws.ec2"]}"#]),
    ("json", &["{}"]),
    ("body", &["{}"]),
    ("content", &["{}"]),
    ("document", &["{}"]),
    ("bucket", &["orders-archive"]),
    ("bucketname", &["orders-archive"]),
    ("tablename", &["orders"]),
    ("password", &["Correct-horse-battery-1"]),
    ("version", &["1", "1.0", "1.0.0"]),
];

/// What only the documentation of a service says: by type and property.
const PLACES: &[(&str, &str, &[&str])] = &[(
    "AWS::XRay::ResourcePolicy",
    "PolicyDocument",
    &[
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"xray:PutTraceSegments","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}]}"#,
    ],
)];

/// What only the documentation of a service says must be there: by type, at the top.
const REQUIRED: &[(&str, &[&str])] = &[
    ("AWS::EC2::Instance", &["ImageId"]),
    ("AWS::Lambda::Permission", &["PrincipalOrgID"]),
    ("AWS::Serverless::Function", &["Handler", "Runtime"]),
    ("AWS::Serverless::StateMachine", &["DefinitionUri"]),
];

/// Documents of which an empty one will not do.
const DOCUMENTS: &[(&str, &str, &str)] = &[
    (
        "AWS::CloudFront::Distribution",
        "DistributionConfig",
        r#"{"Enabled":true,"DefaultCacheBehavior":{"TargetOriginId":"orders","ViewerProtocolPolicy":"https-only","CachePolicyId":"658327ea-f89d-4fab-a63d-7e88639e58f6"},"Origins":[{"Id":"orders","DomainName":"example.com","CustomOriginConfig":{"OriginProtocolPolicy":"https-only"}}]}"#,
    ),
    ("AWS::Events::Rule", "EventPattern", r#"{"source":["aws.ec2"]}"#),
    (
        "AWS::SSM::Document",
        "Content",
        r#"{"schemaVersion":"2.2","mainSteps":[{"action":"aws:runShellScript","name":"run","inputs":{"runCommand":["date"]}}]}"#,
    ),
];

/// Names that must be there although no fact says so.
#[must_use]
pub fn required(resource: &str) -> &'static [&'static str] {
    REQUIRED.iter().find(|(name, _)| *name == resource).map_or(&[], |(_, names)| names)
}

/// A document worth trying in a place.
#[must_use]
pub fn document(place: &Place<'_>) -> Option<Value> {
    let found =
        DOCUMENTS.iter().find(|(resource, name, _)| *resource == place.resource && *name == place.name());
    found.and_then(|(.., text)| serde_json::from_str(text).ok())
}

/// Anything else, by what patterns most often ask for.
const COMMON: &[&str] = &[
    "orders",
    "orders1",
    "Orders",
    "orders-1",
    "/orders",
    "/orders/",
    "1",
    "10",
    "60",
    "true",
    "123456789012",
    "us-east-1",
    "us-east-1a",
    "0b7c4b5e-0e0c-4b1a-9d4e-3f6c1a2b3c4d",
    "1234567890abcdef1234567890abcdef",
    "10.0.0.1",
    "10.0.0.0/24",
    "2027-01-31",
    "2027-01-31T12:00:00Z",
    "12:00",
    "example.com",
    "https://example.com/path",
    "s3://orders-archive/key",
    "someone@example.com",
    "rate(1 day)",
    "cron(0 12 * * ? *)",
    "vpc-0123456789abcdef0",
    "subnet-0123456789abcdef0",
    "sg-0123456789abcdef0",
    "i-0123456789abcdef0",
    "arn:aws:iam::123456789012:role/worker",
    "arn:aws:s3:::orders-archive",
    "arn:aws:s3:::orders-archive/key",
    "arn:aws:kms:us-east-1:123456789012:key/0b7c4b5e-0e0c-4b1a-9d4e-3f6c1a2b3c4d",
    "arn:aws:lambda:us-east-1:123456789012:function:orders",
    "arn:aws:sns:us-east-1:123456789012:orders",
    "arn:aws:sqs:us-east-1:123456789012:orders",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf",
    "arn:aws:acm:us-east-1:123456789012:certificate/0b7c4b5e-0e0c-4b1a-9d4e-3f6c1a2b3c4d",
    "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:1",
    "{}",
    "[]",
    "+12065550100",
    "AABBCCDDEEFF",
    "Mon:01:00-Mon:02:00",
    "mon:01:00-mon:02:00",
    "01:00-02:00",
];

/// Texts worth trying where `nodes` hold, the best first. Not all of them fit.
pub fn texts<'a>(nodes: &'a [&Node], place: &Place<'_>) -> impl Iterator<Item = Value> + use<'a> {
    let mut first: Vec<String> = Vec::new();
    for node in nodes {
        if let Some(Scalar::Str(text)) = node.const_value {
            first.push(text.to_owned());
        }
        if let Some(Scalar::Int(number)) = node.const_value {
            first.push(number.to_string());
        }
        if let Some(Scalar::Bool(truth)) = node.const_value {
            first.push(truth.to_string());
        }
    }
    for node in nodes {
        first.extend(node.enum_values.iter().map(|text| (*text).to_owned()));
        for scalar in node.enum_scalars {
            match scalar {
                Scalar::Int(number) => first.push(number.to_string()),
                Scalar::Bool(truth) => first.push(truth.to_string()),
                _ => {}
            }
        }
    }
    let known = nodes.iter().filter_map(|node| node.format);
    for format in known {
        let samples = FORMATS.iter().filter(|(name, _)| *name == format);
        first.extend(samples.flat_map(|(_, samples)| *samples).map(|text| (*text).to_owned()));
    }
    let offers = resource_type(place.resource).map(ResourceSchema::offers).unwrap_or_default();
    let offered = offers.iter().filter(|offer| offer.pointer.split('/').eq(place.path));
    let offered = offered.filter_map(|offer| offer.values()?.values_in(DEFAULT_REGION).next());
    first.extend(offered.map(str::to_owned));
    let here =
        PLACES.iter().filter(|(resource, name, _)| *resource == place.resource && *name == place.name());
    first.extend(here.flat_map(|(.., samples)| *samples).map(|text| (*text).to_owned()));
    for target in nodes.iter().flat_map(|node| node.references) {
        let wants_arn = target.attribute.ends_with("Arn");
        let template = resource_type(target.resource_type).and_then(ResourceSchema::arn_template);
        first.extend(template.filter(|_| wants_arn).map(filled));
    }
    let name = place.name().to_lowercase();
    let samples = NAMES.iter().filter(|(ending, _)| name.ends_with(ending));
    first.extend(samples.flat_map(|(_, samples)| *samples).map(|text| (*text).to_owned()));
    let patterns: Vec<&'static str> = nodes.iter().filter_map(|node| node.pattern).collect();
    let least =
        nodes.iter().filter_map(|node| node.min_length).max().unwrap_or_default().min(10_000) as usize;
    let padded = ["a", "0", "A", "/a", "orders-"].map(|unit| {
        let mut text = unit.repeat(least / unit.len() + 1);
        text.truncate(least.max(1));
        text
    });
    let made = patterns.into_iter().flat_map(pattern::texts);
    first
        .into_iter()
        .chain(COMMON.iter().map(|text| (*text).to_owned()))
        .chain(made)
        .chain(padded)
        .chain(["a", "ab", "abc", "b", "c", ""].map(str::to_owned))
        .map(Value::String)
}

/// `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}` with something in every place.
fn filled(template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        text.push_str(match name {
            "Partition" => "aws",
            "Region" => "us-east-1",
            "Account" => "123456789012",
            _ => "orders",
        });
        rest = tail;
    }
    text + rest
}

/// The smallest policy of a kind.
#[must_use]
pub fn policy(kind: PolicyKind, resource: &str) -> Option<Value> {
    let service = resource.split("::").nth(1)?.to_lowercase();
    let (action, arn) = match service.as_str() {
        "sqs" => ("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:orders"),
        "sns" => ("sns:Publish", "arn:aws:sns:us-east-1:123456789012:orders"),
        "kms" => ("kms:Decrypt", "*"),
        "ecr" => ("ecr:BatchGetImage", "*"),
        "secretsmanager" => ("secretsmanager:GetSecretValue", "*"),
        _ => ("s3:GetObject", "arn:aws:s3:::orders-archive/*"),
    };
    let principal = json!({ "AWS": "arn:aws:iam::123456789012:role/worker" });
    // An account by its number is known to be of the organization.
    let ours = json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } });
    let statement = match kind {
        PolicyKind::Identity => json!({ "Effect": "Allow", "Action": action, "Resource": arn }),
        PolicyKind::Resource => {
            json!({ "Effect": "Allow", "Principal": principal, "Action": action, "Resource": arn, "Condition": ours })
        }
        PolicyKind::ResourceWithoutResource => {
            json!({ "Effect": "Allow", "Principal": principal, "Action": action, "Condition": ours })
        }
        PolicyKind::Trust => {
            let principal = json!({ "Service": "ec2.amazonaws.com" });
            json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" })
        }
        PolicyKind::ManagedArns => return Some(json!(["arn:aws:iam::aws:policy/ReadOnlyAccess"])),
    };
    Some(json!({ "Version": "2012-10-17", "Statement": [statement] }))
}
