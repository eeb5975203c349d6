//! Damage of every kind: whatever is left of a file, nothing panics, every range lies in the text, and no item that
//! was not touched is lost.

use std::path::{Path, PathBuf};

use ci_base::{Diagnostic, TextRange};
use ci_syntax::{ItemKind, Outline, lex, outline, parse_item};

/// Every `.ci` file of the repository.
#[expect(clippy::expect_used, reason = "a test without its files must fail")]
fn files() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), &mut files);
    files.sort();
    assert!(files.len() >= 6, "the samples are found");
    files.into_iter().map(|path| (path.clone(), std::fs::read_to_string(&path).expect("UTF-8"))).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if path.is_dir() {
            if name != "target" && name != "node_modules" && !name.starts_with('.') {
                collect(&path, files);
            }
        } else if name.ends_with(".ci") && !path.components().any(|part| part.as_os_str() == "ui") {
            files.push(path);
        }
    }
}

/// How far apart the places are that are damaged, out of `count`: every one in the samples of this crate, fewer in
/// the files of the rest of the repository the longer they are.
fn step(path: &Path, bytes: usize, count: usize) -> usize {
    const BYTES: usize = 1_000_000;
    let sample = path.parent().is_some_and(|folder| folder.ends_with("syntax/tests/data"));
    if sample { 1 } else { (bytes * count / BYTES).max(1) }
}

/// The kind and name of every item, with its range.
fn items(outline: &Outline) -> Vec<(ItemKind, Option<String>, TextRange)> {
    outline.items.iter().map(|item| (item.kind, item.name.clone(), item.range)).collect()
}

fn check(text: &str, range: TextRange, base: u32) {
    let range = range.shifted(base);
    assert!(range.end as usize <= text.len(), "{range:?} of {}", text.len());
    assert!(text.is_char_boundary(range.start as usize), "{range:?} starts inside a character");
    assert!(text.is_char_boundary(range.end as usize), "{range:?} ends inside a character");
}

fn check_error(text: &str, error: &Diagnostic<TextRange>, base: u32) {
    check(text, error.primary.at, base);
    for label in &error.secondary {
        check(text, label.at, base);
    }
    for edit in error.fixes.iter().flat_map(|fix| &fix.edits) {
        check(text, edit.at, base);
    }
}

/// Parses everything and looks at every range.
fn parse(text: &str) -> Outline {
    let outline = outline(text);
    for error in &outline.errors {
        check_error(text, error, 0);
    }
    let mut last = 0;
    for item in &outline.items {
        assert!(item.range.start >= last && !item.range.is_empty(), "items are in order");
        last = item.range.end;
        check(text, item.range, 0);
        assert_eq!(item.source.text(), item.range.of(text));
        let tree = parse_item(&item.source);
        for error in &tree.errors {
            check_error(text, error, item.range.start);
        }
        for node in &tree.exprs {
            check(text, node.range, item.range.start);
        }
        for node in &tree.types {
            check(text, node.range, item.range.start);
        }
    }
    outline
}

#[test]
fn every_prefix_keeps_the_items_before_its_end() {
    for (path, text) in files() {
        let whole = items(&parse(&text));
        let step = step(&path, text.len(), text.len());
        for end in (0..text.len()).step_by(step).filter(|end| text.is_char_boundary(*end)) {
            let left = items(&parse(&text[..end]));
            let complete = whole.iter().take_while(|item| item.2.end as usize <= end);
            for item in complete {
                assert!(
                    left.contains(item),
                    "{}: prefix of {end} bytes lost {item:?}\n{left:?}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn every_deletion_of_a_token_keeps_the_other_items() {
    for (path, text) in files() {
        let whole = items(&parse(&text));
        let tokens = lex(&text);
        let step = step(&path, text.len(), tokens.len());
        for index in (0..tokens.len()).step_by(step) {
            if tokens[index].kind.is_trivia() {
                continue;
            }
            let start = tokens[index].start as usize;
            let end = tokens.get(index + 1).map_or(text.len(), |token| token.start as usize);
            let damaged = format!("{}{}", &text[..start], &text[end..]);
            let left = items(&parse(&damaged));
            // The item whose last token is gone may have taken the next one's first line along, if both share it.
            for (kind, name, range) in &whole {
                let touched = range.start as usize <= start && start < range.end as usize;
                let shares_line = (range.start as usize >= end
                    && !text[end..range.start as usize].contains('\n'))
                    || (range.end as usize <= start && !text[range.end as usize..start].contains('\n'));
                let kept = left.iter().any(|item| item.0 == *kind && item.1 == *name);
                assert!(
                    touched || shares_line || kept,
                    "{}: without `{}` at {start} lost {kind:?} {name:?}\n{left:?}",
                    path.display(),
                    &text[start..end],
                );
            }
        }
    }
}
