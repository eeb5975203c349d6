use std::io::ErrorKind;

use super::*;
use crate::host::{Change, Host};
use crate::system::{MemorySystem, Operation};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

const SHOP: &str = r#"//! Two services in two environments.

use aws::s3::Bucket;
use aws::sqs::Queue;

enum Stage { Dev, Prod }

interface Jobs {
    url: String;
}

/// Reads jobs. Written before the service it needs.
service Reader {
    needs jobs: Jobs;
    let names = Bucket { Tags: [{ Key: "jobs", Value: jobs.url }] };
}

/// Takes jobs.
service Writer {
    input stage: Stage;
    let jobs = Queue { VisibilityTimeout: if stage == Stage::Prod { 60 } else { 30 } };
    let bundle = Bucket { Tags: [{ Key: "code", Value: archive("code").S3Key }] };
    provides queue: Jobs = { url: jobs.QueueUrl };
}

app Shop {
    input stage: Stage;
    let reader = Reader { jobs: writer.queue };
    let writer = Writer { stage };

    environment dev { stage: Stage::Dev, account: "111111111111", region: "eu-west-1", tags: { team: "shop" } }
    environment prod { stage: Stage::Prod, account: "222222222222", region: "eu-west-1" }
}
"#;

fn system(main: &str) -> Arc<MemorySystem> {
    Arc::new(MemorySystem::new([
        ("/p/ci.toml", MANIFEST),
        ("/p/src/main.ci", main),
        ("/p/code/index.js", "exports.handler = 1"),
    ]))
}

fn open(system: &Arc<MemorySystem>) -> Host {
    Host::open(system.clone(), "/p".into()).map_err(|error| error.diagnostic.message).unwrap()
}

fn build(host: &Host, options: &BuildOptions) -> Build {
    host.snapshot().build(options)
}

fn problems(diagnostics: &[Diagnostic]) -> Vec<(Code, &str)> {
    diagnostics.iter().map(|found| (found.code, found.message.as_str())).collect()
}

fn paths(build: &Build) -> Vec<&str> {
    build.outputs.iter().map(|file| file.path.as_str()).collect()
}

fn app(build: &Build, target: &str) -> App {
    let path = format!("{target}/{APP_FILE}");
    let file = build.outputs.iter().find(|file| file.path == path).unwrap();
    serde_json::from_slice(&file.bytes).unwrap()
}

#[test]
fn every_target_gets_its_files() {
    let host = open(&system(SHOP));
    let built = build(&host, &BuildOptions::default());
    assert_eq!(problems(&built.diagnostics), []);
    assert!(built.whole);
    let app = app(&built, "dev");
    let key = &app.assets[0].key;
    let expected = |target: &str| {
        let name = |service: &str| format!("shop-{target}-{service}");
        let mut files: Vec<String> = ["writer", "reader"]
            .iter()
            .flat_map(|service| {
                [format!("{}.template.json", name(service)), format!("{}.map.json", name(service))]
            })
            .collect();
        files.extend([format!("assets/{key}"), "app.json".to_owned()]);
        files.into_iter().map(|file| format!("{target}/{file}")).collect::<Vec<_>>()
    };
    assert_eq!(paths(&built), [expected("dev"), expected("prod")].concat());

    assert_eq!((app.app.as_deref(), app.target.as_str()), (Some("Shop"), "dev"));
    assert_eq!((app.account.as_deref(), app.region.as_deref()), (Some("111111111111"), Some("eu-west-1")));
    assert_eq!(app.tags, [("team".to_owned(), "shop".to_owned())]);
    // The writer is written last and deployed first.
    let stacks: Vec<(&str, &[String])> =
        app.stacks.iter().map(|stack| (stack.name.as_str(), stack.reads.as_slice())).collect();
    assert_eq!(
        stacks,
        [("shop-dev-writer", &[][..]), ("shop-dev-reader", &["shop-dev-writer".to_owned()][..])]
    );
    assert_eq!(app.stacks[0].assets, std::slice::from_ref(key));
    let mut listed = app.files.clone();
    let mut written: Vec<&str> = paths(&built).iter().filter_map(|path| path.strip_prefix("dev/")).collect();
    listed.sort();
    written.sort_unstable();
    assert_eq!(listed, written);

    let archive = built.outputs.iter().find(|file| file.path.contains("/assets/")).unwrap();
    assert_eq!(*key, format!("{}.zip", crate::pack::digest(&archive.bytes)));
}

