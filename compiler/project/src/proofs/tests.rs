use std::fmt::Write as _;
use std::sync::Arc;

use ci_base::Severity;

use crate::{Host, MemorySystem};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

/// A job with rights, as a role of its own and a function.
const JOB: &str = r#"
component Job {
    input uses: List<Capability> = [];
    let role = aws::iam::Role {
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
        Policies: [{ PolicyName: "job", PolicyDocument: policy(uses) }],
    };
    let worker = aws::lambda::Function {
        Role: role.Arn,
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Code: { ZipFile: "exports.handler = async () => 0" },
    };
    output role_arn: Arn = role.Arn;
    output worker_arn: Arn = worker.Arn;
}

component Store {
    input name: String?;
    let table = aws::dynamodb::Table {
        TableName: name,
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
    };
    output arn: Arn = table.Arn;
    capability read = allow dynamodb::{GetItem, Query} on [table.Arn, "{table.Arn}/index/*"];
    capability scan = allow dynamodb::Scan on ["arn:aws:dynamodb:*:*:table/orders-arch*"];
}
"#;

/// The codes and messages of errors, a line each.
fn errors(source: &str) -> String {
    let source = format!("{JOB}{source}");
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", &source)]);
    let host = Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap();
    let mut text = String::new();
    for found in host.snapshot().check().iter().filter(|found| found.severity == Severity::Error) {
        let _ = writeln!(text, "{} {}", found.code, found.message);
    }
    text
}

/// Two services: one with a table, and one whose job has `uses`.
fn across(uses: &str) -> String {
    errors(&format!(
        r#"
interface Stores {{ read: Capability; scan: Capability; arn: Arn; }}
service Archive {{
    let store = Store {{ name: "orders-archive" }};
    let made = Store {{}};
    let secret = aws::secretsmanager::Secret {{ Name: "card" }};
    provides stores: Stores = {{ read: store.read, scan: store.scan, arn: store.arn }};
}}
service Orders {{
    needs stores: Stores;
    param prefix: String = "x";
    let own = Store {{ name: "orders-new" }};
    let job = Job {{ uses: [{uses}] }};
}}
app Shop {{
    let archive = Archive {{}};
    let orders = Orders {{ stores: archive.stores }};
}}
"#
    ))
}

#[test]
fn what_is_provided_is_declared() {
    for uses in [
        "stores.read, stores.scan",
        "allow dynamodb::DescribeTable on [stores.arn]",
        r#"allow dynamodb::Query on ["{stores.arn}/index/*"]"#,
        // The same text as the capability has, and an action of it.
        r#"stores.scan, allow dynamodb::Scan on ["arn:aws:dynamodb:*:*:table/orders-arch*"]"#,
        // What is of this service, by whatever text.
        r#"own.read, allow dynamodb::GetItem on ["arn:aws:dynamodb:*:*:table/orders-n*", "{own.arn}"]"#,
        r#"allow dynamodb::GetItem on ["arn:aws:dynamodb:*:*:table/other-*"]"#,
        r#"deny dynamodb::GetItem on ["*"]"#,
        // What can only be allowed on everything reaches nothing.
        r#"allow xray::PutTraceSegments on ["*"]"#,
    ] {
        assert_eq!(across(uses), "", "{uses}");
    }
}

