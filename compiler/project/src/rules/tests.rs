use std::fmt::Write as _;
use std::sync::Arc;

use super::*;
use crate::{Host, MemorySystem};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

fn open(manifest: &str, source: &str) -> Host {
    let manifest = format!("{MANIFEST}{manifest}");
    let system = MemorySystem::new([("/p/ci.toml", &*manifest), ("/p/src/main.ci", source)]);
    Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap()
}

/// The names of the rules that the resources of a program break, sorted; each a note says.
fn broken(host: &Host) -> Vec<(String, Diagnostic)> {
    let found = host.snapshot().check();
    let of_rules = found.into_iter().filter(|found| found.code == Code::RuleBroken);
    let named = of_rules.map(|found| {
        let note = found.notes.iter().find_map(|note| note.strip_prefix("rule `"));
        (note.unwrap_or_default().split('`').next().unwrap_or_default().to_owned(), found)
    });
    named.collect()
}

/// A rule that nothing breaks, or that everything breaks, is none.
#[test]
fn every_rule_of_the_pack_has_a_resource_that_breaks_it_and_one_that_does_not() {
    let table = include_str!("fsbp.txt");
    let cases: Vec<Vec<&str>> =
        table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(" | ").collect()).collect();
    let mut wrong = String::new();
    let mut source = String::new();
    for case in &cases {
        let [name, ty, fails, passes] = case[..] else { panic!("four parts: {case:?}") };
        // A rule that says again what another finding says is heard where that one is allowed.
        let _ = writeln!(
            source,
            "component Wrong_{name} {{ #[allow(public_access, reason = \"here\")] let it = {ty} {{ {fails} }}; }}"
        );
        let _ = writeln!(source, "component Right_{name} {{ let it = {ty} {{ {passes} }}; }}");
    }
    let host = open("[rules]\nseverity = \"low\"\n", &source);
    let found = broken(&host);
    let breaks = |component: &str, rule: &str| {
        found.iter().any(|(name, found)| {
            let at = found.primary.at.range.start as usize;
            let line = source[..at].rfind('\n').map_or(0, |at| at + 1);
            name == rule && source[line..].starts_with(&format!("component {component} "))
        })
    };
    for case in &cases {
        let name = case[0];
        if !breaks(&format!("Wrong_{name}"), name) {
            let _ = writeln!(wrong, "{name} is not broken by {}", case[2]);
        }
        if breaks(&format!("Right_{name}"), name) {
            let _ = writeln!(wrong, "{name} is broken by {}", case[3]);
        }
    }
    let snapshot = host.snapshot();
    let names = salsa::Database::attach(&snapshot.db, |db| rule_names(db).clone());
    for name in names.iter().filter(|name| cases.iter().all(|case| *case[0] != ***name)) {
        let _ = writeln!(wrong, "{name} has no case");
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What is wrong in the pack itself would only show where a rule is applied.
#[test]
fn the_pack_has_no_findings() {
    let host = open("", "service S { let queue = aws::sqs::Queue {}; }");
    let snapshot = host.snapshot();
    let found = salsa::Database::attach(&snapshot.db, |db| {
        let std = Program::get(db).std(db);
        let files = std.files(db).iter();
        files.flat_map(|file| ci_sema::file_diagnostics(db, *file).iter().cloned()).collect::<Vec<_>>()
    });
    let shown: Vec<String> = found
        .iter()
        .map(|found| {
            let range = found.primary.at.range;
            let text = snapshot.files().text(found.primary.at.file);
            format!("{} at {}", found.message, &text[range.start as usize..range.end as usize])
        })
        .collect();
    assert_eq!(shown, Vec::<String>::new());
}

/// The table that the build makes of the pack's heads says what the compiler reads.
#[test]
fn the_embedded_heads_are_those_of_the_rules() {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST)]);
    for (_, path, text, _) in STDLIB {
        system.put(&format!("/p/src/{path}"), text);
    }
    let host = Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap();
    let snapshot = host.snapshot();
    salsa::Database::attach(&snapshot.db, |db| {
        let own = Program::get(db).root(db);
        for file in own.files(db).iter() {
            let (module, .., subjects) =
                STDLIB.iter().find(|(module, ..)| **module == **file.module(db)).unwrap();
            let mut read: Vec<&str> = ci_sema::rule::subjects(db, *file);
            read.sort_unstable();
            assert_eq!(&read, subjects, "{module}");
        }
    });
}

