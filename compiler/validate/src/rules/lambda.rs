//! Lambda.

use ci_base::{Code, Diagnostic};
use ci_catalog::lambda_runtime;
use ci_graph::{Resource, Value};

use super::Rules;
use crate::policy::audience;
use crate::view::{Fields, broken, each_case, target, target_of};
use crate::words;

/// Bytes of all variables together.
const ENVIRONMENT: usize = 4096;
/// The day of the runtime dates the catalog was made from. A clock would make the same program pass today and fail
/// tomorrow; a new catalog does so visibly.
const TODAY: &str = "2026-10-20";
/// Characters of a layer's ARN besides its partition and region.
const LAYER_ARN: usize = 176;

/// Prefixes of runtimes that can start from a snapshot, and the runtimes that cannot although they have the prefix.
const SNAPSHOT_RUNTIMES: [&str; 3] = ["python", "java", "dotnet"];
const NO_SNAPSHOT: [&str; 12] = [
    "dotnet5.0",
    "dotnet6",
    "dotnet7",
    "java8",
    "java8.al2",
    "python2.7",
    "python3.6",
    "python3.7",
    "python3.8",
    "python3.9",
    "python3.10",
    "python3.11",
];

pub(super) fn function(rules: &mut Rules<'_>, resource: &Resource) {
    if let Some(located) = resource.field("Runtime") {
        each_case(located, &mut |located| {
            if let Some(name) = located.value.as_str() {
                rules.findings.extend(runtime(name, located.origin));
            }
        });
    }
    snapshot(rules, resource);
    package(rules, resource);
    if let Some(located) = resource.at(&["Environment", "Variables"])
        && let Value::Record(entries) = &located.value
    {
        let size: usize = entries
            .iter()
            .map(|entry| entry.name.len() + entry.value.value.as_str().map_or(0, str::len))
            .sum();
        if size > ENVIRONMENT {
            let message =
                format!("the variables have {size} bytes together, and a function's can have {ENVIRONMENT}");
            rules.add(
                broken("environment-size", located.origin, message)
                    .help("keep large values in a parameter or an object that the function reads"),
            );
        }
    }
    for layer in resource.items("Layers") {
        if let (Some(arn), Some(region)) = (layer.value.as_str(), &rules.stack.region) {
            let most = LAYER_ARN + ci_catalog::partition(region).len() + region.len();
            if arn.len() > most {
                let message = format!(
                    "the ARN of a layer has at most {most} characters in {region}, found {}",
                    arn.len()
                );
                rules.add(broken("layer-arn", layer.origin, message));
            }
        }
    }
}

fn runtime(name: &str, at: ci_graph::Origin) -> Option<Diagnostic<ci_graph::Origin>> {
    let runtime = lambda_runtime(name)?;
    let passed = |date: Option<&'static str>| date.filter(|date| *date <= TODAY);
    let finding = if let Some(date) = passed(runtime.update_blocked) {
        broken(
            "runtime-ended",
            at,
            format!(
                "functions with the runtime {} can't be made or updated since {date}",
                words::quote(name)
            ),
        )
    } else if let Some(date) = passed(runtime.create_blocked) {
        broken(
            "runtime-ended",
            at,
            format!("no function can be made with the runtime {} since {date}", words::quote(name)),
        )
    } else {
        let date = passed(runtime.deprecated)?;
        let message = format!("the runtime {} gets no more security fixes since {date}", words::quote(name));
        Diagnostic::new(Code::Deprecated, at, message).note("rule `runtime-deprecated`")
    };
    Some(match runtime.successor {
        Some(next) => finding.help(format!("move to {}", words::quote(next))).fix(
            format!("write {}", words::quote(next)),
            at,
            words::literal(next),
            ci_base::Applicability::MaybeIncorrect,
        ),
        None => finding,
    })
}

fn snapshot(rules: &mut Rules<'_>, resource: &Resource) {
    let Some(apply) = resource.at(&["SnapStart", "ApplyOn"]) else { return };
    let Some(runtime) = resource.text("Runtime") else { return };
    if apply.value.as_str() != Some("PublishedVersions") {
        return;
    }
    let can = SNAPSHOT_RUNTIMES.iter().any(|prefix| runtime.starts_with(prefix))
        && !runtime.starts_with("dotnetcore")
        && !NO_SNAPSHOT.contains(&runtime);
    if !can {
        let message =
            format!("a function with the runtime {} can't start from a snapshot", words::quote(runtime));
        rules.add(
            broken("snapshot-start", apply.origin, message)
                .help("Java 11, Python 3.12, .NET 8 and later can"),
        );
    }
}

/// What a function whose code is an archive needs.
fn package(rules: &mut Rules<'_>, resource: &Resource) {
    let archive = match resource.text("PackageType") {
        Some(kind) => kind == "Zip",
        None => {
            resource.lacks("PackageType")
                && (resource.at(&["Code", "ZipFile"]).is_some() || resource.at(&["Code", "S3Key"]).is_some())
        }
    };
    let missing: Vec<&str> = ["Handler", "Runtime"].into_iter().filter(|name| resource.lacks(name)).collect();
    // Inline code has a rule of its own about the runtime.
    if archive
        && !missing.is_empty()
        && !(missing == ["Runtime"] && resource.at(&["Code", "ZipFile"]).is_some())
    {
        let message = format!("a function whose code is an archive needs {}", words::names(&missing, "and"));
        rules.add(broken("archive-function", resource.origin, message));
    }
}

