// Projects: folders with a `ci.toml`.
import * as path from "node:path";
import * as vscode from "vscode";

export const MANIFEST = "ci.toml";
const BUILT = "**/{build,node_modules,target}/**";

export function isManifest({ scheme, path: file }: vscode.Uri): boolean {
    return scheme === "file" && path.posix.basename(file) === MANIFEST;
}

/** All manifests of the workspace, sorted. */
export async function manifests(): Promise<vscode.Uri[]> {
    const found = await vscode.workspace.findFiles(`**/${MANIFEST}`, BUILT, 1000);
    return found.sort((a, b) => a.fsPath.localeCompare(b.fsPath));
}

/** All sources of the workspace. */
export function sources(): Thenable<vscode.Uri[]> {
    return vscode.workspace.findFiles("**/*.ci", BUILT, 10_000);
}

/** What the command is to be given for a file: the folder of its project, or the file itself outside of any. */
export async function projectOf(file: vscode.Uri): Promise<string> {
    let folder = path.dirname(file.fsPath);
    while (true) {
        if (await exists(vscode.Uri.file(path.join(folder, MANIFEST)))) return folder;
        const parent = path.dirname(folder);
        if (parent === folder) return file.fsPath;
        folder = parent;
    }
}

async function exists(file: vscode.Uri): Promise<boolean> {
    try {
        await vscode.workspace.fs.stat(file);
        return true;
    } catch {
        return false;
    }
}

/** The project that is meant: that of the file at hand, else the only one, else the one that the user chooses. */
export async function choose(at?: vscode.Uri): Promise<string | undefined> {
    const document = vscode.window.activeTextEditor?.document;
    const file = at ?? (document?.languageId === "ci" && document.uri.scheme === "file" ? document.uri : undefined);
    if (file) return projectOf(file);
    const folders = (await manifests()).map((manifest) => path.dirname(manifest.fsPath));
    if (folders.length === 0) {
        const make = "New Project…";
        const text = "There is no project here: no folder of the workspace has a ci.toml.";
        const answer = await vscode.window.showInformationMessage(text, make);
        if (answer) await vscode.commands.executeCommand("cleaninfra.newProject");
        return undefined;
    }
    if (folders.length === 1) return folders[0];
    const items = folders.map((folder) => ({ label: path.basename(folder), description: shown(folder), folder }));
    return (await vscode.window.showQuickPick(items, { title: "Which project?" }))?.folder;
}

function shown(folder: string): string {
    return vscode.workspace.asRelativePath(folder);
}

/** A file of a project that stands for all of it where a request is about a document. */
export async function someSource(project: string): Promise<vscode.Uri | undefined> {
    if (project.endsWith(".ci")) return vscode.Uri.file(project);
    const found = await vscode.workspace.findFiles(new vscode.RelativePattern(project, "**/*.ci"), BUILT, 1000);
    const main = found.find((file) => file.path.endsWith("/src/main.ci"));
    return main ?? found.sort((a, b) => a.fsPath.localeCompare(b.fsPath))[0];
}
