use super::*;

/// A repository with one commit, and what is in its working tree but not in it.
fn repository() -> (tempfile::TempDir, Utf8PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
    let put = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("shop/src/main.ci", "one");
    put("shop/src/gone.ci", "gone");
    put("shop/run.sh", "#!/bin/sh");
    put(".gitignore", "dist\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        std::fs::set_permissions(root.join("shop/run.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
        symlink("src", root.join("shop/link").as_std_path()).unwrap();
    }
    run(&root, &["init", "--quiet"]);
    run(&root, &["add", "--all"]);
    commit(&root);
    put("shop/src/main.ci", "two");
    put("shop/src/new.ci", "new");
    put("shop/dist/code.js", "built");
    std::fs::remove_file(root.join("shop/src/gone.ci")).unwrap();
    run(&root, &["add", "--all"]);
    (folder, root)
}

fn run(root: &Utf8Path, arguments: &[&str]) {
    output(root, arguments).unwrap();
}

fn commit(root: &Utf8Path) {
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    run(root, &[&who[..], &["commit", "--quiet", "--message", "one"]].concat());
}

#[test]
fn a_revision_is_read_as_it_was() {
    let (_folder, root) = repository();
    let system = GitSystem::open(&root.join("shop"), "HEAD").unwrap();
    let read = |path: &str| system.read(&root.join(path)).map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(read("shop/src/main.ci").unwrap(), "one");
    assert_eq!(read("shop/src/gone.ci").unwrap(), "gone");
    // What is new is not there yet.
    assert_eq!(read("shop/src/new.ci").unwrap_err().kind(), io::ErrorKind::NotFound);
    // What is built and not kept is as it is.
    assert_eq!(read("shop/dist/code.js").unwrap(), "built");
    let names = |path: &str| -> Vec<String> {
        system.read_dir(&root.join(path)).unwrap().into_iter().map(|entry| entry.name).collect()
    };
    assert_eq!(names("shop/src"), ["gone.ci", "main.ci"]);
    assert!(!names("shop").contains(&"dist".to_owned()));
    assert_eq!(system.metadata(&root.join("shop/src/main.ci")).unwrap().length, 3);
    if cfg!(unix) {
        assert!(system.metadata(&root.join("shop/run.sh")).unwrap().executable);
        assert_eq!(read("shop/link/main.ci").unwrap(), "one");
        assert_eq!(system.canonicalize(&root.join("shop/link")).unwrap(), root.join("shop/src"));
    }
}

#[test]
fn nothing_is_written() {
    let (_folder, root) = repository();
    let system = GitSystem::open(&root, "HEAD").unwrap();
    let path = root.join("shop/src/main.ci");
    assert!(system.write(&path, b"three").is_err() && system.remove_file(&path).is_err());
    assert_eq!(std::fs::read_to_string(path).unwrap(), "two");
}

#[test]
fn what_is_no_revision_is_told() {
    let (_folder, root) = repository();
    assert_eq!(GitSystem::open(&root, "gone").unwrap_err(), "git knows no revision `gone`");
    // It is a name, whatever it looks like.
    assert!(GitSystem::open(&root, "--help").unwrap_err().contains("--help"));
    let elsewhere = tempfile::tempdir().unwrap();
    let elsewhere = Utf8Path::from_path(elsewhere.path()).unwrap();
    assert!(GitSystem::open(elsewhere, "HEAD").unwrap_err().contains("not a git repository"));
}
