// Channels, events and sends as stores get them.
import type { AccountId, ChannelId, SendId } from "../ids.ts";
import type { ChannelEvent, ChannelState, Content, EventBody, OutboxEntry, SeqRange } from "../types.ts";

function id(kind: string, n: number): string {
  return `00000000-0000-7000-${kind}-${n.toString(16).padStart(12, "0")}`;
}
export const accountId = (n: number) => id("8acc", n) as AccountId;
export const channelId = (n: number) => id("8cad", n) as ChannelId;
export const sendId = (n: number) => id("85ed", n) as SendId;

export const text = (words: string): Content => ({ kind: "text", text: words });

export function event(seq: number, body: EventBody, more: Partial<ChannelEvent> = {}): ChannelEvent {
  return { seq, time: 1_000 + seq, account: accountId(1), count: seq, cryptoEpoch: 0, body, ...more };
}
export function message(seq: number, words = `message ${seq}`, more: Partial<ChannelEvent> = {}): ChannelEvent {
  const body: EventBody = { kind: "message", replyTo: 0, mentions: [], forwarded: false };
  return event(seq, body, { content: text(words), ...more });
}
export const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
export const edit = (seq: number, target: number, words: string) =>
  event(seq, { kind: "edited", target }, { content: text(words) });
export function reaction(seq: number, target: number, sign: string | undefined, by = accountId(1)): ChannelEvent {
  const content = sign === undefined ? {} : { content: text(sign) };
  return event(seq, { kind: "reacted", target }, { account: by, ...content });
}
export const deletion = (seq: number, ...targets: number[]) => event(seq, { kind: "deleted", targets });

export function channel(n: number, hidden: readonly SeqRange[] = [], more: Partial<ChannelState> = {}): ChannelState {
  return {
    id: channelId(n),
    kind: "group",
    role: "member",
    title: `channel ${n}`,
    avatar: "",
    members: 2,
    visible: [{ from: 1, to: 0 }],
    head: 0,
    headTime: 0,
    unread: 0,
    unreadMentions: 0,
    registers: {
      delivered: 0,
      read: 0,
      markedUnread: false,
      mutedUntil: 0,
      pinned: false,
      archived: false,
      hidden,
    },
    deliveredByAll: 0,
    readByAll: 0,
    readWanted: 0,
    contact: 0,
    counted: 0,
    deliveredWanted: 0,
    have: [],
    points: [],
    unproven: false,
    ...more,
  };
}

export function outboxEntry(n: number, words = `send ${n}`): OutboxEntry {
  const command = { kind: "post", content: text(words) } as const;
  return { sendId: sendId(n), channel: channelId(1), order: n, created: n, command };
}
