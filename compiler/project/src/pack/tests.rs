use std::io::Read;

use super::*;
use crate::system::MemorySystem;

fn packed(system: &MemorySystem) -> io::Result<Packed> {
    pack(system, "/p/code".into(), "/p".into())
}

fn names(packed: &Packed) -> Vec<String> {
    let archive = zip::ZipArchive::new(Cursor::new(packed.bytes.as_slice())).unwrap();
    archive.file_names().map(|name| name.unwrap().into_owned()).collect()
}

#[test]
fn the_same_content_gives_the_same_bytes() {
    let one = MemorySystem::new([("/p/code/b.js", "b"), ("/p/code/a/x.js", "x"), ("/p/code/a.js", "a")]);
    let two = MemorySystem::new([("/p/code/a/x.js", "x"), ("/p/code/a.js", "a"), ("/p/code/b.js", "b")]);
    let (one, two) = (packed(&one).unwrap(), packed(&two).unwrap());
    assert_eq!(one, two);
    assert_eq!(names(&one), ["a.js", "a/x.js", "b.js"]);
    // Pinned: another digest means that every function of every user is deployed again.
    assert_eq!(one.digest, "288b493d31da54b93afb65d190a60c029652c54e26512599218dd702858defd1");
}

#[test]
fn content_names_and_the_executable_bit_count() {
    let base = packed(&MemorySystem::new([("/p/code/a", "1")])).unwrap().digest;
    let content = packed(&MemorySystem::new([("/p/code/a", "2")])).unwrap().digest;
    let name = packed(&MemorySystem::new([("/p/code/b", "1")])).unwrap().digest;
    let executable = MemorySystem::default();
    executable.put_executable("/p/code/a", "1");
    let executable = packed(&executable).unwrap();
    let mut all = [&base, &content, &name, &executable.digest];
    all.sort();
    assert!(all.windows(2).all(|pair| pair[0] != pair[1]), "{all:?}");

    let mut archive = zip::ZipArchive::new(Cursor::new(executable.bytes)).unwrap();
    let mut file = archive.by_name("a").unwrap();
    assert_eq!(file.unix_mode().unwrap() & 0o777, 0o755);
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    assert_eq!(text, "1");
}

#[test]
fn leftovers_of_tools_are_left_out() {
    let system = MemorySystem::new([
        ("/p/code/index.js", ""),
        ("/p/code/.git/HEAD", ""),
        ("/p/code/.DS_Store", ""),
        ("/p/code/a/.DS_Store", ""),
        ("/p/code/node_modules/.cache/x", ""),
        ("/p/code/node_modules/y.js", ""),
    ]);
    assert_eq!(names(&packed(&system).unwrap()), ["index.js", "node_modules/y.js"]);
}

#[test]
fn links_stay_inside_and_do_not_circle() {
    let system = MemorySystem::new([("/p/code/a", "1"), ("/p/shared/b", "2"), ("/other/c", "3")]);
    system.put_link("/p/code/shared", "../shared");
    assert_eq!(names(&packed(&system).unwrap()), ["a", "shared/b"]);
    system.put_link("/p/shared/back", "../code");
    assert!(packed(&system).unwrap_err().to_string().contains("a link to a directory it is in"));
    system.put_link("/p/shared/back", "/other");
    assert!(packed(&system).unwrap_err().to_string().contains("leads out of the package"));
}

#[test]
fn an_unreadable_file_is_named() {
    let system = MemorySystem::new([("/p/code/a/b", "1")]);
    system.fail(crate::system::Operation::Read, "a/b", io::ErrorKind::PermissionDenied);
    assert!(packed(&system).unwrap_err().to_string().starts_with("a/b: "));
}

#[test]
fn the_disk_and_memory_give_the_same_archive() {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
    let disk = crate::system::OsSystem;
    disk.create_dir_all(&root.join("code/a")).unwrap();
    disk.write(&root.join("code/a/x"), b"x").unwrap();
    disk.write(&root.join("code/b"), b"b").unwrap();
    let memory = MemorySystem::new([("/p/code/a/x", "x"), ("/p/code/b", "b")]);
    assert_eq!(pack(&disk, &root.join("code"), &root).unwrap(), packed(&memory).unwrap());
}
