//! Who reaches whom in the examples: what their texts say of it is so.

use std::sync::Arc;

use camino::Utf8PathBuf;
use ci_project::{Host, NetworkAnswer, NetworkQuestion, OsSystem};

/// Everything that is reached in an environment of an example: `from to protocol ports`, or `perhaps` with its ports.
fn reached(example: &str, environment: &str) -> Vec<String> {
    let root = Utf8PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples")).join(example);
    let host =
        Host::open(Arc::new(OsSystem), &root).unwrap_or_else(|error| panic!("{}", error.diagnostic.message));
    let question = NetworkQuestion { target: Some(environment.to_owned()), ..NetworkQuestion::default() };
    let report = host.snapshot().network(&question);
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    let connections = report.targets.iter().flat_map(|target| &target.connections);
    let paths = connections.flat_map(|connection| {
        let NetworkAnswer::Reached(paths) = &connection.answer else { return Vec::new() };
        let path = paths.iter().map(|path| {
            let ports = match (&*path.ports, &*path.perhaps) {
                (sure, "") => sure.to_owned(),
                ("", perhaps) => format!("perhaps {perhaps}"),
                (sure, perhaps) => format!("{sure} perhaps {perhaps}"),
            };
            format!("{} {} {} {ports}", connection.from, connection.to, path.protocol)
        });
        path.collect()
    });
    let mut found: Vec<String> = paths.collect();
    found.sort();
    found
}

/// The internet reaches the load balancer and nothing else; only the application reaches the database; nothing reaches the
/// internet. What is only perhaps is the list of addresses of S3, which the compiler does not know.
#[test]
fn the_three_tiers_are_apart() {
    for environment in ["staging", "production"] {
        assert_eq!(
            reached("three-tier", environment),
            [
                "balancer.balancer guestbook.tasks tcp 8080",
                "guestbook.tasks balancer.balancer tcp perhaps 443",
                "guestbook.tasks cluster.cluster tcp 5432",
                "guestbook.tasks vpc.endpoint.ecr.api tcp 443",
                "guestbook.tasks vpc.endpoint.ecr.dkr tcp 443",
                "guestbook.tasks vpc.endpoint.logs tcp 443",
                "internet balancer.balancer tcp 80, 443",
            ],
            "{environment}"
        );
    }
}

#[test]
fn what_has_no_network_has_no_paths() {
    assert_eq!(reached("orders", "dev"), Vec::<String>::new());
}
