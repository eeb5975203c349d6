use super::*;
use crate::testing::Fixture;

const PROGRAM: &str = "\
service Orders {
    let que$0ue = aws::sqs::Queue {};
    let role = aws::iam::Role {
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service(\"lambda.amazonaws.com\")]),
        Policies: [{ PolicyName: \"a\", PolicyDocument: policy([allow sqs::SendMessage on [queue.Arn]]) }],
    };
}
app Shop { let orders = Orders {}; }
test \"it sends\" {
    let app = Shop {};
    assert app.orders.role.may(sqs::SendMessage, app.orders.queue);
}
test \"it receives\" {
    let app = Shop {};
    assert app.orders.role.may(sqs::ReceiveMessage);
}
";

#[test]
fn a_service_has_its_template_and_the_way_back() {
    let fixture = Fixture::new(PROGRAM);
    let found = templates(fixture.snapshot(), fixture.cursor);
    assert_eq!(found.service.as_deref(), Some("Orders"));
    let [stack] = found.stacks.as_slice() else { panic!("{found:?}") };
    assert_eq!(stack.stack, "shop-orders");
    assert!(stack.template.contains("\"AWS::SQS::Queue\""));
    assert!(stack.map.contains("\"Queue\""));
    let broken = Fixture::new(&PROGRAM.replace("Queue {}", "Queue { A: 1 }"));
    assert!(templates(broken.snapshot(), broken.cursor).problem.is_some());
}

#[test]
fn it_is_told_who_reaches_a_resource() {
    let fixture = Fixture::new(PROGRAM);
    let name = name_at(fixture.snapshot(), fixture.cursor);
    assert_eq!(name.as_deref(), Some("Orders.queue"));
    let link =
        |at: Span| Some((format!("file:///p/src/main.ci#{}", at.range.start), "src/main_a.ci:1".to_owned()));
    let found = report(fixture.snapshot(), None, name, &link);
    assert_eq!(found.problem, None);
    assert_eq!(found.statements.len(), 1);
    let line = "- sqs: SendMessage on queue ([src/main\\_a.ci:1](<file:///p/src/main.ci#253>))\n";
    assert!(found.markdown.contains(line), "{}", found.markdown);
    assert_eq!(
        report(fixture.snapshot(), None, Some("nobody".to_owned()), &|_| None).problem.as_deref(),
        Some("nothing of this name is in a stack")
    );
    assert_eq!(report(fixture.snapshot(), Some("role".to_owned()), None, &|_| None).statements.len(), 1);
}

#[test]
fn tests_pass_fail_or_are_not_run() {
    let fixture = Fixture::new(PROGRAM);
    let run = |name: &str| run_test(fixture.snapshot(), fixture.cursor.file, name);
    assert_eq!(run("it sends"), Tested::Passed);
    assert!(matches!(run("it receives"), Tested::Failed(found) if found.len() == 1));
    assert!(matches!(run("it flies"), Tested::NotRun(_)));
}

#[test]
fn what_is_told_means_itself_in_markdown() {
    let program = PROGRAM.replace("[queue.Arn]", "[\"arn:aws:sqs:*:*:a_b_*\"]").replace("que$0ue", "queue");
    let fixture = Fixture::new(&program.replace("app Shop", "$0app Shop"));
    let found = report(fixture.snapshot(), Some("role".to_owned()), None, &|_| None);
    assert!(found.markdown.contains(r"on arn:aws:sqs:\*:\*:a\_b\_\*"), "{}", found.markdown);
}

#[test]
fn the_member_at_the_cursor_is_told_beside_the_templates() {
    let fixture = Fixture::new(PROGRAM);
    let found = templates(fixture.snapshot(), fixture.cursor);
    assert_eq!(found.member.as_deref(), Some("queue"));
    let resources = &found.stacks[0].resources;
    assert_eq!((&*resources[0].path, &*resources[0].logical_id), ("queue", "Queue"));
}
