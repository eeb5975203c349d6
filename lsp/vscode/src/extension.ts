// The extension: puts its parts together, and gives commands to them.
import * as vscode from "vscode";

import { newProject, paste } from "./create";
import { Diagrams } from "./diagram";
import { manifests } from "./project";
import type { AccessParams, TemplateParams, TestParams } from "./protocol";
import { Reports } from "./report";
import { type Intercept, Server } from "./server";
import { Tasks } from "./tasks";
import { Templates } from "./template";
import { Tests } from "./tests";

/** Settings that take effect only when the server starts. */
const AT_START = ["cleaninfra.path", "cleaninfra.arguments"];

export function activate(context: vscode.ExtensionContext): void {
    const intercepts = new Map<string, Intercept>();
    const server = new Server(context, intercepts);
    const templates = new Templates(context, server);
    const reports = new Reports(context, server);
    const diagrams = new Diagrams(context, server);
    const tests = new Tests(context, server);
    const tasks = new Tasks(context);

    // Lenses of the server name its commands, for editors without views of their own.
    intercepts.set("cleaninfra.showTemplate", (params) => templates.open(params as TemplateParams | undefined));
    intercepts.set("cleaninfra.accessReport", (params) => reports.access(params as AccessParams | undefined));
    intercepts.set("cleaninfra.runTest", (params) => tests.runOne(params as TestParams));
    intercepts.set("cleaninfra.pasteAsCi", () => paste(server));

    const commands: Record<string, (...words: never[]) => unknown> = {
        newProject: () => newProject(context),
        build: () => tasks.run("build"),
        check: () => tasks.run("check"),
        openTemplate: () => templates.open(),
        chooseStack: () => templates.choose(),
        openAccess: () => reports.access(),
        openNetwork: () => reports.network(),
        openDiagram: (at?: vscode.Uri) => diagrams.open(at instanceof vscode.Uri ? at : undefined),
        runTests: () => tests.runAll(),
        paste: () => paste(server),
        explain: (code?: string) => reports.explain(typeof code === "string" ? code : undefined),
        restartServer: () => server.restart(),
        showOutput: () => server.output.show(),
        status: () => server.menu(),
    };
    for (const [name, act] of Object.entries(commands)) {
        context.subscriptions.push(vscode.commands.registerCommand(`cleaninfra.${name}`, act as () => unknown));
    }
    context.subscriptions.push(
        server,
        vscode.workspace.onDidChangeConfiguration((event) => {
            if (AT_START.some((name) => event.affectsConfiguration(name))) void server.restart();
            else if (event.affectsConfiguration("cleaninfra.trace")) void server.setTrace();
        }),
        vscode.workspace.onDidGrantWorkspaceTrust(() => void server.restart()),
    );
    void manifests().then((found) =>
        vscode.commands.executeCommand("setContext", "cleaninfra.hasProject", found.length > 0),
    );
    // Not waited for: commands that need no server are there at once.
    void server.start().then(() => server.setTrace());
}
