import type { AccountId } from "@parley/sdk";
import type { KeyboardEvent, MouseEvent } from "react";
import { placeAt } from "../../kit/open_menu.ts";
import { usePress } from "../../kit/usePress.ts";
import { useConversation } from "./conversation_context.ts";
import { useMessageKeys } from "./useMessageKeys.ts";
import { useMessageMenu } from "./useMessageMenu.ts";

/**
 * What presses and keys do to the messages of the list: one set of listeners for all of them, so that a bubble that comes
 * on the screen costs little.
 */
export function useMessageActions() {
  const { conversation, chosen, choose, openDialog } = useConversation();
  const openMenu = useMessageMenu();
  /** The menu of a message, or what there is to tell of its reactions. Whether there was a message to open it for. */
  const open = (of: Element, place: { x: number; y: number } | undefined, byKeyboard: boolean): boolean => {
    const bubble = of.closest("article")?.querySelector<HTMLElement>("[data-seq]");
    const message = bubble && conversation.event(Number(bubble.dataset.seq));
    if (!bubble || !message || chosen !== undefined) return false;
    if (of.closest("[data-reactions]") !== null) {
      openDialog({ kind: "reactions", event: message });
      return true;
    }
    const box = bubble.getBoundingClientRect();
    openMenu(message, { place: place === undefined ? box : placeAt(place.x, place.y), owner: bubble, byKeyboard });
    return true;
  };
  const press = usePress((at, target, byKeyboard) => {
    // A link, and text that was selected, have the browser's own menu.
    if (!byKeyboard && (target.closest("a") !== null || hasSelection(target))) return false;
    return open(target, byKeyboard ? undefined : at, byKeyboard);
  });
  const onKeyDown = useMessageKeys((message) => open(message, undefined, true));
  return {
    ...press,
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => onKeyDown(event),
    onClick: (event: MouseEvent<HTMLElement>) => {
      if (!(event.target instanceof Element)) return;
      const handle = event.target.closest("[data-menu]");
      if (handle !== null) {
        const { left, bottom } = handle.getBoundingClientRect();
        open(handle, { x: left, y: bottom }, event.detail === 0);
        return;
      }
      const person = event.target.closest<HTMLElement>("[data-person]")?.dataset.person;
      if (chosen === undefined && person !== undefined)
        return openDialog({ kind: "person", account: person as AccountId });
      if (chosen === undefined || event.target.closest("input, a, button") !== null) return;
      const bubble = event.target.closest("article")?.querySelector<HTMLElement>("[data-seq]");
      const message = bubble && conversation.event(Number(bubble.dataset.seq));
      if (message) choose(message.seq);
    },
  };
}

function hasSelection(target: Element): boolean {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(target, true);
}
