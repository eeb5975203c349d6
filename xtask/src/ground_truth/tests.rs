//! The comparison on records that say what comes out.

use super::compare::{Comparison, LeftOut, Row};
use super::{corpus, verbs};

const PAGE: &str = "\
<!-- verbs -->

| verb | of | allows | actions |
| --- | --- | --- | --- |
| `s3::read(bucket, prefix)` | `s3::Bucket` | Reading. | `kms`: Decrypt; `s3`: GetObject |
| `s3::write(bucket)` | `s3::Bucket` | Writing. | `s3`: AbortMultipartUpload, PutObject |
| `sqs::purge(queue)` | `sqs::Queue` | Purging. | `sqs`: PurgeQueue |
| `s3::tag(bucket)` | `s3::Bucket` | Tags. | `s3`: GetObjectTagging, PutObjectTagging |

<!-- end -->";

const LEFT_OUT: &str = "[[left-out]]\nactions = [\"s3:GetObjectTorrent\"]\nwhy = \"gone\"\n";

fn compare(records: &str) -> (Row, Result<(), String>, Vec<String>) {
    let verbs = verbs::parse(PAGE).unwrap();
    let mut comparison = Comparison::new(&verbs, LeftOut::parse(LEFT_OUT).unwrap());
    let row = comparison.suite(&corpus::parse(records).unwrap());
    let verdict = comparison.verdict();
    (row, verdict, comparison.beyond)
}

#[test]
fn what_is_left_out_has_a_reason() {
    let (row, verdict, beyond) = compare(
        r#"{"id": "a", "target_type": "AWS::S3::Bucket", "expected_actions": ["s3:GetObject", "s3:GetObjectTorrent"], "expected_resources": ["*"]}"#,
    );
    assert_eq!(
        row,
        Row { records: 1, known: 1, theirs: 2, ours: 1, left_out: 1, stars: 1, ..Row::default() }
    );
    assert_eq!(verdict, Ok(()));
    assert!(beyond.is_empty(), "{beyond:?}");
}

#[test]
fn what_is_missing_fails() {
    let (row, verdict, _) = compare(
        r#"{"id": "a", "target_type": "AWS::S3::Bucket", "expected_actions": ["s3:GetObjectTorrent", "s3:GetObjectAcl"]}"#,
    );
    assert_eq!((row.missing, row.left_out), (1, 1));
    assert_eq!(verdict, Err("no verb grants s3:GetObjectAcl, which 1 records do".to_owned()));
}

#[test]
fn a_reason_for_nothing_fails() {
    let (_, verdict, _) = compare("");
    assert!(verdict.unwrap_err().contains("s3:GetObjectTorrent, which nobody grants"));
    assert!(LeftOut::parse(&LEFT_OUT.replace("gone", " ")).is_err());
}

#[test]
fn what_ours_grant_beyond_theirs_is_told() {
    let (row, _, beyond) =
        compare(r#"{"id": "a", "target_type": ["AWS::S3::Bucket"], "expected_actions": ["s3:PutObject"]}"#);
    assert_eq!((row.theirs, row.ours, row.beyond), (1, 2, 1));
    assert_eq!(beyond, ["a: s3::write grant also s3:AbortMultipartUpload"]);
}

#[test]
fn types_that_no_verb_knows_are_passed_over() {
    let (row, ..) = compare(
        r#"{"id": "a", "target_type": "AWS::SQS::Queue", "expected_actions": ["s3:GetObject"]}
{"id": "b", "target_type": "AWS::Backup::BackupPlan", "expected_actions": ["s3:GetObject"]}
{"id": "c", "target_type": null, "expected_actions": ["sqs:Purge*"]}"#,
    );
    assert_eq!((row.records, row.known, row.wildcards), (3, 1, 1));
}
