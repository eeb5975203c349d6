use super::did_you_mean;

#[test]
fn a_swap_is_one_slip() {
    assert_eq!(did_you_mean("Bukcet", ["Bucket", "Basket"]), Some("Bucket"));
}

#[test]
fn case_alone_always_matches() {
    assert_eq!(did_you_mean("BUCKETNAME", ["BucketName", "BucketKey"]), Some("BucketName"));
}

#[test]
fn something_else_is_not_suggested() {
    assert_eq!(did_you_mean("Queue", ["Bucket", "Table"]), None);
}

#[test]
fn ties_do_not_depend_on_order() {
    assert_eq!(did_you_mean("aat", ["cat", "bat"]), did_you_mean("aat", ["bat", "cat"]));
}
