use ci_base::{Severity, Span, TextRange};

use crate::actions::actions;
use crate::testing::Fixture;

/// The program after the action whose title begins like this, all files of it, and the errors that it has then.
#[track_caller]
fn mended(text: &str, title: &str) -> (String, Vec<String>) {
    let fixture = Fixture::new(text);
    let selected = Span { file: fixture.cursor.file, range: TextRange::empty(fixture.cursor.offset) };
    let findings = fixture.snapshot().check();
    let all = actions(fixture.snapshot(), selected, &findings);
    let titles: Vec<&String> = all.iter().map(|action| &action.title).collect();
    let action = all.iter().find(|action| action.title.starts_with(title));
    let action = action.unwrap_or_else(|| panic!("there is no {title:?} in {titles:?}; {findings:?}"));
    assert!(action.mends.is_some() || title.starts_with("Add"));
    let after = fixture.edited(&action.edits);
    let is_split = text.contains("//- ");
    let files = fixture.snapshot().files();
    // Files that no edit touches are as they were.
    let mut whole = after.clone();
    if is_split {
        for path in ["/src/main.ci", "/src/a.ci", "/src/b.ci"] {
            let name = format!("//- {path}\n");
            let Some(file) = files.find(&format!("/p{path}")) else { continue };
            if action.edits.iter().all(|edit| edit.at.file != file) {
                whole = format!("{whole}\n{name}{}", files.text(file));
            } else if path == "/src/main.ci" {
                whole = format!("{name}{whole}");
            }
        }
    }
    let errors = Fixture::new(&whole).snapshot().check().into_iter();
    let errors = errors
        .filter(|found| found.severity == Severity::Error)
        .map(|found| format!("{} {}", found.code, found.message));
    (after, errors.collect())
}

/// What is replaced in the program below.
fn shop(rights: &str) -> String {
    format!(
        "\
service Orders {{
    let queue = aws::sqs::Queue {{ QueueName: \"orders\" }}; // Waiting.
}}

/// Tells how it goes.
service Reports {{
    let rights = aws::iam::ManagedPolicy {{ PolicyDocument: policy([{rights}]) }};
}}

app Site {{
    let orders = Orders {{}};
    let reports = Reports {{}};
}}
"
    )
}

#[test]
fn a_right_that_nothing_declares_is_provided_and_needed() {
    let (after, errors) =
        mended(&shop("allow sqs::Receive$0Message on [\"arn:aws:sqs:*:*:ord*\"]"), "Let `Orders` provide");
    assert_eq!(
        after,
        "\
interface OrdersAccess {
    receive_message: Capability;
}

service Orders {
    let queue = aws::sqs::Queue { QueueName: \"orders\" }; // Waiting.
    provides access: OrdersAccess = { receive_message: allow sqs::ReceiveMessage on [queue.Arn] };
}

/// Tells how it goes.
service Reports {
    needs orders: OrdersAccess;
    let rights = aws::iam::ManagedPolicy { PolicyDocument: policy([orders.receive_message]) };
}

app Site {
    let orders = Orders {};
    let reports = Reports { orders: orders.access };
}
"
    );
    assert_eq!(errors, [""; 0]);
}

#[test]
fn several_actions_and_the_rights_beside_them_stay_together() {
    let rights = "allow sqs::{Recei$0veMessage, DeleteMessage} on [\"arn:aws:sqs:*:*:ord*\"], allow ses::SendEmail on [\"arn:aws:ses:eu-west-1:123456789012:identity/shop\"]";
    let (after, errors) = mended(&shop(rights), "Let `Orders` provide `change`");
    assert!(after.contains("policy([orders.change, allow ses::SendEmail on"), "{after}");
    assert_eq!(errors, [""; 0], "{after}");
}

