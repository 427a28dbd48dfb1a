// What becomes of one channel's stored events in a commit. Pure over a view of the rows, so that every store does the
// same: in memory the view is the rows, in a database it is what was read of them at the beginning of the transaction.
import type { ChannelEvent, ContentGone } from "../types.ts";
import { fold, targetOf, withoutContent } from "./fold.ts";

/** A stored event that points at a message. */
export interface Tie {
  readonly seq: number;
  readonly kind: "edit" | "reaction" | "deletion";
}

/** One channel's rows, as they are within the transaction. */
export interface EventView {
  get(seq: number): ChannelEvent | undefined;
  put(event: ChannelEvent): void;
  /** What points at this message, rising. */
  ties(target: number): readonly Tie[];
  tie(target: number, tie: Tie): void;
  /** The account deleted it for itself. */
  isHidden(seq: number): boolean;
}

export function putEvent(view: EventView, event: ChannelEvent): void {
  const target = targetOf(event);
  view.put(current(view, event, target));
  if (target !== 0) {
    view.tie(target, { seq: event.seq, kind: event.body.kind === "edited" ? "edit" : "reaction" });
    if (event.body.kind === "reacted") takeReplaced(view, event, target);
    const message = view.get(target);
    const own = view.get(event.seq);
    if (message !== undefined && own !== undefined) putIfChanged(view, message, fold(message, own));
  }
  if (event.body.kind === "deleted") {
    for (const deleted of event.body.targets) {
      view.tie(deleted, { seq: event.seq, kind: "deletion" });
      eraseContent(view, deleted);
    }
  }
}

/** The content of a message goes, and that of its edits and of reactions to it. */
export function eraseContent(view: EventView, seq: number): void {
  const why = whyGone(view, seq) ?? "deleted";
  strip(view, seq, why);
  for (const tie of view.ties(seq)) {
    if (tie.kind !== "deletion") strip(view, tie.seq, why);
  }
}

/** A message without what events that are not stored any more made of it: those from `from` to `to`. */
export function unfold(view: EventView, message: ChannelEvent, from: number, to: number): ChannelEvent {
  const before = message.annotation;
  if (before === undefined) return message;
  const stays = (seq: number) => seq < from || seq > to;
  const edits = before.edits.filter(stays);
  const reactions = before.reactions.filter((slot) => stays(slot.seq));
  if (edits.length === before.edits.length && reactions.length === before.reactions.length) return message;
  const lastGone = edits.at(-1) !== before.edits.at(-1);
  const last = edits.at(-1);
  const content = lastGone ? (last === undefined ? undefined : view.get(last)?.content) : before.current;
  const { annotation: _annotation, ...rest } = message;
  if (edits.length === 0 && reactions.length === 0) return rest;
  return { ...rest, annotation: { edits, reactions, ...(content === undefined ? {} : { current: content }) } };
}

/** The event as it is to be stored: with what is known already, whichever came first. */
function current(view: EventView, event: ChannelEvent, target: number): ChannelEvent {
  const gone = whyGone(view, event.seq) ?? (target === 0 ? undefined : whyGone(view, target));
  if (gone !== undefined) return withoutContent(event, gone);
  if (event.body.kind === "reacted" && isReplaced(view, event, target)) return withoutContent(event);
  let message = event;
  for (const tie of view.ties(event.seq)) {
    const pointing = view.get(tie.seq);
    if (pointing !== undefined) message = fold(message, pointing);
  }
  return message;
}

function whyGone(view: EventView, seq: number): ContentGone | undefined {
  if (view.ties(seq).some((tie) => tie.kind === "deletion")) return "deleted";
  return view.isHidden(seq) ? "hidden" : undefined;
}

function isReplaced(view: EventView, event: ChannelEvent, target: number): boolean {
  return view.ties(target).some((tie) => tie.seq > event.seq && isReactionOf(view.get(tie.seq), event));
}

/** Of one account's reactions to a message only the last keeps its content. */
function takeReplaced(view: EventView, event: ChannelEvent, target: number): void {
  for (const tie of view.ties(target)) {
    if (tie.seq < event.seq && isReactionOf(view.get(tie.seq), event)) strip(view, tie.seq, "deleted");
  }
}

function isReactionOf(stored: ChannelEvent | undefined, event: ChannelEvent): boolean {
  return stored?.body.kind === "reacted" && stored.account === event.account;
}

function strip(view: EventView, seq: number, why: ContentGone): void {
  const event = view.get(seq);
  if (event !== undefined) putIfChanged(view, event, withoutContent(event, why));
}

function putIfChanged(view: EventView, before: ChannelEvent, after: ChannelEvent): void {
  if (after !== before) view.put(after);
}
