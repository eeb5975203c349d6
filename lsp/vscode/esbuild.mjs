// Bundles the extension, and the script of the diagram, into `dist`.
import { build } from "esbuild";

const common = { bundle: true, minify: true, sourcemap: false, legalComments: "linked", logLevel: "warning" };
await build({
    ...common,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
    // Of some packages the CommonJS build cannot be bundled.
    mainFields: ["module", "main"],
});
await build({
    ...common,
    entryPoints: ["src/webview/diagram.ts"],
    outfile: "dist/diagram.js",
    platform: "browser",
    format: "iife",
    target: "es2022",
});
