//! How it is told that something is declared which nothing allows: with the statement that is missing.
//!
//! Must not know: how it was found.

use ci_access::program::{Lack, Missing, Place};
use ci_base::{Code, Diagnostic};

use super::{Teller, Where};

impl Teller<'_> {
    /// A connection that cannot work.
    pub(super) fn lack(&self, lack: &Lack) -> Diagnostic<Where> {
        let Lack { who, origin, missing } = lack;
        let at = Where {
            path: Some(std::sync::Arc::clone(&self.program.resource(*who).path)),
            ..self.stacks.at(who.stack, *origin)
        };
        let name = |place: Place| self.name(place, Some(who.stack));
        let found = |message: String| Diagnostic::new(Code::MissingGrant, at.clone(), message);
        match missing {
            Missing::Entry { service, action, target, source } => {
                let message = format!("`{service}` may not do `{action}` with {}", name(*target));
                let finding = found(message)
                    .label("it is sent there here")
                    .also(self.origin_of(*target), "its policy does not let the service in");
                let is_function = self.program.resource(*target).schema.name() == "AWS::Lambda::Function";
                finding.note("the deployment goes through, or fails late, and nothing arrives").help(
                    if is_function {
                        self.permission(*target, service, *source)
                    } else {
                        self.entry(*target, service, action, *source)
                    },
                )
            }
            Missing::Right { role, actions, target } => {
                let shown = format!("`{}`", actions.join("`, `"));
                let message = format!("{} may not do {shown} with {}", name(*role), name(*target));
                found(message)
                    .label("it is done as that role")
                    .also(self.origin_of(*role), "the role")
                    .note("the deployment goes through, or fails late, and nothing arrives")
                    .help(format!(
                        "add `allow {} on [{}]` to a policy of the role, or the capability of it",
                        written(actions),
                        self.arn(*target)
                    ))
            }
            Missing::Trust { role, service } => {
                let message = format!("`{service}` may not take on {}", name(*role));
                let condition = if ci_validate::says_for_whom(service) {
                    " when { StringEquals: { \"aws:SourceAccount\": aws::account_id } }"
                } else {
                    ""
                };
                found(message)
                    .label("the role is given to it here")
                    .also(self.origin_of(*role), "its trust policy lets in others only")
                    .note("whoever deploys is told late that the role cannot be assumed")
                    .help(format!(
                        "add `allow sts::AssumeRole to aws_service(\"{service}\"){condition}` to its `AssumeRolePolicyDocument`"
                    ))
            }
        }
    }

    /// The ARN of a resource, as the source writes it where the resource is in scope.
    fn arn(&self, place: Place) -> String {
        let resource = self.program.resource(place);
        format!("{}.{}", resource.path, resource.schema.own_arn().unwrap_or("Arn"))
    }

    /// The permission that lets a service invoke a function.
    fn permission(&self, function: Place, service: &str, source: Place) -> String {
        let function = self.arn(function);
        let source = match self.source(service, source) {
            Some(source) if service == "s3.amazonaws.com" => {
                format!("SourceArn: {source}, SourceAccount: aws::account_id")
            }
            Some(source) => format!("SourceArn: {source}"),
            None => "SourceAccount: aws::account_id".to_owned(),
        };
        format!(
            "add `aws::lambda::Permission {{ Action: \"lambda:InvokeFunction\", FunctionName: {function}, Principal: \
             \"{service}\", {source} }}`"
        )
    }

    /// The statement that lets a service into a queue or topic.
    fn entry(&self, target: Place, service: &str, action: &str, source: Place) -> String {
        let (on, kind) = (self.arn(target), self.program.resource(target).schema.name());
        if (service, kind) == ("events.amazonaws.com", "AWS::SNS::Topic") {
            // EventBridge User Guide, "Using resource-based policies": no conditions are supported here.
            return format!(
                "give the target a `RoleArn` with the right to it; or add `allow sns::Publish on [{on}] to \
                 aws_service(\"{service}\")` to an `aws::sns::TopicPolicy` of it, which lets in the rules of every account"
            );
        }
        let condition = match self.source(service, source) {
            // The ARN of a bucket has no account.
            Some(source) if service != "s3.amazonaws.com" => {
                format!("ArnEquals: {{ \"aws:SourceArn\": {source} }}")
            }
            _ => "StringEquals: { \"aws:SourceAccount\": aws::account_id }".to_owned(),
        };
        let policy =
            if kind == "AWS::SQS::Queue" { "aws::sqs::QueuePolicy" } else { "aws::sns::TopicPolicy" };
        format!(
            "add `allow {} on [{on}] to aws_service(\"{service}\") when {{ {condition} }}` to an `{policy}` of it",
            written(&[action])
        )
    }

    /// The ARN that a service sends as what it acts for, where that can be named: a bucket and its notifications would
    /// need each other, and API Gateway sends the ARN of a route.
    fn source(&self, service: &str, source: Place) -> Option<String> {
        let is_named =
            !matches!(service, "apigateway.amazonaws.com" | "s3.amazonaws.com" | "ses.amazonaws.com");
        let has_arn = self.program.resource(source).schema.own_arn().is_some();
        (is_named && has_arn).then(|| self.arn(source))
    }
}

/// Actions of one service as the source has them: `sqs::{DeleteMessage, ReceiveMessage}`.
fn written(actions: &[&str]) -> String {
    match actions {
        [one] => one.replacen(':', "::", 1),
        _ => {
            let names: Vec<&str> =
                actions.iter().filter_map(|action| action.split_once(':')).map(|(_, name)| name).collect();
            let service =
                actions.first().and_then(|action| action.split_once(':')).map_or("", |(service, _)| service);
            format!("{service}::{{{}}}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests;
