// The Test Explorer: the tests of all sources, run by the language server.
import * as vscode from "vscode";

import { sources } from "./project";
import { REQUESTS, type TestParams, type TestResult } from "./protocol";
import { rangeOf } from "./range";
import { scan } from "./scan";
import type { Server } from "./server";

/** How long to wait after a key before the tests of a text are looked for again, in milliseconds. */
const AFTER_EDIT = 300;

export class Tests {
    private readonly controller = vscode.tests.createTestController("cleaninfra", "Clean Infrastructure");
    private readonly names = new WeakMap<vscode.TestItem, string>();
    private readonly timers = new Map<string, NodeJS.Timeout>();

    constructor(
        context: vscode.ExtensionContext,
        private readonly server: Server,
    ) {
        this.controller.resolveHandler = async (item) => {
            if (!item) await this.findAll();
        };
        this.controller.refreshHandler = () => this.findAll();
        this.controller.createRunProfile("Run", vscode.TestRunProfileKind.Run, (request, token) => this.run(request, token), true);
        const watcher = vscode.workspace.createFileSystemWatcher("**/*.ci");
        context.subscriptions.push(
            this.controller,
            watcher,
            watcher.onDidCreate((uri) => this.find(uri)),
            watcher.onDidChange((uri) => this.find(uri)),
            watcher.onDidDelete((uri) => this.controller.items.delete(uri.toString())),
            vscode.workspace.onDidOpenTextDocument((document) => this.take(document)),
            vscode.workspace.onDidChangeTextDocument(({ document }) => this.later(document)),
        );
        void this.findAll();
    }

    private async findAll(): Promise<void> {
        const found = await sources();
        const known = new Set(found.map(String));
        this.controller.items.forEach((item) => known.has(item.id) || this.controller.items.delete(item.id));
        await Promise.all(found.map((uri) => this.find(uri)));
    }

    private async find(uri: vscode.Uri): Promise<void> {
        const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
        if (open) return this.take(open);
        try {
            this.put(uri, new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
        } catch {
            this.controller.items.delete(uri.toString());
        }
    }

    private later(document: vscode.TextDocument): void {
        const key = document.uri.toString();
        clearTimeout(this.timers.get(key));
        this.timers.set(key, setTimeout(() => this.take(document), AFTER_EDIT));
    }

    private take(document: vscode.TextDocument): void {
        if (document.languageId === "ci" && document.uri.scheme === "file") this.put(document.uri, document.getText());
    }

    /** Puts the tests of a text into the tree. */
    private put(uri: vscode.Uri, text: string): void {
        const found = scan(text);
        if (found.length === 0 || !vscode.workspace.getWorkspaceFolder(uri)) {
            this.controller.items.delete(uri.toString());
            return;
        }
        let file = this.controller.items.get(uri.toString());
        if (!file) {
            file = this.controller.createTestItem(uri.toString(), vscode.workspace.asRelativePath(uri), uri);
            this.controller.items.add(file);
        }
        const kept = file.children;
        const items = found.map(({ name, line, end }) => {
            const id = `${uri.toString()}::${name}`;
            const item = kept.get(id) ?? this.controller.createTestItem(id, name, uri);
            item.range = new vscode.Range(line, 0, end, 0);
            this.names.set(item, name);
            return item;
        });
        kept.replace(items);
    }

    /** Runs all tests, or the one that a lens is at. */
    async runOne(params: TestParams): Promise<void> {
        const uri = vscode.Uri.parse(params.textDocument.uri);
        await this.find(uri);
        const item = this.controller.items.get(uri.toString())?.children.get(`${uri.toString()}::${params.name}`);
        if (!item) return;
        await this.run(new vscode.TestRunRequest([item]), new vscode.CancellationTokenSource().token);
    }

    async runAll(): Promise<void> {
        await this.findAll();
        if (this.controller.items.size === 0) {
            const text = "There are no tests here: write one with `test \"what it shows\" { … }`.";
            void vscode.window.showInformationMessage(text);
            return;
        }
        await vscode.commands.executeCommand("testing.runAll");
    }

    private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
        const run = this.controller.createTestRun(request);
        const asked: vscode.TestItem[] = [];
        const add = (item: vscode.TestItem): void => {
            if (request.exclude?.includes(item)) return;
            if (this.names.has(item)) asked.push(item);
            else item.children.forEach(add);
        };
        if (request.include) request.include.forEach(add);
        else this.controller.items.forEach(add);
        for (const item of asked) run.enqueued(item);
        for (const item of asked) {
            if (token.isCancellationRequested) {
                run.skipped(item);
                continue;
            }
            await this.runItem(run, item, token);
        }
        run.end();
    }

    private async runItem(run: vscode.TestRun, item: vscode.TestItem, token: vscode.CancellationToken): Promise<void> {
        const name = this.names.get(item) ?? item.label;
        run.started(item);
        const start = performance.now();
        const params: TestParams = { textDocument: { uri: String(item.uri) }, name };
        const result = await this.server.ask<TestResult>(REQUESTS.test, params, token);
        const time = performance.now() - start;
        const told = (verdict: string) => run.appendOutput(`${verdict} ${name}\r\n`, undefined, item);
        if (!result || result.problem) {
            const problem = result?.problem ?? "the language server did not answer";
            run.errored(item, new vscode.TestMessage(problem), time);
            told("ERROR");
            return;
        }
        if (result.passed) {
            run.passed(item, time);
            told("PASS ");
            return;
        }
        const messages = result.findings.map(({ uri, diagnostic }) => {
            const message = new vscode.TestMessage(String(diagnostic.message));
            const file = uri ? vscode.Uri.parse(uri) : (item.uri as vscode.Uri);
            message.location = new vscode.Location(file, rangeOf(diagnostic.range));
            return message;
        });
        run.failed(item, messages.length > 0 ? messages : [new vscode.TestMessage("it does not hold")], time);
        told("FAIL ");
        for (const { diagnostic } of result.findings) run.appendOutput(`      ${diagnostic.message}\r\n`, undefined, item);
    }
}
