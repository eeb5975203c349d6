// The language server: starting it, asking it, and what the status bar says of it.
import * as vscode from "vscode";
import { ErrorCodes, LanguageClient, ResponseError, State, Trace } from "vscode-languageclient/node";

import * as command from "./command";
import { followManifests } from "./manifests";
import { pageOf } from "./report";

/** What views do instead of what the server would say of a command. */
export type Intercept = (argument: unknown) => unknown;

export class Server implements vscode.Disposable {
    private client: LanguageClient | undefined;
    private manifests: vscode.Disposable | undefined;
    private starting: Promise<void> = Promise.resolve();
    private version = "";
    private readonly changed = new vscode.EventEmitter<void>();
    private readonly item = vscode.window.createStatusBarItem("cleaninfra.server", vscode.StatusBarAlignment.Left, 0);
    readonly onReady = this.changed.event;
    readonly output = vscode.window.createOutputChannel("Clean Infrastructure", { log: true });

    constructor(
        private readonly context: vscode.ExtensionContext,
        private readonly intercepts: ReadonlyMap<string, Intercept>,
    ) {
        this.item.name = "Clean Infrastructure";
        this.item.command = "cleaninfra.status";
    }

    /** Starts the server, once what went before has ended. */
    start(): Promise<void> {
        this.starting = this.starting.then(() => this.startNow());
        return this.starting;
    }

    restart(): Promise<void> {
        this.starting = this.starting.then(() => this.stopNow()).then(() => this.startNow());
        return this.starting;
    }

    async dispose(): Promise<void> {
        this.item.dispose();
        await this.stopNow();
        this.output.dispose();
    }

    private async startNow(): Promise<void> {
        const program = command.find(this.context);
        if (program === undefined) {
            this.show("stopped", "not found");
            void command.need(this.context);
            return;
        }
        this.show("starting");
        this.version = await command.version(program);
        const more = vscode.workspace.getConfiguration("cleaninfra").get<string[]>("arguments", []);
        const executable = { command: program, args: ["language-server", ...more] };
        this.output.info(`starting ${program} ${executable.args.join(" ")}`);
        const client = new LanguageClient("cleaninfra", "Clean Infrastructure", executable, {
            documentSelector: [
                { scheme: "file", language: "ci" },
                { scheme: "untitled", language: "ci" },
            ],
            outputChannel: this.output,
            initializationOptions: { cleaninfra: vscode.workspace.getConfiguration("cleaninfra") },
            synchronize: { configurationSection: "cleaninfra" },
            middleware: {
                executeCommand: (name, words: unknown[], next) => {
                    const own = this.intercepts.get(name);
                    return own ? own(words[0]) : next(name, words);
                },
                handleDiagnostics: (uri, diagnostics, next) => next(uri, diagnostics.map(withPage)),
            },
        });
        client.onDidChangeState(({ newState }) => {
            if (newState === State.Running) this.show("running");
            else if (newState === State.Starting) this.show("starting");
            else this.show("stopped");
        });
        this.client = client;
        try {
            await client.start();
            this.manifests = followManifests(client);
            this.version = client.initializeResult?.serverInfo?.version ?? this.version;
            this.show("running");
            this.changed.fire();
        } catch (error) {
            this.output.error(String(error));
            this.show("stopped", String(error));
        }
    }

    private async stopNow(): Promise<void> {
        const client = this.client;
        this.client = undefined;
        this.manifests?.dispose();
        this.manifests = undefined;
        if (!client) return;
        try {
            await client.dispose(2000);
        } catch {
            // It is gone already, which is what was wanted.
        }
    }

    /** Where the standard library can be read, as the server says; nothing without a server. */
    async library(): Promise<vscode.Uri | undefined> {
        await this.starting;
        const said = this.client?.initializeResult?.capabilities.experimental as { library?: string } | undefined;
        return said?.library === undefined ? undefined : vscode.Uri.parse(said.library);
    }

    private show(state: "starting" | "running" | "stopped", why?: string): void {
        const icon = { starting: "$(sync~spin)", running: "$(check)", stopped: "$(error)" }[state];
        this.item.text = `${icon} cleaninfra ${state === "stopped" ? "stopped" : this.version}`.trim();
        const words = { starting: "is starting", running: "is running", stopped: "does not run" }[state];
        const more = why ? `: ${why}` : "";
        this.item.tooltip = `The language server ${this.version} ${words}${more}. Click for more.`;
        this.item.backgroundColor =
            state === "stopped" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
        this.item.show();
    }

    /** Asks the server. Nothing if it does not run, or does not know the question. */
    async ask<T>(request: string, params: unknown, token?: vscode.CancellationToken): Promise<T | undefined> {
        await this.starting;
        const client = this.client;
        if (!client?.isRunning()) return undefined;
        try {
            // A token that is not there would be sent as a second parameter.
            return await (token ? client.sendRequest<T>(request, params, token) : client.sendRequest<T>(request, params));
        } catch (error) {
            const code = error instanceof ResponseError ? error.code : undefined;
            if (code !== ErrorCodes.MethodNotFound) this.output.warn(`${request}: ${String(error)}`);
            return undefined;
        }
    }

    /** The same, and a word to the user where there is no answer. */
    async need<T>(request: string, params: unknown): Promise<T | undefined> {
        const answer = await this.ask<T>(request, params);
        if (answer === undefined || answer === null) {
            const text = "The language server did not answer. Its output says more.";
            void vscode.window.showWarningMessage(text, "Show Output").then((choice) => choice && this.output.show());
            return undefined;
        }
        return answer;
    }

    /** Places and findings of the protocol as the editor has them. */
    get converter(): LanguageClient["protocol2CodeConverter"] | undefined {
        return this.client?.protocol2CodeConverter;
    }

    /** What can be done about the server. */
    async menu(): Promise<void> {
        const items = [
            { label: "$(refresh) Restart", command: "cleaninfra.restartServer" },
            { label: "$(output) Show Output", command: "cleaninfra.showOutput" },
            { label: "$(gear) Settings", command: "workbench.action.openSettings", argument: "cleaninfra" },
        ];
        const chosen = await vscode.window.showQuickPick(items, { title: this.item.tooltip?.toString() ?? "" });
        if (chosen) await vscode.commands.executeCommand(chosen.command, chosen.argument);
    }

    async setTrace(): Promise<void> {
        const level = vscode.workspace.getConfiguration("cleaninfra").get<string>("trace.server", "off");
        await this.client?.setTrace(Trace.fromString(level));
    }
}

/** The code of a finding leads to its page in the editor rather than to one on the net. */
function withPage(diagnostic: vscode.Diagnostic): vscode.Diagnostic {
    const code = typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code;
    if (typeof code === "string" && /^[EWN]\d{4}$/.test(code)) {
        diagnostic.code = { value: code, target: pageOf(code) };
    }
    return diagnostic;
}
