use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::unit::{UNIT_SIZE, unit};
use super::{canon, cdk, ci, pkl};

fn template(units: usize) -> Json {
    serde_json::from_str(&canon::template(&unit(), units).unwrap()).unwrap()
}

/// The logical ids that a template's value refers to.
fn targets<'a>(value: &'a Json, found: &mut BTreeSet<&'a str>) {
    match value {
        Json::Object(fields) => {
            for (key, value) in fields {
                match key.as_str() {
                    "Ref" => found.extend(value.as_str()),
                    "Fn::GetAtt" => found.extend(value[0].as_str()),
                    _ => targets(value, found),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| targets(item, found)),
        _ => {}
    }
}

#[test]
fn the_reference_template_has_all_resources_and_no_dangling_reference() {
    let template = template(3);
    let resources = template["Resources"].as_object().unwrap();
    assert_eq!(resources.len(), 3 * UNIT_SIZE);
    assert_eq!(resources["Bucket2"]["Type"], "AWS::S3::Bucket");
    assert_eq!(resources["Esm1"]["Properties"]["FunctionName"], serde_json::json!({ "Ref": "Fn1" }));
    assert_eq!(
        resources["Policy0"]["Properties"]["PolicyDocument"]["Statement"][2]["Resource"],
        serde_json::json!({ "Fn::Sub": "${Bucket0.Arn}/*" })
    );

    let mut found = BTreeSet::new();
    targets(&template, &mut found);
    assert!(!found.is_empty() && found.iter().all(|id| resources.contains_key(*id)), "{found:?}");
}

#[test]
fn each_resource_only_refers_to_earlier_ones() {
    // CDK needs it: a construct is a value before it can be named.
    let source = cdk::program(&unit(), 1, cdk::Dialect::JavaScript);
    let mut defined = BTreeSet::new();
    for resource in unit() {
        let start = source.find(&format!("const {}0 = ", resource.name.to_ascii_lowercase())).unwrap();
        defined.insert((start, resource.name));
    }
    let order: Vec<_> = defined.iter().map(|(_, name)| *name).collect();
    assert_eq!(order, unit().iter().map(|resource| resource.name).collect::<Vec<_>>());
}

#[test]
fn every_unit_is_in_exactly_one_service() {
    for (units, expected) in [(1, 1), (10, 10), (100, 100), (250, 100)] {
        let files = ci::services(&unit(), units, 100);
        assert_eq!(files.len(), expected + 1);
        for index in 0..units {
            let binding = format!("let bucket{index} = ");
            let holding = files.iter().filter(|(_, text)| text.contains(&binding)).count();
            assert_eq!(holding, 1, "{binding} of {units}");
        }
    }
}

#[test]
fn styles_differ_in_size_as_they_should() {
    let unit = unit();
    // One loop whatever the number; written out, ten times the units are ten times the text.
    assert_eq!(ci::repeated(&unit, 10).len(), ci::repeated(&unit, 99).len());
    assert!(ci::flat(&unit, 100).len() > 9 * ci::flat(&unit, 10).len());
    assert!(pkl::module(&unit, 100).len() > 9 * pkl::module(&unit, 10).len());
}

#[test]
fn braces_in_text_are_escaped_in_this_language_only() {
    assert!(ci::flat(&unit(), 1).contains(r"async (e) => \{ console.log('unit 0', e.Records.length); \};"));
    assert!(ci::repeated(&unit(), 1).contains(r"console.log('unit {i}', e.Records.length); \};"));
    assert!(pkl::module(&unit(), 1).contains("async (e) => { console.log('unit 0'"));
}
