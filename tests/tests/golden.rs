//! Whole projects and what they become: the examples, and small cases of what is easily lowered wrongly.
//!
//! Every file of a build is kept under `golden/` and compared byte by byte: of an example in `golden/<name>`, of a
//! case beside its sources in `golden/cases/<name>/expected`. With `CI_BLESS=1` what is kept is written instead; look
//! at the difference before committing it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use camino::Utf8Path;
use ci_base::{Diagnostic, Severity};
use ci_project::{BuildOptions, Host, MemorySystem, OsSystem, System};
use ci_tests::oracle::{Scope, assert_acceptable};

/// How much stack a compilation may take: as much as the command gives it.
const STACK_BYTES: usize = 16 << 20;

/// Directories of a project that are no part of its sources.
const NOT_SOURCES: [&str; 2] = ["build", "expected"];

/// Where a project lies on the disk in memory.
const ROOT: &str = "/project";

/// Files by their path, with forward slashes.
type Files = BTreeMap<String, Vec<u8>>;

/// A project whose build is kept.
struct Project {
    name: String,
    /// Its sources.
    files: Files,
    /// Where its build is kept.
    kept: PathBuf,
}

/// All projects and what they become; an error is what the compiler said.
static BUILDS: LazyLock<Vec<(Project, Result<Files, String>)>> = LazyLock::new(|| {
    let with_build = |project: Project| {
        let built = build(memory(project.files.iter()), ROOT);
        (project, built)
    };
    projects().into_iter().map(with_build).collect()
});

#[test]
fn builds_are_as_kept() {
    let bless = std::env::var_os("CI_BLESS").is_some_and(|value| !value.is_empty() && value != "0");
    let mut wrong = String::new();
    for (project, built) in BUILDS.iter() {
        let name = &project.name;
        let built = match built {
            Ok(built) => built,
            Err(findings) => {
                let _ = writeln!(wrong, "{name} does not build:\n{findings}");
                continue;
            }
        };
        if bless {
            write(&project.kept, built);
        }
        let kept = read(&project.kept, &[]);
        let paths: BTreeSet<&String> = built.keys().chain(kept.keys()).collect();
        for path in paths {
            let _ = match (kept.get(path), built.get(path)) {
                (Some(kept), Some(built)) if kept == built => Ok(()),
                (Some(kept), Some(built)) => {
                    writeln!(wrong, "{name}: {path} differs{}", first_difference(kept, built))
                }
                (None, _) => writeln!(wrong, "{name}: {path} is new"),
                (_, None) => writeln!(wrong, "{name}: {path} is no longer built"),
            };
        }
    }
    assert!(
        wrong.is_empty(),
        "{wrong}\nif that is as it should be: CI_BLESS=1 cargo test -p ci-tests --test golden"
    );
}

#[test]
fn nothing_is_kept_of_projects_that_are_gone() {
    let known: BTreeSet<&Path> = BUILDS.iter().map(|(project, _)| project.kept.as_path()).collect();
    let golden = here().join("golden");
    let cases = golden.join("cases");
    for folder in folders(&golden).into_iter().filter(|folder| *folder != cases) {
        assert!(known.contains(folder.as_path()), "{} belongs to no example", folder.display());
    }
}

