// Reports as pages beside the source: who may do what, who reaches whom, what an error code means.
import * as path from "node:path";
import * as vscode from "vscode";

import * as command from "./command";
import { choose, someSource } from "./project";
import { REQUESTS, type AccessParams, type AccessResult } from "./protocol";
import type { Server } from "./server";

/** Pages of codes, which the editor opens by itself where a link leads to one. */
const CODES = "cleaninfra-code";

/** The page of an error code. The settings of the extension say that it is shown as a preview. */
export function pageOf(code: string): vscode.Uri {
    return vscode.Uri.from({ scheme: CODES, path: `/${code}.md` });
}

/** What makes the text of a page: again when a source is saved. Nothing if it cannot be made now. */
type Make = () => Promise<string | undefined>;

/**
 * Pages are files in the storage of the extension, as previews of Markdown lead only from files to files.
 */
export class Reports {
    private readonly folder: vscode.Uri;
    private readonly pages = new Map<string, { text: string; make: Make }>();

    constructor(
        private readonly context: vscode.ExtensionContext,
        private readonly server: Server,
    ) {
        this.folder = vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, "pages");
        context.subscriptions.push(
            vscode.workspace.registerTextDocumentContentProvider(CODES, {
                provideTextDocumentContent: (uri) => this.codePage(path.basename(uri.path, ".md")),
            }),
            vscode.workspace.onDidSaveTextDocument((saved) => saved.languageId === "ci" && void this.refresh()),
        );
    }

    private async show(title: string, make: Make): Promise<void> {
        const text = await vscode.window.withProgress(
            { location: vscode.ProgressLocation.Window, title: `${title}…` },
            make,
        );
        if (text === undefined) return;
        const name = `${title.replaceAll(/[^\w .,-]+/g, " ").trim()}.md`;
        this.pages.set(name, { text, make });
        const uri = await this.write(name, text);
        await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
    }

    private async write(name: string, text: string): Promise<vscode.Uri> {
        const uri = vscode.Uri.joinPath(this.folder, name);
        await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(linked(text, this.folder)));
        return uri;
    }

    private async refresh(): Promise<void> {
        for (const [name, page] of this.pages) {
            const text = await page.make();
            if (text === undefined || text === page.text) continue;
            page.text = text;
            await this.write(name, text);
        }
    }

    /** Who may do what: about what the cursor is at, or all of a project. */
    async access(asked?: AccessParams): Promise<void> {
        const params = asked ?? (await this.atHand());
        if (!params) return;
        let title = "Who may do what";
        const make = async () => {
            const found = await this.server.need<AccessResult>(REQUESTS.access, params);
            if (found) title = found.title || title;
            return found && (found.problem ? `# ${title}\n\n${found.problem}\n` : withPlaces(found));
        };
        const text = await make();
        if (text === undefined) return;
        await this.show(title, make);
    }

    private async atHand(): Promise<AccessParams | undefined> {
        const editor = vscode.window.activeTextEditor;
        if (editor?.document.languageId === "ci") {
            const { line, character } = editor.selection.active;
            return { textDocument: { uri: editor.document.uri.toString() }, position: { line, character } };
        }
        const project = await choose();
        const source = project && (await someSource(project));
        return source ? { textDocument: { uri: source.toString() } } : undefined;
    }

    /** Who reaches whom, of a project as it is on the disk. */
    async network(): Promise<void> {
        const project = await choose();
        const program = project && (await command.need(this.context));
        if (!project || !program) return;
        await this.show("Who reaches whom", async () => {
            const { code, stdout, stderr } = await command.run(program, ["network", "--json", project], folderOf(project));
            if (code !== 0) return failure(stdout + stderr);
            return networkPage(JSON.parse(stdout) as Network, folderOf(project), await this.server.library());
        });
    }

    /** The page of an error code; the code at the cursor, or one that the user names. */
    async explain(asked?: string): Promise<void> {
        const code = asked ?? (await this.chooseCode());
        const page = code && (await this.codePage(code));
        if (page) await this.show(code.toUpperCase(), () => Promise.resolve(page));
    }

    private async codePage(code: string): Promise<string | undefined> {
        const program = await command.need(this.context);
        if (!program) return undefined;
        const { code: exit, stdout, stderr } = await command.run(program, ["explain", code, "--color", "always"]);
        if (exit === 0) return explainPage(stdout);
        void vscode.window.showWarningMessage(plain(stderr || stdout).trim());
        return undefined;
    }

    private async chooseCode(): Promise<string | undefined> {
        const editor = vscode.window.activeTextEditor;
        const found = editor ? vscode.languages.getDiagnostics(editor.document.uri) : [];
        const codeOf = ({ code }: vscode.Diagnostic) => String(typeof code === "object" ? code.value : (code ?? ""));
        const here = found.filter(({ range }) => editor && range.contains(editor.selection.active));
        const first = here.map(codeOf).find((code) => code !== "");
        const options = { title: "Explain an error code", placeHolder: "E0203", value: first ?? "" };
        return (await vscode.window.showInputBox(options))?.trim() || undefined;
    }
}