#[test]
fn what_only_fits_is_a_violation() {
    let violation = |action: &str, resource: &str| {
        format!(
            "E0817 `job.worker` of `shop-orders` may do `dynamodb:{action}` with `{resource}` of `shop-archive`, which nothing declares\n"
        )
    };
    for (uses, action, resource) in [
        (r#"allow dynamodb::GetItem on ["arn:aws:dynamodb:*:*:table/orders-*"]"#, "GetItem", "store.table"),
        (
            r#"allow dynamodb::GetItem on ["arn:aws:dynamodb:eu-west-1:111122223333:table/orders-archive"]"#,
            "GetItem",
            "store.table",
        ),
        (
            r#"allow dynamodb::Query on ["arn:*:dynamodb:*:*:table/orders-archive/index/*"]"#,
            "Query",
            "store.table",
        ),
        // The text of a capability, with an action that it does not have.
        (
            r#"stores.scan, allow dynamodb::DeleteItem on ["arn:aws:dynamodb:*:*:table/orders-arch*"]"#,
            "DeleteItem",
            "store.table",
        ),
        // A name that CloudFormation makes is known as far as the stack.
        (
            r#"allow dynamodb::GetItem on ["arn:aws:dynamodb:*:*:table/shop-archive-MadeTable-*"]"#,
            "GetItem",
            "made.table",
        ),
        // The beginning of an own name is not that name.
        (
            r#"allow dynamodb::GetItem on ["arn:aws:dynamodb:*:*:table/orders-new", "arn:aws:dynamodb:*:*:table/?rders-a*"]"#,
            "GetItem",
            "store.table",
        ),
    ] {
        assert_eq!(across(uses), violation(action, resource), "{uses}");
    }
    // Whatever a parameter says in the middle of a name.
    let late = across(r#"allow dynamodb::GetItem on ["arn:aws:dynamodb:*:*:table/{prefix}-archive"]"#);
    assert!(late.contains("with `store.table` of `shop-archive` and one more"), "{late}");
    let secret = across(
        r#"allow secretsmanager::GetSecretValue on ["arn:aws:secretsmanager:*:*:secret:card-??????"]"#,
    );
    assert!(secret.contains("`secretsmanager:GetSecretValue` with `secret`"), "{secret}");
    let many = across(r#"allow dynamodb::GetItem on ["arn:aws:dynamodb:*:*:table/*-*"]"#);
    assert!(many.contains("with `store.table` of `shop-archive` and one more"), "{many}");
}

#[test]
fn documents_by_hand_count_too() {
    let by_hand = |document: &str| {
        errors(&format!(
            r#"
service Archive {{ let store = Store {{ name: "orders-archive" }}; }}
service Orders {{
    let role = aws::iam::Role {{
        RoleName: "orders",
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
    }};
    let rights = {document};
}}
app Shop {{ let archive = Archive {{}}; let orders = Orders {{}}; }}
"#
        ))
    };
    let statement =
        r#"{ Effect: "Allow", Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:*:*:table/orders-*" }"#;
    let record = format!(r#"{{ Version: "2012-10-17", Statement: {statement} }}"#);
    let text = r##"r#"{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:*:*:table/orders-*" } }"#"##;
    for document in [
        format!(
            r#"aws::iam::RolePolicy {{ RoleName: role.RoleName, PolicyName: "x", PolicyDocument: {record} }}"#
        ),
        format!(r#"aws::iam::Policy {{ Roles: ["orders"], PolicyName: "x", PolicyDocument: {record} }}"#),
        // For whoever will have it.
        format!("aws::iam::ManagedPolicy {{ PolicyDocument: {record} }}"),
        format!("aws::iam::ManagedPolicy {{ PolicyDocument: {text} }}"),
    ] {
        let found = by_hand(&document);
        assert!(
            found.starts_with("E0817") && found.contains("`store.table` of `shop-archive`"),
            "{document}: {found}"
        );
    }
}

#[test]
fn a_policy_of_a_resource_names_others_by_what_they_provide() {
    let with = |principal: &str| {
        errors(&format!(
            r#"
interface Work {{ role: Arn; }}
service Orders {{
    let role = aws::iam::Role {{
        RoleName: "orders",
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
    }};
    provides work: Work = {{ role: role.Arn }};
}}
service Inbox {{
    needs work: Work;
    let queue = aws::sqs::Queue {{}};
    let guard = aws::sqs::QueuePolicy {{
        Queues: [queue.QueueUrl],
        PolicyDocument: policy([allow sqs::SendMessage on [queue.Arn] to aws_principal({principal})]),
    }};
}}
app Shop {{ let orders = Orders {{}}; let inbox = Inbox {{ work: orders.work }}; }}
"#
        ))
    };
    assert_eq!(with("work.role"), "");
    assert_eq!(
        with(r#""arn:{aws::partition}:iam::{aws::account_id}:role/orders""#),
        "E0817 `role` of `shop-orders` may do `sqs:SendMessage` with `queue` of `shop-inbox`, which nothing declares\n"
    );
    assert_eq!(with(r#""arn:{aws::partition}:iam::{aws::account_id}:role/elsewhere""#), "");
}

fn environments(pattern: &str, accounts: [&str; 2]) -> String {
    let account = |at: usize| {
        if accounts[at].is_empty() { String::new() } else { format!("account: \"{}\",", accounts[at]) }
    };
    errors(&format!(
        r#"
service Files {{
    input stage: String;
    let bucket = aws::s3::Bucket {{ BucketName: "shop-{{stage}}-files" }};
    let job = Job {{ uses: [allow s3::GetObject on ["{pattern}"]] }};
}}
app Shop {{
    input stage: String;
    let files = Files {{ stage }};
    environment dev {{ stage: "dev", {} }}
    environment prod {{ stage: "prod", {} }}
}}
"#,
        account(0),
        account(1)
    ))
}

#[test]
fn an_environment_does_not_reach_another_by_a_pattern() {
    let found = environments("arn:aws:s3:::shop-*/*", ["", ""]);
    assert_eq!(
        found,
        "E0817 `job.worker` of `shop-dev-files` of the environment `dev` may do `s3:GetObject` with `bucket` of `shop-prod-files` of the environment `prod`\n"
    );
    assert_eq!(environments("arn:aws:s3:::shop-{stage}-*/*", ["", ""]), "");
    assert_eq!(environments("arn:aws:s3:::shop-*/*", ["111111111111", "222222222222"]), "");
    assert!(environments("arn:aws:s3:::shop-*/*", ["111111111111", "111111111111"]).starts_with("E0817"));
}

fn ways(members: &str) -> String {
    errors(&format!("service S {{ let queue = aws::sqs::Queue {{}}; {members} }}"))
}

const STRONG: &str = "let strong = Job { uses: [allow sqs::PurgeQueue on [queue.Arn]] };";

#[test]
fn rights_to_change_rights_are_all_rights() {
    let found = ways(
        r#"let j = Job { uses: [allow iam::CreatePolicyVersion on ["arn:aws:iam::111122223333:policy/p"]] };"#,
    );
    assert_eq!(
        found,
        "E0807 `j.worker` of `s` can come to any right there is: `iam:CreatePolicyVersion` replaces what a policy allows by anything\n"
    );
    // For itself, and within a boundary.
    assert_eq!(
        ways(
            r#"let j = Job { uses: [
                allow iam::CreateAccessKey on [r"arn:aws:iam::111122223333:user/${aws:username}"],
                allow iam::PutRolePolicy on ["arn:aws:iam::111122223333:role/r"]
                    when { StringEquals: { "iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/b" } },
            ] };"#
        ),
        ""
    );
}

#[test]
fn a_role_that_may_do_more_is_not_handed_over() {
    let pass = |uses: &str| {
        ways(&format!(
            r#"{STRONG} let weak = Job {{ uses: [
                allow iam::PassRole on [strong.role_arn] when {{ StringEquals: {{ "iam:PassedToService": "lambda.amazonaws.com" }} }},
                {uses}
            ] }};"#
        ))
    };
    let create = r#"allow lambda::CreateFunction on ["arn:aws:lambda:*:*:function:mine"]"#;
    assert_eq!(
        pass(create),
        "E0807 `weak.worker` of `s` can come to the rights of another role: `lambda:CreateFunction` starts a function of its own as `strong.role`\n"
    );
    // Whoever may do as much gets nothing by it, nor does who starts nothing.
    assert_eq!(pass(&format!("{create}, allow sqs::PurgeQueue on [queue.Arn]")), "");
    assert_eq!(pass("none"), "");
    let change = |uses: &str| ways(&format!("{STRONG} let weak = Job {{ uses: [{uses}] }};"));
    assert_eq!(
        change("allow lambda::UpdateFunctionCode on [strong.worker_arn]"),
        "E0807 `weak.worker` of `s` can come to the rights of another role: `lambda:UpdateFunctionCode` changes `strong.worker`, which runs as `strong.role`\n"
    );
    assert_eq!(change("allow lambda::GetFunction on [strong.worker_arn]"), "");
}

#[test]
fn steps_are_followed_to_their_end() {
    let through = |rights: &str| {
        ways(&format!(
            r#"let first = Job {{ uses: [allow sts::AssumeRole on [second.Arn]] }};
            let second = aws::iam::Role {{
                AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_account(aws::account_id)]),
                Policies: [{{ PolicyName: "p", PolicyDocument: policy([allow sts::AssumeRole on [third.Arn]]) }}],
            }};
            #[allow(privilege_escalation, reason = "it deploys")]
            let third = aws::iam::Role {{
                AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_account(aws::account_id)]),
                Policies: [{{ PolicyName: "p", PolicyDocument: policy([{rights}]) }}],
            }};"#
        ))
    };
    let found = through(r#"allow iam::AttachRolePolicy on ["arn:aws:iam::111122223333:role/r"]"#);
    assert_eq!(
        found,
        "E0807 `first.worker` of `s` can come to any right there is, by way of `second`, then `third`\n\
         E0807 `second` of `s` can come to any right there is, by way of `third`\n"
    );
    assert_eq!(through("allow sqs::SendMessage on [queue.Arn]"), "");
}

