// Lists that become others, as the language server tells it; see lsp/README.md. Must not know: what is in them.

/** How a list comes to be from another one. */
export interface List<P, W> {
    /** How many pieces that one has. */
    of: number;
    steps: Step<P, W>[];
}

/** How its next pieces come to be: those that stay, perhaps elsewhere, by their positions; or one that is put there. */
export type Step<P, W> = { keep: [first: number, count: number]; by?: W } | { put: P; instead?: number };

/** Whether a patch is one of a list: each piece of the list is named once at most, and none that is not there. */
export function isOf<P, W>({ of, steps }: List<P, W>, length: number): boolean {
    const named = new Set<number>();
    const takes = (at: number) => Number.isInteger(at) && at >= 0 && at < length && !named.has(at) && !!named.add(at);
    return of === length && steps.every((step) => {
        if ("put" in step) return step.instead === undefined || takes(step.instead);
        const [first, count] = step.keep;
        for (let at = first; at < first + count; at++) if (!takes(at)) return false;
        return true;
    });
}

/** The list that another becomes by a patch of it. */
export function patched<T, P, W>(
    old: readonly T[],
    { steps }: List<P, W>,
    move: (piece: T, by: W) => T,
    put: (piece: P, instead: T | undefined) => T,
): T[] {
    return steps.flatMap((step) => {
        if ("put" in step) return [put(step.put, step.instead === undefined ? undefined : old[step.instead])];
        const [first, count] = step.keep;
        const kept = old.slice(first, first + count);
        const { by } = step;
        return by === undefined ? kept : kept.map((piece) => move(piece, by));
    });
}
