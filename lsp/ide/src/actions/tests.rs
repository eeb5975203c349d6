use super::*;
use crate::testing::Fixture;

/// What can be done: titles and the program afterwards. What is between `$0` and `$1` is selected.
fn all(text: &str) -> Vec<(String, String)> {
    let fixture = Fixture::new(&text.replace("$1", ""));
    let length = text.find("$1").map_or(0, |end| end - text.find("$0").unwrap_or(end) - 2) as u32;
    let start = fixture.cursor.offset;
    let selected = Span { file: fixture.cursor.file, range: TextRange::new(start, start + length) };
    let findings = fixture.snapshot().check();
    actions(fixture.snapshot(), selected, &findings)
        .into_iter()
        .map(|action| (action.title, fixture.edited(&action.edits)))
        .collect()
}

#[track_caller]
fn after(text: &str, title: &str) -> String {
    let found = all(text);
    let titles: Vec<&String> = found.iter().map(|(title, _)| title).collect();
    let action = found.iter().find(|(known, _)| known == title);
    action.map_or_else(|| panic!("there is no {title:?} in {titles:?}"), |(_, text)| text.clone())
}

fn titles(text: &str) -> Vec<String> {
    all(text).into_iter().map(|(title, _)| title).collect()
}

#[test]
fn findings_are_mended_alone_and_all_at_once() {
    let text = "service S { let q = aws::sqs::Queue { DelaySecon$0d: 5, QueueNam: \"a\" }; }";
    assert_eq!(
        after(text, "Change it to `DelaySeconds`"),
        "service S { let q = aws::sqs::Queue { DelaySeconds: 5, QueueNam: \"a\" }; }"
    );
    assert_eq!(
        after(text, "Fix all in this file (2)"),
        "service S { let q = aws::sqs::Queue { DelaySeconds: 5, QueueName: \"a\" }; }"
    );
}

#[test]
fn what_has_a_level_can_be_allowed() {
    let text = "service S {\n    let q = aws::sqs::Queue {};\n    let na$0me = \"a\";\n}\n";
    let new = after(text, "Allow `unused_binding` here, with a reason");
    assert_eq!(
        new,
        "service S {\n    let q = aws::sqs::Queue {};\n    #[allow(unused_binding, reason = \"why this may stay\")]\n    let name = \"a\";\n}\n"
    );
    assert_eq!(Fixture::new(&new).snapshot().check(), []);
    let error = "service S { let q = aws::sqs::Queue { A$0: 1 }; }";
    assert!(!titles(error).iter().any(|title| title.starts_with("Allow")));
}

#[test]
fn what_is_required_is_added() {
    let text = "service S {\n    let t = aws::lambda::Permission { FunctionName: \"f\"$0 };\n}\n";
    assert_eq!(
        after(text, "Add what is required: `Action`, `Principal`"),
        "service S {\n    let t = aws::lambda::Permission { FunctionName: \"f\",\n        Action: \"\",\n        Principal: principal,\n    };\n}\n"
    );
    let text = "component C { input size: Int; input name: String = \"a\"; let q = aws::sqs::Queue { DelaySeconds: size, QueueName: name }; }\nservice S {\n    let c = C {$0};\n}\n";
    assert!(after(text, "Add `size`").ends_with("let c = C {\n        size: 1,\n    };\n}\n"));
}

#[test]
fn a_value_gets_a_name() {
    let text = "service S {\n    let q = aws::sqs::Queue { QueueName: $0\"a\" + \"b\"$1 };\n}\n";
    assert_eq!(
        after(text, "Extract into let `queue_name`"),
        "service S {\n    let queue_name = \"a\" + \"b\";\n    let q = aws::sqs::Queue { QueueName: queue_name };\n}\n"
    );
    let text = "component C {\n    let q = aws::sqs::Queue { DelaySeconds: $05 };\n}\n";
    assert_eq!(
        after(text, "Extract into input `delay_seconds`"),
        "component C {\n    input delay_seconds: Int = 5;\n    let q = aws::sqs::Queue { DelaySeconds: delay_seconds };\n}\n"
    );
    // What only its place knows cannot leave it.
    let text = "component C {\n    let q = [1].map(|x| $0x + 1$1);\n}\n";
    assert!(!titles(text).iter().any(|title| title.starts_with("Extract")));
}

#[test]
fn a_name_gives_way_to_its_value() {
    let text =
        "service S {\n    let na$0me = \"a\" + \"b\";\n    let q = aws::sqs::Queue { QueueName: name };\n}\n";
    assert_eq!(
        after(text, "Inline `name`"),
        "service S {\n    let q = aws::sqs::Queue { QueueName: (\"a\" + \"b\") };\n}\n"
    );
    let made = "service S {\n    let q$0 = aws::sqs::Queue {};\n    output url: Url = q.QueueUrl;\n}\n";
    assert!(!titles(made).iter().any(|title| title.starts_with("Inline")));
}

#[test]
fn a_statement_is_written_as_a_verb() {
    let text = "\
use std::compute::Function;
service S {
    let jobs = aws::sqs::Queue {};
    let f = Function { code: \"a\", uses: [allow sqs::$0SendMessage on [jobs.Arn]] };
}
";
    let found = titles(text);
    let verb = found.iter().find(|title| title.starts_with("Use `sqs::"));
    let Some(verb) = verb else { panic!("{found:?}") };
    let new = after(text, verb);
    assert!(new.contains("use std::verbs::sqs;\n") && new.contains("(jobs)]"), "{new}");
}
