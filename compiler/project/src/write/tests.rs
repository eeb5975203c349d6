use super::*;
use crate::system::{MemorySystem, Operation};

fn file(path: &str, text: &str) -> OutputFile {
    OutputFile { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
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
    assert!(write(&system, &[file("a", "new a"), file("b", "new b")]).is_err());
    assert_eq!(system.files(), ["/out/a", "/out/b"]);
    assert_eq!(system.text("/out/b").unwrap(), "old b");
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
