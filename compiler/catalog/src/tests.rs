//! The embedded files are complete and say what is known to be true.

use std::collections::BTreeSet;

use crate::node::{self, is_called_arn};
use crate::*;

fn schema(name: &str) -> &'static ResourceSchema {
    resource_type(name).unwrap_or_else(|| panic!("{name} is in the catalog"))
}

fn node(schema: &ResourceSchema, pointer: &str) -> &'static Node {
    let id = schema.node_at(pointer).unwrap_or_else(|| panic!("{} has {pointer}", schema.name()));
    schema.node(id)
}

#[test]
fn common_types_have_the_number_of_settable_properties_measured_in_their_source() {
    for (name, expected) in [
        ("AWS::S3::Bucket", 25),
        ("AWS::Lambda::Function", 31),
        ("AWS::DynamoDB::Table", 21),
        ("AWS::EC2::VPC", 8),
        ("AWS::EC2::Subnet", 17),
        ("AWS::EC2::SecurityGroup", 6),
        ("AWS::RDS::DBInstance", 83),
        ("AWS::RDS::DBCluster", 61),
        ("AWS::ECS::Service", 28),
        ("AWS::ECS::TaskDefinition", 18),
        ("AWS::SQS::Queue", 16),
        ("AWS::SNS::Topic", 14),
        ("AWS::ApiGatewayV2::Api", 18),
        ("AWS::CloudFront::Distribution", 2),
        ("AWS::KMS::Key", 12),
        ("AWS::StepFunctions::StateMachine", 11),
    ] {
        let schema = schema(name);
        let properties = schema.node(schema.root()).properties;
        let settable = properties.iter().filter(|property| !schema.is_read_only(property.name)).count();
        assert_eq!(settable, expected, "{name}");
    }
}

#[test]
fn every_type_and_every_node_decodes() {
    let mut names = Vec::new();
    for name in resource_types() {
        let schema = schema(name);
        assert_eq!(schema.name(), name);
        let root = schema.node(schema.root());
        assert!(root.kinds.contains(Kinds::OBJECT), "{name}");
        for id in schema.node_ids() {
            let node = schema.node(id);
            assert!(node.properties.is_sorted_by_key(|property| property.name), "{name} {id:?}");
            for property in node.properties {
                assert!(property.node.index() < schema.node_ids().count(), "{name} {}", property.name);
            }
        }
        for attribute in schema.attributes() {
            schema.node(attribute.node);
        }
        for rule in schema.rules() {
            schema.node(rule.node);
            assert!(schema.node_at(rule.pointer).is_some(), "{name} {} {}", rule.id, rule.pointer);
        }
        names.push(name);
    }
    assert!(names.is_sorted());
    assert!(names.len() > 1_800);
}

#[test]
fn every_reference_leads_to_a_property_or_attribute() {
    for name in resource_types() {
        let referring = schema(name);
        for target in referring.node_ids().flat_map(|id| referring.node(id).references) {
            let referred = schema(target.resource_type);
            assert!(
                referred.attribute(target.attribute).is_some()
                    || referred.node(referred.root()).property(target.attribute).is_some(),
                "{name} refers to {}.{}",
                target.resource_type,
                target.attribute
            );
        }
    }
}

#[test]
fn the_files_are_those_of_sources_toml() {
    use sha2::{Digest, Sha256};

    let sources: toml::Table = include_str!("../data/SOURCES.toml").parse().expect("SOURCES.toml is TOML");
    for (name, bytes) in [
        ("cfn.bin", CFN_BYTES),
        ("iam.bin", include_bytes!("../data/iam.bin")),
        ("offers.bin", include_bytes!("../data/offers.bin")),
    ] {
        let found = Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        assert_eq!(sources["files"][name]["sha256"].as_str(), Some(found.as_str()), "{name}");
    }
    let count =
        |what: &str| sources["counts"][what].as_integer().and_then(|count| usize::try_from(count).ok());
    assert_eq!(count("types"), Some(resource_types().count()));
    assert_eq!(count("services"), Some(iam::services().count()));
    let actions = iam::services().filter_map(iam::service).map(|service| service.actions().len());
    assert_eq!(count("actions"), Some(actions.sum()));
}

