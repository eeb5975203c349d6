use ci_base::{FileId, TextRange};

use super::*;

fn span(file: u32, start: u32, end: u32) -> Span {
    Span { file: FileId(file), range: TextRange::new(start, end) }
}

fn found(code: Code, at: Span) -> Diagnostic {
    Diagnostic::new(code, at, "m")
}

#[test]
fn levels_change_warnings_only() {
    let at = span(0, 0, 1);
    let all = [Code::UnusedImport, Code::UnusedBinding, Code::Deprecated, Code::TypeMismatch];
    let levels = BTreeMap::from([
        (Code::UnusedImport, LintLevel::Allow),
        (Code::UnusedBinding, LintLevel::Deny),
        (Code::TypeMismatch, LintLevel::Allow),
    ]);
    let kept = apply_levels(all.map(|code| found(code, at)).to_vec(), &levels, &[]);
    let kept: Vec<_> = kept.iter().map(|found| (found.code, found.severity)).collect();
    assert_eq!(
        kept,
        [
            (Code::UnusedBinding, Severity::Error),
            (Code::Deprecated, Severity::Warning),
            (Code::TypeMismatch, Severity::Error)
        ]
    );
}

#[test]
fn an_attribute_covers_its_item_and_its_code() {
    let allowed = [Allowed { code: Code::UnusedImport, span: span(0, 10, 20) }];
    let inside = found(Code::UnusedImport, span(0, 12, 14));
    let others = vec![
        found(Code::UnusedImport, span(0, 18, 22)),
        found(Code::UnusedImport, span(1, 12, 14)),
        found(Code::UnusedBinding, span(0, 12, 14)),
    ];
    let mut all = others.clone();
    all.push(inside);
    assert_eq!(apply_levels(all, &BTreeMap::new(), &allowed), others);
}

#[test]
fn an_attribute_beats_a_level_of_the_manifest() {
    let allowed = [Allowed { code: Code::UnusedImport, span: span(0, 0, 9) }];
    let levels = BTreeMap::from([(Code::UnusedImport, LintLevel::Deny)]);
    assert_eq!(apply_levels(vec![found(Code::UnusedImport, span(0, 0, 1))], &levels, &allowed), []);
}

#[test]
fn each_is_told_once_and_in_order() {
    let mut files = Files::default();
    for path in ["b.ci", "a.ci"] {
        files.set(path, "");
    }
    let twice = found(Code::TypeMismatch, span(1, 5, 6));
    let all = vec![
        found(Code::TypeMismatch, span(0, 0, 1)),
        twice.clone(),
        twice,
        found(Code::UnknownName, span(1, 5, 6)),
        found(Code::TypeMismatch, span(1, 2, 3)),
    ];
    let order: Vec<_> = tidy(all, &files).iter().map(|found| (found.code, found.primary.at)).collect();
    assert_eq!(
        order,
        [
            (Code::TypeMismatch, span(1, 2, 3)),
            (Code::UnknownName, span(1, 5, 6)),
            (Code::TypeMismatch, span(1, 5, 6)),
            (Code::TypeMismatch, span(0, 0, 1)),
        ]
    );
}