/// The same sources give the same bytes: again, and in another place of a real disk, written in another order.
#[test]
fn builds_depend_on_sources_alone() {
    for (project, first) in BUILDS.iter() {
        let Ok(first) = first else { continue };
        let again = build(memory(project.files.iter()), ROOT);
        assert_same(&project.name, "the second time", first, again);

        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in project.files.iter().rev() {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let elsewhere = build(Arc::new(OsSystem), folder.path().to_str().unwrap());
        assert_same(&project.name, "in another place", first, elsewhere);
    }
}

/// The order of what is declared decides the order of a template and nothing else.
#[test]
fn order_of_members_names_nothing() {
    let declared = [
        "let first = aws::sqs::Queue {};",
        "let second = aws::sns::Topic { Subscription: [{ Protocol: \"sqs\", Endpoint: first.Arn }] };",
        "let each = for name in [\"x\", \"y\"] { name => aws::sqs::Queue { VisibilityTimeout: 30 } };",
        "output url: String = first.QueueUrl;",
    ];
    let of = |members: Vec<&str>| {
        let source = format!("service Jobs {{ {} }}", members.join("\n"));
        let files = [("ci.toml", MANIFEST), ("src/main.ci", source.as_str())]
            .map(|(path, text)| (path.to_owned(), text.into()));
        let built =
            build(memory(Files::from(files).iter()), ROOT).unwrap_or_else(|findings| panic!("{findings}"));
        serde_json::from_slice::<serde_json::Value>(&built["default/jobs.template.json"]).unwrap()
    };
    // Maps of `serde_json` compare without regard to order.
    assert_eq!(of(declared.to_vec()), of(declared.into_iter().rev().collect()));
}

/// A key more in the middle leaves everything else as it was.
#[test]
fn another_key_replaces_nothing() {
    let (project, built) = BUILDS.iter().find(|(project, _)| project.name == "cases/for-keys").unwrap();
    let built = built.as_ref().unwrap_or_else(|findings| panic!("{findings}"));
    let mut files = project.files.clone();
    let source = std::str::from_utf8(&files["src/main.ci"]).unwrap();
    let grown = source.replacen(r#"["blue", "red"]"#, r#"["red", "green", "blue"]"#, 1);
    assert_ne!(grown, source);
    files.insert("src/main.ci".to_owned(), grown.into());
    let grown = build(memory(files.iter()), ROOT).unwrap_or_else(|findings| panic!("{findings}"));

    let resources = |files: &Files| {
        let template: serde_json::Value =
            serde_json::from_slice(&files["default/colours.template.json"]).unwrap();
        template["Resources"].as_object().unwrap().clone()
    };
    let (before, after) = (resources(built), resources(&grown));
    assert!(after.len() > before.len());
    for (id, resource) in &before {
        assert_eq!(after.get(id), Some(resource), "{id}");
    }
}

/// What the compiler does not know must be an error, never a hole in a template.
#[test]
fn templates_have_no_holes() {
    for (name, text) in templates().into_iter().filter(|(name, _)| is(name, "json")) {
        let template: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut holes = Vec::new();
        find_holes(&template, "", &mut holes);
        assert!(holes.is_empty(), "{name}: nothing is known at {holes:?}");
    }
}

#[test]
fn templates_are_acceptable() {
    let templates = templates();
    assert!(!templates.is_empty());
    let templates: Vec<(&str, &str)> =
        templates.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_acceptable("golden", Scope::Whole, &templates);
}

/// Nobody is told of findings in the standard library, so there must be none.
#[test]
fn standard_library_has_no_findings() {
    let mut files = Files::from([("ci.toml".to_owned(), MANIFEST.into())]);
    for (path, bytes) in read(&here().join("../stdlib"), &[]) {
        if is(&path, "ci") {
            let text = String::from_utf8(bytes).unwrap();
            let text = text.replace("\nuse std::", "\nuse crate::");
            files.insert(format!("src/{path}"), text.into());
        }
    }
    let findings = on_large_stack(|| {
        let host = open(memory(files.iter()), ROOT);
        rendered(&host.snapshot().check(), &host)
    });
    assert!(findings.is_empty(), "{findings}");
}

/// What a module refuses, and what it says.
#[test]
fn modules_refuse_misuse() {
    let cases = [
        (
            "let queue = Queue { visibility_timeout: 59s };
             let work = Function { code: \"src\", runtime: Runtime::Python313, on: [queue.messages] };",
            "six times the timeout",
        ),
        (
            "let queue = Queue { fifo: true };
             let work = Function {
                 code: \"src\",
                 runtime: Runtime::Python313,
                 on: [queue.messages { batch: 11, window: 1s }],
             };",
            "which FIFO queues do not have",
        ),
        (
            "let queue = Queue {};
             let work = Function {
                 code: \"src\",
                 runtime: Runtime::Python313,
                 on: [queue.messages],
                 reserved_concurrency: 9,
             };",
            "more invocations than `reserved_concurrency`",
        ),
        (
            "let table = Table { key: \"id\" };
             let work = Function { code: \"src\", runtime: Runtime::Python313, on: [table.changes] };",
            "lacks `stream`: what the stream says",
        ),
        (
            "let files = Bucket {};
             let work = Function { code: \"src\", runtime: Runtime::Python313, on: [files.created] };",
            "lacks `events: true`, by which a bucket announces its objects",
        ),
        (
            "let world = std::events::DefaultBus {};
             let work = Function { code: \"src\", runtime: Runtime::Python313, on: [world.published] };",
            "lacks a `pattern`",
        ),
        ("let nightly = std::events::Schedule {};", "say either `every` or `cron`"),
        (
            "let often = std::events::Schedule { every: 1m, cron: \"0 3 ? * * *\" };",
            "say either `every` or `cron`",
        ),
        ("let often = std::events::Schedule { every: 30s };", "`every` is at least a minute"),
        ("let queue = Queue { retention: 14d };", "`dead_letter_retention` must be longer"),
        ("let queue = Queue { deduplicate: true };", "only a FIFO queue deduplicates"),
        ("let queue = Queue { max_receives: 0 };", "between 1 and 1000"),
        (
            "let logs = Bucket { receives_logs: true, key: \"arn:aws:kms:eu-west-1:111111111111:key/1\" };",
            "access logs cannot be delivered",
        ),
        (
            "let table = Table { key: \"id\", indexes: { other: { key: \"id\", key_type: KeyType::Number } } };",
            "the same type in all of them",
        ),
        (
            "let api = HttpApi { routes: { \"GET /\": work }, public: [\"GET /x\"] };",
            "every route in `public`",
        ),
        (
            "let key = aws::kms::Key { EnableKeyRotation: true };
             let bus = std::events::Bus { name: \"b\", key: key.Arn };",
            "EventBridge may not use the key of this bus",
        ),
        (
            "let key = Key { used_by: [KeyUser::Sns] };
             let bus = std::events::Bus { name: \"b\", key: key.arn };",
            "EventBridge may not use the key of this bus",
        ),
        (
            "let key = Key { used_by: [KeyUser::EventBridge] };
             let topic = Topic { key: key.arn };
             let alarm = aws::cloudwatch::Alarm { ComparisonOperator: \"GreaterThanThreshold\", EvaluationPeriods: 1, AlarmActions: [topic.arn] };",
            "CloudWatch may not use the key of this topic",
        ),
        (
            "let key = Key { used_by: [KeyUser::EventBridge] };
             let queue = Queue { key: key.arn };
             let topic = Topic {};
             let link = aws::sns::Subscription { TopicArn: topic.arn, Protocol: \"sqs\", Endpoint: queue.arn };",
            "SNS may not use the key of this queue",
        ),
        (
            "let key = Key { used_by: [KeyUser::Sns] };
             let queue = Queue { key: key.arn };
             let to_queue = aws::events::Rule { EventPattern: { source: [\"x\"] }, Targets: [{ Id: \"q\", Arn: queue.arn }] };",
            "EventBridge may not use the key of this queue",
        ),
        (
            "let key = Key { used_by: [KeyUser::EventBridge] };
             let topic = Topic { key: key.arn };
             let to_topic = aws::events::Rule { EventPattern: { source: [\"x\"] }, Targets: [{ Id: \"t\", Arn: topic.arn }] };",
            "EventBridge may not use the key of this topic",
        ),
        (
            "let key = Key {};
             let logs = aws::logs::LogGroup { RetentionInDays: 30, KmsKeyId: key.arn };",
            "CloudWatch Logs may not use the key of this log group",
        ),
        ("let key = Key { rotation: 30d };", "every 90 to 2560 days, found 30 days"),
        (
            "let api = HttpApi { routes: { \"GET/orders\": work } };",
            "as `GET /orders/{id}`, or `$default`; found `GET/orders`",
        ),
        (
            "let api = HttpApi { routes: { \"FETCH /x\": work, \"GET /x\": work, \"get /x\": work, \"GET /a b\": work } };",
            "found `FETCH /x`, `get /x`, `GET /a b`",
        ),
        (
            "let api = HttpApi { routes: { \"GET /\": work }, scopes: { \"GET /\": [\"x\"] } };",
            "scopes come with tokens",
        ),
        (
            "let api = HttpApi { routes: { \"GET /\": work }, cors: { origins: [\"*\"], credentials: true } };",
            "name the origins",
        ),
        ("let work = Function { code: \"src\", runtime: Runtime::Python313, reaches: { mail: { to: \"192.0.2.1/32\" } } };", "say where it runs"),
        (
            "let vpc = Vpc { cidr: \"10.0.0.0/16\" };
             let work = Function { code: \"src\", runtime: Runtime::Python313, network: vpc.private, reaches: { mail: { to: \"192.0.2.1/32\" } } };",
            "give the `Vpc` a `nat`",
        ),
        ("let vpc = Vpc { cidr: \"10.0.0.0/24\" };", "from /16 to /20, found /24"),
        (
            "let vpc = Vpc { cidr: \"10.0.0.0/16\" };
             let balancer = LoadBalancer { expose: public(vpc.public) };",
            "give `domain` and `zone`, or a `certificate`",
        ),
        (
            "let vpc = Vpc { cidr: \"10.0.0.0/16\" };
             let balancer = LoadBalancer { expose: public(vpc.isolated), certificate: \"arn:aws:acm:eu-west-1:111111111111:certificate/1\" };",
            "expected `PublicSubnets`, found `IsolatedSubnets`",
        ),
        (
            "let vpc = Vpc { cidr: \"10.0.0.0/16\" };
             let data = Database { network: vpc.private, name: \"orders\" };",
            "expected `IsolatedSubnets`, found `PrivateSubnets`",
        ),
        (
            "let vpc = Vpc { cidr: \"10.0.0.0/16\" };
             let data = Database { network: vpc.isolated, name: \"orders\", backup_retention: 40d };",
            "a day to 35 days, found 40 days",
        ),
        (
            "let vpc = Vpc { cidr: \"10.0.0.0/16\" };
             let web = Service { network: vpc.private, image: { uri: \"web\" }, min: 3, max: 2 };",
            "`min` is at most `max`",
        ),
    ];
    for (members, expected) in cases {
        let work = "let work = Function { code: \"src\", runtime: Runtime::Python313 };";
        let work = if members.contains("let work") { "" } else { work };
        let source = format!(
            "use std::compute::{{Function, Runtime}};
             use std::compute::Service;
             use std::data::{{Database, KeyType, Table}};
             use std::edge::HttpApi;
             use std::messaging::{{Queue, Topic}};
             use std::security::{{Key, KeyUser}};
             use std::network::{{LoadBalancer, Vpc, public}};
             use std::storage::Bucket;
             service Misuse {{ {work} {members} }}"
        );
        let files = [("ci.toml", MANIFEST), ("src/main.ci", source.as_str())];
        let files = Files::from(files.map(|(path, text)| (path.to_owned(), text.into())));
        let findings = on_large_stack(|| {
            let host = open(memory(files.iter()), ROOT);
            host.snapshot()
                .check()
                .into_iter()
                .filter(|found| found.severity == Severity::Error)
                .collect::<Vec<_>>()
        });
        let messages: Vec<&str> = findings.iter().map(|found| found.message.as_str()).collect();
        assert!(messages.iter().any(|message| message.contains(expected)), "{members}\nsays {messages:#?}");
    }
}

#[test]
fn sources_are_formatted() {
    let library = read(&here().join("../stdlib"), &[])
        .into_iter()
        .map(|(path, bytes)| (format!("stdlib/{path}"), bytes));
    let projects = projects().into_iter().flat_map(|Project { name, files, .. }| {
        files.into_iter().map(move |(path, bytes)| (format!("{name}/{path}"), bytes))
    });
    let sources = library.chain(projects).filter(|(path, _)| is(path, "ci"));
    let unformatted: Vec<String> = sources
        .filter(|(_, bytes)| {
            let text = std::str::from_utf8(bytes).unwrap();
            ci_format::format(text).as_deref() != Ok(text)
        })
        .map(|(path, _)| path)
        .collect();
    assert!(unformatted.is_empty(), "run `cleaninfra fmt` on {unformatted:?}");
}

/// The manifest of a project that a test makes.
const MANIFEST: &str = "[package]\nname = \"made\"\nversion = \"0.1.0\"\n";

/// Whether a path has this extension.
fn is(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All examples, then all cases.
fn projects() -> Vec<Project> {
    let project = |prefix: &str, folder: PathBuf, kept: PathBuf| Project {
        name: format!("{prefix}{}", folder.file_name().unwrap().to_str().unwrap()),
        files: read(&folder, &NOT_SOURCES),
        kept,
    };
    let golden = here().join("golden");
    let examples = folders(&here().join("../examples")).into_iter().map(|folder| {
        let kept = golden.join(folder.file_name().unwrap());
        project("", folder, kept)
    });
    let cases = folders(&golden.join("cases")).into_iter().map(|folder| {
        let kept = folder.join("expected");
        project("cases/", folder, kept)
    });
    examples.chain(cases).collect()
}

/// The directories in a directory, sorted.
fn folders(within: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(within).unwrap_or_else(|error| panic!("{}: {error}", within.display()));
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// The files below a directory, without those in directories of these names. Nothing where there is no directory.
fn read(folder: &Path, without: &[&str]) -> Files {
    let mut files = Files::new();
    let mut waiting = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if !path.is_dir() {
                files.insert(format!("{prefix}{name}"), std::fs::read(&path).unwrap());
            } else if !without.contains(&name) {
                waiting.push((path.clone(), format!("{prefix}{name}/")));
            }
        }
    }
    files
}

/// Makes a directory hold these files and no others.
fn write(folder: &Path, files: &Files) {
    for path in read(folder, &[]).into_keys().filter(|path| !files.contains_key(path)) {
        std::fs::remove_file(folder.join(path)).unwrap();
    }
    for (path, bytes) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// A disk in memory with the files of a project.
fn memory<'a>(files: impl Iterator<Item = (&'a String, &'a Vec<u8>)>) -> Arc<dyn System> {
    let system = MemorySystem::default();
    for (path, bytes) in files {
        system.put(&format!("{ROOT}/{path}"), bytes);
    }
    Arc::new(system)
}

fn open(system: Arc<dyn System>, root: &str) -> Host {
    match Host::open(system, Utf8Path::new(root)) {
        Ok(host) => host,
        Err(error) => panic!("{root}: {}", error.diagnostic.message),
    }
}

/// Every file of a build, or everything that keeps it from being one: warnings too.
fn build(system: Arc<dyn System>, root: &str) -> Result<Files, String> {
    on_large_stack(|| {
        let host = open(system, root);
        let built = host.snapshot().build(&BuildOptions { deny_warnings: true, ..BuildOptions::default() });
        let findings = rendered(&built.diagnostics, &host);
        if !findings.is_empty() {
            return Err(findings);
        }
        Ok(built.outputs.into_iter().map(|file| (file.path, file.bytes.to_vec())).collect())
    })
}

fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).unwrap();
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Findings for people; nothing where there are none.
fn rendered(findings: &[Diagnostic], host: &Host) -> String {
    let mut text = Vec::new();
    ci_base::render::human(findings, host.snapshot().files(), false, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// The templates of all builds, by names that tell where they come from.
fn templates() -> Vec<(String, String)> {
    let built = BUILDS.iter().filter_map(|(project, built)| Some((project, built.as_ref().ok()?)));
    let files =
        built.flat_map(|(project, built)| built.iter().map(move |(path, bytes)| (project, path, bytes)));
    let templates = files.filter(|(_, path, _)| path.contains(".template."));
    templates
        .map(|(project, path, bytes)| {
            (format!("{}/{path}", project.name), String::from_utf8(bytes.clone()).unwrap())
        })
        .collect()
}

fn assert_same(name: &str, when: &str, first: &Files, other: Result<Files, String>) {
    let other = other.unwrap_or_else(|findings| panic!("{name} does not build {when}:\n{findings}"));
    let paths = |files: &Files| files.keys().cloned().collect::<Vec<String>>();
    assert_eq!(paths(first), paths(&other), "{name} has other files {when}");
    for (path, bytes) in first {
        assert!(
            *bytes == other[path],
            "{name}: {path} differs {when}{}",
            first_difference(bytes, &other[path])
        );
    }
}

/// Where two texts part, in words.
fn first_difference(kept: &[u8], built: &[u8]) -> String {
    let (Ok(kept), Ok(built)) = (std::str::from_utf8(kept), std::str::from_utf8(built)) else {
        return String::new();
    };
    let (mut kept, mut built) = (kept.lines(), built.lines());
    let mut line = 0;
    loop {
        line += 1;
        match (kept.next(), built.next()) {
            (None, None) => return ": only in how lines end".to_owned(),
            (a, b) if a == b => {}
            (a, b) => {
                return format!(
                    " in line {line}:\n  - {}\n  + {}",
                    a.unwrap_or_default(),
                    b.unwrap_or_default()
                );
            }
        }
    }
}

fn find_holes(value: &serde_json::Value, path: &str, holes: &mut Vec<String>) {
    match value {
        serde_json::Value::Null => holes.push(path.to_owned()),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| find_holes(item, &format!("{path}/{at}"), holes));
        }
        serde_json::Value::Object(entries) => {
            entries.iter().for_each(|(name, entry)| find_holes(entry, &format!("{path}/{name}"), holes));
        }
        _ => {}
    }
}
