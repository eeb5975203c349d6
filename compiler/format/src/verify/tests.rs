use ci_syntax::outline;

use super::same;

fn is_same(before: &str, after: &str) -> bool {
    same(before, &outline(before), after).is_ok()
}

#[test]
fn white_space_and_last_separators_do_not_count() {
    assert!(is_same("const A = [1,2];", "const A = [\n    1,\n    2,\n];\n"));
    assert!(is_same("struct S { a: Int; b: Int }", "struct S {\n    a: Int,\n    b: Int,\n}\n"));
    assert!(is_same("const A = xs.map(| | 1);", "const A = xs.map(|| 1);"));
}

#[test]
fn everything_else_does() {
    assert!(!is_same("const A = 1;", "const A = 2;"));
    assert!(!is_same("const A = 1;", "const B = 1;"));
    assert!(!is_same("const A = 1; // why", "const A = 1;"));
    assert!(!is_same("const A = (1);", "const A = 1;"));
    assert!(!is_same("const A = 1;", "const A = 1; const B = 2;"));
    assert!(!is_same("const A = \"x\";", "const A = \"x \";"));
}
