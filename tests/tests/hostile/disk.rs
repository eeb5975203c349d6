//! Disks that are full, files that are not there, and paths that lead elsewhere.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ci_project::{Build, BuildOptions, Host, MemorySystem, Operation, OsSystem, System, publish};

use super::{MANIFEST, assert_codes, bounded, errors_of, open, project};

/// The codes for a service that reads something; `prepare` fills the disk.
fn reading(expression: &str, prepare: impl FnOnce(&MemorySystem)) -> Vec<&'static str> {
    let text =
        format!("service S {{ let p = aws::ssm::Parameter {{ Type: \"String\", Value: {expression} }}; }}");
    let system = project(text);
    system.put("/secret.txt", "secret");
    system.put("/p/inside.txt", "inside");
    system.put("/p/folder/file.txt", "file");
    system.put("/other/file.txt", "file");
    prepare(&system);
    bounded(move || errors_of(&open(&system)))
}

#[test]
fn paths_cannot_climb_out() {
    let link = |system: &MemorySystem| {
        system.put_link("/p/link.txt", "/secret.txt");
        system.put_link("/p/linked", "/other");
        system.put_link("/p/folder/up.txt", "../../secret.txt");
        system.put_link("/p/round", "round");
        system.put_link("/p/good.txt", "inside.txt");
        system.put_link("/p/there", "/p/folder");
    };
    let read = |expression: &str| reading(expression, link);
    assert_codes(&[
        ("inside", read("text(\"inside.txt\")"), &[]),
        ("inside by a detour", read("text(\"folder/../inside.txt\")"), &[]),
        ("a link inside", read("text(\"good.txt\")"), &[]),
        ("a folder's link inside", read("text(\"there/file.txt\")"), &[]),
        ("up", read("text(\"../secret.txt\")"), &["E0903"]),
        ("up and down", read("text(\"folder/../../secret.txt\")"), &["E0903"]),
        ("up and back", read("text(\"../p/inside.txt\")"), &["E0903"]),
        ("absolute", read("text(\"/secret.txt\")"), &["E0903"]),
        ("absolute inside", read("text(\"/p/inside.txt\")"), &["E0903"]),
        ("a drive", read("text(\"C:secret.txt\")"), &["E0903"]),
        ("a share", read("text(\"\\\\\\\\host\\\\secret.txt\")"), &["E0903"]),
        ("a link", read("text(\"link.txt\")"), &["E0903"]),
        ("a folder's link", read("text(\"linked/file.txt\")"), &["E0903"]),
        ("a relative link", read("text(\"folder/up.txt\")"), &["E0903"]),
        ("a link to itself", read("text(\"round\")"), &["E0902"]),
        ("nothing", read("text(\"nothing.txt\")"), &["E0902"]),
        ("no name", read("text(\"\")"), &["E0902"]),
        ("a folder", read("text(\"folder\")"), &["E0902"]),
        ("a NUL", read("text(\"a\\0b\")"), &["E0902"]),
        ("json", read("json(\"../secret.txt\").to_json()"), &["E0903"]),
        ("yaml", read("yaml(\"../secret.txt\").to_json()"), &["E0903"]),
        ("archive", read("archive(\"../other\").S3Key"), &["E0903"]),
        ("archive of a link", read("archive(\"linked\").S3Key"), &["E0903"]),
        ("archive of a file", read("archive(\"inside.txt\").S3Key"), &["E0902"]),
        ("archive of nothing", read("archive(\"nothing\").S3Key"), &["E0902"]),
        ("archive with links that lead out", read("archive(\"folder\").S3Key"), &["E0902"]),
        ("not JSON", read("json(\"inside.txt\").to_json()"), &["E0906"]),
    ]);
}

