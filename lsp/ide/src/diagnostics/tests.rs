use super::*;
use crate::testing::Fixture;

#[test]
fn findings_are_those_of_check_by_file() {
    let fixture = Fixture::new(
        r#"
//- /src/main.ci
use crate::other::LIMIT;
service Orders {
    let queue = aws::sqs::Queue { DelaySecond: LIMIT };
}
//- /src/other.ci
const LIMIT: Int = "five";
"#,
    );
    let found = diagnostics(fixture.snapshot());
    let all: Vec<_> = found.values().flatten().cloned().collect();
    assert_eq!(all, fixture.snapshot().check());
    assert_eq!(found[&fixture.file("/src/main.ci")][0].code, Code::UnknownField);
    assert_eq!(found[&fixture.file("/src/other.ci")][0].code, Code::TypeMismatch);
}

#[test]
fn the_message_says_what_to_do() {
    let fixture = Fixture::new("service S { let queue = aws::sqs::Queue { DelaySecond: 5 }; }\n");
    let found = fixture.snapshot().check();
    assert_eq!(
        message(&found[0]),
        "`AWS::SQS::Queue` has no property `DelaySecond`\n(CloudFormation would refuse it)\nhelp: did you mean `DelaySeconds`?"
    );
}
