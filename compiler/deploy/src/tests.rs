//! Stacks in a few words, and what is true of every deployment.

use std::collections::{BTreeMap, BTreeSet};

use ci_access::program::Place;
use ci_access::{
    Actions, Caller, Context, Effect, Parts, Policies, Policy, Request, Resources, Statement, Text, Verdict,
    evaluate,
};
use ci_base::TextRange;
use ci_catalog::resource_type;
use ci_graph::{
    DeletionPolicy, Entry, Late, Located, Origin, Output, Resource, ResourceId, Stack, Strength, Value,
};
use proptest::prelude::*;

use crate::{Breadth, Deployment, Kind, Phase, Question, Supplied, check, plan};

const ORIGIN: Origin = Origin { item: 0, range: TextRange::new(0, 1) };
const ACCOUNT: &str = "111122223333";

pub(crate) fn text(text: &str) -> Value {
    Value::string(text)
}

pub(crate) fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List(items.into_iter().map(located).collect())
}

pub(crate) fn record<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let entry = |(name, value): (&str, Value)| Entry { name: name.into(), value: located(value) };
    Value::Record(entries.into_iter().map(entry).collect())
}

pub(crate) fn attribute(resource: u32, name: &str) -> Value {
    Value::late(Late::Attribute(ResourceId(resource), name.into()))
}

pub(crate) fn reference(resource: u32) -> Value {
    Value::late(Late::Identifier(ResourceId(resource)))
}

fn located(value: Value) -> Located {
    Located { value, origin: ORIGIN }
}

pub(crate) fn resource(id: &str, type_name: &str, properties: Vec<(&str, Value)>) -> Resource {
    let schema = resource_type(type_name).unwrap_or_else(|| panic!("{type_name}"));
    let properties = properties.into_iter();
    let properties = properties.map(|(name, value)| Entry { name: name.into(), value: located(value) });
    Resource::new(id.into(), id.to_ascii_lowercase().into(), schema, properties.collect(), ORIGIN)
}

pub(crate) fn stack(name: &str, resources: Vec<Resource>) -> Stack {
    Stack { region: Some("eu-west-1".into()), resources, ..Stack::new(name.into(), ORIGIN) }
}

/// A role that a service takes on.
pub(crate) fn role(id: &str, service: &str) -> Resource {
    let statement = record([
        ("Effect", text("Allow")),
        ("Principal", record([("Service", text(service))])),
        ("Action", text("sts:AssumeRole")),
    ]);
    let trust = record([("Version", text("2012-10-17")), ("Statement", list([statement]))]);
    resource(id, "AWS::IAM::Role", vec![("AssumeRolePolicyDocument", trust)])
}

pub(crate) fn deployment(stacks: &[&Stack], tags: &[(&str, &str)]) -> Deployment {
    let tags: Vec<(String, String)> =
        tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    plan(&Question {
        stacks,
        prefix: "shop-dev",
        account: Some(ACCOUNT),
        tags: &tags,
        tagged: false,
        require_boundary: false,
        artifacts: None,
        supplied: &Supplied::default(),
    })
}

fn of(resource: Resource) -> Deployment {
    deployment(&[&stack("shop-dev-orders", vec![resource])], &[])
}

/// Lines such as `create update sqs:CreateQueue on arn:…`, sorted.
pub(crate) fn lines(deployment: &Deployment) -> Vec<String> {
    let line = |need: &crate::Need| {
        let phases: Vec<&str> = need.phases.iter().map(Phase::name).collect();
        let resources: Vec<String> = need.resources.iter().map(Parts::to_string).collect();
        let conditions: Vec<String> =
            need.conditions.iter().map(|condition| format!(" when {condition}")).collect();
        let conditions = conditions.concat();
        format!("{} on {}{conditions} to {}", need.action, resources.join(", "), phases.join(", "))
    };
    let mut lines: Vec<String> = deployment.needs.iter().map(line).collect();
    lines.sort();
    lines
}

fn actions(deployment: &Deployment) -> BTreeSet<String> {
    deployment.actions().into_iter().map(str::to_owned).collect()
}

#[test]
fn a_queue_takes_what_its_handlers_take_on_its_own_name() {
    let deployment = of(resource("Jobs", "AWS::SQS::Queue", Vec::new()));
    let arn = "arn:aws:sqs:eu-west-1:111122223333:shop-dev-orders-Jobs-*";
    // It holds data, so only a teardown deletes it. Without tags nothing tags it.
    assert_eq!(
        lines(&deployment),
        [
            format!("sqs:CreateQueue on {arn} to create, update"),
            format!("sqs:DeleteQueue on {arn} to teardown"),
            format!("sqs:GetQueueAttributes on {arn} to create, update, teardown"),
            format!("sqs:GetQueueUrl on {arn} to create, update"),
            format!("sqs:ListQueueTags on {arn} to create, update, teardown"),
            format!("sqs:SetQueueAttributes on {arn} to update"),
        ]
    );
    assert!(deployment.broad().is_empty());
}

