//! What has to be allowed for resources to work together: tables, each with its source. A `*` in a path is each item of a
//! list, or each value of a record.
//!
//! Must not know: programs.

/// A property by which a service reaches a resource as itself, so that the resource's policy has to let it in.
pub(super) struct Entry {
    /// The type that declares it.
    pub of: &'static str,
    /// The property that names what is reached.
    pub at: &'static [&'static str],
    /// The service.
    pub service: &'static str,
    /// A property beside it, of the same item or resource, by which the service acts as a role instead.
    pub unless: &'static str,
    /// The property that names what the service acts for; the resource itself where it is empty.
    pub source: &'static str,
}

const fn entry(of: &'static str, at: &'static [&'static str], service: &'static str) -> Entry {
    Entry { of, at, service, unless: "", source: "" }
}

/// Source: Lambda Developer Guide, "Invoking Lambda with events from other AWS services", what invokes by the function's
/// policy; SNS, S3 and `EventBridge` in their guides, the sections on permissions of queues and topics.
pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        unless: "Credentials",
        source: "RestApiId",
        ..entry("AWS::ApiGateway::Method", &["Integration", "Uri"], "apigateway.amazonaws.com")
    },
    Entry {
        unless: "AuthorizerCredentials",
        source: "RestApiId",
        ..entry("AWS::ApiGateway::Authorizer", &["AuthorizerUri"], "apigateway.amazonaws.com")
    },
    Entry {
        unless: "AuthorizerCredentialsArn",
        source: "ApiId",
        ..entry("AWS::ApiGatewayV2::Authorizer", &["AuthorizerUri"], "apigateway.amazonaws.com")
    },
    Entry {
        unless: "CredentialsArn",
        source: "ApiId",
        ..entry("AWS::ApiGatewayV2::Integration", &["IntegrationUri"], "apigateway.amazonaws.com")
    },
    entry("AWS::Cognito::UserPool", &["LambdaConfig", "*"], "cognito-idp.amazonaws.com"),
    entry("AWS::Cognito::UserPool", &["LambdaConfig", "*", "LambdaArn"], "cognito-idp.amazonaws.com"),
    entry("AWS::Config::ConfigRule", &["Source", "SourceIdentifier"], "config.amazonaws.com"),
    entry(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        &["Targets", "*", "Id"],
        "elasticloadbalancing.amazonaws.com",
    ),
    Entry {
        unless: "RoleArn",
        ..entry("AWS::Events::Rule", &["Targets", "*", "Arn"], "events.amazonaws.com")
    },
    Entry {
        unless: "RoleArn",
        ..entry("AWS::Events::Rule", &["Targets", "*", "DeadLetterConfig", "Arn"], "events.amazonaws.com")
    },
    entry(
        "AWS::IoT::TopicRule",
        &["TopicRulePayload", "Actions", "*", "Lambda", "FunctionArn"],
        "iot.amazonaws.com",
    ),
    Entry {
        unless: "RoleArn",
        source: "LogGroupName",
        ..entry("AWS::Logs::SubscriptionFilter", &["DestinationArn"], "logs.amazonaws.com")
    },
    entry(
        "AWS::S3::Bucket",
        &["NotificationConfiguration", "LambdaConfigurations", "*", "Function"],
        "s3.amazonaws.com",
    ),
    entry(
        "AWS::S3::Bucket",
        &["NotificationConfiguration", "QueueConfigurations", "*", "Queue"],
        "s3.amazonaws.com",
    ),
    entry(
        "AWS::S3::Bucket",
        &["NotificationConfiguration", "TopicConfigurations", "*", "Topic"],
        "s3.amazonaws.com",
    ),
    entry(
        "AWS::SES::ReceiptRule",
        &["Rule", "Actions", "*", "LambdaAction", "FunctionArn"],
        "ses.amazonaws.com",
    ),
    Entry { source: "TopicArn", ..entry("AWS::SNS::Subscription", &["Endpoint"], "sns.amazonaws.com") },
    Entry {
        source: "TopicArn",
        ..entry("AWS::SNS::Subscription", &["RedrivePolicy", "deadLetterTargetArn"], "sns.amazonaws.com")
    },
    Entry {
        source: "SecretId",
        ..entry(
            "AWS::SecretsManager::RotationSchedule",
            &["RotationLambdaARN"],
            "secretsmanager.amazonaws.com",
        )
    },
];

/// What a service does with what its policy lets it into, and the types whose policies are for that.
pub(super) const ENTERED: &[(&str, &str, &[&str])] = &[
    ("AWS::Lambda::Function", "lambda:InvokeFunction", &["AWS::Lambda::Permission"]),
    ("AWS::SNS::Topic", "sns:Publish", &["AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy"]),
    ("AWS::SQS::Queue", "sqs:SendMessage", &["AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"]),
];