#[test]
fn one_environment_can_be_built_alone() {
    let host = open(&system(SHOP));
    let options = BuildOptions { target: Some("prod".to_owned()), ..BuildOptions::default() };
    let built = build(&host, &options);
    assert!(!built.whole);
    assert!(paths(&built).iter().all(|path| path.starts_with("prod/")), "{:?}", paths(&built));
    let options = BuildOptions { target: Some("prd".to_owned()), ..BuildOptions::default() };
    let built = build(&host, &options);
    assert_eq!(problems(&built.diagnostics), [(Code::InvalidEnvironment, "there is no environment `prd`")]);
    assert_eq!(built.diagnostics[0].help.as_deref(), Some("did you mean `prod`?"));
    assert_eq!(paths(&built), Vec::<&str>::new());
}

#[test]
fn the_manifest_and_the_command_line_choose_the_format() {
    let system = system(SHOP);
    system.put("/p/ci.toml", format!("{MANIFEST}[build]\nformat = \"yaml\"\n"));
    let host = open(&system);
    let yaml = build(&host, &BuildOptions::default());
    assert!(paths(&yaml).contains(&"dev/shop-dev-writer.template.yaml"), "{:?}", paths(&yaml));
    let options = BuildOptions { format: Some(TemplateFormat::Json), ..BuildOptions::default() };
    assert!(paths(&build(&host, &options)).contains(&"dev/shop-dev-writer.template.json"));
}

#[test]
fn one_error_anywhere_and_nothing_is_written() {
    let broken = SHOP.replace("VisibilityTimeout: if", "VisibilityTimeuot: if");
    let host = open(&system(&broken));
    for target in [None, Some("dev".to_owned())] {
        let built = build(&host, &BuildOptions { target, ..BuildOptions::default() });
        assert_eq!(built.diagnostics.len(), 1, "{:?}", problems(&built.diagnostics));
        assert!(built.outputs.is_empty() && built.targets.is_empty());
    }
}

#[test]
fn warnings_count_only_when_denied() {
    let system = system(&SHOP.replace("use aws::sqs::Queue;", "use aws::sns::Topic;\nuse aws::sqs::Queue;"));
    let host = open(&system);
    let built = build(&host, &BuildOptions::default());
    assert_eq!(built.diagnostics.len(), 1);
    assert!(!built.outputs.is_empty());
    let denied = BuildOptions { deny_warnings: true, ..BuildOptions::default() };
    assert!(build(&host, &denied).outputs.is_empty());
    system.put("/p/ci.toml", format!("{MANIFEST}[lints]\nunused-import = \"allow\"\n"));
    let built = build(&open(&system), &denied);
    assert_eq!(problems(&built.diagnostics), []);
}

#[test]
fn a_broken_project_says_only_that() {
    let system = system("service {");
    system.put("/p/ci.toml", format!("{MANIFEST}[dependencies]\nx = {{ path = \"../x\" }}\n"));
    let built = build(&open(&system), &BuildOptions::default());
    let message = "there is no package at `../x`: it has no `ci.toml`";
    assert_eq!(problems(&built.diagnostics), [(Code::UnreadableFile, message)]);
}

#[test]
fn the_same_project_gives_the_same_bytes_wherever_it_is() {
    let one = build(&open(&system(SHOP)), &BuildOptions::default());
    let elsewhere = Arc::new(MemorySystem::new([
        ("/deep/er/q/ci.toml", MANIFEST),
        ("/deep/er/q/src/main.ci", SHOP),
        ("/deep/er/q/code/index.js", "exports.handler = 1"),
    ]));
    let host =
        Host::open(elsewhere, "deep/er/q/src".into()).map_err(|error| error.diagnostic.message).unwrap();
    let two = build(&host, &BuildOptions::default());
    assert_eq!(one.outputs, two.outputs);
    assert!(!one.outputs.is_empty());
}

#[test]
fn maps_name_files_of_the_project() {
    let system = system(SHOP);
    let built = build(&open(&system), &BuildOptions::default());
    let map = built.outputs.iter().find(|file| file.path.ends_with("dev-writer.map.json")).unwrap();
    let map: serde_json::Value = serde_json::from_slice(&map.bytes).unwrap();
    assert_eq!(map["files"][0], "src/main.ci");
    let place = &map["resources"]["Jobs"]["properties"]["VisibilityTimeout"];
    let line = SHOP.lines().position(|line| line.contains("VisibilityTimeout")).unwrap() + 1;
    assert_eq!(place[0], line);
}

