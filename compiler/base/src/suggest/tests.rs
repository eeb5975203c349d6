use super::{did_you_mean, part_of};

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
    assert_eq!(did_you_mean("Namee", ["Arn", "Name", "Names"]), Some("Name"));
    assert_eq!(did_you_mean("Fnction", ["Queue", "Function"]), Some("Function"));
}

#[test]
fn of_a_short_name_most_letters_stay() {
    assert_eq!(did_you_mean("Ky", ["Key", "Value"]), Some("Key"));
    assert_eq!(did_you_mean("ab", ["ac", "b", "xab"]), Some("xab"));
    for (name, other) in [("x", "y"), ("x", "xy"), ("", "a"), ("ab", "ac"), ("id", "in")] {
        assert_eq!(did_you_mean(name, [other]), None, "{name}");
    }
    assert_eq!(did_you_mean("x", ["y", "X"]), Some("X"));
    assert_eq!(did_you_mean("di", ["id", "ip"]), Some("id"));
}

#[test]
fn a_part_of_one_name_only_is_that_name() {
    let known = ["DelaySeconds", "KmsMasterKeyId", "QueueName", "VisibilityTimeout"];
    assert_eq!(part_of("Name", known), Some("QueueName"));
    assert_eq!(part_of("Namee", known), Some("QueueName"));
    assert_eq!(part_of("timeout", known), Some("VisibilityTimeout"));
    assert_eq!(part_of("MasterKey", known), Some("KmsMasterKeyId"));
    assert_eq!(part_of("NameQueue", known), Some("QueueName"));
    assert_eq!(part_of("timeout", ["visibility_timeout", "retention"]), Some("visibility_timeout"));
    // Of two it may be either, and of a short part or a small one nothing follows.
    assert_eq!(part_of("Name", ["QueueName", "TopicName"]), None);
    assert_eq!(part_of("Id", known), None);
    assert_eq!(part_of("Size", ["MaximumPayloadSizeOfAllMessages"]), None);
    assert_eq!(part_of("Colour", known), None);
    assert_eq!(part_of("NameName", known), None);
    assert_eq!(part_of("", known), None);
}

#[test]
fn nothing_is_suggested_in_a_crowd() {
    let names: Vec<String> = (0..3_000).map(|at| format!("name{at:04}")).collect();
    assert_eq!(did_you_mean("name0001x", names.iter().map(String::as_str)), None);
    assert_eq!(did_you_mean("name0001x", names[..1_000].iter().map(String::as_str)), Some("name0001"));
    // Those that cannot be meant do not count.
    assert_eq!(did_you_mean("x", names.iter().map(String::as_str).chain(["X"])), Some("X"));
}
