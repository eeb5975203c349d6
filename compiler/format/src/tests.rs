use crate::format;

fn fixpoint(text: &str) {
    assert_eq!(format(text).expect("the same program"), text);
}

fn rewrite(before: &str, after: &str) {
    let once = format(before).expect("the same program");
    assert_eq!(once, after);
    assert_eq!(format(&once).expect("the same program"), once, "not stable");
}

#[test]
fn nothing_is_nothing() {
    fixpoint("");
    rewrite("\n\n  \n", "");
    fixpoint("// only a comment\n");
}
