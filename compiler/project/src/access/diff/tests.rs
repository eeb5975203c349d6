use std::fmt::Write as _;
use std::sync::Arc;

use crate::{Host, MemorySystem};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

fn host(source: &str) -> Host {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", source)]);
    Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap()
}

/// What a change gives and takes, a line each.
fn diff(before: &str, after: &str) -> String {
    let (before, after) = (host(before), host(after));
    let diff = after.snapshot().access_diff(before.snapshot(), None);
    let messages: Vec<&str> =
        diff.diagnostics.iter().chain(&diff.before).map(|found| &*found.message).collect();
    assert_eq!(messages, Vec::<&str>::new());
    let mut text = String::new();
    for changed in diff.targets.iter().flat_map(|target| &target.changed) {
        for (sign, told) in
            changed.added.iter().map(|told| ('+', told)).chain(changed.removed.iter().map(|told| ('-', told)))
        {
            let _ = writeln!(text, "{sign} {:?} {}: {}", changed.sort, changed.path, told.line());
        }
    }
    text
}

/// A service with a queue, and a role with these statements.
fn with(statements: &str) -> String {
    format!(
        r#"
#[allow(wildcard_resource, wildcard_action, managed_policy, public_access, reason = "to be compared here")]
service S {{
    let queue = aws::sqs::Queue {{}};
    let other = aws::sqs::Queue {{}};
    let role = aws::iam::Role {{
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
        Policies: [{{ PolicyName: "p", PolicyDocument: policy([{statements}]) }}],
    }};
}}
"#
    )
}

const BOTH: &str = "allow sqs::{SendMessage, ReceiveMessage} on [queue.Arn, other.Arn]";

#[test]
fn the_same_in_other_words_is_no_change() {
    for same in [
        "allow sqs::{ReceiveMessage, SendMessage} on [other.Arn, queue.Arn]",
        "allow sqs::SendMessage on [queue.Arn, other.Arn], allow sqs::ReceiveMessage on [queue.Arn, other.Arn]",
        "allow sqs::{SendMessage, ReceiveMessage} on [queue.Arn], allow sqs::{SendMessage, ReceiveMessage} on [other.Arn]",
        // A statement that another one contains.
        "allow sqs::{SendMessage, ReceiveMessage} on [queue.Arn, other.Arn], allow sqs::SendMessage on [queue.Arn]",
    ] {
        assert_eq!(diff(&with(BOTH), &with(same)), "", "{same}");
        assert_eq!(diff(&with(same), &with(BOTH)), "", "{same}");
    }
}