#[test]
fn tags_of_the_stack_and_of_the_resource_take_the_right_to_tag() {
    let tagged = vec![("Tags", list([record([("Key", text("a")), ("Value", text("b"))])]))];
    let own = of(resource("Jobs", "AWS::SQS::Queue", tagged));
    assert!(actions(&own).contains("sqs:TagQueue"));
    let stack = stack("shop-dev-orders", vec![resource("Jobs", "AWS::SQS::Queue", Vec::new())]);
    let of_stack = deployment(&[&stack], &[("stage", "dev")]);
    assert_eq!(actions(&own), actions(&of_stack));
    assert!(!actions(&deployment(&[&stack], &[])).contains("sqs:TagQueue"));
}

#[test]
fn a_bucket_takes_what_its_properties_take() {
    let plain = of(resource("Data", "AWS::S3::Bucket", Vec::new()));
    let writes = |deployment: &Deployment| -> Vec<String> {
        let is_read = |action: &str| action.contains(":Get") || action.contains(":List");
        actions(deployment).into_iter().filter(|action| !is_read(action)).collect()
    };
    assert_eq!(writes(&plain), ["s3:CreateBucket", "s3:DeleteBucket"]);
    let encrypted = of(resource(
        "Data",
        "AWS::S3::Bucket",
        vec![("BucketEncryption", record([])), ("VersioningConfiguration", record([]))],
    ));
    assert_eq!(
        writes(&encrypted),
        ["s3:CreateBucket", "s3:DeleteBucket", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration"]
    );
    assert!(plain.union.len() > 60, "{}", plain.union.len());
}

#[test]
fn what_is_kept_is_never_deleted_and_what_may_go_is() {
    let with = |policy: Option<DeletionPolicy>| {
        let mut table = resource("Orders", "AWS::DynamoDB::Table", Vec::new());
        table.deletion_policy = policy;
        let deployment = of(table);
        let deletes = deployment.needs.iter().find(|need| need.action == "dynamodb:DeleteTable");
        let phases: Vec<&str> =
            deletes.map(|need| need.phases.iter().map(Phase::name).collect()).unwrap_or_default();
        let denies = |phase: Phase| {
            let document = deployment.document(Kind::Service(phase)).expect("a policy");
            let statements = document.parts.iter().flat_map(|policy| &policy.statements);
            statements
                .filter(|statement| statement.effect == Effect::Deny)
                .any(|statement| format!("{:?}", statement.actions).contains("dynamodb:DeleteTable"))
        };
        let denied: Vec<&str> =
            Phase::ALL.into_iter().filter(|phase| denies(*phase)).map(Phase::name).collect();
        (phases.join(" "), denied.join(" "))
    };
    let is = |may: &str, must_not: &str| (may.to_owned(), must_not.to_owned());
    assert_eq!(with(Some(DeletionPolicy::Delete)), is("create update teardown", ""));
    assert_eq!(with(None), is("teardown", "create update"));
    assert_eq!(with(Some(DeletionPolicy::Snapshot)), is("teardown", "create update"));
    assert_eq!(with(Some(DeletionPolicy::Retain)), is("", "create update"));
    assert_eq!(with(Some(DeletionPolicy::RetainExceptOnCreate)), is("create", "update"));
}

#[test]
fn what_may_go_is_not_guarded_with_what_must_stay() {
    // Both names are cut to the same beginning.
    let long = "a-very-long-name-of-a-stack-that-leaves-no-room-for-anything";
    let mut temporary = resource("Temp", "AWS::S3::Bucket", Vec::new());
    temporary.deletion_policy = Some(DeletionPolicy::Delete);
    let kept = resource("Kept", "AWS::S3::Bucket", Vec::new());
    let both = deployment(&[&stack(long, vec![kept.clone(), temporary])], &[]);
    assert_eq!(both.guarded, []);
    assert_eq!(deployment(&[&stack(long, vec![kept])], &[]).guarded.len(), 1);
    assert!(both.broad().contains_key(&(Breadth::SharedName, "s3:CreateBucket")));
}

#[test]
fn roles_are_passed_to_those_who_may_take_them_on() {
    let function = resource("Api", "AWS::Lambda::Function", vec![("Role", attribute(0, "Arn"))]);
    let stack = stack("shop-dev-orders", vec![role("Worker", "lambda.amazonaws.com"), function]);
    let found = lines(&deployment(&[&stack], &[]));
    let passes: Vec<&String> = found.iter().filter(|line| line.starts_with("iam:PassRole")).collect();
    assert_eq!(
        passes,
        ["iam:PassRole on arn:aws:iam::111122223333:role/shop-dev-orders-Worker-* \
          when StringEquals iam:PassedToService lambda.amazonaws.com to create, update"]
    );
}

#[test]
fn policies_are_attached_to_whom_they_name_and_nothing_else_is() {
    let mut worker = role("Worker", "lambda.amazonaws.com");
    let arns = list([text("arn:aws:iam::aws:policy/ReadOnlyAccess"), reference(1)]);
    worker.properties.push(Entry { name: "ManagedPolicyArns".into(), value: located(arns) });
    let policy = resource("Rights", "AWS::IAM::ManagedPolicy", vec![("Groups", list([text("staff")]))]);
    let found = lines(&deployment(&[&stack("shop-dev-orders", vec![worker, policy])], &[]));
    let of = |action: &str| -> Vec<&String> {
        found.iter().filter(|line| line.starts_with(&format!("{action} "))).collect()
    };
    let rights = "arn:aws:iam::111122223333:policy/shop-dev-orders-Rights-*";
    assert_eq!(
        of("iam:AttachRolePolicy"),
        [&format!(
            "iam:AttachRolePolicy on arn:aws:iam::111122223333:role/shop-dev-orders-Worker-* \
             when ArnLike iam:PolicyARN {rights}, arn:aws:iam::aws:policy/ReadOnlyAccess to create, update"
        )]
    );
    assert_eq!(
        of("iam:AttachGroupPolicy"),
        [&format!(
            "iam:AttachGroupPolicy on arn:aws:iam::111122223333:group/staff \
             when ArnLike iam:PolicyARN {rights} to create, update"
        )]
    );
    assert!(of("iam:AttachUserPolicy").is_empty());
    // Nobody is made without a reason: the program has no users.
    assert!(!found.iter().any(|line| line.contains(":user/")), "{found:?}");
}

#[test]
fn a_role_in_an_instance_profile_is_passed_with_it() {
    let profile = resource("Profile", "AWS::IAM::InstanceProfile", vec![("Roles", list([reference(0)]))]);
    let found = lines(&deployment(&[&stack("s", vec![role("Box", "ec2.amazonaws.com"), profile])], &[]));
    assert!(
        found.iter().any(|line| line.starts_with("iam:PassRole on arn:aws:iam::111122223333:role/s-Box-*")
            && line.contains("ec2.amazonaws.com")),
        "{found:?}"
    );
}

#[test]
fn keys_are_asked_for_where_the_program_has_something_to_do_with_one() {
    let bus = |properties| {
        let found = of(resource("Bus", "AWS::Events::EventBus", properties));
        actions(&found).into_iter().filter(|action| action.starts_with("kms:")).count()
    };
    assert_eq!(bus(vec![("Name", text("shop"))]), 0);
    assert!(bus(vec![("Name", text("shop")), ("KmsKeyIdentifier", text("alias/shop"))]) > 2);
}

#[test]
fn a_role_of_another_stack_or_of_nobody_is_passed_by_its_arn() {
    let mut roles = stack("shop-dev-base", vec![role("Worker", "lambda.amazonaws.com")]);
    roles.outputs.push(Output {
        name: "RoleArn".into(),
        value: located(attribute(0, "Arn")),
        description: None,
        condition: None,
        provided: Some(Strength::Weak),
    });
    let elsewhere = Value::late(Late::StackOutput {
        stack: "shop-dev-base".into(),
        output: "RoleArn".into(),
        strength: Strength::Weak,
    });
    let literal = text("arn:aws:iam::111122223333:role/team/runner");
    let functions = stack(
        "shop-dev-orders",
        vec![
            resource("Api", "AWS::Lambda::Function", vec![("Role", elsewhere)]),
            resource("Old", "AWS::Lambda::Function", vec![("Role", literal)]),
        ],
    );
    let found = lines(&deployment(&[&roles, &functions], &[]));
    let about: Vec<&str> = found
        .iter()
        .filter_map(|line| line.strip_prefix("iam:PassRole on "))
        .filter_map(|line| line.split(" when").next())
        .collect();
    assert_eq!(
        about,
        [
            "arn:aws:iam::111122223333:role/shop-dev-base-Worker-*",
            "arn:aws:iam::111122223333:role/team/runner"
        ]
    );
}

#[test]
fn what_nobody_can_name_is_told_by_the_tags_of_the_stack() {
    let network = stack("shop-dev-net", vec![resource("Net", "AWS::EC2::VPC", Vec::new())]);
    let tagged = deployment(&[&network], &[("stage", "dev")]);
    let line = |deployment: &Deployment, action: &str| {
        lines(deployment).into_iter().find(|line| line.starts_with(action)).expect("the action is needed")
    };
    assert_eq!(
        line(&tagged, "ec2:DeleteVpc"),
        "ec2:DeleteVpc on arn:aws:ec2:eu-west-1:111122223333:vpc/* \
         when StringEquals aws:resourcetag/stage dev to create, update, teardown"
    );
    // What it makes has no tags before it is made.
    assert_eq!(
        line(&tagged, "ec2:CreateVpc "),
        "ec2:CreateVpc on arn:aws:ec2:eu-west-1:111122223333:vpc/* to create, update"
    );
    let broad = tagged.broad();
    assert!(broad.contains_key(&(Breadth::MadeByService, "ec2:DeleteVpc")));
    // An action without resources is at least one of the region.
    assert_eq!(
        line(&tagged, "ec2:DescribeVpcs"),
        "ec2:DescribeVpcs on * when StringEquals aws:RequestedRegion eu-west-1 to create, update, teardown"
    );
}

/// Tags of keys may take minutes to count: what is done as one is made has no condition, the rest has.
#[test]
fn keys_of_others_are_out_of_reach_where_there_are_tags() {
    let stack = stack(
        "shop-dev-data",
        vec![resource("Key", "AWS::KMS::Key", vec![("EnableKeyRotation", Value::Bool(true))])],
    );
    let tagged = deployment(&[&stack], &[("stage", "dev")]);
    let bounded: Vec<String> = lines(&tagged)
        .into_iter()
        .filter(|line| line.contains("key/* when StringEquals aws:resourcetag/stage dev"))
        .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        bounded,
        [
            "kms:DisableKeyRotation",
            "kms:EnableKey",
            "kms:ScheduleKeyDeletion",
            "kms:UntagResource",
            "kms:UpdateKeyDescription",
        ]
    );
    for phase in Phase::ALL {
        assert_eq!(check(&tagged, &holder(&tagged, phase), &[phase]), [], "{phase}");
    }
    assert_eq!(tagged.unbounded_by_tags, Vec::<String>::new());
    let untagged = deployment(&[&stack], &[]);
    assert!(untagged.unbounded_by_tags.contains(&"kms:ScheduleKeyDeletion".to_owned()));
}

