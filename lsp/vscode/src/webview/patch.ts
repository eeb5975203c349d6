// Makes the next picture of the one that is shown. What stays is the same element of the page as before, so that the
// keyboard, the mouse and whatever points at it stay, too; what is elsewhere glides there. Must not know: what is drawn.
import { isOf, patched } from "../patch.ts";
import type { PicturePatch } from "../protocol.ts";

const SVG = "http://www.w3.org/2000/svg";

/** How long something takes to get somewhere, in milliseconds. */
export const GLIDE = { duration: 180, easing: "ease-out" };

/** How many elements can move without stuttering. */
const MOST_MOVED = 400;

/** What was said of elements here, and not by who drew them. */
const OWN = new Set(["data-linked", "tabindex", "role", "style"]);

/** How far right and down. */
type Way = [number, number];

/** How far elements are from where they were drawn. */
const moved = new WeakMap<Element, Way>();

/** An SVG document as an element, without what the policy of the page would refuse; and the styles that it had. */
export function read(text: string): { root: SVGSVGElement; css: string } | undefined {
    const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    if (!(root instanceof SVGSVGElement)) return undefined;
    let css = "";
    for (const element of root.querySelectorAll("style, script, foreignObject")) {
        if (element.localName === "style") css += element.textContent ?? "";
        // Positions count what is left out.
        element.replaceWith(element.ownerDocument.createElementNS(SVG, "metadata"));
    }
    return { root: document.importNode(root, true), css };
}

/** Makes a picture the next one; false, and nothing is done, where the patch is of another picture. */
export function apply(picture: SVGSVGElement, patch: PicturePatch, glides: boolean): boolean {
    const canvas = picture.querySelector(":scope > g[transform]");
    if (!canvas) return false;
    const lists = [[picture, patch.page], [canvas, patch.elements]] as const;
    if (!lists.every(([parent, list]) => isOf(list, parent.children.length))) return false;
    const puts = lists.flatMap(([, { steps }]) => steps.flatMap((step) => ("put" in step ? [step.put] : [])));
    const drawn = read(`<svg xmlns="${SVG}">${puts.join("")}</svg>`);
    const fresh = drawn ? [...drawn.root.children] : [];
    // Styles come with a whole picture.
    if (fresh.length !== puts.length || drawn?.css) return false;
    const count = lists.reduce((sum, [, { steps }]) =>
        sum + steps.reduce((sum, step) => sum + ("keep" in step && step.by ? step.keep[1] : 0), 0), 0);
    const isCalm = !glides || count > MOST_MOVED;
    const focused = document.activeElement;
    let next = 0;
    const put = (_: string, instead: Element | undefined) => {
        const element = fresh[next++] as Element;
        if (instead?.localName === element.localName) return become(instead, element);
        if (!isCalm) element.animate([{ opacity: 0 }, { opacity: 1 }], GLIDE);
        return element;
    };
    for (const [parent, list] of lists) {
        arrange(parent, patched([...parent.children], list, (element, by) => move(element, by, !isCalm), put));
    }
    const { width, height, x, y } = patch;
    for (const [name, value] of [["width", `${width}`], ["height", `${height}`], ["viewBox", `0 0 ${width} ${height}`]] as const) {
        picture.setAttribute(name, value);
    }
    canvas.setAttribute("transform", `translate(${x} ${y})`);
    // What is put elsewhere in the page loses the keyboard.
    if (focused instanceof SVGElement && focused.isConnected && document.activeElement !== focused) {
        focused.focus({ preventScroll: true });
    }
    return true;
}

/** Makes these the children of a parent, in this order, and leaves alone what is in its place. */
export function arrange(parent: Pick<Element, "children" | "firstElementChild" | "insertBefore">, children: readonly Element[]): void {
    const stays = new Set(children);
    for (const child of [...parent.children]) if (!stays.has(child)) child.remove();
    let next = parent.firstElementChild;
    for (const child of children) {
        if (child === next) next = next.nextElementSibling;
        else parent.insertBefore(child, next);
    }
}

function move(element: Element, by: Way, glides: boolean): Element {
    if (!(element instanceof SVGElement)) return element;
    const [x, y] = moved.get(element) ?? [0, 0];
    const [right, down] = [x + by[0], y + by[1]];
    const running = glides ? element.getAnimations() : [];
    // Also from somewhere on its way.
    const from = running.length > 0 ? getComputedStyle(element).transform : `translate(${x}px, ${y}px)`;
    for (const animation of running) animation.cancel();
    moved.set(element, [right, down]);
    element.style.transform = `translate(${right}px, ${down}px)`;
    if (glides) element.animate([{ transform: from }, { transform: element.style.transform }], GLIDE);
    return element;
}

/** Makes an element look like another one. */
function become(element: Element, other: Element): Element {
    for (const { name } of [...element.attributes]) {
        if (!OWN.has(name) && !other.hasAttribute(name)) element.removeAttribute(name);
    }
    for (const { name, value } of other.attributes) {
        if (element.getAttribute(name) !== value) element.setAttribute(name, value);
    }
    element.replaceChildren(...other.childNodes);
    if (element instanceof SVGElement) element.style.removeProperty("transform");
    moved.delete(element);
    return element;
}
