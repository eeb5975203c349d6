use std::sync::Arc;

use super::*;
use crate::{Change, Host, MemorySystem};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

fn open(source: &str) -> Host {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", source)]);
    Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap()
}

/// What fails in a program without errors: message and notes, a line each.
fn failures(source: &str) -> Vec<String> {
    let host = open(source);
    let snapshot = host.snapshot();
    let errors: Vec<String> = snapshot
        .check()
        .into_iter()
        .filter(|found| found.severity == Severity::Error)
        .map(|found| found.message)
        .collect();
    assert_eq!(errors, Vec::<String>::new(), "the program itself is fine");
    let tests = snapshot.tests();
    assert!(!tests.is_empty());
    let found = tests.iter().flat_map(|test| snapshot.run_test(test));
    found.flat_map(|found| std::iter::once(found.message).chain(found.notes)).collect()
}

/// A service with two queues, a role, and whatever else it is given; then assertions about them.
fn failing(policies: &str, more: &str, assertions: &str) -> Vec<String> {
    failures(&format!(
        r#"
        #[allow(wildcard_resource, managed_policy, reason = "to be asked about")]
        service Orders {{
            let orders = aws::sqs::Queue {{}};
            let named = aws::sqs::Queue {{ QueueName: "parcels" }};
            let files = aws::s3::Bucket {{}};
            let role = aws::iam::Role {{
                AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
                Policies: [{{ PolicyName: "role", PolicyDocument: policy([{policies}]) }}],
            }};
            {more}
        }}
        test "rights" {{
            let it = Orders {{}};
            {assertions}
        }}
        "#
    ))
}

/// All of the assertions hold, and none of their opposites.
#[track_caller]
fn holds(policies: &str, more: &str, assertions: &[&str]) {
    for assertion in assertions {
        assert_eq!(
            failing(policies, more, &format!("assert {assertion};")),
            Vec::<String>::new(),
            "{assertion}"
        );
        let opposite = format!("assert !({assertion});");
        assert_ne!(failing(policies, more, &opposite), Vec::<String>::new(), "{opposite}");
    }
}

#[test]
fn a_right_is_about_a_resource() {
    holds(
        "allow sqs::SendMessage on [orders.Arn]",
        "",
        &[
            "it.role.may(sqs::SendMessage, it.orders)",
            "it.role.may(sqs::SendMessage)",
            "it.role.may(sqs::*, it.orders)",
            "!it.role.may(sqs::SendMessage, it.named)",
            "!it.role.may(sqs::ReceiveMessage, it.orders)",
            "!it.role.may(iam::*)",
            "it.may(sqs::SendMessage, it.orders)",
            "any(aws::iam::Role).may(sqs::SendMessage, any(aws::sqs::Queue))",
            "!any(aws::iam::Role).may(s3::*, any(aws::s3::Bucket))",
        ],
    );
}

#[test]
fn what_lies_in_a_resource_is_part_of_it() {
    holds(
        r#"allow s3::GetObject on ["{files.Arn}/public/*"]"#,
        "",
        &["it.role.may(s3::GetObject, it.files)", "!it.role.may(s3::PutObject, it.files)"],
    );
}

/// However an ARN is written: by a wildcard, by the name, by parts.
#[test]
fn wildcards_and_names_are_followed() {
    holds(
        r#"allow sqs::SendMessage on ["arn:aws:sqs:*:*:*"]"#,
        "",
        &["it.role.may(sqs::SendMessage, it.orders)", "it.role.may(sqs::SendMessage, it.named)"],
    );
    holds(
        r#"allow sqs::SendMessage on ["arn:aws:sqs:eu-west-1:111122223333:parcels"]"#,
        "",
        &["it.role.may(sqs::SendMessage, it.named)", "!it.role.may(sqs::SendMessage, it.orders)"],
    );
    holds(
        r#"allow sqs::SendMessage on ["arn:aws:sqs:{aws::region}:{aws::account_id}:{orders.QueueName}"]"#,
        "",
        &["it.role.may(sqs::SendMessage, it.orders)", "!it.role.may(sqs::SendMessage, it.named)"],
    );
}

