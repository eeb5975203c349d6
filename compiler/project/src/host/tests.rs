use super::*;
use crate::system::MemorySystem;

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

fn project() -> Arc<MemorySystem> {
    Arc::new(MemorySystem::new([
        ("/p/ci.toml", MANIFEST),
        ("/p/src/main.ci", "const A: Int = 1;\n"),
        ("/p/src/other.ci", "const B: Int = 2;\n"),
    ]))
}

fn open(system: &Arc<MemorySystem>, path: &str) -> Host {
    Host::open(system.clone(), path.into()).map_err(|error| error.diagnostic.message).unwrap()
}

fn text(host: &Host, path: &str) -> String {
    let source = host.snapshot().source(path.into()).unwrap();
    let db = host.snapshot().db();
    assert_eq!(&**source.text(db), host.snapshot().files().text(source.id(db)));
    source.text(db).to_string()
}

#[test]
fn nothing_there_is_an_error_with_a_place() {
    let Err(error) = Host::open(project(), "nowhere".into()) else { panic!("opened") };
    assert_eq!(error.diagnostic.message, "cannot read `nowhere`: there is nothing there");
    assert_eq!(error.files.path(error.diagnostic.primary.at.file), "nowhere");
}

#[test]
fn inputs_follow_the_disk() {
    let system = project();
    let mut host = open(&system, "/p");
    let source = host.snapshot().source("/p/src/main.ci".into()).unwrap();
    system.put("/p/src/main.ci", "new");
    system.put("/p/src/added.ci", "added");
    system.take("/p/src/other.ci");
    host.apply(&[Change::Disk { path: "/p/src".into() }]);
    assert_eq!(text(&host, "/p/src/main.ci"), "new");
    assert_eq!(text(&host, "/p/src/added.ci"), "added");
    assert_eq!(host.snapshot().source("/p/src/other.ci".into()), None);
    // The same path is the same input, also after it was gone for a while.
    assert_eq!(host.snapshot().source("/p/src/main.ci".into()), Some(source));
    let modules = |host: &Host| {
        let db = host.snapshot().db();
        let files = Program::get(db).root(db).files(db).clone();
        files.iter().map(|file| file.module(db).to_string()).collect::<Vec<_>>()
    };
    assert_eq!(modules(&host), ["", "added"]);
    system.put("/p/src/other.ci", "back");
    host.apply(&[Change::Disk { path: "/p/src/other.ci".into() }]);
    assert_eq!(modules(&host), ["", "added", "other"]);
}

#[test]
fn an_editor_s_text_counts_until_it_is_closed() {
    let system = project();
    let mut host = open(&system, "/p");
    host.apply(&[Change::Edit { path: "/p/src/main.ci".into(), text: "edited".into() }]);
    assert_eq!(text(&host, "/p/src/main.ci"), "edited");
    system.put("/p/src/main.ci", "disk");
    host.apply(&[Change::Disk { path: "/p/src/main.ci".into() }]);
    assert_eq!(text(&host, "/p/src/main.ci"), "edited");
    host.apply(&[Change::Close { path: "/p/src/main.ci".into() }]);
    assert_eq!(text(&host, "/p/src/main.ci"), "disk");
}

#[test]
fn a_broken_manifest_opens_and_mends() {
    let system = project();
    system.put("/p/ci.toml", "[package]\nname = \n");
    let mut host = open(&system, "/p");
    assert_eq!(host.snapshot().problems().len(), 1);
    system.put("/p/ci.toml", MANIFEST);
    host.apply(&[Change::Disk { path: "/p/ci.toml".into() }]);
    assert_eq!(host.snapshot().problems(), []);
    assert_eq!(host.snapshot().manifest().name, "shop");
}

#[test]
fn only_what_can_matter_concerns() {
    let system = project();
    let host = open(&system, "/p");
    let db = host.snapshot().db();
    let package = Program::get(db).root(db);
    ci_sema::Db::data_file(db, package, "data/routes.yaml");
    ci_sema::Db::archive(db, "code");
    for path in ["/p/src", "/p/src/new.ci", "/p/ci.toml", "/p/data/routes.yaml", "/p/code/a/b.js", "/p/code"]
    {
        assert!(host.concerns(path.into()), "{path}");
    }
    for path in ["/p/build/dev/a.txt", "/p/README.md", "/p/data/other.yaml"] {
        assert!(!host.concerns(path.into()), "{path}");
    }
}

#[test]
fn a_snapshot_goes_to_another_thread() {
    let mut host = open(&project(), "/p");
    let snapshot = host.snapshot().clone();
    let thread = std::thread::spawn(move || snapshot.files().text(snapshot.project.main).to_owned());
    assert_eq!(thread.join().unwrap(), MANIFEST);
    host.apply(&[Change::Edit { path: "/p/src/main.ci".into(), text: "edited".into() }]);
}
