/** What events say of a message, as an annotation of it. Pure; for stores, and for views that hold messages. */
import type { Annotation, ChannelEvent, ContentGone, Reaction } from "../types.ts";

/** The message that an edit or a reaction points at; 0: neither. */
export function targetOf(event: ChannelEvent): number {
  return event.body.kind === "edited" || event.body.kind === "reacted" ? event.body.target : 0;
}

/** The event without what it says, and without what was made of it. */
export function withoutContent(event: ChannelEvent, why: ContentGone = "deleted"): ChannelEvent {
  if (event.content === undefined && event.annotation === undefined) {
    return event.contentGone === undefined && event.body.kind === "message" ? { ...event, contentGone: why } : event;
  }
  const { content: _content, annotation: _annotation, ...rest } = event;
  return { ...rest, contentGone: event.contentGone ?? why };
}

/**
 * The message with an edit of it, or a reaction to it, taken in, however often. A message whose content is gone stays
 * as it is. To a message that is put late all stored events that point at it are folded, in rising order: that takes
 * away reactions, too, that an older page still had.
 */
export function fold(message: ChannelEvent, event: ChannelEvent): ChannelEvent {
  if (targetOf(event) !== message.seq || message.contentGone !== undefined) return message;
  const before: Annotation = message.annotation ?? { edits: [], reactions: [] };
  const after = event.body.kind === "edited" ? withEdit(before, event) : withReaction(before, event);
  return after === before ? message : { ...message, annotation: after };
}

function withEdit(before: Annotation, event: ChannelEvent): Annotation {
  if (before.edits.includes(event.seq)) return before;
  const edits = [...before.edits, event.seq].sort((a, b) => a - b);
  if (edits.at(-1) !== event.seq || event.content === undefined) return { ...before, edits };
  return { ...before, edits, current: event.content };
}

function withReaction(before: Annotation, event: ChannelEvent): Annotation {
  const { account, content, seq } = event;
  if (account === undefined) return before;
  const known = before.reactions.find((slot) => slot.account === account);
  if (known !== undefined && known.seq >= seq) return before;
  if (known === undefined && content === undefined) return before;
  const others = before.reactions.filter((slot) => slot.account !== account);
  return { ...before, reactions: content === undefined ? others : bySeq([...others, { account, content, seq }]) };
}

function bySeq(reactions: Reaction[]): Reaction[] {
  return reactions.sort((a, b) => a.seq - b.seq);
}
