/** How a channel as a device knows it follows from what the server says. Pure. */
import type { AccountId, ChannelId, Incarnation } from "../ids.ts";
import { fold, withoutContent } from "../store/fold.ts";
import type { ChannelEvent, ChannelState, NewMember, Registers, Wishes } from "../types.ts";
import { addRange, contains, cutAfter, onlyVisible, shownUntil } from "./ranges.ts";
import type { InboxRow } from "./wire.ts";

/** A channel's state while it is worked on; what leaves the core is a copy. */
export type Draft<T> = { -readonly [Key in keyof T]: T[Key] };
export type WorkingState = Draft<Omit<ChannelState, "last" | "peer" | "incarnation" | "wishes">> & {
  wishes?: Wishes | undefined;
  last?: ChannelEvent | undefined;
  peer?: AccountId | undefined;
  incarnation?: Incarnation | undefined;
};

const mostPoints = 16;
const digestEvery = 64;
/** Of the newest message so much is kept for a list of channels. */
const lastCodeUnits = 256;

/** A channel of which nothing is known yet. */
export function newChannel(id: ChannelId): ChannelState {
  return {
    id,
    kind: "group",
    role: "none",
    title: "",
    avatar: "",
    members: 0,
    visible: [],
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
      hidden: [],
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
  };
}

/** The last seq applied; 0: none yet. */
export function topOf(channel: Pick<ChannelState, "have">): number {
  return channel.have.at(-1)?.to ?? 0;
}

export function someWishes({ change = {}, hide = [] }: Wishes): Wishes | undefined {
  const isChange = Object.keys(change).length > 0;
  if (!isChange && hide.length === 0) return undefined;
  return { ...(isChange ? { change } : {}), ...(hide.length > 0 ? { hide } : {}) };
}

/** What was wished here and the server does not know yet stands over what it says. */
export function takeRegisters(channel: WorkingState, registers: Registers): void {
  const mine = channel.registers;
  const { change, hide = [] } = channel.wishes ?? {};
  channel.registers = {
    ...registers,
    ...change,
    hidden: hide.reduce((hidden, { from, to }) => addRange(hidden, from, to), registers.hidden),
    delivered: Math.max(mine.delivered, registers.delivered),
    read: Math.max(mine.read, registers.read),
  };
}

/**
 * Everything of the row but badge and digest. The head only grows. `overtaken`: events after the row's head were applied
 * already, so that title, avatar, members, role, and what is visible stay as they are.
 */
export function takeRow(channel: WorkingState, row: InboxRow, overtaken: boolean): void {
  channel.kind = row.kind;
  channel.peer = row.peer;
  channel.head = Math.max(channel.head, row.head);
  channel.headTime = Math.max(channel.headTime, row.headTime);
  if (!overtaken) {
    channel.role = row.role;
    // Who left is not told what the channel is called now: the name it had stays.
    if (row.role !== "none" || row.title !== "") {
      channel.title = row.title;
      channel.avatar = row.avatar;
    }
    channel.members = row.members;
    channel.visible = row.visible;
    // A page may have left out what was thought to be visible. An older row does not know what was told since.
    if (row.head >= channel.counted) channel.have = onlyVisible(channel.have, channel.visible);
  }
  channel.deliveredByAll = row.deliveredByAll;
  channel.readByAll = row.readByAll;
  takeRegisters(channel, row.registers);
  if (row.last !== undefined && !overtaken) takeLast(channel, row.last);
}

// ---- the newest message ---------------------------------------------------------------------------------------------

/** What the event means for the newest message. */
export function takeLast(channel: WorkingState, event: ChannelEvent): void {
  const { last } = channel;
  const { body } = event;
  if (body.kind === "message") {
    if (last !== undefined && last.seq > event.seq) return;
    channel.last = shortened(contains(channel.registers.hidden, event.seq) ? withoutContent(event, "hidden") : event);
  } else if (last === undefined) {
    return;
  } else if (body.kind === "deleted") {
    if (body.targets.includes(last.seq)) channel.last = withoutContent(last);
  } else if (body.kind === "edited" || body.kind === "reacted") {
    channel.last = shortened(fold(last, event));
  }
}

