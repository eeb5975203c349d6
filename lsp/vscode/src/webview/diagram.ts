// The script of the panel with the diagram: shows the picture, lets one move in it, and says what is clicked.
import type { PicturePatch } from "../protocol.ts";
import { GLIDE, apply, read } from "./patch.ts";

interface Host {
    postMessage(message: unknown): void;
    getState(): View | undefined;
    setState(state: View): void;
}
declare function acquireVsCodeApi(): Host;

/** What the extension says: fields that are left out stay as they were. */
interface Said {
    svg?: string | null;
    /** How the picture that is shown becomes the next one; `after` is the number of that which it is meant for. */
    patch?: PicturePatch;
    after?: number;
    /** The number of what is shown then. */
    shown?: number;
    problem?: string | null;
    level?: string;
    linked?: string[];
    marked?: string[];
}

/** Where the picture is, in pixels, and how large; `own` once the user has moved it. What was chosen, by its id. */
interface View {
    x: number;
    y: number;
    scale: number;
    own: boolean;
    chosen?: string | undefined;
}

const SMALLEST = 0.1;
const LARGEST = 6;
const MARGIN = 16;

const host = acquireVsCodeApi();
const view = document.getElementById("view") as HTMLElement;
const problem = document.getElementById("problem") as HTMLElement;
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
let picture: SVGSVGElement | undefined;
/** The number of the picture. */
let shown: number | undefined;
let at: View = host.getState() ?? { x: 0, y: 0, scale: 1, own: false };

let linked = new Set<string>();
let marked = new Set<string>();

window.addEventListener("message", ({ data }: MessageEvent<Said>) => {
    if (data.problem !== undefined) {
        problem.hidden = data.problem === null;
        problem.textContent = data.problem ?? "";
    }
    // Where there is no picture any more the last one stays, paler.
    if (data.svg !== undefined || data.patch) view.classList.toggle("old", data.svg === null);
    for (const button of document.querySelectorAll<HTMLElement>("[data-level]")) {
        if (data.level !== undefined) button.setAttribute("aria-pressed", String(button.dataset["level"] === data.level));
    }
    if (data.linked) linked = new Set(data.linked);
    const isPatched = data.patch !== undefined && data.after === shown && change(data.patch);
    if (isPatched || typeof data.svg === "string") shown = data.shown;
    else if (data.patch) {
        // It is of something else: of what was there before this page was loaded anew, say.
        shown = undefined;
        host.postMessage({ kind: "lost" });
    }
    if (typeof data.svg === "string") show(data.svg);
    else if (data.linked) link();
    if (data.marked) {
        marked = new Set(data.marked);
        mark();
        comeToMarked();
    }
});

function elements(): Element[] {
    return [...(picture?.querySelectorAll("[data-id]") ?? [])];
}

function idOf(element: Element): string {
    return element.getAttribute("data-id") ?? "";
}

/** Says of each element whether it leads somewhere. */
function link(): void {
    for (const element of elements()) {
        const leads = linked.has(idOf(element));
        element.toggleAttribute("data-linked", leads);
        if (!element.classList.contains("node")) continue;
        for (const [name, value] of [["tabindex", "0"], ["role", "link"]] as const) {
            if (leads) element.setAttribute(name, value);
            else element.removeAttribute(name);
        }
    }
}

/** Says of each element whether it was chosen, and whether the cursor of the source is in it. */
function mark(): void {
    for (const element of elements()) {
        element.classList.toggle("chosen", idOf(element) === at.chosen);
        element.classList.toggle("marked", marked.has(idOf(element)));
    }
}

/** Moves the picture as little as shows what is marked, if nothing of it is to be seen. */
function comeToMarked(): void {
    const shown = view.getBoundingClientRect();
    const boxes = elements().filter((element) => marked.has(idOf(element))).map((element) => element.getBoundingClientRect());
    const isSeen = (box: DOMRect) =>
        box.right > shown.left && box.left < shown.right && box.bottom > shown.top && box.top < shown.bottom;
    const first = boxes[0];
    if (!first || boxes.some(isSeen)) return;
    const by = (start: number, end: number, from: number, to: number) =>
        start < from ? from - start + MARGIN : end > to ? to - end - MARGIN : 0;
    at = {
        ...at,
        x: at.x + by(first.left, first.right, shown.left, shown.right),
        y: at.y + by(first.top, first.bottom, shown.top, shown.bottom),
    };
    place();
}

/** Puts a picture in. Its styles are taken over without its element, which the policy of the page would refuse. */
function show(text: string): void {
    const drawn = read(text);
    if (!drawn) return;
    sheet.replaceSync(`${drawn.css}\nsvg { --page: var(--vscode-editor-background) !important; }`);
    theme();
    const focused = document.activeElement?.closest("[data-id]");
    const hadFocus = focused ? idOf(focused) : undefined;
    if (picture) picture.replaceWith(drawn.root);
    else view.append(drawn.root);
    picture = drawn.root;
    link();
    mark();
    if (at.own) place();
    else fit();
    // The keyboard stays where it was.
    const same = elements().find((element) => idOf(element) === hadFocus);
    if (same instanceof SVGElement) same.focus();
}

