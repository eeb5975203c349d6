//! Which services of AWS say on whose behalf they act: tables, each line with where AWS says so.
//!
//! Must not know: documents. Whoever reads these decides what to make of them.

/// Services that do not say on whose behalf they act, where the statement is about the actions of one service: a
/// condition on that would deny them everything.
pub(super) const SILENT: &[(&str, &str, &str)] = &[
    (
        "events.amazonaws.com",
        "kms",
        "SNS Developer Guide, \"Key management\": the keys are not supported for EventBridge and encrypted topics; \
         EventBridge User Guide, \"Troubleshooting\": those of queues and topics let it in without conditions",
    ),
    (
        "events.amazonaws.com",
        "sns",
        "EventBridge User Guide, \"Using resource-based policies\": no conditions in topic policies for EventBridge",
    ),
];

// A condition on a key that is not sent denies everything, so what no document shows is not in here. Others than these are
// let in without one: Lambda and EC2 among them, where IAM lets nobody pass a role of another account, which is what
// protects those. Looked for in the guides and not found, or shown without the keys only:
//
// - API Gateway, AWS Backup, Elastic Beanstalk, Firehose, Glue, Lake Formation, SNS (delivery status), QuickSight and S3
//   (replication, batch operations): the roles in their guides have no such condition;
// - CloudTrail: only for what copies a trail to CloudTrail Lake, not for the role that writes logs to CloudWatch;
// - GuardDuty: the trust policy of a malware protection plan has none;
// - RDS: for roles of instances in some features (exports to S3, audits), not for proxies nor for Kerberos.

/// Services that say on whose behalf they assume a role, so its trust policy can ask for it; each with the guide that shows
/// such a trust policy, "Cross-service confused deputy prevention" where no other section is named. Sorted.
pub(super) const SAYS_FOR_WHOM: &[(&str, &str)] = &[
    ("access-grants.s3.amazonaws.com", "S3 User Guide, \"Register a location\""),
    ("aiops.amazonaws.com", "CloudWatch User Guide, \"Set up an investigation group\""),
    ("airflow-env.amazonaws.com", "Amazon MWAA User Guide"),
    ("airflow.amazonaws.com", "Amazon MWAA User Guide"),
    ("amplify.amazonaws.com", "Amplify Hosting User Guide"),
    ("amplifybackend.amazonaws.com", "Amplify Hosting User Guide"),
    (
        "application.qbusiness.amazonaws.com",
        "Amazon Q Business User Guide, \"IAM roles for web experiences\"",
    ),
    (
        "appstream.amazonaws.com",
        "WorkSpaces Applications Administration Guide, \"Confused deputy prevention\"",
    ),
    ("appsync.amazonaws.com", "AppSync Developer Guide, \"Attaching a data source\""),
    ("athena.amazonaws.com", "Athena User Guide, \"Troubleshoot Spark-enabled workgroups\""),
    ("autoscaling.amazonaws.com", "EC2 Auto Scaling User Guide"),
    ("batch.amazonaws.com", "AWS Batch User Guide"),
    ("bedrock-agentcore.amazonaws.com", "Bedrock AgentCore Developer Guide"),
    ("bedrock.amazonaws.com", "Bedrock User Guide"),
    ("cloudfront.amazonaws.com", "CloudFront Developer Guide, \"Real-time logs\""),
    ("codebuild.amazonaws.com", "CodeBuild User Guide"),
    ("codedeploy.amazonaws.com", "CodeDeploy User Guide"),
    ("cognito-idp.amazonaws.com", "Cognito Developer Guide, \"SMS message settings\""),
    ("comprehend.amazonaws.com", "Comprehend Developer Guide"),
    ("config.amazonaws.com", "AWS Config Developer Guide, \"Permissions for the IAM role\""),
    ("controltower.amazonaws.com", "Control Tower User Guide, \"How AWS Control Tower works with roles\""),
    ("datasync.amazonaws.com", "DataSync User Guide"),
    (
        "directoryservice.rds.amazonaws.com",
        "RDS User Guide, \"Setting up Kerberos authentication for Oracle\"",
    ),
    ("dlm.amazonaws.com", "EBS User Guide, \"IAM service roles for Amazon Data Lifecycle Manager\""),
    ("dms.amazonaws.com", "DMS User Guide"),
    ("ecs-tasks.amazonaws.com", "ECS Developer Guide, \"Task IAM role\""),
    ("eks-fargate-pods.amazonaws.com", "EKS User Guide, \"Pod execution role\""),
    ("elasticmapreduce.amazonaws.com", "EMR Management Guide, \"Service role for Amazon EMR\""),
    ("emr-serverless.amazonaws.com", "EMR Serverless User Guide, \"Create a job runtime role\""),
    ("es.amazonaws.com", "OpenSearch Service Developer Guide"),
    ("events.amazonaws.com", "EventBridge User Guide"),
    ("fis.amazonaws.com", "FIS User Guide, \"IAM roles for AWS FIS experiments\""),
    ("forecast.amazonaws.com", "Forecast Developer Guide, \"Set up permissions\""),
    ("greengrass.amazonaws.com", "IoT Greengrass V1 Developer Guide, \"Greengrass group role\""),
    (
        "hooks.cloudformation.amazonaws.com",
        "CloudFormation User Guide, \"Use third-party public extensions\"",
    ),
    ("integrations.qbusiness.amazonaws.com", "Amazon Q Business User Guide, \"IAM roles for integrations\""),
    ("iot.amazonaws.com", "IoT Core Developer Guide"),
    ("iotdeviceadvisor.amazonaws.com", "IoT Core Developer Guide, \"Device Advisor\""),
    ("iotfleethub.amazonaws.com", "Fleet Hub User Guide"),
    ("kafkaconnect.amazonaws.com", "MSK Developer Guide"),
    ("kinesisanalytics.amazonaws.com", "Managed Service for Apache Flink Developer Guide"),
    ("mediaconvert.amazonaws.com", "MediaConvert User Guide"),
    ("monitoring.rds.amazonaws.com", "RDS User Guide, \"Setting up and enabling Enhanced Monitoring\""),
    ("osis-pipelines.amazonaws.com", "OpenSearch Service Developer Guide, \"Pipelines and domains\""),
    ("personalize.amazonaws.com", "Personalize Developer Guide"),
    ("pinpoint.amazonaws.com", "Pinpoint Developer Guide, \"IAM role for streaming events to Kinesis\""),
    ("pipes.amazonaws.com", "EventBridge User Guide"),
    ("q.amazonaws.com", "Amazon Q Developer User Guide, \"Plugins\""),
    ("qbusiness.amazonaws.com", "Amazon Q Business User Guide, \"IAM roles for data sources\""),
    ("redshift-serverless.amazonaws.com", "Redshift Management Guide"),
    ("redshift.amazonaws.com", "Redshift Management Guide"),
    ("rekognition.amazonaws.com", "Rekognition Developer Guide"),
    ("resources.cloudformation.amazonaws.com", "CloudFormation User Guide"),
    ("sagemaker.amazonaws.com", "SageMaker Developer Guide"),
    ("scheduler.amazonaws.com", "EventBridge Scheduler User Guide"),
    ("ses.amazonaws.com", "SES Developer Guide, \"Data Firehose event destinations\""),
    ("spotfleet.amazonaws.com", "EC2 User Guide, \"Spot Fleet permissions\""),
    ("ssm-incidents.amazonaws.com", "Incident Manager User Guide"),
    (
        "states.amazonaws.com",
        "Step Functions Developer Guide, \"Creating an IAM role for your state machine\"",
    ),
    ("textract.amazonaws.com", "Textract Developer Guide"),
    ("transcribe.amazonaws.com", "Transcribe Developer Guide"),
    ("transfer.amazonaws.com", "Transfer Family User Guide"),
    ("translate.amazonaws.com", "Translate Developer Guide"),
    (
        "vpc-flow-logs.amazonaws.com",
        "VPC User Guide, \"IAM role for publishing flow logs to CloudWatch Logs\"",
    ),
];