#[test]
fn data_that_is_no_data_is_refused() {
    let read = |expression: &str, name: &'static str, bytes: Vec<u8>| {
        reading(expression, move |system| system.put(&format!("/p/{name}"), bytes))
    };
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000)).into_bytes();
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for index in 1..20 {
        let alias = format!("*a{}, ", index - 1).repeat(10);
        let _ = writeln!(laughs, "a{index}: &a{index} [{alias}]");
    }
    assert_codes(&[
        ("deep JSON", read("json(\"d.json\").to_json()", "d.json", deep("[", "]")), &["E0906"]),
        ("deep YAML", read("yaml(\"d.yaml\").to_json()", "d.yaml", deep("[", "]")), &["E0906"]),
        ("YAML that laughs", read("yaml(\"d.yaml\").to_json()", "d.yaml", laughs.into_bytes()), &["E0906"]),
        ("empty JSON", read("json(\"d.json\").to_json()", "d.json", Vec::new()), &["E0906"]),
        ("no text", read("text(\"d.txt\")", "d.txt", vec![0xFF; 10]), &["E0904"]),
        ("large numbers", read("json(\"d.json\").to_json()", "d.json", b"[1e999]".to_vec()), &["E0906"]),
        (
            "keys twice",
            read("json(\"d.json\").to_json()", "d.json", b"{\"a\":1,\"a\":2}".to_vec()),
            &["E0906"],
        ),
        ("a large file", read("text(\"d.txt\")", "d.txt", vec![b'a'; 17 << 20]), &["E0902"]),
    ]);
}

/// The codes for a manifest with these lines below the package's own.
fn manifest(lines: &str, prepare: impl FnOnce(&MemorySystem)) -> Vec<&'static str> {
    let system = project("");
    system.put("/p/ci.toml", format!("{MANIFEST}{lines}"));
    prepare(&system);
    bounded(move || errors_of(&open(&system)))
}

#[test]
fn manifests_are_read_with_care() {
    let nothing = |_: &MemorySystem| {};
    let secret = |system: &MemorySystem| {
        system.put("/schemas/secret.json", "{}");
        system.put_link("/p/link.json", "/schemas/secret.json");
        system.put("/p/broken.json", "{\"typeName\": 1}");
    };
    assert_codes(&[
        ("schemas outside", manifest("schemas = [\"../schemas/*.json\"]\n", secret), &["E0903"]),
        ("absolute schemas", manifest("schemas = [\"/schemas/secret.json\"]\n", secret), &["E0903"]),
        ("a linked schema", manifest("schemas = [\"link.json\"]\n", secret), &["E0903"]),
        ("no schema", manifest("schemas = [\"nothing.json\"]\n", secret), &["E0902"]),
        ("a broken schema", manifest("schemas = [\"broken.json\"]\n", secret), &["E0907"]),
        ("an absolute dependency", manifest("[dependencies]\na = { path = \"/a\" }\n", nothing), &["E0902"]),
        ("no dependency", manifest("[dependencies]\na = { path = \"../a\" }\n", nothing), &["E0902"]),
        ("itself", manifest("[dependencies]\na = { path = \".\" }\n", nothing), &["E0108"]),
        ("no TOML", manifest("[[[", nothing), &["E0901"]),
        (
            "deep TOML",
            manifest(&format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000)), nothing),
            &["E0901"],
        ),
        ("unknown keys", manifest("surprise = 1\n", nothing), &["E0901"]),
    ]);
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let one = |prepare: &dyn Fn(&MemorySystem)| {
        let system = project("const A: Int = 1;");
        prepare(&system);
        bounded(move || errors_of(&open(&system)))
    };
    assert_codes(&[
        (
            "a source",
            one(&|system| system.fail(Operation::Read, "main.ci", ErrorKind::PermissionDenied)),
            &["E0902"],
        ),
        (
            "the folder",
            one(&|system| system.fail(Operation::ReadDir, "src", ErrorKind::PermissionDenied)),
            &["E0902"],
        ),
        (
            "the manifest",
            one(&|system| system.fail(Operation::Read, "ci.toml", ErrorKind::PermissionDenied)),
            &["E0902"],
        ),
        ("no sources", one(&|system| system.take("/p/src/main.ci")), &["E0902"]),
        ("a folder named like a source", one(&|system| system.put("/p/src/a.ci/b.txt", "")), &[]),
        (
            "a source linked from outside",
            one(&|system| {
                system.put("/q.ci", "const Q: Int = 1;");
                system.put_link("/p/src/q.ci", "/q.ci");
            }),
            &["E0903"],
        ),
        ("a folder linked to itself", one(&|system| system.put_link("/p/src/a", "/p/src")), &["E0903"]),
        ("a link to nothing", one(&|system| system.put_link("/p/src/a.ci", "/p/nothing")), &["E0902"]),
        ("a name that is no name", one(&|system| system.put("/p/src/a-b.ci", "")), &["E0702"]),
        ("two root modules", one(&|system| system.put("/p/src/lib.ci", "")), &["E0104"]),
    ]);
}