/// Where a role is that something is done with.
pub(super) enum Acting {
    /// A property beside, of the same item or resource.
    Beside(&'static str),
    /// A property of the resource.
    Of(&'static str),
    /// The role of the function that this property names.
    OfFunction(&'static str),
}

/// A property by which something is reached as a role, which has to have the right: to start, send or read.
pub(super) struct Use {
    /// The type that declares it.
    pub of: &'static str,
    /// The property that names what is reached.
    pub at: &'static [&'static str],
    /// The role.
    pub role: Acting,
    /// What is reached is read from, and not sent to.
    pub reads: bool,
}

/// Source: `EventBridge` User Guide, "Event bus targets" and "Pipes permissions"; Scheduler User Guide, "Set up the
/// execution role"; `CloudWatch` Logs User Guide, "Subscription filters"; Lambda Developer Guide, the permissions of each event
/// source.
pub(super) const USES: &[Use] = &[
    Use {
        of: "AWS::Events::Rule",
        at: &["Targets", "*", "Arn"],
        role: Acting::Beside("RoleArn"),
        reads: false,
    },
    Use {
        of: "AWS::Lambda::EventSourceMapping",
        at: &["EventSourceArn"],
        role: Acting::OfFunction("FunctionName"),
        reads: true,
    },
    Use {
        of: "AWS::Logs::SubscriptionFilter",
        at: &["DestinationArn"],
        role: Acting::Of("RoleArn"),
        reads: false,
    },
    Use { of: "AWS::Pipes::Pipe", at: &["Source"], role: Acting::Of("RoleArn"), reads: true },
    Use { of: "AWS::Pipes::Pipe", at: &["Enrichment"], role: Acting::Of("RoleArn"), reads: false },
    Use { of: "AWS::Pipes::Pipe", at: &["Target"], role: Acting::Of("RoleArn"), reads: false },
    Use {
        of: "AWS::Scheduler::Schedule",
        at: &["Target", "Arn"],
        role: Acting::Of("Target.RoleArn"),
        reads: false,
    },
];

/// The actions by which something is sent to or started, any of which will do.
pub(super) const SENT: &[(&str, &[&str])] = &[
    ("AWS::Batch::JobQueue", &["batch:SubmitJob"]),
    ("AWS::CodeBuild::Project", &["codebuild:StartBuild"]),
    ("AWS::Events::ApiDestination", &["events:InvokeApiDestination"]),
    ("AWS::Events::EventBus", &["events:PutEvents"]),
    ("AWS::Kinesis::Stream", &["kinesis:PutRecord", "kinesis:PutRecords"]),
    ("AWS::KinesisFirehose::DeliveryStream", &["firehose:PutRecord", "firehose:PutRecordBatch"]),
    ("AWS::Lambda::Function", &["lambda:InvokeFunction"]),
    ("AWS::SNS::Topic", &["sns:Publish"]),
    ("AWS::SQS::Queue", &["sqs:SendMessage"]),
    ("AWS::StepFunctions::StateMachine", &["states:StartExecution", "states:StartSyncExecution"]),
];

/// The actions by which something is read from: all of them are needed.
pub(super) const READ: &[(&str, &[&str])] = &[
    ("AWS::DynamoDB::Table", &["dynamodb:GetRecords", "dynamodb:GetShardIterator"]),
    ("AWS::Kinesis::Stream", &["kinesis:GetRecords", "kinesis:GetShardIterator"]),
    ("AWS::SQS::Queue", &["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]),
];

/// Steps of state machines: how the resource of a task ends, the argument that names what it is done with, the action.
///
/// Source: Step Functions Developer Guide, "IAM policies for integrated services".
pub(super) const TASKS: &[(&str, &str, &str)] = &[
    (":dynamodb:deleteItem", "TableName", "dynamodb:DeleteItem"),
    (":dynamodb:getItem", "TableName", "dynamodb:GetItem"),
    (":dynamodb:putItem", "TableName", "dynamodb:PutItem"),
    (":dynamodb:updateItem", "TableName", "dynamodb:UpdateItem"),
    (":lambda:invoke", "FunctionName", "lambda:InvokeFunction"),
    (":sns:publish", "TopicArn", "sns:Publish"),
    (":sqs:sendMessage", "QueueUrl", "sqs:SendMessage"),
    (":states:startExecution", "StateMachineArn", "states:StartExecution"),
];

/// Properties that give a role to a service: the type, the property, and the services that take it on, any of which will do.
///
/// Source: the guide of each service, the section on its role.
pub(super) const GIVEN: &[(&str, &[&str], &[&str])] = &[
    ("AWS::ApiGateway::Account", &["CloudWatchRoleArn"], &["apigateway"]),
    ("AWS::AppSync::DataSource", &["ServiceRoleArn"], &["appsync"]),
    ("AWS::Backup::BackupSelection", &["BackupSelection", "IamRoleArn"], &["backup"]),
    ("AWS::Bedrock::Agent", &["AgentResourceRoleArn"], &["bedrock"]),
    ("AWS::CloudTrail::Trail", &["CloudWatchLogsRoleArn"], &["cloudtrail"]),
    ("AWS::CodeBuild::Project", &["ServiceRole"], &["codebuild"]),
    ("AWS::CodeDeploy::DeploymentGroup", &["ServiceRoleArn"], &["codedeploy"]),
    ("AWS::CodePipeline::Pipeline", &["RoleArn"], &["codepipeline"]),
    ("AWS::Config::ConfigurationRecorder", &["RoleARN"], &["config"]),
    ("AWS::DLM::LifecyclePolicy", &["ExecutionRoleArn"], &["dlm"]),
    ("AWS::EC2::FlowLog", &["DeliverLogsPermissionArn"], &["vpc-flow-logs"]),
    ("AWS::ECS::TaskDefinition", &["ExecutionRoleArn"], &["ecs-tasks"]),
    ("AWS::ECS::TaskDefinition", &["TaskRoleArn"], &["ecs-tasks"]),
    ("AWS::EKS::Cluster", &["RoleArn"], &["eks"]),
    ("AWS::EKS::FargateProfile", &["PodExecutionRoleArn"], &["eks-fargate-pods", "eks-fargate"]),
    ("AWS::EKS::Nodegroup", &["NodeRole"], &["ec2"]),
    ("AWS::Events::Rule", &["Targets", "*", "RoleArn"], &["events"]),
    ("AWS::FIS::ExperimentTemplate", &["RoleArn"], &["fis"]),
    ("AWS::Glue::Crawler", &["Role"], &["glue"]),
    ("AWS::Glue::Job", &["Role"], &["glue"]),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        &["ExtendedS3DestinationConfiguration", "RoleARN"],
        &["firehose"],
    ),
    ("AWS::KinesisFirehose::DeliveryStream", &["S3DestinationConfiguration", "RoleARN"], &["firehose"]),
    ("AWS::Lambda::Function", &["Role"], &["lambda"]),
    ("AWS::Logs::SubscriptionFilter", &["RoleArn"], &["logs"]),
    ("AWS::Pipes::Pipe", &["RoleArn"], &["pipes"]),
    ("AWS::RDS::DBInstance", &["MonitoringRoleArn"], &["monitoring.rds"]),
    ("AWS::RDS::DBProxy", &["RoleArn"], &["rds"]),
    ("AWS::SageMaker::Model", &["ExecutionRoleArn"], &["sagemaker"]),
    ("AWS::SageMaker::NotebookInstance", &["RoleArn"], &["sagemaker"]),
    ("AWS::Scheduler::Schedule", &["Target", "RoleArn"], &["scheduler"]),
    ("AWS::StepFunctions::StateMachine", &["RoleArn"], &["states"]),
];

#[cfg(test)]
mod tests {
    use ci_catalog::{iam, resource_type};

    use super::*;

    #[test]
    fn tables_name_what_there_is() {
        // The items of a record and the names in JSON are no nodes of a schema.
        let has = |of: &str, path: &[&str]| {
            let schema = resource_type(of).unwrap_or_else(|| panic!("{of}"));
            let known = if matches!(path[0], "LambdaConfig" | "RedrivePolicy") { &path[..1] } else { path };
            assert!(schema.node_at(&known.join("/")).is_some(), "{of} {path:?}");
        };
        for Entry { of, at, service, source, .. } in ENTRIES {
            has(of, at);
            assert!(service.ends_with(".amazonaws.com"));
            if !source.is_empty() {
                has(of, &[source]);
            }
        }
        for Use { of, at, role, .. } in USES {
            has(of, at);
            if let Acting::Of(property) | Acting::OfFunction(property) = role {
                has(of, &property.split('.').collect::<Vec<_>>());
            }
        }
        for (of, at, services) in GIVEN {
            has(of, at);
            assert!(!services.is_empty());
        }
        let action = |name: &str| assert!(iam::is_known_action(name), "{name}");
        for (of, name, policies) in ENTERED {
            assert!(policies.iter().chain([of]).all(|name| resource_type(name).is_some()));
            action(name);
        }
        for (of, actions) in SENT.iter().chain(READ) {
            assert!(resource_type(of).is_some(), "{of}");
            actions.iter().for_each(|name| action(name));
        }
        for (.., name) in TASKS {
            action(name);
        }
    }
}
