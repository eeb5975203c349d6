//! How long the compiler takes, in one process: `cargo bench -p ci-tests`.
//!
//! The sources are those of `cargo xtask gen perf`. For whole processes, and beside other compilers, see
//! `tests/perf/README.md`. Prints the median and the smallest of several runs; judges nothing.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and stops when it cannot run"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use ci_project::{BuildOptions, Change, Host, OsSystem};

const SIZES: [usize; 4] = [10, 100, 1000, 10_000];
const RUNS: usize = 7;

fn main() {
    let sources = generated();
    println!("{:<44} {:>12} {:>12}", "milliseconds", "median", "smallest");
    for size in SIZES {
        for style in ["flat", "loop", "services"] {
            let project = sources.join(size.to_string()).join(style);
            row(&format!("{style} {size}: cold check"), || {
                timed(|| assert!(open(&project).snapshot().check().is_empty()))
            });
            row(&format!("{style} {size}: cold build"), || timed(|| build(&open(&project))));
            let host = open(&project);
            build(&host);
            row(&format!("{style} {size}: build again, nothing changed"), || timed(|| build(&host)));
        }
    }
    for size in SIZES {
        edits(&sources.join(size.to_string()).join("services"), size);
    }
}

/// A line changed in one service of many, and everything checked again.
fn edits(project: &Utf8Path, size: usize) {
    let mut host = open(project);
    assert!(host.snapshot().check().is_empty());
    let path = project.join("src/part0.ci");
    let text = std::fs::read_to_string(&path).expect("a generated source");
    let mut seconds = 180;
    let edited = median(|| {
        seconds += 1;
        let text = text.replacen("VisibilityTimeout: 180", &format!("VisibilityTimeout: {seconds}"), 1);
        timed(|| {
            host.apply(&[Change::Edit { path: path.clone(), text: text.as_str().into() }]);
            assert!(host.snapshot().check().is_empty());
        })
    });
    let cold = median(|| timed(|| assert!(open(project).snapshot().check().is_empty())));
    show(&format!("services {size}: an edit in one, all checked"), edited);
    println!(
        "{:<44} {:>12.1}",
        "    times faster than the cold check",
        cold.0.as_secs_f64() / edited.0.as_secs_f64()
    );
}

fn open(project: &Utf8Path) -> Host {
    Host::open(Arc::new(OsSystem), project).unwrap_or_else(|error| panic!("{}", error.diagnostic.message))
}

fn build(host: &Host) {
    let build = host.snapshot().build(&BuildOptions::default());
    assert!(!build.outputs.is_empty(), "{:?}", build.diagnostics);
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut run: impl FnMut() -> Duration) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..RUNS).map(|_| run()).collect();
    times.sort_unstable();
    (times[RUNS / 2], times[0])
}

fn row(name: &str, run: impl FnMut() -> Duration) {
    show(name, median(run));
}

fn show(name: &str, (median, smallest): (Duration, Duration)) {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    println!("{name:<44} {:>12.2} {:>12.2}", milliseconds(median), milliseconds(smallest));
}

/// The folder of the generated sources, made anew.
fn generated() -> Utf8PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned();
    let out: PathBuf = root.join("target/perf");
    let sizes = SIZES.map(|size| size.to_string());
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["run", "--quiet", "--package", "xtask", "--", "gen", "perf", "--out"];
    let status = Command::new(cargo).args(arguments).arg(&out).args(sizes).current_dir(root).status();
    assert!(status.expect("cargo runs").success(), "the sources could not be generated");
    Utf8PathBuf::from_path_buf(out).expect("a path in UTF-8")
}