#[test]
fn policies_of_resources_are_about_the_resources_they_name() {
    let stack = stack(
        "shop-dev-orders",
        vec![
            resource("Jobs", "AWS::SQS::Queue", vec![("QueueName", text("jobs"))]),
            resource("Policy", "AWS::SQS::QueuePolicy", vec![("Queues", list([reference(0)]))]),
        ],
    );
    let found = deployment(&[&stack], &[]);
    let place = Place { stack: 0, resource: ResourceId(1) };
    let of_policy: Vec<String> = found
        .needs
        .iter()
        .filter(|need| need.place == place)
        .flat_map(|need| need.resources.iter().map(Parts::to_string))
        .collect();
    assert_eq!(of_policy, ["arn:aws:sqs:eu-west-1:111122223333:jobs"]);
}

#[test]
fn types_that_nobody_knows_are_named_and_can_be_supplied() {
    let ledger = || resource("Book", "AWS::QLDB::Ledger", vec![("PermissionsMode", text("STANDARD"))]);
    let stack = stack("shop-dev-orders", vec![ledger()]);
    assert_eq!(deployment(&[&stack], &[]).unknown, [Place { stack: 0, resource: ResourceId(0) }]);
    let supplied = Supplied::parse(
        "[types.\"AWS::QLDB::Ledger\"]\ncreate = [\"sqs:CreateQueue\"]\ndelete = [\"sqs:DeleteQueue\"]\n\
         on = { \"sqs:*\" = [\"arn:${Partition}:sqs:${Region}:${Account}:${PermissionsMode}\"] }",
    );
    let found = plan(&Question {
        stacks: &[&stack],
        prefix: "shop-dev",
        account: Some(ACCOUNT),
        tags: &[],
        tagged: false,
        require_boundary: false,
        artifacts: None,
        supplied: &supplied.expect("it can be read"),
    });
    assert!(found.unknown.is_empty());
    assert_eq!(
        lines(&found),
        [
            "sqs:CreateQueue on arn:aws:sqs:eu-west-1:111122223333:STANDARD to create, update",
            "sqs:DeleteQueue on arn:aws:sqs:eu-west-1:111122223333:STANDARD to teardown",
        ]
    );
}

