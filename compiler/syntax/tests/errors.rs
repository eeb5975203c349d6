//! What is said about broken input: `errors.txt` holds the cases, each followed by its errors.
//!
//! `BLESS=1 cargo test -p ci-syntax --test errors` writes what is said now; read the difference before keeping it.

use std::fmt::Write as _;
use std::path::Path;

use ci_base::{Diagnostic, TextRange};
use ci_syntax::{outline, parse_item};

const RULE: &str = "=====\n";
const ANSWER: &str = "-----\n";

fn show(out: &mut String, text: &str, error: &Diagnostic<TextRange>, base: u32) {
    let at = error.primary.at.shifted(base);
    let before = &text[..at.start as usize];
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
    let _ =
        write!(out, "{line}:{column} {} `{}` {}", error.code, at.of(text).replace('\n', "⏎"), error.message);
    if !error.primary.text.is_empty() {
        let _ = write!(out, " ({})", error.primary.text);
    }
    for label in &error.secondary {
        let _ = write!(out, "; {}: {}", label.at.shifted(base).start, label.text);
    }
    for fix in &error.fixes {
        let _ = write!(out, "; fix: {}", fix.title);
    }
    out.push('\n');
}

fn answer(text: &str) -> String {
    let outline = outline(text);
    let mut out = String::new();
    for error in &outline.errors {
        show(&mut out, text, error, 0);
    }
    for item in &outline.items {
        let tree = parse_item(&item.source);
        let _ = writeln!(out, "{:?} {}", item.kind, item.name.as_deref().unwrap_or_default());
        for member in tree.item.members() {
            let line = member.range.of(item.source.text()).lines().next().unwrap_or_default();
            let _ = writeln!(out, "    {line}");
        }
        for error in &tree.errors {
            show(&mut out, text, error, item.range.start);
        }
    }
    out
}

#[test]
fn the_errors_are_as_recorded() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors.txt");
    let recorded = std::fs::read_to_string(&path).expect("the cases");
    let now: Vec<String> = recorded
        .split(RULE)
        .map(|case| {
            let text = case.split(ANSWER).next().unwrap_or_default();
            format!("{text}{ANSWER}{}", answer(text))
        })
        .collect();
    let now = now.join(RULE);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &now).expect("writable");
    }
    assert!(
        now == recorded || std::env::var_os("BLESS").is_some(),
        "errors.txt is not what is said now:\n{now}"
    );
}