#[test]
fn ref_and_getatt_follow_the_exceptions() {
    for (name, parts) in [
        ("AWS::S3::Bucket", &["BucketName"][..]),
        ("AWS::SQS::Queue", &["QueueUrl"]),
        ("AWS::ECS::Service", &["ServiceArn"]),
        ("AWS::EC2::EIP", &["PublicIp"]),
        ("AWS::Cognito::UserPoolClient", &["ClientId"]),
        ("AWS::Events::Rule", &["EventBusName", "Name"]),
    ] {
        assert_eq!(schema(name).ref_parts(), parts, "{name}");
    }
    let database = schema("AWS::RDS::DBInstance");
    let address = database.attribute("Endpoint.Address").expect("RDS instances have an address");
    assert_eq!(database.node(address.node).kinds, Kinds::STRING);
    assert!(database.attribute("MasterUserPassword").is_none(), "what cannot be read back is no attribute");
    let cluster = schema("AWS::DocDB::DBCluster");
    let port = cluster.attribute("Port").expect("DocumentDB clusters have a port");
    assert_eq!(cluster.node(port.node).kinds, Kinds::STRING, "CloudFormation returns this number as text");
}

#[test]
fn strings_say_what_they_identify() {
    let target = |resource_type, attribute| RefTarget { resource_type, attribute };
    let role = node(schema("AWS::Lambda::Function"), "Role");
    assert_eq!(role.references, [target("AWS::IAM::Role", "Arn")]);
    let subnets = node(schema("AWS::Lambda::Function"), "VpcConfig/SubnetIds/*");
    assert_eq!(subnets.references, [target("AWS::EC2::Subnet", "SubnetId")]);
    // Said only in alternatives of the schema, known on the property.
    let key = node(schema("AWS::SQS::Queue"), "KmsMasterKeyId");
    assert!(key.references.contains(&target("AWS::KMS::Key", "Arn")), "{:?}", key.references);
    assert!(key.references.contains(&target("AWS::KMS::Alias", "AliasName")), "{:?}", key.references);
}

#[test]
fn policy_documents_are_marked_with_their_kind() {
    let kind = |name, pointer| node(schema(name), pointer).policy;
    assert_eq!(kind("AWS::IAM::Role", "AssumeRolePolicyDocument"), Some(PolicyKind::Trust));
    assert_eq!(kind("AWS::IAM::Role", "Policies/*/PolicyDocument"), Some(PolicyKind::Identity));
    assert_eq!(kind("AWS::IAM::Role", "ManagedPolicyArns"), Some(PolicyKind::ManagedArns));
    assert_eq!(kind("AWS::S3::BucketPolicy", "PolicyDocument"), Some(PolicyKind::Resource));
    assert_eq!(
        kind("AWS::ECR::Repository", "RepositoryPolicyText"),
        Some(PolicyKind::ResourceWithoutResource)
    );
    assert_eq!(kind("AWS::SQS::Queue", "RedriveAllowPolicy"), None, "not an IAM policy in spite of its name");
    assert!(node(schema("AWS::S3::BucketPolicy"), "PolicyDocument").is_json_document());
}

#[test]
fn pointers_cover_what_is_below_them_with_or_without_stars() {
    let bucket = schema("AWS::S3::Bucket");
    assert!(bucket.is_create_only("BucketName"));
    assert!(!bucket.is_create_only("VersioningConfiguration/Status"));
    assert!(bucket.is_read_only("Arn"));
    let rule = schema("AWS::ElasticLoadBalancingV2::ListenerRule");
    assert!(rule.is_write_only("Actions/*/AuthenticateOidcConfig/ClientSecret"));
    assert!(rule.is_write_only("Actions/AuthenticateOidcConfig/ClientSecret"));
    assert!(!rule.is_write_only("Actions"));
    assert!(schema("AWS::Location::Tracker").is_deprecated("PricingPlan"));
    assert!(!schema("AWS::RDS::DBInstance").conditional_create_only().is_empty());
}

