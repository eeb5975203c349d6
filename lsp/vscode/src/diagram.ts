// The diagram of a project in a panel, as it is while one types. The picture is made by the language server, or by the
// command from what is saved where the server makes none.
import { randomBytes } from "node:crypto";
import * as path from "node:path";
import * as vscode from "vscode";

import * as command from "./command";
import { choose, someSource } from "./project";
import { REQUESTS, type DiagramParams, type DiagramResult, type Level } from "./protocol";
import type { Server } from "./server";

/** How long to wait after a key, in milliseconds. */
const AFTER_EDIT = 300;

/** What the panel says to the extension. */
type FromPanel = { kind: "ready" } | { kind: "open"; id: string } | { kind: "level"; level: Level };

export class Diagrams {
    private readonly panels = new Map<string, Panel>();

    constructor(
        private readonly context: vscode.ExtensionContext,
        private readonly server: Server,
    ) {}

    /** Opens the diagram of the project at hand. */
    async open(at?: vscode.Uri): Promise<void> {
        const project = await choose(at);
        if (!project) return;
        const there = this.panels.get(project);
        if (there) {
            there.reveal();
            return;
        }
        const panel = new Panel(this.context, this.server, project, () => this.panels.delete(project));
        this.panels.set(project, panel);
    }
}

class Panel {
    private readonly panel: vscode.WebviewPanel;
    private level: Level = "units";
    private places = new Map<string, vscode.Location>();
    private timer: NodeJS.Timeout | undefined;
    private running: AbortController | undefined;

    constructor(
        private readonly context: vscode.ExtensionContext,
        private readonly server: Server,
        private readonly project: string,
        gone: () => void,
    ) {
        const dist = vscode.Uri.joinPath(context.extensionUri, "dist");
        const title = `Diagram: ${path.basename(project)}`;
        this.panel = vscode.window.createWebviewPanel(
            "cleaninfra.diagram",
            title,
            { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
            { enableScripts: true, localResourceRoots: [dist], retainContextWhenHidden: true },
        );
        this.panel.iconPath = vscode.Uri.joinPath(context.extensionUri, "icons", "extension.png");
        const listeners = [
            this.panel.webview.onDidReceiveMessage((message: FromPanel) => this.receive(message)),
            vscode.workspace.onDidChangeTextDocument(({ document }) => this.isOwn(document) && this.later()),
            vscode.workspace.onDidSaveTextDocument((document) => this.isOwn(document) && this.later()),
            server.onReady(() => this.later()),
        ];
        this.panel.onDidDispose(() => {
            for (const listener of listeners) listener.dispose();
            clearTimeout(this.timer);
            this.running?.abort();
            gone();
        });
        this.panel.webview.html = page(this.panel.webview, vscode.Uri.joinPath(dist, "diagram.js"));
    }

    reveal(): void {
        this.panel.reveal(undefined, true);
    }

    private isOwn(document: vscode.TextDocument): boolean {
        const file = document.uri.fsPath;
        return document.languageId === "ci" && (file === this.project || file.startsWith(this.project + path.sep));
    }

    private later(): void {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.draw(), AFTER_EDIT);
    }

    private receive(message: FromPanel): void {
        if (message.kind === "open") void this.goTo(message.id);
        else if (message.kind === "level") {
            this.level = message.level;
            void this.draw();
        } else void this.draw();
    }

    private async goTo(id: string): Promise<void> {
        const place = this.places.get(id);
        if (!place) return;
        // Beside the diagram, and where the file is open already rather there.
        const open = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === place.uri.toString());
        const column = open?.viewColumn ?? vscode.window.visibleTextEditors[0]?.viewColumn ?? vscode.ViewColumn.One;
        await vscode.window.showTextDocument(place.uri, { selection: place.range, viewColumn: column });
    }

    private async draw(): Promise<void> {
        this.running?.abort();
        const running = new AbortController();
        this.running = running;
        const result = (await this.ofServer()) ?? (await this.ofCommand(running.signal));
        if (running.signal.aborted || !result) return;
        if (result.svg !== null) {
            this.places = new Map(result.places.map(({ id, uri, range }) => [id, location(uri, range)]));
        }
        const linked = [...this.places.keys()];
        await this.panel.webview.postMessage({ svg: result.svg, problem: result.problem, level: this.level, linked });
    }

    private async ofServer(): Promise<DiagramResult | undefined> {
        const source = await someSource(this.project);
        if (!source) return undefined;
        const params: DiagramParams = { textDocument: { uri: source.toString() }, level: this.level };
        return (await this.server.ask<DiagramResult | null>(REQUESTS.diagram, params)) ?? undefined;
    }

    private async ofCommand(signal: AbortSignal): Promise<DiagramResult | undefined> {
        const program = await command.need(this.context);
        if (!program) return undefined;
        const folder = this.project.endsWith(".ci") ? path.dirname(this.project) : this.project;
        const as = (format: string) => {
            const words = ["diagram", "--format", format, "--level", this.level, "--color", "never", this.project];
            return command.run(program, words, folder, signal);
        };
        const [picture, data] = await Promise.all([as("svg"), as("json")]);
        if (picture.code !== 0 || data.code !== 0) {
            const problem = picture.code === 1 ? "The program has errors." : (picture.stderr || picture.stdout).trim();
            return { svg: null, problem, places: [] };
        }
        return { svg: picture.stdout, problem: null, places: await placesOf(JSON.parse(data.stdout) as Written, folder) };
    }
}

