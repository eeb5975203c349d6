//! Programs that would take forever, fill the memory, or have no meaning.

use std::fmt::Write as _;

use super::{assert_codes, bounded, errors, errors_of, open, project};

/// A service with one parameter whose value is the length of `value` as JSON.
fn measured(value: &str) -> String {
    format!("service S {{ let p = aws::ssm::Parameter {{ Type: \"String\", Value: \"{{{value}}}\" }}; }}")
}

/// The codes for items of which a service uses the constant `A`.
fn used(items: &str) -> Vec<&'static str> {
    errors(format!("{items} service Uses {{ let queue = aws::sqs::Queue {{}}; let used = A; }}"))
}

#[test]
fn what_contains_itself_is_refused() {
    assert_codes(&[
        ("a component", errors("component A { let a = A {}; } service S { let a = A {}; }"), &["E0212"]),
        (
            "two components",
            errors("component A { let b = B {}; } component B { let a = A {}; } service S { let a = A {}; }"),
            &["E0212"],
        ),
        (
            "a component in a loop",
            errors("component A { let a = for x in [1] { A {} }; } service S { let a = A {}; }"),
            &["E0212"],
        ),
        (
            "an optional component",
            errors(
                "component A { input n: Int; let a = if n > 0 { A { n: n - 1 } } else { none }; } service S { let a = A { n: 3 }; }",
            ),
            &["E0212"],
        ),
        ("a constant", used("const A: Int = A;"), &["E0212"]),
        ("two constants", used("const A: Int = B; const B: Int = A;"), &["E0212"]),
        ("a function", used("fn f(x: Int) -> Int { f(x) } const A: Int = f(1);"), &["E0212"]),
        (
            "two functions",
            used("fn f(x: Int) -> Int { g(x) } fn g(x: Int) -> Int { f(x) } const A: Int = f(1);"),
            &["E0212"],
        ),
        ("a default", used("fn f(x: Int = f()) -> Int { x } const A: Int = f();"), &["E0212"]),
        ("a struct", used("struct S { a: S } const A: S = S { a: S {} };"), &["E0202"]),
        ("two structs", used("struct S { b: B } struct B { a: S } const A: S = S {};"), &["E0202"]),
        ("a list of itself", errors("struct A { a: List<A> } const X: A = A { a: [A { a: [] }] };"), &[]),
        ("an interface", errors("interface A { a: A, }"), &["E0604"]),
        ("members", errors("service S { let q = aws::sqs::Queue {}; let a = b; let b = a; }"), &["E0212"]),
        (
            "an input",
            errors("component C { input a: Int = b; input b: Int = a; } service S { let c = C {}; }"),
            &["E0212"],
        ),
        ("an import", errors("use self::A;"), &["E0101"]),
        ("an import of itself", errors("use crate::A as B; use crate::B as A;"), &["E0101"]),
        ("all of itself", errors("use self::*; use crate::*;"), &[]),
    ]);
}

#[test]
fn modules_may_import_each_other() {
    let system = project("use crate::a::*; use crate::b::*; const M: Int = A + B;");
    system.put("/p/src/a.ci", "use crate::b::*; use crate::main; const A: Int = 1;");
    system.put("/p/src/b.ci", "use crate::a::*; use super::*; const B: Int = A;");
    assert_eq!(bounded(move || errors_of(&open(&system))), ["E0101"]);

    let system = project("use crate::a::A; const M: Int = A;");
    system.put("/p/src/a.ci", "use crate::b::B as A;");
    system.put("/p/src/b.ci", "use crate::a::A as B;");
    assert_eq!(bounded(move || errors_of(&open(&system))), ["E0101"]);

    let system = project("use crate::a::A; const M: Int = A;");
    system.put("/p/src/a.ci", "use crate::b::B; const A: Int = B;");
    system.put("/p/src/b.ci", "use crate::a::A; const B: Int = A;");
    system.put("/p/src/c.ci", "service S { let q = aws::sqs::Queue {}; let used = crate::M; }");
    assert_eq!(bounded(move || errors_of(&open(&system))), ["E0212"]);
}

