use super::*;

#[test]
fn paths_lose_their_dots() {
    let cases =
        [("a/./b/../c", "a/c"), ("../a", "../a"), ("a/../../b", "../b"), ("/a/../b", "/b"), (".", "")];
    for (path, expected) in cases {
        assert_eq!(normalize(Utf8Path::new(path)), expected, "{path}");
    }
}

#[test]
fn links_of_directories_are_followed() {
    let system = MemorySystem::new([("/real/a.txt", "a")]);
    system.put_link("/project/link", "../real");
    assert_eq!(system.canonicalize("/project/link/a.txt".into()).unwrap(), "/real/a.txt");
    assert_eq!(system.read("/project/link/a.txt".into()).unwrap(), b"a");
    system.put_link("/project/loop", "loop");
    assert!(system.metadata("/project/loop".into()).is_err());
}

#[test]
fn a_write_that_fails_leaves_half_of_the_file() {
    let system = MemorySystem::new([("/a/x", "")]);
    system.fail(Operation::Write, "/a/y", io::ErrorKind::StorageFull);
    assert!(system.write("/a/y".into(), b"1234").is_err());
    assert_eq!(system.text("/a/y").unwrap(), "12");
}

#[test]
fn the_disk_and_memory_agree() {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
    let memory = MemorySystem::default();
    memory.create_dir_all(&root).unwrap();
    for system in [&OsSystem as &dyn System, &memory] {
        let at = |name: &str| root.join(name);
        system.create_dir_all(&at("d/e")).unwrap();
        system.write(&at("d/b"), b"1").unwrap();
        system.write(&at("d/a"), b"22").unwrap();
        let names: Vec<String> =
            system.read_dir(&at("d")).unwrap().into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["a", "b", "e"]);
        let file = Metadata { kind: Kind::File, length: 2, executable: false, read_only: false };
        assert_eq!(system.metadata(&at("d/a")).unwrap(), file);
        system.rename(&at("d/a"), &at("d/b")).unwrap();
        assert_eq!(system.read(&at("d/b")).unwrap(), b"22");
        assert!(system.read(&at("d/a")).is_err());
        assert!(system.remove_dir(&at("d")).is_err());
        system.remove_file(&at("d/b")).unwrap();
        system.remove_dir(&at("d/e")).unwrap();
        system.remove_dir(&at("d")).unwrap();
        assert!(!system.exists(&at("d")));
        assert!(system.write(&at("none/x"), b"").is_err());
    }
}