function location(uri: string, { start, end }: DiagramResult["places"][number]["range"]): vscode.Location {
    return new vscode.Location(vscode.Uri.parse(uri), new vscode.Range(start.line, start.character, end.line, end.character));
}

interface Place {
    file: string;
    line: number;
    column: number;
    endLine: number;
    endColumn: number;
}

/** What `cleaninfra diagram --format json` prints, as far as it is used here. */
interface Written {
    groups: { id: string; name: string; parent: string | null; at: Place | null }[];
    nodes: { id: string; name: string; parent: string | null; at: Place | null }[];
    edges: { id: string; at: Place[] }[];
}

type Found = DiagramResult["places"];

async function placesOf({ groups, nodes, edges }: Written, folder: string): Promise<Found> {
    const byId = new Map(groups.map((group) => [group.id, group]));
    const single = await Promise.all(
        [...groups, ...nodes].map(async ({ id, name, parent, at }) => {
            if (!at || !isLibrary(at)) return toPlace(id, at, folder);
            // What a component of the standard library makes is shown where the component is used.
            let group = parent === null ? undefined : byId.get(parent);
            while (group?.at && isLibrary(group.at)) group = group.parent === null ? undefined : byId.get(group.parent);
            return group?.at ? toPlace(id, await declaration(name, group.at, folder), folder) : [];
        }),
    );
    return [...single.flat(), ...edges.flatMap(({ id, at }) => toPlace(id, at.find((place) => !isLibrary(place)), folder))];
}

/** The standard library is no file that the command could name. */
function isLibrary({ file }: Place): boolean {
    return file.startsWith("std/");
}

function toPlace(id: string, at: Place | null | undefined, folder: string): Found {
    if (!at) return [];
    const range = {
        start: { line: at.line - 1, character: at.column - 1 },
        end: { line: at.endLine - 1, character: at.endColumn - 1 },
    };
    return [{ id, uri: vscode.Uri.file(path.resolve(folder, at.file)).toString(), range }];
}

/** The `let` of a name, in the unit that starts at a place. */
async function declaration(name: string, unit: Place, folder: string): Promise<Place | undefined> {
    const uri = vscode.Uri.file(path.resolve(folder, unit.file));
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)).split("\n");
    const word = /^\w+/.exec(name)?.[0] ?? name;
    for (let line = unit.line; line < text.length; line++) {
        const found = new RegExp(`^\\s*let\\s+(${word})\\b`).exec(text[line] ?? "");
        if (!found) continue;
        const column = found[0].length - word.length + 1;
        return { file: unit.file, line: line + 1, column, endLine: line + 1, endColumn: column + word.length };
    }
    return undefined;
}

/** The page of the panel. It may run one script and nothing else, and fetch nothing. */
function page(webview: vscode.Webview, script: vscode.Uri): string {
    const nonce = randomBytes(16).toString("hex");
    const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`;
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Diagram</title>
<style nonce="${nonce}">
html, body { height: 100%; margin: 0; padding: 0; overflow: hidden; }
body { display: flex; flex-direction: column; color: var(--vscode-foreground); background: var(--vscode-editor-background); }
#tools { display: flex; gap: 4px; align-items: center; padding: 6px 10px; border-bottom: 1px solid var(--vscode-panel-border, transparent); flex: none; }
#tools button { color: var(--vscode-foreground); background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 2px 9px; font: inherit; cursor: pointer; }
#tools button:hover { background: var(--vscode-toolbar-hoverBackground); }
#tools button[aria-pressed="true"] { background: var(--vscode-inputOption-activeBackground); color: var(--vscode-inputOption-activeForeground); border-color: var(--vscode-inputOption-activeBorder, transparent); }
#tools button:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
#space { flex: 1; }
#problem { padding: 6px 12px; color: var(--vscode-inputValidation-warningForeground, inherit); background: var(--vscode-inputValidation-warningBackground); border-bottom: 1px solid var(--vscode-inputValidation-warningBorder); white-space: pre-wrap; flex: none; }
#problem[hidden] { display: none; }
#view { flex: 1; overflow: hidden; position: relative; cursor: grab; touch-action: none; }
#view.dragged { cursor: grabbing; }
#view.old svg { opacity: 0.55; }
#view svg { position: absolute; top: 0; left: 0; transform-origin: 0 0; user-select: none; }
#view [data-linked] { cursor: pointer; }
#view .node[data-linked]:hover .card, #view .group[data-linked]:hover > rect { stroke: var(--vscode-focusBorder); stroke-width: 2; }
#view .edge[data-linked]:hover path { stroke-width: 3; }
#view [data-linked]:focus { outline: none; }
#view [data-linked]:focus-visible .card { stroke: var(--vscode-focusBorder); stroke-width: 3; }
</style>
</head>
<body>
<div id="tools" role="toolbar" aria-label="Diagram">
<button data-level="services" title="A box for each service">Services</button>
<button data-level="units" title="A box for each thing that people draw">Units</button>
<button data-level="resources" title="A box for each resource">Resources</button>
<span id="space"></span>
<button id="smaller" title="Smaller">−</button>
<button id="larger" title="Larger">+</button>
<button id="fit" title="All of it">Fit</button>
</div>
<div id="problem" role="status" hidden></div>
<div id="view"></div>
<script nonce="${nonce}" src="${webview.asWebviewUri(script).toString()}"></script>
</body>
</html>`;
}