#[test]
fn packages_in_a_circle_are_refused() {
    let system = project("");
    system.put("/p/ci.toml", format!("{}[dependencies]\nq = {{ path = \"../q\" }}\n", super::MANIFEST));
    let other = super::MANIFEST.replace("hostile", "q");
    system.put("/q/ci.toml", format!("{other}[dependencies]\nhostile = {{ path = \"../p\" }}\n"));
    system.put("/q/src/lib.ci", "");
    assert_eq!(bounded(move || errors_of(&open(&system))), ["E0108"]);
}

#[test]
fn too_much_is_refused() {
    let queue = "component C { let q = aws::sqs::Queue {}; }";
    assert_codes(&[
        (
            "10,000 instances",
            errors(format!("{queue} service S {{ let c = for x in 0..10_000 {{ C {{}} }}; }}")),
            &["E0701"],
        ),
        (
            "instances without end",
            errors(format!("{queue} service S {{ let c = for x in 0..1_000_000_000 {{ C {{}} }}; }}")),
            &["E0306"],
        ),
        ("a long list", errors(measured("(0..1_000_000_000).to_list().len()")), &["E0306"]),
        (
            "a long loop",
            errors("service S { let q = aws::sqs::Queue {}; let x = for i in 0..1_000_000_000 { i }; }"),
            &["E0306"],
        ),
        (
            "the longest loop",
            used("const A: List<Int> = (0..=9_223_372_036_854_775_807).to_list();"),
            &["E0306"],
        ),
        (
            "loops in loops",
            used(
                "const A: Json = for a in 0..10_000 { for b in 0..10_000 { for c in 0..10_000 { 1 }.len() }.len() };",
            ),
            &["E0306"],
        ),
        ("a long text", used("const A: String = \"x\".repeat(1_000_000_000_000);"), &["E0306"]),
        (
            "a text doubled",
            used("const A: String = (0..100).to_list().fold(\"x\", |a, i| \"{a}{a}\");"),
            &["E0306"],
        ),
        (
            "a text replaced",
            used("const A: String = (0..100).to_list().fold(\"x\", |a, i| a.replace(\"x\", \"xxxxxxxx\"));"),
            &["E0306"],
        ),
        (
            "a text joined",
            used("const A: String = (0..100).to_list().fold(\"x\", |a, i| [a, a, a].join(a));"),
            &["E0306"],
        ),
        (
            "lists flattened",
            used("const A: List<Int> = (0..100).to_list().fold([1], |a, i| a.flat_map(|x| [x, x]));"),
            &["E0306"],
        ),
        ("subnets", used("const A: List<Cidr> = \"10.0.0.0/8\".subnets(1_000_000, 1);"), &["E0308"]),
        ("a power", used("const A: Int = 2.pow(1_000_000_000);"), &["E0302"]),
        ("a wide number", used("const A: String = 2.pad(1_000_000_000);"), &["E0306"]),
        (
            "a pattern that is slow",
            used(&format!("const A: Bool = \"{}\".matches(r\"(a+)+b\");", "a".repeat(10_000))),
            &[],
        ),
        (
            "a pattern that is large",
            used("const A: Bool = \"\".matches(r\"((a{1000}){1000}){1000}\");"),
            &["E0308"],
        ),
    ]);
}

