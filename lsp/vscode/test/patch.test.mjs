// Lists become others as they are told to, and what stays in a page stays the same element.
import assert from "node:assert/strict";
import { test } from "node:test";

import { isOf, patched } from "../src/patch.ts";
import { arrange } from "../src/webview/patch.ts";

/** Pieces are names with how far they were moved, as `a` and `a+2`. */
function become(old, list) {
    assert.ok(isOf(list, old.length));
    return patched(old, list, (piece, by) => `${piece}+${by}`, (piece, instead) => (instead ? `${instead}=${piece}` : piece));
}

test("what is not named is gone, and the rest is as told", () => {
    const steps = [{ keep: [0, 1] }, { put: "x" }, { keep: [2, 2], by: 3 }, { put: "y", instead: 1 }];
    assert.deepEqual(become(["a", "b", "c", "d", "e"], { of: 5, steps }), ["a", "x", "c+3", "d+3", "b=y"]);
    assert.deepEqual(become(["a"], { of: 1, steps: [] }), []);
    assert.deepEqual(become([], { of: 0, steps: [{ put: "x" }] }), ["x"]);
});

test("a patch of another list is known", () => {
    const isOne = (of, steps) => isOf({ of, steps }, 3);
    assert.ok(isOne(3, [{ keep: [0, 3] }]));
    assert.ok(!isOne(2, [{ keep: [0, 2] }]));
    assert.ok(!isOne(3, [{ keep: [2, 2] }]));
    assert.ok(!isOne(3, [{ keep: [-1, 1] }]));
    assert.ok(!isOne(3, [{ keep: [0, 2] }, { keep: [1, 1] }]), "one piece is in two places");
    assert.ok(!isOne(3, [{ put: "x", instead: 1 }, { keep: [1, 1] }]), "one piece is in two places");
    assert.ok(!isOne(3, [{ put: "x", instead: 3 }]));
});

/** As much of an element as is needed; counts what is put into it. */
class Parent {
    children = [];
    puts = 0;

    get firstElementChild() {
        return this.children[0] ?? null;
    }

    insertBefore(child, next) {
        child.remove();
        const at = next === null ? this.children.length : this.children.indexOf(next);
        assert.ok(at >= 0, "put before something that is not there");
        this.children.splice(at, 0, child);
        child.parent = this;
        this.puts++;
    }
}

class Child {
    parent = null;

    constructor(name) {
        this.name = name;
    }

    get nextElementSibling() {
        return this.parent.children[this.parent.children.indexOf(this) + 1] ?? null;
    }

    remove() {
        if (this.parent) this.parent.children = this.parent.children.filter((child) => child !== this);
        this.parent = null;
    }
}

function parentOf(names) {
    const parent = new Parent();
    for (const name of names) parent.insertBefore(new Child(name), null);
    parent.puts = 0;
    return parent;
}

test("what stays in its place is not touched", () => {
    const parent = parentOf("abcdefgh");
    const [a, b, , d, e, f, g, h] = parent.children;
    const all = [a, new Child("x"), b, d, e, f, g, h, new Child("y")];
    arrange(parent, all);
    assert.deepEqual(parent.children, all);
    assert.equal(parent.puts, 2);
});

test("whatever the order is, it comes to be", () => {
    let seed = 1;
    const below = (limit) => (seed = (seed * 48271) % 0x7fffffff) % limit;
    for (let round = 0; round < 300; round++) {
        const parent = parentOf("abcdefghij".slice(0, below(11)));
        const all = parent.children.filter(() => below(4) > 0);
        for (let count = below(4); count > 0; count--) all.splice(below(all.length + 1), 0, new Child("x"));
        for (let count = below(3); count > 0 && all.length > 0; count--) all.push(...all.splice(below(all.length), 1));
        arrange(parent, all);
        assert.deepEqual(parent.children, all);
    }
});
