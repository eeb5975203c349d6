//! A whole compilation of any text: findings point into the text, the answer is the same twice, and what is accepted
//! is accepted again when it is formatted.

#![no_main]

use std::sync::Arc;

use ci_base::Severity;
use ci_project::{Build, BuildOptions, Host, MemorySystem, Snapshot};
use libfuzzer_sys::fuzz_target;

const MANIFEST: &str = "[package]\nname = \"fuzz\"\nversion = \"0.1.0\"\n";

fuzz_target!(|text: &str| {
    let host = open(text);
    let built = compile(host.snapshot());
    let again = compile(open(text).snapshot());
    assert_eq!(built.diagnostics, again.diagnostics);
    assert_eq!(built.outputs, again.outputs);
    if built.outputs.is_empty() {
        return;
    }
    let formatted = ci_format::format(text).expect("what is built can be formatted");
    let again = compile(open(&formatted).snapshot());
    assert_eq!(templates(&built), templates(&again));
});

fn open(text: &str) -> Host {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", text)]);
    Host::open(Arc::new(system), "/p".into()).unwrap_or_else(|error| panic!("{:?}", error.diagnostic))
}

fn compile(snapshot: &Snapshot) -> Build {
    let found = snapshot.check();
    let built = snapshot.build(&BuildOptions::default());
    for one in found.iter().chain(&built.diagnostics) {
        let labels = one.secondary.iter().map(|label| label.at);
        let edits = one.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.at);
        for at in labels.chain(edits).chain([one.primary.at]) {
            let text = snapshot.files().text(at.file);
            assert!(text.get(at.range.start as usize..at.range.end as usize).is_some(), "{at:?} of {one:?}");
        }
    }
    let is_bad = found.iter().any(|found| found.severity == Severity::Error);
    assert!(!is_bad || built.outputs.is_empty(), "built in spite of errors");
    built
}

/// The templates of a build: source maps differ with the layout.
fn templates(built: &Build) -> Vec<&[u8]> {
    let templates = built.outputs.iter().filter(|file| file.path.ends_with(".template.json"));
    templates.map(|file| file.bytes.as_slice()).collect()
}
