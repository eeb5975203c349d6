use std::fmt::Write as _;
use std::rc::Rc;

use ci_base::TextRange;
use ci_graph::{Condition, Late, Pseudo, ResourceId};
use salsa::plumbing::FromId as _;

use super::*;
use crate::ItemId;
use crate::eval::value::Record;
use crate::ty::Ty;

/// An origin that tells values apart.
pub(super) fn place(item: u32) -> Origin {
    Origin { item, range: TextRange::default() }
}

/// A value, written at the 7th place.
pub(super) fn at(value: Value) -> Located {
    Located { value, origin: place(7) }
}

pub(super) fn t(text: &str) -> Value {
    Value::text(text)
}

pub(super) fn i(number: i64) -> Value {
    Value::Int(number)
}

pub(super) fn l(items: impl IntoIterator<Item = Value>) -> Value {
    Value::list(items.into_iter().map(at))
}

pub(super) fn texts(items: &[&str]) -> Value {
    l(items.iter().map(|item| t(item)))
}

pub(super) fn r(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::record(entries.into_iter().map(|(name, value)| (name.into(), at(value))).collect())
}

/// The text `<region>`, late.
pub(super) fn region() -> Value {
    Value::late(Late::Pseudo(Pseudo::Region))
}

/// The text `<account>`, late.
pub(super) fn account() -> Value {
    Value::late(Late::Pseudo(Pseudo::AccountId))
}

/// A late list.
pub(super) fn zones() -> Value {
    Value::late(Late::AvailabilityZones { region: None })
}

/// The parts of a late range.
pub(super) fn parts(count: i64) -> Value {
    let block = ci_graph::Value::late(Late::Attribute(ResourceId(0), "CidrBlock".into()));
    Value::late(Late::Cidr { block, count, host_bits: 8 })
}

pub(super) fn condition() -> Arc<Condition> {
    Arc::new(Condition::Equals(
        ci_graph::Value::string("a"),
        ci_graph::Value::late(Late::Pseudo(Pseudo::Region)),
    ))
}

pub(super) fn conditional(value: Value) -> Value {
    Value::Conditional(condition(), Rc::new(at(value)))
}

pub(super) fn variant(position: u32, text: &str) -> Value {
    Value::Variant(ItemId::from_id(salsa::Id::from_bits(1)), position, text.into())
}

/// A value in short.
pub(super) fn show(value: &Value) -> String {
    let many = |items: &[Located]| items.iter().map(|item| show(&item.value)).collect::<Vec<_>>().join(", ");
    match value {
        Value::Unknown => "unknown".into(),
        Value::None => "none".into(),
        Value::Float(number) => format!("{number:?}"),
        Value::Text(text) => format!("{text:?}"),
        Value::Variant(_, _, text) => format!("enum {text:?}"),
        Value::Duration(seconds) => format!("{seconds}s"),
        Value::Size(bytes) => format!("{bytes}B"),
        Value::List(items) => format!("[{}]", many(items)),
        Value::Record(record) => show_record(record),
        Value::Late(late) => show_late(late),
        Value::Conditional(_, inner) => format!("if({})", show(&inner.value)),
        Value::Resource(id) => format!("resource {}", id.0),
        other => scalar_text(other).map_or_else(|| other.describe().into(), |text| text.as_ref().into()),
    }
}

fn show_record(record: &Record) -> String {
    let mut shown = String::new();
    for (name, value) in &record.entries {
        let comma = if shown.is_empty() { "" } else { ", " };
        write!(shown, "{comma}{name}: {}", show(&value.value)).unwrap();
    }
    format!("{{{shown}}}")
}

pub(super) fn show_late(late: &Late) -> String {
    match late {
        Late::Pseudo(Pseudo::Region) => "<region>".into(),
        Late::Pseudo(Pseudo::AccountId) => "<account>".into(),
        Late::Attribute(_, name) => format!("<{name}>"),
        Late::AvailabilityZones { .. } => "<zones>".into(),
        Late::Concat(parts) => parts.iter().map(show_graph).collect::<Vec<_>>().join(" + "),
        Late::Join { separator, list } => format!("join({separator:?}, {})", show_graph(list)),
        Late::Split { separator, text } => format!("split({separator:?}, {})", show_graph(text)),
        Late::Select { index, list } => format!("select({index}, {})", show_graph(list)),
        Late::Cidr { block, count, host_bits } => {
            format!("cidr({}, {count}, {host_bits})", show_graph(block))
        }
        Late::Base64(text) => format!("base64({})", show_graph(text)),
        Late::If { then, otherwise, .. } => {
            format!("if({}, {})", show_graph(&then.value), show_graph(&otherwise.value))
        }
        Late::Truth(_) => "<truth>".into(),
        other => format!("{other:?}"),
    }
}

