use ci_sema::Db as _;

use super::*;
use crate::system::MemorySystem;

fn database(system: &Arc<MemorySystem>) -> (RootDatabase, Package) {
    let db = RootDatabase::new(system.clone());
    let package = Package::new(&db, "p".into(), Arc::from([]), Arc::from([]));
    db.set_roots([(package, "/p".into())]);
    (db, package)
}

#[test]
fn data_files_stay_inside_their_package() {
    let system = Arc::new(MemorySystem::new([("/p/data/a.json", "1"), ("/other/b.json", "2")]));
    system.put_link("/p/escape", "/other");
    system.put_link("/p/inside", "data");
    let (db, package) = database(&system);
    let read = |path: &str| db.data_file(package, path).content(&db).clone();
    assert_eq!(read("data/a.json"), Ok(Arc::from(*b"1")));
    assert_eq!(read("inside/a.json"), Ok(Arc::from(*b"1")));
    assert_eq!(read("data/../data/./a.json"), Ok(Arc::from(*b"1")));
    for outside in
        ["/p/data/a.json", "../other/b.json", "data/../../other/b.json", "escape/b.json", "C:/x", "\\x"]
    {
        assert_eq!(read(outside), Err(DataError::OutsidePackage), "{outside}");
    }
    assert_eq!(read("data/none.json"), Err(DataError::NotFound));
    assert_eq!(read("data"), Err(DataError::Unreadable("it is not a file".into())));
}

#[test]
fn the_same_path_is_the_same_input() {
    let system = Arc::new(MemorySystem::new([("/p/a", "1")]));
    let (db, package) = database(&system);
    assert_eq!(db.data_file(package, "a"), db.data_file(package, "./a"));
    assert_eq!(db.archive("x"), db.archive("x/"));
}

#[test]
fn a_package_without_a_directory_has_no_data() {
    let system = Arc::new(MemorySystem::default());
    let (db, _) = database(&system);
    let std = Package::new(&db, "std".into(), Arc::from([]), Arc::from([]));
    assert_eq!(*db.data_file(std, "a").content(&db), Err(DataError::OutsidePackage));
}

#[test]
fn archives_are_packed_once_and_kept() {
    let system = Arc::new(MemorySystem::new([("/p/code/index.js", "1"), ("/p/file", "")]));
    let (db, _) = database(&system);
    let digest = db.archive("code").digest(&db).clone().unwrap();
    let bytes = db.archive_bytes("./code").unwrap();
    assert_eq!(*digest, *pack::digest(&bytes));
    assert_eq!(*db.archive("none").digest(&db), Err(DataError::NotFound));
    assert_eq!(*db.archive("../p/code").digest(&db), Err(DataError::OutsidePackage));
    assert_eq!(*db.archive("file").digest(&db), Err(DataError::Unreadable("it is not a directory".into())));
}

#[test]
fn a_refresh_sets_what_changed_and_nothing_else() {
    let system = Arc::new(MemorySystem::new([("/p/a", "1"), ("/p/b", "1"), ("/p/code/x", "1")]));
    let (mut db, package) = database(&system);
    let (a, code) = (db.data_file(package, "a"), db.archive("code"));
    let before = code.digest(&db).clone();
    system.put("/p/a", "2");
    system.put("/p/code/x", "2");
    db.refresh(|path| path == "/p/a");
    assert_eq!(*a.content(&db), Ok(Arc::from(*b"2")));
    assert_eq!(*code.digest(&db), before);
    db.refresh(|path| path == "/p/code");
    assert_ne!(*code.digest(&db), before);
    let bytes = db.archive_bytes("code").unwrap();
    assert_eq!(**code.digest(&db).as_ref().unwrap(), *pack::digest(&bytes));
}
