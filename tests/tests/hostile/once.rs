//! One mistake gives one finding: what merely follows from it is not told.

use ci_base::Severity;

use super::{bounded, examine, open, project};

/// The codes of all errors, each as often as it is told.
fn told(text: &str) -> Vec<&'static str> {
    let system = project(text);
    let found = bounded(move || examine(open(&system).snapshot()));
    found.iter().filter(|found| found.severity == Severity::Error).map(|found| found.code.number()).collect()
}

/// A service with a queue and one more line.
fn in_a_service(line: &str) -> String {
    format!("service S {{\n    let queue = aws::sqs::Queue {{}};\n    {line}\n}}\n")
}

fn assert_once(cases: impl IntoIterator<Item = (&'static str, String)>) {
    let wrong: Vec<String> = cases
        .into_iter()
        .map(|(code, text)| (code, told(&text), text))
        .filter(|(code, told, _)| told != &[*code])
        .map(|(code, told, text)| format!("expected {code}, found {told:?} for\n{text}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_mistake_in_a_service_is_told_once() {
    let cases = [
        (
            "E0105",
            r#"let f = aws::lambda::Function { Role: "arn:aws:iam::123456789012:role/r", Runtime: "python3.13", Handler: "i.h", Code: { ZipFile: "x" }, Environment: { Variables: { "a-b": "x" } } };"#,
        ),
        (
            "E0105",
            r#"let f = aws::lambda::Function { Role: "arn:aws:iam::123456789012:role/r", Runtime: "python3.13", Handler: "i.h", Code: { ZipFile: "x" }, Environment: { Variables: { A: 5 } } };"#,
        ),
        (
            "E0105",
            r#"let f = aws::lambda::Function { Role: "arn:aws:iam::123456789012:role/r", Runtime: "python3.13", Handler: "i.h", Code: { ZipFile: "x" }, Environment: { Variabels: { A: "5" } } };"#,
        ),
        (
            "E0201",
            r#"let f = aws::lambda::Function { Role: queue, Runtime: "python3.13", Handler: "i.h", Code: { ZipFile: "x" } };"#,
        ),
        (
            "E0201",
            r#"let f = aws::lambda::Function { Role: "arn:aws:iam::123456789012:role/r", Runtime: "python3.13", Handler: "i.h", Code: { ZipFile: "x", S3Bucket: 5 } };"#,
        ),
        ("E0208", r#"let t = aws::sns::Topic { TopicArn: "x" };"#),
        ("E0208", "let t = aws::sns::Topic { TopicArn: queue.Arn };"),
        ("E0208", r#"let t = aws::sqs::Queue { Arn: "x" };"#),
        ("E0208", "let t = aws::sqs::Queue { QueueUrl: 5 };"),
        ("E0208", r#"let t = aws::s3::Bucket { Arn: "arn:aws:s3:::x" };"#),
        ("E0208", "let t = aws::s3::Bucket { WebsiteURL: 5 };"),
        ("E0201", "let t = aws::sqs::Queue { DelaySeconds: 5s };"),
        ("E0201", "let t = aws::sqs::Queue { DelaySeconds: 5.5 };"),
        ("E0001", "let t = aws::sqs::Queue { DelaySeconds: };"),
        ("E0001", "let t = aws::sqs::Queue { DelaySeconds 5 };"),
        ("E0001", "let t = aws::sqs::Queue { DelaySeconds = 5 };"),
        ("E0001", "let t = aws::sqs::Queue DelaySeconds: 5 };"),
        ("E0103", "let t = AWS::SQS::Queue { DelaySeconds: 5 };"),
        ("E0001", "let t = new aws::sqs::Queue { DelaySeconds: 5 };"),
        ("E0202", r#"let t = aws::sqs::Queue { Tags: [{ Key: "a" }] };"#),
        ("E0201", r#"let t = aws::sqs::Queue { Tags: [{ Key: "a", Value: 5 }] };"#),
        (
            "E0201",
            "let t = aws::sqs::Queue { RedrivePolicy: { deadLetterTargetArn: queue, maxReceiveCount: 5 } };",
        ),
        (
            "E0201",
            r#"let t = aws::sqs::Queue { RedrivePolicy: { deadLetterTargetArn: queue.Arn, maxReceiveCount: "x" } };"#,
        ),
        ("E0201", r#"let t = aws::ssm::Parameter { Type: "String", Value: queue };"#),
        ("E0201", r#"let t = aws::ssm::Parameter { Type: "String", Value: "{queue}" };"#),
        ("E0201", r#"let t = aws::ssm::Parameter { Type: "String", Value: "{[1, 2]}" };"#),
        ("E0201", r#"let t = aws::ssm::Parameter { Type: "String", Value: "{5s}" };"#),
        ("E0003", r#"let t = aws::ssm::Parameter { Type: "String", Value: "a {b" };"#),
        ("E0003", r#"let t = aws::ssm::Parameter { Type: "String", Value: "a };"#),
        ("E0106", r#"let t = aws::ssm::Parameter { Type: "String", Value: "a".uper() };"#),
        ("E0101", r#"let t = aws::ssm::Parameter { Type: "String", Value: ["a"].map(|x| y).join(",") };"#),
        ("E0205", r#"let t = aws::ssm::Parameter { Type: "String", Value: ["a"].map(|x, y| x).join(",") };"#),
        ("E0201", r#"let t = aws::ssm::Parameter { Type: "String", Value: ["a"].map("x").join(",") };"#),
        ("E0205", r#"let t = aws::ssm::Parameter { Type: "String", Value: ["a"].join() };"#),
        ("E0201", r#"let t = aws::ssm::Parameter { Type: "String", Value: if 5 { "a" } else { "b" } };"#),
        ("E0201", r#"let t = aws::ssm::Parameter { Type: "String", Value: if true { "a" } else { 5 } };"#),
        ("E0206", r#"let t = aws::ssm::Parameter { Type: "String", Value: "a" - "b" };"#),
        ("E0201", r#"let t = aws::ssm::Parameter { Type: "String", Value: !"a" };"#),
        ("E0105", r#"let t = aws::ssm::Parameter { Type: "String", Value: { a: 1 }.b.to_string() };"#),
        ("E0201", r#"let t = aws::ssm::Parameter { Type: "String", Value: for x in 5 { x } };"#),
        (
            "E0001",
            r#"let t: List<Int = [1]; let u = aws::ssm::Parameter { Type: "String", Value: "{t[0]}" };"#,
        ),
        ("E0209", r#"let t: List = [1]; let u = aws::ssm::Parameter { Type: "String", Value: "{t[0]}" };"#),
        ("E0105", "let t = aws::sqs::Queue {} with { DelaySecond: 5 };"),
        ("E0001", "let t = aws::sqs::Queue {} with 5;"),
        ("E0201", "output u: Int = queue.Arn;"),
        ("E0209", "output u = queue.Arn;"),
        ("E0202", "output u: String;"),
        ("E0107", "output u: String = queue.Url;"),
        ("E0308", r#"output u: Map<String> = { a: "b" };"#),
        ("E0703", r#"param p: Map<String>; let u = aws::ssm::Parameter { Type: "String", Value: p["a"] };"#),
        ("E0404", "param p: Int<1..=5> = 9; let u = aws::sqs::Queue { DelaySeconds: p };"),
        ("E0206", r#"assert 1 == "a";"#),
        ("E0101", "input p: Int = q; let u = aws::sqs::Queue { DelaySeconds: p };"),
        ("E0001", "let x 5;"),
        ("E0002", "let x = (5;"),
        ("E0002", "let x = [5;"),
        (
            "E0201",
            "let b = aws::s3::Bucket {}; let p = aws::s3::BucketPolicy { Bucket: b.BucketName, PolicyDocument: policy([allow s3::GetObject on [b] to aws_account(aws::account_id)]) };",
        ),
        (
            "E0804",
            r#"let b = aws::s3::Bucket {}; let p = aws::s3::BucketPolicy { Bucket: b.BucketName, PolicyDocument: policy([allow s3::* on ["{b.Arn}/*"] to aws_account(aws::account_id)]) };"#,
        ),
        (
            "E0802",
            r#"let b = aws::s3::Bucket {}; let p = aws::s3::BucketPolicy { Bucket: b.BucketName, PolicyDocument: policy([allow "s3:Get" on ["{b.Arn}/*"] to aws_account(aws::account_id)]) };"#,
        ),
        ("E0001", "let x = 1 < 2 < 3; assert x;"),
        ("E0006", "let x = 1.5h; let u = aws::sqs::Queue { DelaySeconds: x.seconds() };"),
    ];
    assert_once(cases.map(|(code, line)| (code, in_a_service(line))));
}

#[test]
fn a_mistake_in_a_file_is_told_once() {
    let cases = [
        ("E0102", "use aws::sqs::Queu;\nservice S { let queue = Queue {}; }"),
        ("E0006", "const A: Int = 9_223_372_036_854_775_808;"),
        ("E0006", "const A: Duration = 9_223_372_036_854_775_807d;"),
        ("E0006", "const A: Size = 9_223_372_036_854_775_807GiB;"),
        ("E0209", "const A = [1];"),
        ("E0001", "const A Int = 5;"),
        ("E0210", "const A: Int = aws::sqs::Queue {};"),
        ("E0210", "fn f(a: Int, ) -> Int { aws::sqs::Queue {} }"),
        ("E0002", "fn f(a: Int -> Int { a }"),
        (
            "E0205",
            "fn f(a: Int) -> Int { a }
const A: Int = f(1, 2);",
        ),
        (
            "E0105",
            "struct R { a: Int }
const A: R = R { b: 1 };",
        ),
        (
            "E0201",
            r#"struct R { a: Int }
const A: R = R { a: "x" };"#,
        ),
        (
            "E0105",
            r#"interface I { a: Url }
service A { provides i: I = { b: "x" }; }"#,
        ),
        (
            "E0202",
            "interface I { a: Url }
service A { provides i: I = {}; }",
        ),
        (
            "E0702",
            "service A { input n: Int; let q = aws::sqs::Queue { DelaySeconds: n }; }
app P { let a = A { n: 5 }; environment a_b { } }",
        ),
        ("E0004", "service Ä { let q = aws::sqs::Queue {}; }"),
        (
            "E0105",
            "component C { input n: Int; let q = aws::sqs::Queue { DelaySeconds: n }; }
service S { let c = C { m: 5 }; }",
        ),
        (
            "E0101",
            "component C { input n: Int; let q = aws::sqs::Queue { DelaySeconds: m }; }
service S { let c = C { n: 5 }; let d = C { n: 6 }; }",
        ),
        (
            "E0404",
            "component C { let q = aws::sqs::Queue { DelaySeconds: 99999 }; }
service S { let c = C {}; let d = C {}; }",
        ),
        (
            "E0105",
            "component C { let q = aws::sqs::Queue { }; }
service S { let c = C {} with { q: { DelaySecond: 5 } }; }",
        ),
        (
            "E0101",
            "component C { let q = D {}; }
service S { let c = C {}; }",
        ),
        (
            "E0102",
            "use aws::sqs::Queu;
service S { let c = Queu {}; }",
        ),
        (
            "E0101",
            "use crate::nothing::X;
service S { let c = X {}; output a: String = c.arn; }",
        ),
        (
            "E0101",
            "use std::nothing::X;
const A: X = X {};",
        ),
        ("E0001", "service { let q = aws::sqs::Queue {}; }"),
        ("E0001", "service S { service T { let q = aws::sqs::Queue {}; } }"),
        (
            "E0216",
            "app P { param p: Int; let a = A { n: p }; }
service A { input n: Int; let q = aws::sqs::Queue { DelaySeconds: n }; }",
        ),
    ];
    assert_once(cases.map(|(code, text)| (code, text.to_owned())));
}
