//! The embedded IAM facts.

use super::*;

fn of(prefix: &str) -> &'static Service {
    service(prefix).unwrap_or_else(|| panic!("{prefix} is a service"))
}

#[test]
fn every_service_decodes_and_is_consistent() {
    assert!(services().collect::<Vec<_>>().is_sorted());
    for prefix in services() {
        let service = of(prefix);
        assert_eq!(service.prefix, prefix);
        assert!(!service.name.is_empty(), "{prefix}");
        assert!(service.actions().is_sorted_by_key(|action| action.name), "{prefix}");
        for action in service.actions() {
            for resource in action.resources {
                let known = service.resource_type(resource.resource_type).is_some();
                assert!(known, "{prefix}:{} names {}", action.name, resource.resource_type);
            }
            for dependent in action.dependent_actions {
                assert!(is_known_action(dependent), "{prefix}:{} depends on {dependent}", action.name);
            }
        }
    }
}

#[test]
fn actions_are_found_by_exact_or_any_case() {
    let dynamodb = of("dynamodb");
    assert_eq!(dynamodb.name, "Amazon DynamoDB");
    let get = dynamodb.action("GetItem").expect("an action");
    assert_eq!(get.level, AccessLevel::Read);
    assert!(get.resources.iter().any(|resource| resource.resource_type == "table"));
    assert_eq!(dynamodb.action("getitem"), None);
    assert_eq!(dynamodb.action_ignore_case("getitem"), Some(get));
    assert!(is_known_action("s3:GetObject") && !is_known_action("s3:HeadObject"));
    assert!(!is_known_action("s3:Get*") && !is_known_action("GetObject") && !is_known_action("nowhere:Get"));
}

#[test]
fn pairs_of_access_levels_are_reduced_to_the_part_that_says_more() {
    assert_eq!(
        of("sqs").action("AddPermission").map(|action| action.level),
        Some(AccessLevel::PermissionsManagement)
    );
    assert_eq!(of("sqs").action("TagQueue").map(|action| action.level), Some(AccessLevel::Tagging));
    assert_eq!(of("sqs").action("SendMessage").map(|action| action.level), Some(AccessLevel::Write));
    assert_eq!(of("dynamodb").action("ListTables").map(|action| action.level), Some(AccessLevel::List));
}

#[test]
fn dependent_actions_come_from_the_older_release() {
    let create = of("lambda").action("CreateFunction").expect("an action");
    assert!(create.dependent_actions.contains(&"iam:PassRole"), "{:?}", create.dependent_actions);
}

#[test]
fn resource_types_have_templates_and_condition_keys() {
    let table = of("dynamodb").resource_type("table").expect("a resource type");
    assert_eq!(table.arn_template, "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}");
    let keys = of("dynamodb").condition_keys();
    assert!(keys.contains(&("dynamodb:LeadingKeys", "ArrayOfString")), "{keys:?}");
    let global = global_condition_keys();
    assert!(global.contains(&("aws:SourceArn", "ARN")) && global.contains(&("aws:SecureTransport", "Bool")));
    assert!(global.is_sorted());
}