#[test]
fn objects_are_not_their_bucket() {
    for pattern in ["arn:aws:s3:::shop-*/*", "arn:aws:s3:::shop-*"] {
        let text = "\
service Files { let bucket = aws::s3::Bucket { BucketName: \"shop-files\" }; }
service Reports {
    let rights = aws::iam::ManagedPolicy { PolicyDocument: policy([allow s3::GetO$0bject on [\"PATTERN\"]]) };
}
app Site { let files = Files {}; let reports = Reports {}; }
"
        .replace("PATTERN", pattern);
        let (after, errors) = mended(&text, "Let `Files` provide `get_object`");
        assert!(
            after.contains(
                "provides access: FilesAccess = { get_object: allow s3::GetObject on [\"{bucket.Arn}/*\"] };"
            ),
            "{after}"
        );
        assert_eq!(errors, [""; 0], "{after}");
    }
}

#[test]
fn an_interface_that_is_there_is_extended() {
    let text = "\
interface Ordering {
    url: Url;
}
service Orders {
    let queue = aws::sqs::Queue { QueueName: \"orders\" };
    provides ordering: Ordering = {
        url: queue.QueueUrl,
    };
}
service Reports {
    needs from: Ordering;
    let at = aws::ssm::Parameter { Type: \"String\", Value: from.url };
    let rights = aws::iam::ManagedPolicy { PolicyDocument: policy([allow sqs::Receive$0Message on [\"arn:aws:sqs:*:*:ord*\"]]) };
}
app Site { let orders = Orders {}; let reports = Reports { from: orders.ordering }; }
";
    let (after, errors) = mended(text, "Let `Orders` provide");
    assert!(after.contains("    url: Url;\n    receive_message: Capability;\n"), "{after}");
    assert!(after.contains("        url: queue.QueueUrl,\n        receive_message: allow sqs::ReceiveMessage on [queue.Arn],\n"), "{after}");
    assert!(after.contains("policy([from.receive_message])"), "{after}");
    assert_eq!(errors, [""; 0], "{after}");
}

#[test]
fn what_a_component_can_give_is_provided_as_it_is() {
    let text = "\
//- /src/a.ci
use std::messaging::Queue;
service Orders {
    let jobs = Queue { physical_name: \"orders\" };
}
//- /src/b.ci
service Reports {
    let rights = aws::iam::ManagedPolicy { PolicyDocument: policy([allow sqs::Send$0Message on [\"arn:aws:sqs:*:*:ord*\"]]) };
}
//- /src/main.ci
use crate::a::Orders;
use crate::b::Reports;
app Site {
    let orders = Orders {};
    let reports = Reports {};
}
";
    let (after, errors) = mended(text, "Let `Orders` provide");
    assert!(after.contains("provides access: OrdersAccess = { send_message: jobs.send };"), "{after}");
    assert!(after.contains("use crate::a::OrdersAccess;\n"), "{after}");
    assert_eq!(errors, [""; 0], "{after}");
}

#[test]
fn a_name_that_another_service_provides_is_needed_and_joined() {
    let text = "\
interface Shipping { send: Capability; }
service Warehouse {
    let parcels = aws::sqs::Queue {};
    provides shipping: Shipping = { send: allow sqs::SendMessage on [parcels.Arn] };
}
service Orders {
    let rights = aws::iam::ManagedPolicy { PolicyDocument: policy($0shipping.send) };
}
app Shop {
    let warehouse = Warehouse {};
    let orders = Orders {};
}
";
    let (after, errors) = mended(text, "Need `shipping: Shipping` of `Warehouse`");
    assert!(after.contains("service Orders {\n    needs shipping: Shipping;\n"), "{after}");
    assert!(after.contains("let orders = Orders { shipping: warehouse.shipping };"), "{after}");
    assert_eq!(errors, [""; 0], "{after}");
}

#[test]
fn a_need_that_nobody_fills_is_filled_by_who_provides_it() {
    let text = "\
interface Api { url: Url; }
service Server {
    let queue = aws::sqs::Queue {};
    provides api: Api = { url: queue.QueueUrl };
}
service Web {
    needs api: Api;
    let topic = aws::sns::Topic { DisplayName: \"{api.url}\" };
}
app Site {
    let server = Server {};
    let web = Web {$0};
}
";
    let (after, errors) = mended(text, "Add `api`");
    assert!(after.contains("        api: server.api,\n"), "{after}");
    assert_eq!(errors, [""; 0], "{after}");
}

#[test]
fn services_that_would_need_each_other_are_not_joined() {
    let text = "\
interface Api { url: Url; }
service Orders {
    needs api: Api;
    let queue = aws::sqs::Queue { QueueName: \"orders\" };
    let at = aws::ssm::Parameter { Type: \"String\", Value: api.url };
}
service Reports {
    let queue = aws::sqs::Queue {};
    let rights = aws::iam::ManagedPolicy { PolicyDocument: policy([allow sqs::Receive$0Message on [\"arn:aws:sqs:*:*:ord*\"]]) };
    provides api: Api = { url: queue.QueueUrl };
}
app Site { let reports = Reports {}; let orders = Orders { api: reports.api }; }
";
    let fixture = Fixture::new(text);
    let selected = Span { file: fixture.cursor.file, range: TextRange::empty(fixture.cursor.offset) };
    let findings = fixture.snapshot().check();
    assert!(findings.iter().any(|found| found.code == ci_base::Code::UndeclaredAccess), "{findings:?}");
    let all = actions(fixture.snapshot(), selected, &findings);
    assert!(all.iter().all(|action| !action.title.starts_with("Let")), "{all:?}");
}

/// Two services that meet in a network, one of which takes a range of addresses in.
fn network(rules: &str, reports: &str) -> String {
    format!(
        "\
interface Network {{ vpc: Id<aws::ec2::VPC>; subnet: Id<aws::ec2::Subnet>; }}

service Base {{
    let vpc = aws::ec2::VPC {{ CidrBlock: \"10.0.0.0/16\" }};
    let subnet = aws::ec2::Subnet {{ VpcId: vpc.VpcId, CidrBlock: \"10.0.0.0/24\" }};
    provides network: Network = {{ vpc: vpc.VpcId, subnet: subnet.SubnetId }};
}}

service Sessions {{
    needs network: Network;
    let group = aws::ec2::SecurityGroup {{
        GroupDescription: \"Sessions\",
        VpcId: network.vpc,
        SecurityGroupIngress: [{rules}],
    }};
    let cache = aws::elasticache::ServerlessCache {{
        ServerlessCacheName: \"sessions\",
        Engine: \"valkey\",
        SubnetIds: [network.subnet],
        SecurityGroupIds: [group.GroupId],
    }};
}}

service Reports {{
    needs network: Network;
    let own = aws::ec2::SecurityGroup {{ GroupDescription: \"Reports\", VpcId: network.vpc }};
    let host = aws::ec2::Instance {{
        ImageId: \"ami-0abcdef1234567890\",
        SubnetId: network.subnet,
        SecurityGroupIds: [{reports}],
        MetadataOptions: {{ HttpTokens: \"required\" }},
    }};
}}

app Shop {{
    let base = Base {{}};
    let sessions = Sessions {{ network: base.network }};
    let reports = Reports {{ network: base.network }};
}}
"
    )
}

#[test]
fn a_connection_that_nothing_declares_becomes_one_between_groups() {
    let rule = "{ IpProtocol: \"tcp\", FromPort: 6379, ToPort: 6379, CidrIp: \"10.0.0$0.0/16\" }";
    let title = "Let `Sessions` take the group `own` of `Reports` instead";
    let (after, errors) = mended(&network(rule, "own.GroupId"), title);
    assert_eq!(errors, [""; 0], "{after}");
    for part in [
        "interface SessionsAccess {\n    group: Id<aws::ec2::SecurityGroup>;\n}\n\nservice Sessions {",
        "        SecurityGroupIngress: [],\n",
        "    provides access: SessionsAccess = { group: group.GroupId };\n}",
        "service Reports {\n    needs sessions: SessionsAccess;\n",
        "    let to_sessions = aws::ec2::SecurityGroupIngress { GroupId: sessions.group, SourceSecurityGroupId: own.GroupId, IpProtocol: \"tcp\", FromPort: 6379, ToPort: 6379 };\n}",
        "Reports { network: base.network, sessions: sessions.access };",
    ] {
        assert!(after.contains(part), "there is no {part:?} in\n{after}");
    }
    // Other rules stay.
    let other = "{ IpProtocol: \"tcp\", FromPort: 22, ToPort: 22, CidrIp: \"192.0.2.0/24\" }";
    let kept = format!("        SecurityGroupIngress: [\n            {other},\n        ],\n");
    for rules in [
        format!("\n            {rule},\n            {other},\n        "),
        format!("\n            {other},\n            {rule},\n        "),
    ] {
        let (after, errors) = mended(&network(&rules, "own.GroupId"), title);
        assert!(after.contains(&kept), "{after}");
        assert_eq!(errors, [""; 0], "{after}");
    }
    let (after, _) = mended(&network(&format!("{other}, {rule}"), "own.GroupId"), title);
    assert!(after.contains(&format!("SecurityGroupIngress: [{other}],")), "{after}");
}

#[test]
fn a_rule_that_only_its_service_understands_is_left_to_people() {
    let text = network(
        "{ IpProtocol: \"tcp\", FromPort: 6000 + 379, ToPort: 6379, CidrIp: \"10.0.0$0.0/16\" }",
        "own.GroupId",
    );
    let fixture = Fixture::new(&text);
    let selected = Span { file: fixture.cursor.file, range: TextRange::empty(fixture.cursor.offset) };
    let findings = fixture.snapshot().check();
    assert!(findings.iter().any(|found| found.code == ci_base::Code::UndeclaredConnection), "{findings:?}");
    let found = actions(fixture.snapshot(), selected, &findings);
    assert!(found.iter().all(|action| !action.title.starts_with("Let `")), "{found:?}");
}
