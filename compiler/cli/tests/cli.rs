//! The command as people and pipelines run it: streams, files and exit codes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

fn cleaninfra(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cleaninfra"));
    command.current_dir(folder).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Run {
    cleaninfra(folder).args(arguments).output().unwrap().into()
}

/// A folder with the project that `new` makes in it.
fn project() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let made = run(folder.path(), &["new", "demo"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let root = folder.path().join("demo");
    (folder, root)
}

fn edit(root: &Path, from: &str, to: &str) {
    let path = root.join("src/main.ci");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "no {from:?} in {text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn a_new_project_checks_builds_and_is_formatted() {
    let (_folder, root) = project();
    for arguments in [&["check", "--deny-warnings"][..], &["fmt", "--check"], &["build"]] {
        let ran = run(&root, arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}: {}", ran.stdout);
    }
    let template = fs::read_to_string(root.join("build/default/jobs.template.json")).unwrap();
    let template: serde_json::Value = serde_json::from_str(&template).unwrap();
    assert_eq!(template["Resources"]["JobsQueue"]["Type"], "AWS::SQS::Queue");
    assert!(root.join("build/default/app.json").exists());
    assert!(root.join("build/default/jobs.map.json").exists());
}

#[test]
fn new_refuses_what_it_would_overwrite_and_names_that_cannot_be() {
    let (folder, root) = project();
    fs::write(root.join("src/main.ci"), "mine").unwrap();
    let again = run(folder.path(), &["new", "demo"]);
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
    assert_eq!(fs::read_to_string(root.join("src/main.ci")).unwrap(), "mine");

    let named = run(folder.path(), &["new", "MyShop"]);
    assert_eq!(named.code, Some(2));
    assert!(named.stderr.contains("try `my-shop`"), "{}", named.stderr);
    assert!(!folder.path().join("MyShop").exists());
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(run(folder.path(), &["new", "empty"]).code, Some(0));
}

#[test]
fn a_build_says_how_much_of_the_limits_is_used() {
    let (folder, root) = project();
    let built = run(folder.path(), &["build", "demo"]);
    assert!(built.stdout.contains("4 of 500 resources"), "{}", built.stdout);
    assert!(built.stdout.contains("of 1000000 bytes"), "{}", built.stdout);
    assert!(built.stdout.contains("3 files changed"), "{}", built.stdout);
    let modified =
        |name: &str| fs::metadata(root.join("build/default").join(name)).unwrap().modified().unwrap();
    let before = (modified("app.json"), modified("jobs.template.json"));
    let again = run(folder.path(), &["build", "demo"]);
    assert!(again.stdout.contains("nothing changed"), "{}", again.stdout);
    assert_eq!((modified("app.json"), modified("jobs.template.json")), before);
    assert_eq!(run(folder.path(), &["build", "demo", "-q"]).stdout, "");
}

#[test]
fn yaml_replaces_json() {
    let (_folder, root) = project();
    assert_eq!(run(&root, &["build"]).code, Some(0));
    assert_eq!(run(&root, &["build", "--format", "yaml"]).code, Some(0));
    assert!(root.join("build/default/jobs.template.yaml").exists());
    assert!(!root.join("build/default/jobs.template.json").exists());
}

#[test]
fn findings_go_to_stderr_and_end_with_1() {
    let (_folder, root) = project();
    edit(&root, "visibility_timeout", "visibility_timeuot");
    for command in ["check", "build"] {
        let ran = run(&root, &[command]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{}", ran.stderr);
        for part in
            ["error", "visibility_timeuot", "src/main.ci:", "1 error", "explain: cleaninfra explain E"]
        {
            assert!(ran.stderr.contains(part), "no {part:?} in {}", ran.stderr);
        }
    }
    assert!(!root.join("build").exists(), "outputs in spite of errors");
}

#[test]
fn an_error_leaves_earlier_outputs_alone() {
    let (_folder, root) = project();
    run(&root, &["build"]);
    let path = root.join("build/default/jobs.template.json");
    let before = fs::read(&path).unwrap();
    edit(&root, "visibility_timeout: 60s", "visibility_timeout: \"long\"");
    assert_eq!(run(&root, &["build"]).code, Some(1));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn programs_read_findings_from_stdout() {
    let (_folder, root) = project();
    edit(&root, "visibility_timeout", "visibility_timeuot");
    let json = run(&root, &["check", "--message-format", "json"]);
    assert_eq!(json.code, Some(1));
    for line in json.stdout.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["labels"][0]["path"], "src/main.ci");
    }
    let sarif: serde_json::Value =
        serde_json::from_str(&run(&root, &["check", "--message-format", "sarif"]).stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let github = run(&root, &["check", "--message-format", "github"]);
    assert!(github.stdout.starts_with("::error file=src/main.ci,line="), "{}", github.stdout);
}

#[test]
fn sarif_without_findings_is_a_document_too() {
    let (_folder, root) = project();
    let ran = run(&root, &["build", "--message-format", "sarif"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["runs"][0]["results"], serde_json::json!([]));
    assert!(ran.stderr.contains("1 stack"), "{}", ran.stderr);
}

#[test]
fn warnings_fail_only_when_denied() {
    let (_folder, root) = project();
    edit(&root, "use std::messaging::Queue;", "use aws::sns::Topic;\nuse std::messaging::Queue;");
    let ran = run(&root, &["check"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("1 warning"), "{}", ran.stderr);
    assert_eq!(run(&root, &["check", "--deny-warnings"]).code, Some(1));
    assert_eq!(run(&root, &["build", "--deny-warnings"]).code, Some(1));
    assert!(!root.join("build").exists());
    assert_eq!(run(&root, &["build"]).code, Some(0));
}

#[test]
fn what_is_no_project_ends_with_2() {
    let (folder, root) = project();
    let elsewhere = run(folder.path(), &["check"]);
    assert_eq!(elsewhere.code, Some(2));
    assert!(elsewhere.stderr.contains("there is no `ci.toml`"), "{}", elsewhere.stderr);
    fs::write(root.join("ci.toml"), "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nnmae = \"x\"\n")
        .unwrap();
    let manifest = run(&root, &["build"]);
    assert_eq!(manifest.code, Some(2));
    assert!(manifest.stderr.contains("did you mean `name`?"), "{}", manifest.stderr);
    assert!(manifest.stderr.contains("ci.toml:4:1"), "{}", manifest.stderr);
    assert_eq!(run(&root, &["build", "--frobnicate"]).code, Some(2));
    assert_eq!(run(&root, &[]).code, Some(2));
    assert_eq!(run(&root, &["--help"]).code, Some(0));
}

#[test]
fn an_unknown_environment_is_named() {
    let (_folder, root) = project();
    let ran = run(&root, &["build", "--env", "prod"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("there is no environment `prod`"), "{}", ran.stderr);
}

#[test]
fn a_diagram_is_written_where_it_was_asked_for() {
    let (_folder, root) = project();
    let ran = run(&root, &["diagram", "--out", "picture.svg"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
    let picture = fs::read_to_string(root.join("picture.svg")).unwrap();
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"), "{picture}");
    let ran = run(&root, &["diagram", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["version"], 1);
    let ran = run(&root, &["diagram", "--service", "nothing"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("there is no service `nothing`"), "{}", ran.stderr);
    let ran = run(&root, &["diagram", "--out", "no/such/folder.svg"]);
    assert_eq!(ran.code, Some(3));
    edit(&root, "Queue {", "Queues {");
    assert_eq!(run(&root, &["diagram"]).code, Some(1));
}

#[test]
fn a_file_alone_can_be_checked_and_built() {
    let (folder, root) = project();
    let alone = folder.path().join("alone.ci");
    fs::copy(root.join("src/main.ci"), &alone).unwrap();
    assert_eq!(run(folder.path(), &["check", "alone.ci"]).code, Some(0));
    assert_eq!(run(folder.path(), &["build", "alone.ci", "--out", "out"]).code, Some(0));
    assert!(folder.path().join("out/default/jobs.template.json").exists());
}

#[test]
fn outputs_that_cannot_be_written_end_with_3() {
    let (_folder, root) = project();
    fs::write(root.join("taken"), "").unwrap();
    let ran = run(&root, &["build", "--out", "taken"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("[E0902] error: cannot "), "{}", ran.stderr);
    assert!(ran.stderr.contains("no output was changed"), "{}", ran.stderr);
}

#[test]
fn colours_come_when_asked_for() {
    let (_folder, root) = project();
    edit(&root, "visibility_timeout", "visibility_timeuot");
    assert!(!run(&root, &["check"]).stderr.contains('\u{1b}'));
    assert!(run(&root, &["check", "--color", "always"]).stderr.contains('\u{1b}'));
    let never: Run =
        cleaninfra(&root).args(["check", "--color", "auto"]).env("NO_COLOR", "1").output().unwrap().into();
    assert!(!never.stderr.contains('\u{1b}'));
}

#[test]
fn formatting_shows_then_makes_its_changes() {
    let (folder, root) = project();
    edit(
        &root,
        "    let jobs = Queue { visibility_timeout: 60s };",
        "  let jobs=Queue{visibility_timeout:60s};",
    );
    let check = run(folder.path(), &["fmt", "--check", "demo"]);
    assert_eq!(check.code, Some(1), "{}", check.stderr);
    for part in [
        "--- a/demo/src/main.ci",
        "+++ b/demo/src/main.ci",
        "-  let jobs=Queue{visibility_timeout:60s};",
        "+    let jobs = Queue { visibility_timeout: 60s };",
    ] {
        assert!(check.stdout.contains(part), "no {part:?} in {}", check.stdout);
    }
    assert!(fs::read_to_string(root.join("src/main.ci")).unwrap().contains("  let jobs=Queue{"));
    assert_eq!(run(&root, &["fmt"]).code, Some(0));
    assert!(
        fs::read_to_string(root.join("src/main.ci"))
            .unwrap()
            .contains("    let jobs = Queue { visibility_timeout: 60s };")
    );
    assert_eq!(run(&root, &["fmt", "--check"]).code, Some(0));
}

#[cfg(unix)]
#[test]
fn formatting_keeps_permissions_and_leaves_what_is_read_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, root) = project();
    let source = root.join("src/main.ci");
    let mode = || fs::metadata(&source).unwrap().permissions().mode() & 0o777;
    let set = |mode| fs::set_permissions(&source, fs::Permissions::from_mode(mode)).unwrap();
    fs::write(&source, "const  A:Int=1;").unwrap();
    set(0o444);
    let refused = run(&root, &["fmt"]);
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.contains("main.ci`: it is read-only"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(&source).unwrap(), "const  A:Int=1;");
    set(0o751);
    assert_eq!(run(&root, &["fmt"]).code, Some(0));
    assert_eq!(fs::read_to_string(&source).unwrap(), "const A: Int = 1;\n");
    assert_eq!(mode(), 0o751);
    let device = run(&root, &["fmt", "/dev/zero"]);
    assert_eq!(device.code, Some(2));
    assert!(device.stderr.contains("cannot read `/dev/zero`: it is not a file"), "{}", device.stderr);
}

#[test]
fn stdin_is_formatted_to_stdout() {
    let mut child = cleaninfra(Path::new("."))
        .args(["fmt", "--stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"const   A:Int=1;\n").unwrap();
    let ran: Run = child.wait_with_output().unwrap().into();
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "const A: Int = 1;\n"));
}

#[test]
fn codes_are_explained() {
    let here = Path::new(".");
    let known = run(here, &["explain", "e0101"]);
    assert_eq!(known.code, Some(0));
    assert!(known.stdout.contains("E0101"), "{}", known.stdout);
    assert_eq!(run(here, &["explain", "unknown-name"]).stdout, known.stdout);
    let unknown = run(here, &["explain", "unknown-nmae"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("did you mean `unknown-name`?"), "{}", unknown.stderr);
    // As a source allows it.
    assert_eq!(run(here, &["explain", "unknown_name"]).stdout, known.stdout);
    let rule = run(here, &["explain", "s3_bucket_is_not_public"]);
    assert_eq!(rule.code, Some(0), "{}", rule.stderr);
    for part in ["std::rules::fsbp::s3", "rule s3_bucket_is_not_public for bucket", "#[severity(critical)]"] {
        assert!(rule.stdout.contains(part), "{part} is not in {}", rule.stdout);
    }
    let unknown = run(here, &["explain", "s3_bucket_log"]);
    assert!(unknown.stderr.contains("did you mean `s3_bucket_logs`?"), "{}", unknown.stderr);
}

#[test]
fn types_are_described() {
    let here = Path::new(".");
    let table = run(here, &["describe", "aws::dynamodb::Table"]);
    assert_eq!(table.code, Some(0));
    for part in
        ["AWS::DynamoDB::Table", "Ref", "TableName", "KeySchema", "attributes", "StreamArn", "regions"]
    {
        assert!(table.stdout.contains(part), "no {part:?} in {}", table.stdout);
    }
    assert_eq!(run(here, &["describe", "AWS::DynamoDB::Table"]).stdout, table.stdout);
    let json = run(here, &["describe", "aws::dynamodb::Table", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["ref"], serde_json::json!(["TableName"]));
    let property = run(here, &["describe", "aws::s3::Bucket", "VersioningConfiguration.Status"]);
    assert!(property.stdout.contains("Enabled"), "{}", property.stdout);

    let word = run(here, &["describe", "queue"]);
    assert!(word.stdout.lines().any(|line| line == "aws::sqs::Queue"), "{}", word.stdout);
    let slip = run(here, &["describe", "aws::dynamodb::Tabel"]);
    assert_eq!(slip.code, Some(2));
    assert!(slip.stderr.contains("did you mean `aws::dynamodb::Table`?"), "{}", slip.stderr);
}

#[test]
fn completions_are_written_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(Path::new("."), &["completions", shell]);
        assert_eq!(script.code, Some(0));
        assert!(script.stdout.contains("cleaninfra"), "{shell}");
    }
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let mut child = cleaninfra(Path::new("."))
        .args(["describe", "AWS::EC2::Instance", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}

/// Ends the process whatever becomes of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn watching_builds_after_every_change() {
    let (_folder, root) = project();
    let mut child = cleaninfra(&root)
        .args(["build", "--watch"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let _running = Running(child);
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
    let next = |expected: &str| {
        let mut seen = Vec::new();
        // A change may come in several steps, each a round of its own.
        while !seen.last().is_some_and(|line: &String| line.contains(expected)) {
            let line = lines.recv_timeout(Duration::from_secs(30));
            assert!(line.is_ok(), "no line with {expected:?} in {seen:?}");
            seen.extend(line);
        }
    };
    next("built 1 stack, 3 files changed");
    edit(&root, "visibility_timeout: 60s", "visibility_timeout: 90s");
    next("built 1 stack, 1 file changed");
    assert!(fs::read_to_string(root.join("build/default/jobs.template.json")).unwrap().contains("90"));
    edit(&root, "visibility_timeout", "visibility_timeuot");
    next("not built: 1 error");
    edit(&root, "visibility_timeuot", "visibility_timeout");
    next("built 1 stack");
    fs::write(root.join("src/more.ci"), "const A: Int = ;\n").unwrap();
    next("not built");
}

/// A project whose tests are told one a line, what fails after them, and what it comes to at the end.
#[test]
fn tests_are_told_one_a_line() {
    let (_folder, root) = project();
    let none = run(&root, &["test"]);
    assert_eq!((none.code, none.stdout.contains("no tests")), (Some(0), true), "{}", none.stdout);

    let tests = "component Slow { let queue = aws::sqs::Queue { DelaySeconds: 5 }; }
test \"it waits\" { let slow = Slow {}; assert slow.queue.DelaySeconds == 5; }
test \"it waits for long\" { let slow = Slow {}; assert slow.queue.DelaySeconds == 60; }
";
    fs::write(root.join("src/waiting.ci"), tests).unwrap();
    let ran = run(&root, &["test"]);
    assert_eq!(ran.code, Some(1));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].starts_with("PASS [") && lines[0].ends_with("] waiting it waits"), "{}", ran.stdout);
    assert!(
        lines[1].starts_with("FAIL [") && lines[1].ends_with("] waiting it waits for long"),
        "{}",
        ran.stdout
    );
    assert!(
        lines[2].starts_with("2 tests run in ") && lines[2].ends_with("1 passed, 1 failed"),
        "{}",
        ran.stdout
    );
    assert!(ran.stderr.contains("the left side is `5`, the right side is `60`"), "{}", ran.stderr);

    let filtered = run(&root, &["test", "--filter", "waits for"]);
    assert_eq!(filtered.code, Some(1));
    assert!(filtered.stdout.contains("1 left out by the filter"), "{}", filtered.stdout);
    let nothing = run(&root, &["test", "--filter", "hurries"]);
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.contains("none of the 2 tests has \"hurries\" in its name"), "{}", nothing.stderr);

    let json = run(&root, &["test", "--message-format", "json"]);
    let objects: Vec<serde_json::Value> =
        json.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects[1]["test"], "it waits for long");
    assert_eq!((&objects[1]["passed"], &objects[1]["line"]), (&false.into(), &3.into()));
    assert_eq!(objects[2]["code"], "E0305");

    let quiet = run(&root, &["test", "-q"]);
    assert_eq!(quiet.stdout.lines().count(), 1, "{}", quiet.stdout);

    // With errors nothing is known of what tests would look at.
    fs::write(root.join("src/waiting.ci"), format!("{tests}service Broken {{ let x = 1 }}")).unwrap();
    let broken = run(&root, &["test"]);
    assert_eq!((broken.code, broken.stdout.as_str()), (Some(1), ""), "{}", broken.stderr);
}

#[test]
fn deploy_role_writes_policies_and_compares_roles_with_them() {
    let (_folder, root) = project();
    let wrote = run(&root, &["deploy-role"]);
    assert_eq!((wrote.code, wrote.stderr.as_str()), (Some(0), ""), "{}", wrote.stdout);
    assert!(wrote.stdout.contains("jobs-deploy-update"), "{}", wrote.stdout);
    let update = root.join("deploy-role/default/update.json");
    let policy: serde_json::Value = serde_json::from_str(&fs::read_to_string(&update).unwrap()).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");

    let check = |arguments: &[&str]| run(&root, &[&["deploy-role", "--check"], arguments].concat());
    let enough = check(&["deploy-role/default/update.json", "--strict"]);
    assert_eq!(enough.code, Some(0), "{}{}", enough.stdout, enough.stderr);
    assert!(enough.stdout.contains("has all it needs"), "{}", enough.stdout);

    let mut less = policy.clone();
    less["Statement"]
        .as_array_mut()
        .unwrap()
        .retain(|statement| !statement.to_string().contains("sqs:CreateQueue"));
    fs::write(root.join("role.json"), less.to_string()).unwrap();
    let lacking = check(&["role.json"]);
    assert_eq!(lacking.code, Some(1), "{}", lacking.stderr);
    assert!(lacking.stdout.contains("sqs: CreateQueue"), "{}", lacking.stdout);
    assert!(lacking.stdout.contains("jobs.queue (std/messaging.ci:"), "{}", lacking.stdout);
    let machine = check(&["role.json", "--json"]);
    let found: serde_json::Value = serde_json::from_str(&machine.stdout).unwrap();
    assert_eq!(found["targets"][0]["missing"][0]["action"], "sqs:CreateQueue");

    fs::write(root.join("admin.json"), r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#)
        .unwrap();
    assert_eq!(check(&["admin.json"]).code, Some(0));
    let beyond = check(&["admin.json", "--strict"]);
    assert_eq!(beyond.code, Some(1));
    assert!(beyond.stdout.contains("* on *"), "{}", beyond.stdout);

    for (wrong, says) in [
        (&["none.json"][..], "cannot read `none.json`"),
        (&["src/main.ci"], "this is no JSON"),
        (&["role.json", "--out", "x"], "cannot be used with"),
    ] {
        let refused = check(wrong);
        assert_eq!(refused.code, Some(2), "{wrong:?}");
        assert!(refused.stderr.contains(says), "{wrong:?}: {}", refused.stderr);
    }

    let template = run(&root, &["deploy-role", "--format", "cfn", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&template.stdout).unwrap();
    let path = report["files"][0].as_str().unwrap();
    let template: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(root.join(path)).unwrap()).unwrap();
    assert_eq!(template["Resources"]["UpdateRole"]["Type"], "AWS::IAM::Role");
    assert!(report["targets"][0]["actions"].as_u64() < report["targets"][0]["actionsOfHandlers"].as_u64());
}

#[test]
fn deploy_role_asks_which_of_several_roles_is_meant() {
    let (_folder, root) = project();
    let role = |name: &str, action: &str| {
        format!(
            r#"{{"RoleName":"{name}","Arn":"arn:aws:iam::111122223333:role/{name}","RolePolicyList":[{{"PolicyDocument":{{"Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}}}]}}"#
        )
    };
    let account =
        format!(r#"{{"RoleDetailList":[{},{}]}}"#, role("deployer", "*"), role("reader", "sqs:Get*"));
    fs::write(root.join("account.json"), account).unwrap();
    let check =
        |arguments: &[&str]| run(&root, &[&["deploy-role", "--check", "account.json"], arguments].concat());
    let which = check(&[]);
    assert_eq!(which.code, Some(2));
    assert!(which.stderr.contains("there are 2 roles"), "{}", which.stderr);
    let typo = check(&["--role", "deployr"]);
    assert!(typo.stderr.contains("did you mean `deployer`?"), "{}", typo.stderr);
    assert_eq!(check(&["--role", "deployer"]).code, Some(0));
    assert_eq!(check(&["--role", "reader", "--phase", "teardown"]).code, Some(1));
}
