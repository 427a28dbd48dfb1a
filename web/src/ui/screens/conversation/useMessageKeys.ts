import type { KeyboardEvent } from "react";
import { useConversation } from "./conversation_context.ts";

/** The keys on a message: up and down to the next, Enter for what can be done with it, R to answer, E to change it. */
export function useMessageKeys(openMenu: (message: HTMLElement) => void): (event: KeyboardEvent<HTMLElement>) => void {
  const { conversation, mayPost, reply, edit, chosen, choose } = useConversation();
  return (key) => {
    const { target, currentTarget: log } = key;
    if (!(target instanceof HTMLElement) || key.altKey || key.ctrlKey || key.metaKey) return;
    const isMessage = target.tagName === "ARTICLE";
    if (target !== log && !isMessage) return;
    if (key.key === "ArrowUp" || key.key === "ArrowDown") {
      const next = neighbour(log, isMessage ? target : undefined, key.key === "ArrowUp" ? -1 : 1);
      if (next === undefined) return;
      key.preventDefault();
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest" });
      return;
    }
    const bubble = target.querySelector<HTMLElement>("[data-seq]");
    const message = bubble === null ? undefined : conversation.event(Number(bubble.dataset.seq));
    if (!isMessage || bubble === null || message === undefined) return;
    const act = (work: () => void) => {
      key.preventDefault();
      work();
    };
    if (key.key === " " && chosen !== undefined) return act(() => choose(message.seq));
    if (key.key === "Enter" || key.key === " ") return act(() => openMenu(target));
    if (!mayPost || message.contentGone !== undefined) return;
    if (key.key.toLowerCase() === "r") return act(() => reply(message));
    if (key.key.toLowerCase() === "e" && target.dataset.own !== undefined) return act(() => edit(message));
  };
}

/** Without a message to start from, the last one that can be seen. */
function neighbour(log: HTMLElement, from: HTMLElement | undefined, step: 1 | -1): HTMLElement | undefined {
  const all = [...log.querySelectorAll<HTMLElement>("article")];
  if (from !== undefined) return all[all.indexOf(from) + step];
  const end = log.getBoundingClientRect().bottom;
  return all.findLast((one) => one.getBoundingClientRect().top < end);
}
