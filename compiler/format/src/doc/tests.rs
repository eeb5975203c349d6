use super::{Doc, Printer};

fn print(doc: &Doc<'_>) -> String {
    let mut printer = Printer::new();
    printer.doc(doc, 0);
    printer.output
}

fn list<'a>(items: &[&'a str]) -> Doc<'a> {
    let mut inner = vec![Doc::SoftLine];
    for (index, item) in items.iter().enumerate() {
        inner.push(Doc::Text(item));
        inner.push(if index + 1 == items.len() { Doc::IfBroken(",", "") } else { Doc::Text(",") });
        inner.push(if index + 1 == items.len() { Doc::Nil } else { Doc::Line });
    }
    concat_docs![Doc::Text("["), Doc::Concat(inner).indent(), Doc::SoftLine, Doc::Text("]")].group()
}

#[test]
fn a_group_that_fits_stays_on_its_line() {
    assert_eq!(print(&list(&["a", "b"])), "[a, b]");
}

#[test]
fn a_group_that_does_not_fit_breaks_everywhere() {
    let long = "x".repeat(60);
    assert_eq!(print(&list(&[&long, &long])), format!("[\n    {long},\n    {long},\n]"));
}

#[test]
fn what_follows_counts() {
    let item = "x".repeat(97);
    let doc = concat_docs![list(&[&item]), Doc::Text(";;")];
    assert_eq!(print(&doc), format!("[\n    {item},\n];;"));
}

#[test]
fn a_hard_line_breaks_its_groups() {
    let doc = concat_docs![
        Doc::Text("{"),
        concat_docs![Doc::Line, Doc::Text("a"), Doc::HardLine].indent(),
        Doc::Line,
        Doc::Text("}")
    ]
    .group();
    assert_eq!(print(&doc), "{\n    a\n}");
}

#[test]
fn no_line_ends_in_blanks() {
    let doc =
        concat_docs![Doc::Text("a"), concat_docs![Doc::HardLine, Doc::BlankLine, Doc::Text("b")].indent()];
    assert_eq!(print(&doc), "a\n\n    b");
}
