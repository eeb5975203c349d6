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

#[test]
fn letters_may_be_missing_added_changed_and_swapped() {
    for slip in [
        "VisibilityTimeot",
        "VisibilityTimeeout",
        "VisibilityTimeoat",
        "VisibiiltyTimeout",
        "isibilityTimeout",
    ] {
        assert_eq!(
            did_you_mean(slip, ["DelaySeconds", "VisibilityTimeout"]),
            Some("VisibilityTimeout"),
            "{slip}"
        );
    }
    // A third of the letters, and no more.
    assert_eq!(did_you_mean("abcdef", ["abcxyf"]), Some("abcxyf"));
    assert_eq!(did_you_mean("abcdef", ["abxyzf"]), None);
    assert_eq!(did_you_mean("größe", ["große"]), Some("große"));
    assert_eq!(did_you_mean("", ["a", "ab"]), Some("a"));
}

#[test]
fn nothing_is_suggested_in_a_crowd() {
    let names: Vec<String> = (0..3_000).map(|at| format!("name{at:04}")).collect();
    assert_eq!(did_you_mean("name0001x", names.iter().map(String::as_str)), None);
    assert_eq!(did_you_mean("name0001x", names[..1_000].iter().map(String::as_str)), Some("name0001"));
    // Those that cannot be meant do not count.
    assert_eq!(did_you_mean("x", names.iter().map(String::as_str).chain(["X"])), Some("X"));
}
