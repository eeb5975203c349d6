//! `cleaninfra network` as people and pipelines run it, on the example in three tiers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The exit code, and what is printed to both streams.
fn network(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cleaninfra"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/three-tier"));
    let output = command.arg("network").args(arguments).env("NO_COLOR", "1").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_path_is_told_with_its_lines() {
    let (code, told, _) = network(&["--env", "staging", "--from", "guestbook", "--to", "database.cluster"]);
    assert_eq!(code, Some(0));
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[0], "guestbook.tasks to cluster.cluster  tcp 5432");
    assert_eq!(lines[1], "  the group `guestbook.firewall.group` sends tcp 5432 to `cluster.group`");
    assert!(lines[2].starts_with("    std/network.ci:"), "{told}");
    assert!(told.contains("  `cluster.cluster` listens on tcp 5432\n    std/data.ci:"), "{told}");
}

#[test]
fn what_is_in_the_way_is_told_with_the_setting() {
    let (code, told, _) = network(&["--env", "production", "--from", "internet", "--to", "cluster"]);
    assert_eq!(code, Some(0));
    let expected = "internet to cluster.cluster  blocked
  `cluster.cluster` has no public address
  what would have to change: PubliclyAccessible of `cluster.cluster`
    std/data.ci:";
    assert!(told.starts_with(expected), "{told}");
}

#[test]
fn programs_get_the_same() {
    let (_, told, _) = network(&["--env", "staging", "--to", "balancer", "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let connections = told["targets"][0]["connections"].as_array().unwrap();
    assert_eq!(connections[0]["from"], "internet");
    assert_eq!(connections[0]["paths"][0]["ports"], "80, 443");
    assert_eq!(connections[0]["paths"][0]["hops"][0]["at"]["file"], "std/network.ci");
    let blocked = connections.iter().find(|connection| connection["from"] == "cluster.cluster").unwrap();
    assert_eq!(blocked["blocked"]["setting"], "SecurityGroupEgress of `cluster.group`");
}

#[test]
fn questions_without_an_answer_say_why() {
    let (code, _, told) = network(&["--to", "clustr"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("nothing in a network here is called `clustr`; did you mean `cluster`?"), "{told}");
    // What is known is not asked back, and what is called so elsewhere is said to be what it is.
    let (code, _, told) = network(&["--from", "internet", "--to", "cluster.group"]);
    assert_eq!(code, Some(2));
    assert_eq!(
        told.trim(),
        "error: nothing in a network here is called `cluster.group`; `cluster.group` is an AWS::EC2::SecurityGroup: ask about \
         what is in it"
    );
    let (code, _, told) = network(&["--from", "internet", "--to", "internet"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("is between two"), "{told}");
}
