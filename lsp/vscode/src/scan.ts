// Where tests are in a text, without understanding it: that is done for every file of a workspace, and while one types.

/** A test: its name, and its first and last line, counted from 0. */
export interface Found {
    name: string;
    line: number;
    end: number;
}

/** Comments, texts of every form, and braces: what decides whether a word stands where an item starts. */
const PIECES = /\/\/.*|\/\*[\s\S]*?\*\/|\br(#*)"[\s\S]*?"\1|"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|[{}]|\btest\b/g;

/** The tests of a text, in its order. */
export function scan(text: string): Found[] {
    const found: Found[] = [];
    let depth = 0;
    let open: Found | undefined;
    let expected = -1;
    const lineAt = lines(text);
    for (const match of text.matchAll(PIECES)) {
        const [piece] = match;
        const start = match.index;
        if (piece === "{") {
            depth++;
        } else if (piece === "}") {
            depth = Math.max(0, depth - 1);
            if (depth === 0 && open) {
                open.end = lineAt(start);
                open = undefined;
            }
        } else if (piece === "test") {
            expected = depth === 0 ? start + piece.length : -1;
            continue;
        } else if (/["r]/.test(piece.charAt(0)) && expected >= 0 && text.slice(expected, start).trim() === "") {
            // An item that was not closed ends where the next one starts.
            const line = lineAt(start);
            open = { name: valueOf(piece), line, end: line };
            found.push(open);
        }
        expected = -1;
    }
    return found;
}

/** The line of an offset; offsets must be asked for in ascending order. */
function lines(text: string): (offset: number) => number {
    let at = 0;
    let line = 0;
    return (offset) => {
        for (; at < offset; at++) if (text.charCodeAt(at) === 10) line++;
        return line;
    };
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", 0: "\0" };

/** What a text in quotes means. */
function valueOf(quoted: string): string {
    const raw = /^r(#*)"([\s\S]*)"\1$/.exec(quoted);
    if (raw) return raw[2] ?? "";
    const inside = quoted.startsWith('"""') ? quoted.slice(3, -3) : quoted.slice(1, -1);
    return inside.replaceAll(/\\(?:u\{([0-9A-Fa-f]+)\}|(.))/g, (_, hex?: string, letter?: string) =>
        hex === undefined ? (ESCAPES[letter ?? ""] ?? letter ?? "") : String.fromCodePoint(Number.parseInt(hex, 16)),
    );
}