#[test]
fn values_nest_only_so_far() {
    let deep = "(0..10_000).to_list().fold([], |a, x| [a])";
    assert_codes(&[
        ("dropped", used(&format!("const A: Int = {deep}.len();")), &["E0306"]),
        ("kept", used(&format!("const A: Json = {deep};")), &["E0306"]),
        ("as text", used(&format!("const A: String = {deep}.to_json();")), &["E0306"]),
        ("equal", used(&format!("const A: Bool = {deep} == {deep};")), &["E0306"]),
        (
            "parsed",
            used(&format!("const A: Json = \"{}{}\".parse_json();", "[".repeat(50_000), "]".repeat(50_000))),
            &["E0906"],
        ),
        (
            "closures",
            used("const A: Int = (0..10_000).to_list().fold(|x| x, |f, i| |x| f).len();"),
            &["E0210"],
        ),
        (
            "texts",
            errors(
                "service S { let d = aws::ssm::Parameter { Type: \"String\", Value: (0..10_000).to_list().fold(\"{aws::region}\", |a, i| \"{a}x\") }; }",
            ),
            &[],
        ),
        (
            "late choices",
            errors(
                "service S { param p: String; let d = aws::ssm::Parameter { Type: \"String\", Value: (0..30).to_list().fold(\"\", |a, i| if p == \"a\" { a } else { \"{i}\" }) }; }",
            ),
            &[],
        ),
    ]);
}

#[test]
fn values_in_templates_nest_only_so_far() {
    let list = "(0..100_000).to_list().fold([], |a, x| [a])";
    let record = "(0..100_000).to_list().fold({}, |a, x| { a: a })";
    let content = |value: &str| {
        errors(format!(
            "service S {{ let d = aws::ssm::Document {{ Content: {{ schemaVersion: \"2.2\", a: {value} }} }}; }}"
        ))
    };
    assert_codes(&[
        ("lists", content(list), &["E0306"]),
        ("records", content(record), &["E0306"]),
        (
            "late choices",
            errors(
                "service S { param p: String; let d = aws::ssm::Parameter { Type: \"String\", Value: (0..10_000).to_list().fold(\"\", |a, i| if p == \"a\" { a } else { \"{i}\" }) }; }",
            ),
            &["E0306"],
        ),
    ]);
}