/** Makes the picture the next one. What stays is touched by nothing but what is said of it. */
function change(patch: PicturePatch): boolean {
    const glides = !document.hidden && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!picture) return false;
    const before = picture.style.transform;
    if (!apply(picture, patch, glides)) return false;
    link();
    mark();
    if (at.own) place();
    else fit();
    const after = picture.style.transform;
    if (glides && after !== before) picture.animate([{ transform: before }, { transform: after }], GLIDE);
    return true;
}

/** The picture has colours for light and dark pages; which are meant is a matter of the editor's theme. */
function theme(): void {
    const dark = document.body.classList.contains("vscode-dark") ||
        (document.body.classList.contains("vscode-high-contrast") &&
            !document.body.classList.contains("vscode-high-contrast-light"));
    for (const rule of sheet.cssRules) {
        if (rule instanceof CSSMediaRule) rule.media.mediaText = dark ? "all" : "not all";
    }
}
new MutationObserver(theme).observe(document.body, { attributes: true, attributeFilter: ["class"] });

function size(): { width: number; height: number } {
    const box = picture?.viewBox.baseVal;
    return { width: box?.width || 1, height: box?.height || 1 };
}

/** Tells the shape of the panel, in steps: the picture should not be laid out anew all the time that it is dragged wider. */
let told = 0;
function tellShape(): void {
    // A panel that is hidden has none.
    if (view.clientWidth === 0 || view.clientHeight === 0) return;
    const aspect = Math.min(4, Math.max(0.25, Math.round((view.clientWidth / view.clientHeight) * 4) / 4));
    if (aspect === told) return;
    told = aspect;
    host.postMessage({ kind: "shape", aspect });
}

function fit(): void {
    const { width, height } = size();
    const scale = Math.min((view.clientWidth - 2 * MARGIN) / width, (view.clientHeight - 2 * MARGIN) / height, 1.25);
    const [x, y] = [(view.clientWidth - width * scale) / 2, (view.clientHeight - height * scale) / 2];
    at = { ...at, scale, x, y, own: false };
    at.y = Math.min(at.y, 60);
    place();
}

function place(): void {
    if (picture) picture.style.transform = `translate(${at.x}px, ${at.y}px) scale(${at.scale})`;
    host.setState(at);
}

/** Larger or smaller around a point, which stays where it is. */
function zoom(factor: number, x = view.clientWidth / 2, y = view.clientHeight / 2): void {
    const scale = Math.min(LARGEST, Math.max(SMALLEST, at.scale * factor));
    const by = scale / at.scale;
    at = { ...at, scale, x: x - (x - at.x) * by, y: y - (y - at.y) * by, own: true };
    place();
}

view.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
        const box = view.getBoundingClientRect();
        zoom(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
    } else {
        at = { ...at, x: at.x - event.deltaX, y: at.y - event.deltaY, own: true };
        place();
    }
}, { passive: false });

let drag: { x: number; y: number; moved: boolean } | undefined;
view.addEventListener("pointerdown", (event) => {
    drag = { x: event.clientX, y: event.clientY, moved: false };
});
window.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    // A hand is not that steady.
    if (!drag.moved && Math.hypot(x, y) < 4) return;
    drag = { x: event.clientX, y: event.clientY, moved: true };
    view.classList.add("dragged");
    at = { ...at, x: at.x + x, y: at.y + y, own: true };
    place();
});
window.addEventListener("pointerup", (event) => {
    const clicked = drag && !drag.moved;
    drag = undefined;
    view.classList.remove("dragged");
    if (clicked) open(event.target);
});
view.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") open(event.target);
    else if (event.key === "+") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit();
});

function open(target: EventTarget | null): void {
    const id = target instanceof Element ? target.closest("[data-linked]")?.getAttribute("data-id") : undefined;
    at = { ...at, chosen: id ?? undefined };
    host.setState(at);
    mark();
    if (id) host.postMessage({ kind: "open", id });
}

document.getElementById("larger")?.addEventListener("click", () => zoom(1.25));
document.getElementById("smaller")?.addEventListener("click", () => zoom(0.8));
document.getElementById("fit")?.addEventListener("click", fit);
window.addEventListener("resize", () => {
    tellShape();
    if (!at.own) fit();
});
for (const button of document.querySelectorAll<HTMLElement>("[data-level]")) {
    button.addEventListener("click", () => {
        at = { ...at, own: false };
        host.postMessage({ kind: "level", level: button.dataset["level"] });
    });
}
tellShape();
export {};
