//! Sizes at which a slip in the algorithms would show: large files, deep nesting, long lines.

use std::fmt::Write as _;
use std::time::Instant;

use ci_base::Code;
use ci_syntax::ast::Item;
use ci_syntax::{outline, parse_item};

/// One service with this many members.
fn service(members: usize) -> String {
    let mut text = String::from("service Large {\n");
    for index in 0..members {
        let _ = match index % 3 {
            0 => writeln!(text, "    let q{index} = Queue {{ visibility_timeout: 30s, retention: 14d }};"),
            1 => writeln!(text, "    let n{index} = \"queue {{q{}.name}}\";", index - 1),
            _ => writeln!(text, "    let v{index} = [q{}.url, n{}];", index - 2, index - 1),
        };
    }
    text.push_str("}\n");
    text
}

#[test]
fn a_large_service_parses() {
    let text = service(3_000);
    let outline = outline(&text);
    let tree = parse_item(&outline.items[0].source);
    assert_eq!(tree.errors, []);
    let Item::Unit { members, .. } = tree.item else { panic!("not a service") };
    assert_eq!(members.len(), 3_000);
}

/// `cargo test --release -p ci-syntax --test large -- --ignored --nocapture`
#[test]
#[ignore = "measures; only meaningful in release"]
fn a_file_of_four_megabytes() {
    let mut text = service(1_000);
    let line = text.len() / 1_000;
    text = service(4_300_000 / line);
    for _ in 0..3 {
        let start = Instant::now();
        let tokens = ci_syntax::lex(&text).len();
        let lexed = start.elapsed();
        let start = Instant::now();
        let outline = outline(&text);
        let cut = start.elapsed();
        let start = Instant::now();
        let tree = parse_item(&outline.items[0].source);
        let parsed = start.elapsed();
        println!(
            "{} bytes, {} lines, {tokens} tokens, {} expressions: lex {lexed:?}, outline {cut:?}, parse {parsed:?}",
            text.len(),
            text.lines().count(),
            tree.exprs.len()
        );
    }
}

#[test]
fn deep_nesting_is_reported_once_and_overflows_nothing() {
    for (open, close) in
        [("[", "]"), ("{ a: ", "}"), ("(", ")"), ("f(", ")"), ("\"{", "}\""), ("if x {", "}")]
    {
        for closed in [true, false] {
            let close = if closed { close.repeat(100_000) } else { String::new() };
            let text =
                format!("service A {{\n    let x = {}1{close};\n}}\nconst B = 1;\n", open.repeat(100_000));
            let outline = outline(&text);
            let errors: Vec<Code> = outline
                .items
                .iter()
                .flat_map(|item| parse_item(&item.source).errors)
                .map(|e| e.code)
                .collect();
            assert_eq!(
                errors.iter().filter(|code| **code == Code::TooDeeplyNested).count(),
                1,
                "{open} {closed}"
            );
            assert_eq!(
                outline.items.last().and_then(|item| item.name.as_deref()),
                Some("B"),
                "{open} {closed}"
            );
        }
    }
}

#[test]
fn long_chains_are_cut() {
    let chains = [
        format!("a{}", ".b".repeat(100_000)),
        format!("a{}", " + a".repeat(100_000)),
        format!("{}a", "!".repeat(100_000)),
        format!("{}a", "-".repeat(100_000)),
        format!("a{}", " ?? a".repeat(100_000)),
        format!("a{}", "[0]".repeat(100_000)),
        format!("if a {{ 1 }}{}", " else if a { 1 }".repeat(20_000)),
        format!("{}1", "|x| ".repeat(100_000)),
    ];
    for chain in chains {
        let text = format!(
            "const A = {chain};\nconst B: {}Int{} = 1;\n",
            "List<".repeat(100_000),
            ">".repeat(100_000)
        );
        let outline = outline(&text);
        for item in &outline.items {
            let tree = parse_item(&item.source);
            let codes: Vec<Code> = tree.errors.iter().map(|error| error.code).collect();
            assert_eq!(codes, [Code::TooDeeplyNested], "{}", &chain[..10]);
        }
    }
}
