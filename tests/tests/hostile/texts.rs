//! Texts that are cut off, damaged, or no texts at all; and texts that nest without end.

use std::sync::Arc;
use std::time::Duration;

use super::{MANIFEST, assert_codes, bounded, errors, examine, examples, open, project};
use ci_project::{Change, Host, MemorySystem};

/// How deep is deep.
const DEEP: usize = 100_000;
/// In how many places every example is cut off, and in how many it loses a byte.
const PLACES: usize = 24;

/// About `PLACES` positions in `text`, on the boundaries of characters, spread evenly from its start to its end.
fn places(text: &str) -> impl Iterator<Item = usize> + '_ {
    let step = (text.len() / PLACES).max(1);
    (0..=text.len()).step_by(step).filter(|at| text.is_char_boundary(*at))
}

/// Shows every variant of a text to one host, as an editor would.
fn examine_all(variants: impl IntoIterator<Item = String>) {
    let system = project("");
    let mut host = open(&system);
    for text in variants {
        let text: Arc<str> = text.into();
        host.apply(&[Change::Edit { path: "/p/src/main.ci".into(), text: text.clone() }]);
        examine(host.snapshot());
        if let Ok(once) = ci_format::format(&text) {
            assert_eq!(
                ci_format::format(&once).as_deref(),
                Ok(&*once),
                "formatting is not stable for {text}"
            );
        }
    }
}

#[test]
fn examples_may_end_anywhere() {
    bounded(|| {
        for (_, text) in examples() {
            let cuts: Vec<String> = places(&text).map(|at| text[..at].to_owned()).collect();
            examine_all(cuts);
        }
    });
}

#[test]
fn examples_may_begin_anywhere() {
    bounded(|| {
        for (_, text) in examples() {
            let cuts: Vec<String> = places(&text).step_by(3).map(|at| text[at..].to_owned()).collect();
            examine_all(cuts);
        }
    });
}

#[test]
fn examples_may_lack_any_byte() {
    bounded(|| {
        for (index, (_, text)) in examples().into_iter().enumerate() {
            let without = |at: usize| {
                let next = text[at..].chars().next().map_or(0, char::len_utf8);
                format!("{}{}", &text[..at], &text[at + next..])
            };
            // Not the same places as where it was cut off.
            let variants: Vec<String> = places(&text)
                .map(|at| (at + index + 1).min(text.len()))
                .filter(|at| text.is_char_boundary(*at))
                .map(without)
                .collect();
            examine_all(variants);
        }
    });
}

#[test]
fn what_is_no_text_is_refused() {
    let binary: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    assert_codes(&[
        ("binary data", errors(binary), &["E0904"]),
        ("half a character", errors(b"const A: Int = 1; // \xC3"), &["E0904"]),
        ("a surrogate", errors(b"const A: String = \"\xED\xA0\x80\";"), &["E0904"]),
        ("UTF-16", errors(b"\xFF\xFEc\0o\0n\0s\0t\0"), &["E0904"]),
        ("NUL", errors("const A: Int = 1;\0"), &["E0004"]),
        ("NUL in a string", errors("const A: String = \"\0\";"), &[]),
        ("only NULs", errors("\0".repeat(1000)), &["E0004"]),
    ]);
}

#[test]
fn the_marks_of_other_systems_do_not_matter() {
    let (_, text) = examples().into_iter().find(|(path, _)| path.ends_with("stdlib/messaging.ci")).unwrap();
    for text in [
        format!("\u{FEFF}{text}"),
        text.replace('\n', "\r\n"),
        format!("\u{FEFF}{}", text.replace('\n', "\r\n")),
    ] {
        assert_eq!(errors(text), Vec::<&str>::new());
    }
    assert_eq!(errors(""), Vec::<&str>::new());
    assert_eq!(errors("\u{FEFF}"), Vec::<&str>::new());
    assert_eq!(errors("\r\r\r\n"), Vec::<&str>::new());
    assert_eq!(errors("const A: Int = 1;\rconst B: Int = 2;"), Vec::<&str>::new());
}

#[test]
fn large_files_are_refused() {
    assert_eq!(errors(vec![b' '; 50 << 20]), ["E0905"]);
    // The same for manifests.
    let system = Arc::new(MemorySystem::new([("/p/src/main.ci", "")]));
    system.put("/p/ci.toml", format!("{MANIFEST}# {}", "x".repeat(17 << 20)));
    bounded(move || {
        let host = Host::open(system, "/p".into()).map_err(|error| error.diagnostic.message).unwrap();
        assert_eq!(super::errors_of(&host), ["E0905"]);
    });
}

