//! The parts that read other people's formats.

use serde_json::{Value, json};

use super::overlay::Place;
use super::{arn, iam, merge, references};

#[test]
fn arn_templates_are_compared_without_the_names_of_their_variables() {
    assert_eq!(
        arn::form("arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"),
        arn::form("arn:${Partition}:sqs:${Region}:${AccountId}:${Name}")
    );
    assert_ne!(arn::form("arn:${P}:s3:::${Bucket}"), arn::form("arn:${P}:s3:::${Bucket}/${Key}"));
}

#[test]
fn a_pair_of_access_levels_counts_as_the_part_that_says_more() {
    let level = |text: &str| ci_catalog::iam::AccessLevel::ALL[usize::from(iam::level(&json!(text)))];
    assert_eq!(level("Tagging, Write"), ci_catalog::iam::AccessLevel::Tagging);
    assert_eq!(level("Permissions management, Write"), ci_catalog::iam::AccessLevel::PermissionsManagement);
    assert_eq!(level("List"), ci_catalog::iam::AccessLevel::List);
}

#[test]
fn lists_are_read_from_python() {
    let source = "a = [\"no\"]\nwanted = frozenset(\n    [\n        \"A::B\",\n        \"C::D\",\n    ]\n)\n";
    let found = merge::strings_after(source, "wanted").expect("the list is there");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["A::B", "C::D"]);
    assert!(merge::strings_after(source, "missing").is_err());
}

#[test]
fn properties_are_found_in_definitions_alternatives_and_in_place() {
    let mut schema = json!({
        "properties": { "Inline": { "properties": { "A": 1 } }, "oneOf": 2 },
        "definitions": { "Defined": { "oneOf": [{ "properties": { "B": 3 } }] } }
    });
    let mut find = |definition: Option<&str>, property: &str| -> Option<Value> {
        let place = Place {
            resource_type: String::new(),
            definition: definition.map(str::to_owned),
            property: property.to_owned(),
        };
        references::property(&mut schema, &place).cloned()
    };
    assert_eq!(find(None, "oneOf"), Some(json!(2)));
    assert_eq!(find(Some("Inline"), "A"), Some(json!(1)));
    assert_eq!(find(Some("Defined"), "B"), Some(json!(3)));
    assert_eq!(find(Some("Defined"), "A"), None);
    assert_eq!(find(Some("Nothing"), "A"), None);
}

#[test]
fn conditions_on_a_list_move_to_its_items() {
    let mut schema = json!({
        "type": "array",
        "properties": { "Kind": { "enum": ["X"], "type": "string" }, "Other": { "maxLength": 1 } },
        "items": { "properties": { "Kind": { "type": "integer" } } }
    });
    merge::settle_items(&mut schema, "T", &mut super::Report::default());
    let expected = json!({ "properties": { "Kind": { "type": "integer", "enum": ["X"] } } });
    assert_eq!(schema, json!({ "type": "array", "items": expected }));
}
