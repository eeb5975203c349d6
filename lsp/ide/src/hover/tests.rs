use super::*;
use crate::testing::Fixture;

fn shown(text: &str) -> String {
    let fixture = Fixture::new(text);
    hover(fixture.snapshot(), fixture.cursor).map_or_else(|| "nothing".to_owned(), |hover| hover.text)
}

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    let shown = shown(text);
    for part in parts {
        assert!(shown.contains(part), "there is no {part:?} in\n{shown}");
    }
}

#[test]
fn a_property_says_what_it_takes_and_what_a_change_does() {
    has(
        r#"service S { let queue = aws::sqs::Queue { QueueN$0ame: "orders" }; }"#,
        &["QueueName: String?", "**Changing this replaces the resource.**", "Of `AWS::SQS::Queue`"],
    );
    has(
        r#"service S { let table = aws::dynamodb::Table { KeySchema: [{ AttributeName: "id", KeyT$0ype: "HASH" }] }; }"#,
        &["KeyType: \"HASH\" | \"RANGE\"", "Required.", "one of `\"HASH\"`, `\"RANGE\"`"],
    );
}

#[test]
fn a_resource_type_links_to_its_page() {
    has(
        "service S { let queue = aws::sqs::Que$0ue {}; }",
        &["`AWS::SQS::Queue`", "Can be read: `Arn`", "TemplateReference/aws-resource-sqs-queue.html"],
    );
}

#[test]
fn a_declaration_says_its_comment_and_type() {
    let program = r#"
/// Whoever takes payments.
interface Payments {
    /// Where to send them.
    url: Url;
}
service Sandbox {
    let queue = aws::sqs::Queue {};
    provides payments: Payments = { url: queue.QueueUrl };
}
service Orders {
    /// Who charges.
    needs payments: Payments;
    let parameter = aws::ssm::Parameter { Type: "String", Value: payments.url };
}
"#;
    has(
        &program.replace("Value: payments.url", "Value: paym$0ents.url"),
        &["needs payments: Payments", "Who charges."],
    );
    has(
        &program.replace("payments.url }", "payments.u$0rl }"),
        &["Payments.url: Url", "Where to send them."],
    );
    has(
        &program.replace("needs payments: Payments", "needs payments: Pay$0ments"),
        &["interface Payments {\n    url: Url;\n}", "Whoever takes payments."],
    );
    has(&program.replace("queue.QueueUrl", "queue.Queue$0Url"), &["QueueUrl: Id<aws::sqs::Queue>"]);
}

#[test]
fn what_is_bound_has_the_type_of_its_uses() {
    has(
        r#"const NAMES: List<String> = ["a"];
fn upper() -> List<String> { NAMES.map(|na$0me| name.to_upper()) }"#,
        &["String"],
    );
    has("fn f(names: List<String>) -> Int { names.le$0n() }", &["len() -> Int", "The number of elements."]);
}

#[test]
fn an_action_says_what_it_is_about() {
    has(
        "service S { let q = aws::sqs::Queue {}; let p = aws::iam::ManagedPolicy { PolicyDocument: policy(allow sqs::Send$0Message on [q.Arn]) }; }",
        &["sqs:SendMessage", "`queue`"],
    );
}
#[test]
fn white_space_says_nothing() {
    assert_eq!(shown("service S { $0 let queue = aws::sqs::Queue {}; }"), "nothing");
    assert_eq!(shown("$0\n"), "nothing");
}

#[test]
fn a_name_that_nobody_uses_has_a_type_too() {
    has("fn f(nu$0mber: Int<1..=9>) -> Int { 1 }", &["Int<1..=9>"]);
    has("fn f() -> Int { let te$0xt = 30s; 1 }", &["Duration"]);
    has("fn f(names: List<String>) -> List<Int> { for n$0ame in names { 1 } }", &["String"]);
    has("fn f(names: List<String>) -> List<Int> { for (a$0t, name) in names { 1 } }", &["Int"]);
    has("fn f(flags: Map<Bool>) -> List<Int> { for (at, fl$0ag) in flags { 1 } }", &["Bool"]);
    has("fn f(flags: Map<Bool>) -> List<Int> { for (a$0t, flag) in flags { 1 } }", &["String"]);
}
