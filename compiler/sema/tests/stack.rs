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
