import type { KeyboardEvent } from "react";
import { useConversation } from "./conversation_context.ts";

/** The keys on a message, as the help shows them (shortcuts.ts). */
export function useMessageKeys(openMenu: (message: HTMLElement) => void): (event: KeyboardEvent<HTMLElement>) => void {
  const { conversation, mayPost, reply, edit, chosen, choose, openDialog } = useConversation();
  return (key) => {
    const { target, currentTarget: log } = key;
    if (!(target instanceof HTMLElement) || key.altKey || key.ctrlKey || key.metaKey) return;
    const isMessage = target.tagName === "ARTICLE";
    if (target !== log && !isMessage) return;
    if (key.key === "ArrowUp" || key.key === "ArrowDown") {
      const next = neighbour(log, isMessage ? target : undefined, key.key === "ArrowUp" ? -1 : 1);
      if (next === undefined) return;
      key.preventDefault();
      return goTo(next);
    }
    const bubble = target.querySelector<HTMLElement>("[data-seq]");
    const message = bubble === null ? undefined : conversation.event(Number(bubble.dataset.seq));
    if (!isMessage || bubble === null || message === undefined) return;
    const act = (work: () => void) => {
      key.preventDefault();
      work();
    };
    const letter = key.key.toLowerCase();
    const isGone = message.contentGone !== undefined;
    if (letter === "x" || (key.key === " " && chosen !== undefined)) {
      return isGone ? undefined : act(() => choose(message.seq));
    }
    if (chosen !== undefined) return;
    if (key.key === "Enter" || key.key === " ") return act(() => openMenu(target));
    if (key.key === "Delete" || key.key === "Backspace") {
      return act(() => openDialog({ kind: "delete", events: [message] }));
    }
    if (!mayPost || isGone) return;
    if (letter === "r") return act(() => reply(message));
    if (letter === "+") return act(() => openDialog({ kind: "react", event: message }));
    if (letter === "e" && target.dataset.own !== undefined) return act(() => edit(message));
  };
}

/** From elsewhere, such as the composer. */
export function focusLastMessage(): void {
  const log = document.querySelector<HTMLElement>("[data-shortcut=messages]");
  const last = log === null ? undefined : neighbour(log, undefined, -1);
  if (last !== undefined) goTo(last);
}

function goTo(message: HTMLElement): void {
  message.focus({ preventScroll: true });
  message.scrollIntoView({ block: "nearest" });
}

/** Without a message to start from, the last one that can be seen. */
function neighbour(log: HTMLElement, from: HTMLElement | undefined, step: 1 | -1): HTMLElement | undefined {
  const all = [...log.querySelectorAll<HTMLElement>("article")];
  if (from !== undefined) return all[all.indexOf(from) + step];
  const end = log.getBoundingClientRect().bottom;
  return all.findLast((one) => one.getBoundingClientRect().top < end);
}