#[test]
fn the_standard_library_has_no_findings() {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST)]);
    for (_, path, text, _) in crate::host::STDLIB {
        system.put(&format!("/p/src/{path}"), text);
    }
    let host = open(&Arc::new(system));
    let mut text = Vec::new();
    ci_base::render::human(&host.snapshot().check(), host.snapshot().files(), false, &mut text).unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), "");
}

#[test]
fn an_edit_in_one_service_makes_one_template_again() {
    let system = system(SHOP);
    let mut host = open(&system);
    assert_eq!(problems(&host.snapshot().check()), []);
    let edited = SHOP.replace("{ 60 }", "{ 90 }");
    host.apply(&[Change::Edit { path: "/p/src/main.ci".into(), text: edited.as_str().into() }]);
    let snapshot = host.snapshot();
    let (_, executed) = snapshot.db().executed(|_| snapshot.check());
    let templates = executed.iter().filter(|query| query.starts_with("template(")).count();
    // `prod` alone has the branch that changed; `dev` evaluates to the same graph.
    assert!(templates <= 2, "{executed:#?}");
    assert!(templates >= 1, "{executed:#?}");

    let commented = format!("// A comment.\n{edited}");
    host.apply(&[Change::Edit { path: "/p/src/main.ci".into(), text: commented.as_str().into() }]);
    let snapshot = host.snapshot();
    let (_, executed) = snapshot.db().executed(|_| snapshot.check());
    let again: Vec<&String> = executed
        .iter()
        .filter(|query| query.starts_with("template(") || query.starts_with("whole_stack("))
        .collect();
    assert!(again.is_empty(), "{again:#?}");
}

#[test]
fn a_changed_file_of_an_archive_changes_its_key() {
    let system = system(SHOP);
    let mut host = open(&system);
    let before = app(&build(&host, &BuildOptions::default()), "dev").assets;
    system.put("/p/code/index.js", "exports.handler = 2");
    host.apply(&[Change::Disk { path: "/p/code/index.js".into() }]);
    let after = app(&build(&host, &BuildOptions::default()), "dev").assets;
    assert_ne!(before[0].key, after[0].key);
}

#[test]
fn outputs_on_a_disk_that_fills_up() {
    let system = system(SHOP);
    let mut host = open(&system);
    let built = build(&host, &BuildOptions::default());
    crate::publish(&*system, "/p/build".into(), &built.outputs, true).unwrap();
    let before = system.files();
    system.put("/p/src/main.ci", SHOP.replace("{ 60 }", "{ 90 }").replace("30", "31"));
    host.apply(&[Change::Disk { path: "/p/src/main.ci".into() }]);
    let built = build(&host, &BuildOptions::default());
    assert!(!built.outputs.is_empty());
    system.fail(Operation::Write, "prod", ErrorKind::StorageFull);
    let texts = |paths: &[String]| {
        paths
            .iter()
            .map(|path| crate::System::read(&*system, path.as_str().into()).unwrap())
            .collect::<Vec<_>>()
    };
    let contents = texts(&before);
    let error = crate::publish(&*system, "/p/build".into(), &built.outputs, true).unwrap_err();
    assert!(error.to_string().contains("shop-prod-writer"), "{error}");
    assert_eq!(system.files(), before);
    assert_eq!(texts(&before), contents);
}

#[test]
fn stacks_come_after_what_they_read() {
    let stack = |name: &str, providers: &[&str]| Stack {
        providers: providers.iter().map(|name| Arc::from(*name)).collect(),
        ..Stack::new(name.into(), Origin { item: 0, range: TextRange::empty(0) })
    };
    let mut stacks =
        vec![stack("a", &["c", "elsewhere"]), stack("b", &[]), stack("c", &["d"]), stack("d", &[])];
    in_deploy_order(&mut stacks, |stack| stack);
    let names: Vec<&str> = stacks.iter().map(|stack| &*stack.name).collect();
    assert_eq!(names, ["b", "d", "c", "a"]);
}