#[test]
fn roles_with_a_boundary_are_made_with_it_only() {
    let boundary = "arn:aws:iam::111122223333:policy/shop-dev-deploy-boundary";
    let mut bounded = role("Worker", "lambda.amazonaws.com");
    bounded.properties.push(Entry { name: "PermissionsBoundary".into(), value: located(text(boundary)) });
    let stack = stack("shop-dev-orders", vec![bounded]);
    let found = deployment(&[&stack], &[]);
    let all = lines(&found);
    let make = all.iter().find(|line| line.starts_with("iam:CreateRole")).expect("it is made");
    assert!(make.contains(&format!("when StringEquals iam:PermissionsBoundary {boundary}")), "{make}");
    assert!(found.unbounded.is_empty());
    assert!(!actions(&found).contains("iam:DeleteRolePermissionsBoundary"));
}

/// A role with all documents of a phase.
fn holder(deployment: &Deployment, phase: Phase) -> crate::Role {
    let document = deployment.document(Kind::Service(phase)).expect("a policy");
    let statements = document.parts.iter().flat_map(|policy| policy.statements.iter().cloned());
    crate::Role { statements: statements.collect(), ..crate::Role::default() }
}

/// A program with a little of everything.
fn shop() -> Vec<Stack> {
    let network = stack(
        "shop-dev-net",
        vec![
            resource("Net", "AWS::EC2::VPC", vec![("CidrBlock", text("10.0.0.0/16"))]),
            resource("Left", "AWS::EC2::Subnet", vec![("VpcId", reference(0))]),
        ],
    );
    let mut table = resource("Items", "AWS::DynamoDB::Table", vec![("TimeToLiveSpecification", record([]))]);
    table.deletion_policy = Some(DeletionPolicy::Retain);
    let orders = stack(
        "shop-dev-orders",
        vec![
            role("Worker", "lambda.amazonaws.com"),
            resource("Api", "AWS::Lambda::Function", vec![("Role", attribute(0, "Arn"))]),
            table,
            resource("Jobs", "AWS::SQS::Queue", Vec::new()),
            resource(
                "Trigger",
                "AWS::Lambda::EventSourceMapping",
                vec![("FunctionName", reference(1)), ("EventSourceArn", attribute(3, "Arn"))],
            ),
            resource("Secret", "AWS::SecretsManager::Secret", vec![("GenerateSecretString", record([]))]),
        ],
    );
    vec![network, orders]
}

