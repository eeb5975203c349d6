use super::*;
use crate::testing::Fixture;

fn found(text: &str) -> Vec<String> {
    let fixture = Fixture::new(text);
    let all = references(fixture.snapshot(), fixture.cursor).unwrap_or_default();
    all.iter()
        .map(|found| format!("{}{}", fixture.shown(found.at), if found.declares { " here" } else { "" }))
        .collect()
}

#[test]
fn uses_are_found_in_all_files() {
    let program = r#"
//- /src/main.ci
use crate::pay::Payments;
service Cards {
    let queue = aws::sqs::Queue {};
    provides payments: Payments = { url: queue.QueueUrl };
}
//- /src/orders.ci
use crate::pay::Payments;
service Orders {
    needs payments: Payments;
    let at = aws::ssm::Parameter { Type: "String", Value: payments.u$0rl };
}
//- /src/pay.ci
interface Payments { url: Url; }
"#;
    assert_eq!(
        found(program),
        ["src/main.ci:4:37 \"url\"", "src/orders.ci:4:68 \"url\"", "src/pay.ci:1:22 \"url\" here",]
    );
    assert_eq!(
        found(&program.replace("u$0rl", "url").replace("interface Payments", "interface Paym$0ents")).len(),
        5
    );
}

#[test]
fn names_that_only_look_alike_are_not_among_them() {
    assert_eq!(
        found(
            "component A { input name: Int; let x = na$0me + 1; }\ncomponent B { input name: Int; let x = name; }"
        ),
        ["src/main.ci:1:21 \"name\" here", "src/main.ci:1:40 \"name\""]
    );
}

#[test]
fn a_property_and_an_action_are_found_too() {
    let text = "service S { let a = aws::sqs::Queue { QueueN$0ame: \"a\" }; let b = aws::sqs::Queue { QueueName: \"b\" }; let t = aws::sns::Topic { TopicName: \"QueueName\" }; }";
    assert_eq!(found(text).len(), 2);
}

#[test]
fn highlights_stay_in_the_file() {
    let fixture = Fixture::new(
        "//- /src/main.ci\nuse crate::a::LIMIT;\nconst MORE: Int = LIMIT + LI$0MIT;\n//- /src/a.ci\nconst LIMIT: Int = 1;\n",
    );
    let all = highlights(fixture.snapshot(), fixture.cursor).unwrap_or_default();
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|found| found.at.file == fixture.file("/src/main.ci")));
}
