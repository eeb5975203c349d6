use std::fmt::Write as _;
use std::sync::Arc;

use super::*;
use crate::{Host, MemorySystem};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

fn ask(source: &str, question: &AccessQuestion) -> AccessReport {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", source)]);
    let host = Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap();
    host.snapshot().access(question)
}

/// The answer in lines: who, then what; the piece of source that a statement is from at its end.
fn told(source: &str, question: &AccessQuestion) -> String {
    let report = ask(source, question);
    assert_eq!(
        report.diagnostics.iter().map(|found| &*found.message).collect::<Vec<_>>(),
        Vec::<&str>::new()
    );
    let mut text = String::new();
    for target in &report.targets {
        for holder in &target.holders {
            let users = holder.users.join(", ");
            let _ = writeln!(text, "{} [{users}] trusts {}", holder.path, holder.trusts.join(", "));
            lines(&mut text, &holder.statements, source);
            for policy in &holder.foreign {
                let _ = writeln!(text, "  has {policy}");
            }
        }
        for key in &target.keys {
            let _ = writeln!(text, "encrypted with {key}");
        }
        for connection in &target.connections {
            let _ = writeln!(text, "reached by {}", connection.from);
        }
        for guarded in &target.guarded {
            let _ = writeln!(text, "policy of {}", guarded.path);
            lines(&mut text, &guarded.statements, source);
        }
    }
    text
}

fn lines(text: &mut String, statements: &[StatementAccess], source: &str) {
    for statement in statements {
        let verb = if statement.denies { "must not" } else { "may" };
        let who = statement.principals.join(", ");
        let _ = write!(text, "  {who} {verb} {}", statement.actions.join(", "));
        let _ = write!(text, " on {}", statement.resources.join(", "));
        for condition in &statement.conditions {
            let _ = write!(text, " when {condition}");
        }
        if statement.conditional {
            text.push_str(" perhaps");
        }
        let at = source.get(statement.at.range.start as usize..statement.at.range.end as usize);
        let word = at.and_then(|at| at.split_whitespace().next()).unwrap_or_default();
        let _ = writeln!(text, "  <- {word}");
    }
}

fn of(name: &str) -> AccessQuestion {
    AccessQuestion { of: Some(name.to_owned()), ..AccessQuestion::default() }
}

fn to(name: &str) -> AccessQuestion {
    AccessQuestion { to: Some(name.to_owned()), ..AccessQuestion::default() }
}

const ROLES: &str = r#"
component Jobs {
    let queue = aws::sqs::Queue {};
    capability send = allow sqs::SendMessage on [queue.Arn];
    capability work = allow sqs::{DeleteMessage, ReceiveMessage} on [queue.Arn];
}

#[allow(wildcard_resource, managed_policy, reason = "to be read here")]
service Shop {
    param wide: Bool = false;
    let jobs = Jobs {};
    let other = aws::sqs::Queue { QueueName: "other" };

    let role = aws::iam::Role {
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
        Policies: [{ PolicyName: "p", PolicyDocument: policy([jobs.work, if wide { allow sqs::SendMessage on ["*"] }]) }],
        ManagedPolicyArns: [shared.PolicyArn, "arn:aws:iam::aws:policy/ReadOnlyAccess"],
    };
    let shared = aws::iam::ManagedPolicy { PolicyDocument: policy([allow sns::Publish on ["arn:aws:sns:*:*:alarms"]]) };
    let more = aws::iam::RolePolicy {
        RoleName: role.RoleName,
        PolicyName: "more",
        PolicyDocument: policy([deny sqs::PurgeQueue on [other.Arn]]),
    };
    let worker = aws::lambda::Function {
        Role: role.Arn,
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Code: { ZipFile: "exports.handler = async () => 0" },
    };
    let open = aws::lambda::Permission {
        FunctionName: worker.Arn,
        Action: "lambda:InvokeFunction",
        Principal: "s3.amazonaws.com",
        SourceAccount: aws::account_id,
    };
    let guard = aws::sqs::QueuePolicy {
        Queues: [other.QueueUrl],
        PolicyDocument: policy([
            allow sqs::SendMessage on [other.Arn] to aws_service("events.amazonaws.com")
                when { ArnEquals: { "aws:SourceArn": "arn:aws:events:eu-west-1:{aws::account_id}:rule/r" } },
        ]),
    };
}
"#;

