//! Findings as SARIF 2.1.0, which code scanners and editors read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Positions, Sources, labels};
use crate::{Code, Diagnostic, Fix, Severity, Span};

/// Writes one SARIF document. URIs are relative to the root of the project.
pub fn sarif(diagnostics: &[Diagnostic], sources: &dyn Sources, writer: &mut dyn Write) -> io::Result<()> {
    // Sorted by number, so the index of a rule does not depend on what was found first.
    let mut rules: BTreeMap<Code, usize> = diagnostics.iter().map(|found| (found.code, 0)).collect();
    for (index, at) in rules.values_mut().enumerate() {
        *at = index;
    }
    let document = Document {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        runs: [Run {
            column_kind: "unicodeCodePoints",
            tool: json!({
                "driver": {
                    "name": "cleaninfra",
                    "version": env!("CARGO_PKG_VERSION"),
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "rules": rules.keys().map(|code| rule(*code)).collect::<Vec<_>>(),
                },
            }),
            results: Results { diagnostics, rules: &rules, positions: Positions::new(sources) },
        }],
        version: "2.1.0",
    };
    serde_json::to_writer_pretty(&mut *writer, &document)?;
    writeln!(writer)
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<'a>; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    column_kind: &'static str,
    results: Results<'a>,
    tool: Value,
}

/// The findings; each is written before the next is made, for there may be very many.
struct Results<'a> {
    diagnostics: &'a [Diagnostic],
    rules: &'a BTreeMap<Code, usize>,
    positions: Positions<'a>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer
            .collect_seq(self.diagnostics.iter().map(|found| result(found, self.rules, &self.positions)))
    }
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.number(),
        "name": code.name(),
        "shortDescription": { "text": code.name().replace('-', " ") },
        "help": { "text": format!("Run `cleaninfra explain {code}`.") },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn result(diagnostic: &Diagnostic, rules: &BTreeMap<Code, usize>, positions: &Positions<'_>) -> Value {
    let mut text = diagnostic.message.clone();
    for note in &diagnostic.notes {
        let _ = write!(text, "\nnote: {note}");
    }
    if let Some(help) = &diagnostic.help {
        let _ = write!(text, "\nhelp: {help}");
    }
    let mut result = json!({
        "ruleId": diagnostic.code.number(),
        "ruleIndex": rules.get(&diagnostic.code),
        "level": level(diagnostic.severity),
        "message": { "text": text },
        "locations": [location(diagnostic.primary.at, positions)],
    });
    let related = labels(diagnostic).skip(1).enumerate().map(|(id, label)| {
        let mut place = location(label.at, positions);
        place["id"] = json!(id + 1);
        place["message"] = json!({ "text": label.text });
        place
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    if !diagnostic.fixes.is_empty() {
        result["fixes"] = diagnostic.fixes.iter().map(|fix| sarif_fix(fix, positions)).collect();
    }
    result
}

fn location(span: Span, positions: &Positions<'_>) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(positions.path(span)) },
            "region": region(span, positions),
        },
    })
}

fn region(span: Span, positions: &Positions<'_>) -> Value {
    let (range, start, end) = positions.of(span);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": range.start,
        "byteLength": range.len(),
    })
}

fn sarif_fix(fix: &Fix, positions: &Positions<'_>) -> Value {
    // One change per file, as the format wants it.
    let mut changes: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        changes.entry(positions.path(edit.at)).or_default().push(json!({
            "deletedRegion": region(edit.at, positions),
            "insertedContent": { "text": edit.text },
        }));
    }
    let changes = changes
        .into_iter()
        .map(|(path, edits)| json!({ "artifactLocation": { "uri": uri(path) }, "replacements": edits }));
    json!({ "description": { "text": fix.title }, "artifactChanges": changes.collect::<Vec<_>>() })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A path as a relative URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            b'\\' => uri.push('/'),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}
