use std::collections::BTreeSet;

use ci_sema::resource_path;

use super::*;

#[test]
fn both_spellings_lead_to_the_type() {
    for text in ["AWS::DynamoDB::Table", "aws::dynamodb::Table", "aws::dynamodb::table"] {
        assert_eq!(resource_type(text).map(ResourceSchema::name), Some("AWS::DynamoDB::Table"), "{text}");
    }
    assert!(resource_type("aws::dynamodb::Tablet").is_none());
}

#[test]
fn every_type_has_a_path_of_its_own() {
    let paths: BTreeSet<String> = ci_catalog::resource_types().map(resource_path).collect();
    assert_eq!(paths.len(), ci_catalog::resource_types().count());
    assert!(paths.contains("aws::s3::Bucket"));
    assert_eq!(resource_path("Org::Team::Thing::MODULE"), "org::team::thing::MODULE");
}