#[test]
fn every_phase_has_what_it_needs() {
    let stacks = shop();
    let found = deployment(&stacks.iter().collect::<Vec<_>>(), &[("stage", "dev")]);
    for phase in Phase::ALL {
        assert_eq!(check(&found, &holder(&found, phase), &[phase]), [], "{phase}");
        assert_eq!(crate::beyond(&found, &holder(&found, phase), &[phase]), [], "{phase}");
    }
    // A role for changes must not delete what a teardown deletes.
    let lacks = check(&found, &holder(&found, Phase::Update), &[Phase::Teardown]);
    let lacks: Vec<&str> = lacks.iter().map(|lack| lack.action.as_str()).collect();
    assert_eq!(lacks, ["sqs:DeleteQueue", "secretsmanager:DeleteSecret"]);
}

/// What is written to files, read again: what only the deployment knows is a wildcard.
fn written(deployment: &Deployment, phase: Phase) -> crate::Role {
    let document = deployment.document(Kind::Service(phase)).expect("a policy");
    let read = |policy| crate::roles(&crate::document(policy)).expect("a role").remove(0).statements;
    crate::Role { statements: document.parts.iter().flat_map(read).collect(), ..crate::Role::default() }
}

/// The denial of the roles that deploy is one of any account then, and about no other role.
#[test]
fn what_is_written_without_an_account_is_enough() {
    for region in [None, Some("eu-west-1")] {
        let mut stacks = shop();
        for stack in &mut stacks {
            stack.region = region.map(Into::into);
        }
        let found = plan(&Question {
            stacks: &stacks.iter().collect::<Vec<_>>(),
            prefix: "shop-dev",
            account: None,
            tags: &[],
            tagged: false,
            require_boundary: false,
            artifacts: None,
            supplied: &Supplied::default(),
        });
        for phase in Phase::ALL {
            assert_eq!(check(&found, &written(&found, phase), &[phase]), [], "{phase} in {region:?}");
        }
        let mut denied = written(&found, Phase::Update);
        denied.statements.push(Statement::deny(
            Actions::of(["iam:CreateRole"]),
            Resources::of(["arn:*:iam::*:role/shop-dev-orders-W*"]),
        ));
        let lacks = check(&found, &denied, &[Phase::Update]);
        let lacks: Vec<&str> = lacks.iter().map(|lack| lack.action.as_str()).collect();
        assert_eq!(lacks, ["iam:CreateRole"], "a denial counts in {region:?}");
    }
}

