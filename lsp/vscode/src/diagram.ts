// The diagram of a project in a panel, as it is while one types. The language server draws it; an element that is clicked
// leads to its source, and the one that the cursor is in is marked.
import { randomBytes } from "node:crypto";
import * as path from "node:path";
import * as vscode from "vscode";

import { isOf, patched } from "./patch";
import { choose, someSource } from "./project";
import { REQUESTS, type DiagramParams, type DiagramPlace, type DiagramResult, type Level, type PicturePatch } from "./protocol";
import { rangeOf } from "./range";
import type { Server } from "./server";

/** How long to wait after a key, and after the cursor has moved, in milliseconds. */
const AFTER_EDIT = 120;
const AFTER_MOVE = 60;

/** How long there must be errors before a picture replaces one that had none: between two words there always are. */
const AFTER_ERROR = 1200;

/** What the panel says to the extension; `lost` is a panel that has something else than what a patch was meant for. */
type FromPanel =
    | { kind: "shape"; aspect: number }
    | { kind: "open"; id: string }
    | { kind: "level"; level: Level }
    | { kind: "lost" };

/** What the extension says to the panel: fields that are left out stay as they were. */
interface ToPanel {
    /** A picture; null where there is none now, and the last one is out of date. */
    svg?: string | null;
    /** How the picture of the number `after` becomes the next one. */
    patch?: PicturePatch;
    after?: number;
    /** The number of the picture. */
    shown?: number;
    problem?: string | null;
    level?: Level;
    /** The elements that lead somewhere. */
    linked?: string[];
    /** The elements that the cursor is in. */
    marked?: string[];
}

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

interface Place {
    id: string;
    uri: string;
    range: vscode.Range;
}

function placeOf({ id, uri, range }: DiagramPlace): Place {
    return { id, uri: vscode.Uri.parse(uri).toString(), range: rangeOf(range) };
}

/** A place some lines further down. */
function moved(place: Place, by: number): Place {
    const { start, end } = place.range;
    return { ...place, range: new vscode.Range(start.translate(by), end.translate(by)) };
}

class Panel {
    private readonly panel: vscode.WebviewPanel;
    private level: Level = "units";
    /** How many times as wide as high the panel is; none before it has a shape. */
    private aspect: number | undefined;
    private places: Place[] = [];
    /** The picture and the places that are shown, in the server's words. */
    private digest: string | undefined;
    /** How many pictures the panel was given. */
    private shown = 0;
    private linked: string | undefined;
    private isWhole = false;
    private marked: string | undefined;
    private editing: NodeJS.Timeout | undefined;
    private moving: NodeJS.Timeout | undefined;
    private running = new vscode.CancellationTokenSource();