/// What only a request or the deployment knows does not hide a right.
#[test]
fn variables_and_partitions_are_followed() {
    holds(
        r#"allow s3::GetObject on ["{files.Arn}/home/$\{aws:username\}/*"]"#,
        "",
        &["it.role.may(s3::GetObject, it.files)", "!it.role.may(s3::DeleteObject, it.files)"],
    );
    holds(
        r#"allow sqs::SendMessage on ["arn:{aws::partition}:sqs:{aws::region}:*:parcels"]"#,
        "",
        &["it.role.may(sqs::SendMessage, it.named)", "!it.role.may(sqs::SendMessage, it.orders)"],
    );
    // What is denied by another name of the same resource is denied.
    holds(
        r#"allow sqs::SendMessage on ["*"], deny sqs::SendMessage on ["arn:aws:sqs:*:*:parcels"]"#,
        "",
        &["it.role.may(sqs::SendMessage, it.orders)", "!it.role.may(sqs::SendMessage, it.named)"],
    );
}

#[test]
fn what_denies_for_certain_counts_and_conditions_may_be_satisfied() {
    holds(
        "allow sqs::{SendMessage, ReceiveMessage} on [orders.Arn], deny sqs::SendMessage on [\"*\"]",
        "",
        &["!it.role.may(sqs::SendMessage, it.orders)", "it.role.may(sqs::ReceiveMessage, it.orders)"],
    );
    // There is a way around a denial with a condition, and a way to satisfy the condition of a right.
    holds(
        "allow sqs::SendMessage on [orders.Arn] when { StringEquals: { \"aws:SourceVpc\": \"vpc-1\" } },
         deny sqs::SendMessage on [\"*\"] when { Bool: { \"aws:SecureTransport\": \"false\" } }",
        "",
        &["it.role.may(sqs::SendMessage, it.orders)"],
    );
    // Except where both ask for the same.
    holds(
        "allow sqs::SendMessage on [orders.Arn] when { Bool: { \"aws:SecureTransport\": \"false\" } },
         deny sqs::SendMessage on [\"*\"] when { Bool: { \"aws:SecureTransport\": \"false\" } }",
        "",
        &["!it.role.may(sqs::SendMessage, it.orders)"],
    );
}

#[test]
fn a_boundary_limits() {
    let bounded = r#"
        let limit = aws::iam::ManagedPolicy {
            PolicyDocument: policy([allow sqs::ReceiveMessage on ["*"], allow sqs::SendMessage on [orders.Arn]]),
        };
        let bounded = aws::iam::Role {
            AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
            PermissionsBoundary: limit.PolicyArn,
            Policies: [{
                PolicyName: "all",
                PolicyDocument: policy([
                    allow sqs::{SendMessage, ReceiveMessage, DeleteMessage} on [orders.Arn, named.Arn],
                ]),
            }],
        };
    "#;
    holds(
        "allow sqs::SendMessage on [orders.Arn]",
        bounded,
        &[
            "it.bounded.may(sqs::SendMessage, it.orders)",
            "it.bounded.may(sqs::ReceiveMessage, it.named)",
            "!it.bounded.may(sqs::SendMessage, it.named)",
            "!it.bounded.may(sqs::DeleteMessage, it.orders)",
        ],
    );
    // Patterns that only overlap still have a way through.
    holds(
        "allow sqs::SendMessage on [orders.Arn]",
        &bounded
            .replace(
                "allow sqs::ReceiveMessage on [\"*\"]",
                "allow sqs::ReceiveMessage on [\"arn:aws:sqs:eu-*:*:*\"]",
            )
            .replace("on [orders.Arn, named.Arn]", "on [\"arn:aws:sqs:*-1:*:parcels\"]"),
        &["it.bounded.may(sqs::ReceiveMessage, it.named)", "!it.bounded.may(sqs::DeleteMessage, it.named)"],
    );
    let foreign = bounded.replace("limit.PolicyArn", "\"arn:aws:iam::aws:policy/ReadOnlyAccess\"");
    let found = failing(
        "allow sqs::SendMessage on [orders.Arn]",
        &foreign,
        "assert !it.bounded.may(sqs::SendMessage);",
    );
    assert_eq!(
        found[0],
        "whether `it.bounded` may `sqs:SendMessage` depends on `arn:aws:iam::aws:policy/ReadOnlyAccess`"
    );
}

#[test]
fn the_policy_of_a_resource_gives_rights_too() {
    holds(
        "allow sqs::SendMessage on [orders.Arn]",
        "let policy_ = aws::sqs::QueuePolicy {
               Queues: [named.QueueUrl],
               PolicyDocument: policy([allow sqs::DeleteMessage on [named.Arn] to aws_principal(role.Arn)]),
           };",
        &[
            "it.role.may(sqs::DeleteMessage, it.named)",
            "it.role.may(sqs::DeleteMessage)",
            "!it.role.may(sqs::DeleteMessage, it.orders)",
            "!it.role.may(sqs::SendMessage, it.named)",
        ],
    );
}

/// A key asks its own policy; the account in it stands for whatever the account's policies say.
#[test]
fn keys_have_the_last_word() {
    let key = |principal: &str| {
        format!(
            r#"let key = aws::kms::Key {{
                   KeyPolicy: policy([
                       allow kms::{{DescribeKey, PutKeyPolicy, Decrypt}} on ["*"] to {principal},
                   ]),
               }};
               let reader = aws::iam::Role {{
                   AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
                   Policies: [{{ PolicyName: "r", PolicyDocument: policy([allow kms::Decrypt on [key.Arn]]) }}],
               }};"#
        )
    };
    let own = "allow sqs::SendMessage on [orders.Arn]";
    holds(
        own,
        &key("aws_principal(\"arn:aws:iam::{aws::account_id}:root\")"),
        &[
            "it.reader.may(kms::Decrypt, it.key)",
            "!it.reader.may(kms::DescribeKey, it.key)",
            "!it.role.may(kms::Decrypt, it.key)",
        ],
    );
    holds(
        own,
        &key("aws_principal(role.Arn)"),
        &["!it.reader.may(kms::Decrypt, it.key)", "it.role.may(kms::Decrypt, it.key)"],
    );
}

