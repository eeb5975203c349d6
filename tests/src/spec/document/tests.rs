use super::{Document, Problem};
use crate::spec::{Expected, Severity};

#[test]
fn blocks_become_cases() {
    let document = Document::parse(
        "# Title\n\n```ci\none\n```\n\n```json template=orders\n{}\n```\n\n## Two\n\n```ci file=src/a.ci\na\n```\n\nand\n\n\
         ```text file=data/b.txt\nb\n```\n\n```ci\nthree\n```\n\n```ci ignore\n?\n```\n\n```toml\nx = 1\n```\n",
    );
    assert_eq!(document.problems, []);
    let files: Vec<Vec<&str>> = document
        .cases
        .iter()
        .map(|case| case.files.iter().map(|file| file.name.as_str()).collect())
        .collect();
    assert_eq!(files, [vec!["src/main.ci"], vec!["src/a.ci", "data/b.txt"], vec!["src/main.ci"]]);
    assert_eq!(document.cases[0].templates[0].name, "orders");
    assert_eq!(document.cases[1].files[1].text, "b\n");
    assert_eq!(document.ignored.len(), 1);
}

#[test]
fn comments_announce_findings() {
    let text = "```ci\nlet a = b; // error: E0101\n// error: E0201 \"found `Int`\"\n// warning: E0109\nlet c = 1;\n```\n";
    let document = Document::parse(text);
    assert_eq!(document.problems, []);
    let expected = |line, severity, code: &str, message: Option<&str>| Expected {
        line,
        severity,
        code: code.to_owned(),
        message: message.map(str::to_owned),
    };
    assert_eq!(
        document.cases[0].expected,
        [
            expected(2, Severity::Error, "E0101", None),
            expected(5, Severity::Error, "E0201", Some("found `Int`")),
            expected(5, Severity::Warning, "E0109", None),
        ]
    );
}

#[test]
fn a_document_cannot_be_wrong_in_silence() {
    let lines = |text: &str| -> Vec<usize> {
        Document::parse(text).problems.iter().map(|Problem { line, .. }| *line).collect()
    };
    assert_eq!(lines("```ci\n"), [1]);
    assert_eq!(lines("```ci ignored\n```\n"), [1]);
    assert_eq!(lines("```json template=a\n{}\n```\n"), [2]);
    assert_eq!(lines("```ci\nx // error: E1\n```\n"), [2]);
    assert_eq!(lines("```ci\nx // error: E0101 text\n```\n"), [2]);
    assert_eq!(lines("```ci\n// error: E0101\n```\n"), [2]);
    assert_eq!(lines("```ci file=a.ci\n```\n```ci file=a.ci\n```\n"), [4]);
}

#[test]
fn longer_fences_show_blocks() {
    let document = Document::parse("````text\n```ci\nx\n```\n````\n[a](b.md) and [c](../d.md#e)\n");
    assert_eq!((document.cases.len(), document.problems.len()), (0, 0));
    assert_eq!(document.links, [(6, "b.md".to_owned()), (6, "../d.md#e".to_owned())]);
}
