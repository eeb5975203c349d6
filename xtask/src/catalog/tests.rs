//! The parts that read other people's formats.

use serde_json::{Value, json};

use super::extension::Extension;
use super::overlay::Place;
use super::{Report, arn, iam, merge, offers, references};

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
    merge::settle_items(&mut schema, "T", &mut Report::default());
    let expected = json!({ "properties": { "Kind": { "type": "integer", "enum": ["X"] } } });
    assert_eq!(schema, json!({ "type": "array", "items": expected }));
}

fn table(name: &str, regional: bool, schema: Value) -> Extension {
    let places = vec![("A::B::C".to_owned(), String::new())];
    Extension { id: "E1".to_owned(), name: name.to_owned(), regional, is_table: true, schema, places }
}

#[test]
fn tables_of_offers_join_what_is_the_same() {
    let row = |engine: &str, version: &str, classes: Value| {
        json!({
            "if": {
                "properties": { "Class": { "type": "string" }, "Engine": { "const": engine }, "Licence": false,
                    "Version": { "pattern": format!(r"^({version}\..+|{version})$") } },
                "required": ["Engine", "Version", "Class"]
            },
            "then": { "properties": { "Class": { "enum": classes } } }
        })
    };
    let versions = json!({ "description": "d", "allOf": [
        row("one", r"8\.0", json!(["a", "b"])),
        row("two", r"8\.0", json!(["a", "b"])),
        row("one", r"8\.4", json!(["a", "b"])),
        row("two", r"8\.4", json!(["a", "b"])),
        row("two", r"9", json!(["b"])),
    ] });
    let regions = json!({ "description": "d", "all": { "enum": [] }, "eu-west-1": { "enum": ["a"] },
        "us-east-1": { "enum": ["a", "b"] } });
    let mut report = Report::default();
    let extensions = [
        table("v", false, versions),
        table("r", true, regions),
        table("o", false, json!({ "items": { "enum": ["a"] } })),
    ];
    let offers = offers::read(&extensions, &mut report).expect("tables");
    assert_eq!(offers.regions, ["eu-west-1", "us-east-1"]);
    assert_eq!(offers.tables.keys().collect::<Vec<_>>(), ["r", "v one 8.0", "v two 9"]);
    assert_eq!(offers.tables["r"].covered, 0b11);
    assert_eq!(offers.tables["r"].values["a"], 0b11);
    assert_eq!(offers.tables["r"].values["b"], 0b10);
    let mut found = offers.by_type["A::B::C"].clone();
    found.sort_by_key(Value::to_string);
    let versioned = |engines: &[&str], versions: &[&str], table: &str| {
        json!({ "pointer": "Class", "table": table, "when": [{ "property": "Engine", "oneOf": engines },
            { "property": "Licence" }, { "property": "Version", "version": versions }] })
    };
    let mut expected = vec![
        json!({ "pointer": "", "table": "r", "when": [] }),
        versioned(&["one", "two"], &["8.0", "8.4"], "v one 8.0"),
        versioned(&["two"], &["9"], "v two 9"),
    ];
    expected.sort_by_key(Value::to_string);
    assert_eq!(found, expected);
    assert_eq!(report.count("extension schemas left out: tables of another form"), 1);
}
