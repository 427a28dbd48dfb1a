import { useLayoutEffect } from "react";

/** What Escape ends beside menus, dialogs and the list of completions, which hear it themselves: the first that is there. */
const order = ["picker", "strip", "selection", "search"] as const;
export type Escapable = (typeof order)[number];

const acts = new Map<Escapable, () => void>();

/** While there is an `act`, Escape does it, wherever the focus is. */
export function useEscape(what: Escapable, act: (() => void) | undefined): void {
  useLayoutEffect(() => {
    if (act === undefined) return;
    acts.set(what, act);
    return () => {
      if (acts.get(what) === act) acts.delete(what);
    };
  }, [what, act]);
}

/** What Escape does now, if it has something to end. */
export function escapeAct(): (() => void) | undefined {
  const first = order.find((what) => acts.has(what));
  return first === undefined ? undefined : acts.get(first);
}
