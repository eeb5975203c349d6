//! A whole compilation of any text: findings point into the text and can be shown in every form, a project that was
//! edited answers like one that was opened, what has no errors is built, what is built can be read, and what is
//! accepted means the same when it is formatted.

#![no_main]

use std::sync::Arc;

use ci_base::render::{github, human, json, sarif};
use ci_base::{Diagnostic, Severity};
use ci_project::{Build, BuildOptions, Change, Host, MemorySystem, Snapshot, TemplateFormat};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const MANIFEST: &str = "[package]\nname = \"fuzz\"\nversion = \"0.1.0\"\n";
const SOURCE: &str = "/p/src/main.ci";

fuzz_target!(|text: &str| {
    let host = open(text);
    let (found, built) = compile(host.snapshot());
    assert_shown(&found, host.snapshot());

    // Opened with the first half, then edited.
    let mut edited = open(&text[..text.floor_char_boundary(text.len() / 2)]);
    edited.snapshot().check();
    edit(&mut edited, text);
    let (found_again, built_again) = compile(edited.snapshot());
    assert_eq!(found, found_again);
    assert_eq!(built.diagnostics, built_again.diagnostics);
    assert_eq!(built.outputs, built_again.outputs);

    if built.outputs.is_empty() {
        return;
    }
    assert_readable(&built, host.snapshot());
    let formatted = ci_format::format(text).expect("what is built can be formatted");
    edit(&mut edited, &formatted);
    let (_, again) = compile(edited.snapshot());
    assert_eq!(templates(&built), templates(&again));
});

fn open(text: &str) -> Host {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), (SOURCE, text)]);
    Host::open(Arc::new(system), "/p".into()).unwrap_or_else(|error| panic!("{:?}", error.diagnostic))
}

fn edit(host: &mut Host, text: &str) {
    host.apply(&[Change::Edit { path: SOURCE.into(), text: text.into() }]);
}

/// What a check finds, and what a build does, which must agree.
fn compile(snapshot: &Snapshot) -> (Vec<Diagnostic>, Build) {
    let found = snapshot.check();
    let built = snapshot.build(&BuildOptions::default());
    for one in found.iter().chain(&built.diagnostics) {
        let labels = one.secondary.iter().map(|label| label.at);
        let edits = one.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.at);
        for at in labels.chain(edits).chain([one.primary.at]) {
            let text = snapshot.files().text(at.file);
            assert!(text.get(at.range.start as usize..at.range.end as usize).is_some(), "{at:?} of {one:?}");
        }
        assert!(!one.message.is_empty() && !one.message.contains('\n'), "{one:?}");
        // What the compiler says where it knows that it is wrong itself.
        assert!(!one.notes.iter().any(|note| note.contains("mistake of the compiler")), "{one:?}");
    }
    if is_bad(&found) {
        assert!(built.outputs.is_empty() && is_bad(&built.diagnostics), "built in spite of errors");
    } else {
        assert!(!is_bad(&built.diagnostics), "checked and not built: {:?}", built.diagnostics);
    }
    (found, built)
}

fn is_bad(found: &[Diagnostic]) -> bool {
    found.iter().any(|found| found.severity == Severity::Error)
}

/// Findings can be shown in every form, and the forms for programs are JSON.
fn assert_shown(found: &[Diagnostic], snapshot: &Snapshot) {
    let (files, mut written) = (snapshot.files(), Vec::new());
    human(found, files, true, &mut written).expect("memory can be written");
    assert!(std::str::from_utf8(&written).is_ok());
    written.clear();
    github(found, files, &mut written).expect("memory can be written");
    let text = std::str::from_utf8(&written).expect("annotations are text");
    assert_eq!(text.lines().filter(|line| line.starts_with("::")).count(), found.len(), "{text}");
    written.clear();
    json(found, files, &mut written).expect("memory can be written");
    for line in written.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        serde_json::from_slice::<Value>(line).expect("a finding is a line of JSON");
    }
    written.clear();
    sarif(found, files, &mut written).expect("memory can be written");
    serde_json::from_slice::<Value>(&written).expect("SARIF is JSON");
}

/// Every file of a build is JSON, and the same in YAML.
fn assert_readable(built: &Build, snapshot: &Snapshot) {
    let yaml = BuildOptions { format: Some(TemplateFormat::Yaml), ..BuildOptions::default() };
    let yaml = snapshot.build(&yaml);
    for file in &built.outputs {
        let value: Value = serde_json::from_slice(&file.bytes)
            .unwrap_or_else(|error| panic!("{} is no JSON: {error}", file.path));
        let Some(stem) = file.path.strip_suffix(".template.json") else { continue };
        let path = format!("{stem}.template.yaml");
        let other = yaml.outputs.iter().find(|file| file.path == path).expect("a template in YAML");
        let read: Value = serde_yaml_ng::from_slice(&other.bytes)
            .unwrap_or_else(|error| panic!("{path} is no YAML: {error}"));
        assert_eq!(value, read, "{path}");
    }
}

/// The templates of a build: source maps differ with the layout.
fn templates(built: &Build) -> Vec<(&str, &[u8])> {
    let templates = built.outputs.iter().filter(|file| file.path.ends_with(".template.json"));
    templates.map(|file| (file.path.as_str(), file.bytes.as_slice())).collect()
}
