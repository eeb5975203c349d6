use super::*;
use crate::testing::Fixture;

fn shown(text: &str) -> Option<(String, u32)> {
    let fixture = Fixture::new(text);
    signature_help(fixture.snapshot(), fixture.cursor).map(|found| (found.label, found.active))
}

#[test]
fn the_argument_under_the_cursor_is_active() {
    let of =
        |call: &str| shown(&format!("fn add(a: Int, b: Int) -> Int {{ a + b }}\nconst C: Int = {call};"));
    let label = "add(a: Int, b: Int) -> Int".to_owned();
    assert_eq!(of("add($0)"), Some((label.clone(), 0)));
    assert_eq!(of("add(1, $0)"), Some((label.clone(), 1)));
    assert_eq!(of("add(1$0, 2)"), Some((label, 0)));
    assert_eq!(of("add(1, 2)$0"), None);
}

#[test]
fn methods_and_functions_of_the_language_too() {
    assert_eq!(shown("const C: String = [\"a\"].join($0);"), Some(("join(String) -> String".to_owned(), 0)));
    assert_eq!(shown("const C: String = text($0);"), Some(("text(path: String) -> String".to_owned(), 0)));
}