    constructor(
        context: vscode.ExtensionContext,
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
        const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(path.dirname(this.file), "**/*"));
        const changed = (uri: vscode.Uri) => this.isOwn(uri) && this.later();
        const listeners = [
            watcher,
            // Of files that no editor has open: another branch was checked out, say.
            watcher.onDidChange(changed),
            watcher.onDidCreate(changed),
            watcher.onDidDelete(changed),
            this.panel.webview.onDidReceiveMessage((message: FromPanel) => this.receive(message)),
            vscode.workspace.onDidChangeTextDocument(({ document }) => changed(document.uri)),
            vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.moved(textEditor)),
            vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.moved(editor)),
            server.onReady(() => {
                this.digest = undefined;
                this.later();
            }),
        ];
        this.panel.onDidDispose(() => {
            for (const listener of listeners) listener.dispose();
            clearTimeout(this.editing);
            clearTimeout(this.moving);
            this.running.cancel();
            gone();
        });
        this.panel.webview.html = page(this.panel.webview, vscode.Uri.joinPath(dist, "diagram.js"));
    }

    reveal(): void {
        this.panel.reveal(undefined, true);
    }

    /** The project's manifest, or the file that is all of it. */
    private get file(): string {
        return this.project.endsWith(".ci") ? this.project : path.join(this.project, "ci.toml");
    }

    /** Whether a file has a say in the picture: a source of the project, or its manifest. */
    private isOwn({ scheme, fsPath }: vscode.Uri): boolean {
        if (scheme !== "file") return false;
        return fsPath === this.file || (fsPath.endsWith(".ci") && fsPath.startsWith(this.project + path.sep));
    }

    private later(): void {
        clearTimeout(this.editing);
        this.editing = setTimeout(() => void this.draw(), AFTER_EDIT);
    }

    private receive(message: FromPanel): void {
        if (message.kind === "open") void this.goTo(message.id);
        else {
            if (message.kind === "level") this.level = message.level;
            else if (message.kind === "shape") this.aspect = message.aspect;
            // What is there is of another level or for another shape, or gone with an earlier page.
            this.forget();
            void this.draw();
        }
    }

    /** The next picture is drawn whole, and at once. */
    private forget(): void {
        this.digest = undefined;
        this.linked = undefined;
        this.marked = undefined;
        this.isWhole = false;
    }

    private tell(message: ToPanel): void {
        void this.panel.webview.postMessage(message);
    }

    private async goTo(id: string): Promise<void> {
        const place = this.places.find((place) => place.id === id);
        if (!place) return;
        // Beside the diagram, and where the file is open already rather there.
        const open = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === place.uri);
        const column = open?.viewColumn ?? vscode.window.visibleTextEditors[0]?.viewColumn ?? vscode.ViewColumn.One;
        const uri = vscode.Uri.parse(place.uri);
        await vscode.window.showTextDocument(uri, { selection: place.range, viewColumn: column });
    }

    private async draw(isSettled = false): Promise<void> {
        clearTimeout(this.editing);
        this.running.cancel();
        const { token } = (this.running = new vscode.CancellationTokenSource());
        const source = await someSource(this.project);
        if (!source || token.isCancellationRequested) return;
        const params: DiagramParams = { textDocument: { uri: source.toString() }, level: this.level, patches: true };
        if (this.aspect !== undefined) params.aspect = this.aspect;
        if (this.digest !== undefined) params.digest = this.digest;
        const result = await this.server.ask<DiagramResult>(REQUESTS.diagram, params, token);
        if (!result || token.isCancellationRequested) return;
        const { svg, problem, unchanged, places, patch } = result;
        if (problem !== null && this.isWhole && !isSettled) {
            this.editing = setTimeout(() => void this.draw(true), AFTER_ERROR);
            return;
        }
        if (patch && (patch.base !== this.digest || (patch.places && !isOf(patch.places, this.places.length)))) {
            // Meanwhile this is of something else: the server has started again, say.
            this.forget();
            return this.draw(isSettled);
        }
        this.isWhole = problem === null;
        this.digest = result.digest ?? undefined;
        const picture = patch?.picture ?? null;
        // With the last picture its places stay, too.
        if (places && (svg !== null || unchanged || picture)) this.places = places.map(placeOf);
        else if (patch?.places) this.places = patched(this.places, patch.places, moved, placeOf);
        const message: ToPanel = { problem, level: this.level };
        const linked = this.places.map(({ id }) => id);
        // A picture that is new knows nothing of links.
        if (svg !== null || picture || linked.join("\n") !== this.linked) message.linked = linked;
        this.linked = linked.join("\n");
        if (picture) Object.assign(message, { patch: picture, after: this.shown, shown: ++this.shown });
        else if (!unchanged) Object.assign(message, { svg, shown: ++this.shown });
        this.tell(message);
        const editor = vscode.window.activeTextEditor;
        if (editor) this.moved(editor);
    }

    private moved(editor: vscode.TextEditor): void {
        if (!this.isOwn(editor.document.uri)) return;
        clearTimeout(this.moving);
        this.moving = setTimeout(() => void this.mark(editor), AFTER_MOVE);
    }

    /** Marks the element that the cursor is in. */
    private async mark({ document, selection }: vscode.TextEditor): Promise<void> {
        const marked = await elementsAt(document, selection.active, this.places);
        const shown = marked.join("\n");
        if (shown === this.marked) return;
        this.marked = shown;
        this.tell({ marked });
    }
}

/** The elements whose place the cursor is at; else the boxes of the innermost declaration around it that has any. */
async function elementsAt(document: vscode.TextDocument, at: vscode.Position, places: Place[]): Promise<string[]> {
    const own = document.uri.toString();
    const here = places.filter(({ uri }) => uri === own);
    const exact = here.filter(({ range }) => range.contains(at)).map(({ id }) => id);
    if (exact.length > 0 || here.length === 0) return exact;
    const boxes = here.filter(({ id }) => !isArrow(id));
    const command = "vscode.executeDocumentSymbolProvider";
    let symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(command, document.uri);
    let found: string[] = [];
    while (symbols) {
        const around: vscode.DocumentSymbol | undefined = symbols.find(({ range }) => range.contains(at));
        if (!around) break;
        const isInside = ({ range }: Place) =>
            around.range.contains(range.start) && !around.children.some((child) => child.range.contains(range.start));
        const declared = boxes.filter(isInside).map(({ id }) => id);
        if (declared.length > 0) found = declared;
        symbols = around.children;
    }
    return found;
}

/** An arrow is called by the boxes that it connects. */
function isArrow(id: string): boolean {
    return id.includes(">");
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
#problem::first-letter { text-transform: uppercase; }
#problem[hidden] { display: none; }
#view { flex: 1; overflow: hidden; position: relative; cursor: grab; touch-action: none; }
#view.dragged { cursor: grabbing; }
#view.old svg { opacity: 0.55; }
#view svg { position: absolute; top: 0; left: 0; transform-origin: 0 0; user-select: none; }
#view [data-linked] { cursor: pointer; }
#view .node[data-linked]:hover .card, #view .group[data-linked]:hover > rect { stroke: var(--vscode-focusBorder); stroke-width: 2; }
#view .edge[data-linked]:hover path { stroke-width: 3; }
#view .node.marked .card, #view .group.marked > rect, #view .node.chosen .card, #view .group.chosen > rect { stroke: var(--vscode-focusBorder); stroke-width: 2.5; stroke-dasharray: none; }
#view .edge.marked path, #view .edge.chosen path { stroke-width: 3.5; }
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
