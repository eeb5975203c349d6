use super::*;
use crate::testing::Fixture;

fn of(text: &str) -> (Fixture, Completions) {
    let fixture = Fixture::new(text);
    let found = completions(fixture.snapshot(), fixture.cursor);
    (fixture, found)
}

fn labels(text: &str) -> Vec<String> {
    of(text).1.items.into_iter().map(|item| item.label).collect()
}

/// What is proposed first.
fn first(text: &str, most: usize) -> Vec<String> {
    labels(text).into_iter().take(most).collect()
}

/// The program after the completion of this label was chosen.
fn chosen(text: &str, label: &str) -> String {
    let (fixture, found) = of(text);
    let labels: Vec<&str> = found.items.iter().map(|item| &*item.label).collect();
    let Some(item) = found.items.iter().find(|item| item.label == label) else {
        panic!("there is no {label:?} in {labels:?}")
    };
    let mut edits = item.also.clone();
    edits.push(TextEdit { at: item.replaces, text: item.insert.clone() });
    fixture.edited(&edits)
}

#[track_caller]
fn has(text: &str, wanted: &[&str], unwanted: &[&str]) {
    let found = labels(text);
    for label in wanted {
        assert!(found.iter().any(|known| known == label), "there is no {label:?} in {found:?}");
    }
    for label in unwanted {
        assert!(found.iter().all(|known| known != label), "there is {label:?} in {found:?}");
    }
}

#[test]
fn required_properties_come_first_and_what_is_given_is_left_out() {
    let text = "service S { let table = aws::dynamodb::Table { KeySchema: [], $0 }; }";
    has(text, &["BillingMode", "TableName"], &["KeySchema", "Arn"]);
    let text = "service S { let right = aws::lambda::Permission { $0 }; }";
    assert_eq!(first(text, 3), ["Action", "FunctionName", "Principal"]);
    assert_eq!(
        chosen("service S { let queue = aws::sqs::Queue { Dedup$0 }; }", "DeduplicationScope"),
        "service S { let queue = aws::sqs::Queue { DeduplicationScope: \"${1:messageGroup}\", }; }"
    );
}

#[test]
fn properties_inside_of_properties_too() {
    has(
        "service S { let b = aws::s3::Bucket { VersioningConfiguration: { $0 } }; }",
        &["Status"],
        &["BucketName"],
    );
    has(
        "service S { let t = aws::dynamodb::Table { KeySchema: [{ AttributeName: \"id\", $0 }] }; }",
        &["KeyType"],
        &["AttributeName"],
    );
}

#[test]
fn a_property_with_its_value_behind_it_is_only_a_name() {
    assert_eq!(
        chosen("service S { let q = aws::sqs::Queue { Del$0: 5 }; }", "DelaySeconds"),
        "service S { let q = aws::sqs::Queue { DelaySeconds: 5 }; }"
    );
}

#[test]
fn enumerations_are_proposed_in_and_without_quotes() {
    let text = "service S { let b = aws::s3::Bucket { VersioningConfiguration: { Status: $0 } }; }";
    assert_eq!(first(text, 2), ["\"Enabled\"", "\"Suspended\""]);
    let text = "service S { let b = aws::s3::Bucket { VersioningConfiguration: { Status: \"En$0\" } }; }";
    assert_eq!(
        chosen(text, "Suspended"),
        "service S { let b = aws::s3::Bucket { VersioningConfiguration: { Status: \"Suspended\" } }; }"
    );
    has("component C { input mode: \"fast\" | \"slow\"; let s = mode == \"$0\"; }", &["fast", "slow"], &[]);
}