#[test]
fn all_policies_of_a_role_are_read_wherever_they_stand() {
    assert_eq!(
        told(ROLES, &of("worker")),
        "\
role [worker] trusts lambda.amazonaws.com
   may sqs:DeleteMessage, sqs:ReceiveMessage on jobs.queue  <- jobs.work
   may sqs:SendMessage on * perhaps  <- allow
   may sns:Publish on arn:aws:sns:*:*:alarms  <- allow
   must not sqs:PurgeQueue on other  <- deny
  has arn:aws:iam::aws:policy/ReadOnlyAccess
"
    );
}

#[test]
fn who_may_use_a_queue_is_told_from_both_sides() {
    // By a wildcard, by name, and by the queue's own policy.
    assert_eq!(
        told(ROLES, &to("other")),
        "\
role [worker] trusts lambda.amazonaws.com
   may sqs:SendMessage on * perhaps  <- allow
   must not sqs:PurgeQueue on other  <- deny
  has arn:aws:iam::aws:policy/ReadOnlyAccess
policy of other
  events.amazonaws.com may sqs:SendMessage on other when ArnEquals aws:SourceArn arn:aws:events:eu-west-1:{AWS::AccountId}:rule/r  <- allow
"
    );
}

#[test]
fn a_permission_is_a_policy_of_its_function() {
    let told = told(ROLES, &to("worker"));
    assert!(
        told.contains(
            "policy of worker\n  s3.amazonaws.com may lambda:InvokeFunction on worker \
             when StringEquals aws:SourceAccount {AWS::AccountId}"
        ),
        "{told}"
    );
}

const ACROSS: &str = r#"
interface Shipping { send: Capability; }
service Warehouse {
    let parcels = aws::sqs::Queue {};
    provides shipping: Shipping = { send: allow sqs::SendMessage on [parcels.Arn] };
}
service Orders {
    needs shipping: Shipping;
    let role = aws::iam::Role {
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
        Policies: [{ PolicyName: "p", PolicyDocument: policy(shipping.send) }],
    };
}
app Shop {
    let warehouse = Warehouse {};
    let orders = Orders { shipping: warehouse.shipping };
}
"#;

#[test]
fn a_right_is_followed_into_the_stack_that_provides_it() {
    let expected = "\
role [] trusts lambda.amazonaws.com
   may sqs:SendMessage on parcels of shop-warehouse  <- shipping.send
";
    for question in [to("parcels"), to("warehouse.parcels"), of("role"), of("orders.role")] {
        assert_eq!(told(ACROSS, &question), expected, "{question:?}");
    }
}

#[test]
fn a_name_that_nothing_has_is_answered_with_those_there_are() {
    let report = ask(ACROSS, &to("parcel"));
    assert_eq!(report.targets[0].known, ["parcels", "role"]);
    assert_eq!(ask(ACROSS, &of("parcels")).targets[0].known, ["role"]);
}

#[test]
fn nothing_is_said_of_a_program_with_errors() {
    let report = ask("service S { let q = aws::sqs::Queue { DelaySeconds: \"a\" }; }", &of("q"));
    assert!(report.targets.is_empty() && !report.diagnostics.is_empty());
}

#[test]
fn the_key_and_the_network_are_ways_to_a_thing_as_well() {
    const STORES: &str = r#"
#[allow(open_to_world, reason = "to be read here")]
service Store {
    let key = aws::kms::Key {};
    let queue = aws::sqs::Queue { KmsMasterKeyId: key.KeyId };
    let reader = aws::iam::ManagedPolicy { PolicyDocument: policy([allow kms::Decrypt on [key.Arn]]) };
    let vpc = aws::ec2::VPC { CidrBlock: "10.0.0.0/16" };
    let gateway = aws::ec2::InternetGateway {};
    let attachment = aws::ec2::VPCGatewayAttachment { VpcId: vpc.VpcId, InternetGatewayId: gateway.InternetGatewayId };
    let subnet = aws::ec2::Subnet { VpcId: vpc.VpcId, CidrBlock: "10.0.0.0/24", MapPublicIpOnLaunch: true };
    let routes = aws::ec2::RouteTable { VpcId: vpc.VpcId };
    #[depends_on(attachment)]
    let out = aws::ec2::Route {
        RouteTableId: routes.RouteTableId,
        DestinationCidrBlock: "0.0.0.0/0",
        GatewayId: gateway.InternetGatewayId,
    };
    let association = aws::ec2::SubnetRouteTableAssociation {
        RouteTableId: routes.RouteTableId,
        SubnetId: subnet.SubnetId,
    };
    let group = aws::ec2::SecurityGroup {
        GroupDescription: "https",
        VpcId: vpc.VpcId,
        SecurityGroupIngress: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIp: "0.0.0.0/0" }],
    };
    let machine = aws::ec2::Instance {
        ImageId: "ami-0123456789abcdef0",
        InstanceType: "t3.micro",
        MetadataOptions: { HttpTokens: "required" },
        SubnetId: subnet.SubnetId,
        SecurityGroupIds: [group.GroupId],
    };
}
"#;
    assert_eq!(
        told(STORES, &to("queue")),
        "reader [] trusts \n   may kms:Decrypt on key  <- allow\nencrypted with key\n"
    );
    assert_eq!(told(STORES, &to("machine")), "reached by internet\n");
}

