// Tasks: building, checking and testing a project in the terminal, from the palette or from `tasks.json`.
import * as path from "node:path";
import * as vscode from "vscode";

import * as command from "./command";
import { choose, manifests } from "./project";

const TYPE = "cleaninfra";
type Verb = "build" | "check" | "test";

interface Definition extends vscode.TaskDefinition {
    command: Verb;
    project?: string;
    arguments?: string[];
}

export class Tasks implements vscode.TaskProvider {
    constructor(private readonly context: vscode.ExtensionContext) {
        context.subscriptions.push(vscode.tasks.registerTaskProvider(TYPE, this));
    }

    async provideTasks(): Promise<vscode.Task[]> {
        const program = command.find(this.context);
        if (!program) return [];
        const verbs: Verb[] = ["build", "check", "test"];
        return (await manifests()).flatMap((manifest) =>
            verbs.map((verb) => this.task(program, { type: TYPE, command: verb, project: path.dirname(manifest.fsPath) })),
        );
    }

    resolveTask(task: vscode.Task): vscode.Task | undefined {
        const program = command.find(this.context);
        return program ? this.task(program, task.definition as Definition, task.scope) : undefined;
    }

    /** Runs a task for the project at hand. */
    async run(verb: Verb): Promise<void> {
        const project = await choose();
        const program = project && (await command.need(this.context));
        if (!project || !program) return;
        await vscode.workspace.saveAll(false);
        await vscode.tasks.executeTask(this.task(program, { type: TYPE, command: verb, project }));
    }

    private task(program: string, definition: Definition, scope?: vscode.Task["scope"]): vscode.Task {
        const project = definition.project ?? ".";
        const words = [definition.command, ...(definition.arguments ?? []), project];
        const name = `${definition.command} ${path.basename(project)}`;
        const run = new vscode.ProcessExecution(program, words);
        const task = new vscode.Task(definition, scope ?? vscode.TaskScope.Workspace, name, TYPE, run);
        if (definition.command === "build") task.group = vscode.TaskGroup.Build;
        if (definition.command === "test") task.group = vscode.TaskGroup.Test;
        task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
        return task;
    }
}