const SHOP: &str = "service One { let q = aws::sqs::Queue { DelaySeconds: 1 }; }
service Two { let q = aws::sqs::Queue { DelaySeconds: 1 }; let c = aws::ssm::Parameter { Type: \"String\", Value: archive(\"code\").S3Key }; }
";

fn shop(text: &str) -> (Arc<MemorySystem>, Build) {
    let system = project(text);
    system.put("/p/code/index.js", "1");
    let built = build(&system);
    (system, built)
}

fn build(system: &Arc<MemorySystem>) -> Build {
    let system = system.clone();
    let built = bounded(move || open(&system).snapshot().build(&BuildOptions::default()));
    assert!(!built.outputs.is_empty(), "{:?}", built.diagnostics);
    built
}

fn contents(system: &dyn System, files: &[String]) -> Vec<(String, Vec<u8>)> {
    files.iter().map(|path| (path.clone(), system.read(path.as_str().into()).unwrap())).collect()
}

#[test]
fn what_cannot_be_written_leaves_everything_as_it_was() {
    let (system, built) = shop(SHOP);
    publish(&*system, "/out".into(), &built.outputs, true).unwrap();
    let before = contents(&*system, &system.files());
    let changed = SHOP.replace("DelaySeconds: 1", "DelaySeconds: 2");
    let next = {
        let (_, built) = shop(&changed);
        built
    };
    let names: Vec<String> =
        built.outputs.iter().map(|file| file.path.rsplit('/').next().unwrap().to_owned()).collect();
    for name in &names {
        for (operation, kind) in
            [(Operation::Write, ErrorKind::StorageFull), (Operation::Write, ErrorKind::PermissionDenied)]
        {
            // The archive is the same, and is not written at all.
            let fails = next.outputs.iter().any(|file| {
                let old = built.outputs.iter().find(|old| old.path == file.path);
                file.path.ends_with(name.as_str()) && old.is_none_or(|old| old.bytes != file.bytes)
            });
            if !fails {
                continue;
            }
            system.fail(operation, name, kind);
            let result = publish(&*system, "/out".into(), &next.outputs, true);
            system.mend();
            assert!(result.is_err(), "{operation:?} of {name}");
            assert_eq!(contents(&*system, &system.files()), before, "{operation:?} of {name}");
        }
    }
}

#[test]
fn a_rename_that_fails_leaves_no_rubbish_and_is_mended_by_the_next_build() {
    let (system, built) = shop(SHOP);
    publish(&*system, "/out".into(), &built.outputs, true).unwrap();
    let files = system.files();
    let (_, next) = shop(&SHOP.replace("DelaySeconds: 1", "DelaySeconds: 2"));
    for file in &next.outputs {
        let name = file.path.rsplit('/').next().unwrap();
        system.fail(Operation::Rename, name, ErrorKind::PermissionDenied);
        let result = publish(&*system, "/out".into(), &next.outputs, true);
        system.mend();
        if result.is_err() {
            assert_eq!(system.files(), files, "rename of {name}");
            // Whole files, old or new.
            for (path, bytes) in contents(&*system, &files) {
                let Some(path) = path.strip_prefix("/out/") else { continue };
                let whole = |build: &Build| {
                    build.outputs.iter().any(|file| file.path == path && *file.bytes == bytes)
                };
                assert!(whole(&built) || whole(&next), "{path} is neither old nor new");
            }
            publish(&*system, "/out".into(), &built.outputs, true).unwrap();
        }
    }
    publish(&*system, "/out".into(), &next.outputs, true).unwrap();
    let (other, _) = shop(SHOP);
    publish(&*other, "/out".into(), &next.outputs, true).unwrap();
    let outputs = |system: &MemorySystem| -> Vec<String> {
        system.files().into_iter().filter(|path| path.starts_with("/out")).collect()
    };
    assert_eq!(contents(&*system, &outputs(&system)), contents(&*other, &outputs(&other)));
}

#[test]
fn outputs_where_a_folder_or_a_file_is_in_the_way() {
    let (_, built) = shop(SHOP);
    let folder = tempfile::tempdir().unwrap();
    let out = Utf8Path::from_path(folder.path()).unwrap();
    let first = out.join(&built.outputs[0].path);
    std::fs::create_dir_all(&first).unwrap();
    std::fs::write(first.join("mine.txt"), "mine").unwrap();
    assert!(publish(&OsSystem, out, &built.outputs, true).is_err());
    assert_eq!(std::fs::read_to_string(first.join("mine.txt")).unwrap(), "mine");
    // Nothing but the folders: no file that is half done, and none that is new.
    assert_eq!(files_below(out), [first.join("mine.txt")]);

    let (system, built) = shop(SHOP);
    system.put("/out", "a file");
    assert!(publish(&*system, "/out".into(), &built.outputs, true).is_err());
    assert_eq!(system.text("/out").as_deref(), Some("a file"));
}

#[test]
fn what_others_wrote_stays() {
    let (system, built) = shop(SHOP);
    system.put("/out/default/mine.txt", "mine");
    system.put("/out/mine/app.json", "{}");
    system.put("/out/theirs/app.json", "{\"files\": [\"../../p/ci.toml\", \"/p/ci.toml\"]}");
    publish(&*system, "/out".into(), &built.outputs, true).unwrap();
    publish(&*system, "/out".into(), &built.outputs, true).unwrap();
    for path in ["/out/default/mine.txt", "/out/mine/app.json", "/p/ci.toml", "/out/theirs/app.json"] {
        assert!(system.text(path).is_some(), "{path} is gone");
    }
}

#[test]
fn two_builds_at_once_leave_what_one_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(folder.path()).unwrap().to_owned();
    std::fs::create_dir_all(root.join("src")).unwrap();
    std::fs::create_dir_all(root.join("code")).unwrap();
    std::fs::write(root.join("ci.toml"), MANIFEST).unwrap();
    std::fs::write(root.join("src/main.ci"), SHOP).unwrap();
    std::fs::write(root.join("code/index.js"), "1").unwrap();
    let build = {
        let root = root.clone();
        move || {
            let host =
                Host::open(Arc::new(OsSystem), &root).map_err(|error| error.diagnostic.message).unwrap();
            host.snapshot().build(&BuildOptions::default())
        }
    };
    let expected = build().outputs;
    let out = root.join("build");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let (build, out) = (build.clone(), out.clone());
            let work = move || {
                for _ in 0..5 {
                    let built = build();
                    // Of two that stage the same file one may find it gone; nothing may be mixed.
                    let _ = publish(&OsSystem, &out, &built.outputs, true);
                }
            };
            std::thread::Builder::new().stack_size(super::STACK_BYTES).spawn_scoped(scope, work).unwrap();
        }
    });
    publish(&OsSystem, &out, &expected, true).unwrap();
    for file in &expected {
        assert_eq!(std::fs::read(out.join(&file.path)).unwrap(), *file.bytes, "{}", file.path);
    }
    let left: Vec<String> = files_below(&out)
        .iter()
        .map(|path| path.strip_prefix(&out).unwrap().as_str().replace('\\', "/"))
        .collect();
    let mut wanted: Vec<String> = expected.iter().map(|file| file.path.clone()).collect();
    wanted.sort();
    assert_eq!(left, wanted);
}

/// Every file under a folder, sorted.
fn files_below(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
