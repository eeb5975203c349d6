// Tests are found in texts as the compiler would find them, as far as that can be told without it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { scan } from "../src/scan.ts";

test("tests are found with their names and lines", () => {
    const text = `use a::b;
test "one" {
    let a = S { x: "{ test \\"no\\" {" };
}
/// Documented.
#[allow(x)]
test "two \\"quoted\\" \\u{E9}" { assert true; }
test r#"raw "three""# {
}
`;
    assert.deepEqual(scan(text), [
        { name: "one", line: 1, end: 3 },
        { name: 'two "quoted" é', line: 6, end: 6 },
        { name: 'raw "three"', line: 7, end: 8 },
    ]);
});

test("what looks like one is none", () => {
    const none = ['// test "a" {}', '/* test "a" {} */', 'service S { let test = "a"; }', 'const A: String = "test";', "fn test(a: Int) -> Int { a }"];
    for (const text of none) assert.deepEqual(scan(text), [], text);
});

test("an unfinished text is no reason to give up", () => {
    assert.deepEqual(scan('test "one" {\n').map(({ name }) => name), ["one"]);
    assert.deepEqual(scan('test "open\ntest "two" {}\n').map(({ name }) => name), ["two"]);
});