#[test]
fn files_of_the_largest_size_are_read() {
    // One line, one token; a hundred thousand items; and a string.
    assert_eq!(errors("/".repeat(1 << 20)), Vec::<&str>::new());
    assert_eq!(errors("a".repeat(1 << 20)), ["E0001"]);
    assert_eq!(errors(format!("const A: String = \"{}\";", "x".repeat(1 << 20))), Vec::<&str>::new());
    let many: String =
        (0..20_000).fold(String::new(), |text, index| text + "const C" + &index.to_string() + ": Int = 1;\n");
    assert_eq!(errors(many), Vec::<&str>::new());
}

/// `open` many times, and `middle`, and `close` as often, as the value of a constant.
fn nested(open: &str, middle: &str, close: &str) -> String {
    format!("const DEEP: Json = {}{middle}{};", open.repeat(DEEP), close.repeat(DEEP))
}

#[test]
fn nesting_has_a_limit() {
    assert_codes(&[
        ("lists", errors(nested("[", "1", "]")), &["E0007"]),
        ("records", errors(nested("{ a: ", "1", " }")), &["E0007"]),
        ("parentheses", errors(nested("(", "1", ")")), &["E0007"]),
        ("interpolations", errors(nested("\"{", "1", "}\"")), &["E0007"]),
        ("blocks", errors(nested("if true { ", "1", " } else { 2 }")), &["E0007"]),
        (
            "else",
            errors(format!("const A: Int = {} 1 }};", "if true { 1 } else ".repeat(DEEP) + "{")),
            &["E0007"],
        ),
        ("matches", errors(nested("match 1 { _ => ", "1", " }")), &["E0007"]),
        ("loops", errors(nested("for x in [1] { ", "1", " }")), &["E0007"]),
        ("calls", errors(nested("text(", "1", ")")), &["E0007", "E0210"]),
        ("indices", errors(nested("a[", "1", "]")), &["E0007", "E0101"]),
        ("closures", errors(nested("|x| ", "1", "")), &["E0007", "E0210"]),
        ("options of options", errors(nested("a.b { c: ", "1", " }")), &["E0007", "E0101"]),
        ("options in a row", errors(nested("", "a", ".b {}")), &["E0007"]),
        ("not", errors(nested("!", "true", "")), &["E0007"]),
        ("minus", errors(nested("-", "1", "")), &["E0007"]),
        ("methods", errors(nested("", "\"\"", ".trim()")), &["E0007"]),
        ("fields", errors(nested("", "\"\"", ".x")), &["E0007"]),
        ("options", errors(nested("", "\"\"", "?.x")), &["E0007"]),
        ("positions", errors(nested("", "[]", "[0]")), &["E0007"]),
        ("sums", errors(nested("1 + ", "1", "")), &["E0007"]),
        ("defaults", errors(nested("1 ?? ", "1", "")), &["E0007"]),
        ("with", errors(nested("", "a", " with { }")), &["E0007"]),
        (
            "types",
            errors(format!("const A: {}Int{} = [];", "List<".repeat(DEEP), ">".repeat(DEEP))),
            &["E0007"],
        ),
        ("option types", errors(format!("const A: Int{} = 1;", "?".repeat(DEEP))), &["E0001"]),
        (
            "imports",
            errors(format!("use a::{}b{};", "{c::".repeat(DEEP), "}".repeat(DEEP))),
            &["E0007", "E0101"],
        ),
        ("paths", errors(format!("use {}b;", "a::".repeat(DEEP))), &["E0103"]),
        ("comments", errors("/*".repeat(DEEP) + &"*/".repeat(DEEP)), &[]),
        ("open lists", errors(format!("const A: Json = {}", "[".repeat(DEEP))), &["E0002", "E0007"]),
        ("open records", errors(format!("const A: Json = {}", "{".repeat(DEEP))), &["E0002", "E0007"]),
        ("open parentheses", errors(format!("const A: Json = {}", "(".repeat(DEEP))), &["E0002", "E0007"]),
        (
            "open interpolations",
            errors(format!("const A: Json = {}", "\"{".repeat(DEEP))),
            &["E0003", "E0007"],
        ),
        ("closed lists", errors("]".repeat(DEEP)), &["E0002"]),
        ("mixed", errors("([{<".repeat(DEEP)), &["E0001"]),
        ("attributes", errors("#[".repeat(DEEP)), &["E0008"]),
        ("services", errors("service A { ".repeat(DEEP)), &["E0002"]),
    ]);
}

#[test]
fn many_mistakes_are_told_one_by_one() {
    for text in ["const ;", "let x = ;", "service {", "}", "fn f(", "\"", "use ::", "@", "#![x]", "1 +"] {
        let text = format!("{text}\n").repeat(2_000);
        assert!(!errors(text).is_empty());
    }
}

