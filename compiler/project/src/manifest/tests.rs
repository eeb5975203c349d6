use super::*;

fn parse(text: &str) -> (Manifest, Vec<(String, String)>) {
    let (manifest, diagnostics) = Manifest::parse(FileId(0), text);
    let shown = diagnostics.iter().map(|found| {
        assert_eq!(found.code, Code::InvalidManifest);
        (found.message.clone(), found.primary.at.range.of(text).to_owned())
    });
    (manifest, shown.collect())
}

const PACKAGE: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

fn problems(rest: &str) -> Vec<(String, String)> {
    parse(&format!("{PACKAGE}{rest}")).1
}

#[test]
fn everything_is_read() {
    let (manifest, problems) = parse(
        r#"
        [package]
        name = "shop"
        version = "1.2.3-beta.1+5"
        description = "Takes orders"
        schemas = ["schemas/*.json"]
        [dependencies]
        house-rules = { path = "../rules" }
        base.path = "../base"
        [lints]
        unused-binding = "allow"
        E0109 = "deny"
        [build]
        format = "yaml"
        [catalog]
        schemas = ["more/a.json"]
        "#,
    );
    assert_eq!(problems, []);
    assert_eq!((manifest.name.as_str(), manifest.version.as_str()), ("shop", "1.2.3-beta.1+5"));
    assert_eq!(manifest.description.as_deref(), Some("Takes orders"));
    let names: Vec<&str> = manifest.dependencies.iter().map(|dependency| dependency.name.as_str()).collect();
    assert_eq!(names, ["base", "house_rules"]);
    assert_eq!(manifest.dependencies[1].source, DependencySource::Path("../rules".to_owned()));
    assert_eq!(manifest.lints[&Code::UnusedBinding], LintLevel::Allow);
    assert_eq!(manifest.lints[&Code::UnusedImport], LintLevel::Deny);
    assert_eq!(manifest.format, Some(TemplateFormat::Yaml));
    let patterns: Vec<&str> = manifest.schemas.iter().map(|schemas| schemas.pattern.as_str()).collect();
    assert_eq!(patterns, ["schemas/*.json", "more/a.json"]);
}

#[test]
fn unknown_keys_are_errors_with_the_nearest_name() {
    let text = format!("{PACKAGE}desription = \"x\"\n[dependancies]\n");
    let (_, diagnostics) = Manifest::parse(FileId(0), &text);
    let fixes: Vec<&str> = diagnostics.iter().map(|found| found.fixes[0].edits[0].text.as_str()).collect();
    assert_eq!(fixes, ["description", "dependencies"]);
    assert_eq!(diagnostics[0].primary.at.range.of(&text), "desription");
}

#[test]
fn all_mistakes_are_reported_in_one_run() {
    let (_, problems) = parse("[package]\nname = \"My Shop\"\nversion = 1\n[build]\nformat = \"yml\"\n");
    let expected = [
        ("`My Shop` cannot be the name of a package", "\"My Shop\""),
        ("`version` is a text, not an integer", "1"),
        ("there is no format `yml`: it is `json` or `yaml`", "\"yml\""),
    ];
    assert_eq!(problems, expected.map(|(message, at)| (message.to_owned(), at.to_owned())));
}

#[test]
fn what_is_missing_is_said() {
    assert_eq!(parse("").1[0].0, "the manifest has no `[package]`");
    let messages: Vec<String> = parse("[package]\n").1.into_iter().map(|(message, _)| message).collect();
    assert_eq!(messages, ["the package has no `name`", "the package has no `version`"]);
}

#[test]
fn text_that_is_not_toml_is_reported_once_and_in_place() {
    let (_, problems) = parse("[package]\nname = shop\n");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].1.contains("shop"), "{problems:?}");
}

#[test]
fn lints_know_names_numbers_and_what_cannot_be_allowed() {
    let found =
        problems("[lints]\nunused-binding = \"forbid\"\nunused-imports = \"warn\"\nE0201 = \"allow\"\n");
    let messages: Vec<&str> = found.iter().map(|(message, _)| message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "there is no level `forbid`: it is `allow`, `warn` or `deny`",
            "there is no finding called `unused-imports`",
            "`type-mismatch` is an error and cannot be set to `allow`",
        ]
    );
}

#[test]
fn dependencies_say_what_is_supported() {
    let found = problems(
        "[dependencies]\na = \"1.0\"\nb = { git = \"x\" }\nc = {}\nstd = { path = \"x\" }\n\"a b\" = { path = \"x\" }\n",
    );
    let messages: Vec<&str> = found.iter().map(|(message, _)| message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "the dependency `a` has no path",
            "`git` dependencies are not supported",
            "the dependency `c` has no path",
            "`std` cannot be the name of a dependency: it means something else",
            "`a b` cannot be the name of a dependency",
        ]
    );
}

#[test]
fn names_and_versions() {
    for name in ["a", "shop", "my-shop-2", "a1"] {
        assert!(is_kebab_case(name), "{name}");
    }
    for name in ["", "A", "1a", "a_b", "a--b", "-a", "a-", "é", "a b"] {
        assert!(!is_kebab_case(name), "{name}");
    }
    for version in ["0.0.0", "1.20.3", "1.0.0-rc.1", "1.0.0+a-b"] {
        assert!(is_version(version), "{version}");
    }
    for version in ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.x", "1.0.0-", "v1.0.0"] {
        assert!(!is_version(version), "{version}");
    }
}

#[test]
fn patterns_have_stars_in_the_last_part_only() {
    let found = problems("[catalog]\nschemas = [\"*/a.json\", 1]\n");
    assert_eq!(found[0].0, "`*` can only stand in the last part of a path");
    assert_eq!(found[1].0, "`schemas` is a text, not an integer");
}

proptest::proptest! {
    #[test]
    fn nothing_breaks_the_reader(text in "([a-z=\\[\\]{}\",.#\né ]|package|name|lints){0,80}") {
        let (_, diagnostics) = Manifest::parse(FileId(0), &text);
        for found in diagnostics {
            assert!(found.primary.at.range.end as usize <= text.len());
        }
    }
}

/// The table of the reference says of every key what the model says of it, and of no other.
#[test]
fn the_reference_has_every_key() {
    fn rows(table: &ManifestTable, path: &str, found: &mut Vec<String>) {
        let keys = table.keys.iter().map(|key| (key.name, key.about, &key.takes));
        let entries = table.entries.iter().map(|entries| ("NAME", entries.about, &entries.takes));
        for (name, about, takes) in keys.chain(entries) {
            let path = format!("{path}{name}");
            match takes {
                ManifestValue::Table(table) => rows(table, &format!("{path}."), found),
                ManifestValue::Word(words) => {
                    let words: Vec<String> =
                        words.iter().map(|word| format!("`\"{}\"`: {}", word.name, word.about)).collect();
                    found.push(format!("| `{path}` | {about}. {} |", words.join("; ")));
                }
                _ => found.push(format!("| `{path}` | {about} |")),
            }
        }
    }
    let mut expected = Vec::new();
    rows(&MANIFEST_KEYS, "", &mut expected);
    let chapter = include_str!("../../../../spec/01-projects.md");
    let (_, table) = chapter.split_once("## The manifest\n").unwrap();
    let found: Vec<&str> = table.lines().skip_while(|line| !line.starts_with("| `")).collect();
    let found: Vec<&str> = found.into_iter().take_while(|line| line.starts_with("| ")).collect();
    assert_eq!(found, expected, "\n{}\n", expected.join("\n"));
}
