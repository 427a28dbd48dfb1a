import { type AccountId, type ChannelEvent, type ChannelId, fold, type OutboxEntry, withoutContent } from "@parley/sdk";

/**
 * The messages as they will be once what waits in the outbox was taken: an edit, a reaction and a deletion are seen at
 * once, also without a network. What the server refuses leaves the outbox, and the message is again what it was.
 */
export function withWaiting(
  events: readonly ChannelEvent[],
  outbox: readonly OutboxEntry[],
  channel: ChannelId,
  me: AccountId | undefined,
): readonly ChannelEvent[] {
  let changed: ChannelEvent[] | undefined;
  const change = (target: number, to: (message: ChannelEvent) => ChannelEvent) => {
    const at = (changed ?? events).findIndex((event) => event.seq === target);
    const before = (changed ?? events)[at];
    if (before === undefined || before.body.kind !== "message") return;
    changed ??= [...events];
    changed[at] = to(before);
  };
  for (const { channel: to, command, sendId, order, created } of outbox) {
    if (to !== channel) continue;
    if (command.kind === "delete") {
      for (const target of command.targets) change(target, (message) => withoutContent(message));
    } else if (command.kind === "edit" || command.kind === "react") {
      const { target, content } = command;
      const event: ChannelEvent = {
        // Behind all that is in the log, in the order of sending.
        seq: 2 ** 52 + order,
        time: created,
        ...(me === undefined ? {} : { account: me }),
        sendId,
        count: 0,
        cryptoEpoch: 0,
        body: { kind: command.kind === "edit" ? "edited" : "reacted", target },
        ...(content === undefined ? {} : { content }),
      };
      change(target, (message) => fold(message, event));
    }
  }
  return changed ?? events;
}
