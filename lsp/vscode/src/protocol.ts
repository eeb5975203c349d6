// The requests of the language server beyond the protocol, as lsp/README.md describes them.
import type { Diagnostic, Position, Range, TextDocumentIdentifier } from "vscode-languageclient/node";

export interface TemplateParams {
    textDocument: TextDocumentIdentifier;
    position: Position;
}

export interface TemplateStack {
    /** The environment. */
    target: string;
    stack: string;
    /** JSON, indented. */
    template: string;
    /** Where in the template the cursor is, as a JSON pointer. */
    pointer: string | null;
    /** Where each value was written. */
    map: { pointer: string; uri: string; range: Range }[];
}

export interface TemplateResult {
    service: string | null;
    problem: string | null;
    stacks: TemplateStack[];
}

export interface AccessParams {
    textDocument: TextDocumentIdentifier;
    position?: Position;
    to?: string;
    of?: string;
}

export interface AccessResult {
    title: string;
    markdown: string;
    problem: string | null;
}

export interface TestParams {
    textDocument: TextDocumentIdentifier;
    name: string;
}

export interface TestResult {
    name: string;
    passed: boolean;
    problem: string | null;
    findings: { uri: string | null; diagnostic: Diagnostic }[];
}

export interface PasteResult {
    text: string | null;
    problem: string | null;
    notes: string[];
}

export type Level = "services" | "units" | "resources";

export interface DiagramParams {
    textDocument: TextDocumentIdentifier;
    level: Level;
}

export interface DiagramResult {
    /** A picture whose elements name what they show in `data-id`. */
    svg: string | null;
    problem: string | null;
    /** Where each element was written. */
    places: { id: string; uri: string; range: Range }[];
}

export const REQUESTS = {
    template: "cleaninfra/showTemplate",
    access: "cleaninfra/accessReport",
    test: "cleaninfra/runTest",
    paste: "cleaninfra/pasteAsCi",
    diagram: "cleaninfra/diagram",
} as const;
