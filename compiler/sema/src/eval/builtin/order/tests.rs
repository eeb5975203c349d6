use std::rc::Rc;
use std::sync::Arc;

use super::*;
use crate::eval::builtin::tests::{account, at, conditional, i, l, r, region, show, t, variant};
use crate::eval::value::Statement;

#[test]
fn equality() {
    let yes = Some(true);
    let no = Some(false);
    let branch = || {
        let value = |value| ci_graph::Located { value, origin: at(Value::None).origin };
        let condition = crate::eval::builtin::tests::condition();
        let (then, otherwise) = (value(ci_graph::Value::Int(1)), value(ci_graph::Value::Absent));
        Value::late(Late::If { condition, then, otherwise })
    };
    let cases = [
        (i(1), i(1), yes),
        (i(1), i(2), no),
        (i(1), Value::Float(1.0), yes),
        (Value::Float(1.5), i(1), no),
        (i(i64::MAX), Value::Float(9_223_372_036_854_775_808.0), no),
        (Value::Float(0.0), Value::Float(-0.0), yes),
        (i(1), t("1"), no),
        (t("a"), t("a"), yes),
        (Value::Duration(60), Value::Duration(60), yes),
        (Value::Duration(60), Value::Size(60), no),
        (Value::None, Value::None, yes),
        (Value::None, i(0), no),
        (variant(1, "a"), variant(1, "a"), yes),
        (variant(1, "a"), variant(2, "a"), no),
        (variant(1, "a"), t("a"), yes),
        (variant(1, "a"), t("b"), no),
        (Value::Range(0, 1), Value::Range(0, 1), yes),
        (l([i(1), i(2)]), l([i(1), i(2)]), yes),
        (l([i(1), i(2)]), l([i(2), i(1)]), no),
        (l([region(), i(1)]), l([account(), i(2)]), no),
        (l([region()]), l([account()]), None),
        (l([region()]), l([]), no),
        (r([("a", i(1)), ("b", i(2))]), r([("b", i(2)), ("a", i(1))]), yes),
        (r([("a", i(1))]), r([("a", i(1)), ("b", Value::None)]), yes),
        (r([("a", i(1))]), r([("a", i(1)), ("b", i(2))]), no),
        (r([("a", i(1)), ("b", i(2))]), r([("a", i(1))]), no),
        (r([("a", region())]), r([("a", t("x"))]), None),
        (r([("a", i(1))]), r([("a", conditional(i(1)))]), None),
        (region(), region(), yes),
        (region(), account(), None),
        (region(), t("eu-west-1"), None),
        (region(), Value::None, no),
        (branch(), Value::None, None),
        (Value::Unknown, Value::Unknown, None),
        (conditional(i(1)), conditional(i(1)), yes),
        (conditional(i(1)), conditional(i(2)), None),
        (conditional(i(1)), Value::None, None),
        (conditional(i(1)), i(1), None),
        (conditional(i(1)), i(2), no),
        (
            Value::Actions(Rc::new(["s3:GetObject".into()])),
            Value::Actions(Rc::new(["s3:GetObject".into()])),
            yes,
        ),
    ];
    for (left, right, expected) in cases {
        assert_eq!(equal(&left, &right), expected, "{} == {}", show(&left), show(&right));
        assert_eq!(equal(&right, &left), expected, "{} == {}", show(&right), show(&left));
    }
}

#[test]
fn statements_are_equal_by_content() {
    let statement = |resource: Value, conditions: Option<Value>| {
        let actions: Rc<[Arc<str>]> = Rc::new(["s3:GetObject".into()]);
        Value::Statement(Rc::new(Statement {
            sid: None,
            effect: ci_syntax::ast::Effect::Allow,
            actions,
            resources: Some(vec![at(resource)]),
            principals: vec![at(Value::Principal(Rc::new(Principal::Everyone)))],
            conditions: conditions.map(at),
        }))
    };
    assert_eq!(equal(&statement(t("a"), None), &statement(t("a"), None)), Some(true));
    assert_eq!(equal(&statement(t("a"), None), &statement(t("b"), None)), Some(false));
    assert_eq!(equal(&statement(region(), None), &statement(t("b"), None)), None);
    assert_eq!(equal(&statement(t("a"), None), &statement(t("a"), Some(r([])))), Some(false));
}

#[test]
fn order() {
    use Ordering::{Equal, Greater, Less};
    let cases = [
        (i(1), i(2), Some(Less)),
        (i(1), Value::Float(1.5), Some(Less)),
        (i(-1), Value::Float(-1.5), Some(Greater)),
        (i(i64::MAX), Value::Float(9_223_372_036_854_775_807.0), Some(Less)),
        (i(i64::MIN), Value::Float(-9_223_372_036_854_775_808.0), Some(Equal)),
        (i(0), Value::Float(-1e300), Some(Greater)),
        (i(9_007_199_254_740_993), Value::Float(9_007_199_254_740_992.0), Some(Greater)),
        (t("Z"), t("a"), Some(Less)),
        (t("a"), t("ä"), Some(Less)),
        (Value::Bool(false), Value::Bool(true), Some(Less)),
        (Value::Duration(1), Value::Duration(2), Some(Less)),
        (Value::Size(2), Value::Size(2), Some(Equal)),
        (variant(1, "z"), variant(2, "a"), Some(Less)),
        (variant(2, "a"), t("b"), Some(Less)),
        (l([i(1)]), l([i(1), i(0)]), Some(Less)),
        (l([i(1), region()]), l([i(2), region()]), Some(Less)),
        (l([region()]), l([region()]), None),
        (t("a"), i(1), None),
        (region(), t("a"), None),
        (r([]), r([]), None),
        (Value::Unknown, i(1), None),
    ];
    for (left, right, expected) in cases {
        assert_eq!(compare(&left, &right), expected, "{} and {}", show(&left), show(&right));
        assert_eq!(
            compare(&right, &left),
            expected.map(Ordering::reverse),
            "{} and {}",
            show(&right),
            show(&left)
        );
    }
}