#[test]
fn facts_about_types_are_as_documented() {
    let queue = schema("AWS::SQS::Queue");
    assert_eq!(queue.arn_template(), Some("arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"));
    assert_eq!(queue.iam_resource_type(), Some(("sqs", "queue")));
    assert!(queue.is_stateful() && !queue.supports_snapshot());
    assert!(schema("AWS::RDS::DBCluster").supports_snapshot());
    assert!(schema("AWS::DynamoDB::Table").is_stateful());
    assert!(!schema("AWS::EC2::SecurityGroup").is_stateful());
    assert!(queue.handler_permissions(Handler::Create).is_some_and(|all| all.contains(&"sqs:CreateQueue")));
    assert!(schema("AWS::CodeBuild::Project").handler_permissions(Handler::Update).is_some(), "by overlay");
    assert_eq!(schema("AWS::DocDB::DBCluster").handler_permissions(Handler::Create), None);
    let group = schema("AWS::AutoScaling::AutoScalingGroup");
    assert!(group.update_policy().contains(&"AutoScalingRollingUpdate"));
    assert!(group.creation_policy().contains(&"ResourceSignal"));
    assert!(queue.update_policy().is_empty() && queue.creation_policy().is_empty());
    assert!(schema("AWS::Serverless::Function").is_sam() && !queue.is_sam());
    let mesh = schema("AWS::AppMesh::Mesh").lifecycle().expect("App Mesh ends");
    assert_eq!((mesh.status, mesh.date), (LifecycleStatus::Sunset, Some("2026-09-30")));
    assert_eq!(
        schema("AWS::Wisdom::Assistant").replacement_strategy(),
        Some(ReplacementStrategy::DeleteThenCreate)
    );
}

#[test]
fn tags_are_written_in_one_of_three_ways() {
    let shape = |name| schema(name).tagging().map(|tagging| tagging.shape);
    let list = |propagates| Some(TagShape::List { key: "Key", value: "Value", propagates });
    assert_eq!(shape("AWS::S3::Bucket"), list(false));
    assert_eq!(shape("AWS::AutoScaling::AutoScalingGroup"), list(true));
    assert_eq!(shape("AWS::ApiGatewayV2::Api"), Some(TagShape::Map));
    assert_eq!(shape("AWS::Lambda::Permission"), None);
}

#[test]
fn regions_are_known_unknown_or_absent() {
    let queue = schema("AWS::SQS::Queue").regions();
    assert_eq!(queue.contains("eu-west-1"), Some(true));
    assert_eq!(queue.contains("us-iso-east-1"), None, "no source lists what exists there");
    assert_eq!(schema("AWS::Serverless::Function").regions().contains("eu-west-1"), None);
    assert!(known_regions().contains(&"cn-north-1") && unknown_regions().contains(&"us-iso-east-1"));
    let absent = resource_types().filter(|name| schema(name).regions().contains("cn-north-1") == Some(false));
    assert!(absent.count() > 500);
}

#[test]
fn cross_property_rules_are_nodes_too() {
    let table = schema("AWS::DynamoDB::Table");
    let rule = table.rules().iter().find(|rule| rule.id == "E3639").expect("billing mode rule");
    assert!(rule.is_enforced() && rule.pointer.is_empty());
    let condition = table.node(rule.node).if_then_else.expect("it is a condition").condition;
    let mode = table.node(condition).property("BillingMode").expect("about the billing mode").node;
    let excluded = table.node(mode).not.expect("anything but one mode");
    assert_eq!(table.node(excluded).const_value, Some(Scalar::Str("PAY_PER_REQUEST")));
    // Enumerations of mixed kinds.
    let group = schema("AWS::EC2::SecurityGroup");
    let mixed = group.node_ids().map(|id| group.node(id));
    assert!(
        mixed.into_iter().any(|n| n.enum_values.contains(&"tcp") && n.enum_scalars.contains(&Scalar::Int(6)))
    );
    let retention = node(schema("AWS::Logs::LogGroup"), "RetentionInDays");
    assert!(retention.enum_scalars.contains(&Scalar::Int(365)));
}