pub(super) fn show_graph(value: &ci_graph::Value) -> String {
    match value {
        ci_graph::Value::Late(late) => show_late(late),
        ci_graph::Value::String(text) => format!("{text:?}"),
        ci_graph::Value::Absent => "absent".into(),
        ci_graph::Value::Int(number) => number.to_string(),
        ci_graph::Value::Bool(known) => known.to_string(),
        ci_graph::Value::List(items) => {
            format!("[{}]", items.iter().map(|item| show_graph(&item.value)).collect::<Vec<_>>().join(", "))
        }
        ci_graph::Value::Record(entries) => {
            let entry =
                |entry: &ci_graph::Entry| format!("{}: {}", entry.name, show_graph(&entry.value.value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => format!("{other:?}"),
    }
}

pub(super) fn shown(result: Result<Value, Problem>) -> String {
    match result {
        Ok(value) => show(&value),
        Err(Problem::Late(origin)) => format!("late at {}", origin.item),
        Err(Problem::Argument(words)) => format!("argument: {words}"),
        Err(Problem::OutOfBounds(words)) => format!("bounds: {words}"),
        Err(Problem::Overflow) => "overflow".into(),
        Err(Problem::DuplicateKey(words)) => format!("duplicate: {words}"),
        Err(Problem::Data(words)) => format!("data: {words}"),
        Err(Problem::Limit(words)) => format!("limit: {words}"),
    }
}

/// `receiver.name(arguments)`: the receiver is written at place 1, the arguments at 2 and after.
fn call(receiver: Value, name: &str, arguments: Vec<Value>) -> String {
    call_with(receiver, name, arguments, None)
}

fn call_with(receiver: Value, name: &str, arguments: Vec<Value>, function: Option<Function<'_>>) -> String {
    let mut called = function.map(|function| move |arguments| function(arguments));
    let function = called.as_mut().map(|function| function as Function<'_>);
    let receiver = Located { value: receiver, origin: place(1) };
    let arguments: Vec<Located> =
        (2..).zip(arguments).map(|(item, value)| Located { value, origin: place(item) }).collect();
    shown(dispatch(Call { receiver: &receiver, name, arguments: &arguments, function, origin: place(9) }))
}

type Case = (Value, &'static str, Vec<Value>, &'static str);

fn check(cases: Vec<Case>) {
    for (receiver, name, arguments, expected) in cases {
        let shown: Vec<String> = arguments.iter().map(show).collect();
        let line = format!("{}.{name}({})", show(&receiver), shown.join(", "));
        let found = call(receiver, name, arguments);
        let matched = match expected.strip_suffix('…') {
            Some(start) => found.starts_with(start),
            None => found == expected,
        };
        assert!(matched, "{line} is\n  {found}\nnot\n  {expected}");
    }
}

#[test]
fn whole_numbers() {
    check(vec![
        (i(-3), "to_string", vec![], "\"-3\""),
        (i(3), "to_float", vec![], "3.0"),
        (i(3), "round", vec![], "3"),
        (i(-3), "abs", vec![], "3"),
        (i(i64::MIN), "abs", vec![], "overflow"),
        (i(3), "min", vec![i(2)], "2"),
        (i(3), "max", vec![i(2)], "3"),
        (i(3), "max", vec![Value::Float(3.5)], "3.5"),
        (i(3), "min", vec![region()], "late at 2"),
        (i(3), "min", vec![t("a")], "argument: expected a whole number, found a text"),
        (i(3), "min", vec![], "argument: `min` needs 1 arguments, found 0"),
        (i(30), "clamp", vec![i(1), i(10)], "10"),
        (
            i(30),
            "clamp",
            vec![i(10), i(1)],
            "argument: the lower end must not be above the upper end 1, found 10",
        ),
        (i(2), "pow", vec![i(10)], "1024"),
        (i(0), "pow", vec![i(0)], "1"),
        (i(2), "pow", vec![i(64)], "overflow"),
        (i(2), "pow", vec![i(i64::MAX)], "overflow"),
        (i(-1), "pow", vec![i(i64::MAX)], "-1"),
        (i(2), "pow", vec![i(-1)], "argument: the exponent must not be negative, found -1"),
        (i(7), "pad", vec![i(3)], "\"007\""),
        (i(-7), "pad", vec![i(3)], "\"-07\""),
        (i(1234), "pad", vec![i(3)], "\"1234\""),
        (i(i64::MIN), "pad", vec![i(0)], "\"-9223372036854775808\""),
        (i(1), "pad", vec![i(-1)], "argument: the width must not be negative, found -1"),
        (i(1), "pad", vec![i(i64::MAX)], "limit: a text may have at most 16 MiB"),
        (i(1), "pad", vec![Value::Unknown], "unknown"),
        (i(1), "to_json", vec![], "\"1\""),
        (i(1), "len", vec![], "argument: a whole number has no method `len`"),
        (region(), "abs", vec![], "late at 1"),
        (region(), "to_string", vec![], "<region>"),
    ]);
}

#[test]
fn numbers() {
    check(vec![
        (Value::Float(2.5), "to_string", vec![], "\"2.5\""),
        (Value::Float(-0.0), "to_string", vec![], "\"0\""),
        (Value::Float(3.0), "to_string", vec![], "\"3\""),
        (Value::Float(2.5), "round", vec![], "3"),
        (Value::Float(-2.5), "floor", vec![], "-3"),
        (Value::Float(2.1), "ceil", vec![], "3"),
        (Value::Float(1e300), "round", vec![], "overflow"),
        (Value::Float(9_223_372_036_854_775_808.0), "floor", vec![], "overflow"),
        (Value::Float(-9_223_372_036_854_775_808.0), "floor", vec![], "-9223372036854775808"),
        (Value::Float(-2.5), "abs", vec![], "2.5"),
        (Value::Float(2.5), "min", vec![i(1)], "1.0"),
        (Value::Float(2.5), "max", vec![Value::Float(3.5)], "3.5"),
        (Value::Float(2.5), "max", vec![region()], "late at 2"),
        (Value::Float(2.5), "max", vec![Value::None], "argument: expected a number, found `none`"),
    ]);
}

#[test]
fn durations_and_sizes() {
    check(vec![
        (Value::Duration(90), "seconds", vec![], "90"),
        (Value::Duration(120), "minutes", vec![], "2"),
        (Value::Duration(90), "minutes", vec![], "argument: 90s is not a whole number of minutes"),
        (Value::Duration(7200), "hours", vec![], "2"),
        (Value::Duration(172_800), "days", vec![], "2"),
        (Value::Duration(-60), "minutes", vec![], "-1"),
        (Value::Duration(60), "to_json", vec![], "argument: a duration has no unit yet…"),
        (Value::Size(2048), "bytes", vec![], "2048"),
        (Value::Size(2048), "kib", vec![], "2"),
        (Value::Size(3 << 20), "mib", vec![], "3"),
        (Value::Size(3 << 30), "gib", vec![], "3"),
        (Value::Size(1000), "kib", vec![], "argument: 1000B is not a whole number of KiB"),
        (region(), "seconds", vec![], "late at 1"),
    ]);
}

#[test]
fn enums() {
    check(vec![
        (variant(1, "production"), "value", vec![], "\"production\""),
        (variant(1, "production"), "to_json", vec![], r#""\"production\"""#),
        (variant(1, "production"), "to_upper", vec![], "\"PRODUCTION\""),
        (region(), "value", vec![], "<region>"),
        (region(), "name", vec![], "late at 1"),
    ]);
}

#[test]
fn known_texts() {
    check(vec![
        (t("größe"), "len", vec![], "5"),
        (t(""), "is_empty", vec![], "true"),
        (t("abc"), "contains", vec![t("bc")], "true"),
        (t("abc"), "contains", vec![region()], "late at 2"),
        (t("abc"), "contains", vec![conditional(t("a"))], "late at 2"),
        (t("abc"), "starts_with", vec![t("ab")], "true"),
        (t("abc"), "ends_with", vec![t("ab")], "false"),
        (t("ab"), "matches", vec![t("a|ab")], "true"),
        (t("xab"), "matches", vec![t("ab")], "false"),
        (t("ab\n"), "matches", vec![t("ab")], "false"),
        (t("a"), "matches", vec![t("(")], "argument: the regular expression `(` is not valid: …"),
        (t("b"), "matches", vec![t("a)|(?:b")], "argument: the regular expression…"),
        (
            t(&"ab".repeat(64)),
            "matches",
            vec![t("(a|b|ab)*(?=c)")],
            "limit: matching the regular expression `(a|b|ab)*(?=c)` takes too many steps",
        ),
        (t("größe"), "to_upper", vec![], "\"GRÖSSE\""),
        (t("ABC"), "to_lower", vec![], "\"abc\""),
        (t(" a b\n"), "trim", vec![], "\"a b\""),
        (t("a-b"), "strip_prefix", vec![t("a-")], "\"b\""),
        (t("a-b"), "strip_prefix", vec![t("x")], "\"a-b\""),
        (t("a-b"), "strip_suffix", vec![t("-b")], "\"a\""),
        (t("a.b.c"), "replace", vec![t("."), t("--")], "\"a--b--c\""),
        (t("a.b.c"), "replace", vec![t("."), region()], "\"a\" + <region> + \"b\" + <region> + \"c\""),
        (t("abc"), "replace", vec![t("."), region()], "\"abc\""),
        (t("abc"), "replace", vec![t(""), t("x")], "argument: the text to replace must not be empty"),
        (t("abc"), "replace", vec![t("a"), Value::Unknown], "unknown"),
        (t("a,b,"), "split", vec![t(",")], r#"["a", "b", ""]"#),
        (t("a"), "split", vec![t("")], "argument: the separator must not be empty"),
        (t("a"), "split", vec![region()], "late at 2"),
        (t(&",".repeat(100_000)), "split", vec![t(",")], "limit: a list may have at most 100000 elements"),
        (t("a\nb\r\n"), "lines", vec![], r#"["a", "b"]"#),
        (t("größe"), "slice", vec![i(2), i(4)], "\"öß\""),
        (t("größe"), "slice", vec![i(3)], "\"ße\""),
        (t("größe"), "slice", vec![i(1), i(99)], "\"röße\""),
        (t("größe"), "slice", vec![i(5)], "\"\""),
        (t("größe"), "slice", vec![i(6)], "bounds: the position 6 is outside of the 5 there are"),
        (t("größe"), "slice", vec![i(-1)], "bounds: the position -1 is outside of the 5 there are"),
        (t("größe"), "slice", vec![i(2), i(1)], "argument: the end must not be before the start 2, found 1"),
        (t("ab"), "repeat", vec![i(3)], "\"ababab\""),
        (t("ab"), "repeat", vec![i(0)], "\"\""),
        (t("ab"), "repeat", vec![i(i64::MAX)], "limit: a text may have at most 16 MiB"),
        (t("42"), "to_int", vec![], "42"),
        (t("-42"), "to_int", vec![], "-42"),
        (t("4 2"), "to_int", vec![], "none"),
        (t("9223372036854775808"), "to_int", vec![], "none"),
        (t("a"), "to_string", vec![], "\"a\""),
        (t("größe"), "base64", vec![], "\"Z3LDtsOfZQ==\""),
        (t("abc"), "sha256", vec![], "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""),
        (t(""), "sha256", vec![], "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\""),
        (t("order-items"), "pascal_case", vec![], "\"OrderItems\""),
        (t("OrderItems"), "kebab_case", vec![], "\"order-items\""),
        (t("OrderItems"), "snake_case", vec![], "\"order_items\""),
        (t("[1]"), "parse_json", vec![], "[1]"),
        (t("[1"), "parse_json", vec![], "data: line 1, column 2: EOF while parsing a list"),
        (t("10.0.0.0/16"), "prefix", vec![], "16"),
        (t("abc"), "prefix", vec![], "argument: `abc` is not a range of addresses, such as `10.0.0.0/16`"),
        (t("a\"b"), "to_json", vec![], r#""\"a\\\"b\"""#),
        (t("a"), "map", vec![], "argument: a text has no method `map`"),
        (Value::Unknown, "len", vec![], "unknown"),
        (Value::None, "len", vec![], "argument: `none` has no method `len`"),
        (conditional(t("a")), "len", vec![], "late at 1"),
    ]);
}

#[test]
fn late_texts() {
    let name = || {
        Value::late(Late::Concat(vec![
            ci_graph::Value::string("a-"),
            ci_graph::Value::late(Late::Pseudo(Pseudo::Region)),
        ]))
    };
    check(vec![
        (region(), "split", vec![t("-")], "split(\"-\", <region>)"),
        (region(), "split", vec![t("")], "argument: the separator must not be empty"),
        (region(), "split", vec![account()], "late at 2"),
        (region(), "split", vec![Value::Unknown], "unknown"),
        (zones(), "join", vec![t(",")], "join(\",\", <zones>)"),
        (zones(), "join", vec![account()], "late at 2"),
        (name(), "base64", vec![], "base64(\"a-\" + <region>)"),
        (name(), "to_string", vec![], "\"a-\" + <region>"),
        (name(), "to_json", vec![], r#""\"a-" + <region> + "\"""#),
        (region(), "subnets", vec![i(3), i(8)], "cidr(<region>, 3, 8)"),
        (
            region(),
            "subnets",
            vec![i(257), i(8)],
            "argument: the number of parts must be from 1 to 256, found 257",
        ),
        (
            region(),
            "subnets",
            vec![i(3), i(0)],
            "argument: the number of host bits must be from 1 to 128, found 0",
        ),
        (region(), "subnets", vec![account(), i(8)], "late at 2"),
    ]);
    let needs_known = [
        "len",
        "is_empty",
        "contains",
        "starts_with",
        "ends_with",
        "matches",
        "to_upper",
        "to_lower",
        "trim",
        "strip_prefix",
        "strip_suffix",
        "replace",
        "lines",
        "slice",
        "repeat",
        "to_int",
        "sha256",
        "pascal_case",
        "kebab_case",
        "snake_case",
        "parse_json",
        "prefix",
        "network",
        "netmask",
        "host",
        "subnet",
        "contains_range",
        "overlaps",
        "first",
        "map",
        "keys",
        "get",
    ];
    check(needs_known.map(|method| (region(), method, vec![t("a"), t("b")], "late at 1")).into());
}

#[test]
fn ranges() {
    check(vec![
        (Value::Range(0, 3), "to_list", vec![], "[0, 1, 2]"),
        (Value::Range(3, 0), "to_list", vec![], "[]"),
        (Value::Range(0, i64::MAX), "to_list", vec![], "limit: a list may have at most 100000 elements"),
        (
            Value::Range(i64::MIN, i64::MAX),
            "to_list",
            vec![],
            "limit: a list may have at most 100000 elements",
        ),
        (Value::Range(i64::MAX, i64::MIN), "to_list", vec![], "[]"),
        (Value::Range(0, 3), "len", vec![], "argument: a range has no method `len`"),
    ]);
}

#[test]
fn lists() {
    let abc = || texts(&["a", "b", "c"]);
    let resource = |id| Value::Resource(ResourceId(id));
    let two = || l([r([("key", region())]), t("x")]);
    check(vec![
        (l([region(), Value::Unknown]), "len", vec![], "2"),
        (l([]), "is_empty", vec![], "true"),
        (abc(), "first", vec![], "\"a\""),
        (l([]), "first", vec![], "none"),
        (l([t("a"), region()]), "last", vec![], "<region>"),
        (abc(), "contains", vec![t("b")], "true"),
        (l([region(), t("b")]), "contains", vec![t("b")], "true"),
        (l([region(), t("b")]), "contains", vec![t("c")], "late at 7"),
        (l([region(), account()]), "contains", vec![account()], "true"),
        (l([resource(1), resource(2)]), "contains", vec![resource(2)], "true"),
        (abc(), "contains", vec![account()], "late at 2"),
        (abc(), "contains", vec![Value::Unknown], "unknown"),
        (abc(), "index_of", vec![t("c")], "2"),
        (abc(), "index_of", vec![t("d")], "none"),
        (l([account(), region()]), "index_of", vec![account()], "0"),
        (l([region(), account()]), "index_of", vec![account()], "late at 7"),
        (two(), "contains", vec![r([("key", account())])], "late at 7"),
        (l([abc(), l([]), l([i(1)])]), "flatten", vec![], r#"["a", "b", "c", 1]"#),
        (l([t("a")]), "flatten", vec![], "argument: expected a list, found a text"),
        (
            l([parts(2)]),
            "flatten",
            vec![],
            "[select(0, cidr(<CidrBlock>, 2, 8)), select(1, cidr(<CidrBlock>, 2, 8))]",
        ),
        (l([zones()]), "flatten", vec![], "late at 7"),
        (abc(), "join", vec![t(", ")], "\"a, b, c\""),
        (l([]), "join", vec![t(",")], "\"\""),
        (l([t("a"), i(1), Value::Bool(true)]), "join", vec![t("-")], "\"a-1-true\""),
        (l([t("a"), region(), t("b"), t("c")]), "join", vec![t("-")], "\"a-\" + <region> + \"-b-c\""),
        (l([region()]), "join", vec![t("-")], "<region>"),
        (abc(), "join", vec![region()], "\"a\" + <region> + \"b\" + <region> + \"c\""),
        (l([t("a"), conditional(t("b"))]), "join", vec![t("-")], "late at 7"),
        (l([t("a"), Value::Unknown]), "join", vec![t("-")], "unknown"),
        (l([abc()]), "join", vec![t("-")], "argument: a list is no text; use `.join(…)`"),
        (abc(), "concat", vec![l([i(1)])], r#"["a", "b", "c", 1]"#),
        (abc(), "concat", vec![zones()], "late at 2"),
        (abc(), "concat", vec![Value::Unknown], "unknown"),
        (l([resource(1), region()]), "reverse", vec![], "[<region>, resource 1]"),
        (texts(&["b", "c", "a"]), "sort", vec![], r#"["a", "b", "c"]"#),
        (l([i(3), Value::Float(2.5), i(2)]), "sort", vec![], "[2, 2.5, 3]"),
        (l([l([i(2)]), l([i(1), i(5)]), l([i(1)])]), "sort", vec![], "[[1], [1, 5], [2]]"),
        (l([variant(2, "a"), variant(1, "b")]), "sort", vec![], r#"[enum "b", enum "a"]"#),
        (l([]), "sort", vec![], "[]"),
        (l([t("a"), region()]), "sort", vec![], "late at 7"),
        (l([region()]), "sort", vec![], "late at 7"),
        (l([t("a"), Value::Unknown]), "sort", vec![], "unknown"),
        (l([t("a"), i(1)]), "sort", vec![], "argument: a text and a whole number have no order"),
        (texts(&["b", "a", "b"]), "unique", vec![], r#"["b", "a"]"#),
        (l([i(1), t("1"), Value::Float(1.0), l([i(1)]), l([i(1)])]), "unique", vec![], r#"[1, "1", [1]]"#),
        (l([region(), region()]), "unique", vec![], "[<region>]"),
        (l([region(), account()]), "unique", vec![], "late at 7"),
        (l([t("a"), region()]), "unique", vec![], "late at 7"),
        (l([region(), t("a")]), "unique", vec![], "late at 7"),
        (l([t("a"), Value::Unknown]), "unique", vec![], "unknown"),
        (l([resource(1), resource(1)]), "unique", vec![], "[resource 1]"),
        (l([i(1), i(2)]), "sum", vec![], "3"),
        (l([]), "sum", vec![], "0"),
        (l([i(1), Value::Float(0.5)]), "sum", vec![], "1.5"),
        (l([Value::Duration(60), Value::Duration(1)]), "sum", vec![], "61s"),
        (l([Value::Size(60), Value::Size(1)]), "sum", vec![], "61B"),
        (l([i(i64::MAX), i(1)]), "sum", vec![], "overflow"),
        (l([Value::Float(f64::MAX), Value::Float(f64::MAX)]), "sum", vec![], "overflow"),
        (l([i(1), region()]), "sum", vec![], "late at 7"),
        (
            l([i(1), Value::Size(1)]),
            "sum",
            vec![],
            "argument: expected a number of the same kind, found a size",
        ),
        (l([i(2), i(1), i(3)]), "min", vec![], "1"),
        (l([i(2), i(1), i(3)]), "max", vec![], "3"),
        (l([]), "max", vec![], "none"),
        (l([i(2), region()]), "max", vec![], "late at 7"),
        (abc(), "slice", vec![i(1), i(2)], r#"["b"]"#),
        (abc(), "slice", vec![i(1)], r#"["b", "c"]"#),
        (abc(), "slice", vec![i(4)], "bounds: the position 4 is outside of the 3 there are"),
        (abc(), "slice", vec![i(0), region()], "late at 3"),
        (abc(), "take", vec![i(2)], r#"["a", "b"]"#),
        (abc(), "take", vec![i(9)], r#"["a", "b", "c"]"#),
        (abc(), "take", vec![i(-1)], "argument: the number of elements must not be negative, found -1"),
        (abc(), "skip", vec![i(2)], r#"["c"]"#),
        (abc(), "skip", vec![region()], "late at 2"),
        (abc(), "chunks", vec![i(2)], r#"[["a", "b"], ["c"]]"#),
        (abc(), "chunks", vec![i(0)], "argument: the number of elements must be at least 1, found 0"),
        (l([i(1), region(), Value::None]), "to_json", vec![], r#""[1,\"" + <region> + "\",null]""#),
        (abc(), "to_upper", vec![], "argument: a list has no method `to_upper`"),
        (parts(2), "len", vec![], "2"),
        (parts(2), "last", vec![], "select(1, cidr(<CidrBlock>, 2, 8))"),
        (parts(2), "join", vec![t(",")], "join(\",\", cidr(<CidrBlock>, 2, 8))"),
    ]);
}

/// What a closure makes of its last argument.
fn call_over(
    receiver: Value,
    name: &str,
    first: Vec<Value>,
    mut function: impl FnMut(Value) -> Value,
) -> String {
    let mut function = |arguments: Vec<Located>| Located {
        value: function(arguments.last().unwrap().value.clone()),
        origin: place(8),
    };
    call_with(receiver, name, first, Some(&mut function))
}

#[test]
fn lists_and_closures() {
    let numbers = || l([i(3), i(1), i(2)]);
    let resources = || l([Value::Resource(ResourceId(1)), Value::Resource(ResourceId(2))]);
    let over = |name: &str, function: fn(Value) -> Value| call_over(numbers(), name, vec![], function);
    let double = |value| match value {
        Value::Int(number) => i(number * 2),
        other => other,
    };
    let is_odd = |value| Value::Bool(matches!(value, Value::Int(number) if number % 2 == 1));
    let id = |value: Value| t(&show(&value));

    assert_eq!(over("map", double), "[6, 2, 4]");
    assert_eq!(over("map", |_| region()), "[<region>, <region>, <region>]");
    assert_eq!(call_over(resources(), "map", vec![], id), r#"["resource 1", "resource 2"]"#);
    assert_eq!(call_over(parts(1), "map", vec![], |value| value), "[select(0, cidr(<CidrBlock>, 1, 8))]");
    assert_eq!(call_over(zones(), "map", vec![], |value| value), "late at 1");
    assert_eq!(over("flat_map", |value| l([value.clone(), value])), "[3, 3, 1, 1, 2, 2]");
    assert_eq!(over("flat_map", |_| zones()), "late at 8");
    assert_eq!(over("flat_map", |_| Value::Unknown), "unknown");
    assert_eq!(over("filter", is_odd), "[3, 1]");
    assert_eq!(over("filter", |_| region()), "late at 8");
    assert_eq!(over("filter", |_| i(1)), "argument: expected a truth value, found a whole number");
    let mut asked = 0;
    let mut unknown = |_| {
        asked += 1;
        Value::Unknown
    };
    assert_eq!(call_over(numbers(), "filter", vec![], &mut unknown), "unknown");
    assert_eq!(asked, 3);
    assert_eq!(call_over(resources(), "filter", vec![], |_| Value::Bool(true)), "[resource 1, resource 2]");
    assert_eq!(over("find", |value| Value::Bool(!matches!(value, Value::Int(3)))), "1");
    assert_eq!(over("find", |_| Value::Bool(false)), "none");
    assert_eq!(over("find", |_| region()), "late at 8");
    assert_eq!(over("any", is_odd), "true");
    assert_eq!(over("any", |_| Value::Unknown), "unknown");
    assert_eq!(over("all", is_odd), "false");
    assert_eq!(call_over(l([]), "all", vec![], |_| Value::Bool(false)), "true");
    assert_eq!(over("all", |_| region()), "late at 8");
    let mut sum = |arguments: Vec<Located>| match (&arguments[0].value, &arguments[1].value) {
        (Value::Int(left), Value::Int(right)) => at(i(left * 10 + right)),
        _ => at(Value::Unknown),
    };
    assert_eq!(call_with(numbers(), "fold", vec![i(0)], Some(&mut sum)), "312");
    assert_eq!(call_with(l([]), "fold", vec![region()], Some(&mut sum)), "<region>");
    assert_eq!(over("sort_by", |value| value), "[1, 2, 3]");
    assert_eq!(over("sort_by", |_| i(0)), "[3, 1, 2]");
    assert_eq!(over("sort_by", |_| region()), "late at 8");
    assert_eq!(over("to_map", |value| t(&show(&value))), "{3: 3, 1: 1, 2: 2}");
    assert_eq!(
        call_over(resources(), "to_map", vec![], id),
        "{resource 1: resource 1, resource 2: resource 2}"
    );
    assert_eq!(over("to_map", |_| t("a")), "duplicate: two elements have the key `a`");
    assert_eq!(over("to_map", |_| region()), "late at 8");
    assert_eq!(over("to_map", |_| Value::Unknown), "unknown");
    let parity = |value| t(if show(&is_odd(value)) == "true" { "odd" } else { "even" });
    assert_eq!(call_over(numbers(), "group_by", vec![], parity), "{odd: [3, 1], even: [2]}");
    assert_eq!(over("group_by", |_| region()), "late at 8");
    assert_eq!(call(numbers(), "map", vec![Value::Unknown]), "unknown");
    assert_eq!(call(numbers(), "map", vec![]), "argument: `map` needs a closure");
}

#[test]
fn maps() {
    let map = || r([("a", i(1)), ("b", region())]);
    check(vec![
        (map(), "len", vec![], "2"),
        (r([]), "is_empty", vec![], "true"),
        (map(), "keys", vec![], r#"["a", "b"]"#),
        (map(), "values", vec![], "[1, <region>]"),
        (map(), "get", vec![t("b")], "<region>"),
        (map(), "get", vec![t("c")], "none"),
        (map(), "get", vec![region()], "late at 2"),
        (map(), "contains_key", vec![t("a")], "true"),
        (map(), "contains_key", vec![t("c")], "false"),
        (map(), "contains_key", vec![region()], "late at 2"),
        (map(), "entries", vec![], r#"[{key: "a", value: 1}, {key: "b", value: <region>}]"#),
        (map(), "merge", vec![r([("c", i(3)), ("a", i(2))])], "{a: 2, b: <region>, c: 3}"),
        (map(), "merge", vec![region()], "late at 2"),
        (map(), "merge", vec![Value::Unknown], "unknown"),
        (map(), "to_json", vec![], r#""{\"a\":1,\"b\":\"" + <region> + "\"}""#),
    ]);
    assert_eq!(call_over(map(), "map_values", vec![], |value| l([value])), "{a: [1], b: [<region>]}");
    assert_eq!(call_over(map(), "map_values", vec![], |_| Value::Unknown), "{a: unknown, b: unknown}");
    assert_eq!(call_over(map(), "filter", vec![], |value| Value::Bool(show(&value) == "1")), "{a: 1}");
    assert_eq!(call_over(map(), "filter", vec![], |_| Value::Unknown), "unknown");
    assert_eq!(call_over(map(), "filter", vec![], |_| region()), "late at 8");
    let mut by_key = |arguments: Vec<Located>| at(Value::Bool(show(&arguments[0].value) == "\"b\""));
    assert_eq!(call_with(map(), "filter", vec![], Some(&mut by_key)), "{b: <region>}");
}

#[test]
fn elements_by_index() {
    let list = || texts(&["a", "b"]);
    let map = || r([("name", i(1)), ("other", region())]);
    let cases = [
        (list(), i(1), "\"b\""),
        (list(), i(2), "bounds: the position is 2, the list has 2 elements"),
        (list(), i(-1), "bounds: the position is -1, the list has 2 elements; `.last()` is the last element"),
        (list(), region(), "late at 2"),
        (list(), t("a"), "argument: expected a whole number, found a text"),
        (list(), Value::Unknown, "unknown"),
        (Value::Unknown, i(0), "unknown"),
        (map(), t("other"), "<region>"),
        (map(), t("nam"), "bounds: there is nothing of the name `nam`; did you mean `name`?"),
        (map(), t("zzz"), "bounds: there is nothing of the name `zzz`"),
        (map(), region(), "late at 2"),
        (zones(), i(1), "select(1, <zones>)"),
        (zones(), i(-1), "bounds: the position is -1; positions of a late list count from 0"),
        (
            zones(),
            i(i64::MAX),
            "bounds: the position is 9223372036854775807; positions of a late list count from 0",
        ),
        (zones(), region(), "late at 2"),
        (zones(), t("a"), "late at 1"),
        (parts(2), i(1), "select(1, cidr(<CidrBlock>, 2, 8))"),
        (parts(2), i(2), "bounds: the position is 2, the list has 2 elements"),
        (conditional(list()), i(0), "late at 1"),
        (t("a"), i(0), "argument: expected a list or a record, found a text"),
    ];
    for (receiver, at, expected) in cases {
        let line = format!("{}[{}]", show(&receiver), show(&at));
        let receiver = Located { value: receiver, origin: place(1) };
        assert_eq!(shown(index(&receiver, &Located { value: at, origin: place(2) })), expected, "{line}");
    }
}

#[test]
fn texts_are_put_together() {
    let nested = || {
        Value::late(Late::Concat(vec![
            ci_graph::Value::string("x"),
            ci_graph::Value::late(Late::Pseudo(Pseudo::AccountId)),
        ]))
    };
    let cases = [
        (vec![], "\"\""),
        (vec![t("a"), i(1), Value::Bool(true), Value::Float(2.0), variant(0, "v")], "\"a1true2v\""),
        (vec![t(""), region(), t("")], "<region>"),
        (
            vec![t("a"), t("b"), region(), t("c"), nested(), t("d")],
            r#""ab" + <region> + "cx" + <account> + "d""#,
        ),
        (vec![region(), region()], "<region> + <region>"),
        (vec![Value::Unknown, t("a")], "unknown"),
        (vec![Value::Unknown, Value::Duration(1)], "argument: a duration is no text before…"),
        (vec![Value::Size(1)], "argument: a size is no text before…"),
        (vec![Value::None], "argument: `none` is no text; give a default with `??`"),
        (vec![conditional(t("a"))], "late at 7"),
        (vec![Value::Resource(ResourceId(0))], "argument: expected a text, found a resource"),
        (vec![t(&"a".repeat(9 << 20)), t(&"a".repeat(9 << 20))], "limit: a text may have at most 16 MiB"),
    ];
    for (parts, expected) in cases {
        let parts: Vec<Located> = parts.into_iter().map(at).collect();
        let found = shown(concat(&parts));
        match expected.strip_suffix('…') {
            Some(start) => assert!(found.starts_with(start), "{found}"),
            None => assert_eq!(found, expected),
        }
    }
}

#[test]
fn known_scalars_have_a_text() {
    assert_eq!(scalar_text(&Value::Float(1.5)).as_deref(), Some("1.5"));
    assert_eq!(scalar_text(&variant(0, "v")).as_deref(), Some("v"));
    assert_eq!(scalar_text(&region()), None);
    assert_eq!(scalar_text(&Value::None), None);
}

/// A method that the type checker lets through is never refused as one that does not exist. Names of variants are the
/// evaluator's, and so is the key behind a name, which may be a resource.
#[test]
fn every_method_has_a_value() {
    let receivers = [
        (Ty::Int, i(1)),
        (Ty::Float, Value::Float(1.0)),
        (Ty::Float, i(1)),
        (Ty::Duration, Value::Duration(1)),
        (Ty::Size, Value::Size(1)),
        (Ty::String, t("a")),
        (Ty::String, variant(0, "a")),
        (Ty::Cidr, t("10.0.0.0/16")),
        (Ty::Int.list(), l([])),
        (Ty::Map(Arc::new(Ty::Int)), r([])),
        (Ty::Range, Value::Range(0, 1)),
        (Ty::Bool, Value::Bool(true)),
    ];
    for (ty, receiver) in receivers {
        for method in crate::builtin::methods(&ty).into_iter().filter(|method| method.name != "key_arn") {
            let found = call(receiver.clone(), method.name, vec![]);
            assert!(!found.contains("has no method"), "{}.{}: {found}", show(&receiver), method.name);
        }
    }
}

#[test]
fn the_deepest_values_do_not_exhaust_the_stack() {
    let nested = || (1..crate::eval::weight::MAX_DEPTH).fold(l([]), |inner, _| l([inner]));
    let (deep, other) = (nested(), nested());
    assert_eq!(equal(&deep, &other), Some(true));
    assert_eq!(compare(&deep, &other), Some(std::cmp::Ordering::Equal));
    assert!(to_graph(&at(deep.clone())).is_some());
    assert_eq!(call(deep.clone(), "to_json", vec![]).matches('[').count(), 256);
    assert_eq!(call(l([deep]), "contains", vec![other]), "true");
}