/// Services that say it for some of what they do: the types that name such a role, and where AWS says so. Of their other
/// roles no guide shows it. Sorted.
pub(super) const SAYS_SOMETIMES: &[(&str, &[&str], &str)] = &[
    (
        "cloudformation.amazonaws.com",
        &["AWS::CloudFormation::StackSet"],
        "CloudFormation User Guide, \"Grant self-managed permissions\": for StackSets, and not for the role of a stack",
    ),
    (
        "logs.amazonaws.com",
        &["AWS::Logs::Destination", "AWS::Logs::SubscriptionFilter"],
        "CloudWatch Logs User Guide, \"Log group-level subscription filters\": not for scheduled queries",
    ),
    (
        "ssm.amazonaws.com",
        &["AWS::SSM::Association"],
        "Systems Manager User Guide, \"Setting up Automation\": not for maintenance windows",
    ),
];

/// Whether a service says on whose behalf it assumes a role. `users` are the types of what names the role.
pub(crate) fn says_for_whom(service: &str, users: impl FnOnce() -> Vec<&'static str>) -> bool {
    if SAYS_FOR_WHOM.binary_search_by(|(known, _)| (*known).cmp(service)).is_ok() {
        return true;
    }
    // CloudWatch Logs has a name in each region as well.
    let plain = match service.split('.').collect::<Vec<_>>()[..] {
        ["logs", _, "amazonaws", "com"] => "logs.amazonaws.com",
        _ => service,
    };
    SAYS_SOMETIMES
        .iter()
        .find(|(known, ..)| *known == plain)
        .is_some_and(|(_, types, _)| users().iter().any(|user| types.contains(user)))
}

/// The names of services in these tables.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SAYS_FOR_WHOM.iter().map(|(name, _)| *name).chain(SAYS_SOMETIMES.iter().map(|(name, ..)| *name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_each_line_has_its_source() {
        assert!(SAYS_FOR_WHOM.is_sorted() && SAYS_SOMETIMES.is_sorted());
        assert!(
            SAYS_FOR_WHOM
                .iter()
                .all(|(name, source)| name.ends_with(".amazonaws.com") && source.contains("Guide"))
        );
        for (name, types, source) in SAYS_SOMETIMES {
            assert!(
                SAYS_FOR_WHOM.iter().all(|(known, _)| known != name) && source.contains("Guide"),
                "{name}"
            );
            for known in *types {
                assert!(ci_catalog::resource_type(known).is_some(), "{known}");
            }
        }
    }

    #[test]
    fn some_say_it_for_some_of_what_they_do() {
        let says = |service: &str, user: &'static str| says_for_whom(service, || vec![user]);
        assert!(says("events.amazonaws.com", "AWS::Events::Rule"));
        assert!(says("logs.amazonaws.com", "AWS::Logs::SubscriptionFilter"));
        assert!(says("logs.eu-west-1.amazonaws.com", "AWS::Logs::SubscriptionFilter"));
        assert!(!says("logs.amazonaws.com", "AWS::Logs::ScheduledQuery"));
        assert!(says("cloudformation.amazonaws.com", "AWS::CloudFormation::StackSet"));
        assert!(!says("cloudformation.amazonaws.com", "AWS::CloudFormation::Stack"));
        assert!(!says("lambda.amazonaws.com", "AWS::Lambda::Function"));
    }
}
