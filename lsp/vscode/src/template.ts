// The compiled template beside the source: each follows the cursor in the other.
import { findNodeAtOffset, getNodePath, type Node, parseTree } from "jsonc-parser";
import * as vscode from "vscode";

import { REQUESTS, type TemplateParams, type TemplateResult, type TemplateStack } from "./protocol";
import { rangeOf } from "./range";
import type { Server } from "./server";

const SCHEME = "cleaninfra-template";

/** How long to wait after the cursor has moved, and after a key, in milliseconds. */
const AFTER_MOVE = 80;
const AFTER_EDIT = 250;

export class Templates
    implements vscode.TextDocumentContentProvider, vscode.CodeLensProvider, vscode.DefinitionProvider
{
    private result: TemplateResult | undefined;
    private params: TemplateParams | undefined;
    private shown: TemplateStack | undefined;
    private tree: Node | undefined;
    /** The environment that the user chose. */
    private target: string | undefined;
    private timer: NodeJS.Timeout | undefined;
    private readonly texts = new Map<string, string>();
    private readonly changed = new vscode.EventEmitter<vscode.Uri>();
    private readonly lensesChanged = new vscode.EventEmitter<void>();
    readonly onDidChange = this.changed.event;
    readonly onDidChangeCodeLenses = this.lensesChanged.event;
    private readonly mark = vscode.window.createTextEditorDecorationType({
        backgroundColor: new vscode.ThemeColor("editor.rangeHighlightBackground"),
        overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.rangeHighlightForeground"),
        overviewRulerLane: vscode.OverviewRulerLane.Full,
        isWholeLine: true,
    });

    constructor(
        context: vscode.ExtensionContext,
        private readonly server: Server,
    ) {
        const selector = { scheme: SCHEME };
        context.subscriptions.push(
            this.mark,
            vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
            vscode.languages.registerCodeLensProvider(selector, this),
            vscode.languages.registerDefinitionProvider(selector, this),
            vscode.window.onDidChangeTextEditorSelection((event) => this.moved(event)),
            vscode.workspace.onDidChangeTextDocument(({ document }) => {
                if (document.uri.toString() === this.params?.textDocument.uri) this.later(AFTER_EDIT);
            }),
            vscode.window.onDidChangeVisibleTextEditors(() => this.setShown()),
        );
    }

    provideTextDocumentContent(uri: vscode.Uri): string {
        return this.texts.get(uri.toString()) ?? "";
    }

    provideCodeLenses(): vscode.CodeLens[] {
        if (!this.shown) return [];
        const others = (this.result?.stacks.length ?? 1) - 1;
        const more = others > 0 ? ` — choose another` : "";
        const title = `$(layers) ${this.shown.stack}, ${this.shown.target}${more}`;
        return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command: "cleaninfra.chooseStack" })];
    }

    /** From a value of the template to where it was written. */
    provideDefinition(document: vscode.TextDocument, position: vscode.Position): vscode.Location | undefined {
        if (!this.isShown(document.uri)) return undefined;
        const place = this.placeOf(document.offsetAt(position));
        return place && new vscode.Location(vscode.Uri.parse(place.uri), rangeOf(place.range));
    }

    /** Opens the template of the service under the cursor. */
    async open(asked?: TemplateParams): Promise<void> {
        const params = asked ?? cursor(vscode.window.activeTextEditor);
        if (!params) {
            void vscode.window.showInformationMessage("Put the cursor into a service to see its template.");
            return;
        }
        const result = await this.server.need<TemplateResult>(REQUESTS.template, params);
        if (!result) return;
        if (result.stacks.length === 0) {
            const problem = result.problem ?? "The cursor is in no service.";
            void vscode.window.showInformationMessage(`There is no template to show: ${problem}`);
            return;
        }
        await this.update(params, result, true);
    }

    async choose(): Promise<void> {
        const stacks = this.result?.stacks ?? [];
        const items = stacks.map(({ stack, target }) => ({ label: stack, description: target, target }));
        const chosen = await vscode.window.showQuickPick(items, { title: "Which stack?" });
        if (!chosen || !this.params || !this.result) return;
        this.target = chosen.target;
        await this.update(this.params, this.result, true);
    }

    private moved({ textEditor, kind }: vscode.TextEditorSelectionChangeEvent): void {
        const { document } = textEditor;
        if (this.isShown(document.uri)) {
            // What moves because the source moved must not move the source.
            if (kind !== undefined && kind !== vscode.TextEditorSelectionChangeKind.Command) this.follow(textEditor);
            return;
        }
        const params = cursor(textEditor);
        if (!params || !this.editor()) return;
        this.params = params;
        this.later(AFTER_MOVE);
    }

    private later(wait: number): void {
        clearTimeout(this.timer);
        if (!this.editor()) return;
        this.timer = setTimeout(() => void this.refresh(), wait);
    }

    private async refresh(): Promise<void> {
        // The text may have changed under the cursor, so it is read again.
        const own = vscode.window.visibleTextEditors.find(
            ({ document }) => document.uri.toString() === this.params?.textDocument.uri,
        );
        const params = cursor(own) ?? this.params;
        if (!params) return;
        const result = await this.server.ask<TemplateResult>(REQUESTS.template, params);
        // While there are errors the last template stays: it is what one compares with.
        if (result && result.stacks.length > 0) await this.update(params, result, false);
    }

    private async update(params: TemplateParams, result: TemplateResult, focus: boolean): Promise<void> {
        this.params = params;
        this.result = result;
        const stack = result.stacks.find(({ target }) => target === this.target) ?? result.stacks[0];
        if (!stack) return;
        const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${stack.stack}.template.json` });
        const before = this.shown;
        this.shown = stack;
        if (before?.template !== stack.template || before.stack !== stack.stack) this.tree = parseTree(stack.template);
        if (this.texts.get(uri.toString()) !== stack.template) {
            this.texts.set(uri.toString(), stack.template);
            this.changed.fire(uri);
        }
        this.lensesChanged.fire();
        const editor = await this.place(uri, focus);
        this.setShown();
        if (editor) this.reveal(editor, stack);
    }

    /** The editor with the template: the one that there is, or a new one beside the source. */
    private async place(uri: vscode.Uri, focus: boolean): Promise<vscode.TextEditor | undefined> {
        const there = this.editor();
        if (there?.document.uri.toString() === uri.toString()) return there;
        if (!there && !focus) return undefined;
        const document = await vscode.workspace.openTextDocument(uri);
        return vscode.window.showTextDocument(document, {
            viewColumn: there?.viewColumn ?? vscode.ViewColumn.Beside,
            preserveFocus: true,
            preview: true,
        });
    }

    /** Marks and shows where the cursor of the source is in the template. */
    private reveal(editor: vscode.TextEditor, stack: TemplateStack): void {
        const pointer = this.pointerIn(stack);
        const node = pointer === null ? undefined : nodeAt(this.tree, pointer);
        if (!node || editor.document.getText() !== stack.template) {
            editor.setDecorations(this.mark, []);
            // The new text has not arrived yet.
            if (node) setTimeout(() => this.shown === stack && this.reveal(editor, stack), 50);
            return;
        }
        const whole = node.parent?.type === "property" ? node.parent : node;
        const range = new vscode.Range(
            editor.document.positionAt(whole.offset),
            editor.document.positionAt(whole.offset + whole.length),
        );
        editor.setDecorations(this.mark, [range]);
        show(editor, range);
    }

    /** What the cursor of the source is at. On the name of a property it is at what is written behind it on the line. */
    private pointerIn(stack: TemplateStack): string | null {
        const at = this.params?.position;
        if (!at) return stack.pointer;
        const here = vscode.Uri.parse(this.params?.textDocument.uri ?? "").toString();
        const onLine = stack.map.filter(
            ({ uri, range }) => range.start.line === at.line && vscode.Uri.parse(uri).toString() === here,
        );
        const behind = onLine.filter(({ range }) => range.end.character > at.character || range.end.line > at.line);
        const start = (place: TemplateStack["map"][number]) => place.range.start.character;
        const nearest = behind.sort((a, b) => start(a) - start(b) || a.pointer.length - b.pointer.length)[0];
        return nearest?.pointer ?? stack.pointer;
    }

    /** Marks and shows in the source where the value under the cursor of the template was written. */
    private follow(editor: vscode.TextEditor): void {
        const place = this.placeOf(editor.document.offsetAt(editor.selection.active));
        editor.setDecorations(this.mark, []);
        for (const source of vscode.window.visibleTextEditors) {
            if (source === editor) continue;
            const isHere = place !== undefined && source.document.uri.toString() === vscode.Uri.parse(place.uri).toString();
            source.setDecorations(this.mark, isHere ? [rangeOf(place.range)] : []);
            if (isHere) show(source, rangeOf(place.range));
        }
    }

    /** Where the value at an offset of the template, or what it is in, was written. */
    private placeOf(offset: number): TemplateStack["map"][number] | undefined {
        const node = this.tree && findNodeAtOffset(this.tree, offset, true);
        if (!node || !this.shown) return undefined;
        const keyOf = node.parent?.type === "property" ? node.parent.children?.[1] : undefined;
        const path = getNodePath(node.type === "string" && keyOf ? keyOf : node);
        const places = new Map(this.shown.map.map((place) => [place.pointer, place]));
        for (let length = path.length; length > 0; length--) {
            const found = places.get(pointerOf(path.slice(0, length)));
            if (found) return found;
        }
        return undefined;
    }

    private editor(): vscode.TextEditor | undefined {
        return vscode.window.visibleTextEditors.find(({ document }) => document.uri.scheme === SCHEME);
    }

    private isShown(uri: vscode.Uri): boolean {
        return uri.scheme === SCHEME;
    }

    private setShown(): void {
        void vscode.commands.executeCommand("setContext", "cleaninfra.templateShown", this.editor() !== undefined);
    }
}

/** The cursor of a source. */
function cursor(editor: vscode.TextEditor | undefined): TemplateParams | undefined {
    if (editor?.document.languageId !== "ci") return undefined;
    const { line, character } = editor.selection.active;
    return { textDocument: { uri: editor.document.uri.toString() }, position: { line, character } };
}

/** Scrolls to the beginning of a range; never sideways, as whole lines are marked. */
function show(editor: vscode.TextEditor, { start }: vscode.Range): void {
    const line = new vscode.Range(start.line, 0, start.line, 0);
    editor.revealRange(line, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

export function pointerOf(path: (string | number)[]): string {
    return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The value that a JSON pointer leads to, or the innermost one on the way that is there. */
export function nodeAt(tree: Node | undefined, pointer: string): Node | undefined {
    let node = tree;
    for (const step of pointer.split("/").slice(1)) {
        const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
        const next: Node | undefined =
            node?.type === "array"
                ? node.children?.[Number(name)]
                : node?.children?.find((property) => property.children?.[0]?.value === name)?.children?.[1];
        if (!next) break;
        node = next;
    }
    return node === tree ? undefined : node;
}
