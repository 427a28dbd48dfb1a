import { useLayoutEffect } from "react";
import { useRouter, useSession } from "../context.tsx";
import { escapeAct } from "../useEscape.ts";
import { narrow } from "../useMedia.ts";

/** What opens over everything else. */
export type Opened = "help" | "palette" | "chat" | "group";

const focusOn = (name: string) => document.querySelector<HTMLElement>(`[data-shortcut=${name}]`)?.focus();

/** The keys that work everywhere but where somebody writes; with Alt or Ctrl also there. */
export function useShortcuts(open: (what: Opened) => void): void {
  const router = useRouter();
  const { list } = useSession();
  // At once: what is on the screen hears the keys.
  useLayoutEffect(() => {
    const move = (step: 1 | -1, unreadOnly: boolean) => {
      const rows = list.rows.get().filter((row) => !row.archived);
      const route = router.route.get();
      const at = rows.findIndex((row) => route.name === "channel" && row.id === route.channel);
      for (let next = at < 0 && step < 0 ? rows.length - 1 : at + step; next >= 0 && next < rows.length; next += step) {
        const row = rows[next];
        if (row === undefined || (unreadOnly && row.unread === 0 && !row.markedUnread)) continue;
        return router.go({ name: "channel", channel: row.id });
      }
      if (unreadOnly) {
        const first = rows.find((row) => row.unread > 0 || row.markedUnread);
        if (first !== undefined) router.go({ name: "channel", channel: first.id });
      }
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]") !== null) return;
      const writes = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      const mod = event.ctrlKey || event.metaKey;
      const act = (work: () => void) => {
        event.preventDefault();
        work();
      };
      if (event.altKey && event.key === "ArrowDown") return act(() => move(1, event.shiftKey));
      if (event.altKey && event.key === "ArrowUp") return act(() => move(-1, event.shiftKey));
      if (mod && !event.shiftKey && event.key.toLowerCase() === "k") return act(() => open("palette"));
      if (mod && event.altKey && event.code === "KeyN") return act(() => open("chat"));
      if (mod && event.shiftKey && event.key.toLowerCase() === "f") return act(() => router.go({ name: "search" }));
      const ends = event.key === "Escape" ? escapeAct() : undefined;
      if (ends !== undefined) return act(ends);
      if (event.key === "Escape" && router.route.get().name !== "home") {
        return act(() => router.up(matchMedia(narrow).matches));
      }
      if (writes || mod || event.altKey) return;
      if (event.key === "?") return act(() => open("help"));
      if (event.key === "/") return act(() => focusOn("filter"));
      if (event.key.toLowerCase() === "c") return act(() => focusOn("composer"));
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [router, list, open]);
}
