use crate::ast::{Expr, ExprId, Item, ItemTree};
use crate::{ItemSource, outline, parse_item};

/// An expression, fully parenthesised.
fn shape(source: &ItemSource, tree: &ItemTree, id: ExprId) -> String {
    match &tree[id] {
        Expr::Binary { operator, left, right } => {
            format!("({} {operator:?} {})", shape(source, tree, *left), shape(source, tree, *right))
        }
        Expr::Range { start: Some(start), end: Some(end), inclusive } => {
            let dots = if *inclusive { "..=" } else { ".." };
            format!("({}{dots}{})", shape(source, tree, *start), shape(source, tree, *end))
        }
        Expr::Unary { operator, operand } => format!("({operator:?} {})", shape(source, tree, *operand)),
        Expr::With { base, overrides } => {
            format!("({} with {})", shape(source, tree, *base), shape(source, tree, *overrides))
        }
        Expr::Duration(seconds) => format!("{seconds}s"),
        Expr::Size(bytes) => format!("{bytes}B"),
        _ => tree.range(id).of(source.text()).to_owned(),
    }
}

fn parsed(value: &str) -> String {
    let text = format!("const A = {value};");
    let outline = outline(&text);
    let source = &outline.items[0].source;
    let tree = parse_item(source);
    assert_eq!(tree.errors, [], "{value}");
    let Item::Const { value, .. } = tree.item else { panic!("no constant") };
    shape(source, &tree, value)
}

#[test]
fn operators_bind_as_they_should() {
    assert_eq!(parsed("a + b * c - d"), "((a Add (b Multiply c)) Subtract d)");
    assert_eq!(parsed("a || b && c == d"), "(a Or (b And (c Equal d)))");
    assert_eq!(parsed("a ?? b ?? c + 1"), "(a Coalesce (b Coalesce (c Add 1)))");
    assert_eq!(parsed("a == b ?? c"), "(a Equal (b Coalesce c))");
    assert_eq!(parsed("0..n + 1"), "(0..(n Add 1))");
    assert_eq!(parsed("!a && -b.c < 1"), "((Not a) And ((Negate b.c) Less 1))");
    assert_eq!(parsed("(a + b) * c"), "((a Add b) Multiply c)");
    assert_eq!(parsed("a + b with { c: 1 } with {}"), "(((a Add b) with { c: 1 }) with {})");
}

#[test]
fn a_statement_ends_before_the_next_operator() {
    assert_eq!(
        parsed("allow s3::A on [x] + allow s3::B on [y]"),
        "(allow s3::A on [x] Add allow s3::B on [y])"
    );
}

#[test]
fn units() {
    assert_eq!(parsed("2h"), "7200s");
    assert_eq!(parsed("14d"), "1209600s");
    assert_eq!(parsed("2_000ms"), "2s");
    assert_eq!(parsed("256MiB"), "268435456B");
    assert_eq!(parsed("10KB"), "10000B");
}
