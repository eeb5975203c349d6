// The grammar with VS Code's own engine, without an editor: what it calls things in a fixture, and that it understands
// every program of the repository.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const textmate = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");
const extension = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const repository = path.resolve(process.env.CI_REPOSITORY ?? path.join(extension, "../.."));

let grammar;
let markdown;
before(async () => {
    await oniguruma.loadWASM(fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
    const files = { "source.ci": "ci.tmLanguage.json", "markdown.ci.codeblock": "markdown.tmLanguage.json" };
    const registry = new textmate.Registry({
        onigLib: Promise.resolve({
            createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
            createOnigString: (text) => new oniguruma.OnigString(text),
        }),
        loadGrammar: async (scope) => {
            const file = files[scope] && path.join(extension, "syntaxes", files[scope]);
            return file ? textmate.parseRawGrammar(fs.readFileSync(file, "utf8"), file) : null;
        },
    });
    grammar = await registry.loadGrammar("source.ci");
    markdown = await registry.loadGrammar("markdown.ci.codeblock");
});

/** The tokens of a text, `{ line, text, scopes }`, and how deep the rules are nested at its end. */
function tokens(text, by = grammar) {
    let stack = textmate.INITIAL;
    const all = [];
    text.split("\n").forEach((line, index) => {
        const result = by.tokenizeLine(line, stack);
        stack = result.ruleStack;
        for (const { startIndex, endIndex, scopes } of result.tokens) {
            const piece = line.slice(startIndex, endIndex);
            if (piece.trim()) all.push({ line: index + 1, text: piece.trim(), scopes: scopes.slice(1) });
        }
    });
    return { all, depth: stack.depth };
}

function sources(folder, found = []) {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        const full = path.join(folder, entry.name);
        if (entry.isDirectory() && !["build", "node_modules", "target"].includes(entry.name)) sources(full, found);
        else if (entry.name.endsWith(".ci")) found.push(full);
    }
    return found;
}

// Each line: a line of the fixture, a piece of it, and what it must be called.
const EXPECTED = `
1 | //! | comment.line.documentation
2 | use | keyword.other.use
2 | aws | entity.name.namespace
2 | VPC | entity.name.type
3 | crate | variable.language
3 | MAX_SIZE | variable.other.constant
3 | as | keyword.other.as
3 | helper | variable.other
5 | /// | comment.line.documentation
6 | const | storage.type.constant
6 | MAX_SIZE | variable.other.constant
6 | Size | entity.name.type
6 | 256 | constant.numeric
6 | MiB | keyword.other.unit
7 | s | keyword.other.unit
8 | ..= | keyword.operator.range
8 | 1_000 | constant.numeric
10 | /* | comment.block
10 | in a comment | comment.block
10 | still one | comment.block
11 | severity | entity.other.attribute-name
11 | critical | meta.attribute
12 | \\" | constant.character.escape
13 | rule | storage.type.rule
13 | public_bucket | entity.name.function.rule
13 | for | keyword.control
13 | bucket | variable.parameter
13 | Bucket | support.class.resource
14 | let | storage.modifier.let
14 | block | variable.other.definition
14 | PublicAccessBlockConfiguration | variable.other.property
15 | require | keyword.control.require
15 | ?. | punctuation.accessor
15 | != | keyword.operator.comparison
15 | false | constant.language.boolean
18 | enum | storage.type.enum
18 | Stage | entity.name.type.enum
20 | interface | storage.type.interface
20 | url | variable.other.property
22 | fn | storage.type.function
22 | greeting | entity.name.function
22 | to | variable.other.property
22 | ? | keyword.operator.optional
22 | -> | keyword.operator.arrow
23 | if | keyword.control
23 | none | constant.language.none
23 | else | keyword.control
24 | name | source.ci.embedded
24 | to_upper | entity.name.function.method
24 | map | entity.name.function.method
24 | \\u{E9} | constant.character.escape
24 | \\{ | constant.character.escape
27 | service | storage.type.service
27 | Orders | entity.name.type.service
28 | input | storage.modifier.input
29 | param | storage.modifier.param
30 | needs | storage.modifier.needs
31 | aws | support.other.namespace
31 | sqs | entity.name.namespace
31 | Queue | support.class.resource
31 | DelaySeconds | variable.other.property
31 | 2 | constant.numeric
31 | m | keyword.other.unit
31 | on | variable.other.property
31 | true | constant.language.boolean
32 | Function | entity.name.type
32 | uses | variable.other.property
33 | r | storage.type.string
33 | {"a": 1} | string.quoted.other.raw
34 | """ | string.quoted.triple
35 | region | support.variable
35 | and | string.quoted.triple
35 | a | source.ci.embedded
36 | """ | punctuation.definition.string.end
37 | allow | keyword.other.statement
37 | dynamodb | entity.name.namespace
37 | PutItem | support.function.action
37 | on | keyword.other.statement
37 | when | keyword.other.statement
38 | deny | keyword.other.statement
38 | * | support.function.action
39 | assert | keyword.control
39 | SendMessage | support.function.action
40 | output | storage.modifier.output
40 | ?? | keyword.operator.optional
43 | app | storage.type.app
44 | environment | storage.modifier.environment
44 | dev | entity.name.section.environment
47 | test | storage.type.test
48 | app | variable.other.definition
48 | Stage | entity.name.type
48 | Dev | entity.name.type
49 | app | variable.other
`;

