// The extension in a real VS Code, as a user would use it. Each step is told, takes a picture where there is something to
// see, and fails by itself.
//
//     node run.mjs --tools DIR --vsix FILE --repository DIR --out DIR --command CLEANINFRA [--chromium FILE] [--only REGEX] [--server FILE]
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { Editor } from "./editor.mjs";

const { values: options } = parseArgs({
    options: {
        tools: { type: "string" },
        vsix: { type: "string" },
        repository: { type: "string" },
        out: { type: "string" },
        chromium: { type: "string", default: "/usr/bin/chromium" },
        only: { type: "string", default: "" },
        server: { type: "string", default: "" },
        command: { type: "string" },
    },
});
const out = path.resolve(options.out);
// What is there when it ends is of this run.
fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });

const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "ci-workspace-"));

/** A copy of the examples, and a file with room for mistakes. */
function workspace() {
    const folder = path.join(temporary, "shop");
    for (const example of ["orders", "three-tier"]) {
        const from = path.join(options.repository, "examples", example);
        const isBuilt = (file) => path.basename(file) === "build";
        fs.cpSync(from, path.join(folder, example), { recursive: true, filter: (file) => !isBuilt(file) });
    }
    fs.mkdirSync(path.join(folder, "scratch", "src"), { recursive: true });
    fs.writeFileSync(path.join(folder, "scratch", "ci.toml"), '[package]\nname = "scratch"\nversion = "0.1.0"\n');
    fs.writeFileSync(path.join(folder, "scratch", "src", "main.ci"), SCRATCH);
    return folder;
}

const SCRATCH = `//! Room for mistakes.

/// Keeps letters.
service Letters {
    let queue = aws::sqs::Queue { VisibilityTimeout: 60 };

    output url: String = queue.QueueUrl;
}
`;

const folder = workspace();
const settings = options.server ? { "cleaninfra.path": path.resolve(options.server) } : {};
const start = Date.now();
const seconds = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
const editor = await Editor.start({ ...options, workspace: folder, out, vsix: path.resolve(options.vsix), settings });
console.log(`VS Code is up after ${seconds()}`);
const { page } = editor;
let passed = 0;
let left = 0;
let isHopeless = false;
const failed = [];

/** After so many failures the rest would only be waited for. */
const ENOUGH = 3;

async function step(name, work, { needed = false } = {}) {
    if (options.only && !needed && !new RegExp(options.only).test(name)) return;
    if (isHopeless || failed.length >= ENOUGH) {
        left++;
        return;
    }
    const begin = Date.now();
    try {
        await work();
        passed++;
        console.log(`PASS [${String(Date.now() - begin).padStart(6)} ms] ${name}`);
    } catch (error) {
        failed.push(name);
        const picture = `failed-${name.replaceAll(/[^a-z]+/g, "-")}`;
        const told = String(error.message).split("\n").slice(0, 6).join("\n    ");
        console.log(`FAIL [${String(Date.now() - begin).padStart(6)} ms] ${name}\n    ${told}`);
        console.log(`    picture: ${shown(path.join(out, `${picture}.png`))}`);
        await editor.picture(picture);
        // What comes next begins with an empty editor; and without this there is nothing to try.
        if (needed) isHopeless = true;
        else await closeAll().catch(() => undefined);
    }
    await editor.press("Escape", "Escape");
}

function shown(file) {
    return path.relative(process.cwd(), file);
}

const squiggles = page.locator(".monaco-editor .squiggly-error");
const problems = page.locator(".markers-panel .monaco-list-row");
const scratch = "scratch/src/main.ci";

async function closeAll() {
    await editor.command("View: Close All Editors");
    const discard = page.locator(".monaco-dialog-box button, .monaco-dialog-box .monaco-button", { hasText: "Don't Save" });
    await discard.first().click({ timeout: 1000 }).catch(() => undefined);
}

/** The line of a text in the source of the example, counted from 1. */
function lineOf(text) {
    return editor.read("orders/src/orders.ci").split("\n").findIndex((line) => line.includes(text)) + 1;
}

/** The ids of what a diagram shows. */
async function drawn(frame) {
    const ids = (selector) => frame.locator(selector).evaluateAll((all) => all.map(({ dataset }) => dataset.id));
    return { nodes: await ids("#view .node"), groups: await ids("#view .group"), edges: await ids("#view .edge[data-id]") };
}

