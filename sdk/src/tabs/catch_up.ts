/**
 * What a tab missed while nobody led, or nobody told it: found by comparing what it shows with what is so now. With it
 * the listeners of the tab are told everything once, whichever tab led at the time.
 */
import type { ParleyEvent } from "../client.ts";
import { nothingBetween, oldestMissing, onlyVisible } from "../core/ranges.ts";
import type { SendId } from "../ids.ts";
import type { ChannelState, ClientState, OutboxEntry, Placement, SeqRange } from "../types.ts";

export interface Shown {
  readonly state: ClientState;
  readonly channels: readonly ChannelState[];
  readonly outbox: readonly OutboxEntry[];
  readonly values: ReadonlyMap<string, unknown>;
}

/** Events that are stored now and were not told: of these seqs. */
export interface Untold extends SeqRange {
  readonly channel: ChannelState;
  readonly placement: Placement;
}

export interface Missed {
  /** To be told before the events, */
  readonly before: readonly ParleyEvent[];
  readonly untold: readonly Untold[];
  /** and after them. */
  readonly after: readonly ParleyEvent[];
  /** Sends whose outcome nobody heard: they left the outbox meanwhile. Sent again they have the same one. */
  readonly unheard: readonly OutboxEntry[];
}

export function compare(shown: Shown, now: Shown): Missed {
  const before: ParleyEvent[] = [];
  const untold: Untold[] = [];
  const after: ParleyEvent[] = [];
  const known = new Map(shown.channels.map((channel) => [channel.id, channel]));
  for (const channel of now.channels) {
    const old = known.get(channel.id);
    known.delete(channel.id);
    if (old !== undefined && isSame(old, channel)) continue;
    compareHave(old, channel, before, untold);
    after.push({ type: "channel", channel });
  }
  for (const channel of known.keys()) before.push({ type: "channel_gone", channel });
  const waiting = new Set(now.outbox.map((entry) => entry.sendId));
  const queued = new Set<SendId>(shown.outbox.map((entry) => entry.sendId));
  for (const entry of now.outbox) if (!queued.has(entry.sendId)) after.push({ type: "queued", entry });
  compareValues(shown.values, now.values, after);
  if (!isSame(shown.state, now.state)) {
    after.push({ type: "state", state: now.state });
    if (now.state.name === "live") after.push({ type: "synced" });
  }
  return { before, untold, after, unheard: shown.outbox.filter((entry) => !waiting.has(entry.sendId)) };
}

function compareHave(old: ChannelState | undefined, now: ChannelState, before: ParleyEvent[], untold: Untold[]): void {
  let had = old?.have ?? [];
  const top = had.at(-1)?.to ?? 0;
  const kept = old === undefined ? 0 : commonUntil(old, now);
  if (kept < top) {
    before.push({ type: "history_dropped", channel: now, after: kept });
    had = had.filter((range) => range.from <= kept).map(({ from, to }) => ({ from, to: Math.min(to, kept) }));
  }
  const newest = now.have.at(-1)?.to ?? 0;
  let told = had.at(-1)?.to ?? 0;
  for (let from = 1; from <= newest; ) {
    const missing = oldestMissing(now.have, had, from, newest);
    if (missing === undefined) break;
    const isNewer = missing.from > told;
    const follows = nothingBetween(now.visible, told, missing.from);
    untold.push({ channel: now, ...missing, placement: isNewer ? (follows ? "next" : "after_hole") : "older" });
    told = Math.max(told, missing.to);
    from = missing.to + 1;
  }
}

/** Up to where what was had is still so. */
function commonUntil(old: ChannelState, now: ChannelState): number {
  const top = old.have.at(-1)?.to ?? 0;
  // What a page had left out is not had any more once that is known, and was never told.
  const gone = oldestMissing(onlyVisible(old.have, now.visible), now.have, 1, top);
  const stillHad = gone === undefined ? top : gone.from - 1;
  if (old.incarnation === now.incarnation) return stillHad;
  // Another history of the server: what comes before a digest that both have is the same in both.
  const same = old.points.findLast((point) =>
    now.points.some((it) => it.seq === point.seq && it.digest === point.digest),
  );
  return Math.min(stillHad, same?.seq ?? 0);
}

function compareValues(
  old: ReadonlyMap<string, unknown>,
  now: ReadonlyMap<string, unknown>,
  after: ParleyEvent[],
): void {
  for (const [key, value] of now) if (!isSame(old.get(key), value)) after.push({ type: "value", key, value });
  for (const key of old.keys()) if (!now.has(key)) after.push({ type: "value", key, value: undefined });
}

/** Whether two plain values that can be cloned are equal. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && isSame(value, b.get(key)));
  }
  if (a instanceof Error && b instanceof Error) return a.name === b.name && a.message === b.message;
  const isPlain = Array.isArray(a) || ArrayBuffer.isView(a) || Object.getPrototypeOf(a) === Object.prototype;
  if (!isPlain) return false;
  const [keys, others] = [definedKeys(a), definedKeys(b)];
  return (
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

function definedKeys(value: object): string[] {
  return Object.keys(value).filter((key) => Reflect.get(value, key) !== undefined);
}
