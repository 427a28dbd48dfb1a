import { type PointerEvent, type RefObject, useRef } from "react";
import { Swipe } from "../../../model/swipe.ts";
import { useConversation } from "./conversation_context.ts";

interface Held {
  readonly pointer: number;
  readonly swipe: Swipe;
  readonly message: HTMLElement;
  readonly seq: number;
  isEnough: boolean;
}

/**
 * A message that is pulled sideways is answered: one set of listeners for all of them. While it is pulled, the message
 * has `data-pulled` and `--pull`, and `sign` stands beside it.
 */
export function useSwipeReply(sign: RefObject<HTMLElement | null>) {
  const { conversation, mayPost, chosen, reply } = useConversation();
  const held = useRef<Held>(undefined);

  const letGo = () => {
    const { message } = held.current ?? {};
    held.current = undefined;
    delete message?.dataset.pulled;
    message?.style.removeProperty("--pull");
    delete sign.current?.dataset.pulled;
  };
  const show = ({ message }: Held, distance: number, isEnough: boolean) => {
    message.dataset.pulled = "";
    message.style.setProperty("--pull", `${distance}px`);
    if (sign.current === null) return;
    const { top, height } = message.getBoundingClientRect();
    const area = sign.current.offsetParent?.getBoundingClientRect().top ?? 0;
    sign.current.style.setProperty("--at", `${top - area + height / 2}px`);
    sign.current.style.setProperty("--pull", `${distance}px`);
    sign.current.dataset.pulled = isEnough ? "enough" : "some";
  };
  return {
    onPointerDown({ pointerType, pointerId, clientX, clientY, target, currentTarget, isPrimary }: Touch) {
      letGo();
      if (pointerType !== "touch" || !isPrimary || !mayPost || chosen !== undefined) return;
      if (!(target instanceof Element) || scrollsSideways(target, currentTarget)) return;
      const message = target.closest<HTMLElement>("article");
      const seq = Number(message?.querySelector<HTMLElement>("[data-seq]")?.dataset.seq);
      const event = conversation.event(seq);
      if (message === null || event === undefined || event.contentGone !== undefined) return;
      const isRightToLeft = getComputedStyle(currentTarget).direction === "rtl";
      const swipe = new Swipe({ x: clientX, y: clientY }, innerWidth, isRightToLeft);
      held.current = { pointer: pointerId, swipe, message, seq, isEnough: false };
    },
    onPointerMove({ pointerId, clientX, clientY }: Touch) {
      const now = held.current;
      if (now?.pointer !== pointerId) return;
      const pull = now.swipe.move(clientX, clientY);
      if (pull === undefined) return;
      if (pull.isEnough && !now.isEnough) navigator.vibrate?.(8);
      now.isEnough = pull.isEnough;
      show(now, pull.distance, pull.isEnough);
    },
    onPointerUp({ pointerId }: Touch) {
      const now = held.current;
      if (now?.pointer !== pointerId) return;
      letGo();
      const event = now.isEnough ? conversation.event(now.seq) : undefined;
      if (event !== undefined) reply(event);
    },
    // The browser scrolls.
    onPointerCancel: letGo,
  };
}

type Touch = PointerEvent<HTMLElement>;

/** Such as a long line of code. */
function scrollsSideways(target: Element, within: Element): boolean {
  for (let one: Element | null = target; one !== null && one !== within; one = one.parentElement) {
    if (one.scrollWidth > one.clientWidth && /auto|scroll/u.test(getComputedStyle(one).overflowX)) return true;
  }
  return false;
}
