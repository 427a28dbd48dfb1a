import type { ChannelEvent, ChannelState, OutboxEntry, SendId, SeqRange } from "@parley/sdk";
import { type Tick, tickOf } from "./channel_list.ts";
import { dayOf } from "./days.ts";
import type { FailedSend } from "./failed_sends.ts";

/** What stands in a conversation, from top to bottom. A row that did not change is the same object. */
export type Row =
  | { readonly kind: "day"; readonly key: string; readonly time: number }
  | { readonly kind: "new"; readonly key: string }
  /** Something that happened to the channel. */
  | { readonly kind: "notice"; readonly key: string; readonly event: ChannelEvent }
  | {
      readonly kind: "message";
      readonly key: string;
      readonly event: ChannelEvent;
      readonly own: boolean;
      /** The first, and the last, of its author's in a row. */
      readonly first: boolean;
      readonly last: boolean;
      /** Of one's own. */
      readonly tick: Tick | undefined;
    }
  /** One's own that has no outcome yet. */
  | { readonly kind: "pending"; readonly key: string; readonly entry: OutboxEntry; readonly first: boolean }
  /** One's own that the server refused. */
  | { readonly kind: "failed"; readonly key: string; readonly failed: FailedSend };

export interface RowsOf {
  /** Undefined while it is only being made. */
  readonly channel: ChannelState | undefined;
  /** Rising seq, without a hole. */
  readonly events: readonly ChannelEvent[];
  /** Nothing newer is to come before what waits. */
  readonly atHead: boolean;
  readonly pending: readonly OutboxEntry[];
  readonly failed: readonly FailedSend[];
  readonly me: string | undefined;
  /** What is above was read when the conversation was opened; undefined: no line. */
  readonly readAtOpening: number | undefined;
  /** There is nothing before the events. */
  readonly reachedStart: boolean;
}

const sameBreathMs = 5 * 60_000;
const noticed: ReadonlySet<ChannelEvent["body"]["kind"]> = new Set([
  "created",
  "described",
  "settingsChanged",
  "membersAdded",
  "memberRemoved",
  "memberLeft",
  "roleChanged",
  "ownershipHandedOver",
  "joinedByInvitation",
]);

/** Makes rows, and keeps those that are as they were. */
export class RowMaker {
  #before = new Map<string, { row: Row; parts: readonly unknown[] }>();

  make(of: RowsOf): readonly Row[] {
    const now = new Map<string, { row: Row; parts: readonly unknown[] }>();
    const rows: Row[] = [];
    const put = (row: Row, ...parts: readonly unknown[]) => {
      const before = this.#before.get(row.key);
      const same =
        before !== undefined &&
        before.parts.length === parts.length &&
        parts.every((part, at) => part === before.parts[at]);
      const kept = same ? before : { row, parts };
      now.set(row.key, kept);
      rows.push(kept.row);
    };
    const shown = of.events.filter((event) => isShown(event, of.channel?.registers.hidden ?? []));
    const read = of.readAtOpening ?? Number.POSITIVE_INFINITY;
    // Where the first that is new is not here yet, there is no place for a line.
    let lineIsDue = of.reachedStart || (of.events[0]?.seq ?? Number.POSITIVE_INFINITY) <= read;
    let previous: ChannelEvent | undefined;
    // What a row looks like depends on what is before it: the first of a part only says that, so that no row changes, and
    // nothing moves on the screen, when older ones come.
    const isPart = !of.reachedStart && shown.length > 1;
    for (const [at, event] of shown.entries()) {
      if (isPart && at === 0) {
        previous = event;
        continue;
      }
      if (previous === undefined || dayOf(previous.time) !== dayOf(event.time)) {
        put({ kind: "day", key: `day-${dayOf(event.time)}`, time: event.time }, event.seq);
        previous = undefined;
      }
      const own = event.account !== undefined && event.account === of.me;
      if (lineIsDue && event.seq > read && event.body.kind === "message") {
        lineIsDue = false;
        // Nothing is new where one's own is the next thing that was said.
        if (!own) {
          put({ kind: "new", key: "new" });
          previous = undefined;
        }
      }
      const key = keyOf(event);
      if (event.body.kind !== "message") {
        put({ kind: "notice", key, event }, event);
      } else {
        const next = shown[at + 1];
        const first = !isSameBreath(previous, event);
        const last = !isSameBreath(event, next);
        const tick =
          own && of.channel !== undefined && of.channel.kind !== "self" ? tickOf(event.seq, of.channel) : undefined;
        put({ kind: "message", key, event, own, first, last, tick }, event, own, first, last, tick);
      }
      previous = event;
    }
    if (of.atHead) {
      for (const [at, entry] of of.pending.entries()) {
        put(
          { kind: "pending", key: entry.sendId, entry, first: at === 0 && previous?.account !== of.me },
          entry,
          at === 0,
        );
      }
      for (const failed of of.failed) put({ kind: "failed", key: `failed-${failed.sendId}`, failed }, failed);
    }
    this.#before = now;
    return rows;
  }
}

/** What waits and what it becomes are the same row: the bubble stays where it is. */
function keyOf(event: ChannelEvent): string {
  return (event.sendId as SendId | undefined) === undefined ? `seq-${event.seq}` : (event.sendId as string);
}

function isShown(event: ChannelEvent, hidden: readonly SeqRange[]): boolean {
  if (event.body.kind === "message") {
    return !hidden.some(({ from, to }) => from <= event.seq && (to === 0 || event.seq <= to));
  }
  return noticed.has(event.body.kind);
}

function isSameBreath(before: ChannelEvent | undefined, after: ChannelEvent | undefined): boolean {
  return (
    before !== undefined &&
    after !== undefined &&
    before.body.kind === "message" &&
    after.body.kind === "message" &&
    before.account === after.account &&
    after.time - before.time < sameBreathMs &&
    dayOf(before.time) === dayOf(after.time)
  );
}
