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
