// The requests of the language server beyond the protocol, as lsp/README.md describes them.
import type { Diagnostic, Position, Range, TextDocumentIdentifier } from "vscode-languageclient/node";

import type { List } from "./patch";

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
    /** Each statement, with where it was written. */
    statements: { uri: string | null; range: Range | null }[];
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
    /** How many times as wide as high the panel is. */
    aspect?: number;
    /** What the editor has: that of its last result. */
    digest?: string;
    /** That the editor can apply patches. */
    patches?: boolean;
}

/** Where an element was written. */
export interface DiagramPlace {
    id: string;
    uri: string;
    range: Range;
}

/** How a picture becomes the next one; what is put is SVG, and what is moved is moved right and down. */
export interface PicturePatch {
    width: number;
    height: number;
    x: number;
    y: number;
    page: List<string, [number, number]>;
    elements: List<string, [number, number]>;
}

export interface DiagramResult {
    /** Names the picture and the places. */
    digest: string | null;
    /** The editor has this picture: `svg` is null. */
    unchanged: boolean;
    /** A picture whose elements name what they show in `data-id`; null where the editor has it or is sent a patch of what it has. */
    svg: string | null;
    /** Why there is no picture, or, beside one, why it may lack something. */
    problem: string | null;
    /** Where each element was written; null where the editor has these places or is sent a patch of what it has. */
    places: DiagramPlace[] | null;
    /** What has changed of what the editor has, whose digest is `base`; places are moved down by lines. */
    patch: { base: string; picture: PicturePatch | null; places: List<DiagramPlace, number> | null } | null;
}

export const REQUESTS = {
    template: "cleaninfra/showTemplate",
    access: "cleaninfra/accessReport",
    test: "cleaninfra/runTest",
    paste: "cleaninfra/pasteAsCi",
    diagram: "cleaninfra/diagram",
} as const;
