use proptest::prelude::*;

use super::*;
use crate::{Applicability, Code, Edit, Fix, Span};

struct Files(Vec<(&'static str, String)>);

impl Sources for Files {
    fn path(&self, file: FileId) -> &str {
        self.0[file.0 as usize].0
    }

    fn text(&self, file: FileId) -> &str {
        &self.0[file.0 as usize].1
    }
}

fn files() -> Files {
    Files(vec![
        ("src/main.ci", "let a = Bukcet {};\r\nlet é😀 = 2;\r\n".to_owned()),
        ("src/odd name.ci", "x".to_owned()),
        ("ci.toml", String::new()),
    ])
}

fn span(file: u32, start: u32, end: u32) -> Span {
    Span { file: FileId(file), range: TextRange::new(start, end) }
}

fn sample() -> Diagnostic {
    Diagnostic::new(Code::UnknownName, span(0, 8, 14), "there is no `Bukcet`")
        .label("not found")
        .also(span(1, 0, 1), "imported here")
        .note("names are case-sensitive")
        .help("did you mean `Bucket`?")
        .fix("correct the name", span(0, 8, 14), "Bucket", Applicability::MaybeIncorrect)
}

type Renderer = fn(&[Diagnostic], &dyn Sources, &mut dyn std::io::Write) -> std::io::Result<()>;

fn plain(
    diagnostics: &[Diagnostic],
    sources: &dyn Sources,
    writer: &mut dyn std::io::Write,
) -> std::io::Result<()> {
    human(diagnostics, sources, false, writer)
}

fn render(renderer: Renderer, diagnostics: &[Diagnostic], files: &Files) -> String {
    let mut text = Vec::new();
    renderer(diagnostics, files, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn what_is_said_of_a_secret_does_not_show_it() {
    let files = Files(vec![("src/main.ci", "let é = Key { value: \"orange\" };\nlet b = 1;\n".to_owned())]);
    let secret = Diagnostic::new(Code::WrittenSecret, span(0, 22, 30), "a secret is written out");
    let beside = Diagnostic::new(Code::UnknownName, span(0, 9, 12), "there is no `Key`");
    let text = render(plain, &[beside, secret], &files);
    assert!(!text.contains("orange") && text.matches("••••••••").count() == 2, "{text}");
    assert!(text.contains("let é = Key { value: •••••••• };"), "{text}");
    for (name, renderer) in [("json", json as Renderer), ("sarif", sarif), ("github", github)] {
        let secret = Diagnostic::new(Code::WrittenSecret, span(0, 22, 30), "a secret is written out");
        assert!(!render(renderer, &[secret], &files).contains("orange"), "{name}");
    }
}

#[test]
fn people_see_message_place_words_help_and_fix() {
    let text = render(plain, &[sample()], &files());
    for part in [
        "[E0101] error: there is no `Bukcet`",
        "src/main.ci:1:9",
        "not found",
        "src/odd name.ci:1:1",
        "imported here",
        "names are case-sensitive",
        "did you mean `Bucket`?",
        "1 error\n",
        "explain: cleaninfra explain E0101\n",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    // The help has told already what the fix does.
    assert!(!text.contains("correct the name"), "{text}");
    assert!(text.lines().all(|line| !line.ends_with(' ')), "{text}");
    assert!(!text.contains('\u{1b}'), "colour where none was asked for:\n{text}");
}

#[test]
fn colour_is_there_when_asked_for() {
    let mut text = Vec::new();
    human(&[sample()], &files(), true, &mut text).unwrap();
    assert!(String::from_utf8(text).unwrap().contains('\u{1b}'));
}

#[test]
fn a_file_cannot_write_to_the_terminal() {
    let files = Files(vec![("a.ci", "let \u{1b}[2Ja = 1;".to_owned())]);
    let found = Diagnostic::new(Code::UnknownName, span(0, 0, 3), "\u{1b}[2J\u{7}");
    for color in [false, true] {
        let mut text = Vec::new();
        human(std::slice::from_ref(&found), &files, color, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains("\u{1b}[2J") && !text.contains('\u{7}'), "{text:?}");
    }
}

#[test]
fn a_line_is_the_same_everywhere() {
    // What some take for the end of a line, and what turns the direction of writing.
    let text = "let a; \u{2028} \u{2029} \u{85} \u{c} \r let b; \u{202e}\u{2066}\r\nlet c;";
    let files = Files(vec![("src/main.ci", text.to_owned())]);
    let start = text.find("let c").unwrap() as u32;
    let found = [
        Diagnostic::new(Code::UnknownName, span(0, start, start + 3), "\u{202e}no\r\u{2028}"),
        Diagnostic::new(Code::UnknownName, span(0, 0, 3), "no"),
    ];
    let shown = render(plain, &found, &files);
    assert!(shown.contains("src/main.ci:2:1"), "{shown}");
    assert!(shown.contains("2 │ let c;"), "{shown}");
    assert!(shown.contains("error: \u{fffd}no\u{fffd}\u{fffd}\n"), "{shown}");
    assert!(!shown.contains(['\r', '\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}']), "{shown:?}");
}

#[test]
fn a_path_cannot_write_to_the_terminal_either() {
    let files = Files(vec![("src/a\n\u{1b}[2J.ci", "let a;".to_owned()), ("\u{1b}[2J", String::new())]);
    let found = [
        Diagnostic::new(Code::UnknownName, span(0, 0, 3), "no").also(span(1, 0, 0), "\u{1b}"),
        Diagnostic::new(Code::UnreadableFile, span(1, 0, 0), "no"),
    ];
    let shown = render(plain, &found, &files);
    assert!(shown.contains("src/a\u{fffd}\u{fffd}[2J.ci:1:1"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn a_line_that_is_too_long_is_named_and_not_shown() {
    let text = format!("short;\nlet é = \"{}\"; Bukcet\nshort;\n", "x".repeat(100_000));
    let start = text.find("Bukcet").unwrap() as u32;
    let files = Files(vec![("src/main.ci", text)]);
    let at = span(0, start, start + 6);
    let found = Diagnostic::new(Code::UnknownName, at, "there is no `Bukcet`")
        .label("not found")
        .also(span(0, 0, 5), "this is short")
        .note("a note");
    let shown = render(plain, &[found], &files);
    assert!(shown.len() < 500, "{}", shown.len());
    for part in [
        "[E0101] error: there is no `Bukcet`\n  in src/main.ci:2:100013\n  not found\n",
        "  src/main.ci:1:1: this is short\n",
        "  note: a note\n",
    ] {
        assert!(shown.contains(part), "no {part:?} in\n{shown}");
    }
}

#[test]
fn a_finding_without_words_still_underlines_its_place() {
    let found = Diagnostic::new(Code::UnusedImport, span(0, 4, 5), "unused");
    let text = render(plain, &[found], &files());
    assert!(text.contains("let a = Bukcet"), "{text}");
    assert!(text.contains("here"), "{text}");
}

#[test]
fn an_empty_file_is_named_without_a_snippet() {
    let found = Diagnostic::new(Code::UnreadableFile, span(2, 0, 0), "cannot be read")
        .help("look at its permissions");
    let text = render(plain, &[found], &files());
    assert_eq!(
        text,
        "[E0902] error: cannot be read\n  in ci.toml\n  help: look at its permissions\n\n1 error\n\
         explain: cleaninfra explain E0902\n"
    );
}

#[test]
fn the_summary_counts_by_severity_and_the_footer_names_the_first_of_the_worst() {
    let warning = Diagnostic::new(Code::UnusedImport, span(0, 0, 1), "w");
    let other = Diagnostic::new(Code::TypeMismatch, span(0, 0, 1), "e");
    let text = render(plain, &[warning, sample(), other], &files());
    assert!(text.ends_with("2 errors, 1 warning\nexplain: cleaninfra explain E0101\n"), "{text}");
    assert_eq!(render(plain, &[], &files()), "");
}

#[test]
fn json_has_the_documented_shape() {
    let text = render(json, &[sample()], &files());
    assert_eq!(text.lines().count(), 1);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["code"], "E0101");
    assert_eq!(value["name"], "unknown-name");
    assert_eq!(value["severity"], "error");
    assert_eq!(value["labels"][0]["primary"], true);
    assert_eq!(value["labels"][0]["path"], "src/main.ci");
    assert_eq!(value["labels"][0]["range"], serde_json::json!({ "start": 8, "end": 14 }));
    assert_eq!(value["labels"][0]["start"], serde_json::json!({ "line": 1, "column": 9 }));
    assert_eq!(value["labels"][1]["primary"], false);
    assert_eq!(value["help"], "did you mean `Bucket`?");
    assert_eq!(value["fixes"][0]["applicability"], "maybe-incorrect");
    assert_eq!(value["fixes"][0]["edits"][0]["text"], "Bucket");
}

#[test]
fn columns_count_characters() {
    let files = files();
    let text = files.text(FileId(0));
    let after_emoji = text.find(" = 2").unwrap();
    let (_, start, _) = Positions::new(&files).of(span(0, after_emoji as u32, after_emoji as u32));
    assert_eq!(start, Position { line: 2, column: 7 });
}

#[test]
fn sarif_names_rules_relative_uris_and_fixes() {
    let text = render(sarif, &[sample()], &files());
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["version"], "2.1.0");
    let run = &value["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "E0101");
    let result = &run["results"][0];
    assert_eq!(result["ruleIndex"], 0);
    assert_eq!(result["level"], "error");
    let related = &result["relatedLocations"][0];
    assert_eq!(related["physicalLocation"]["artifactLocation"]["uri"], "src/odd%20name.ci");
    let change = &result["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "Bucket");
    assert_eq!(change["replacements"][0]["deletedRegion"]["byteOffset"], 8);
}

#[test]
fn github_escapes_what_its_commands_are_made_of() {
    let found = Diagnostic::new(Code::TypeMismatch, span(0, 8, 14), "100% a,b:\nc");
    let text = render(github, &[found], &files());
    assert_eq!(
        text,
        "::error file=src/main.ci,line=1,endLine=1,col=9,endColumn=15,title=E0201 type-mismatch::100%25 a,b:%0Ac\n"
    );
}

#[test]
fn github_leaves_columns_out_over_several_lines() {
    let found = Diagnostic::new(Code::UnusedImport, span(0, 4, 24), "m");
    let text = render(github, &[found], &files());
    assert_eq!(text, "::warning file=src/main.ci,line=1,endLine=2,title=E0109 unused-import::m\n");
}

#[test]
fn a_fix_shows_what_its_title_does_not() {
    let shown = |start, end, text: &str| {
        let found = Diagnostic::new(Code::UnknownName, span(0, 0, 3), "m");
        let found = found.fix("mend it", span(0, start, end), text, Applicability::MaybeIncorrect);
        render(plain, &[found], &files())
    };
    assert!(shown(0, 3, "const").contains("mend it: write `const`\n"));
    assert!(shown(3, 3, ";").contains("mend it: insert `;`\n"));
    assert!(shown(0, 3, "").contains("mend it: remove `let`\n"));
}

#[test]
fn a_fix_of_several_edits_shows_its_title_only() {
    let edit = |start| Edit { at: span(0, start, start), text: "x".to_owned() };
    let mut found = Diagnostic::new(Code::UnusedImport, span(0, 0, 1), "m");
    let edits = vec![edit(0), edit(4)];
    found.fixes.push(Fix {
        imports: Vec::new(),
        title: "wrap it".to_owned(),
        edits,
        applicability: Applicability::HasPlaceholders,
    });
    let text = render(plain, &[found], &files());
    assert!(text.contains("wrap it\n"), "{text}");
}

proptest! {
    #[test]
    fn no_span_breaks_a_renderer(
        text in "([a-z {}\u{1b}\"éß😀\t\u{2028}\u{0301}\u{200b}]|\r\n|\n|\r){0,60}",
        other in "(é|\n|x){0,5}",
        places in prop::collection::vec((0..2_u32, 0..90_u32, 0..90_u32, "(|words)"), 1..5),
    ) {
        let files = Files(vec![("a.ci", text), ("b.ci", other)]);
        let place = |at: usize| {
            let (file, start, length, _) = &places[at];
            span(*file, *start, start + length)
        };
        let mut found = Diagnostic::new(Code::TypeMismatch, place(0), "m").label(places[0].3.clone());
        for (at, (_, _, _, words)) in places.iter().enumerate().skip(1) {
            found = found.also(place(at), words.clone());
        }
        found = found.fix("mend", place(0), "é", Applicability::MachineApplicable);
        for renderer in [plain, json, sarif, github] as [Renderer; 4] {
            prop_assert!(!render(renderer, &[found.clone()], &files).is_empty());
        }
    }
}
