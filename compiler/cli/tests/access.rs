//! `cleaninfra access` as pipelines run it: a proof, and what a change gives.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

/// Two services, of which one may send to the other's queue.
fn source(more: &str) -> String {
    format!(
        r#"//! A shop.

interface Shipping {{
    send: Capability;
}}

service Warehouse {{
    let parcels = aws::sqs::Queue {{}};
    provides shipping: Shipping = {{ send: allow sqs::SendMessage on [parcels.Arn] }};
}}

service Orders {{
    needs shipping: Shipping;
    let jobs = aws::sqs::Queue {{}};
    let role = aws::iam::Role {{
        AssumeRolePolicyDocument: policy([
            allow sts::AssumeRole to aws_service("lambda.amazonaws.com"),
        ]),
        Policies: [
            {{ PolicyName: "orders", PolicyDocument: policy([shipping.send{more}]) }},
        ],
    }};
}}

app Shop {{
    let warehouse = Warehouse {{}};
    let orders = Orders {{ shipping: warehouse.shipping }};
}}
"#
    )
}

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Run {
    let mut command = Command::new(program);
    let ran = command.current_dir(folder).args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: ran.status.code(), stdout: text(ran.stdout), stderr: text(ran.stderr) }
}

fn access(folder: &Path, arguments: &[&str]) -> Run {
    run(folder, env!("CARGO_BIN_EXE_cleaninfra"), &[&["access"], arguments].concat())
}

fn write(folder: &Path, more: &str) {
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("ci.toml"), MANIFEST).unwrap();
    fs::write(folder.join("src/main.ci"), source(more)).unwrap();
}

const MORE: &str = ", allow sqs::PurgeQueue on [jobs.Arn]";

#[test]
fn isolation_is_reported_with_its_claim() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), MORE);
    let told = access(folder.path(), &["--isolation"]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    for part in [
        "2 services, 1 principal, 3 resources that an ARN can name",
        "none is allowed but these",
        "role of shop-orders\n  may sqs: SendMessage on parcels of shop-warehouse\n    by the capability ShippingSend, src/main.ci:20:61",
        "The claim: nobody of one service",
        "Not covered: whoever is not of the program",
    ] {
        assert!(told.stdout.contains(part), "{part:?} is not in\n{}", told.stdout);
    }
    let json: Value =
        serde_json::from_str(&access(folder.path(), &["--isolation", "--json"]).stdout).unwrap();
    assert_eq!(json["targets"][0]["edges"][0]["capability"], "ShippingSend");
    assert_eq!(json["targets"][0]["edges"][0]["at"]["line"], 20);

    // What is not isolated has no report, but a finding.
    write(folder.path(), ", allow sqs::PurgeQueue on [\"arn:aws:sqs:*:*:shop-w*\"]");
    let told = access(folder.path(), &["--isolation"]);
    assert_eq!((told.code, told.stdout.as_str()), (Some(1), ""));
    assert!(told.stderr.contains("E0817"), "{}", told.stderr);
}