#[test]
fn a_reason_allows_it() {
    let source = across(r#"allow dynamodb::GetItem on ["arn:aws:dynamodb:*:*:table/orders-*"]"#);
    assert!(source.contains("E0817"));
    let allowed = errors(
        r#"
service Archive { let store = Store { name: "orders-archive" }; }
service Orders {
    #[allow(undeclared_access, reason = "until the archive provides it")]
    let job = Job { uses: [allow dynamodb::GetItem on ["arn:aws:dynamodb:*:*:table/orders-*"]] };
}
app Shop { let archive = Archive {}; let orders = Orders {}; }
"#,
    );
    assert_eq!(allowed, "");
}

/// Two services in one deployment: one with what is in `members`, one with `members` that reach for it.
fn beside(members: &str, reaching: &str) -> String {
    errors(&format!(
        r#"
service Kept {{
    {members}
}}
service Reaching {{
    {reaching}
}}
app Shop {{
    let kept = Kept {{}};
    let reaching = Reaching {{}};
    environment prod {{ account: "111111111111", region: "eu-west-1" }}
}}
"#
    ))
}

/// A role with one statement.
fn role_with(statement: &str) -> String {
    format!(
        r#"let role = aws::iam::Role {{
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
        Policies: [{{ PolicyName: "p", PolicyDocument: policy([{statement}]) }}],
    }};"#
    )
}

