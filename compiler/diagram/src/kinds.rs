//! What resource types are in a diagram: a box of their own, or part of somebody else's.
//!
//! The table names the types that people draw, and of the others those that nobody does. What is in neither is judged by
//! the words of its name.
//!
//! Must not know: stacks.

/// What a box is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Family {
    Compute,
    Data,
    Storage,
    Messaging,
    Edge,
    Network,
    Security,
    Operations,
    Service,
    World,
    Other,
}

impl Family {
    /// What it is called in outputs: `compute`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Data => "data",
            Self::Storage => "storage",
            Self::Messaging => "messaging",
            Self::Edge => "edge",
            Self::Network => "network",
            Self::Security => "security",
            Self::Operations => "operations",
            Self::Service => "service",
            Self::World => "world",
            Self::Other => "other",
        }
    }
}

/// How a resource gets into a diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is a box.
    Main,
    /// It belongs to what refers to it: a role, a security group.
    Inward,
    /// It belongs to what it refers to: a policy, a route.
    Outward,
}

/// What a resource type is in a diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub label: &'static str,
    pub family: Family,
    pub role: Role,
}

use Family::{Compute, Data, Edge, Messaging, Network, Operations, Other, Security, Storage};

/// The types that people draw: name without `AWS::`, word, family.
const MAIN: &[(&str, &str, Family)] = &[
    ("ApiGateway::RestApi", "REST API", Edge),
    ("ApiGatewayV2::Api", "HTTP API", Edge),
    ("AppRunner::Service", "App Runner", Compute),
    ("AppSync::GraphQLApi", "GraphQL API", Edge),
    ("Athena::WorkGroup", "Athena", Data),
    ("AutoScaling::AutoScalingGroup", "Instances", Compute),
    ("Batch::JobQueue", "Batch queue", Compute),
    ("CloudFront::Distribution", "CDN", Edge),
    ("CodeBuild::Project", "Build", Operations),
    ("CodePipeline::Pipeline", "Pipeline", Operations),
    ("Cognito::UserPool", "User pool", Security),
    ("Cognito::IdentityPool", "Identity pool", Security),
    ("DAX::Cluster", "DAX", Data),
    ("DocDB::DBCluster", "Document database", Data),
    ("DynamoDB::GlobalTable", "Global table", Data),
    ("DynamoDB::Table", "Table", Data),
    ("EC2::Instance", "Instance", Compute),
    ("EC2::VPC", "Network", Network),
    ("EC2::TransitGateway", "Transit gateway", Network),
    ("ECR::Repository", "Images", Storage),
    ("ECS::Service", "Container service", Compute),
    ("EFS::FileSystem", "File system", Storage),
    ("EKS::Cluster", "Kubernetes", Compute),
    ("EMRServerless::Application", "EMR", Compute),
    ("ElastiCache::CacheCluster", "Cache", Data),
    ("ElastiCache::ReplicationGroup", "Cache", Data),
    ("ElastiCache::ServerlessCache", "Cache", Data),
    ("ElasticLoadBalancing::LoadBalancer", "Load balancer", Edge),
    ("ElasticLoadBalancingV2::LoadBalancer", "Load balancer", Edge),
    ("Events::EventBus", "Event bus", Messaging),
    ("Events::Rule", "Event rule", Messaging),
    ("FSx::FileSystem", "File system", Storage),
    ("Glue::Database", "Data catalog", Data),
    ("Glue::Job", "Glue job", Compute),
    ("Kinesis::Stream", "Stream", Messaging),
    ("KinesisFirehose::DeliveryStream", "Delivery stream", Messaging),
    ("Lambda::Function", "Function", Compute),
    ("MSK::Cluster", "Kafka", Messaging),
    ("MSK::ServerlessCluster", "Kafka", Messaging),
    ("MemoryDB::Cluster", "Memory database", Data),
    ("Neptune::DBCluster", "Graph database", Data),
    ("OpenSearchServerless::Collection", "Search", Data),
    ("OpenSearchService::Domain", "Search", Data),
    ("Pipes::Pipe", "Pipe", Messaging),
    ("RDS::DBCluster", "Database", Data),
    ("RDS::DBInstance", "Database", Data),
    ("RDS::DBProxy", "Database proxy", Data),
    ("Redshift::Cluster", "Warehouse", Data),
    ("RedshiftServerless::Workgroup", "Warehouse", Data),
    ("Route53::HostedZone", "DNS zone", Network),
    ("S3::Bucket", "Bucket", Storage),
    ("S3Express::DirectoryBucket", "Bucket", Storage),
    ("SNS::Topic", "Topic", Messaging),
    ("SQS::Queue", "Queue", Messaging),
    ("SSM::Parameter", "Parameter", Security),
    ("SageMaker::Endpoint", "Model endpoint", Compute),
    ("Scheduler::Schedule", "Schedule", Messaging),
    ("SecretsManager::Secret", "Secret", Security),
    ("Serverless::Api", "REST API", Edge),
    ("Serverless::Function", "Function", Compute),
    ("Serverless::HttpApi", "HTTP API", Edge),
    ("Serverless::SimpleTable", "Table", Data),
    ("StepFunctions::StateMachine", "Workflow", Compute),
    ("Timestream::Database", "Time series", Data),
    ("WAFv2::WebACL", "Firewall", Security),
];