#[test]
fn the_way_between_directories() {
    for (from, to, expected) in [
        ("/a/b", "/a/b/c", "c"),
        ("/a/b", "/a/c/d", "../c/d"),
        ("/a", "/a", ""),
        ("/a/b/c", "/x", "../../../x"),
    ] {
        assert_eq!(relative(from.into(), to.into()), expected, "{from} {to}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_breaks_a_check(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let system = system("");
        system.put("/p/src/main.ci", bytes);
        let host = open(&system);
        let mut text = Vec::new();
        let found = host.snapshot().check();
        ci_base::render::human(&found, host.snapshot().files(), false, &mut text).unwrap();
    }

    #[test]
    fn nothing_breaks_a_check_of_a_damaged_program(at in 0..SHOP.len(), length in 0..40_usize, insert in "[{}();:=.\" a]{0,4}") {
        let start = (0..=at).rev().find(|at| SHOP.is_char_boundary(*at)).unwrap_or(0);
        let end = (start + length).min(SHOP.len());
        let damaged = format!("{}{insert}{}", &SHOP[..start], SHOP.get(end..).unwrap_or_default());
        let host = open(&system(&damaged));
        let mut text = Vec::new();
        let found = host.snapshot().check();
        ci_base::render::human(&found, host.snapshot().files(), false, &mut text).unwrap();
    }
}

#[test]
fn a_source_map_made_beside_the_checks_is_the_same() {
    let large = "use aws::sqs::Queue;\n\nservice Large {\n    let queues = for n in 0..200 { \"{n}\" => Queue { VisibilityTimeout: n } };\n}\n";
    let host = open(&system(large));
    let snapshot = host.snapshot();
    let mut beside = SourceMaps::new(snapshot);
    assert_eq!(problems(&snapshot.check_beside(Some(&mut beside))), []);
    let instance =
        ci_sema::plan(&snapshot.db, TargetId::new(&snapshot.db, ci_sema::targets(&snapshot.db)[0].clone()))
            .instances[0];
    assert!(beside.made.contains_key(&instance));
    assert_eq!(beside.take(&snapshot.db, instance), SourceMaps::new(snapshot).take(&snapshot.db, instance));
}

/// A network, and what goes through an endpoint of it.
const NETWORK: &str = r#"
use std::network::{Firewall, Vpc};
service Work {
    let vpc = Vpc { cidr: "10.0.0.0/16" };
    let queue = aws::sqs::Queue {};
    let around = Firewall {
        around: "a program",
        network: vpc.private,
        uses: [allow sqs::SendMessage on [queue.Arn]],
    };
}
"#;

#[test]
fn templates_tell_their_source_where_that_is_asked_for() {
    const RIGHTS: &str = r#"
service Work {
    #[metadata({ Team: "shop" })]
    let queue = aws::sqs::Queue {};
    let rights = aws::iam::ManagedPolicy {
        PolicyDocument: policy([allow sqs::SendMessage on [queue.Arn]]),
    };
}
"#;
    let host = open(&system(RIGHTS));
    let plain = build(&host, &BuildOptions::default());
    for format in [TemplateFormat::Json, TemplateFormat::Yaml] {
        let options = BuildOptions { explain: true, format: Some(format), ..BuildOptions::default() };
        let built = build(&host, &options);
        assert_eq!(problems(&built.diagnostics), []);
        let template = built.outputs.iter().find(|file| file.path.contains(".template.")).unwrap();
        let text = std::str::from_utf8(&template.bytes).unwrap();
        assert!(text.contains("src/main.ci:6:33") && text.contains("allow sqs::SendMessage on"), "{text}");
        assert!(text.contains("Team") && text.contains("rights"), "{text}");
    }
    // What a library made is told where the program declares it, and what is there for others for whom.
    let built = build(&open(&system(NETWORK)), &BuildOptions { explain: true, ..BuildOptions::default() });
    assert_eq!(problems(&built.diagnostics), []);
    let template = built.outputs.iter().find(|file| file.path.contains(".template.")).unwrap();
    let template: serde_json::Value = serde_json::from_slice(&template.bytes).unwrap();
    let told = |id: &str| &template["Resources"][id]["Metadata"]["CleanInfra"];
    assert_eq!(told("AroundCallsSqs")["Declared"], "src/main.ci:6:9");
    assert_eq!(told("VpcEndpointSqs")["Declared"], "src/main.ci:4:9");
    assert_eq!(told("VpcEndpointSqs")["UsedBy"], serde_json::json!(["around"]));
    // In other builds a line more above would change it.
    let moved = build(&open(&system(&format!("\n{RIGHTS}"))), &BuildOptions::default());
    let template = |build: &Build| {
        let file = build.outputs.iter().find(|file| file.path.contains(".template.")).unwrap();
        file.bytes.clone()
    };
    assert_eq!(template(&plain), template(&moved));
}
