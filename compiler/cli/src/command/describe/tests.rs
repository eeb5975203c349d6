use super::*;

#[test]
fn paths_step_through_lists_in_any_case() {
    let bucket = resource_type("aws::s3::Bucket").unwrap();
    let cases = [
        ("LifecycleConfiguration.Rules.Status", "LifecycleConfiguration/Rules/*/Status"),
        ("lifecycleconfiguration.rules", "LifecycleConfiguration/Rules"),
        ("LifecycleConfiguration/Rules/*/Id", "LifecycleConfiguration/Rules/*/Id"),
    ];
    for (path, expected) in cases {
        assert_eq!(pointer(bucket, path).unwrap(), expected);
        assert!(bucket.node_at(expected).is_some(), "{expected}");
    }
    let error = pointer(bucket, "LifecycleConfiguration.Rulez").unwrap_err();
    assert!(error.message.contains("did you mean `Rules`?"), "{error}");
}

#[test]
fn words_find_types_the_best_first() {
    let queues = search::types("queue");
    assert!(queues.contains(&"AWS::SQS::Queue"), "{queues:?}");
    assert!(queues[0].ends_with("::Queue"), "{queues:?}");
    assert_eq!(search::types("sqs queue")[0], "AWS::SQS::Queue");
    assert_eq!(search::types("aws"), Vec::<&str>::new());
    assert_eq!(search::types("nothing like it"), Vec::<&str>::new());
}

#[test]
fn slips_find_their_type() {
    assert_eq!(search::nearest("aws::dynamodb::Tabel"), Some("AWS::DynamoDB::Table"));
    assert_eq!(search::nearest("AWS::S3::Bukcet"), Some("AWS::S3::Bucket"));
    assert_eq!(search::nearest("xyzzyplugh"), None);
}

#[test]
fn every_type_can_be_described() {
    for name in ci_catalog::resource_types() {
        let schema = resource_type(name).unwrap();
        let facts = facts::Type::of(schema);
        assert!(json(&facts).is_ok(), "{name}");
        for property in &facts.properties {
            let detail = facts::Detail::of(schema, &pointer(schema, &property.name).unwrap());
            assert_eq!(detail.property.required, property.required, "{name} {}", property.name);
        }
    }
}

#[test]
fn what_is_offered_is_part_of_a_property() {
    let of = |name: &str, path: &str| {
        let schema = resource_type(name).unwrap();
        facts::Detail::of(schema, &pointer(schema, path).unwrap())
    };
    let template = of("AWS::EC2::LaunchTemplate", "LaunchTemplateData.InstanceType");
    assert!(template.offers[0].values["t3.micro"].contains(&"eu-west-1"));
    let fleet = of("AWS::EC2::EC2Fleet", "LaunchTemplateConfigs.Overrides.InstanceType");
    assert_eq!(fleet.offers[0].values, template.offers[0].values);
    let class = of("AWS::RDS::DBInstance", "DBInstanceClass");
    assert!(class.offers.iter().any(|offer| offer.when == ["Engine: mysql", "no LicenseModel"]));
    let version = class.offers.iter().find(|offer| !offer.regional).unwrap();
    assert!(version.when.iter().any(|when| when.starts_with("EngineVersion: ")), "{:?}", version.when);
    assert!(of("AWS::S3::Bucket", "BucketName").offers.is_empty());
}