/// The types that belong to what refers to them.
const INWARD: &[(&str, &str, Family)] = &[
    ("CertificateManager::Certificate", "Certificate", Security),
    ("CloudFront::CachePolicy", "Cache policy", Edge),
    ("CloudFront::Function", "Edge function", Edge),
    ("CloudFront::KeyValueStore", "Key value store", Edge),
    ("CloudFront::OriginAccessControl", "Origin access", Security),
    ("CloudFront::OriginRequestPolicy", "Request policy", Edge),
    ("CloudFront::ResponseHeadersPolicy", "Headers policy", Edge),
    ("EC2::EIP", "Address", Network),
    ("EC2::LaunchTemplate", "Launch template", Compute),
    ("EC2::NetworkInterface", "Interface", Network),
    ("EC2::PrefixList", "Prefix list", Network),
    ("EC2::SecurityGroup", "Security group", Network),
    ("ECS::Cluster", "Cluster", Compute),
    ("ECS::TaskDefinition", "Task", Compute),
    ("IAM::InstanceProfile", "Instance profile", Security),
    ("IAM::ManagedPolicy", "Policy", Security),
    ("IAM::Role", "Role", Security),
    ("KMS::Key", "Key", Security),
    ("Lambda::CodeSigningConfig", "Code signing", Security),
    ("Lambda::LayerVersion", "Layer", Compute),
    ("Logs::LogGroup", "Log group", Operations),
    ("ElasticLoadBalancingV2::TargetGroup", "Target group", Edge),
];

/// The types that belong to what they refer to, where the words of their names do not say so.
const OUTWARD: &[(&str, &str, Family)] = &[
    ("ApplicationAutoScaling::ScalableTarget", "Scaling", Operations),
    ("CloudWatch::Alarm", "Alarm", Operations),
    ("CloudWatch::CompositeAlarm", "Alarm", Operations),
    ("CloudWatch::Dashboard", "Dashboard", Operations),
    ("DocDB::DBInstance", "Instance", Data),
    ("EC2::FlowLog", "Flow log", Operations),
    ("EC2::InternetGateway", "Internet gateway", Network),
    ("EC2::NatGateway", "NAT gateway", Network),
    ("EC2::NetworkAcl", "Access list", Network),
    ("EC2::NetworkAclEntry", "Access list entry", Network),
    ("EC2::RouteTable", "Route table", Network),
    ("EC2::SecurityGroupEgress", "Rule", Network),
    ("EC2::SecurityGroupIngress", "Rule", Network),
    ("EC2::Subnet", "Subnet", Network),
    ("EC2::VPCEndpoint", "Endpoint", Network),
    ("EFS::AccessPoint", "Access point", Storage),
    ("EFS::MountTarget", "Mount target", Storage),
    ("EKS::Addon", "Add-on", Compute),
    ("EKS::Nodegroup", "Nodes", Compute),
    ("Glue::Table", "Catalog table", Data),
    ("KMS::Alias", "Alias", Security),
    ("Lambda::Alias", "Alias", Compute),
    ("Lambda::EventInvokeConfig", "Retries", Compute),
    ("Lambda::Url", "URL", Edge),
    ("Lambda::Version", "Version", Compute),
    ("Logs::Delivery", "Log delivery", Operations),
    ("Logs::DeliveryDestination", "Log destination", Operations),
    ("Logs::DeliverySource", "Log source", Operations),
    ("Neptune::DBInstance", "Instance", Data),
    ("Route53::RecordSet", "DNS record", Network),
    ("Route53::RecordSetGroup", "DNS records", Network),
    ("SNS::Subscription", "Subscription", Messaging),
];

/// Last words of the names of types that nobody draws, and whether they belong to what refers to them.
const WORDS: &[(&str, Role)] = &[
    ("SubnetGroup", Role::Inward),
    ("ParameterGroup", Role::Inward),
    ("OptionGroup", Role::Inward),
    ("Configuration", Role::Inward),
    ("Profile", Role::Inward),
    ("Policy", Role::Outward),
    ("Permission", Role::Outward),
    ("Attachment", Role::Outward),
    ("Association", Role::Outward),
    ("Mapping", Role::Outward),
    ("Route", Role::Outward),
    ("Integration", Role::Outward),
    ("IntegrationResponse", Role::Outward),
    ("RouteResponse", Role::Outward),
    ("Authorizer", Role::Outward),
    ("Stage", Role::Outward),
    ("Deployment", Role::Outward),
    ("Method", Role::Outward),
    ("Resource", Role::Outward),
    ("Model", Role::Outward),
    ("Listener", Role::Outward),
    ("ListenerRule", Role::Outward),
    ("ListenerCertificate", Role::Outward),
    ("Resolver", Role::Outward),
    ("DataSource", Role::Outward),
    ("Schema", Role::Outward),
    ("GraphQLSchema", Role::Outward),
    ("ApiKey", Role::Outward),
    ("Client", Role::Outward),
    ("Domain", Role::Outward),
    ("Schedule", Role::Outward),
    ("Hook", Role::Outward),
    ("Filter", Role::Outward),
    ("Version", Role::Outward),
    ("Alias", Role::Outward),
];

