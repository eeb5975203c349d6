use super::*;
use crate::system::{MemorySystem, Operation};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

struct Project {
    loaded: Loaded,
    files: Files,
}

fn open(system: &MemorySystem, path: &str) -> Project {
    let mut files = Files::default();
    let start = find(system, &mut files, path.into()).unwrap();
    let loaded = load(system, &Overlays::new(), &mut files, &start);
    Project { loaded, files }
}

impl Project {
    fn modules(&self) -> Vec<(&str, &str)> {
        let sources = self.loaded.packages[0].sources.iter();
        sources.map(|source| (source.module.as_str(), self.files.path(source.file))).collect()
    }

    fn problems(&self) -> Vec<(Code, &str)> {
        self.loaded.diagnostics.iter().map(|found| (found.code, found.message.as_str())).collect()
    }
}

#[test]
fn files_are_modules() {
    let system = MemorySystem::new([
        ("/p/ci.toml", MANIFEST),
        ("/p/src/main.ci", ""),
        ("/p/src/b.ci", ""),
        ("/p/src/a.ci", ""),
        ("/p/src/a/b.ci", ""),
        ("/p/src/a/main.ci", ""),
        ("/p/src/.hidden/c.ci", ""),
        ("/p/src/.d.ci", ""),
        ("/p/src/notes.md", ""),
        ("/p/other.ci", ""),
    ]);
    let project = open(&system, "/p");
    assert_eq!(project.problems(), []);
    assert_eq!(
        project.modules(),
        [
            ("", "/p/src/main.ci"),
            ("a", "/p/src/a.ci"),
            ("a::b", "/p/src/a/b.ci"),
            ("a::main", "/p/src/a/main.ci"),
            ("b", "/p/src/b.ci"),
        ]
    );
}

#[test]
fn a_path_means_the_project_around_it() {
    let system = MemorySystem::new([
        ("/p/ci.toml", MANIFEST),
        ("/p/src/a/b.ci", ""),
        ("/p/alone.ci", ""),
        ("/p/notes.md", ""),
        ("/lonely/x.ci", ""),
    ]);
    let start = |path: &str| find(&system, &mut Files::default(), path.into());
    for (path, shown) in [
        ("/p", "/p"),
        ("p", "p"),
        ("p/src", "p"),
        ("p/ci.toml", "p"),
        ("p/src/a/b.ci", "p"),
        ("p/src/a/", "p"),
    ] {
        assert_eq!(start(path).unwrap(), Start::Project { root: "/p".into(), shown: shown.into() }, "{path}");
    }
    for path in ["p/alone.ci", "lonely/x.ci"] {
        let path = Utf8PathBuf::from(path);
        let file = Start::File { path: Utf8Path::new("/").join(&path), shown: path.clone() };
        assert_eq!(start(path.as_str()).unwrap(), file);
    }
    for (path, code) in [
        ("nowhere", Code::UnreadableFile),
        ("p/notes.md", Code::UnreadableFile),
        ("lonely", Code::InvalidManifest),
        ("", Code::InvalidManifest),
    ] {
        assert_eq!(start(path).unwrap_err().code, code, "{path}");
    }
}

#[test]
fn a_file_alone_is_a_package() {
    let system = MemorySystem::new([("/x/my-file.ci", "text")]);
    let project = open(&system, "x/my-file.ci");
    assert_eq!(project.modules(), [("", "x/my-file.ci")]);
    assert_eq!(project.loaded.packages[0].root, "/x");
    assert_eq!(project.loaded.packages[0].name, "my_file");
}

#[test]
fn files_that_cannot_be_read_are_reported_in_place() {
    let system =
        MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", ""), ("/p/src/gone.ci", "")]);
    system.put("/p/src/latin.ci", b"let a;\nlet \xe9;");
    system.put("/p/src/big.ci", vec![b' '; MAX_FILE_BYTES as usize + 1]);
    system.fail(Operation::Read, "gone.ci", io::ErrorKind::PermissionDenied);
    let project = open(&system, "p");
    assert_eq!(
        project.problems(),
        [
            (Code::FileTooLarge, "cannot read `p/src/big.ci`: it has 16777217 bytes, the limit is 16777216"),
            (Code::UnreadableFile, "cannot read `p/src/gone.ci`: permission denied"),
            (Code::InvalidUtf8, "`p/src/latin.ci` is not UTF-8: byte 11 is 0xe9"),
        ]
    );
    let place = project.loaded.diagnostics[2].primary.at;
    assert_eq!(place.range, TextRange::empty(11));
    assert_eq!(project.files.text(place.file), "let a;\nlet ");
    assert_eq!(project.modules(), [("", "p/src/main.ci")]);
}

#[test]
fn links_do_not_leave_the_project() {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", ""), ("/other/a.ci", "")]);
    system.put_link("/p/src/file.ci", "/other/a.ci");
    system.put_link("/p/src/folder", "/other");
    system.put_link("/p/src/inside", "/p/shared");
    system.put_link("/p/src/loop", "../src");
    system.put_link("/p/src/nothing.ci", "nowhere");
    system.put("/p/shared/b.ci", "");
    let project = open(&system, "p");
    assert_eq!(
        project.problems(),
        [
            (Code::OutsideProject, "`src/file.ci` leads out of the package"),
            (Code::OutsideProject, "`src/folder` leads out of the package"),
            (Code::OutsideProject, "`src/loop` is a link to a folder it is in"),
            (Code::UnreadableFile, "`src/nothing.ci` is a link to nothing"),
        ]
    );
    assert_eq!(project.modules(), [("", "p/src/main.ci"), ("inside::b", "p/src/inside/b.ci")]);
}