/** Links to files as previews of Markdown take them: from the folder of the page on. */
function linked(text: string, folder: vscode.Uri): string {
    return text.replaceAll(/\]\((file:\/\/[^)\s]+)\)/g, (_, link: string) => {
        const uri = vscode.Uri.parse(link);
        const steps = path.relative(folder.fsPath, uri.fsPath).split(path.sep).map(encodeURIComponent).join("/");
        return `](${steps}${uri.fragment === "" ? "" : `#${uri.fragment}`})`;
    });
}

/** The report, with a link behind each statement to where it was written. Statements are items of lists, in their order. */
function withPlaces({ markdown, statements }: AccessResult): string {
    const isStatement = (line: string) => line.startsWith("- ") && !line.endsWith("which is not judged");
    const lines = markdown.split("\n");
    if (lines.filter(isStatement).length !== statements.length) return markdown;
    let next = 0;
    const linked = lines.map((line) => {
        const place = isStatement(line) ? statements[next++] : undefined;
        return place?.uri && place.range ? `${line} — ${linkTo(vscode.Uri.parse(place.uri), place.range.start.line + 1)}` : line;
    });
    return linked.join("\n");
}

/** A link to a line of a file, called as the workspace calls it. */
function linkTo(file: vscode.Uri, line: number): string {
    const shown = vscode.workspace.getWorkspaceFolder(file) ? vscode.workspace.asRelativePath(file) : path.basename(file.fsPath);
    return `[${shown}:${line}](${file.with({ fragment: `L${line}` }).toString()})`;
}

function folderOf(project: string): string {
    return project.endsWith(".ci") ? path.dirname(project) : project;
}

function failure(output: string): string {
    return `# Not now\n\nThe program has errors.\n\n\`\`\`text\n${plain(output).trim()}\n\`\`\`\n`;
}

/** A text without the colours of a terminal. */
function plain(text: string): string {
    // eslint-disable-next-line no-control-regex
    return text.replaceAll(/\u001b\[[0-9;]*m/g, "");
}

/** What the command prints of a page as Markdown again: what is bold is a heading, what is indented is code. */
export function explainPage(printed: string): string {
    const bold = /^\u001b\[1m(.*)\u001b\[0m$/;
    const lines: string[] = [];
    let fenced = false;
    let headings = 0;
    for (const line of printed.split("\n")) {
        const heading = bold.exec(line);
        const isCode = line.startsWith("    ");
        if (fenced && !isCode && line !== "") {
            lines.splice(lines.findLastIndex((last) => last !== "") + 1, 0, "```");
            fenced = false;
        } else if (!fenced && isCode) {
            // The highlighter of previews does not know the language; it looks most like this one.
            lines.push("```rust");
            fenced = true;
        }
        if (heading) lines.push(`${headings++ === 0 ? "#" : "##"} ${plain(heading[1] ?? "")}`);
        else lines.push(plain(fenced ? line.slice(4) : line));
    }
    if (fenced) lines.splice(lines.findLastIndex((last) => last !== "") + 1, 0, "```");
    return lines.join("\n");
}

interface Place {
    file: string;
    line: number;
    column: number;
}

/** What `cleaninfra network --json` prints. */
export interface Network {
    targets: {
        target: string;
        connections: {
            from: string;
            to: string;
            paths: { protocol: string; ports: string; perhaps: string; hops: { says: string; unknown: boolean; at: Place }[] }[];
            blocked: { what: string; setting: string; at: Place } | null;
        }[];
        forwards: { from: string; to: string; port: number | null }[];
    }[];
}

/** The connections of all targets, each with the lines that say so. `library` is where the standard library can be read. */
export function networkPage(network: Network, folder: string, library: vscode.Uri | undefined): string {
    const link = ({ file, line }: Place) => {
        if (!file.startsWith("std/")) return linkTo(vscode.Uri.file(path.resolve(folder, file)), line);
        const shown = `${file}:${line}`;
        if (!library) return `\`${shown}\``;
        const source = vscode.Uri.joinPath(library, file.slice("std/".length)).with({ fragment: `L${line}` });
        return `[${shown}](${source.toString()})`;
    };
    const text = ["# Who reaches whom", ""];
    for (const target of network.targets) {
        if (network.targets.length > 1) text.push(`## ${target.target}`, "");
        if (target.connections.length === 0) text.push("Nothing reaches anything here.", "");
        for (const { from, to, paths, blocked } of target.connections) {
            for (const { protocol, ports, perhaps, hops } of paths) {
                const sure = ports === "" ? "" : ` ${ports}`;
                const maybe = perhaps === "" ? "" : `${ports === "" ? "" : ","} perhaps ${perhaps}`;
                text.push(`### ${from} → ${to}, ${protocol}${sure}${maybe}`, "");
                text.push(...hops.map((hop) => `1. ${hop.unknown ? "perhaps: " : ""}${hop.says} — ${link(hop.at)}`), "");
            }
            if (blocked) {
                text.push(`### ${from} → ${to}: blocked`, "", `${blocked.what}.`, "");
                text.push(`What would have to change: ${blocked.setting} — ${link(blocked.at)}`, "");
            }
        }
        for (const { from, to, port } of target.forwards) {
            text.push(`- **${from}** passes what it takes on to **${to}**${port === null ? "" : ` on port ${port}`}`);
        }
        text.push("");
    }
    return text.join("\n");
}
