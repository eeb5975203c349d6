use crate::testing::Fixture;
use crate::{completion, definition, hover};

const PACKAGE: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

const SOURCE: &str = "service S { let queue = aws::sqs::Queue {}; }\n";

/// A project whose manifest has this text behind `[package]`, with a dependency beside it.
fn fixture(rest: &str) -> Fixture {
    Fixture::new(&format!(
        "//- /ci.toml\n{PACKAGE}{rest}//- /src/main.ci\n{SOURCE}\
         //- /house/ci.toml\n[package]\nname = \"house\"\nversion = \"1.0.0\"\n\
         //- /house/src/lib.ci\n/// Queues keep what they have.\n#[severity(high)]\n\
         rule queue_keeps for queue: aws::sqs::Queue {{ require true, \"keeps\"; }}\n"
    ))
}

fn labels(rest: &str) -> Vec<String> {
    let fixture = fixture(rest);
    let found = completion::completions(fixture.snapshot(), fixture.cursor);
    found.items.into_iter().map(|item| item.label).collect()
}

/// The manifest, behind `[package]`, after the completion of this label was chosen.
#[track_caller]
fn chosen(rest: &str, label: &str) -> String {
    let fixture = fixture(rest);
    let found = completion::completions(fixture.snapshot(), fixture.cursor);
    let labels: Vec<&str> = found.items.iter().map(|item| &*item.label).collect();
    let Some(item) = found.items.iter().find(|item| item.label == label) else {
        panic!("there is no {label:?} in {labels:?}")
    };
    let edited = fixture.edited(&[crate::TextEdit { at: item.replaces, text: item.insert.clone() }]);
    edited.strip_prefix(&format!("//- /ci.toml\n{PACKAGE}")).unwrap_or(&edited).to_owned()
}

fn shown(rest: &str) -> String {
    let fixture = fixture(rest);
    hover::hover(fixture.snapshot(), fixture.cursor).map_or_else(|| "nothing".to_owned(), |hover| hover.text)
}

fn goes_to(rest: &str) -> Vec<String> {
    let fixture = fixture(rest);
    let found = definition::definition(fixture.snapshot(), fixture.cursor);
    found.map_or_else(Vec::new, |(_, targets)| targets.iter().map(|t| fixture.shown(t.name)).collect())
}

#[test]
fn tables_are_completed_between_brackets() {
    let all = ["package", "dependencies", "lints", "rules", "rules.levels", "build", "catalog"];
    assert_eq!(labels("[$0]\n"), all);
    assert_eq!(labels("[bu$0"), all);
    assert_eq!(chosen("[bu$0\n", "build"), "[build]\n");
    assert_eq!(chosen("[bu$0]\n", "build"), "[build]\n");
    assert_eq!(labels("[rules.$0]\n"), ["levels"]);
    assert_eq!(labels("[dependencies.$0]\n"), [""; 0]);
}

#[test]
fn keys_that_are_not_there_yet_are_completed() {
    let found = labels("$0\n[build]\n");
    assert_eq!(found[..2], ["description", "schemas"]);
    assert!(found.contains(&"[build]".to_owned()) && !found.contains(&"name".to_owned()), "{found:?}");
    assert_eq!(chosen("des$0\n", "description"), "description = \"$0\"\n");
    assert_eq!(chosen("[rules]\n$0\n", "packages"), "[rules]\npackages = [\"$0\"]\n");
    assert_eq!(chosen("[build]\nfo$0 = \"yaml\"\n", "format"), "[build]\nformat = \"yaml\"\n");
    assert_eq!(labels("[dependencies]\na = { $0 }\n"), ["path"]);
    assert_eq!(labels("[dependencies]\na = { path = \"house\", $0 }\n"), [""; 0]);
    assert_eq!(labels("[dependencies.a]\np$0\n")[0], "path");
    // Nothing more can stand behind what is whole.
    for whole in ["[build] $0\n", "[build]\nformat = \"yaml\" $0\n", "[build]\nformat $0\n", "# $0\n"] {
        assert_eq!(labels(whole), [""; 0], "{whole}");
    }
}

#[test]
fn words_are_completed_with_the_quotes_that_are_missing() {
    assert_eq!(labels("[build]\nformat = \"$0\"\n"), ["json", "yaml"]);
    for open in ["format = $0", "format = ya$0", "format = \"$0\"", "format = \"js$0\"", "format = \"$0"] {
        assert_eq!(chosen(&format!("[build]\n{open}\n"), "yaml"), "[build]\nformat = \"yaml\"\n", "{open}");
    }
    assert_eq!(labels("[lints]\nunused-import = \"$0\"\n"), ["allow", "warn", "deny"]);
    assert_eq!(labels("rules.severity = \"$0\"\n"), [""; 0], "of `[package]` there is no such key");
    assert_eq!(labels("[rules]\nseverity = \"$0\"\n"), ["low", "medium", "high", "critical"]);
    assert_eq!(labels("[rules.levels]\nx = \"$0\"\n"), ["allow", "warn", "deny"]);
}

