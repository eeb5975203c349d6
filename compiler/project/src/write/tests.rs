use super::*;
use crate::system::{MemorySystem, Operation};

fn file(path: &str, text: &str) -> OutputFile {
    OutputFile { path: path.to_owned(), bytes: text.as_bytes().to_vec().into() }
}

fn write(system: &MemorySystem, files: &[OutputFile]) -> Result<usize, WriteError> {
    publish(system, "/out".into(), files, &[])
}

#[test]
fn files_appear_with_their_directories_and_nothing_else() {
    let system = MemorySystem::default();
    write(&system, &[file("dev/a.json", "1"), file("dev/assets/x.zip", "2")]).unwrap();
    assert_eq!(system.files(), ["/out/dev/a.json", "/out/dev/assets/x.zip"]);
    assert_eq!(system.text("/out/dev/a.json").unwrap(), "1");
}

#[test]
fn what_did_not_change_is_not_touched() {
    let system = MemorySystem::default();
    write(&system, &[file("a", "1"), file("b", "1")]).unwrap();
    system.take_written();
    let written = write(&system, &[file("a", "1"), file("b", "2")]).unwrap();
    assert_eq!(written, 1);
    assert!(system.take_written().iter().all(|path| !path.ends_with("/a")));
}

#[test]
fn permissions_stay() {
    let system = MemorySystem::default();
    system.put_executable("/out/a", "old");
    write(&system, &[file("a", "new"), file("b", "new")]).unwrap();
    let is_executable = |path: &str| system.metadata(path.into()).unwrap().executable;
    assert_eq!(system.text("/out/a").unwrap(), "new");
    assert!(is_executable("/out/a") && !is_executable("/out/b"));
}

#[test]
fn a_full_disk_leaves_everything_as_it_was() {
    let system = MemorySystem::default();
    write(&system, &[file("a", "old a"), file("b", "old b")]).unwrap();
    let before = system.files();
    for (operation, part) in [(Operation::Write, ".b."), (Operation::CreateDir, "new")] {
        system.fail(operation, part, io::ErrorKind::StorageFull);
        let files = [file("a", "new a"), file("b", "new b"), file("new/c", "c")];
        let error = write(&system, &files).unwrap_err();
        assert!(error.to_string().starts_with("cannot "), "{error}");
        assert_eq!(system.files(), before, "{operation:?}");
        assert_eq!(system.text("/out/a").unwrap(), "old a");
        assert_eq!(system.text("/out/b").unwrap(), "old b");
        system.mend();
    }
}

#[test]
fn a_rename_that_fails_leaves_no_temporary_file_and_every_file_whole() {
    let system = MemorySystem::default();
    write(&system, &[file("a", "old a"), file("b", "old b")]).unwrap();
    system.fail(Operation::Rename, "/out/b", io::ErrorKind::PermissionDenied);
    let error = write(&system, &[file("a", "new a"), file("b", "new b")]).unwrap_err();
    assert!(error.changed);
    assert_eq!(system.files(), ["/out/a", "/out/b"]);
    assert_eq!(system.text("/out/b").unwrap(), "old b");
}

#[test]
fn a_directory_in_place_of_a_file_is_found_before_anything_changes() {
    let system = MemorySystem::new([("/out/a", "old a"), ("/out/b/mine", "mine")]);
    let error = write(&system, &[file("a", "new a"), file("b", "new b")]).unwrap_err();
    assert!(!error.changed);
    assert!(error.to_string().starts_with("cannot replace `/out/b`: "), "{error}");
    assert_eq!(system.files(), ["/out/a", "/out/b/mine"]);
    assert_eq!(system.text("/out/a").unwrap(), "old a");
}

#[test]
fn stale_files_go_with_their_empty_directories() {
    let system =
        MemorySystem::new([("/out/dev/old/x", ""), ("/out/dev/keep/y", ""), ("/out/dev/keep/z", "")]);
    let stale = ["/out/dev/old/x".into(), "/out/dev/keep/y".into(), "/out/dev/gone".into()];
    publish(&system, "/out/dev".into(), &[], &stale).unwrap();
    assert_eq!(system.files(), ["/out/dev/keep/z"]);
    assert!(!system.exists("/out/dev/old".into()));
}

#[test]
fn no_link_leads_out_of_the_directory() {
    let system = MemorySystem::new([("/home/notes", "mine"), ("/out/dev/a", "old")]);
    system.put_link("/out/link", "/home");
    system.put_link("/out/inner", "dev");
    let error = write(&system, &[file("dev/a", "new"), file("link/notes", "new")]).unwrap_err();
    assert_eq!(error.to_string(), "cannot write `/out/link/notes`: `/out/link` leads out of `/out`");
    assert!(write(&system, &[file("link/deep/folder/x", "")]).is_err());
    assert_eq!(system.text("/home/notes").unwrap(), "mine");
    assert_eq!(system.text("/out/dev/a").unwrap(), "old");
    publish(&system, "/out".into(), &[file("inner/b", "")], &["/out/link/notes".into()]).unwrap();
    assert_eq!(system.files(), ["/home/notes", "/out/dev/a", "/out/dev/b"]);
}

#[test]
fn a_directory_that_is_a_link_itself_is_where_it_leads() {
    let system = MemorySystem::new([("/disk/dev/a", "old")]);
    system.put_link("/out", "/disk");
    write(&system, &[file("dev/a", "new"), file("dev/new/b", "")]).unwrap();
    assert_eq!(system.files(), ["/disk/dev/a", "/disk/dev/new/b"]);
}

#[test]
fn a_link_in_place_of_a_temporary_file_is_not_followed() {
    let system = MemorySystem::new([("/home/notes", "mine")]);
    system.put_link(&format!("/out/.a.{}.tmp", std::process::id()), "/home/notes");
    write(&system, &[file("a", "new")]).unwrap();
    assert_eq!(system.text("/home/notes").unwrap(), "mine");
    assert_eq!(system.text("/out/a").unwrap(), "new");
}
