use ci_base::TextRange;
use ci_graph::{ParameterId, Value as Graph};

use super::*;

const AT: Origin = Origin { item: 0, range: TextRange { start: 0, end: 0 } };

fn located(value: Value) -> Located {
    Located { value, origin: AT }
}

fn list(items: &[Value]) -> Value {
    Value::list(items.iter().cloned().map(located))
}

fn weight(value: &Value) -> (u32, u32) {
    let Weight { parts, depth } = Weight::of(value);
    (parts, depth)
}

#[test]
fn a_list_weighs_what_its_elements_do_and_one() {
    let inner = list(&[Value::Int(1), Value::text("a")]);
    assert_eq!(weight(&inner), (3, 2));
    assert_eq!(weight(&list(&[inner, Value::None])), (5, 3));
}

#[test]
fn what_is_shared_counts_each_time() {
    let doubled = (0..20).fold(list(&[]), |inner, _| list(&[inner.clone(), inner]));
    assert_eq!(weight(&doubled), ((1 << 21) - 1, 21));
    let endless = (0..1_000).fold(list(&[]), |inner, _| list(&[inner.clone(), inner]));
    assert_eq!(weight(&endless).0, u32::MAX);
}

#[test]
fn a_copy_of_a_record_is_weighed_anew() {
    let record = Value::record(vec![("a".into(), located(Value::Int(1)))]);
    assert_eq!(weight(&record), (2, 2));
    let Value::Record(record) = record else { unreachable!("made above") };
    let mut longer = (*record).clone();
    longer.set("b".into(), located(list(&[Value::Int(2)])));
    assert_eq!(weight(&Value::Record(Rc::new(longer))), (4, 3));
}

#[test]
fn long_texts_are_not_light() {
    assert_eq!(weight(&Value::text("a".repeat(64_000))), (1_001, 1));
}

#[test]
fn shared_conditions_are_not_counted_for_ever() {
    let first = Condition::Equals(Graph::late(Late::Parameter(ParameterId(0))), Graph::string("a"));
    let doubled =
        (0..200).fold(Arc::new(first), |inner, _| Arc::new(Condition::All(vec![inner.clone(), inner])));
    assert!(weight(&Value::late(Late::Truth(doubled))).0 > MAX_PARTS);
}

#[test]
fn a_late_choice_weighs_both_of_its_branches() {
    let condition = Arc::new(Condition::Equals(Graph::string("a"), Graph::string("b")));
    let branch = || ci_graph::Located { value: Graph::string("x"), origin: AT };
    let choice = Late::If { condition, then: branch(), otherwise: branch() };
    assert_eq!(weight(&Value::late(choice)), (6, 3));
}
