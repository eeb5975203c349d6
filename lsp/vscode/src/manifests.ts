// Manifests in editors: the server is told what is typed into a `ci.toml`, so that mistakes in it are shown at once, and asked
// for completions, hovers, definitions and fixes there. Must not know: what may be in a manifest. What else the editor asks of
// a language is not for TOML: its layout and colours are those of whichever extension the user has for it.
import * as vscode from "vscode";
import {
    CodeActionKind,
    CodeActionRequest,
    CompletionRequest,
    DefinitionRequest,
    HoverRequest,
    type LanguageClient,
} from "vscode-languageclient/node";

import { isManifest, MANIFEST } from "./project";

const documentSelector = [{ scheme: "file", pattern: `**/${MANIFEST}` }];

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
    askAbout(client);
    return vscode.Disposable.from(
        vscode.workspace.onDidOpenTextDocument(opened),
        vscode.workspace.onDidChangeTextDocument(({ document }) => changed(document)),
        vscode.workspace.onDidCloseTextDocument(closed),
    );
}

/** Lets the editor ask of manifests, too. The client forgets it when it ends. */
function askAbout(client: LanguageClient): void {
    const registration = <T extends object>(method: string, options: T) => ({
        id: `cleaninfra-manifest:${method}`,
        registerOptions: { documentSelector, ...options },
    });
    client
        .getFeature(CompletionRequest.method)
        .register(registration(CompletionRequest.method, { triggerCharacters: ["[", ".", '"'] }));
    client.getFeature(HoverRequest.method).register(registration(HoverRequest.method, {}));
    client.getFeature(DefinitionRequest.method).register(registration(DefinitionRequest.method, {}));
    client
        .getFeature(CodeActionRequest.method)
        .register(registration(CodeActionRequest.method, { codeActionKinds: [CodeActionKind.QuickFix] }));
}
