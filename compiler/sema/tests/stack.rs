//! From source to the graph.

mod common;

use common::TestDatabase;

#[test]
fn a_service_becomes_a_stack() {
    let db = TestDatabase::new(
        r#"
use aws::s3::Bucket;

/// Keeps things.
service Store {
    let bucket = Bucket { VersioningConfiguration: { Status: "Enabled" } };
    let policy = aws::s3::BucketPolicy { Bucket: bucket.BucketName, PolicyDocument: policy([
        allow s3::GetObject on ["{bucket.Arn}/*"] to aws_service("cloudfront.amazonaws.com"),
    ]) };
    output arn: Arn = bucket.Arn;
}
"#,
    );
    assert_eq!(db.report(), "");
    let stacks = db.stacks();
    println!("{:#?}", stacks[0].stack);
    let names: Vec<&str> = stacks[0].stack.resources.iter().map(|resource| &*resource.logical_id).collect();
    assert_eq!(names, ["Bucket", "Policy"]);
}

#[test]
fn overrides_reach_what_is_made_later_and_nothing_else() {
    let component = r#"
component C {
    let q = aws::sqs::Queue {};
    let many = for name in ["x", "y"] { name => aws::sqs::Queue {} };
    output arn: Arn = q.Arn;
}
"#;
    let db = TestDatabase::new(&format!(
        "{component}service S {{ let a = C {{}}; output arn: Arn = a.arn; let b = a with {{ q: {{ DelaySeconds: 9 }} }}; }}"
    ));
    assert_eq!(db.report(), "");
    let stack = &db.stacks()[0].stack;
    assert!(stack.resources[0].property("DelaySeconds").is_some(), "{:#?}", stack.resources[0]);

    let db = TestDatabase::new(&format!(
        "{component}service S {{ let a = C {{}} with {{ many: {{ z: {{ DelaySeconds: 9 }} }} }}; }}"
    ));
    assert!(db.report().contains("E0214 at \"z\": nothing is made under `z`"), "{}", db.report());
}

#[test]
fn statements_of_a_resource_under_a_condition_stay_under_it() {
    let db = TestDatabase::new(
        r#"
service S {
    param keep: Bool = true;
    let queue = if keep { aws::sqs::Queue {} };
    let rights = if keep { [allow sqs::SendMessage on [queue?.Arn ?? "arn:aws:sqs:eu-west-1:123456789012:none"]] };
    let role = aws::iam::ManagedPolicy { PolicyDocument: policy([
        allow sqs::ListQueues on ["*"],
        ..rights ?? [],
        deny s3::* on ["*"],
    ]) };
}
"#,
    );
    assert_eq!(db.report(), "");
}

#[test]
fn members_of_a_database_cluster_are_not_snapshot() {
    let db = TestDatabase::new(
        r#"
service S {
    let cluster = aws::rds::DBCluster { Engine: "aurora-postgresql", ManageMasterUserPassword: true, MasterUsername: "app" };
    let member = aws::rds::DBInstance { DBClusterIdentifier: cluster.DBClusterIdentifier, DBInstanceClass: "db.serverless", Engine: "aurora-postgresql" };
    let alone = aws::rds::DBInstance { DBInstanceClass: "db.t4g.micro", Engine: "postgres" };
}
"#,
    );
    assert_eq!(db.report(), "");
    let stack = &db.stacks()[0].stack;
    let policies: Vec<_> = stack.resources.iter().map(|resource| resource.deletion_policy).collect();
    let snapshot = Some(ci_graph::DeletionPolicy::Snapshot);
    assert_eq!(policies, [snapshot, None, snapshot]);
}

/// A right that is taken narrowed is an edge as narrow, also where it was narrowed on the way.
#[test]
fn what_is_taken_narrowed_is_used_that_much() {
    let db = TestDatabase::new(
        r#"
struct Objects { prefix: String = "" }
interface Uploads { read: Capability<Objects>; }
service Keeper {
    let files = aws::s3::Bucket {};
    provides uploads: Uploads = { read: |of| allow s3::GetObject on ["{files.Arn}/{of.prefix}*"] };
}
service Middle {
    needs uploads: Uploads;
    let queue = aws::sqs::Queue {};
    provides part: Uploads = { read: uploads.read { prefix: "in/" } };
}
service Reports {
    needs uploads: Uploads;
    needs part: Uploads;
    let rights = aws::iam::ManagedPolicy { PolicyDocument: policy([
        uploads.read { prefix: "out/" },
        part.read { prefix: "in/05/" },
    ]) };
}
app Shop {
    let keeper = Keeper {};
    let middle = Middle { uploads: keeper.uploads };
    let reports = Reports { uploads: keeper.uploads, part: middle.part };
}
"#,
    );
    assert_eq!(db.report(), "");
    let stacks = db.stacks();
    let used = |name: &str| -> Vec<String> {
        let stack = &stacks.iter().find(|result| &*result.stack.name == name).unwrap().stack;
        let rights = |used: &ci_graph::Use| format!("{} of {}: {:?}", used.name, used.provider, used.rights);
        stack.uses.iter().map(rights).collect()
    };
    let [of_middle] = &used("shop-middle")[..] else { panic!("{:?}", used("shop-middle")) };
    assert!(
        of_middle.starts_with("UploadsRead of shop-keeper: ") && of_middle.contains("/in/*"),
        "{of_middle}"
    );
    let [out, within] = &used("shop-reports")[..] else { panic!("{:?}", used("shop-reports")) };
    assert!(out.starts_with("UploadsRead of shop-keeper: ") && out.contains("/out/*"), "{out}");
    assert!(within.starts_with("PartRead of shop-middle: ") && within.contains("/in/05/*"), "{within}");
}