#[test]
fn a_long_chain_of_members_is_found() {
    let chain = |first: &str, count: usize| {
        let mut text = format!("service S {{ let m0 = {first};\n");
        for index in 1..count {
            let _ = writeln!(text, "let m{index} = m{};", index - 1);
        }
        let _ =
            writeln!(text, "let p = aws::ssm::Parameter {{ Type: \"String\", Value: m{} }}; }}", count - 1);
        text
    };
    assert_eq!(errors(chain("\"a\"", 50)), Vec::<&str>::new());
    assert_eq!(errors(chain("\"a\"", 10_000)), Vec::<&str>::new());
    let constants = |count: usize| {
        let mut text = "const C0: Int = 1;\n".to_owned();
        for index in 1..count {
            let _ = writeln!(text, "const C{index}: Int = C{};", index - 1);
        }
        text
    };
    assert_eq!(errors(constants(50)), Vec::<&str>::new());
    // That they are too many is not told apart from a circle.
    assert_eq!(errors(constants(10_000)), ["E0212"]);
    let functions = |count: usize| {
        let mut text = "fn f0() -> Int { 1 }\n".to_owned();
        for index in 1..count {
            let _ = writeln!(text, "fn f{index}() -> Int {{ f{}() }}", index - 1);
        }
        let _ = writeln!(text, "const A: Int = f{}();", count - 1);
        text
    };
    assert_eq!(used(&functions(80)), Vec::<&str>::new());
    assert_eq!(used(&functions(10_000)), ["E0212"]);
    let components = |count: usize| {
        let mut text = "component C0 { let q = aws::sqs::Queue {}; }\n".to_owned();
        for index in 1..count {
            let _ = writeln!(text, "component C{index} {{ let c = C{} {{}}; }}", index - 1);
        }
        let _ = writeln!(text, "service S {{ let c = C{} {{}}; }}", count - 1);
        text
    };
    assert_eq!(errors(components(40)), Vec::<&str>::new());
    assert_eq!(errors(components(1_000)), ["E0212"]);
    let structs = |count: usize| {
        let mut text = "struct S0 { a: Int }\n".to_owned();
        for index in 1..count {
            let _ = writeln!(text, "struct S{index} {{ a: S{}, b: S{}? }}", index - 1, index - 1);
        }
        text
    };
    assert_eq!(errors(structs(5_000)), Vec::<&str>::new());
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    let most = "9_223_372_036_854_775_807";
    let one = |expression: &str| used(&format!("const M: Int = {most}; const A: Int = {expression};"));
    assert_codes(&[
        ("sum", one("M + 1"), &["E0302"]),
        ("difference", one("-M - 2"), &["E0302"]),
        ("product", one("M * 2"), &["E0302"]),
        ("negation", one("-(-M - 1)"), &["E0302"]),
        ("quotient", one("(-M - 1) / -1"), &["E0302"]),
        ("remainder", one("(-M - 1) % -1"), &["E0302"]),
        ("by zero", one("1 / 0"), &["E0303"]),
        ("rest by zero", one("1 % 0"), &["E0303"]),
        ("power", one("10.pow(19)"), &["E0302"]),
        ("negative power", one("10.pow(-1)"), &["E0308"]),
        ("absolute", one("(-M - 1).abs()"), &["E0302"]),
        ("clamp", one("5.clamp(10, 1)"), &["E0308"]),
        ("literal", one("9_223_372_036_854_775_808"), &["E0006"]),
        ("long literal", one(&"9".repeat(10_000)), &["E0006"]),
        ("float to int", one("1e300.to_int()"), &["E0006"]),
        ("float", used("const A: Float = 1.0 / 0.0;"), &["E0302"]),
        ("large float", used(&format!("const A: Int = {}.0.round();", "9".repeat(30))), &["E0302"]),
        ("float literal", used(&format!("const A: Float = {}.0;", "9".repeat(400))), &["E0006"]),
        ("float product", used(&format!("const A: Float = {0}.0 * {0}.0;", "9".repeat(200))), &["E0302"]),
        ("duration literal", used(&format!("const A: Duration = {most}d;")), &["E0006"]),
        ("duration", used("const A: Duration = 100_000_000_000_000d * 1_000_000;"), &["E0302"]),
        ("size literal", used(&format!("const A: Size = {most}GiB;")), &["E0006"]),
        ("position", used(&format!("const A: Int = [1][{most}];")), &["E0304"]),
        ("negative position", used("const A: Int = [1][-2];"), &["E0304"]),
        ("slice", used(&format!("const A: String = \"abc\".slice(-{most}, {most});")), &["E0304"]),
        ("backward range", used("const A: List<Int> = (5..1).to_list();"), &[]),
        ("take", used(&format!("const A: List<Int> = [1].take({most});")), &[]),
        (
            "subnet",
            used(&format!("const C: Cidr = \"10.0.0.0/16\"; const A: Cidr = C.subnet(24, {most});")),
            &["E0304"],
        ),
        (
            "host",
            used(&format!("const C: Cidr = \"10.0.0.0/16\"; const A: String = C.host(-{most});")),
            &["E0304"],
        ),
        ("repeat", used("const A: String = \"a\".repeat(-1);"), &["E0308"]),
    ]);
}

#[test]
fn names_that_stand_twice_are_refused() {
    assert_codes(&[
        ("items", used("const A: Int = 1; fn A() -> Int { 1 }"), &["E0104"]),
        ("units", errors("component A { } component A { }"), &["E0104"]),
        (
            "imports",
            errors("use aws::sqs::Queue; use std::messaging::Queue; service S { let a = Queue {}; }"),
            &["E0104"],
        ),
        ("members", errors("service S { let a = aws::sqs::Queue {}; let a = 2; }"), &["E0104"]),
        ("inputs", errors("component S { input a: Int; input a: Int; }"), &["E0104"]),
        ("fields", errors("struct S { a: Int, a: Int }"), &["E0104"]),
        ("entries", used("const A: Json = { a: 1, a: 2 };"), &["E0307"]),
        (
            "properties",
            errors("service S { let q = aws::sqs::Queue { DelaySeconds: 1, DelaySeconds: 2 }; }"),
            &["E0307"],
        ),
        (
            "keys of loops",
            errors("service S { let q = for x in [1, 2] { \"a\" => aws::sqs::Queue {} }; }"),
            &["E0307"],
        ),
        (
            "logical ids",
            errors("service S { let a_b = aws::sqs::Queue {}; let aB = aws::sqs::Queue {}; }"),
            &["E0309"],
        ),
        (
            "outputs",
            errors("service S { let q = aws::sqs::Queue {}; output a: Int = 1; output a: Int = 2; }"),
            &["E0104"],
        ),
    ]);
}