#[test]
fn findings_rules_and_modules_are_completed_by_their_names() {
    let found = labels("[lints]\n$0\n");
    assert!(found.contains(&"unused-import".to_owned()), "{found:?}");
    assert!(!found.contains(&"type-mismatch".to_owned()), "an error that has no level");
    let found = labels("[rules.levels]\n$0\n");
    assert!(found.contains(&"s3_bucket_logs".to_owned()), "{found:?}");
    let modules = "[dependencies]\nhouse = { path = \"house\" }\n[rules]\npackages = [";
    let found = labels(&format!("{modules}\"std::rules::keys\", \"$0\"]\n"));
    assert!(
        found.contains(&"house".to_owned()) && found.contains(&"std::rules::fsbp".to_owned()),
        "{found:?}"
    );
    assert!(
        !found.contains(&"std::rules::keys".to_owned()) && !found.contains(&"std".to_owned()),
        "{found:?}"
    );
    // A list that is not closed yet ends where the next table begins.
    assert_eq!(labels("[rules]\npackages = [\n[build]\nformat = \"$0\"\n"), ["json", "yaml"]);
}

#[test]
fn a_key_says_what_it_is_for() {
    assert_eq!(
        shown("[build]\nfor$0mat = \"yaml\"\n"),
        "`build.format`: a text\n\nHow templates are written.\n- `\"json\"`: JSON, where nothing is said\n- `\"yaml\"`: YAML"
    );
    assert_eq!(shown("[build]\nformat = \"ya$0ml\"\n"), "`\"yaml\"`\n\nYAML.");
    assert_eq!(shown("[bui$0ld]\n"), "`build`: a table\n\nHow templates are written.");
    assert!(shown("[rules.lev$0els]\n").starts_with("`rules.levels`: a table"));
    assert!(
        shown("[dependencies]\nhouse.pa$0th = \"house\"\n").starts_with("`dependencies.house.path`: a text")
    );
    let finding = shown("[lints]\nunused-$0import = \"allow\"\n");
    assert!(finding.contains("E0109") && finding.contains("spec/errors/E0109.md"), "{finding}");
    let rule = shown("[rules.levels]\ns3_bucket_l$0ogs = \"allow\"\n");
    assert!(rule.contains("s3_bucket_logs"), "{rule}");
    assert_eq!(shown("[build]\nfrm$0at = \"yaml\"\n"), "nothing");
    assert_eq!(shown("# for$0mat\n"), "nothing");
}

#[test]
fn what_a_manifest_names_is_found() {
    assert_eq!(goes_to("[dependencies]\nhouse = { path = \"ho$0use\" }\n"), ["house/ci.toml:1:1 \"\""]);
    assert_eq!(goes_to("[dependencies]\nho$0use = { path = \"./house\" }\n"), ["house/ci.toml:1:1 \"\""]);
    assert_eq!(goes_to("[dependencies]\nhouse.path = \"nowhe$0re\"\n"), [""; 0]);
    assert_eq!(goes_to("[rules]\npackages = [\"std::rules::ke$0ys\"]\n"), ["std/rules/keys.ci:1:1 \"\""]);
    let rules =
        "[dependencies]\nhouse = { path = \"house\" }\n[rules]\npackages = [\"house\"]\n[rules.levels]\n";
    assert_eq!(
        goes_to(&format!("{rules}queue_$0keeps = \"warn\"\n")),
        ["house/src/lib.ci:3:6 \"queue_keeps\""]
    );
    assert_eq!(goes_to("[build]\nfor$0mat = \"yaml\"\n"), [""; 0]);
}

#[test]
fn a_slip_is_mended_by_the_fix_of_its_finding() {
    let mended = |rest: &str| {
        let fixture = fixture(rest);
        let findings = fixture.snapshot().check();
        let at = ci_base::Span {
            file: fixture.cursor.file,
            range: ci_base::TextRange::empty(fixture.cursor.offset),
        };
        let actions = crate::actions::actions(fixture.snapshot(), at, &findings);
        let edited = actions.iter().map(|action| fixture.edited(&action.edits));
        edited.map(|text| text.rsplit(PACKAGE).next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(mended("[bui$0lt]\n"), ["[build]\n"]);
    assert_eq!(mended("[build]\nfromat$0 = \"yaml\"\n"), ["[build]\nformat = \"yaml\"\n"]);
    assert_eq!(mended("[build]\nformat = \"ym$0l\"\n"), ["[build]\nformat = \"yaml\"\n"]);
    assert_eq!(mended("[lints]\nunused-$0imports = \"allow\"\n"), ["[lints]\nunused-import = \"allow\"\n"]);
    assert_eq!(
        mended("[rules.levels]\ns3_bucket_lgs$0 = \"allow\"\n"),
        ["[rules.levels]\ns3_bucket_logs = \"allow\"\n"]
    );
    assert_eq!(
        mended("[rules]\npackages = [\"std::rules::key$0\"]\n"),
        ["[rules]\npackages = [\"std::rules::keys\"]\n"]
    );
}