#[test]
fn without_a_statement_the_check_names_what_is_missing() {
    let stacks = shop();
    let found = deployment(&stacks.iter().collect::<Vec<_>>(), &[("stage", "dev")]);
    let whole = holder(&found, Phase::Update);
    let allows = whole.statements.iter().filter(|statement| statement.effect == Effect::Allow).count();
    assert!(allows > 8, "{allows}");
    for at in 0..allows {
        let mut role = whole.clone();
        let dropped = role.statements.remove(at);
        assert_eq!(dropped.effect, Effect::Allow);
        let lacks = check(&found, &role, &[Phase::Update]);
        assert!(!lacks.is_empty(), "{dropped:?}");
        for lack in lacks {
            let one = Statement::allow(Actions::of([&lack.action]), Resources::of([lack.resource.as_str()]));
            let about = Statement { conditions: Vec::new(), ..dropped.clone() };
            let is_part = ci_access::contains(&[about], std::slice::from_ref(&one));
            assert_eq!(is_part, ci_access::Containment::Yes, "{lack:?} is not of {dropped:?}");
        }
    }
}

/// Whether the policies of a phase allow an action on an ARN.
fn allowed(deployment: &Deployment, phase: Phase, action: &str, arn: &str, context: Context) -> bool {
    let document = deployment.document(Kind::Service(phase)).expect("a policy");
    let caller = Caller::session(format!("arn:aws:iam::{ACCOUNT}:role/deployer"), "session");
    let request = Request {
        caller,
        action: Text::from(action),
        resource: Text::from(arn),
        resource_account: None,
        context,
    };
    let policies = Policies { identity: &document.parts, ..Policies::default() };
    evaluate(&request, &policies).verdict == Verdict::Allowed
}

#[test]
fn resources_of_others_and_the_own_roles_are_out_of_reach() {
    let stacks = shop();
    let found = deployment(&stacks.iter().collect::<Vec<_>>(), &[("stage", "dev")]);
    let may = |action: &str, arn: &str| allowed(&found, Phase::Update, action, arn, Context::default());
    assert!(may("sqs:SetQueueAttributes", "arn:aws:sqs:eu-west-1:111122223333:shop-dev-orders-Jobs-1X2Y"));
    for other in [
        "arn:aws:sqs:eu-west-1:111122223333:shop-prod-orders-Jobs-1X2Y",
        "arn:aws:sqs:eu-west-1:111122223333:shop-dev-orders2-Jobs-1X2Y",
        "arn:aws:sqs:eu-west-1:444455556666:shop-dev-orders-Jobs-1X2Y",
        "arn:aws:sqs:us-east-1:111122223333:shop-dev-orders-Jobs-1X2Y",
    ] {
        assert!(!may("sqs:SetQueueAttributes", other), "{other}");
    }
    let own = "arn:aws:iam::111122223333:role/shop-dev-deploy-update";
    for action in ["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRole", "iam:PassRole"] {
        assert!(!may(action, own), "{action}");
    }
    let delete = |tag: &str| {
        let context = Context::default().with("aws:ResourceTag/stage", [tag]);
        allowed(
            &found,
            Phase::Update,
            "ec2:DeleteVpc",
            "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1",
            context,
        )
    };
    assert!(delete("dev"));
    assert!(!delete("prod"));
}

#[test]
fn whoever_starts_a_deployment_may_do_nothing_else() {
    let stacks = shop();
    let found = deployment(&stacks.iter().collect::<Vec<_>>(), &[]);
    let ci = found.document(Kind::Ci).expect("a policy");
    let may = |action: &str, arn: &str, role: &str| {
        let caller = Caller::session(format!("arn:aws:iam::{ACCOUNT}:role/ci"), "session");
        let context = Context::default()
            .with("cloudformation:RoleArn", [role])
            .with("iam:PassedToService", ["cloudformation.amazonaws.com"]);
        let request = Request {
            caller,
            action: Text::from(action),
            resource: Text::from(arn),
            resource_account: None,
            context,
        };
        evaluate(&request, &Policies { identity: &ci.parts, ..Policies::default() }).verdict
            == Verdict::Allowed
    };
    let stack = "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-dev-orders/1234";
    let update = "arn:aws:iam::111122223333:role/shop-dev-deploy-update";
    let teardown = "arn:aws:iam::111122223333:role/shop-dev-deploy-teardown";
    assert!(may("cloudformation:CreateChangeSet", stack, update));
    assert!(may("cloudformation:ExecuteChangeSet", stack, update));
    assert!(may("iam:PassRole", update, update));
    assert!(!may("cloudformation:CreateChangeSet", stack, teardown));
    assert!(!may("cloudformation:CreateChangeSet", stack, "arn:aws:iam::111122223333:role/Admin"));
    assert!(!may("iam:PassRole", teardown, teardown));
    assert!(!may("cloudformation:DeleteStack", stack, update));
    assert!(!may("sqs:CreateQueue", "arn:aws:sqs:eu-west-1:111122223333:shop-dev-orders-Jobs-1", update));
    let other = "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-prod-orders/1234";
    assert!(!may("cloudformation:CreateChangeSet", other, update));
}

