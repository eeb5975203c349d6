// Making things: a project, and source from a template that is in the clipboard.
import * as path from "node:path";
import * as vscode from "vscode";

import * as command from "./command";
import { REQUESTS, type PasteResult } from "./protocol";
import type { Server } from "./server";

/** Asks for a name and a place, makes the project there, and opens it. */
export async function newProject(context: vscode.ExtensionContext): Promise<void> {
    const program = await command.need(context);
    if (!program) return;
    const name = await vscode.window.showInputBox({
        title: "Name of the project",
        placeHolder: "shop",
        prompt: "Lower-case letters, digits and `-`",
        validateInput: (value) => (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(value) ? undefined : "`a-z`, then `a-z`, `0-9` and `-`"),
    });
    if (!name) return;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const chosen = await vscode.window.showOpenDialog({
        title: `Where to put ${name}`,
        openLabel: "Make It Here",
        canSelectFiles: false,
        canSelectFolders: true,
        ...(folder ? { defaultUri: folder } : {}),
    });
    const parent = chosen?.[0]?.fsPath;
    if (!parent) return;
    const made = path.join(parent, name);
    const { code, stdout, stderr } = await command.run(program, ["new", made, "--color", "never"]);
    if (code !== 0) {
        void vscode.window.showErrorMessage((stderr || stdout).trim());
        return;
    }
    const uri = vscode.Uri.file(made);
    const main = vscode.Uri.joinPath(uri, "src", "main.ci");
    if (vscode.workspace.getWorkspaceFolder(uri)) {
        await vscode.window.showTextDocument(main);
        return;
    }
    const answer = await vscode.window.showInformationMessage(`Made ${name}.`, "Open", "Open in New Window", "Add to Workspace");
    if (answer === "Add to Workspace") {
        const count = vscode.workspace.workspaceFolders?.length ?? 0;
        vscode.workspace.updateWorkspaceFolders(count, 0, { uri });
    } else if (answer) {
        await vscode.commands.executeCommand("vscode.openFolder", uri, { forceNewWindow: answer !== "Open" });
    }
}

/** Puts what is in the clipboard, a resource or a template, into the source as code. */
export async function paste(server: Server): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== "ci") return;
    const text = await vscode.env.clipboard.readText();
    if (text.trim() === "") {
        void vscode.window.showInformationMessage("Copy a resource or a template, as JSON or YAML, first.");
        return;
    }
    const result = await server.need<PasteResult>(REQUESTS.paste, { text });
    if (!result) return;
    if (result.text === null) {
        void vscode.window.showWarningMessage(`This cannot be pasted as code: ${result.problem ?? "it is no resource"}`);
        return;
    }
    const { text: code, notes } = result;
    const { start } = editor.selection;
    const indent = /^\s*/.exec(editor.document.lineAt(start.line).text)?.[0] ?? "";
    const inserted = code.trimEnd().replaceAll(/\n(?=.)/g, `\n${indent.slice(0, start.character)}`);
    await editor.edit((edit) => edit.replace(editor.selection, inserted));
    if (notes.length > 0) void vscode.window.showInformationMessage(notes.join(" "));
}