test("a fixture has the scopes that themes colour", () => {
    const { all, depth } = tokens(fs.readFileSync(path.join(extension, "test/grammar/fixture.ci"), "utf8"));
    assert.equal(depth, 1, "something was left open");
    const wrong = [];
    for (const row of EXPECTED.trim().split("\n")) {
        const [line, text, scope] = row.split(" | ");
        const there = all.filter((token) => token.line === Number(line) && token.text === text);
        const called = (token) => token.scopes.some((name) => name === scope || name.startsWith(`${scope}.`));
        if (!there.some(called)) wrong.push(`${row}, found ${JSON.stringify(there.map((token) => token.scopes))}`);
    }
    assert.deepEqual(wrong, []);
});

test("every program of the repository is understood", () => {
    const files = ["examples", "stdlib", "tests/golden"].flatMap((folder) => sources(path.join(repository, folder)));
    assert.ok(files.length > 50, `only ${files.length} programs found`);
    const wrong = [];
    for (const file of files) {
        const name = path.relative(repository, file);
        const { all, depth } = tokens(fs.readFileSync(file, "utf8"));
        if (depth !== 1) wrong.push(`${name}: something was left open`);
        for (const { line, text, scopes } of all) {
            if (scopes.some((scope) => scope.startsWith("invalid"))) wrong.push(`${name}:${line}: ${text} is illegal`);
            if (scopes.length === 0) wrong.push(`${name}:${line}: ${text} is called nothing`);
        }
    }
    assert.deepEqual(wrong.slice(0, 20), []);
});

test("what is no text of the language is illegal", () => {
    for (const [text, piece] of [["let a = 'x';", "'x'"], ["let größe = 1;", "öß"], ["let a = 5min;", "min"]]) {
        const found = tokens(text).all.find((token) => token.text === piece);
        assert.ok(found?.scopes.some((scope) => scope.startsWith("invalid.illegal")), `${text}: ${JSON.stringify(found)}`);
    }
});

test("a string that its line ends does not colour the next line", () => {
    for (const text of ['let a = "open\nservice S {', 'let a = "{x\nservice S {', 'let a = "{ { x\nservice S {']) {
        const found = tokens(text).all.find((token) => token.text === "service");
        assert.deepEqual(found?.scopes, ["storage.type.service.ci"], text);
    }
});

test("fenced code in Markdown is coloured", () => {
    const { all } = tokens("```ci file=a.ci\nservice S {\n```\nservice", markdown);
    const services = all.filter((token) => token.text === "service" || token.text.startsWith("service"));
    assert.ok(services[0].scopes.includes("storage.type.service.ci"), JSON.stringify(services));
    assert.ok(services[0].scopes.includes("meta.embedded.block.ci"));
    assert.ok(!services[1]?.scopes.includes("storage.type.service.ci"));
});
