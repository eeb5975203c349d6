use std::fmt::Write as _;
use std::sync::Arc;

use ci_base::Severity;

use crate::{Host, MemorySystem};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

/// Something to connect.
const MEMBERS: &str = r#"
    let queue = aws::sqs::Queue {};
    let topic = aws::sns::Topic {};
    let other = aws::sns::Topic {};
    let worker_role = aws::iam::Role {
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
    };
    let worker = aws::lambda::Function {
        Role: worker_role.Arn,
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Code: { ZipFile: "exports.handler = async () => 0" },
    };
"#;

/// The codes and messages of errors of a service with these members, a line each.
fn errors(members: &str) -> String {
    let source = format!("service Shop {{ param given: String = \"x\"; {MEMBERS} {members} }}");
    let mut text = String::new();
    for found in diagnostics(&source) {
        let _ = writeln!(text, "{} {}", found.code, found.message);
    }
    text
}

fn diagnostics(source: &str) -> Vec<ci_base::Diagnostic> {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", source)]);
    let host = Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap();
    let found = host.snapshot().check();
    found.iter().filter(|found| found.severity == Severity::Error).cloned().collect()
}

/// The help of the only error.
fn help(members: &str) -> String {
    let source = format!("service Shop {{ {MEMBERS} {members} }}");
    let found = diagnostics(&source);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].help.clone().unwrap_or_default()
}

const TO_QUEUE: &str =
    "let link = aws::sns::Subscription { TopicArn: topic.TopicArn, Protocol: \"sqs\", Endpoint: queue.Arn };";
const TO_WORKER: &str = "let link = aws::sns::Subscription { TopicArn: topic.TopicArn, Protocol: \"lambda\", Endpoint: worker.Arn };";

/// The policy of the queue that lets in a service for what has an ARN.
fn lets_in(service: &str, source: &str) -> String {
    format!(
        r#"let policy = aws::sqs::QueuePolicy {{
            Queues: [queue.QueueUrl],
            PolicyDocument: policy([
                allow sqs::SendMessage on [queue.Arn] to aws_service("{service}")
                    when {{ ArnEquals: {{ "aws:SourceArn": {source} }} }},
            ]),
        }};"#
    )
}

#[test]
fn a_topic_is_let_into_its_queues() {
    let missing = "E0820 `sns.amazonaws.com` may not do `sqs:SendMessage` with `queue`\n";
    assert_eq!(errors(TO_QUEUE), missing);
    assert_eq!(
        help(TO_QUEUE),
        "add `allow sqs::SendMessage on [queue.Arn] to aws_service(\"sns.amazonaws.com\") when { ArnEquals: { \
         \"aws:SourceArn\": topic.TopicArn } }` to an `aws::sqs::QueuePolicy` of it"
    );
    let with = |policy: &str| errors(&format!("{TO_QUEUE} {policy}"));
    assert_eq!(with(&lets_in("sns.amazonaws.com", "topic.TopicArn")), "");
    // Another service, and another topic.
    assert_eq!(with(&lets_in("events.amazonaws.com", "topic.TopicArn")), missing);
    assert_eq!(with(&lets_in("sns.amazonaws.com", "other.TopicArn")), missing);
    // A pattern may be of this one.
    assert_eq!(with(&lets_in("sns.amazonaws.com", "\"arn:aws:sns:*:{aws::account_id}:x*\"")), "");
    // Of a topic, EventBridge says nothing that a condition could ask for.
    let rule = r#"let often = aws::events::Rule { ScheduleExpression: "rate(1 day)",
        Targets: [{ Id: "t", Arn: topic.TopicArn }] };"#;
    assert!(
        help(rule)
            .contains("`allow sns::Publish on [topic.TopicArn] to aws_service(\"events.amazonaws.com\")`")
    );
    let lets_in_events = r#"let policy = aws::sns::TopicPolicy { Topics: [topic.TopicArn],
        PolicyDocument: policy([
            allow sns::Publish on [topic.TopicArn] to aws_service("events.amazonaws.com"),
        ]) };"#;
    assert_eq!(errors(&format!("{rule} {lets_in_events}")), "");
    // What the deployment knows may be.
    assert_eq!(with(&lets_in("sns.amazonaws.com", "given")), "");
    assert_eq!(with(&lets_in("sns.amazonaws.com", "topic.TopicArn").replace("queue.QueueUrl", "given")), "");
    assert_eq!(errors(&TO_QUEUE.replace("Endpoint: queue.Arn", "Endpoint: given")), "");
}