#[test]
fn the_boundary_is_what_roles_may_do_but_for_managing_permissions() {
    let mut worker = role("Worker", "lambda.amazonaws.com");
    let statement = record([
        ("Effect", text("Allow")),
        ("Action", list([text("sqs:SendMessage"), text("sqs:AddPermission")])),
        ("Resource", attribute(1, "Arn")),
    ]);
    let policy =
        record([("PolicyName", text("p")), ("PolicyDocument", record([("Statement", list([statement]))]))]);
    worker.properties.push(Entry { name: "Policies".into(), value: located(list([policy])) });
    let stack = stack("shop-dev-orders", vec![worker, resource("Jobs", "AWS::SQS::Queue", Vec::new())]);
    let found = deployment(&[&stack], &[]);
    let boundary = found.document(Kind::Boundary).expect("there are roles");
    assert_eq!(
        ci_access::json(&boundary.parts[0], |symbol| symbol.name.to_string()),
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:eu-west-1:111122223333:shop-dev-orders-Jobs-*"}]}"#
    );
}

#[test]
fn without_an_account_documents_have_wildcards_and_the_template_computes() {
    let mut stack = stack("shop-dev-orders", vec![resource("Jobs", "AWS::SQS::Queue", Vec::new())]);
    stack.region = None;
    let found = plan(&Question {
        stacks: &[&stack],
        prefix: "shop-dev",
        account: None,
        tags: &[],
        tagged: false,
        require_boundary: false,
        artifacts: None,
        supplied: &Supplied::default(),
    });
    let update = found.document(Kind::Service(Phase::Update)).expect("a policy");
    let document = crate::document(&update.parts[0]);
    assert!(document.contains("\"arn:*:sqs:*:*:shop-dev-orders-Jobs-*\""), "{document}");
    let roles = crate::stack(&found).expect("a stack");
    let policy =
        roles.resources.iter().find(|resource| &*resource.logical_id == "UpdatePolicy1").expect("a policy");
    let document = format!("{:?}", policy.property("PolicyDocument").expect("a document"));
    assert!(document.contains("Pseudo(AccountId)), String(\":shop-dev-orders-Jobs-*\")"), "{document}");
    let ci = format!("{:?}", roles.resources.iter().find(|resource| &*resource.logical_id == "CiPolicy1"));
    assert!(ci.contains("cloudformation:RoleArn"), "keys are spelled as AWS does: {ci}");
}

#[test]
fn every_resource_type_has_policies_or_is_named() {
    let mut unknown = 0;
    for (at, name) in ci_catalog::resource_types().enumerate() {
        // All of them take a minute; a share of them each time the catalog changes is enough.
        if at % 7 != 0 {
            continue;
        }
        let found = of(resource("Thing", name, Vec::new()));
        let has_handlers = resource_type(name)
            .is_some_and(|schema| schema.handler_permissions(ci_catalog::Handler::Create).is_some());
        unknown += usize::from(!found.unknown.is_empty());
        assert!(found.unknown.is_empty() || !has_handlers, "{name}");
        assert!(found.too_large.is_empty(), "{name}: {:?}", found.too_large);
        for need in &found.needs {
            assert!(!need.resources.is_empty(), "{name}: {}", need.action);
            for arn in need.resources.iter().map(Parts::to_string) {
                assert!(arn == "*" || arn.starts_with("arn:aws:"), "{name}: {} on {arn}", need.action);
                assert!(!arn.contains("${"), "{name}: {} on {arn}", need.action);
            }
        }
    }
    assert!(unknown > 5, "{unknown}");
}

#[test]
fn actions_that_ask_for_a_boundary_are_those_of_the_reference() {
    let service = ci_catalog::iam::service("iam").expect("IAM");
    let asks = |action: &&ci_catalog::iam::Action| action.condition_keys.contains(&"iam:PermissionsBoundary");
    // Who may take on a role, and how it is described, gives the role no rights.
    let gives = |name: &str| ["Attach", "Create", "Put"].iter().any(|verb| name.starts_with(verb));
    let known: Vec<String> = service
        .actions()
        .iter()
        .filter(asks)
        .filter(|action| gives(action.name))
        .map(|action| format!("iam:{}", action.name))
        .collect();
    assert_eq!(crate::need::BOUNDED.to_vec(), known);
}