#[test]
fn users_have_the_rights_of_their_groups() {
    holds(
        "allow sqs::SendMessage on [orders.Arn]",
        r#"let readers = aws::iam::Group {
               Policies: [{ PolicyName: "r", PolicyDocument: policy([allow sqs::ReceiveMessage on [orders.Arn]]) }],
           };
           let somebody = aws::iam::User { Groups: [readers.GroupName] };
           let nobody = aws::iam::User {};"#,
        &[
            "it.somebody.may(sqs::ReceiveMessage, it.orders)",
            "!it.nobody.may(sqs::ReceiveMessage, it.orders)",
        ],
    );
}

#[test]
fn a_policy_of_somebody_else_leaves_it_open() {
    let found = failing(
        "allow sqs::SendMessage on [orders.Arn]",
        r#"let other = aws::iam::Role {
               AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
               ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
           };"#,
        "assert !it.other.may(iam::*);",
    );
    assert_eq!(
        found[0],
        "whether `it.other` may `iam:*` depends on `arn:aws:iam::aws:policy/AdministratorAccess`"
    );
}

/// What is said when an assertion fails: who, what, on what, and by which statement.
#[test]
fn a_failure_comes_with_its_example() {
    let host = open(
        r#"service Orders {
    let orders = aws::sqs::Queue {};
    let role = aws::iam::Role {
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
        Policies: [{ PolicyName: "role", PolicyDocument: policy([
            allow sqs::SendMessage on [orders.Arn],
        ]) }],
    };
}
test "sends nothing" {
    let it = Orders {};
    assert !it.role.may(sqs::*, it.orders);
}
test "receives" {
    let it = Orders {};
    assert it.role.may(sqs::ReceiveMessage, it.orders), "the role receives";
}
"#,
    );
    let snapshot = host.snapshot();
    let tests = snapshot.tests();
    let found: Vec<Diagnostic> = tests.iter().flat_map(|test| snapshot.run_test(test)).collect();
    let label = |found: &Diagnostic| {
        found.secondary.first().map(|label| {
            let range = label.at.range;
            let source = snapshot.files().text(label.at.file);
            (source[range.start as usize..range.end as usize].to_owned(), label.text.clone())
        })
    };
    let [sends, receives] = &found[..] else { panic!("two failures, found {found:?}") };
    assert_eq!(sends.message, "`it.role` may `sqs:SendMessage` on `it.orders`");
    assert_eq!(
        label(sends),
        Some(("allow sqs::SendMessage on [orders.Arn]".to_owned(), "this statement allows it".to_owned()))
    );
    assert_eq!(
        sends.notes,
        ["principal `role` of the stack `it`, action `sqs:SendMessage`, resource `orders`"]
    );
    assert_eq!(receives.message, "the role receives");
    assert_eq!(
        receives.notes,
        ["`it.role` may not `sqs:ReceiveMessage` on `it.orders`", "there it may sqs:SendMessage"]
    );
}