#[test]
fn only_subnets_stand_where_a_subnet_is_wanted() {
    let text = "\
service S {
    let vpc = aws::ec2::VPC { CidrBlock: \"10.0.0.0/16\" };
    let subnet = aws::ec2::Subnet { VpcId: vpc.VpcId, CidrBlock: \"10.0.0.0/24\" };
    let name = \"a\";
    let eni = aws::ec2::NetworkInterface { SubnetId: $0 };
}
";
    let found = labels(text);
    assert_eq!(found[0], "subnet.SubnetId");
    assert!(!found.iter().any(|label| label.starts_with("vpc") || label == "aws"), "{found:?}");
    let text = text.replace("SubnetId: $0", "SubnetId: sub$0");
    assert!(chosen(&text, "subnet.SubnetId").contains("SubnetId: subnet.SubnetId }"));
}

#[test]
fn what_can_be_read_stands_after_a_dot() {
    let text = "service S { let q = aws::sqs::Queue {}; output url: Url = q.$0; }";
    let found = first(text, 20);
    assert!(found.contains(&"QueueUrl".to_owned()) && found.contains(&"Arn".to_owned()), "{found:?}");
    has(
        "use std::data::Table;\nservice S { let t = Table { key: \"id\" }; let x = t.$0; }",
        &["read", "write", "arn"],
        &["key", "table"],
    );
    has("fn f(names: List<String>) -> Int { names.$0 }", &["len", "map", "filter"], &[]);
    assert_eq!(
        chosen("fn f(names: List<String>) -> String { names.jo$0 }", "join"),
        "fn f(names: List<String>) -> String { names.join($0) }"
    );
    has("interface P { url: Url; }\nservice S { needs payments: P; let x = payments.u$0; }", &["url"], &[]);
}

#[test]
fn what_may_be_none_is_read_with_a_question_mark() {
    assert_eq!(
        chosen("struct P { name: String }\nfn f(p: P?) -> String? { p.$0 }", "name"),
        "struct P { name: String }\nfn f(p: P?) -> String? { p?.name }"
    );
}

#[test]
fn paths_lead_through_services_to_types() {
    has("service S { let q = aws::sqs::$0 }", &["Queue", "QueuePolicy"], &["Topic"]);
    has("use aws::s$0;", &["sqs", "sns", "s3"], &[]);
    has("use std::data::$0;", &["Table"], &[]);
    has("use std::data::{$0};", &["Table"], &[]);
    has("use $0;", &["std", "aws", "crate"], &[]);
    has("enum Mode { Fast, Slow }\nconst M: Mode = Mode::$0;", &["Fast", "Slow"], &[]);
    assert_eq!(
        chosen("service S {\n    let q = aws::sns::Top$0\n}", "TopicPolicy"),
        "service S {\n    let q = aws::sns::TopicPolicy {\n    PolicyDocument: policy([${1:}]),\n    Topics: [${2:}],\n}\n}"
    );
}

#[test]
fn plain_words_find_resource_types() {
    let (_, found) = of("service S { let q = que$0; }");
    let queue = found.items.iter().find(|item| item.label == "aws::sqs::Queue");
    let Some(queue) = queue else { panic!("{found:?}") };
    assert!(queue.filter.as_deref().is_some_and(|filter| filter.contains("sqsqueue")));
    assert_eq!(queue.insert, "aws::sqs::Queue { $0 }");
}

#[test]
fn what_is_elsewhere_is_imported() {
    assert_eq!(
        chosen(
            "use std::messaging::Queue;\n\nservice S {\n    let q = Queue {};\n    let t = Tab$0;\n}\n",
            "Table"
        ),
        "use std::data::Table;\nuse std::messaging::Queue;\n\nservice S {\n    let q = Queue {};\n    let t = Table {\n    key: \"${1:key}\",\n};\n}\n"
    );
    let program = "//- /src/main.ci\n/// Ours.\nservice S { let s = Sto$0; }\n//- /src/parts/store.ci\ncomponent Store {}\n";
    assert_eq!(
        chosen(program, "Store"),
        "use crate::parts::store::Store;\n\n/// Ours.\nservice S { let s = Store { $0 }; }\n"
    );
}

#[test]
fn rights_are_proposed_where_rights_are_wanted() {
    let text = "\
use std::compute::Function;
use std::data::Table;
service S {
    let orders = Table { key: \"id\" };
    let raw = aws::sqs::Queue {};
    let api = Function { code: \"a\", uses: [$0] };
}
";
    has(text, &["orders.read", "orders.write", "sqs::send(raw)", "allow"], &["orders.name"]);
    assert!(
        chosen(text, "sqs::send(raw)")
            .starts_with("use std::compute::Function;\nuse std::data::Table;\nuse std::verbs::sqs;\n")
    );
}

#[test]
fn actions_go_by_service() {
    has("service S { let p = policy([allow $0]); }", &["s3", "dynamodb", "execute_api"], &[]);
    has("service S { let p = policy([allow s3::Get$0]); }", &["GetObject"], &["PutItem"]);
    has("service S { let p = policy([allow s3::{GetObject, $0}]); }", &["PutObject"], &[]);
}

#[test]
fn words_stand_where_they_belong() {
    has("ser$0", &["service", "component", "test"], &["let"]);
    has(
        "service S {\n    $0\n}",
        &["let", "needs", "provides", "output"],
        &["capability", "environment", "service"],
    );
    has("component C {\n    let a = 1;\n    $0\n}", &["capability", "input"], &["needs"]);
    has("app A {\n    $0\n}", &["environment"], &["output"]);
    has("test \"t\" {\n    $0\n}", &["assert", "let"], &["input"]);
    has("service S {\n    #[$0]\n    let a = aws::sqs::Queue {};\n}", &["allow", "formerly", "retain"], &[]);
    has(
        "service S {\n    #[allow($0)]\n    let a = aws::sqs::Queue {};\n}",
        &["unused_binding"],
        &["type_mismatch"],
    );
}

#[test]
fn types_stand_where_types_are_wanted() {
    has("enum Mode { A }\ncomponent C { input mode: $0; }", &["Mode", "String", "List"], &["let"]);
    has("fn f(a: Int) -> $0 { a }", &["Int", "Map"], &[]);
}

#[test]
fn variables_are_ranked_by_what_is_expected() {
    let text = "component C { input name: String; input size: Int; let half = size; let x: Int = $0; }";
    let found = first(text, 2);
    assert_eq!(found, ["half", "size"]);
    has("fn f(a: Int) -> Int { let b = 2; $0 }", &["a", "b", "if"], &[]);
    has("const A: List<Int> = [1].map(|item| $0);", &["item"], &[]);
}

#[test]
fn values_of_an_enum_bring_their_import() {
    let text = "use std::compute::Function;\nservice S { let f = Function { code: \"a\", runtime: $0 }; }";
    let new = chosen(text, "Runtime::Nodejs22");
    assert!(new.starts_with("use std::compute::Function;\nuse std::compute::Runtime;\n"), "{new}");
}

#[test]
fn comments_and_texts_say_nothing() {
    assert_eq!(labels("// ser$0"), [""; 0]);
    assert_eq!(labels("service S { let a = \"some $0 text\"; }"), [""; 0]);
    assert_eq!(labels("service S { /* $0 */ }"), [""; 0]);
}

#[test]
fn environments_and_overrides_have_entries() {
    has(
        "app A {\n    input size: Int;\n    environment dev { $0 }\n}",
        &["size", "account", "region", "tags"],
        &[],
    );
    has(
        "component C { let queue = aws::sqs::Queue {}; }\nservice S { let c = C {} with { $0 }; }",
        &["queue"],
        &[],
    );
}