#[test]
fn keys_of_tables_are_typed() {
    let table = schema("AWS::DynamoDB::Table");
    assert_eq!(node(table, "KeySchema").kinds, Kinds::ARRAY);
    assert_eq!(node(table, "KeySchema/*/KeyType").enum_values, ["HASH", "RANGE"]);
    assert_eq!(node(schema("AWS::SQS::Queue"), "DeduplicationScope").enum_values, ["messageGroup", "queue"]);
}

#[test]
fn all_patterns_but_these_can_be_checked() {
    let mut unsupported = Vec::new();
    for name in resource_types() {
        let schema = schema(name);
        let patterns = schema.node_ids().map(|id| schema.node(id));
        for pattern in patterns.flat_map(|node| {
            node.pattern.into_iter().chain(node.pattern_properties.iter().map(|(pattern, _)| *pattern))
        }) {
            if !is_supported_pattern(pattern) && !unsupported.contains(&pattern) {
                unsupported.push(pattern);
            }
        }
    }
    unsupported.sort_unstable();
    assert_eq!(
        unsupported,
        [
            // Too large as automata.
            r"[\p{L}\p{M}\p{Z}\p{N}\p{P}]{0,1024}",
            // They repeat a look-ahead, which says nothing more than to have it once.
            r"^(\/|(\/(?!\.)+[^$#<>;;`|&?{}^*/\n]+){1,4})$",
            r"^(\/|(\/(?!\.)+[^$#<>;`|&?{}^*/\n]+){1,4})$",
        ]
    );
}

#[test]
fn patterns_search_as_json_schema_does() {
    assert!(pattern_matches("b+", "abc"), "a search, not a full match");
    assert!(!pattern_matches("^b+$", "abc"));
    assert!(pattern_matches(r"^[0-9A-Za-z\.\-_]*(?<!\.)$", "a.b"), "look-behind is supported");
    assert!(!pattern_matches(r"^[0-9A-Za-z\.\-_]*(?<!\.)$", "a.b."));
    assert!(!pattern_matches(r"^\d\w$", "٣é"), "digits and letters are those of ASCII");
    assert!(pattern_matches(r"^[\w-.[&&~]+$", "a-.[&~") && !pattern_matches(r"^[\w-.]+$", "a/"));
    assert!(pattern_matches(r"^[\u0020-\uD7FF\uD800\uDC00-\uDBFF\uDFFF]*$", "a 𝄞"));
    assert!(pattern_matches(r"^[\p{L}-_]+$", "é-_"));
    assert!(pattern_matches("(unclosed", "anything"), "what cannot be compiled matches");
}

#[test]
fn runtimes_have_their_dates() {
    let python = lambda_runtime("python3.8").expect("a runtime that ended");
    assert!(python.deprecated.is_some_and(|date| date < "2025"));
    assert_eq!(lambda_runtime("cobol85"), None);
    assert!(lambda_runtimes().is_sorted_by_key(|runtime| runtime.name));
}

/// What properties that are called ARNs take, by type.
fn taken_as_arns() -> BTreeSet<(&'static str, &'static str)> {
    let mut found = BTreeSet::new();
    for schema in resource_types().filter_map(resource_type) {
        let mut seen = BTreeSet::new();
        let mut left = vec![schema.root()];
        while let Some(id) = left.pop() {
            let node = schema.node(id);
            if !seen.insert(id) {
                continue;
            }
            for property in node.properties {
                let targets = schema.node(property.node).references;
                if is_called_arn(property.name) {
                    found.extend(targets.iter().map(|target| (target.resource_type, target.attribute)));
                }
                left.push(property.node);
            }
            left.extend(node.items);
            left.extend(node.one_of.iter().chain(node.any_of).chain(node.all_of));
        }
    }
    found
}

#[test]
fn identifiers_that_only_their_use_shows_to_be_arns_are_known() {
    let has_no_arn = |name| resource_type(name).is_some_and(|schema| schema.own_arn().is_none());
    let unnamed: Vec<_> = taken_as_arns()
        .into_iter()
        .filter(|(name, attribute)| !is_called_arn(attribute) && has_no_arn(name))
        .collect();
    assert_eq!(unnamed, node::UNNAMED_ARNS);
}