/// What a test does not look at does not make it run again.
#[test]
fn only_what_is_looked_at_runs_a_test_again() {
    let source = r#"
service Left { let queue = aws::sqs::Queue { DelaySeconds: 1 }; }
service Right { let queue = aws::sqs::Queue { DelaySeconds: 2 }; }
test "left" { let it = Left {}; assert it.queue.DelaySeconds == 1; }
test "right" { let it = Right {}; assert it.queue.DelaySeconds == 2; }
"#;
    let mut host = open(source);
    let run = |host: &Host| {
        let snapshot = host.snapshot();
        let (failed, executed) = snapshot.db.executed(|_| {
            snapshot.tests().iter().map(|test| snapshot.run_test(test).len()).collect::<Vec<_>>()
        });
        let ran = executed.iter().filter(|query| query.starts_with("run_test")).count();
        (failed, ran)
    };
    assert_eq!(run(&host), (vec![0, 0], 2));
    let edit = |host: &mut Host, text: String| {
        host.apply(&[Change::Edit { path: "/p/src/main.ci".into(), text: text.into() }]);
    };
    edit(&mut host, source.replace("DelaySeconds: 2", "DelaySeconds: 3"));
    assert_eq!(run(&host), (vec![0, 1], 1));
    edit(&mut host, format!("// A comment.\n{source}"));
    assert_eq!(run(&host), (vec![0, 0], 1));
}

/// What lets other ports through, and nothing else, is what is in the way of one.
#[test]
fn a_way_that_ends_at_another_port_says_where() {
    let host = open(
        r#"service Shop {
    let vpc = aws::ec2::VPC { CidrBlock: "10.0.0.0/16" };
    let subnet = aws::ec2::Subnet { VpcId: vpc.VpcId, CidrBlock: "10.0.0.0/24" };
    let group = aws::ec2::SecurityGroup { GroupDescription: "servers", VpcId: vpc.VpcId };
    let names_group = aws::ec2::SecurityGroup {
        GroupDescription: "names", VpcId: vpc.VpcId,
        SecurityGroupIngress: [
            { IpProtocol: "udp", FromPort: 53, ToPort: 53, SourceSecurityGroupId: group.GroupId },
        ],
    };
    let server = aws::ec2::Instance {
        MetadataOptions: { HttpTokens: "required" },
        ImageId: "ami-0abcdef1234567890", SubnetId: subnet.SubnetId, SecurityGroupIds: [group.GroupId],
    };
    let names = aws::ec2::Instance {
        MetadataOptions: { HttpTokens: "required" },
        ImageId: "ami-0abcdef1234567890", SubnetId: subnet.SubnetId, SecurityGroupIds: [names_group.GroupId],
    };
}
test "names are asked for" {
    let it = Shop {};
    assert it.server.reaches(it.names);
    assert it.server.reaches(it.names, 53);
    assert it.server.reaches(it.names, 53, "udp");
    assert !it.names.reaches(it.server);
    assert !any(aws::rds::DBInstance).reaches(internet);
    assert it.server.reaches(it.names, 53, "tcp");
    assert it.server.reaches(it.names, 54, "udp");
}
"#,
    );
    let snapshot = host.snapshot();
    let found: Vec<Diagnostic> = snapshot.tests().iter().flat_map(|test| snapshot.run_test(test)).collect();
    let shown = |found: &Diagnostic| {
        let label = found.secondary.first().map(|label| label.text.as_str().to_owned());
        (found.message.clone(), label.unwrap_or_default())
    };
    let told: Vec<(String, String)> = found.iter().map(shown).collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(one, two)| (one.as_str(), two.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                "`it.server` does not reach `it.names` on tcp 53",
                "no rule of `names_group` takes tcp from `server`"
            ),
            (
                "`it.server` does not reach `it.names` on udp 54",
                "the group `names_group` takes udp 53 from `group`, and nothing else"
            ),
        ]
    );
}
