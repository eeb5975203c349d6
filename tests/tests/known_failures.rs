//! What other tools are known to get wrong about access: programs with tests of their own, in `known-failures/`.

use std::sync::Arc;

use camino::Utf8PathBuf;
use ci_project::{Host, OsSystem};

/// Fewer would mean that some are not run.
const LEAST: usize = 16;

#[test]
fn none_of_them_is_made_here() {
    let root = Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("known-failures");
    let host =
        Host::open(Arc::new(OsSystem), &root).unwrap_or_else(|error| panic!("{}", error.diagnostic.message));
    let snapshot = host.snapshot();
    let found: Vec<String> = snapshot.check().into_iter().map(|found| found.message).collect();
    assert_eq!(found, Vec::<String>::new());
    let tests = snapshot.tests();
    assert!(tests.len() >= LEAST, "{} tests", tests.len());
    let failed: Vec<String> = tests
        .iter()
        .flat_map(|test| {
            snapshot.run_test(test).into_iter().map(|found| format!("{}: {}", test.name, found.message))
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
