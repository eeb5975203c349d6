use crate::fixture::{resource, stack};
use crate::{Entry, Stack, Value};

use crate::fixture::located;

#[test]
fn records_are_read_by_name() {
    let record = Value::Record(vec![Entry { name: "A".into(), value: located(Value::Int(1), 1) }]);
    assert_eq!(record.get("A").map(|it| &it.value), Some(&Value::Int(1)));
    assert_eq!(record.get("B"), None);
    assert_eq!(Value::string("A").get("A"), None);
    assert_eq!(Value::string("A").as_str(), Some("A"));
    assert_eq!(Value::Int(1).as_str(), None);
}

#[test]
fn resources_are_read_by_property_and_by_id() {
    let resource = resource("R", vec![("P", located(Value::Int(1), 1))]);
    assert_eq!(resource.property("P").map(|it| &it.value), Some(&Value::Int(1)));
    assert_eq!(resource.property("Q"), None);
    let stack = stack(&[vec![], vec![]]);
    for (id, resource) in stack.resource_ids() {
        assert_eq!(stack.resource(id), resource);
    }
    assert_eq!(Stack::export_name("Shop", "Url"), "Shop:Url");
}