pub(super) fn event_source(rules: &mut Rules<'_>, resource: &Resource) {
    let stack = rules.stack;
    let Some(source) = resource.field("EventSourceArn") else { return };
    let Some(id) = target(&source.value) else { return };
    let kind = stack.resource(id).schema.name();
    let streams = [
        "AWS::Kinesis::Stream",
        "AWS::Kinesis::StreamConsumer",
        "AWS::DynamoDB::Table",
        "AWS::DynamoDB::GlobalTable",
        "AWS::MSK::Cluster",
        "AWS::MSK::ServerlessCluster",
    ];
    if streams.contains(&kind) && resource.lacks("StartingPosition") {
        rules.add(
            broken(
                "stream-starting-position",
                resource.origin,
                "a stream is read from a starting position, which must be given",
            )
            .also(source.origin, "reads a stream")
            .help("add `StartingPosition: \"LATEST\"` or `\"TRIM_HORIZON\"`"),
        );
    }
    let Some(queue) = target_of(stack, resource, "EventSourceArn", "AWS::SQS::Queue") else { return };
    if let Some(position) = resource.field("StartingPosition") {
        rules.add(
            broken("queue-starting-position", position.origin, "a queue has no starting position")
                .also(source.origin, "reads a queue")
                .help("take `StartingPosition` out"),
        );
    }
    if queue.truth("FifoQueue") == Some(true)
        && let Some(batch) = resource.int("BatchSize").filter(|batch| *batch > 10)
    {
        let at = resource.field("BatchSize").map_or(resource.origin, |located| located.origin);
        let message = format!("a batch from a FIFO queue has at most 10 messages, not {batch}");
        rules.add(broken("fifo-batch", at, message).also(source.origin, "reads a FIFO queue"));
    }
    visibility(rules, resource, queue);
}

/// A message must stay invisible for as long as the function may work on it.
fn visibility(rules: &mut Rules<'_>, resource: &Resource, queue: &Resource) {
    const FUNCTION_TIMEOUT: i64 = 3;
    const QUEUE_TIMEOUT: i64 = 30;
    let Some(function) = target_of(rules.stack, resource, "FunctionName", "AWS::Lambda::Function") else {
        return;
    };
    let seconds = |of: &Resource, name: &str, default| {
        if of.lacks(name) { Some(default) } else { of.int(name) }
    };
    let (Some(works), Some(hidden)) =
        (seconds(function, "Timeout", FUNCTION_TIMEOUT), seconds(queue, "VisibilityTimeout", QUEUE_TIMEOUT))
    else {
        return;
    };
    if hidden < works {
        let at = queue.field("VisibilityTimeout").map_or(queue.origin, |located| located.origin);
        let message = format!(
            "messages are hidden for {hidden} seconds, and the function that reads them runs for up to {works}"
        );
        rules.add(
            broken("queue-visibility", at, message)
                .also(
                    function.field("Timeout").map_or(function.origin, |located| located.origin),
                    "the function",
                )
                .note("Lambda refuses the mapping: a message would be delivered again while it is worked on")
                .help(format!(
                    "hide messages for at least {} seconds, six times as long as the function runs",
                    works * 6
                )),
        );
    }
}

/// Who invokes, by the type of what it names as its source.
const INVOKERS: [(&str, &str); 10] = [
    ("AWS::ApiGateway::RestApi", "apigateway.amazonaws.com"),
    ("AWS::ApiGatewayV2::Api", "apigateway.amazonaws.com"),
    ("AWS::Cognito::UserPool", "cognito-idp.amazonaws.com"),
    ("AWS::Config::ConfigRule", "config.amazonaws.com"),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "elasticloadbalancing.amazonaws.com"),
    ("AWS::Events::Rule", "events.amazonaws.com"),
    ("AWS::IoT::TopicRule", "iot.amazonaws.com"),
    ("AWS::Logs::LogGroup", "logs.amazonaws.com"),
    ("AWS::S3::Bucket", "s3.amazonaws.com"),
    ("AWS::SNS::Topic", "sns.amazonaws.com"),
];

pub(super) fn permission(rules: &mut Rules<'_>, resource: &Resource) {
    audience::permission(resource, rules.findings);
    let (Some(source), Some(principal)) = (resource.field("SourceArn"), resource.field("Principal")) else {
        return;
    };
    let Some(kind) = target(&source.value).map(|id| rules.stack.resource(id).schema.name()) else { return };
    let Some(found) = principal.value.as_str() else { return };
    let Some((_, invoker)) = INVOKERS.iter().find(|(known, _)| *known == kind) else { return };
    let regional =
        *invoker == "logs.amazonaws.com" && found.starts_with("logs.") && found.ends_with(".amazonaws.com");
    if found != *invoker && !regional && found.ends_with(".amazonaws.com") {
        let message =
            format!("an `{kind}` invokes as {}, not as {}", words::quote(invoker), words::quote(found));
        rules.add(
            broken("invoker-principal", principal.origin, message)
                .also(source.origin, "the source")
                .note("the permission would never apply")
                .fix(
                    format!("write {}", words::quote(invoker)),
                    principal.origin,
                    words::literal(invoker),
                    ci_base::Applicability::MachineApplicable,
                ),
        );
    }
}