#[test]
fn a_function_is_invoked_with_a_permission() {
    let missing =
        |service: &str| format!("E0820 `{service}` may not do `lambda:InvokeFunction` with `worker`\n");
    assert_eq!(errors(TO_WORKER), missing("sns.amazonaws.com"));
    assert_eq!(
        help(TO_WORKER),
        "add `aws::lambda::Permission { Action: \"lambda:InvokeFunction\", FunctionName: worker.Arn, Principal: \
         \"sns.amazonaws.com\", SourceArn: topic.TopicArn }`"
    );
    let permission = |service: &str, source: &str| {
        format!(
            r#"let may = aws::lambda::Permission {{ Action: "lambda:InvokeFunction", FunctionName: worker.FunctionName,
                Principal: "{service}", {source} }};"#
        )
    };
    let of_topic = permission("sns.amazonaws.com", "SourceArn: topic.TopicArn");
    assert_eq!(errors(&format!("{TO_WORKER} {of_topic}")), "");
    let rule = r#"let nightly = aws::events::Rule { ScheduleExpression: "rate(1 day)",
        Targets: [{ Id: "w", Arn: worker.Arn }] };"#;
    assert_eq!(errors(&format!("{rule} {of_topic}")), missing("events.amazonaws.com"));
    let of_rule = permission("events.amazonaws.com", "SourceArn: nightly.Arn");
    assert_eq!(errors(&format!("{rule} {of_rule}")), "");
    let bucket = r#"let files = aws::s3::Bucket { NotificationConfiguration: { LambdaConfigurations: [
        { Event: "s3:ObjectCreated:*", Function: worker.Arn }] } };"#;
    assert_eq!(errors(bucket), missing("s3.amazonaws.com"));
    let of_buckets = permission("s3.amazonaws.com", "SourceAccount: aws::account_id");
    assert_eq!(errors(&format!("{bucket} {of_buckets}")), "");
    // For another function, by a name that only the deployment knows.
    let late = of_buckets.replace("worker.FunctionName", "given");
    assert_eq!(errors(&format!("{bucket} {late}")), "");
    let path = |credentials: &str| {
        format!(
            r#"let api = aws::apigateway::RestApi {{ Name: "a" }};
            let method = aws::apigateway::Method {{
                RestApiId: api.RestApiId, ResourceId: api.RootResourceId, HttpMethod: "GET", AuthorizationType: "NONE",
                Integration: {{ Type: "AWS_PROXY", IntegrationHttpMethod: "POST", {credentials}
                    Uri: "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{{worker.Arn}}/invocations" }},
            }};"#
        )
    };
    assert_eq!(errors(&path("")), missing("apigateway.amazonaws.com"));
    assert_eq!(errors(&path("Credentials: given,")), "");
}

