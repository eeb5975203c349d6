use super::*;
use crate::system::MemorySystem;

fn app(files: &[&str]) -> OutputFile {
    let app = App {
        version: 1,
        app: Some("Shop".to_owned()),
        target: "dev".to_owned(),
        account: None,
        region: None,
        tags: vec![("team".to_owned(), "orders".to_owned())],
        stacks: Vec::new(),
        assets: Vec::new(),
        files: files.iter().map(|file| (*file).to_owned()).collect(),
    };
    OutputFile { path: "dev/app.json".to_owned(), bytes: app.to_bytes().into() }
}

fn file(path: &str) -> OutputFile {
    OutputFile { path: path.to_owned(), bytes: b"x".to_vec().into() }
}

#[test]
fn what_a_build_no_longer_writes_goes() {
    let system = MemorySystem::new([("/b/dev/mine.txt", ""), ("/b/other/file", "")]);
    let first = [file("dev/a"), file("dev/assets/1.zip"), app(&["a", "assets/1.zip", "app.json"])];
    publish(&system, "/b".into(), &first, true).unwrap();
    let second = [file("dev/b"), app(&["b", "app.json"])];
    publish(&system, "/b".into(), &second, true).unwrap();
    assert_eq!(system.files(), ["/b/dev/app.json", "/b/dev/b", "/b/dev/mine.txt", "/b/other/file"]);
    assert!(!system.exists("/b/dev/assets".into()));
}

#[test]
fn only_what_is_inside_is_removed() {
    let system = MemorySystem::new([("/b/x", ""), ("/keep", "")]);
    publish(&system, "/b".into(), &[app(&["../x", "/keep", "", "app.json", "../../keep"])], true).unwrap();
    publish(&system, "/b".into(), &[app(&["app.json"])], true).unwrap();
    assert_eq!(system.files(), ["/b/dev/app.json", "/b/x", "/keep"]);
}

#[test]
fn targets_that_are_gone_go_only_when_all_are_built() {
    let system = MemorySystem::default();
    publish(&system, "/b".into(), &[file("dev/a"), app(&["a", "app.json"])], true).unwrap();
    let prod = [file("prod/a")];
    publish(&system, "/b".into(), &prod, false).unwrap();
    assert_eq!(system.files(), ["/b/dev/a", "/b/dev/app.json", "/b/prod/a"]);
    publish(&system, "/b".into(), &prod, true).unwrap();
    assert_eq!(system.files(), ["/b/prod/a"]);
    assert!(!system.exists("/b/dev".into()));
}

#[test]
fn the_manifest_reads_back() {
    let bytes = app(&["app.json"]).bytes;
    let read: App = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(read.to_bytes(), *bytes);
    assert_eq!(read.tags, [("team".to_owned(), "orders".to_owned())]);
}
