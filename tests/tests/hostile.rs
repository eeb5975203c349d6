//! What nobody writes, and everybody sends once: the compiler answers with findings, never with a panic, an endless
//! loop or a full memory.
//!
//! Everything runs on a stack as large as the command's. Findings must point into their file, on the boundaries of
//! characters, and be the same when asked for twice.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "hostile/disk.rs"]
mod disk;
#[path = "hostile/limits.rs"]
mod limits;
#[path = "hostile/once.rs"]
mod once;
#[path = "hostile/random.rs"]
mod random;
#[path = "hostile/texts.rs"]
mod texts;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ci_base::{Diagnostic, Severity};
use ci_project::{Build, BuildOptions, Files, Host, MemorySystem, Snapshot};

/// As much stack as the command gives a compilation.
const STACK_BYTES: usize = 16 << 20;
/// More memory than any case may take, all that run in the process together.
const MEMORY_KIB: u64 = 6 << 20;

const MANIFEST: &str = "[package]\nname = \"hostile\"\nversion = \"0.1.0\"\n";

/// Runs `work` on a stack like the command's, and looks at how much memory that took.
fn bounded<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).unwrap();
    let result = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    if let Some(peak) = peak_memory() {
        assert!(peak < MEMORY_KIB, "took {peak} KiB of memory");
    }
    result
}

/// The most memory the process ever had, in KiB, where the system says so.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn project(text: impl AsRef<[u8]>) -> Arc<MemorySystem> {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST)]);
    system.put("/p/src/main.ci", text);
    Arc::new(system)
}

fn open(system: &Arc<MemorySystem>) -> Host {
    Host::open(system.clone(), "/p".into()).map_err(|error| error.diagnostic.message).unwrap()
}

/// Checks, and builds what has no errors; returns what was found.
fn examine(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let found = snapshot.check();
    assert_sound(&found, snapshot.files());
    assert_eq!(snapshot.check(), found, "the second answer is another one");
    let built = snapshot.build(&BuildOptions::default());
    assert_sound(&built.diagnostics, snapshot.files());
    let is_bad = |found: &[Diagnostic]| found.iter().any(|found| found.severity == Severity::Error);
    if is_bad(&found) {
        assert!(built.outputs.is_empty() && is_bad(&built.diagnostics), "a build in spite of {found:?}");
    } else {
        assert!(!is_bad(&built.diagnostics), "checked and not built: {:?}", built.diagnostics);
        assert_json(&built);
    }
    found
}

fn assert_json(built: &Build) {
    for file in
        built.outputs.iter().filter(|file| Path::new(&file.path).extension().is_some_and(|end| end == "json"))
    {
        let read: Result<serde_json::Value, _> = serde_json::from_slice(&file.bytes);
        assert!(read.is_ok(), "{} is not JSON", file.path);
    }
}

/// Every place that a finding names is a piece of its file.
fn assert_sound(found: &[Diagnostic], files: &Files) {
    for one in found {
        let labels = one.secondary.iter().map(|label| label.at);
        let edits = one.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.at);
        for at in labels.chain(edits).chain([one.primary.at]) {
            let text = files.text(at.file);
            let piece = text.get(at.range.start as usize..at.range.end as usize);
            assert!(piece.is_some(), "{:?} of {one:?} is no piece of {}", at.range, files.path(at.file));
        }
        assert!(!one.message.is_empty());
    }
}

/// The codes of all errors in a project of this one source.
fn errors(text: impl AsRef<[u8]>) -> Vec<&'static str> {
    let system = project(text);
    bounded(move || errors_of(&open(&system)))
}

/// The codes of all errors of a project, sorted.
fn errors_of(host: &Host) -> Vec<&'static str> {
    let found = examine(host.snapshot());
    let errors = found.iter().filter(|found| found.severity == Severity::Error);
    let codes: BTreeSet<&str> = errors.map(|found| found.code.number()).collect();
    codes.into_iter().collect()
}

/// Compares the codes of all cases at once: one run shows everything that is different.
fn assert_codes(cases: &[(&str, Vec<&'static str>, &[&str])]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(_, found, expected)| found != expected)
        .map(|(name, found, expected)| format!("{name}: found {found:?}, expected {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The sources of the examples and of the standard library, with their paths.
fn examples() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![root.join("examples"), root.join("stdlib")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "ci") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    assert!(found.len() > 5, "where are the examples?");
    found
}