#[test]
fn what_is_done_as_a_role_is_allowed() {
    let role = |service: &str, rights: &str| {
        format!(
            r#"let runner = aws::iam::Role {{
                AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("{service}.amazonaws.com")
                    when {{ StringEquals: {{ "aws:SourceAccount": aws::account_id }} }}]),
                {rights}
            }};"#
        )
    };
    let policy = |statement: &str| {
        format!("Policies: [{{ PolicyName: \"p\", PolicyDocument: policy([{statement}]) }}],")
    };
    let schedule = r#"let nightly = aws::scheduler::Schedule { ScheduleExpression: "rate(1 day)",
        FlexibleTimeWindow: { Mode: "OFF" }, Target: { Arn: queue.Arn, RoleArn: runner.Arn } };"#;
    let missing = "E0820 `runner` may not do `sqs:SendMessage` with `queue`\n";
    let with = |rights: &str| errors(&format!("{schedule} {}", role("scheduler", rights)));
    assert_eq!(with(""), missing);
    assert_eq!(with(&policy("allow sqs::ReceiveMessage on [queue.Arn]")), missing);
    assert_eq!(with(&policy("allow sqs::SendMessage on [queue.Arn]")), "");
    // What the deployment knows may be the queue, and a policy of somebody else may allow it.
    assert_eq!(with(&policy("allow sqs::SendMessage on [given]")), "");
    assert_eq!(with("ManagedPolicyArns: [\"arn:aws:iam::111122223333:policy/sender\"],"), "");
    let late = r"let more = aws::iam::ManagedPolicy { Roles: [given],
        PolicyDocument: policy([allow sqs::SendMessage on [queue.Arn]]) };";
    assert_eq!(errors(&format!("{schedule} {} {late}", role("scheduler", ""))), "");
    // A rule with a role sends as the role.
    let rule = r#"let often = aws::events::Rule { ScheduleExpression: "rate(1 day)",
        Targets: [{ Id: "q", Arn: queue.Arn, RoleArn: runner.Arn }] };"#;
    assert_eq!(errors(&format!("{rule} {}", role("events", ""))), missing);
    // A function reads from what it follows.
    let mapping = "let follows = aws::lambda::EventSourceMapping { EventSourceArn: queue.Arn, FunctionName: worker.FunctionName };";
    assert_eq!(
        errors(mapping),
        "E0820 `worker_role` may not do `sqs:DeleteMessage`, `sqs:GetQueueAttributes`, `sqs:ReceiveMessage` with `queue`\n"
    );
    assert_eq!(
        help(mapping),
        "add `allow sqs::{DeleteMessage, GetQueueAttributes, ReceiveMessage} on [queue.Arn]` to a policy of the role, or the \
         capability of it"
    );
    let machine = |task: &str| {
        format!(
            r#"let machine = aws::stepfunctions::StateMachine {{ RoleArn: runner.Arn, Definition: {{
                StartAt: "S", States: {{ S: {{ Type: "Task", End: true, {task} }} }} }} }};"#
        )
    };
    let works = machine("Resource: worker.Arn");
    assert_eq!(
        errors(&format!("{works} {}", role("states", ""))),
        "E0820 `runner` may not do `lambda:InvokeFunction` with `worker`\n"
    );
    let publishes = machine(
        r#"Resource: "arn:aws:states:::sns:publish.waitForTaskToken", Parameters: { TopicArn: topic.TopicArn }"#,
    );
    assert_eq!(
        errors(&format!("{publishes} {}", role("states", ""))),
        "E0820 `runner` may not do `sns:Publish` with `topic`\n"
    );
    assert_eq!(
        errors(&format!("{publishes} {}", role("states", &policy("allow sns::Publish on [topic.TopicArn]")))),
        ""
    );
}

#[test]
fn a_role_is_taken_on_by_whom_it_is_given_to() {
    let given = |who: &str| {
        format!(
            r#"let wrong = aws::iam::Role {{ AssumeRolePolicyDocument: policy([allow sts::AssumeRole to {who}]) }};
            let second = aws::lambda::Function {{ Role: wrong.Arn, Runtime: "nodejs22.x", Handler: "index.handler",
                Code: {{ ZipFile: "exports.handler = async () => 0" }} }};"#
        )
    };
    let missing = "E0820 `lambda.amazonaws.com` may not take on `wrong`\n";
    assert_eq!(errors(&given("aws_service(\"ec2.amazonaws.com\")")), missing);
    assert_eq!(errors(&given("aws_account(aws::account_id)")), missing);
    assert_eq!(errors(&given("aws_service(\"lambda.amazonaws.com\")")), "");
    assert_eq!(errors(&given("aws_service(\"lambda.{aws::url_suffix}\")")), "");
    assert_eq!(errors(&given("aws_service(given)")), "");
    assert_eq!(
        help(&given("aws_service(\"ec2.amazonaws.com\")")),
        "add `allow sts::AssumeRole to aws_service(\"lambda.amazonaws.com\")` to its `AssumeRolePolicyDocument`"
    );
}

#[test]
fn what_another_service_provides_is_followed() {
    let shop = |policy: &str| {
        format!(
            r#"interface Queues {{ arn: Arn; }}
            service Store {{
                let queue = aws::sqs::Queue {{}};
                {policy}
                provides queues: Queues = {{ arn: queue.Arn }};
            }}
            service News {{
                needs queues: Queues;
                let topic = aws::sns::Topic {{}};
                let link = aws::sns::Subscription {{ TopicArn: topic.TopicArn, Protocol: "sqs", Endpoint: queues.arn }};
            }}
            app Shop {{ let store = Store {{}}; let news = News {{ queues: store.queues }}; }}"#
        )
    };
    let of =
        |policy: &str| diagnostics(&shop(policy)).into_iter().map(|found| found.message).collect::<Vec<_>>();
    assert_eq!(of(""), ["`sns.amazonaws.com` may not do `sqs:SendMessage` with `queue` of `shop-store`"]);
    let here = lets_in("sns.amazonaws.com", "\"arn:aws:sns:*:{aws::account_id}:*\"");
    assert_eq!(of(&here), [""; 0]);
}

#[test]
fn it_is_allowed_with_a_reason() {
    let allowed = TO_QUEUE
        .replace("let link", "#[allow(missing_grant, reason = \"the policy is written by hand\")] let link");
    assert_eq!(errors(&allowed), "");
}