#[test]
fn names_must_be_usable_in_paths_and_unique() {
    let system = MemorySystem::new([
        ("/p/ci.toml", MANIFEST),
        ("/p/src/main.ci", ""),
        ("/p/src/lib.ci", ""),
        ("/p/src/my-mod.ci", ""),
        ("/p/src/service.ci", ""),
    ]);
    assert_eq!(
        open(&system, "p").problems(),
        [
            (Code::InvalidName, "`my-mod` in `src/my-mod.ci` cannot be the name of a module"),
            (Code::InvalidName, "`service` in `src/service.ci` cannot be the name of a module"),
            (Code::DuplicateName, "`p/src/main.ci` is the same module as `p/src/lib.ci`"),
        ]
    );
}

#[test]
fn a_package_without_sources_says_where_to_begin() {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST)]);
    let project = open(&system, "p");
    assert_eq!(project.problems(), [(Code::UnreadableFile, "the package has no sources")]);
    assert_eq!(project.loaded.diagnostics[0].help.as_deref(), Some("write the first in `p/src/main.ci`"));
}

fn with_dependencies(name: &str, dependencies: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n[dependencies]\n{dependencies}")
}

#[test]
fn dependencies_are_loaded_once() {
    let system = MemorySystem::new([
        ("/w/a/ci.toml", &*with_dependencies("a", "b.path = \"../b\"\nc.path = \"../c\"\n")),
        ("/w/b/ci.toml", &*with_dependencies("b", "the-c.path = \"../c\"\n")),
        ("/w/c/ci.toml", &*with_dependencies("c", "")),
        ("/w/a/src/main.ci", ""),
        ("/w/b/src/lib.ci", ""),
        ("/w/c/src/lib.ci", ""),
    ]);
    let project = open(&system, "w/a");
    assert_eq!(project.problems(), []);
    let names: Vec<&str> = project.loaded.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(project.loaded.packages[0].dependencies, [("b".to_owned(), 1), ("c".to_owned(), 2)]);
    assert_eq!(project.loaded.packages[1].dependencies, [("the_c".to_owned(), 2)]);
    assert_eq!(project.files.path(project.loaded.packages[2].sources[0].file), "w/c/src/lib.ci");
}

#[test]
fn a_circle_of_packages_is_shown() {
    let system = MemorySystem::new([
        ("/w/a/ci.toml", &*with_dependencies("a", "b.path = \"../b\"\n")),
        ("/w/b/ci.toml", &*with_dependencies("b", "c.path = \"../c\"\n")),
        ("/w/c/ci.toml", &*with_dependencies("c", "b.path = \"../b\"\nd.path = \"../d\"\n")),
        ("/w/a/src/main.ci", ""),
        ("/w/b/src/lib.ci", ""),
        ("/w/c/src/lib.ci", ""),
    ]);
    let project = open(&system, "w/a");
    assert_eq!(
        project.problems(),
        [
            (Code::ImportCycle, "packages depend on each other in a circle"),
            (Code::UnreadableFile, "there is no package at `../d`: it has no `ci.toml`"),
        ]
    );
    let circle = &project.loaded.diagnostics[0];
    assert_eq!(circle.notes, ["b → c → b"]);
    let manifest = project.files.text(circle.primary.at.file);
    assert_eq!(circle.primary.at.range.of(manifest), "\"../b\"");
}

#[test]
fn schemas_are_found_by_pattern() {
    let schema = |name: &str| format!("{{\"typeName\":\"{name}\",\"properties\":{{}}}}");
    let manifest = format!("{MANIFEST}schemas = [\"schemas/*.json\", \"none/*.json\", \"missing.json\"]\n");
    let system = MemorySystem::new([
        ("/p/ci.toml", &*manifest),
        ("/p/src/main.ci", ""),
        ("/p/schemas/b.json", &*schema("Org::B::T")),
        ("/p/schemas/a.json", &*schema("Org::A::T")),
        ("/p/schemas/bad.json", "{"),
        ("/p/schemas/notes.md", ""),
    ]);
    let project = open(&system, "p");
    assert_eq!(
        project.problems(),
        [
            (Code::InvalidSchema, "`schemas/bad.json` is not a resource schema"),
            (Code::UnreadableFile, "no file matches `none/*.json`"),
            (Code::UnreadableFile, "cannot read `p/missing.json`: there is nothing there"),
        ]
    );
    assert_eq!(project.loaded.packages[0].schemas.len(), 2);
}

#[test]
fn an_editor_s_text_counts() {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", "disk")]);
    let mut files = Files::default();
    let start = find(&system, &mut files, "/p".into()).unwrap();
    let overlays = Overlays::from([("/p/src/main.ci".into(), Arc::from("editor"))]);
    let loaded = load(&system, &overlays, &mut files, &start);
    assert_eq!(&*loaded.packages[0].sources[0].text, "editor");
}

#[test]
fn stars_match_anything() {
    for (pattern, name, expected) in [
        ("*.json", "a.json", true),
        ("*.json", "a.jsonx", false),
        ("a*b*c", "aXbYbZc", true),
        ("*", "", true),
        ("é*", "éa", true),
        ("a", "ab", false),
    ] {
        assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
    }
}