/// A program whose rules are its own, and what they say of it: the name of the rule, the text it points at, the message.
#[track_caller]
fn says(manifest: &str, source: &str, expected: &[(&str, &str, &str)]) {
    let host = open(manifest, source);
    let snapshot = host.snapshot();
    let errors: Vec<String> = snapshot
        .check()
        .into_iter()
        .filter(|found| !matches!(found.code, Code::RuleBroken | Code::UnusedAllow))
        .map(|found| found.message)
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let found = broken(&host);
    let found: Vec<(&str, &str, &str)> = found
        .iter()
        .map(|(name, found)| {
            let range = found.primary.at.range;
            let text = snapshot.files().text(found.primary.at.file);
            (name.as_str(), &text[range.start as usize..range.end as usize], found.message.as_str())
        })
        .collect();
    assert_eq!(found, expected);
}

const SLOW: &str = r#"
rule queue_is_slow for queue: aws::sqs::Queue {
    let delay = queue.DelaySeconds ?? 0;
    require delay >= 10, "{delay} seconds";
}
"#;

#[test]
fn a_finding_is_where_the_property_is_written_or_the_resource() {
    let services = "service S {
        let a = aws::sqs::Queue { DelaySeconds: 5 };
        let b = aws::sqs::Queue {};
        let c = aws::sqs::Queue { DelaySeconds: 10 };
    }";
    says(
        "",
        &format!("{SLOW}{services}"),
        &[("queue_is_slow", "5", "5 seconds"), ("queue_is_slow", "aws::sqs::Queue", "0 seconds")],
    );
}

/// What only the deployment knows may be right.
#[test]
fn what_is_late_passes() {
    let services = "service S {
        param delay: Int = 1;
        let a = aws::sqs::Queue { DelaySeconds: delay };
        let b = aws::sqs::Queue { DelaySeconds: if aws::region == \"eu-west-1\" { 1 } else { 2 } };
    }";
    says("", &format!("{SLOW}{services}"), &[]);
}