#[test]
fn what_is_given_and_taken_is_told_exactly() {
    let one = "allow sqs::SendMessage on [queue.Arn]";
    assert_eq!(
        diff(&with(one), &with(BOTH)),
        "+ Rights role: sqs:ReceiveMessage on queue\n+ Rights role: sqs:ReceiveMessage, sqs:SendMessage on other\n"
    );
    assert_eq!(
        diff(&with(BOTH), &with(one)),
        "- Rights role: sqs:ReceiveMessage on queue\n- Rights role: sqs:ReceiveMessage, sqs:SendMessage on other\n"
    );
    let narrowed = r#"allow sqs::SendMessage on [queue.Arn] when { StringEquals: { "aws:RequestedRegion": "eu-west-1" } }"#;
    assert_eq!(diff(&with(narrowed), &with(one)), "+ Rights role: sqs:SendMessage on queue\n");
    // By a wildcard that stands for more.
    assert_eq!(
        diff(&with(one), &with(r#"allow sqs::SendMessage on ["*"]"#)),
        "+ Rights role: sqs:SendMessage on *\n"
    );
    assert_eq!(diff(&with(r#"allow "sqs:*" on [queue.Arn]"#), &with(one)), "- Rights role: sqs:* on queue\n");
}

#[test]
fn a_denial_that_goes_gives() {
    let denied = format!("{BOTH}, deny sqs::SendMessage on [other.Arn]");
    assert_eq!(diff(&with(&denied), &with(BOTH)), "+ Rights role: not denied sqs:SendMessage on other\n");
    assert_eq!(diff(&with(BOTH), &with(&denied)), "- Rights role: not denied sqs:SendMessage on other\n");
}

#[test]
fn policies_of_others_are_not_judged() {
    let plain = with(BOTH);
    let more = plain.replace(
        "Policies: [",
        "ManagedPolicyArns: [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"], Policies: [",
    );
    assert_eq!(
        diff(&plain, &more),
        "+ Rights role: whatever the policy arn:aws:iam::aws:policy/ReadOnlyAccess allows, which is not judged\n"
    );
}

#[test]
fn trust_policies_and_the_world_are_compared_too() {
    let plain = with(BOTH);
    let trusting = plain.replace(
        r#"to aws_service("lambda.amazonaws.com")"#,
        r#"to [aws_service("lambda.amazonaws.com"), aws_account(aws::account_id)]"#,
    );
    assert_eq!(diff(&plain, &trusting), "+ Trust role: the account {AWS::AccountId} may sts:AssumeRole\n");
    let open = plain.replace(
        "let other",
        "let guard = aws::sqs::QueuePolicy { Queues: [queue.QueueUrl], PolicyDocument: policy([allow sqs::SendMessage on [queue.Arn] to everyone()]) };
        let other",
    );
    assert_eq!(
        diff(&plain, &open),
        "+ Policy queue: everyone may sqs:SendMessage on queue\n+ Public queue: everyone may sqs:SendMessage\n"
    );
    assert_eq!(
        diff(&open, &plain),
        "- Policy queue: everyone may sqs:SendMessage on queue\n- Public queue: everyone may sqs:SendMessage\n"
    );
}

#[test]
fn what_is_new_or_gone_has_all_or_nothing() {
    let nobody = "service S { let queue = aws::sqs::Queue {}; }";
    let found = diff(nobody, &with("allow sqs::SendMessage on [queue.Arn]"));
    assert_eq!(
        found,
        "+ Rights role: sqs:SendMessage on queue\n+ Trust role: lambda.amazonaws.com may sts:AssumeRole\n"
    );
    assert_eq!(diff(&with("allow sqs::SendMessage on [queue.Arn]"), nobody), found.replace("+ ", "- "));
    // With a resource its denials go, which gives nobody anything.
    let guarded = "service S { let queue = aws::sqs::Queue {}; let second = aws::sqs::Queue {};
        let guard = aws::sqs::QueuePolicy { Queues: [second.QueueUrl], PolicyDocument: policy([deny sqs::SendMessage on [second.Arn] to everyone()]) }; }";
    assert_eq!(diff(guarded, nobody), "");
    let unguarded = "service S { let queue = aws::sqs::Queue {}; let second = aws::sqs::Queue {}; }";
    assert_eq!(
        diff(guarded, unguarded),
        "+ Policy second: no denial to everyone of sqs:SendMessage on second\n"
    );
}

/// A key without a policy of its own lets the account say who may use it.
#[test]
fn a_first_policy_of_a_key_replaces_the_one_it_had() {
    let key = |policy: &str| {
        format!(
            "#[allow(wildcard_resource, wildcard_action, reason = \"to be compared here\")]
             service S {{ let key = aws::kms::Key {{ EnableKeyRotation: true{policy} }}; }}"
        )
    };
    let whole = r#", KeyPolicy: policy([allow "kms:*" on ["*"] to aws_account(aws::account_id)])"#;
    assert_eq!(diff(&key(""), &key(whole)), "");
    assert_eq!(diff(&key(whole), &key("")), "");
    let narrow = ", KeyPolicy: policy([allow kms::{PutKeyPolicy, DescribeKey} on [\"*\"] to aws_account(aws::account_id)])";
    assert_eq!(diff(&key(""), &key(narrow)), "- Policy key: the account {AWS::AccountId} may kms:* on *\n");
    assert_eq!(diff(&key(narrow), &key("")), "+ Policy key: the account {AWS::AccountId} may kms:* on *\n");
    let wider = r#", KeyPolicy: policy([
        allow "kms:*" on ["*"] to aws_account(aws::account_id),
        allow kms::Decrypt on ["*"] to aws_service("sns.amazonaws.com") when { StringEquals: { "aws:SourceAccount": aws::account_id } },
    ])"#;
    assert_eq!(
        diff(&key(""), &key(wider)),
        "+ Policy key: sns.amazonaws.com may kms:Decrypt on * when StringEquals aws:SourceAccount {AWS::AccountId}\n"
    );
}

/// A server in a subnet with a public address; `open` is what its group lets in.
fn server(open: &str, more: &str) -> String {
    format!(
        r#"
#[allow(open_to_world, reason = "to be compared here")]
service S {{
    let vpc = aws::ec2::VPC {{ CidrBlock: "10.0.0.0/16" }};
    let gateway = aws::ec2::InternetGateway {{}};
    let attachment = aws::ec2::VPCGatewayAttachment {{ VpcId: vpc.VpcId, InternetGatewayId: gateway.InternetGatewayId }};
    let subnet = aws::ec2::Subnet {{ VpcId: vpc.VpcId, CidrBlock: "10.0.0.0/24" }};
    let table = aws::ec2::RouteTable {{ VpcId: vpc.VpcId }};
    let link = aws::ec2::SubnetRouteTableAssociation {{ SubnetId: subnet.SubnetId, RouteTableId: table.RouteTableId }};
    let group = aws::ec2::SecurityGroup {{ GroupDescription: "x", VpcId: vpc.VpcId, SecurityGroupIngress: [{open}] }};
    let other = aws::ec2::SecurityGroup {{ GroupDescription: "y", VpcId: vpc.VpcId }};
    let server = aws::ec2::Instance {{ ImageId: "ami-0abcdef1234567890", SubnetId: subnet.SubnetId, SecurityGroupIds: [group.GroupId], MetadataOptions: {{ HttpTokens: "required" }} }};
    let address = aws::ec2::EIP {{ InstanceId: server.InstanceId }};
    {more}
}}
"#
    )
}

const WAY: &str = r#"#[depends_on(attachment)]
    let way = aws::ec2::Route { RouteTableId: table.RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId: gateway.InternetGatewayId };"#;

#[test]
fn what_a_network_lets_through_is_compared() {
    let one = r#"{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "9.9.9.9/32" }"#;
    let wide = r#"{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "8.0.0.0/5" }"#;
    assert_eq!(diff(&server(one, WAY), &server(wide, WAY)), "+ Network group: tcp 22 in from 8.0.0.0/5\n");
    assert_eq!(diff(&server(wide, WAY), &server(one, WAY)), "- Network group: tcp 22 in from 8.0.0.0/5\n");
    // In two halves, as a rule of its own, and with one that another contains, it is the same.
    let halves = r#"{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "8.0.0.0/6" },
        { IpProtocol: "6", FromPort: 22, ToPort: 22, CidrIp: "12.0.0.0/6" },
        { IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "9.9.9.9/32" }"#;
    assert_eq!(diff(&server(wide, WAY), &server(halves, WAY)), "");
    assert_eq!(diff(&server(halves, WAY), &server(wide, WAY)), "");
    let alone = r#"let rule = aws::ec2::SecurityGroupIngress { GroupId: group.GroupId, IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "8.0.0.0/5" };"#;
    assert_eq!(diff(&server(wide, WAY), &server("", &format!("{WAY}{alone}"))), "");
    let from_group = r#"let rule = aws::ec2::SecurityGroupIngress { GroupId: group.GroupId, IpProtocol: "-1", SourceSecurityGroupId: other.GroupId };"#;
    assert_eq!(
        diff(&server(one, WAY), &server(one, &format!("{WAY}{from_group}"))),
        "+ Network group: everything in from other\n"
    );
}

#[test]
fn a_way_that_opens_what_no_rule_shows_is_told() {
    let wide = r#"{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "8.0.0.0/5" }"#;
    assert_eq!(
        diff(&server(wide, ""), &server(wide, WAY)),
        "+ Network server: tcp 22 arrives from the internet\n"
    );
    assert_eq!(
        diff(&server(wide, WAY), &server(wide, "")),
        "- Network server: tcp 22 arrives from the internet\n"
    );
}
