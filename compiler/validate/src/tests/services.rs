//! Rules of services.

use serde_json::{Value as Json, json};

use super::Cases;
use super::values::{function, merge};

fn one(kind: &str, properties: &Json) -> Json {
    let mut resource = json!({ "type": kind });
    merge(&mut resource, properties);
    json!({ "it": resource })
}

fn and(mut all: Json, others: &Json) -> Json {
    merge(&mut all, others);
    all
}

#[test]
fn lambda() {
    let mut cases = Cases::default();
    cases.case(
        "runtime",
        function(&json!({ "Runtime": "nodejs16.x" })),
        function(&json!({ "Runtime": "nodejs22.x" })),
    );
    cases.case(
        "snapshot start",
        function(&json!({ "SnapStart": { "ApplyOn": "PublishedVersions" } })),
        function(&json!({ "SnapStart": { "ApplyOn": "PublishedVersions" }, "Runtime": "python3.13" })),
    );
    cases.case(
        "archive",
        function(&json!({ "Handler": null })),
        function(&json!({ "Handler": null, "Runtime": null, "PackageType": "Image",
            "Code": { "ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:1" } })),
    );
    cases.case(
        "environment",
        function(&json!({ "Environment": { "Variables": { "LARGE": "x".repeat(5000) } } })),
        function(&json!({ "Environment": { "Variables": { "SMALL": "x" } } })),
    );
    cases.case(
        "reserved variable",
        function(&json!({ "Environment": { "Variables": { "AWS_REGION": "x" } } })),
        function(&json!({ "Environment": { "Variables": { "MY_REGION": "x" } } })),
    );
    let long = format!("arn:aws:lambda:eu-west-1:123456789012:layer:{}:1", "x".repeat(140));
    cases.case(
        "layer",
        and(function(&json!({ "Layers": [format!("arn:aws:lambda:eu-west-1:123456789012:layer:{}:1", "x".repeat(190))] })), &json!({ "$region": "eu-west-1" })),
        and(function(&json!({ "Layers": [long] })), &json!({ "$region": "eu-west-1" })),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn event_sources() {
    let mut cases = Cases::default();
    let mapping = |source: &str, queue: Json, changes: Json| {
        let mut mapping = json!({ "type": "AWS::Lambda::EventSourceMapping", "FunctionName": { "ref": "worker" },
            "EventSourceArn": { "get": source } });
        merge(&mut mapping, &changes);
        let mut jobs = json!({ "type": "AWS::SQS::Queue" });
        merge(&mut jobs, &queue);
        and(
            function(&json!({ "Timeout": 20 })),
            &json!({ "mapping": mapping, "jobs": jobs,
            "stream": { "type": "AWS::Kinesis::Stream", "ShardCount": 1 } }),
        )
    };
    cases.case(
        "position of a queue",
        mapping("jobs.Arn", json!({}), json!({ "StartingPosition": "LATEST" })),
        mapping("jobs.Arn", json!({}), json!({})),
    );
    cases.case(
        "position of a stream",
        mapping("stream.Arn", json!({}), json!({})),
        mapping("stream.Arn", json!({}), json!({ "StartingPosition": "LATEST" })),
    );
    cases.case(
        "visibility",
        mapping("jobs.Arn", json!({ "VisibilityTimeout": 10 }), json!({})),
        mapping("jobs.Arn", json!({ "VisibilityTimeout": 120 }), json!({})),
    );
    cases.case(
        "batch",
        mapping("jobs.Arn", json!({ "FifoQueue": true }), json!({ "BatchSize": 50 })),
        mapping("jobs.Arn", json!({ "FifoQueue": true }), json!({ "BatchSize": 10 })),
    );
    let permission = |principal: &str| {
        and(
            function(&json!({})),
            &json!({ "topic": { "type": "AWS::SNS::Topic" }, "may": { "type": "AWS::Lambda::Permission",
            "Action": "lambda:InvokeFunction", "FunctionName": { "ref": "worker" }, "Principal": principal,
            "SourceArn": { "ref": "topic" } } }),
        )
    };
    cases.case("invoker", permission("sqs.amazonaws.com"), permission("sns.amazonaws.com"));
    insta::assert_snapshot!(cases.text);
}

#[test]
fn databases() {
    let mut cases = Cases::default();
    let table = |changes: Json| {
        let mut table = json!({ "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }] });
        merge(&mut table, &changes);
        one("AWS::DynamoDB::Table", &table)
    };
    cases.case(
        "undefined key",
        table(json!({ "KeySchema": [{ "AttributeName": "di", "KeyType": "HASH" }] })),
        table(json!({})),
    );
    cases.case(
        "billing",
        table(json!({ "ProvisionedThroughput": { "ReadCapacityUnits": 1, "WriteCapacityUnits": 1 } })),
        table(json!({ "BillingMode": null, "ProvisionedThroughput": { "ReadCapacityUnits": 1, "WriteCapacityUnits": 1 } })),
    );
    cases.case("throughput", table(json!({ "BillingMode": "PROVISIONED" })), table(json!({})));
    let instance = |engine: &str| {
        json!({ "cluster": { "type": "AWS::RDS::DBCluster", "Engine": "aurora-mysql" }, "it": { "type": "AWS::RDS::DBInstance",
            "DBInstanceClass": "db.r6g.large", "Engine": engine, "DBClusterIdentifier": { "ref": "cluster" } } })
    };
    cases.case("engine of a cluster", instance("aurora-postgresql"), instance("aurora-mysql"));
    let cache = |changes: Json| {
        let mut group = json!({ "type": "AWS::ElastiCache::ReplicationGroup", "ReplicationGroupDescription": "orders",
            "CacheParameterGroupName": { "ref": "settings" } });
        merge(&mut group, &changes);
        json!({ "it": group, "settings": { "type": "AWS::ElastiCache::ParameterGroup", "CacheParameterGroupFamily": "redis7",
            "Description": "cluster", "Properties": { "cluster-enabled": "yes" } } })
    };
    cases.case(
        "failover",
        cache(json!({ "AutomaticFailoverEnabled": false })),
        cache(json!({ "NumNodeGroups": 2 })),
    );
    insta::assert_snapshot!(cases.text);
}

fn task(changes: &Json) -> Json {
    let mut task = json!({ "type": "AWS::ECS::TaskDefinition", "NetworkMode": "awsvpc", "Cpu": "256", "Memory": "512",
        "RequiresCompatibilities": ["FARGATE"],
        "ContainerDefinitions": [{ "Name": "web", "Image": "web:1", "PortMappings": [{ "ContainerPort": 80 }] }] });
    merge(&mut task, changes);
    task
}

#[test]
fn containers() {
    let mut cases = Cases::default();
    let tasks = |changes: Json| json!({ "task": task(&changes) });
    let service = |task_changes: Json, changes: Json| {
        let mut service = json!({ "type": "AWS::ECS::Service", "TaskDefinition": { "ref": "task" }, "LaunchType": "FARGATE",
            "NetworkConfiguration": { "AwsvpcConfiguration": { "Subnets": ["subnet-0123456789abcdef0"] } } });
        merge(&mut service, &changes);
        json!({ "task": task(&task_changes), "service": service })
    };
    let container = |more: Json| {
        let mut container = json!({ "Name": "web", "Image": "web:1" });
        merge(&mut container, &more);
        json!({ "ContainerDefinitions": [container] })
    };
    cases.case("size", tasks(json!({ "Memory": "8192" })), tasks(json!({})));
    cases.case("essential", tasks(container(json!({ "Essential": false }))), tasks(json!({})));
    cases.case(
        "ports",
        tasks(container(json!({ "PortMappings": [{ "ContainerPort": 80, "HostPort": 8080 }] }))),
        tasks(container(json!({ "PortMappings": [{ "ContainerPort": 80, "HostPort": 80 }] }))),
    );
    cases.case(
        "network",
        service(json!({}), json!({ "NetworkConfiguration": null })),
        service(json!({}), json!({})),
    );
    cases.case(
        "daemon",
        service(json!({}), json!({ "SchedulingStrategy": "DAEMON" })),
        service(json!({}), json!({})),
    );
    cases.case(
        "log driver",
        service(container(json!({ "LogConfiguration": { "LogDriver": "syslog" } })), json!({})),
        service(json!({}), json!({})),
    );
    cases.bad(
        "not for Fargate",
        service(json!({ "NetworkMode": "bridge", "RequiresCompatibilities": ["EC2"] }), json!({})),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn content_delivery() {
    let mut cases = Cases::default();
    let distribution = |aliases: Json, origin: &str| {
        one(
            "AWS::CloudFront::Distribution",
            &json!({ "DistributionConfig": { "Enabled": true, "Aliases": aliases,
            "Origins": [{ "Id": "photos", "DomainName": "photos.example.com", "CustomOriginConfig": { "OriginProtocolPolicy": "https-only" } }],
            "DefaultCacheBehavior": { "TargetOriginId": origin, "ViewerProtocolPolicy": "https-only",
                "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6" } } }),
        )
    };
    let good = || distribution(json!(["www.example.com", "*.example.org"]), "photos");
    cases.case("alias", distribution(json!(["https://example.com", "a.*.com"]), "photos"), good());
    cases.case("origin", distribution(json!([]), "photo"), good());
    let certificate = |domain: &str| {
        one(
            "AWS::CertificateManager::Certificate",
            &json!({ "DomainName": "www.example.com",
            "DomainValidationOptions": [{ "DomainName": "www.example.com", "ValidationDomain": domain }] }),
        )
    };
    cases.case("validation", certificate("example.org"), certificate("example.com"));
    let record = |zone: &str, name: &str| {
        one(
            "AWS::Route53::RecordSet",
            &json!({ "HostedZoneName": zone, "Name": name, "Type": "A", "TTL": "60", "ResourceRecords": ["10.0.0.1"] }),
        )
    };
    cases.case("zone", record("example.com.", "www.example.org"), record("example.com.", "www.example.com"));
    cases.case("dot", record("example.com", "www.example.com"), record("example.com.", "example.com."));
    cases.bad(
        "value",
        one(
            "AWS::Route53::RecordSet",
            &json!({ "HostedZoneName": "example.com.", "Name": "example.com", "Type": "A",
        "TTL": "60", "ResourceRecords": ["somewhere"] }),
        ),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn pipelines() {
    let mut cases = Cases::default();
    let source = json!({ "Name": "Fetch", "ActionTypeId": { "Category": "Source", "Owner": "AWS", "Provider": "S3", "Version": "1" },
        "OutputArtifacts": [{ "Name": "code" }], "Configuration": { "S3Bucket": "b", "S3ObjectKey": "k" } });
    let build = |artifact: &str| {
        json!({ "Name": "Build", "ActionTypeId": { "Category": "Build", "Owner": "AWS", "Provider": "CodeBuild", "Version": "1" },
            "InputArtifacts": [{ "Name": artifact }], "Configuration": { "ProjectName": "p" } })
    };
    let pipeline = |first: &Json, second: &Json| {
        one(
            "AWS::CodePipeline::Pipeline",
            &json!({ "RoleArn": "arn:aws:iam::123456789012:role/p",
            "ArtifactStore": { "Type": "S3", "Location": "artifacts" },
            "Stages": [{ "Name": "Source", "Actions": [first] }, { "Name": "Build", "Actions": [second] }] }),
        )
    };
    let good = || pipeline(&source, &build("code"));
    cases.case("artifact", pipeline(&source, &build("cod")), good());
    cases.case("source later", pipeline(&source, &source), good());
    cases.case("build first", pipeline(&build("code"), &build("code")), good());
    insta::assert_snapshot!(cases.text);
}

#[test]
fn schedules_and_machines() {
    let mut cases = Cases::default();
    let rule = |expression: &str| one("AWS::Events::Rule", &json!({ "ScheduleExpression": expression }));
    for (bad, good) in [
        ("every day", "rate(1 day)"),
        ("rate(1 days)", "rate(2 days)"),
        ("rate(0 minutes)", "rate(1 minute)"),
        ("cron(0 12 * * ?)", "cron(0 12 * * ? *)"),
        ("cron(0 12 * * * *)", "cron(0 12 ? * MON *)"),
    ] {
        cases.case(bad, rule(bad), rule(good));
    }
    let machine = |states: Json| {
        one(
            "AWS::StepFunctions::StateMachine",
            &json!({ "RoleArn": "arn:aws:iam::123456789012:role/m",
            "Definition": { "StartAt": "First", "States": states } }),
        )
    };
    let good =
        || machine(json!({ "First": { "Type": "Pass", "Next": "Second" }, "Second": { "Type": "Succeed" } }));
    cases.case(
        "transition",
        machine(json!({ "First": { "Type": "Pass", "Next": "Secnd" }, "Second": { "Type": "Succeed" } })),
        good(),
    );
    cases.case("start", machine(json!({ "Second": { "Type": "Succeed" } })), good());
    cases.case(
        "open end",
        machine(json!({ "First": { "Type": "Task", "Resource": "arn:aws:states:::sns:publish" } })),
        good(),
    );
    cases.case("type", machine(json!({ "First": { "Type": "Jump" } })), good());
    cases.case(
        "language",
        machine(
            json!({ "First": { "Type": "Pass", "QueryLanguage": "JSONata", "InputPath": "$", "End": true } }),
        ),
        good(),
    );
    insta::assert_snapshot!(cases.text);
}

#[test]
fn storage_and_queues() {
    let mut cases = Cases::default();
    let queues = |fifo: Json| {
        json!({ "jobs": { "type": "AWS::SQS::Queue", "FifoQueue": true,
                "RedrivePolicy": { "deadLetterTargetArn": { "get": "failed.Arn" }, "maxReceiveCount": 5 } },
            "failed": { "type": "AWS::SQS::Queue", "FifoQueue": fifo } })
    };
    cases.case("dead letters", queues(Json::Null), queues(json!(true)));
    cases.case(
        "FIFO name",
        one("AWS::SQS::Queue", &json!({ "FifoQueue": true, "QueueName": "jobs" })),
        one("AWS::SQS::Queue", &json!({ "FifoQueue": true, "QueueName": "jobs.fifo" })),
    );
    let tiers = |days: i64| {
        one(
            "AWS::S3::Bucket",
            &json!({ "IntelligentTieringConfigurations": [{ "Id": "a", "Status": "Enabled",
            "Tierings": [{ "AccessTier": "DEEP_ARCHIVE_ACCESS", "Days": days }] }] }),
        )
    };
    cases.case("tiers", tiers(100), tiers(200));
    let tags = |tags: Json| one("AWS::SNS::Topic", &json!({ "Tags": tags }));
    cases.case(
        "tags",
        tags(json!([{ "Key": "aws:team", "Value": "a" }, { "Key": "unit", "Value": "x".repeat(300) }])),
        tags(json!([{ "Key": "team", "Value": "a" }, { "Key": "unit", "Value": "b" }])),
    );
    let filter = json!({ "type": "AWS::Logs::SubscriptionFilter", "LogGroupName": "orders", "FilterPattern": "",
        "DestinationArn": "arn:aws:lambda:eu-west-1:123456789012:function:f" });
    cases.case(
        "subscription filters",
        json!({ "a": filter, "b": filter, "c": filter }),
        json!({ "a": filter, "b": filter }),
    );
    let plan = |days: i64| {
        one(
            "AWS::Backup::BackupPlan",
            &json!({ "BackupPlan": { "BackupPlanName": "p", "BackupPlanRule": [{ "RuleName": "r",
            "TargetBackupVault": "v", "Lifecycle": { "MoveToColdStorageAfterDays": 30, "DeleteAfterDays": days } }] } }),
        )
    };
    cases.case("backup", plan(60), plan(120));
    insta::assert_snapshot!(cases.text);
}

#[test]
fn compute_and_balancing() {
    let mut cases = Cases::default();
    let group = |least: &str, check: &str| {
        one(
            "AWS::AutoScaling::AutoScalingGroup",
            &json!({ "MinSize": least, "MaxSize": "2", "InstanceId": "i-0123456789abcdef0",
            "HealthCheckType": check }),
        )
    };
    cases.case("sizes", group("3", "EC2"), group("1", "EC2"));
    cases.case("health checks", group("1", "EC2,ELB"), group("1", "ELB,EBS"));
    cases.case(
        "image",
        one("AWS::EC2::Instance", &json!({ "InstanceType": "t3.micro" })),
        one("AWS::EC2::Instance", &json!({ "InstanceType": "t3.micro", "ImageId": "ami-0123456789abcdef0" })),
    );
    let rule = |protocol: &str| {
        json!({ "targets": { "type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Protocol": protocol, "Port": 6081,
                "VpcId": "vpc-0123456789abcdef0" },
            "rule": { "type": "AWS::ElasticLoadBalancingV2::ListenerRule", "Priority": 1,
                "Conditions": [{ "Field": "path-pattern", "Values": ["/a"] }],
                "Actions": [{ "Type": "forward", "TargetGroupArn": { "ref": "targets" } }] } })
    };
    cases.case("geneve", rule("GENEVE"), rule("HTTP"));
    let api = json!({ "type": "AWS::ApiGateway::RestApi", "Name": "orders" });
    let stage = |of: &str| {
        json!({ "a": api, "b": api, "release": { "type": "AWS::ApiGateway::Deployment", "RestApiId": { "ref": "a" } },
            "stage": { "type": "AWS::ApiGateway::Stage", "RestApiId": { "ref": of }, "StageName": "prod",
                "DeploymentId": { "get": "release.DeploymentId" } } })
    };
    cases.case("stage", stage("b"), stage("a"));
    insta::assert_snapshot!(cases.text);
}

#[test]
fn what_is_offered_where() {
    let mut cases = Cases::default();
    let within = |region: &str, stack: Json| and(stack, &json!({ "$region": region }));
    let instance = |kind: Json| {
        one("AWS::EC2::Instance", &json!({ "InstanceType": kind, "ImageId": "ami-0123456789abcdef0" }))
    };
    cases.case("a slip", instance(json!("t3.mirco")), instance(json!("t3.micro")));
    cases.case(
        "nothing like it",
        instance(json!("the usual")),
        and(instance(json!({ "param": "kind" })), &json!({ "$parameters": { "kind": {} } })),
    );
    cases.case(
        "not in this region",
        within("ap-southeast-7", instance(json!("a1.large"))),
        within("eu-west-1", instance(json!("a1.large"))),
    );
    cases.case(
        "a slip in a region",
        within("eu-west-1", instance(json!("m5.lagre"))),
        within("us-iso-east-1", instance(json!("m5.lagre"))),
    );
    cases.case(
        "one of two",
        instance(json!({ "either": ["t3.micro", "t3.mikro"] })),
        instance(json!({ "either": ["t3.micro", "t3.small"] })),
    );
    let fleet = |kind: &str| {
        let overrides = json!([{ "InstanceType": "m5.large" }, { "InstanceType": kind }]);
        let template = json!({ "LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1" });
        one(
            "AWS::EC2::EC2Fleet",
            &json!({ "TargetCapacitySpecification": { "TotalTargetCapacity": 1 }, "LaunchTemplateConfigs":
                [{ "LaunchTemplateSpecification": template, "Overrides": overrides }] }),
        )
    };
    cases.case("in a list", fleet("m5.huge"), fleet("m5.xlarge"));
    let database = |changes: &Json| {
        one(
            "AWS::RDS::DBInstance",
            &and(
                json!({ "AllocatedStorage": "20", "MasterUsername": "orders", "ManageMasterUserPassword": true }),
                changes,
            ),
        )
    };
    let classed =
        |engine: &str, class: &str| database(&json!({ "Engine": engine, "DBInstanceClass": class }));
    cases.case(
        "of an engine",
        within("eu-west-1", classed("MySQL", "db.t9.micro")),
        within("eu-west-1", classed("MySQL", "db.t4g.micro")),
    );
    // Without a licence, nothing is known of what Oracle runs on.
    let licensed = database(
        &json!({ "Engine": "oracle-se2", "LicenseModel": "license-included", "DBInstanceClass": "db.t4g.micro" }),
    );
    cases.case("of a licence", licensed, classed("oracle-se2", "db.t4g.micro"));
    let versioned = |version: Json| {
        database(&json!({ "Engine": "postgres", "EngineVersion": version, "DBInstanceClass": "db.t3.micro" }))
    };
    cases.case("of a version", versioned(json!("11.21")), versioned(json!("16.15")));
    assert_eq!(
        super::found(&and(versioned(json!({ "param": "v" })), &json!({ "$parameters": { "v": {} } }))),
        ""
    );
    let domain = |kind: &str| {
        one("AWS::OpenSearchService::Domain", &json!({ "ClusterConfig": { "InstanceType": kind } }))
    };
    cases.case("of another service", domain("m5.large.elasticsearch"), domain("m5.large.search"));
    insta::assert_snapshot!(cases.text);
}