#[test]
fn an_edge_is_its_statements_and_nothing_else() {
    let shop = |uses: &str, more: &str| {
        format!(
            r#"
use std::compute::{{Function, Runtime}};
use std::data::Table;
use std::messaging::Queue;

service Shop {{
    let orders = Table {{ key: "id" }};
    let jobs = Queue {{}};
    let worker = Function {{ code: "code", runtime: Runtime::Nodejs22, uses: [{uses}] }};
{more}}}
"#
        )
    };
    // Places move, so the pieces of source are left out.
    let rights = |uses: &str, more: &str| -> Vec<String> {
        let source = shop(uses, more);
        let system = MemorySystem::new([
            ("/p/ci.toml", MANIFEST),
            ("/p/src/main.ci", &*source),
            ("/p/code/index.js", "exports.handler = 1"),
        ]);
        let host =
            Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap();
        let report = host.snapshot().access(&of("worker"));
        assert_eq!(report.diagnostics.len(), 0, "{:?}", report.diagnostics);
        let statements = &report.targets[0].holders[0].statements;
        statements
            .iter()
            .map(|it| {
                let sid = it.sid.clone().unwrap_or_default();
                format!(
                    "{sid}: {} on {} when {}",
                    it.actions.join(", "),
                    it.resources.join(", "),
                    it.conditions.join(", ")
                )
            })
            .collect()
    };
    let both = rights("orders.read, jobs.send", "");
    // Something that is not of it.
    assert_eq!(rights("orders.read, jobs.send", "    let other = Table { key: \"id\" };\n"), both);
    // An edge less.
    let without: Vec<String> = both.iter().filter(|it| !it.starts_with("JobsSend")).cloned().collect();
    assert!(without.len() < both.len());
    assert_eq!(rights("orders.read", ""), without);
    // The other way round.
    let mut sorted = rights("jobs.send, orders.read", "");
    sorted.sort();
    let mut expected = both;
    expected.sort();
    assert_eq!(sorted, expected);
}