/** Marks the elements of a diagram, and notes what the panel is told from now on. */
async function watch(frame) {
    await frame.evaluate(() => {
        if (!window.told) {
            window.addEventListener("message", ({ data }) => window.told.push(data));
            const { animate } = Element.prototype;
            Element.prototype.animate = function (...how) {
                window.glides++;
                return animate.apply(this, how);
            };
        }
        window.told = [];
        window.glides = 0;
        for (const element of document.querySelectorAll("#view svg, #view [data-id]")) element.watched = true;
    });
}

/** What came of them: which pictures the panel was told, and which elements were not there before. */
function watched(frame) {
    return frame.evaluate(() => ({
        glides: window.glides,
        told: window.told.flatMap(({ svg, patch }) => (patch ? ["patch"] : svg ? ["whole"] : [])),
        bytes: window.told.flatMap(({ svg, patch }) => (patch ? [JSON.stringify(patch).length] : svg ? [svg.length] : [])),
        fresh: [...document.querySelectorAll("#view svg, #view .node, #view .group, #view .head, #view .edge[data-id]")]
            .filter((element) => !element.watched).map((element) => element.dataset.id ?? element.localName),
    }));
}

/** Every element of a diagram with its words and where it is, once nothing moves any more. */
async function geometry(frame) {
    await editor.until("rest", () => frame.evaluate(() => document.getAnimations().length === 0), 5000);
    return frame.evaluate(() => {
        const svg = document.querySelector("#view svg");
        const page = svg.getBoundingClientRect();
        const scale = page.width / svg.viewBox.baseVal.width;
        return [svg, ...svg.querySelectorAll("g, rect, path, text, title, desc")].map((element) => {
            const { x, y, width, height } = element.getBoundingClientRect();
            const box = ["title", "desc"].includes(element.localName) ? [] : [x - page.x, y - page.y, width, height];
            const words = element.childElementCount === 0 ? element.textContent : "";
            return { what: `${element.localName} ${element.dataset.id ?? ""} ${words}`, box: box.map((part) => part / scale) };
        });
    });
}

/** Fails where two diagrams are not the same to the pixel. */
function same(one, other) {
    const isNear = (a, b) => a.what === b.what && a.box.every((part, at) => Math.abs(part - b.box[at]) < 0.75);
    const [long, short] = one.length > other.length ? [one, other] : [other, one];
    const at = long.findIndex((element, at) => !short[at] || !isNear(element, short[at]));
    if (at >= 0) throw new Error(`${JSON.stringify(one[at])} and ${JSON.stringify(other[at])}`);
}