/// A component of another package has been chosen by whoever made an instance of it.
#[test]
fn a_finding_in_a_module_is_told_to_whoever_uses_it() {
    let services = "use std::messaging::Queue;
    component Mail { let inbox = Queue {}; }
    service S { let mail = Mail {}; let letters = for a in [\"x\"] { a => Queue {} }; }";
    says(
        "",
        &format!("{SLOW}{services}"),
        &[("queue_is_slow", "inbox", "0 seconds"), ("queue_is_slow", "letters", "0 seconds")],
    );
}

#[test]
fn what_is_allowed_says_nothing_and_what_is_allowed_for_nothing_does() {
    let source = format!(
        "{SLOW}
component Mail {{ let inbox = aws::sqs::Queue {{}}; }}
#[allow(queue_is_slow, reason = \"all of it is fast\")]
service Fast {{ let queue = aws::sqs::Queue {{}}; }}
service S {{
    #[allow(queue_is_slow, reason = \"it is fast\")]
    let mail = Mail {{}};
    #[allow(queue_is_slow, reason = \"it is slow\")]
    let slow = aws::sqs::Queue {{ DelaySeconds: 60 }};
}}"
    );
    says("", &source, &[]);
    let found = open("", &source).snapshot().check();
    let unused: Vec<(u32, &str)> =
        found.iter().map(|found| (found.primary.at.range.start, found.message.as_str())).collect();
    let at = source.rfind("queue_is_slow").unwrap() as u32;
    assert_eq!(unused, [(at, "nothing here breaks the rule `queue_is_slow`")]);
}

#[test]
fn rules_ask_what_belongs_together() {
    let source = "
rule bucket_has_a_policy for bucket: aws::s3::Bucket {
    require stack.resources(aws::s3::BucketPolicy).any(|policy| policy.Bucket == bucket);
}
service S {
    let guarded = aws::s3::Bucket {};
    let without = aws::s3::Bucket {};
    let policy_of = aws::s3::BucketPolicy {
        Bucket: guarded.BucketName,
        PolicyDocument: policy([deny s3::* on [guarded.Arn] to everyone() when { Bool: { \"aws:SecureTransport\": \"false\" } }]),
    };
}";
    says(
        "",
        source,
        &[("bucket_has_a_policy", "aws::s3::Bucket", "`without` breaks the rule `bucket_has_a_policy`")],
    );
}

const PUBLIC: &str = "service S {
    let files = aws::s3::Bucket {
        AccessControl: \"PublicRead\",
        OwnershipControls: { Rules: [{ ObjectOwnership: \"ObjectWriter\" }] },
    };
}";

/// Which rules of packages apply, the manifest says: by severity, by name, by package.
#[test]
fn the_manifest_says_which_rules_apply() {
    let names = |manifest: &str| -> Vec<(String, Severity)> {
        broken(&open(manifest, PUBLIC)).into_iter().map(|(name, found)| (name, found.severity)).collect()
    };
    let public = || ("s3_bucket_is_not_public".to_owned(), Severity::Error);
    let acls = || ("s3_bucket_has_no_acls".to_owned(), Severity::Warning);
    assert_eq!(names(""), [public()]);
    assert_eq!(names("[rules]\nseverity = \"critical\"\n"), [public()]);
    let medium = names("[rules]\nseverity = \"medium\"\n");
    assert!(medium.contains(&public()) && medium.contains(&acls()), "{medium:?}");
    assert_eq!(names("[rules.levels]\ns3_bucket_is_not_public = \"allow\"\n"), []);
    assert_eq!(
        names("[rules.levels]\ns3_bucket_is_not_public = \"warn\"\n"),
        [("s3_bucket_is_not_public".to_owned(), Severity::Warning)]
    );
    // Who says a level asks for the rule.
    let asked = names("[rules.levels]\ns3_bucket_has_no_acls = \"deny\"\n");
    assert!(asked.contains(&("s3_bucket_has_no_acls".to_owned(), Severity::Error)), "{asked:?}");
    assert_eq!(names("[rules]\npackages = []\n"), []);
    assert_eq!(names("[rules]\npackages = [\"std::rules\"]\n"), [public()]);
    assert_eq!(names("[lints]\nrule-broken = \"allow\"\n"), []);
}

#[test]
fn what_a_manifest_says_of_rules_that_are_not_there_is_an_error() {
    let messages = |manifest: &str| -> Vec<String> {
        let found = open(manifest, "service S { let queue = aws::sqs::Queue {}; }").snapshot().check();
        found.into_iter().map(|found| found.message).collect()
    };
    assert_eq!(
        messages("[rules]\npackages = [\"std::rule::fsbp\"]\n"),
        ["there is no module `std::rule::fsbp` to take rules from"]
    );
    assert_eq!(
        messages("[rules.levels]\ns3_bucket_is_public = \"allow\"\n"),
        ["there is no rule called `s3_bucket_is_public`"]
    );
    assert_eq!(
        messages("[rules]\nseverity = \"hihg\"\n"),
        ["there is no severity `hihg`: it is `low`, `medium`, `high` or `critical`"]
    );
}

/// An edit in one service applies the rules to that service alone, and types no rule again.
#[test]
fn rules_are_applied_again_where_something_changed() {
    let source = format!(
        "{SLOW}
service A {{ let queue = aws::sqs::Queue {{ DelaySeconds: 11 }}; }}
service B {{ let queue = aws::sqs::Queue {{ DelaySeconds: 12 }}; }}"
    );
    let mut host = open("", &source);
    let run = |host: &Host| {
        let snapshot = host.snapshot();
        let (_, executed) = snapshot.db.executed(|_| snapshot.check());
        executed.iter().filter(|query| query.starts_with("rulings")).count()
    };
    assert_eq!(run(&host), 2);
    let text = source.replace("11", "13").into();
    host.apply(&[crate::Change::Edit { path: "/p/src/main.ci".into(), text }]);
    assert_eq!(run(&host), 1);
}

/// The table of controls says of every rule of the pack which control it is of, and of no other.
#[test]
fn the_table_of_controls_has_the_rules_of_the_pack() {
    let table = include_str!("../../../../spec/fsbp.md");
    let rows = table.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let (control, severity, verdict) = (cells.next()?, cells.next()?, cells.next()?);
        Some((control, severity, verdict.strip_prefix("rule: ")?))
    });
    let rows: Vec<(&str, &str, &str)> = rows.collect();
    let mut wrong = String::new();
    let mut names = Vec::new();
    for (_, path, text, _) in STDLIB.iter().filter(|(module, ..)| module.starts_with("rules::fsbp")) {
        let (mut control, mut severity) = ("", "");
        for line in text.lines() {
            let quoted = |before: &str, after: &str| line.strip_prefix(before)?.strip_suffix(after);
            control = quoted("#[control(\"", "\")]").unwrap_or(control);
            severity = quoted("#[severity(", ")]").unwrap_or(severity);
            let Some(name) = line.strip_prefix("rule ").and_then(|rest| rest.split(' ').next()) else {
                continue;
            };
            names.push(name);
            let listed = |(known, level, rules): &&(&str, &str, &str)| {
                *known == control && *level == severity && rules.contains(&format!("`{name}`"))
            };
            if !rows.iter().any(|row| listed(&row)) {
                let _ = writeln!(wrong, "{path}: `{name}` is not at {control} ({severity})");
            }
        }
    }
    for (control, _, rules) in rows {
        for name in rules.split('`').skip(1).step_by(2).filter(|name| !names.contains(name)) {
            let _ = writeln!(wrong, "{control}: there is no rule `{name}`");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