/// What is narrowed is contained in what it is taken from, and its neighbours are not in it: of what a component declares,
/// and of what another service provides.
#[test]
fn what_is_narrowed_is_contained() {
    let source = r#"
use std::data::{Found, Items, Table};
use std::storage::{Bucket, Objects};
interface Things { objects: Capability<Objects>; list: Capability<Objects>; find: Capability<Found>; change: Capability<Items>; }
component Holder {
    input uses: List<Capability>;
    let role = aws::iam::Role {
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
        Policies: [{ PolicyName: "p", PolicyDocument: policy(uses) }],
    };
}
service Store {
    let files = Bucket {};
    let table = Table { key: "id", indexes: { by_day: { key: "day" }, by_owner: { key: "owner" } } };
    provides things: Things = { objects: files.read, list: files.list, find: table.read, change: table.write };
    let prefix_wide = Holder { uses: [files.read, files.list] };
    let prefix_narrow = Holder { uses: [files.read { prefix: "in/" }, files.list { prefix: "in/" }] };
    let prefix_within = Holder { uses: [
        allow s3::GetObject on ["{files.arn}/in/x"],
        allow s3::ListBucket on [files.arn] when { StringEquals: { "s3:prefix": "in/05/" } },
    ] };
    let prefix_beside = Holder { uses: [allow s3::GetObject on ["{files.arn}/inbox/x"]] };
    let prefix_beside_list = Holder { uses: [allow s3::ListBucket on [files.arn] when { StringEquals: { "s3:prefix": "inbox" } }] };
    let keys_wide = Holder { uses: [table.read, table.write] };
    let keys_narrow = Holder { uses: [table.read { keys: ["a", "b"] }, table.write { keys: ["a"] }] };
    let keys_beside = Holder { uses: [table.write { keys: ["b"] }] };
    let keys_beside_index = Holder { uses: [table.read { index: "by_day" }] };
    let index_wide = Holder { uses: [table.read] };
    let index_narrow = Holder { uses: [table.read { index: "by_day" }] };
    let index_within = Holder { uses: [table.read { index: "by_day", keys: ["monday"] }] };
    let index_beside = Holder { uses: [table.read { index: "by_owner" }] };
}
service Reports {
    needs things: Things;
    let given_wide = Holder { uses: [things.objects, things.list, things.find, things.change] };
    let given_narrow = Holder { uses: [
        things.objects { prefix: "in/" }, things.list { prefix: "in/" }, things.find { index: "by_day" },
        things.change { keys: [r"${aws:PrincipalTag/id}"] },
    ] };
    let given_within = Holder { uses: [things.objects { prefix: "in/05/" }, things.find { index: "by_day", keys: ["monday"] }] };
    let given_beside = Holder { uses: [things.objects { prefix: "inbox/" }] };
    let given_beside_find = Holder { uses: [things.find { index: "by_owner" }] };
}
app Shop { let store = Store {}; let reports = Reports { things: store.things }; }
"#;
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", source)]);
    let host = Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap();
    let snapshot = host.snapshot();
    assert_eq!(snapshot.check(), []);
    salsa::Database::attach(&snapshot.db, |db| {
        let stacks = TargetStacks::of(db, &ci_sema::targets(db)[0]);
        let program = read(&stacks.stacks);
        let grants = |name: &str| -> Vec<ci_access::Statement> {
            let path = format!("{name}.role");
            let is_meant = |holder: &&Holder| *program.resource(holder.place).path == *path;
            let holder = program.holders.iter().find(is_meant).unwrap();
            holder.grants.iter().map(|grant| grant.statement.clone()).collect()
        };
        let is_in = |inner: &str, outer: &str| match ci_access::contains(&grants(outer), &grants(inner)) {
            ci_access::Containment::Yes => true,
            ci_access::Containment::No(_) => false,
            ci_access::Containment::Unknown(why) => panic!("{inner} in {outer}: {}", why.describe()),
        };
        for (kind, within, beside) in [
            ("prefix", &["within"][..], &["beside", "beside_list"][..]),
            ("keys", &[], &["beside", "beside_index"]),
            ("index", &["within"], &["beside"]),
            ("given", &["within"], &["beside", "beside_find"]),
        ] {
            let [wide, narrow] = ["wide", "narrow"].map(|name| format!("{kind}_{name}"));
            assert!(is_in(&narrow, &wide), "{narrow} is not in {wide}");
            assert!(!is_in(&wide, &narrow), "{wide} is in {narrow}");
            for name in within {
                assert!(is_in(&format!("{kind}_{name}"), &narrow), "{kind}_{name} is not in {narrow}");
            }
            for name in beside {
                assert!(!is_in(&format!("{kind}_{name}"), &narrow), "{kind}_{name} is in {narrow}");
            }
        }
    });
}

/// How Lambda gives functions their interfaces is nothing about a database, also of one that connects to it.
#[test]
fn what_is_denied_of_other_services_is_not_told() {
    let source = "use std::compute::{Function, Runtime};
use std::data::Database;
use std::network::Vpc;
service S {
    let vpc = Vpc { cidr: \"10.0.0.0/16\" };
    let db = Database { network: vpc.isolated, name: \"x\" };
    let f = Function { code: \"h\", runtime: Runtime::Python313, network: vpc.private, connects: { db: db.connect } };
    let g = Function { code: \"h\", runtime: Runtime::Python313, network: vpc.private };
}";
    let files = [("/p/ci.toml", MANIFEST), ("/p/src/main.ci", source), ("/p/h/index.py", "")];
    let host =
        Host::open(Arc::new(MemorySystem::new(files)), "/p".into()).map_err(|error| error.diagnostic.message);
    let report = host.unwrap().snapshot().access(&to("db"));
    let holders = &report.targets[0].holders;
    let paths: Vec<&str> = holders.iter().map(|holder| holder.path.as_str()).collect();
    assert_eq!(paths, ["f.role"]);
    assert!(holders[0].statements.iter().all(|statement| !statement.denies), "{:?}", holders[0].statements);
}

#[test]
fn grants_that_are_no_documents_are_policies_too() {
    let source = r#"
service S {
    let bus = aws::events::EventBus { Name: "b" };
    #[allow(foreign_account, reason = "a partner")]
    let grant = aws::events::EventBusPolicy {
        EventBusName: bus.Name,
        StatementId: "partner",
        Statement: { Effect: "Allow", Principal: { AWS: "111122223333" }, Action: "events:PutEvents", Resource: bus.Arn },
    };
}
"#;
    let all = told(source, &AccessQuestion { to: Some("bus".to_owned()), ..AccessQuestion::default() });
    assert!(all.contains("111122223333 may events:PutEvents on bus"), "{all}");
}