/** What a diagram shows and how bright its page and its boxes are; fails where words or arrows can hardly be seen. */
async function legible(frame) {
    const found = await frame.evaluate(() => {
        const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        // Whatever a colour is written as: what a pixel of it is.
        const luminance = (colour) => {
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
                const share = part / 255;
                return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const svg = document.querySelector("#view svg");
        const of = (element, property) => luminance(getComputedStyle(element)[property]);
        const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const page = of(svg.querySelector(".page"), "fill");
        const card = of(svg.querySelector(".card"), "fill");
        const bad = [];
        const need = (what, a, b, least) => {
            const found = contrast(a, b);
            if (found < least) bad.push(`${what}: ${found.toFixed(2)} instead of ${least}`);
        };
        for (const node of svg.querySelectorAll(".node")) {
            const on = of(node.querySelector(".card"), "fill");
            for (const text of node.querySelectorAll("text")) need(`words of ${node.dataset.id}`, of(text, "fill"), on, 4.5);
            const sign = node.querySelector('[class^="f-"]');
            need(`sign of ${node.dataset.id}`, of(node.querySelector(".sign"), "stroke"), of(sign, "fill"), 3);
        }
        for (const group of svg.querySelectorAll(".group")) {
            const on = of(group.querySelector("rect"), "fill");
            const head = [...svg.querySelectorAll(".head")].find(({ dataset }) => dataset.id === group.dataset.id);
            for (const text of head.querySelectorAll("text")) need(`words of ${group.dataset.id}`, of(text, "fill"), on, 4.5);
        }
        for (const edge of svg.querySelectorAll(".edge > path")) need("an arrow", of(edge, "stroke"), page, 3);
        for (const text of svg.querySelectorAll(":scope > text")) need("a word of the page", of(text, "fill"), page, 4.5);
        return { page, card, bad };
    });
    if (found.bad.length > 0) throw new Error([...new Set(found.bad)].join("\n"));
    return { ...found, ...(await drawn(frame)) };
}

/** The place of a word in the editor, by its pixels. */
async function word(text) {
    const span = page.locator(".view-line span span", { hasText: text }).first();
    await span.waitFor();
    return span.boundingBox();
}

try {
    await step("the status bar tells the version of the server", async () => {
        await editor.open("orders/src/orders.ci");
        await page.locator(".statusbar-item", { hasText: /cleaninfra \d+\.\d+/ }).first().waitFor({ timeout: 90_000 });
        const icon = page.locator(".statusbar-item", { hasText: /cleaninfra/ }).locator(".codicon-check").first();
        await icon.waitFor({ timeout: 60_000 });
    }, { needed: true });

    await step("words have colours", async () => {
        const keyword = await page.locator(".view-line span span", { hasText: /^service$/ }).first().getAttribute("class");
        const name = await page.locator(".view-line span span", { hasText: /^Orders$/ }).first().getAttribute("class");
        if (!keyword || keyword === name) throw new Error(`${keyword} and ${name}`);
        await editor.picture("source");
    });

    await step("inlay hints are shown", async () => {
        const line = page.locator(".view-line", { hasText: "let is_prod" }).first();
        await editor.until("the type", async () => (await line.innerText()).replaceAll("\u00a0", " ").includes("is_prod: Bool"));
        await editor.picture("inlay-hints");
    });

    await step("lenses say what a service becomes", async () => {
        const lens = (text) => page.locator(".codelens-decoration a", { hasText: text }).first();
        await lens(/^\d+ resources · stack/).waitFor({ timeout: 30_000 });
        await lens("who can reach this").waitFor({ timeout: 30_000 });
    });

    await step("a hover tells the type", async () => {
        const hover = page.locator(".monaco-hover:not(.hidden) .hover-contents").first();
        for (let attempt = 0; ; attempt++) {
            const box = await word("HttpApi");
            await page.mouse.move(box.x + 100, box.y + 160);
            await page.mouse.move(box.x + box.width - 12, box.y + box.height / 2, { steps: 6 });
            const seen = await hover.waitFor({ timeout: 5000 }).then(() => true, () => false);
            if (seen) break;
            if (attempt > 4) throw new Error("no hover");
        }
        await editor.picture("hover");
        const text = await hover.innerText();
        if (!text.includes("HttpApi")) throw new Error(text);
    });

    await step("a mistake is underlined and listed", async () => {
        await editor.open(scratch);
        await editor.goBehind(scratch, "VisibilityTimeout: 60");
        await editor.type(", DelaySecond: 5");
        await squiggles.first().waitFor({ timeout: 60_000 });
        await editor.command("View: Toggle Problems");
        await problems.filter({ hasText: "DelaySecond" }).first().waitFor({ timeout: 20_000 });
        await editor.picture("mistake");
        await editor.command("View: Toggle Problems");
    });

    await step("the code of a finding leads to its page", async () => {
        const link = page.locator(".monaco-hover:not(.hidden) a", { hasText: /^E\d{4}$/ }).first();
        for (let attempt = 0; ; attempt++) {
            // The mark is drawn anew with each finding.
            const box = await editor.until("a mark", () => squiggles.first().boundingBox().catch(() => null), 10_000);
            await page.mouse.move(box.x + 40, box.y + 200);
            await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 6 });
            if (await link.waitFor({ timeout: 5000 }).then(() => true, () => false)) break;
            if (attempt > 4) throw new Error("no hover");
        }
        await editor.picture("finding");
        await link.click();
        const frame = await editor.view(".markdown-body h2");
        await frame.getByText("Why it matters").first().waitFor({ timeout: 20_000 });
        await page.locator(".tab", { hasText: "main.ci" }).first().click();
    });

    await step("a quick fix mends it", async () => {
        await editor.goTo(5, 61);
        await editor.press("Control+.");
        const action = page.locator(".action-widget .monaco-list-row", { hasText: "DelaySeconds" }).first();
        await action.waitFor({ timeout: 20_000 });
        await editor.picture("quick-fix");
        await action.click();
        await squiggles.first().waitFor({ state: "detached", timeout: 30_000 });
        await editor.save();
        if (!editor.read(scratch).includes("DelaySeconds: 5")) throw new Error(editor.read(scratch));
    });

    await step("a completion inserts a property", async () => {
        await editor.goBehind(scratch, "DelaySeconds: 5");
        await editor.type(", Kms");
        const row = page.locator(".suggest-widget .monaco-list-row", { hasText: "KmsMasterKeyId" }).first();
        if (!(await row.waitFor({ timeout: 5000 }).then(() => true, () => false))) {
            await editor.press("Control+Space");
            await row.waitFor({ timeout: 20_000 });
        }
        await page.waitForTimeout(800);
        await editor.picture("completion");
        await row.click();
        // The value is selected: what is typed takes its place.
        await editor.until("the property", async () =>
            (await page.locator(".view-lines").first().innerText()).includes("KmsMasterKeyId:"), 10_000);
        // The editor closes the text itself.
        await editor.type('"alias/letters');
        await editor.press("Escape", "Escape");
        await squiggles.first().waitFor({ state: "detached", timeout: 30_000 });
        await editor.save();
        if (!editor.read(scratch).includes('KmsMasterKeyId: "alias/letters"')) throw new Error(editor.read(scratch));
        await closeAll();
    });

    await step("a manifest is completed, and a mistake in it is mended", async () => {
        await editor.open("scratch/ci.toml");
        await editor.goBehind("scratch/ci.toml", 'version = "0.1.0"');
        await editor.type('\nmian = "src/main.ci"');
        await squiggles.first().waitFor({ timeout: 20_000 });
        await editor.picture("manifest");
        await editor.command("File: Revert File");
        await squiggles.first().waitFor({ state: "detached", timeout: 20_000 });
        await editor.goBehind("scratch/ci.toml", 'version = "0.1.0"');
        await editor.type('\n\n[build]\nform');
        const row = page.locator(".suggest-widget .monaco-list-row", { hasText: "format" }).first();
        if (!(await row.waitFor({ timeout: 5000 }).then(() => true, () => false))) {
            await editor.press("Control+Space");
            await row.waitFor({ timeout: 20_000 });
        }
        await editor.picture("manifest-completion");
        await row.click();
        await editor.type("yml");
        await squiggles.first().waitFor({ timeout: 20_000 });
        await editor.press("Escape", "Control+.");
        const fix = page.locator(".action-widget .monaco-list-row", { hasText: "Did you mean `yaml`?" }).first();
        await fix.waitFor({ timeout: 20_000 });
        await fix.click();
        await squiggles.first().waitFor({ state: "detached", timeout: 20_000 });
        await editor.until("the word", async () =>
            (await page.locator(".view-lines").first().innerText()).replaceAll("\u00a0", " ").includes('format = "yaml"'));
        await editor.command("File: Revert File");
        await squiggles.first().waitFor({ state: "detached", timeout: 20_000 });
        await closeAll();
    });

    await step("a template is pasted as code", async () => {
        await editor.open(scratch);
        await editor.goBehind(scratch, "output url: String = queue.QueueUrl;");
        await editor.type("\n\n");
        const resource = "Alerts:\n  Type: AWS::SNS::Topic\n  Properties:\n    DisplayName: Alerts of the shop\n";
        await page.evaluate((text) => navigator.clipboard.writeText(text), resource);
        await editor.command("Clean Infrastructure: Paste JSON or YAML as Code");
        await page.locator(".view-line", { hasText: "Alerts of the shop" }).first().waitFor({ timeout: 20_000 });
        await editor.save();
        await editor.picture("paste");
        if (!/aws::sns::Topic|\bTopic \{/.test(editor.read(scratch))) throw new Error(editor.read(scratch));
        await closeAll();
    });

    await step("a name is renamed in two files", async () => {
        await editor.open("orders/src/payments.ci");
        await editor.goBehind("orders/src/payments.ci", "interface Pay");
        await page.waitForTimeout(1500);
        await editor.press("F2");
        const input = page.locator(".rename-box input");
        await input.waitFor({ timeout: 30_000 });
        await input.fill("Billing");
        await editor.picture("rename");
        await editor.press("Enter");
        await input.waitFor({ state: "hidden" });
        await page.waitForTimeout(1500);
        await editor.command("File: Save All");
        await editor.until("both files", () =>
            ["payments", "orders"].every((name) => /\bBilling\b/.test(editor.read(`orders/src/${name}.ci`))), 20_000);
    });

    await step("the template is shown beside the source and follows it", async () => {
        await editor.open("orders/src/orders.ci");
        await editor.goBehind("orders/src/orders.ci", "AlarmDescr");
        await editor.command("Clean Infrastructure: Show Compiled Template");
        await page.locator(".tab", { hasText: ".template.json" }).first().waitFor({ timeout: 60_000 });
        const marked = page.locator(".editor-instance").nth(1).locator('.view-overlays [class*="ced-"]');
        await editor.until("a mark", () => marked.count(), 20_000);
        await editor.picture("template");
        const text = () => page.locator(".editor-instance").nth(1).locator(".view-lines").innerText();
        const plain = (shown) => shown.replaceAll("\u00a0", " ");
        await editor.until("the alarm", async () => plain(await text()).includes("AWS::CloudWatch::Alarm"), 20_000);
        await editor.goBehind("orders/src/orders.ci", "EvaluationPer");
        const markedLine = async () => {
            const mark = await marked.first().boundingBox();
            const names = page.locator(".editor-instance").nth(1).locator(".view-line", { hasText: "EvaluationPeriods" });
            const line = await names.first().boundingBox();
            return mark && line && Math.abs(mark.y - line.y) < 4;
        };
        await editor.until("the mark at the property", () => markedLine().catch(() => false), 20_000);
        await editor.picture("template-follows");
    });

    await step("the source follows the template", async () => {
        const json = page.locator(".editor-instance").nth(1);
        await json.locator(".view-line span span", { hasText: "MetricName" }).first().click();
        const source = page.locator(".editor-instance").first();
        await editor.until("a mark", () => source.locator('.view-overlays [class*="ced-"]').count(), 20_000);
        await editor.picture("source-follows");
        await closeAll();
    });

    await step("the diagram is drawn, and a click leads to the source", async () => {
        await editor.open("orders/src/orders.ci");
        await editor.command("Clean Infrastructure: Show Architecture Diagram");
        const frame = await editor.view("#view svg .node");
        await editor.until("all boxes", async () => {
            const { nodes } = await drawn(frame);
            return ["internet", "orders/api", "orders/orders", "payments/charge"].every((id) => nodes.includes(id));
        }, 20_000);
        await editor.picture("diagram");
        await frame.locator("[data-linked].node").filter({ hasText: "shipments" }).first().click();
        const at = page.locator(".statusbar-item", { hasText: /Ln \d+/ }).first();
        await editor.until("the line of the queue", async () => (await at.innerText()).includes(`Ln ${lineOf("let shipments")},`), 20_000);
    });

    await step("the box that the cursor is in is marked", async () => {
        const frame = await editor.view("#view svg .node");
        const marked = () => frame.locator(".node.marked, .group.marked").evaluateAll((all) => all.map(({ dataset }) => dataset.id));
        for (const [line, id] of [["let orders", "orders/orders"], ["visibility_timeout", "orders/shipments"], ["timeout: 30s", "orders/worker"]]) {
            await editor.goTo(lineOf(line), 12);
            await editor.until(`a mark at ${id}`, async () => (await marked()).join() === id, 10_000);
        }
        await editor.picture("diagram-marked");
    });

    await step("the diagram follows while one types, and stays where it was put", async () => {
        const frame = await editor.view("#view svg .node");
        await frame.locator(".node").filter({ hasText: "shipments" }).first().click();
        const at = page.locator(".statusbar-item", { hasText: /Ln \d+/ }).first();
        await editor.until("the line of the queue", async () => (await at.innerText()).includes(`Ln ${lineOf("let shipments")},`), 20_000);
        await frame.locator("#larger").click();
        const place = () => frame.locator("#view svg").evaluate((svg) => svg.style.transform);
        const before = await place();
        await page.locator(".tab", { hasText: "orders.ci" }).first().click();
        await editor.goTo(lineOf("let api") - 1, 1);
        await watch(frame);
        await editor.type("let returns = Queue {};\n");
        await editor.until("the new queue", () => frame.locator(".node", { hasText: "returns" }).count(), 10_000);
        const { told, bytes, fresh, glides } = await watched(frame);
        if (told.includes("whole") || !told.includes("patch")) throw new Error(`it was told ${told.join(", ")}`);
        if (Math.max(...bytes) > 6000) throw new Error(`it took ${bytes.join(", ")} bytes`);
        if (fresh.join() !== "orders/returns") throw new Error(`these are new: ${fresh.join(", ")}`);
        if (glides === 0) throw new Error("nothing glided");
        if (editor.read("orders/src/orders.ci").includes("let returns")) throw new Error("it was saved");
        if ((await place()) !== before) throw new Error(`${before} became ${await place()}`);
        if (!(await frame.locator('.node.chosen[data-id="orders/shipments"]').count())) throw new Error("nothing is chosen any more");
        // Between two words there are errors: what was drawn stays.
        await editor.type("let broken = Queue { visib");
        await squiggles.first().waitFor({ timeout: 20_000 });
        await frame.locator("#problem", { hasText: "may be missing" }).waitFor({ timeout: 20_000 });
        await editor.picture("diagram-errors");
        await editor.command("File: Revert File");
        await editor.until("no new queue", async () => !(await frame.locator(".node", { hasText: "returns" }).count()), 20_000);
        await frame.locator("#problem").waitFor({ state: "hidden", timeout: 20_000 });
        await frame.locator("#fit").click();
    });

    await step("what has become of a diagram is what would be drawn anew", async () => {
        const frame = await editor.view("#view svg .node");
        await page.locator(".tab", { hasText: "orders.ci" }).first().click();
        await watch(frame);
        const edge = (id) => frame.locator(`#view .edge[data-id="${id}"]`).count();
        await editor.goBehind("orders/src/orders.ci", "uses: [orders.write");
        await editor.type(", shipments.send");
        await editor.until("a new arrow", () => edge("orders/worker>orders/shipments:access"), 20_000);
        await editor.goTo(lineOf("let shipments"), 1);
        await editor.type("let letters = Table { key: \"id\" };\nlet parcels = Queue {};\n");
        await editor.until("new boxes", () => frame.locator(".node", { hasText: /letters|parcels/ }).count().then((count) => count === 2), 20_000);
        await editor.picture("diagram-patched");
        await editor.goTo(1, 1);
        await editor.type("// One more line.\n");
        const { told, fresh } = await watched(frame);
        if (told.includes("whole") || told.length < 2) throw new Error(`it was told ${told.join(", ")}`);
        if (fresh.includes("svg") || fresh.includes("orders/api")) throw new Error(`these are new: ${fresh.join(", ")}`);
        const patched = await geometry(frame);
        // Another level and back: that is drawn whole.
        await frame.locator('[data-level="services"]').click();
        await editor.until("services", async () => (await drawn(frame)).nodes.length === 3, 20_000);
        await frame.locator('[data-level="units"]').click();
        await editor.until("units", () => frame.locator(".node", { hasText: "parcels" }).count(), 20_000);
        if ((await watched(frame)).told.at(-1) !== "whole") throw new Error("it was not drawn whole");
        same(patched, await geometry(frame));
        // Places that were patched lead where they should.
        await frame.locator("[data-linked].node").filter({ hasText: "shipments" }).first().click();
        const at = page.locator(".statusbar-item", { hasText: /Ln \d+/ }).first();
        await editor.until("the line of the queue", async () => (await at.innerText()).includes(`Ln ${lineOf("let shipments") + 3},`), 20_000);
        await editor.command("File: Revert File");
        await editor.until("no new boxes", async () => !(await frame.locator(".node", { hasText: "parcels" }).count()), 20_000);
        await frame.locator("#fit").click();
    });

    await step("the keyboard stays where it is while the diagram changes", async () => {
        const frame = await editor.view("#view svg .node");
        const box = frame.locator('.node[data-id="orders/worker"]');
        await box.focus();
        await page.emulateMedia({ reducedMotion: "reduce" });
        await watch(frame);
        const before = editor.read("orders/src/orders.ci");
        const write = (text) => fs.writeFileSync(path.join(folder, "orders/src/orders.ci"), text);
        write(before.replace("    let shipments", "    let parcels = Queue {};\n    let shipments"));
        await editor.until("the new box", () => frame.locator(".node", { hasText: "parcels" }).count(), 20_000);
        const focused = () => frame.evaluate(() => document.activeElement?.dataset.id);
        if ((await focused()) !== "orders/worker") throw new Error(`the keyboard is at ${await focused()}`);
        write(before);
        await editor.until("the old boxes", async () => !(await frame.locator(".node", { hasText: "parcels" }).count()), 20_000);
        if ((await focused()) !== "orders/worker") throw new Error(`the keyboard is at ${await focused()}`);
        const { told, fresh, glides } = await watched(frame);
        if (told.join() !== "patch,patch" || fresh.length > 0) throw new Error(`it was told ${told.join(", ")}; new: ${fresh.join(", ")}`);
        if (glides > 0) throw new Error("something glided for somebody who does not want that");
        await page.emulateMedia({ reducedMotion: null });
    });

    await step("a diagram that is not what the server thinks is drawn whole", async () => {
        const frame = await editor.view("#view svg .node");
        await page.locator(".tab", { hasText: "orders.ci" }).first().click();
        await watch(frame);
        await frame.evaluate(() => document.querySelector('#view .node[data-id="orders/api"]').remove());
        await editor.goTo(lineOf("let api") - 1, 1);
        await editor.type("let returns = Queue {};\n");
        await editor.until("the new queue", () => frame.locator(".node", { hasText: "returns" }).count(), 20_000);
        const { told } = await watched(frame);
        if (told.join() !== "patch,whole") throw new Error(`it was told ${told.join(", ")}`);
        if (!(await drawn(frame)).nodes.includes("orders/api")) throw new Error("something is missing");
        await editor.command("File: Revert File");
        await editor.until("no new queue", async () => !(await frame.locator(".node", { hasText: "returns" }).count()), 20_000);
    });

    await step("the diagram has three levels", async () => {
        const frame = await editor.view("#view svg .node");
        await frame.locator('[data-level="resources"]').click();
        await editor.until("dead letters", () => frame.locator(".node", { hasText: "dead_letters" }).count(), 20_000);
        await editor.picture("diagram-resources");
        await frame.locator('[data-level="services"]').click();
        await editor.until("services", async () => (await drawn(frame)).nodes.sort().join() === "internet,orders,payments", 20_000);
        await editor.picture("diagram-services");
        await frame.locator('[data-level="units"]').click();
        await editor.until("units", () => frame.locator(".node", { hasText: "worker" }).count(), 20_000);
    });

    await step("the diagram is legible in the light and in the dark", async () => {
        await editor.command("View: Close All Editors");
        await editor.open("orders/src/orders.ci");
        await editor.command("Clean Infrastructure: Show Architecture Diagram");
        await editor.command("View: Toggle Primary Side Bar Visibility");
        const frame = await editor.view("#view svg .node");
        const light = await legible(frame);
        await editor.picture("diagram-light");
        await editor.command("Preferences: Toggle between Light/Dark Themes");
        await editor.until("the other theme", () => frame.evaluate(() => document.body.classList.contains("vscode-dark")));
        await page.waitForTimeout(500);
        const dark = await legible(frame);
        await editor.picture("diagram-dark");
        await editor.command("Preferences: Toggle between Light/Dark Themes");
        await editor.command("View: Toggle Primary Side Bar Visibility");
        if (!(light.page > 0.8 && light.card > 0.8)) throw new Error(`light: ${JSON.stringify(light)}`);
        if (!(dark.page < 0.1 && dark.card < 0.1)) throw new Error(`dark: ${JSON.stringify(dark)}`);
        const elements = ({ nodes, groups, edges }) => JSON.stringify([nodes, groups, edges]);
        if (elements(light) !== elements(dark)) throw new Error(`${elements(light)} and ${elements(dark)}`);
        await closeAll();
    });

    await step("tests are listed, run, and fail where they must", async () => {
        await editor.open("orders/src/main.ci");
        await editor.command("Testing: Focus on Test Explorer View");
        const rows = page.locator(".test-explorer-tree .monaco-list-row");
        await rows.filter({ hasText: "main.ci" }).first().waitFor({ timeout: 30_000 });
        await editor.command("Clean Infrastructure: Run All Tests");
        await rows.filter({ has: page.locator(".codicon-testing-passed-icon") }).first().waitFor({ timeout: 60_000 });
        await editor.picture("tests-pass");
        const line = editor.read("orders/src/main.ci").split("\n").findIndex((text) => text.includes("assert !api.may(dynamodb::DeleteItem")) + 1;
        await page.locator(".tab.active", { hasText: "main.ci" }).first().click();
        await editor.goTo(line, 12);
        await editor.press("Delete");
        await editor.command("Clean Infrastructure: Run All Tests");
        await rows.filter({ has: page.locator(".codicon-testing-failed-icon") }).first().waitFor({ timeout: 60_000 });
        await editor.picture("tests-fail");
        await editor.command("View: Show Explorer");
        await closeAll();
    });

    await step("a lens runs a test", async () => {
        await editor.open("orders/src/main.ci");
        await editor.goBehind("orders/src/main.ci", 'test "no function');
        const lens = page.locator(".codelens-decoration a", { hasText: /run/i }).first();
        await lens.waitFor({ timeout: 30_000 });
        await editor.picture("lens");
        await lens.click();
        await page.locator(".testing-run-glyph.codicon-testing-passed-icon").first().waitFor({ timeout: 30_000 });
        await closeAll();
    });

    await step("who may do what is told", async () => {
        await editor.open("orders/src/orders.ci");
        await editor.goBehind("orders/src/orders.ci", "let orders");
        await editor.command("Clean Infrastructure: Show Who May Do What");
        const frame = await editor.view(".markdown-body h1");
        await frame.getByText("PutItem").first().waitFor({ timeout: 20_000 });
        await editor.picture("access");
        const uses = lineOf("uses: [orders.read");
        await frame.locator("a", { hasText: `orders/src/orders.ci:${uses}` }).first().click();
        const at = page.locator(".statusbar-item", { hasText: /Ln \d+/ }).first();
        await editor.until("the line with the right", async () => (await at.innerText()).includes(`Ln ${uses},`), 20_000);
        await closeAll();
    });

    await step("who reaches whom is told", async () => {
        await editor.open("three-tier/src/web.ci");
        await editor.command("Clean Infrastructure: Show Who Reaches Whom");
        const frame = await editor.view(".markdown-body h1");
        await frame.getByText("internet → ").first().waitFor({ timeout: 20_000 });
        await editor.picture("network");
        const link = frame.locator("a", { hasText: /^three-tier\/src\/\w+\.ci:\d+$/ }).first();
        const [, line] = (await link.innerText()).split(":");
        await link.click();
        const at = page.locator(".statusbar-item", { hasText: /Ln \d+/ }).first();
        await editor.until("its line", async () => (await at.innerText()).includes(`Ln ${line},`), 20_000);
        // A step in the standard library leads to its source, as a definition does.
        await page.locator(".tab", { hasText: "Who reaches whom" }).first().click();
        const again = await editor.view(".markdown-body h1");
        const inside = again.locator("a", { hasText: /^std\/\w+\.ci:\d+$/ }).first();
        const [source, inner] = (await inside.innerText()).split(":");
        await inside.click();
        await page.locator(".tab", { hasText: path.basename(source) }).first().waitFor({ timeout: 20_000 });
        await editor.until("its line", async () => (await at.innerText()).includes(`Ln ${inner},`), 20_000);
        await editor.picture("network-library");
        await closeAll();
    });

    await step("a flowchart is drawn in Markdown", async () => {
        const words = ["diagram", "--format", "mermaid", "--level", "units", path.join(folder, "orders")];
        const { stdout } = spawnSync(options.command, words, { encoding: "utf8" });
        fs.writeFileSync(path.join(folder, "design.md"), `# The shop\n\n\`\`\`mermaid\n${stdout}\`\`\`\n`);
        await editor.open("design.md");
        await editor.command("Markdown: Open Preview");
        const frame = await editor.view(".mermaid svg .node");
        const boxes = await frame.locator(".mermaid svg .node").count();
        const expected = stdout.match(/^ *n\d+[^ ]/gm).length;
        if (boxes !== expected) throw new Error(`${boxes} boxes, and not ${expected}`);
        await editor.picture("flowchart");
        await closeAll();
    });

    await step("an error code is explained", async () => {
        await editor.command("Clean Infrastructure: Explain an Error Code…");
        const input = page.locator(".quick-input-widget input").first();
        await input.fill("E0203");
        await editor.press("Enter");
        const frame = await editor.view(".markdown-body h1");
        await frame.locator("h2", { hasText: "Why it matters" }).waitFor({ timeout: 20_000 });
        if ((await frame.locator("pre code").count()) === 0) throw new Error("the page has no code");
        await editor.picture("explain");
        await closeAll();
    });

    await step("the walkthrough is there", async () => {
        await editor.command("Welcome: Open Walkthrough...");
        await page.locator(".quick-input-widget input").first().fill("Clean");
        await page.locator(".quick-input-list .monaco-list-row", { hasText: "Get Started with Clean" }).first().waitFor({ timeout: 20_000 });
        await editor.press("Enter");
        await page.locator(".gettingStartedContainer", { hasText: "Make a project" }).first().waitFor({ timeout: 20_000 });
        await page.waitForTimeout(1000);
        await editor.picture("walkthrough");
        await closeAll();
    });

    await step("it builds in the terminal", async () => {
        await editor.open("orders/src/orders.ci");
        await editor.command("Clean Infrastructure: Build");
        await editor.until("the outputs", () => fs.existsSync(path.join(folder, "orders/build/dev/app.json")), 60_000);
        await page.waitForTimeout(1500);
        await editor.picture("build");
        await editor.command("View: Toggle Panel Visibility").catch(() => undefined);
        await closeAll();
    });

    await step("the server starts again when told to", async () => {
        await editor.open(scratch);
        await editor.command("Clean Infrastructure: Restart Language Server");
        await page.locator(".statusbar-item", { hasText: /cleaninfra \d+\.\d+/ }).first().waitFor({ timeout: 60_000 });
        await closeAll();
    });
} finally {
    await editor.end();
    fs.rmSync(temporary, { recursive: true, force: true });
}
console.log(`pictures are in ${shown(out) || out}, ${seconds()} in all`);
console.log(`${passed} passed, ${failed.length} failed${left > 0 ? `, ${left} not tried` : ""}`);
process.exit(failed.length === 0 ? 0 : 1);