#[test]
fn additions_can_be_denied_and_allowed_by_a_list() {
    let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(before.path(), "");
    write(after.path(), MORE);
    let before = before.path().to_str().unwrap();
    let line = "shop-orders role: sqs:PurgeQueue on jobs";
    let told = access(after.path(), &["--diff", before]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    assert!(
        told.stdout.contains("  + may sqs: PurgeQueue on jobs\n      src/main.ci:20:"),
        "{}",
        told.stdout
    );
    assert!(told.stdout.contains(&format!("to allow it: {line}\n")), "{}", told.stdout);
    assert!(told.stdout.contains("1 with more, 0 with less"), "{}", told.stdout);

    let denied = access(after.path(), &["--diff", before, "--deny-additions"]);
    assert_eq!(denied.code, Some(1));
    assert!(denied.stderr.contains("1 addition to what is allowed"), "{}", denied.stderr);

    fs::write(
        after.path().join("access.txt"),
        format!("# The clean-up.\n{line} # until July\nshop-orders gone: x\n"),
    )
    .unwrap();
    let allowed = access(after.path(), &["--diff", before, "--deny-additions", "--allow", "access.txt"]);
    assert_eq!(allowed.code, Some(0), "{}", allowed.stderr);
    assert!(allowed.stdout.contains("allowed by the list"), "{}", allowed.stdout);
    assert!(
        allowed.stderr.contains("nothing of this is given any more: shop-orders gone: x"),
        "{}",
        allowed.stderr
    );

    // What is taken is no addition.
    let back = access(Path::new(before), &["--diff", after.path().to_str().unwrap(), "--deny-additions"]);
    assert_eq!(back.code, Some(0), "{}", back.stderr);
    assert!(back.stdout.contains("  - may sqs: PurgeQueue on jobs\n"), "{}", back.stdout);

    let markdown = access(after.path(), &["--diff", before, "--markdown"]).stdout;
    assert!(
        markdown
            .contains("| **added** | role in `shop-orders` | may sqs: PurgeQueue on jobs | `src/main.ci:20:"),
        "{markdown}"
    );
    let json = access(after.path(), &["--diff", before, "--json"]).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    let added = &json["targets"][0]["changed"][0]["added"][0];
    assert_eq!((&added["line"], &added["allowed"]), (&line.into(), &false.into()));
}

#[test]
fn a_revision_is_compared_with_and_nothing_is_checked_out() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
        let ran = run(folder.path(), "git", &[&who[..], arguments].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    };
    let project = folder.path().join("infra");
    write(&project, "");
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "one"]);
    write(&project, MORE);
    let told = access(&project, &["--diff", "HEAD", "--deny-additions"]);
    assert_eq!(told.code, Some(1), "{}", told.stderr);
    assert!(told.stdout.contains("  + may sqs: PurgeQueue on jobs\n"), "{}", told.stdout);
    // From elsewhere, too.
    let told = access(folder.path(), &["infra", "--diff", "HEAD"]);
    assert!(told.stdout.contains("infra/src/main.ci:20:"), "{}", told.stdout);
    assert_eq!(fs::read_to_string(project.join("src/main.ci")).unwrap(), source(MORE));

    git(&["commit", "--quiet", "--all", "--message", "two"]);
    let same = access(&project, &["--diff", "HEAD", "--deny-additions"]);
    assert_eq!(same.code, Some(0), "{}", same.stderr);
    assert!(same.stdout.contains("nothing is given or taken"), "{}", same.stdout);

    let unknown = access(&project, &["--diff", "nowhere"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("`nowhere` is neither a directory nor a revision"), "{}", unknown.stderr);

    // A program that was wrong before cannot be compared with.
    write(&project, ", allow sqs::Purge on [jobs.Arn]");
    git(&["commit", "--quiet", "--all", "--message", "three"]);
    write(&project, MORE);
    let wrong = access(&project, &["--diff", "HEAD"]);
    assert_eq!(wrong.code, Some(1));
    assert!(
        wrong.stderr.contains("the program at `HEAD` cannot be compared with: it has errors"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn what_is_not_judged_says_so() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "");
    let text = source("").replace(
        "    let role = aws::iam::Role {",
        "    #[allow(managed_policy, reason = \"to be shown\")]\n    let role = aws::iam::Role {\n        ManagedPolicyArns: [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"],",
    );
    fs::write(folder.path().join("src/main.ci"), text).unwrap();
    let told = access(folder.path(), &[]);
    assert!(
        told.stdout
            .contains("  not judged: whatever the policy arn:aws:iam::aws:policy/ReadOnlyAccess allows"),
        "{}",
        told.stdout
    );
    let told = access(folder.path(), &["--isolation"]);
    assert!(told.stdout.contains("not judged\n  role of shop-orders: whatever the policy arn:aws:iam::aws:policy/ReadOnlyAccess allows"), "{}", told.stdout);
}