#[test]
fn a_wildcard_is_every_name_that_a_service_makes() {
    let key = "let key = aws::kms::Key { EnableKeyRotation: true };";
    let open = role_with(r#"allow kms::Decrypt on ["arn:aws:kms:eu-west-1:111111111111:key/????????-*"]"#);
    let found = "E0817 `role` of `shop-prod-reaching` may do `kms:Decrypt` with `key` of `shop-prod-kept`, which nothing \
                 declares\n";
    assert_eq!(beside(key, &open), found);
    let begins = role_with(r#"allow kms::Decrypt on ["arn:aws:kms:eu-west-1:111111111111:key/1*"]"#);
    assert_eq!(beside(key, &begins), found);
    let written = role_with(
        r#"allow kms::Decrypt on ["arn:aws:kms:eu-west-1:111111111111:key/12345678-1234-1234-1234-123456789012"]"#,
    );
    assert_eq!(beside(key, &written), "");
    let elsewhere = role_with(r#"allow kms::Decrypt on ["arn:aws:kms:eu-west-1:222222222222:key/1*"]"#);
    assert_eq!(beside(key, &elsewhere), "");
}

#[test]
fn an_id_that_was_provided_names_one() {
    let source = r#"
interface Net { subnet: Id<aws::ec2::Subnet>; }
service Kept {
    let vpc = aws::ec2::VPC { CidrBlock: "10.0.0.0/16" };
    let subnet = aws::ec2::Subnet { VpcId: vpc.VpcId, CidrBlock: "10.0.0.0/24" };
    let other = aws::ec2::Subnet { VpcId: vpc.VpcId, CidrBlock: "10.0.1.0/24" };
    provides net: Net = { subnet: subnet.SubnetId };
}
service Reaching {
    needs net: Net;
    ROLE
}
app Shop { let kept = Kept {}; let reaching = Reaching { net: kept.net }; }
"#;
    let with = |resource: &str| {
        errors(
            &source
                .replace("ROLE", &role_with(&format!("allow ec2::CreateNetworkInterface on [{resource}]"))),
        )
    };
    let arn = "arn:{aws::partition}:ec2:{aws::region}:{aws::account_id}:subnet/";
    assert_eq!(with(&format!("\"{arn}{{net.subnet}}\"")), "");
    assert!(with(&format!("\"{arn}{{net.subnet}}*\"")).contains("E0817"));
    assert!(with(&format!("\"{arn}subnet-*\"")).contains("and one more"));
}

#[test]
fn a_role_or_a_resource_is_not_named_by_a_text() {
    let kept = r#"let role = aws::iam::Role {
        RoleName: "keeper",
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
    };
    let files = aws::s3::Bucket { BucketName: "kept-files" };
    let queue = aws::sqs::Queue { QueueName: "kept-jobs" };"#;
    let function = |role: &str| {
        format!(
            r#"let worker = aws::lambda::Function {{
        Role: {role}, Runtime: "nodejs22.x", Handler: "index.handler", Code: {{ ZipFile: "exports.handler = null;" }},
    }};"#
        )
    };
    let acts =
        "E0817 `worker` of `shop-prod-reaching` acts as `role` of `shop-prod-kept`, which nothing declares\n";
    assert_eq!(beside(kept, &function(r#""arn:aws:iam::111111111111:role/keeper""#)), acts);
    assert_eq!(beside(kept, &function(r#""arn:{aws::partition}:iam::{aws::account_id}:role/keeper""#)), acts);
    assert_eq!(beside(kept, &function(r#""arn:aws:iam::111111111111:role/housekeeper""#)), "");
    let policies = [
        (
            r#"aws::s3::BucketPolicy { Bucket: "kept-files", PolicyDocument: policy([deny s3::GetObject on ["arn:aws:s3:::kept-files/*"] to everyone()]) }"#,
            "files",
        ),
        (
            r#"aws::sqs::QueuePolicy { Queues: ["https://sqs.eu-west-1.amazonaws.com/111111111111/kept-jobs"], PolicyDocument: policy([deny sqs::SendMessage on ["arn:aws:sqs:eu-west-1:111111111111:kept-jobs"] to everyone()]) }"#,
            "queue",
        ),
    ];
    for (policy, what) in policies {
        assert_eq!(
            beside(kept, &format!("let guard = {policy};")),
            format!(
                "E0817 `guard` of `shop-prod-reaching` is a policy of `{what}` of `shop-prod-kept`, which nothing declares\n"
            )
        );
    }
}

#[test]
fn a_step_by_a_text_is_a_step() {
    let admin = r#"let admin = aws::iam::Role {
        RoleName: "admin",
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_account(aws::account_id)]),
        Policies: [{ PolicyName: "a", PolicyDocument: policy([allow iam::PutRolePolicy on ["arn:aws:iam::111111111111:role/x"]]) }],
    };"#;
    let found = ways(&format!(
        "{admin}{}",
        role_with(r#"allow sts::AssumeRole on ["arn:aws:iam::111111111111:role/admin"]"#)
    ));
    assert!(found.contains("`role` of `s` can come to any right there is, by way of `admin`"), "{found}");
    let none = ways(&format!(
        "{admin}{}",
        role_with(r#"allow sts::AssumeRole on ["arn:aws:iam::111111111111:role/other"]"#)
    ));
    assert!(!none.contains("by way of"), "{none}");
}