/// Types with tables of their own, and some without.
const TYPES: [&str; 12] = [
    "AWS::S3::Bucket",
    "AWS::Lambda::Function",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::DynamoDB::Table",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Topic",
    "AWS::RDS::DBInstance",
    "AWS::ECS::Service",
    "AWS::EC2::VPC",
    "AWS::Kinesis::Stream",
    "AWS::ApplicationAutoScaling::ScalableTarget",
];

fn some_value(pick: u8) -> Value {
    match pick % 4 {
        0 => text("x"),
        1 => record([("Status", text("Enabled"))]),
        2 => list([record([("Name", text("x"))])]),
        _ => attribute(0, "Arn"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Setting a property or adding a resource never takes an action away, from no phase.
    #[test]
    fn more_of_a_program_takes_no_less(
        first in 0..TYPES.len(),
        second in 0..TYPES.len(),
        picks in proptest::collection::vec((any::<u16>(), any::<u8>(), any::<bool>()), 0..12),
    ) {
        let schema = resource_type(TYPES[first]).expect("a type");
        let names: Vec<&'static str> =
            schema.node(schema.root()).properties.iter().map(|property| property.name).collect();
        let mut all: BTreeMap<&str, (u8, bool)> = BTreeMap::new();
        for (at, value, early) in picks {
            all.insert(names[usize::from(at) % names.len()], (value, early));
        }
        let of = |only_early: bool| {
            let wanted = all.iter().filter(|(_, (_, early))| *early || !only_early);
            let properties = wanted.map(|(name, (value, _))| (*name, some_value(*value))).collect();
            resource("Thing", TYPES[first], properties)
        };
        let small = stack("s", vec![role("Role", "lambda.amazonaws.com"), of(true)]);
        let large = stack("s", vec![role("Role", "lambda.amazonaws.com"), of(false)]);
        let larger = stack(
            "s",
            vec![role("Role", "lambda.amazonaws.com"), of(false), resource("More", TYPES[second], Vec::new())],
        );
        let in_phases = |stack: &Stack| -> BTreeSet<(String, Phase)> {
            let found = deployment(&[stack], &[]);
            found.needs.iter().flat_map(|need| need.phases.iter().map(|phase| (need.action.clone(), phase))).collect()
        };
        let (small, large, larger) = (in_phases(&small), in_phases(&large), in_phases(&larger));
        prop_assert!(small.is_subset(&large), "{:?}", small.difference(&large).collect::<Vec<_>>());
        prop_assert!(large.is_subset(&larger), "{:?}", large.difference(&larger).collect::<Vec<_>>());
    }
}

#[test]
fn what_is_too_long_names_resources_by_their_stacks() {
    let many = |count: usize| -> Vec<Resource> {
        let queue = |at: usize| {
            let mut queue = resource(&format!("AQueueWithAVeryLongName{at}"), "AWS::SQS::Queue", Vec::new());
            queue.deletion_policy = Some(DeletionPolicy::Delete);
            queue
        };
        (0..count).map(queue).collect()
    };
    let (one, other) = (stack("shop-dev-orders", many(450)), stack("shop-dev-orders-eu", many(450)));
    let found = deployment(&[&one, &other], &[]);
    assert_eq!(found.too_large, []);
    assert!(found.wide.contains(&(Kind::Service(Phase::Update), crate::Width::ByStack)), "{:?}", found.wide);
    let may = |arn: &str| allowed(&found, Phase::Update, "sqs:CreateQueue", arn, Context::default());
    assert!(may("arn:aws:sqs:eu-west-1:111122223333:shop-dev-orders-AQueueWithAVeryLongName1-X"));
    assert!(!may("arn:aws:sqs:eu-west-1:111122223333:shop-dev-other-AQueueWithAVeryLongName1-X"));
    assert_eq!(check(&found, &holder(&found, Phase::Update), &[Phase::Update]), []);
}

#[test]
fn policies_fit_what_iam_takes_however_many_resources_there_are() {
    let many: Vec<Resource> =
        (0..150).map(|at| resource(&format!("Queue{at}"), "AWS::SQS::Queue", Vec::new())).collect();
    let stack = stack("shop-dev-orders", many);
    let found = deployment(&[&stack], &[]);
    assert_eq!(found.too_large, []);
    let documents = &found.document(Kind::Service(Phase::Update)).expect("a policy").parts;
    assert!(documents.len() > 1);
    let size = |policy: &Policy| ci_access::size(policy);
    assert!(
        documents.iter().all(|policy| size(policy) <= 6144),
        "{:?}",
        documents.iter().map(size).collect::<Vec<_>>()
    );
}
