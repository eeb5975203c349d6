//! The oracle itself: that it refuses what is wrong, passes what is right, and that its list of accepted warnings
//! can neither hide an error nor go stale.

use std::collections::BTreeSet;

use ci_tests::oracle::{Accepted, Finding, Level, Scope, TOOLS, assert_acceptable, validate, validate_in};

const GOOD: &str = r#"{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Resources": {
    "Orders": {
      "Type": "AWS::SQS::Queue",
      "DeletionPolicy": "Delete",
      "UpdateReplacePolicy": "Delete",
      "Properties": { "MessageRetentionPeriod": 1209600 }
    }
  }
}"#;

/// An unknown property and a reference to nothing: an emulator takes both, AWS refuses both.
const BAD: &str = r#"{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Resources": {
    "Orders": {
      "Type": "AWS::SQS::Queue",
      "Properties": { "Retention": 1209600, "QueueName": { "Ref": "Nothing" } }
    }
  }
}"#;

/// A parameter that nothing reads is W2001 for both validators.
const WARNED: &str = r#"{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Parameters": { "Stage": { "Type": "String" } },
  "Resources": { "Orders": { "Type": "AWS::SQS::Queue" } }
}"#;

const ACCEPT_BOTH: &str = r#"
[[accept]]
tool = "cfn-lint"
rule = "W2001"
suites = ["self-test"]
reason = "to test the list"

[[accept]]
tool = "cloudformation-validate"
rule = "W2001"
suites = ["self-test"]
reason = "to test the list"
"#;

/// The tools that found something of at least `level` in the template of that name.
fn tools<'a>(findings: &'a [Finding], template: &str, level: Level) -> BTreeSet<&'a str> {
    let found = findings.iter().filter(|found| found.template == template && found.level >= level);
    found.map(|found| found.tool.as_str()).collect()
}

#[test]
fn both_refuse_a_bad_template_and_pass_a_good_one() {
    let findings = validate(&[("good", GOOD), ("bad", BAD), ("unreadable", "{")]);
    assert_eq!(tools(&findings, "good", Level::Warning), BTreeSet::new(), "{findings:#?}");
    assert_eq!(tools(&findings, "bad", Level::Error), BTreeSet::from(TOOLS), "{findings:#?}");
    assert_eq!(tools(&findings, "unreadable", Level::Error), BTreeSet::from(TOOLS), "{findings:#?}");
    // Both name the same two places, in the same words for a path.
    for tool in TOOLS {
        for path in ["Resources/Orders/Properties/Retention", "Resources/Orders/Properties/QueueName"] {
            let at_path = |found: &&Finding| {
                found.tool == tool && found.template == "bad" && found.path.starts_with(path)
            };
            assert!(findings.iter().any(|found| at_path(&found)), "{tool} at {path}: {findings:#?}");
        }
    }
}

#[test]
fn a_warning_counts_unless_listed() {
    let findings = validate(&[("warned", WARNED)]);
    assert_eq!(tools(&findings, "warned", Level::Warning), BTreeSet::from(TOOLS), "{findings:#?}");
    assert_eq!(tools(&findings, "warned", Level::Error), BTreeSet::new(), "{findings:#?}");

    let none = Accepted::parse("", "self-test").unwrap();
    assert_eq!(none.judge(&findings, Scope::Whole).refused.len(), 2);
    let both = Accepted::parse(ACCEPT_BOTH, "self-test").unwrap();
    assert!(both.judge(&findings, Scope::Whole).is_acceptable());
    // Listed for another suite is not listed.
    let elsewhere = Accepted::parse(ACCEPT_BOTH, "golden").unwrap();
    assert_eq!(elsewhere.judge(&findings, Scope::Whole).refused.len(), 2);
}

#[test]
fn an_entry_that_accepts_nothing_fails() {
    let both = Accepted::parse(ACCEPT_BOTH, "self-test").unwrap();
    assert_eq!(both.judge(&[], Scope::Whole).unused.len(), 2);
    assert!(both.judge(&[], Scope::Part).is_acceptable());
}

#[test]
fn the_list_cannot_hide_an_error() {
    let list = ACCEPT_BOTH.replace("W2001", "E3002");
    let accepted = Accepted::parse(&list, "self-test").unwrap();
    let error = Finding {
        template: "bad".to_owned(),
        tool: "cfn-lint".to_owned(),
        rule: "E3002".to_owned(),
        level: Level::Error,
        path: String::new(),
        message: String::new(),
    };
    let verdict = accepted.judge(std::slice::from_ref(&error), Scope::Whole);
    assert_eq!(verdict.refused, [&error]);
    // The entry for an error covers nothing, so it is reported too.
    assert_eq!(verdict.unused.len(), 2);
}

#[test]
fn the_list_needs_reasons_and_has_no_duplicates() {
    let parse = |text: &str| Accepted::parse(text, "self-test").map(|_| ());
    assert!(parse(&ACCEPT_BOTH.replace("to test the list", " ")).unwrap_err().contains("reason"));
    assert!(parse(&format!("{ACCEPT_BOTH}{ACCEPT_BOTH}")).unwrap_err().contains("twice"));
    assert!(parse(&ACCEPT_BOTH.replace("cfn-lint", "lint")).unwrap_err().contains("not one of"));
    assert!(parse(&ACCEPT_BOTH.replace("reason", "excuse")).is_err());
    Accepted::load("self-test").unwrap();
}

#[test]
fn a_type_that_the_region_lacks_is_found_only_there() {
    // Which regions lack a type changes; one that few regions ever had is the steadiest example.
    let template = r#"{
      "AWSTemplateFormatVersion": "2010-09-09",
      "Resources": { "Group": { "Type": "AWS::GroundStation::MissionProfile", "Properties": {} } }
    }"#;
    let unsupported = |region: &str| {
        let findings = validate_in(region, &[("station", template)]);
        findings.iter().any(|found| found.rule == "E3006")
    };
    assert!(!unsupported("us-west-2"));
    assert!(unsupported("eu-south-2"));
}

#[test]
#[should_panic(expected = "E3002")]
fn an_unacceptable_template_fails_the_test() {
    assert_acceptable("self-test", Scope::Whole, &[("bad", BAD)]);
}

#[test]
fn many_templates_give_what_each_gives_alone() {
    // Enough of them that cfn-lint shares the work out among processes.
    let names: Vec<String> = (0..40).map(|index| format!("template-{index}")).collect();
    let text = |index: usize| [GOOD, BAD, WARNED][index % 3];
    let templates: Vec<_> =
        names.iter().enumerate().map(|(index, name)| (name.as_str(), text(index))).collect();
    let together = validate(&templates);
    for index in [0, 1, 2] {
        let alone = validate(&[(names[index].as_str(), text(index))]);
        let same: Vec<_> = together.iter().filter(|found| found.template == names[index]).cloned().collect();
        assert_eq!(same, alone);
    }
}