/// What a resource type is in a diagram.
pub(crate) fn sort(name: &'static str) -> Sort {
    let short = name.strip_prefix("AWS::").unwrap_or(name);
    let find = |table: &'static [(&'static str, &'static str, Family)]| {
        table.iter().find(|(known, ..)| *known == short).copied()
    };
    // A key says how something is kept, not what it is: it is drawn with what it encrypts.
    for (table, role) in [(INWARD, Role::Inward), (OUTWARD, Role::Outward), (MAIN, Role::Main)] {
        if let Some((_, label, family)) = find(table) {
            return Sort { label, family, role };
        }
    }
    let last = short.rsplit("::").next().unwrap_or(short);
    let role = WORDS.iter().find(|(word, _)| last.ends_with(word)).map_or(Role::Main, |(_, role)| *role);
    let family = match name.split("::").nth(1) {
        Some("EC2" | "Route53" | "Route53Resolver" | "ElasticLoadBalancingV2") => Network,
        Some("IAM" | "KMS" | "SecretsManager" | "WAFv2" | "GuardDuty" | "Config") => Security,
        Some("Logs" | "CloudWatch" | "CloudTrail" | "Backup" | "SSM") => Operations,
        _ => Other,
    };
    Sort { label: last, family, role }
}

/// The types that take requests from everyone who knows their address.
pub(crate) fn faces_internet(name: &str) -> bool {
    matches!(
        name,
        "AWS::ApiGateway::RestApi"
            | "AWS::ApiGatewayV2::Api"
            | "AWS::AppRunner::Service"
            | "AWS::AppSync::GraphQLApi"
            | "AWS::CloudFront::Distribution"
            | "AWS::Serverless::Api"
            | "AWS::Serverless::HttpApi"
    )
}

/// A property that says what hands work to what: the type, the property of where it comes from (empty: the resource
/// itself), and that of where it goes to.
pub(crate) const HANDS_ON: &[(&str, &str, &str)] = &[
    ("AWS::Lambda::EventSourceMapping", "EventSourceArn", "FunctionName"),
    ("AWS::SNS::Subscription", "TopicArn", "Endpoint"),
    ("AWS::SNS::Topic", "", "Subscription"),
    ("AWS::Events::Rule", "", "Targets"),
    ("AWS::Events::Rule", "EventBusName", ""),
    ("AWS::Scheduler::Schedule", "", "Target"),
    ("AWS::S3::Bucket", "", "NotificationConfiguration"),
    ("AWS::Pipes::Pipe", "Source", ""),
    ("AWS::Pipes::Pipe", "", "Target"),
    ("AWS::Pipes::Pipe", "", "Enrichment"),
    ("AWS::ApiGatewayV2::Integration", "ApiId", "IntegrationUri"),
    ("AWS::ApiGateway::Method", "RestApiId", "Integration"),
    ("AWS::CloudFront::Distribution", "", "DistributionConfig.Origins"),
    ("AWS::AppSync::DataSource", "ApiId", "LambdaConfig"),
    ("AWS::AppSync::DataSource", "ApiId", "DynamoDBConfig"),
    ("AWS::Logs::SubscriptionFilter", "LogGroupName", "DestinationArn"),
    ("AWS::SQS::Queue", "", "RedrivePolicy"),
    ("AWS::CloudWatch::Alarm", "", "AlarmActions"),
    ("AWS::KinesisFirehose::DeliveryStream", "", "ExtendedS3DestinationConfiguration.BucketARN"),
    ("AWS::KinesisFirehose::DeliveryStream", "KinesisStreamSourceConfiguration", ""),
];

/// The property that says what a resource belongs to, where it names others as well.
pub(crate) const BELONGS: &[(&str, &str)] = &[
    ("AWS::CloudWatch::Alarm", "Dimensions"),
    ("AWS::EC2::FlowLog", "ResourceId"),
    ("AWS::IAM::ManagedPolicy", "Roles"),
    ("AWS::IAM::Policy", "Roles"),
    ("AWS::Lambda::EventSourceMapping", "FunctionName"),
    ("AWS::Lambda::Permission", "FunctionName"),
    ("AWS::Logs::DeliveryDestination", "DestinationResourceArn"),
    ("AWS::Logs::DeliverySource", "ResourceArn"),
    ("AWS::RDS::DBInstance", "DBClusterIdentifier"),
    ("AWS::Route53::RecordSet", "AliasTarget"),
    ("AWS::S3::BucketPolicy", "Bucket"),
    ("AWS::SNS::Subscription", "TopicArn"),
    ("AWS::SNS::TopicPolicy", "Topics"),
    ("AWS::SQS::QueuePolicy", "Queues"),
];