#[test]
fn what_follows_from_a_mistake_is_not_told() {
    assert_codes(&[
        // Without its only resource the stack is empty.
        ("an unknown type", errors("service S { let q = aws::sqs::Quee {}; }"), &["E0102"]),
        (
            "an expression that is missing",
            errors("service S { let q = aws::sqs::Queue { DelaySeconds: }; }"),
            &["E0001"],
        ),
        ("a name that is none", errors("const @ = f(1);"), &["E0001", "E0004"]),
    ]);
}

#[test]
fn settings_of_an_environment_are_given_once() {
    let app = |settings: &str| {
        errors(format!(
            "service S {{ let q = aws::sqs::Queue {{}}; }} app A {{ let s = S {{}}; environment dev {{ {settings} }} }}"
        ))
    };
    assert_codes(&[
        ("once", app("region: \"eu-west-1\""), &[]),
        ("twice", app("region: \"eu-west-1\", region: \"us-east-1\""), &["E0307"]),
    ]);
}

#[test]
fn an_item_may_be_another_one_in_the_same_text() {
    // The string ends with its line, or where the service starts, which is not in the item.
    let item = "const A: String = \"\"\"x\n\"y;\n";
    let service = format!("{item}service S {{ let q = aws::sqs::Queue {{}}; }}\n");
    for (before, after) in [(item, service.as_str()), (service.as_str(), item)] {
        let mut host = open(&project(before));
        examine(host.snapshot());
        host.apply(&[Change::Edit { path: "/p/src/main.ci".into(), text: after.into() }]);
        assert_eq!(examine(host.snapshot()), examine(open(&project(after)).snapshot()));
    }
}

/// Each takes a few seconds, and minutes where something looks through everything for each of its parts.
#[test]
fn much_of_the_same_takes_no_longer_than_it_has_to() {
    let many = |count: u32, text: &dyn Fn(u32) -> String| (0..count).map(text).collect::<String>();
    let service = |members: &str| format!("service S {{ let q = aws::sqs::Queue {{}}; {members} }}");
    let cases = [
        ("items", many(80_000, &|at| format!("const A{at}: Int = 1;\n"))),
        ("unknown names", service(&many(5_000, &|at| format!("let a{at} = b{at};\n")))),
        ("keys", format!("const A: Map<Int> = {{ {} }};", many(100_000, &|at| format!("k{at}: 1, ")))),
        (
            "unknown properties",
            format!(
                "service S {{ let q = aws::sqs::Queue {{ {} }}; }}",
                many(20_000, &|at| format!("A{at}: 1, "))
            ),
        ),
    ];
    for (name, text) in cases {
        let system = project(text);
        let took = bounded(move || {
            let start = time_on_processor()?;
            open(&system).snapshot().check();
            time_on_processor()?.checked_sub(start)
        });
        assert!(took.is_none_or(|took| took < Duration::from_secs(20)), "{name} took {took:?}");
    }
}

/// How long this thread has been running, without the time it waited for others, where the system says so.
fn time_on_processor() -> Option<Duration> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(statistics.split(' ').next()?.parse().ok()?))
}

#[test]
fn functions_are_called_with_wrong_arguments() {
    let functions =
        ["text", "json", "yaml", "archive", "policy", "aws_service", "aws_account", "aws_principal"];
    let more = ["federated", "everyone", "ssm", "ssm_secure", "secret", "aws::availability_zones"];
    call_all(functions.into_iter().chain(more).map(str::to_owned));
}

#[test]
fn methods_are_called_with_wrong_arguments() {
    use ci_sema::ty::Ty;
    let receivers = [
        ("1", Ty::Int),
        ("1.5", Ty::Float),
        ("\"a\"", Ty::String),
        ("[1]", Ty::Int.list()),
        ("30s", Ty::Duration),
        ("1KiB", Ty::Size),
        ("true", Ty::Bool),
        ("(0..3)", Ty::Range),
    ];
    call_all(receivers.iter().flat_map(|(receiver, ty)| {
        ci_sema::builtin::methods(ty).into_iter().map(move |method| format!("{receiver}.{}", method.name))
    }));
}

/// Calls everything with every list of arguments.
fn call_all(calls: impl Iterator<Item = String>) {
    let arguments =
        ["", "1", "none", "\"\"", "-1", "[]", "{}", "|x| x", "|| 1", "[], |a, b| a", "1, 2, 3, 4"];
    let mut variants = Vec::new();
    for call in calls {
        variants.extend(arguments.iter().map(|arguments| {
            format!("service S {{ let q = aws::sqs::Queue {{}}; let a = {call}({arguments}); }}")
        }));
    }
    bounded(move || examine_all(variants));
}
