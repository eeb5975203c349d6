// Manifests in editors: the server is told what is typed into a `ci.toml`, so that mistakes in it are shown at once. Must not
// know: what may be in a manifest. What else the editor asks of a language is not for TOML.
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

import { isManifest } from "./project";

export function followManifests(client: LanguageClient): vscode.Disposable {
    const uri = (document: vscode.TextDocument) => client.code2ProtocolConverter.asUri(document.uri);
    const send = (method: string, params: object) => {
        if (client.isRunning()) void client.sendNotification(`textDocument/${method}`, params);
    };
    const opened = (document: vscode.TextDocument) => {
        if (!isManifest(document.uri)) return;
        const { version } = document;
        send("didOpen", { textDocument: { uri: uri(document), languageId: "toml", version, text: document.getText() } });
    };
    const changed = (document: vscode.TextDocument) => {
        if (!isManifest(document.uri)) return;
        const textDocument = { uri: uri(document), version: document.version };
        send("didChange", { textDocument, contentChanges: [{ text: document.getText() }] });
    };
    const closed = (document: vscode.TextDocument) => {
        if (isManifest(document.uri)) send("didClose", { textDocument: { uri: uri(document) } });
    };
    vscode.workspace.textDocuments.forEach(opened);
    return vscode.Disposable.from(
        vscode.workspace.onDidOpenTextDocument(opened),
        vscode.workspace.onDidChangeTextDocument(({ document }) => changed(document)),
        vscode.workspace.onDidCloseTextDocument(closed),
    );
}