#[test]
fn arns_are_told_apart_from_other_identifiers() {
    let is_arn = |resource_type, attribute| RefTarget { resource_type, attribute }.is_arn();
    assert!(is_arn("AWS::SQS::Queue", "Arn") && is_arn("AWS::Kinesis::StreamConsumer", "StreamARN"));
    assert!(is_arn("AWS::SecretsManager::Secret", "Id"));
    assert!(is_arn("AWS::ControlTower::EnabledBaseline", "EnabledBaselineIdentifier"), "by its pattern");
    assert!(!is_arn("AWS::EFS::FileSystem", "FileSystemId"), "its pattern takes an id as well");
    assert!(!is_arn("AWS::Route53::HostedZone", "Id") && !is_arn("AWS::SQS::Queue", "QueueName"));
}

#[test]
fn every_offer_is_about_a_property_and_has_its_values() {
    let mut properties = 0;
    for name in resource_types() {
        let schema = schema(name);
        let mut pointers: Vec<&str> = schema.offers().iter().map(|offer| offer.pointer).collect();
        for offer in schema.offers() {
            assert!(schema.node_at(offer.pointer).is_some(), "{name} {}", offer.pointer);
            for when in offer.when {
                assert!(schema.node_at(when.property).is_some(), "{name} {}", when.property);
            }
            let offered = offer.values().unwrap_or_else(|| panic!("there is a table {}", offer.table));
            let values: Vec<&str> = offered.values().collect();
            assert!(!values.is_empty() && values.is_sorted(), "{}", offer.table);
            for value in values {
                let regions = offered.regions(value).expect("it is offered somewhere");
                assert!(regions.iter().next().is_some(), "{} {value}", offer.table);
                assert!(regions.iter().all(|region| offered.covers(region)), "{} {value}", offer.table);
            }
        }
        pointers.sort_unstable();
        pointers.dedup();
        properties += pointers.len();
    }
    assert_eq!(properties, 31, "as many as cfn-lint has rules' places for");
}

#[test]
fn offers_differ_by_region_and_by_what_else_is_asked_for() {
    let of = |name: &str, pointer: &str| {
        let mut offers = schema(name).offers().iter().filter(|offer| offer.pointer == pointer);
        offers.next().and_then(Offer::values).expect("a table")
    };
    let instances = of("AWS::EC2::Instance", "InstanceType");
    assert!(std::ptr::eq(instances, of("AWS::EC2::LaunchTemplate", "LaunchTemplateData/InstanceType")));
    let regions = instances.regions("a1.large").expect("an old type");
    assert_eq!(regions.contains("eu-west-1"), Some(true));
    assert_eq!(regions.contains("ap-southeast-7"), Some(false));
    assert!(instances.covers("ap-southeast-7") && !instances.covers("us-iso-east-1"));
    assert!(instances.values_in("eu-west-1").any(|value| value == "a1.large"));
    assert!(!instances.values_in("ap-southeast-7").any(|value| value == "a1.large"));
    assert_eq!(instances.values_in("us-iso-east-1").next(), None);
    assert!(instances.regions("t9.micro").is_none());

    let version = Test::Version(&["8.0", "16.8-limitless"]);
    assert!(version.accepts("8.0") && version.accepts("8.0.35") && version.accepts("16.8-limitless"));
    assert!(!version.accepts("8.01") && !version.accepts("8") && !version.accepts("16.8"));
    assert!(Test::OneOf(&["mysql"]).accepts("MySQL") && !Test::OneOf(&["mysql"]).accepts("mysql8"));
    assert!(!Test::Absent.accepts(""));
}

#[test]
fn namespaces_are_those_of_all_names() {
    let own = |name: &'static str| name.rfind(':').map_or("", |at| &name[..=at]);
    let all: BTreeSet<&str> = resource_types().map(own).collect();
    assert_eq!(resource_type_namespaces().collect::<Vec<_>>(), all.into_iter().collect::<Vec<_>>());
}
