// The `cleaninfra` command: where it is, and running it. Must not know the language server.
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

const NAME = process.platform === "win32" ? "cleaninfra.exe" : "cleaninfra";

/** What a run of the command came to. */
export interface Run {
    code: number;
    stdout: string;
    stderr: string;
}

/** The path of the command: that of the settings, else the one in the extension, else the one on the `PATH`. */
export function find(context: vscode.ExtensionContext): string | undefined {
    const set = vscode.workspace.getConfiguration("cleaninfra").get<string>("path", "").trim();
    if (set !== "") return isProgram(inHome(set)) ? inHome(set) : undefined;
    const bundled = context.asAbsolutePath(path.join("server", NAME));
    if (isProgram(bundled)) return bundled;
    const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
    return folders.map((folder) => path.join(folder, NAME)).find(isProgram);
}

function inHome(file: string): string {
    return file.startsWith("~/") ? path.join(process.env["HOME"] ?? "~", file.slice(2)) : file;
}

function isProgram(file: string): boolean {
    try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
    } catch {
        return false;
    }
}

/** The path of the command; where there is none, the user is told so. */
export async function need(context: vscode.ExtensionContext): Promise<string | undefined> {
    const program = find(context);
    if (program !== undefined) return program;
    const set = vscode.workspace.getConfiguration("cleaninfra").get<string>("path", "").trim();
    const problem =
        set === ""
            ? "The command `cleaninfra` was not found: neither in the extension nor on the PATH."
            : `The command \`cleaninfra\` is not at \`${set}\`, as the setting \`cleaninfra.path\` says.`;
    const answer = await vscode.window.showErrorMessage(problem, "Open Settings");
    if (answer) await vscode.commands.executeCommand("workbench.action.openSettings", "cleaninfra.path");
    return undefined;
}

/** Runs the command to its end; a command that cannot be run has the code -1. */
export function run(program: string, words: string[], folder?: string, signal?: AbortSignal): Promise<Run> {
    return new Promise((resolve) => {
        const options = { cwd: folder, signal, maxBuffer: 1 << 28, windowsHide: true };
        execFile(program, words, options, (error, stdout, stderr) => {
            const code = error ? (typeof error.code === "number" ? error.code : -1) : 0;
            resolve({ code, stdout, stderr: code === -1 && error ? `${stderr}${error.message}` : stderr });
        });
    });
}

/** `0.1.0`, as the command itself says. */
export async function version(program: string): Promise<string> {
    const { stdout } = await run(program, ["--version"]);
    return stdout.trim().split(" ").at(-1) ?? "";
}