#[test]
fn too_much_of_what_is_shared_is_refused() {
    assert_codes(&[
        (
            "a list doubled",
            used("const A: List<Int> = (0..100).to_list().fold([1], |a, i| a + a);"),
            &["E0306"],
        ),
        (
            "a list spread",
            used("const A: List<Int> = (0..100).to_list().fold([1], |a, i| [..a, ..a]);"),
            &["E0306"],
        ),
        (
            "shared lists as text",
            errors(measured("(0..60).to_list().fold([], |a, i| [a, a]).to_json()")),
            &["E0306"],
        ),
        (
            "shared lists in a template",
            errors(
                "fn f() -> Json { (0..60).to_list().fold([], |a, i| [a, a]) } service S { let d = aws::ssm::Document { Content: { schemaVersion: \"2.2\", a: f() } }; }",
            ),
            &["E0306"],
        ),
        (
            "shared lists compared",
            used(
                "const A: Bool = (0..60).to_list().fold([], |a, i| [a, a]) == (0..60).to_list().fold([], |a, i| [a, a]);",
            ),
            &["E0306"],
        ),
        (
            "choices shared",
            errors(
                "service S { param p: String; let d = aws::ssm::Parameter { Type: \"String\", Value: (0..60).to_list().fold(\"\", |a, i| if p == \"a\" { \"{a}x\" } else { \"{a}y\" }) }; }",
            ),
            &["E0306"],
        ),
        (
            "late lists doubled",
            errors(
                "service S { let d = aws::ssm::Parameter { Type: \"StringList\", Value: (0..60).to_list().fold([aws::region], |a, i| a + a).join(\",\") }; }",
            ),
            &["E0306"],
        ),
        ("components doubled", errors(doubled_components()), &["E0306"]),
        (
            "many long lists",
            used("const A: Int = (0..5_000).to_list().map(|x| (0..100_000).to_list()).len();"),
            &["E0306"],
        ),
        (
            "many long texts",
            used("const A: Int = (0..5_000).to_list().map(|x| \"x{x}\".repeat(1_000_000)).len();"),
            &["E0306"],
        ),
    ]);
}

/// Components of which each makes two of the one before.
fn doubled_components() -> String {
    let first = "component C0 { let q = aws::sqs::Queue {}; }\n".to_owned();
    let all = (1..24).fold(first, |text, index| {
        let below = index - 1;
        text + &format!("component C{index} {{ let a = C{below} {{}}; let b = C{below} {{}}; }}\n")
    });
    all + "service S { let c = C23 {}; }"
}

#[test]
fn more_names_that_stand_twice_are_refused() {
    assert_codes(&[
        ("variants", errors("enum E { A, A }"), &["E0104"]),
        ("values of variants", errors("enum E { A = \"x\", B = \"x\" }"), &["E0104"]),
        ("parameters", errors("fn f(a: Int, a: Int) -> Int { a }"), &["E0104"]),
        ("closure parameters", used("const A: Int = [1].fold(0, |a, a| a);"), &["E0104"]),
        ("computed entries", used("const A: Json = { [\"a\"]: 1, [\"a\"]: 2 };"), &["E0307"]),
        ("environments", errors("app A { environment a { } environment a { } }"), &["E0104"]),
        ("attributes", errors("service S { #[retain] #[retain] let q = aws::sqs::Queue {}; }"), &["E0213"]),
        ("loop names", used("const A: Json = for (a, a) in [1] { a };"), &["E0104"]),
    ]);
}