/** What was deleted for me is gone from the newest message, too. */
export function hideLast(channel: WorkingState): void {
  if (channel.last === undefined || !contains(channel.registers.hidden, channel.last.seq)) return;
  channel.last = withoutContent(channel.last, "hidden");
}

function shortened(event: ChannelEvent): ChannelEvent {
  const says = event.annotation?.current ?? event.content;
  const { content: _content, annotation, ...rest } = event;
  const edits = annotation?.edits ?? [];
  const short =
    says?.kind === "text"
      ? { ...says, text: beginning(says.text) }
      : says?.kind === "data"
        ? { ...says, data: new Uint8Array(0) }
        : undefined;
  return {
    ...rest,
    ...(short !== undefined ? { content: short } : {}),
    ...(edits.length > 0 ? { annotation: { edits, reactions: [] } } : {}),
  };
}

/** Never half of a character. */
function beginning(text: string): string {
  const cut = text.slice(0, lastCodeUnits);
  return text.length > lastCodeUnits && /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

// ---- whether two histories are the same -----------------------------------------------------------------------------

/**
 * Up to where what is stored agrees with the history that `row` speaks of. Within one incarnation all of it does unless
 * a digest says otherwise; after a change of incarnation only what a common (seq, digest) proves. `proven` is false
 * where that digest is still to be asked for, at `until`.
 */
export function agreedUntil(
  channel: WorkingState,
  row: InboxRow,
  incarnation: Incarnation | undefined,
): { until: number; proven: boolean } {
  const sameIncarnation = channel.incarnation === incarnation;
  const point = channel.points.find((known) => known.seq === row.head);
  const comparable = row.digest !== "" && point !== undefined;
  // What the restored server does not show (any more, or yet) goes, and what came after it is fetched again.
  const top = topOf(channel);
  const shown = sameIncarnation ? Number.POSITIVE_INFINITY : shownUntil(channel.have, row.visible);
  if (comparable && point.digest === row.digest) {
    return { until: sameIncarnation ? top : Math.min(shown, row.head), proven: true };
  }
  if (sameIncarnation && !comparable) return { until: top, proven: !channel.unproven };
  const until = lastAskablePoint(channel, Math.min(shown, comparable ? row.head - 1 : row.head));
  return { until, proven: until === 0 };
}

const isAskable = (seq: number): boolean => seq % digestEvery === 0;

/** The last point up to `most` whose digest can be asked for, because the event there carries it; 0: none. */
export function lastAskablePoint(channel: WorkingState, most: number): number {
  return channel.points.findLast((point) => point.seq <= most && isAskable(point.seq))?.seq ?? 0;
}

/** Few are kept, the newest closest together. */
export function rememberDigest(channel: WorkingState, seq: number, digest: string | undefined): void {
  if (digest === undefined || digest === "" || seq === 0) return;
  const points = channel.points.filter((point) => point.seq !== seq);
  points.push({ seq, digest });
  points.sort((a, b) => a.seq - b.seq);
  channel.points = points.length <= mostPoints ? points : thinnedOut(points);
}

/** Of the older half go those that cannot be asked for, or else every second, so that distances grow with age. */
function thinnedOut<Point extends { seq: number }>(points: Point[]): Point[] {
  const older = points.slice(0, mostPoints / 2);
  const askable = older.filter((point) => isAskable(point.seq));
  const kept = askable.length < older.length ? askable : older.filter((_, index) => index % 2 === 0);
  return [...kept, ...points.slice(mostPoints / 2)];
}

/** Forgets all that came after `last`: of what is had, points and wishes. */
export function forgetHistoryAfter(channel: WorkingState, last: number): void {
  channel.have = cutAfter(channel.have, last);
  channel.points = channel.points.filter((point) => point.seq <= last);
  channel.deliveredWanted = Math.min(channel.deliveredWanted, last);
  channel.readWanted = Math.min(channel.readWanted, last);
  if (channel.wishes !== undefined) {
    channel.wishes = someWishes({ ...channel.wishes, hide: cutAfter(channel.wishes.hide ?? [], last) });
  }
  if (channel.last !== undefined && channel.last.seq > last) channel.last = undefined;
}

/** Head, badge and cursors too. */
export function forgetAfter(channel: WorkingState, last: number): void {
  forgetHistoryAfter(channel, last);
  channel.head = Math.min(channel.head, last);
  channel.counted = Math.min(channel.counted, last);
  channel.registers = {
    ...channel.registers,
    delivered: Math.min(channel.registers.delivered, last),
    read: Math.min(channel.registers.read, last),
  };
  channel.deliveredByAll = Math.min(channel.deliveredByAll, last);
  channel.readByAll = Math.min(channel.readByAll, last);
}

// ---- events ---------------------------------------------------------------------------------------------------------

const findMember = (members: readonly NewMember[], me: AccountId | undefined): NewMember | undefined =>
  members.find((member) => member.account === me);

/** The event at `seq` lets see what is from `from` on. Whoever comes back may have seen `from` before, but not `seq`. */
function seeFrom(channel: WorkingState, seq: number, from: number): void {
  if (contains(channel.visible, seq)) return;
  channel.visible = [...channel.visible.filter((range) => range.from < from), { from, to: 0 }];
}

/** Whether `channel` was left, and `seq` came after that: whoever is told of it is in again. */
export function isBeyondMembership(channel: WorkingState, seq: number): boolean {
  if (channel.role !== "none") return false;
  const last = channel.visible.at(-1);
  return last === undefined || last.to === 0 || seq > last.to;
}

/** The event makes `me` see the channel from now on, or again: extends `visible`. */
export function takeAdmission(channel: WorkingState, event: ChannelEvent, me: AccountId | undefined): void {
  const { body, seq } = event;
  if (body.kind === "created") {
    if (findMember(body.members, me)) seeFrom(channel, seq, seq);
  } else if (body.kind === "membersAdded") {
    if (findMember(body.members, me)) seeFrom(channel, seq, body.historyFromStart ? 1 : seq);
  } else if (body.kind === "joinedByInvitation" && body.member.account === me) {
    seeFrom(channel, seq, body.historyFromStart ? 1 : seq);
  }
}

function leave(channel: WorkingState, seq: number): void {
  channel.role = "none";
  channel.visible = channel.visible.map((range) => (range.to === 0 ? { from: range.from, to: seq } : range));
}

/** What an event changes of title, members and roles; whether it is one that does. */
export function takeEvent(channel: WorkingState, event: ChannelEvent, me: AccountId | undefined): boolean {
  const { body } = event;
  switch (body.kind) {
    case "described":
      channel.title = body.title ?? channel.title;
      channel.avatar = body.avatar ?? channel.avatar;
      break;
    case "membersAdded":
      channel.members += body.members.length;
      channel.role = findMember(body.members, me)?.role ?? channel.role;
      break;
    case "joinedByInvitation":
      channel.members++;
      if (body.member.account === me) channel.role = "member";
      break;
    case "memberRemoved":
      channel.members = Math.max(channel.members - 1, 0);
      if (body.account === me) leave(channel, event.seq);
      break;
    case "memberLeft":
      channel.members = Math.max(channel.members - 1, 0);
      if (event.account === me) leave(channel, event.seq);
      else if (body.newOwner === me) channel.role = "owner";
      break;
    case "roleChanged":
      if (body.account === me) channel.role = body.role;
      break;
    case "ownershipHandedOver":
      if (body.to === me) channel.role = "owner";
      if (event.account === me) channel.role = "admin";
      break;
    default:
      return false;
  }
  return true;
}

/** What an event adds to the badge of `me`: messages of others do. */
export function countsFor(event: ChannelEvent, me: AccountId | undefined): { unread: boolean; mention: boolean } {
  if (event.body.kind !== "message" || event.account === me) return { unread: false, mention: false };
  return { unread: true, mention: me !== undefined && event.body.mentions.includes(me) };
}
