use ci_base::Severity;
use ci_project::BuildOptions;

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
fn what_is_not_imported_is_imported_also_where_it_is_misspelt() {
    let text = "//! Shop.\n\nuse std::messaging::Queue;\n\nservice S {\n    let q = Queue {};\n    let f = Fn$0ction { code: text(\"x\"), runtime: Runtime::Python313 };\n}\n";
    let mended = after(text, "Change it to `Function` and import that");
    assert_eq!(
        mended,
        text.replace("$0", "")
            .replace("Fnction", "Function")
            .replace("use std::m", "use std::compute::Function;\nuse std::m")
    );
    let exact = "service S {\n    let q = Que$0ue {};\n    let o = Queue {};\n}\n";
    assert_eq!(
        after(exact, "Import `std::messaging::Queue`"),
        format!("use std::messaging::Queue;\n\n{}", exact.replace("$0", ""))
    );
    // Both are mended by one import.
    assert_eq!(
        after(exact, "Fix all in this file (2)"),
        format!("use std::messaging::Queue;\n\n{}", exact.replace("$0", ""))
    );
    let own = "//- /src/main.ci\nservice S { let q = aws::sqs::Queue { DelaySeconds: LIMI$0TT }; }\n//- /src/names.ci\nconst LIMIT: Int = 5;\n";
    assert_eq!(
        after(own, "Change it to `LIMIT` and import that"),
        "use crate::names::LIMIT;\n\nservice S { let q = aws::sqs::Queue { DelaySeconds: LIMIT }; }\n"
    );
    // Which of several is meant, nobody can know.
    let found = all("service S { let e = Environ$0ment {}; }");
    assert!(found.iter().filter(|(title, _)| title.starts_with("Import `aws::")).count() > 4, "{found:?}");
    assert!(!found.iter().any(|(title, _)| title.starts_with("Fix all")), "{found:?}");
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
        after(text, "Extract into input `delay_seconds: Int`"),
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

#[test]
fn an_input_takes_anything_or_what_its_place_takes() {
    let table = |property: &str| {
        let found =
            titles(&format!("service S {{\n    let t = aws::dynamodb::Table {{ {property} }};\n}}\n"));
        let inputs = found.into_iter().filter(|title| title.starts_with("Extract into input"));
        inputs.map(|title| title.trim_start_matches("Extract into input ").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        table("BillingMode: $0\"PROVISIONED\"$1"),
        ["`billing_mode: String`", "`billing_mode: \"PAY_PER_REQUEST\" | \"PROVISIONED\"`"]
    );
    assert_eq!(
        table("KeySchema: $0[{ AttributeName: \"id\", KeyType: \"HASH\" }]$1"),
        ["`key_schema: Json`", "`key_schema: List<{ AttributeName: String, KeyType: String }>`"]
    );
    assert_eq!(table("KeySchema: $0[{ AttributeName: name }]$1"), Vec::<String>::new());
    let layer = "service S {\n    let f = aws::lambda::Function { MemorySize: $0128$1 };\n}\n";
    assert!(
        titles(layer).contains(&"Extract into input `memory_size: Int<128..=32768>`".to_owned()),
        "{:?}",
        titles(layer)
    );
}

/// The templates of a program.
fn templates(text: &str) -> String {
    let fixture = Fixture::new(text);
    let build = fixture.snapshot().build(&BuildOptions::default());
    assert!(
        build.diagnostics.iter().all(|found| found.severity != Severity::Error),
        "{text}\n{:?}",
        build.diagnostics
    );
    let files = build.outputs.iter().filter(|file| file.path.ends_with("template.json"));
    files.map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).collect()
}

#[test]
fn members_become_a_component_and_nothing_in_the_template_changes() {
    let text = r#"
use std::messaging::Queue;
use std::verbs::sqs;

/// Takes letters.
service Post {
    param retention: Int = 60;
    let topic = aws::sns::Topic {};
$0    // What is sent.
    #[formerly("letters")]
    let inbox = aws::sqs::Queue {
        MessageRetentionPeriod: retention,
        RedrivePolicy: { deadLetterTargetArn: dead.Arn, maxReceiveCount: 3 },
    };
    let dead = aws::sqs::Queue {};
    let jobs = Queue {};
    let tag = aws::ssm::Parameter { Type: "String", Value: topic.TopicArn };
$1
    #[depends_on(inbox)]
    let shown = aws::ssm::Parameter { Type: "String", Value: "{inbox.QueueUrl} {jobs.url}" };
    let both = { inbox };
    let role = aws::iam::Role {
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
        Policies: [{ PolicyName: "p", PolicyDocument: policy([..sqs::send(both.inbox), ..jobs.send]) }],
    };
    output url: Url = "{inbox.QueueUrl}";
}

test "letters arrive" {
    let post = Post {};
    assert post.inbox.MessageRetentionPeriod != none;
}
"#;
    let before = text.replace("$0", "").replace("$1", "");
    let new = after(text, "Extract into component `Inbox`");
    let expected = r#"
component Inbox {
    input retention: Int;
    input topic: aws::sns::Topic;

    // What is sent.
    #[formerly("letters")]
    output inbox: aws::sqs::Queue = aws::sqs::Queue {
        MessageRetentionPeriod: retention,
        RedrivePolicy: { deadLetterTargetArn: dead.Arn, maxReceiveCount: 3 },
    };
    let dead = aws::sqs::Queue {};
    output jobs: Queue = Queue {};
    let tag = aws::ssm::Parameter { Type: "String", Value: topic.TopicArn };
}

/// Takes letters.
service Post {
    param retention: Int = 60;
    let topic = aws::sns::Topic {};
    #[formerly("")]
    let inbox = Inbox { retention, topic };

    #[depends_on(inbox.inbox)]
    let shown = aws::ssm::Parameter { Type: "String", Value: "{inbox.inbox.QueueUrl} {inbox.jobs.url}" };
    let both = { inbox: inbox.inbox };
"#;
    assert!(new.contains(expected), "{new}");
    assert!(new.contains("assert post.inbox.inbox.MessageRetentionPeriod"), "{new}");
    assert_eq!(templates(&new), templates(&before));
}

#[test]
fn only_whole_members_become_a_component() {
    let none = |text: &str| {
        let found = titles(text);
        assert!(!found.iter().any(|title| title.starts_with("Extract into component")), "{found:?}");
    };
    // Half of one, what is no `let`, and what is set from outside.
    none("service S {\n    let q = $0aws::sqs::Queue {};\n    let r = aws::sqs::Queue {};$1\n}\n");
    none("service S {\n$0    param p: Int;\n    let q = aws::sqs::Queue { DelaySeconds: p };$1\n}\n");
    none(
        "component C {\n$0    let q = aws::sqs::Queue {};$1\n}\nservice S {\n    let c = C {} with { q: { DelaySeconds: 1 } };\n}\n",
    );
}

#[test]
fn members_become_a_service_and_pass_through_an_interface() {
    let text = r#"
use std::messaging::Queue;
use std::verbs::sqs;

service Post {
    param retention: Int = 60;
    input kept: Duration = 4d;
$0    let inbox = aws::sqs::Queue { MessageRetentionPeriod: retention };
    let jobs = Queue { retention: kept };
$1
    let shown = aws::ssm::Parameter { Type: "String", Value: "{inbox.QueueUrl} {jobs.url}" };
    let role = aws::iam::Role {
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
        Policies: [{ PolicyName: "p", PolicyDocument: policy([..sqs::send(inbox), ..jobs.send]) }],
    };
    let dimension = aws::ssm::Parameter { Type: "String", Value: "{retention}" };
}

app Shop {
    let post = Post { kept: 5d };
    environment dev { account: "111111111111", region: "eu-west-1" }
}

test "letters arrive" {
    let post = Post {};
    assert post.inbox.MessageRetentionPeriod != none;
    assert post.role.may(sqs::SendMessage, post.inbox);
}
"#;
    let new = after(text, "Extract into service `Inbox`, a stack of its own");
    let expected = r"
/// What Inbox has for others.
interface InboxInterface {
    inbox_queue_url: Id<aws::sqs::Queue>;
    inbox_send: Capability;
    jobs_url: Url;
    jobs_send: Capability;
}

service Inbox {
    param retention: Int = 60;
    input kept: Duration = 4d;
    let inbox = aws::sqs::Queue { MessageRetentionPeriod: retention };
    let jobs = Queue { retention: kept };
    provides provided: InboxInterface = {
        inbox_queue_url: inbox.QueueUrl,
        inbox_send: sqs::send(inbox),
        jobs_url: jobs.url,
        jobs_send: jobs.send,
    };
}
";
    assert!(new.contains(expected), "{new}");
    assert!(
        new.contains(
            "let inbox = Inbox { kept: 5d };\n    let post = Post { kept: 5d, inbox: inbox.provided };"
        ),
        "{new}"
    );
    assert!(new.contains("assert post.role.may(sqs::SendMessage, inbox.inbox);"), "{new}");
    let found: Vec<String> =
        Fixture::new(&new).snapshot().check().into_iter().map(|found| found.message).collect();
    // What only the members used is left for whoever looks.
    assert_eq!(found, ["nothing reads the input `kept`"], "{new}");
    let templates = templates(&new);
    assert!(templates.contains("\"Fn::GetStackOutput\"") && templates.contains("\"Inbox\""), "{templates}");
}

#[test]
fn a_service_may_need_the_one_it_was_in() {
    let text = r#"
service Post {
    let inbox = aws::sqs::Queue {};
$0    let shown = aws::ssm::Parameter { Type: "String", Value: "{inbox.QueueUrl}" };$1
}

app Shop {
    let post = Post {};
    environment dev { account: "111111111111", region: "eu-west-1" }
}
"#;
    let new = after(text, "Extract into service `Shown`, a stack of its own");
    assert!(new.contains("    needs post: ShownInterface;\n"), "{new}");
    assert!(new.contains("let shown = Shown { post: post.provided };"), "{new}");
    assert_eq!(Fixture::new(&new).snapshot().check(), [], "{new}");
    // Each of the other: they are one.
    let both = text
        .replace("{inbox.QueueUrl}\" };$1", "{inbox.QueueUrl}\" };$1\n    output name: String = shown.Name;");
    assert!(!titles(&both).iter().any(|title| title.starts_with("Extract into service")));
}
