/** From the server's messages to the words of the SDK. */
import { ParleyError } from "../errors.ts";
import type * as wire from "../gen/messages.ts";
import {
  type AccountId,
  type ChannelId,
  type DeviceId,
  type Incarnation,
  type InvitationId,
  idFromBytes,
  type SendId,
} from "../ids.ts";
import type {
  Annotation,
  ChannelEvent,
  ChannelInfo,
  ChannelKind,
  ChannelSettings,
  Content,
  ContentGone,
  EventBody,
  NewMember,
  Receipt,
  Registers,
  Role,
  SeqRange,
  Who,
} from "../types.ts";
import { decode } from "../wire/codec.ts";

export type ServerFrame = wire.ServerFrame;

export function readFrame(bytes: Uint8Array): ServerFrame {
  return decode("ServerFrame", bytes);
}

const kinds: readonly ChannelKind[] = ["unknown", "direct", "group", "self", "account"];
const roles: readonly Role[] = ["none", "member", "admin", "owner"];
const whos: readonly Who[] = ["owner", "members", "admins", "owner"];
const gone: readonly (ContentGone | undefined)[] = [undefined, "deleted", "hidden", "damaged"];

const kindOf = (kind: number): ChannelKind => kinds[kind] ?? "unknown";
const roleOf = (role: number): Role => roles[role] ?? "member";
// Who is not known here is nobody but the owner.
const whoOf = (who: number): Who => whos[who] ?? "owner";

const hexDigits = "0123456789abcdef";
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += (hexDigits[byte >> 4] as string) + hexDigits[byte & 15];
  return text;
}

export const toChannelId = (bytes: Uint8Array): ChannelId | undefined => idFromBytes<ChannelId>(bytes);
export const toAccountId = (bytes: Uint8Array): AccountId | undefined => idFromBytes<AccountId>(bytes);
export const toSendId = (bytes: Uint8Array): SendId | undefined => idFromBytes<SendId>(bytes);
export const toIncarnation = (bytes: Uint8Array): Incarnation | undefined => idFromBytes<Incarnation>(bytes);

const accounts = (list: readonly Uint8Array[]): AccountId[] => list.map(toAccountId).filter((id) => id !== undefined);

/** A field that is left out where there is nothing to say. */
function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
}

export function toRanges(ranges: readonly wire.Range[]): SeqRange[] {
  return ranges.map((range) => ({ from: range.from, to: range.to }));
}

export function toContent(content: wire.Content | undefined): Content | undefined {
  if (content === undefined) return undefined;
  const size = content.preview ? { fullSize: content.fullSize } : {};
  switch (content.body.case) {
    case "text":
      return { kind: "text", text: content.body.value, ...size };
    case "data":
      return { kind: "data", data: content.body.value, type: content.type, ...size };
    default:
      return undefined;
  }
}

function toSettings(settings: wire.ChannelSettings | undefined): ChannelSettings {
  return {
    post: whoOf(settings?.post ?? 0),
    add: whoOf(settings?.add ?? 0),
    rename: whoOf(settings?.rename ?? 0),
    historyFromStart: settings?.historyFromStart ?? false,
  };
}

function toMembers(members: readonly wire.NewMember[]): NewMember[] {
  return members.flatMap((member) => {
    const account = toAccountId(member.account);
    return account === undefined ? [] : [{ account, role: roleOf(member.role) }];
  });
}

const unknown: EventBody = { kind: "unknown" };

function toBody({ body }: wire.EventHeader): EventBody {
  switch (body.case) {
    case "message": {
      const { replyTo, mentions, forwarded } = body.value;
      return { kind: "message", replyTo, mentions: accounts(mentions), forwarded };
    }
    case "edited":
    case "reacted":
      return { kind: body.case, target: body.value.target };
    case "deleted":
      return { kind: "deleted", targets: body.value.targets };
    case "created": {
      const { kind, title, description, avatar, settings, members } = body.value;
      return {
        kind: "created",
        channelKind: kindOf(kind),
        title,
        description,
        avatar,
        ...optional("settings", settings && toSettings(settings)),
        members: toMembers(members),
      };
    }
    case "described": {
      const { title, description, avatar } = body.value;
      return {
        kind: "described",
        ...optional("title", title),
        ...optional("description", description),
        ...optional("avatar", avatar),
      };
    }
    case "settingsChanged":
      return { kind: "settingsChanged", settings: toSettings(body.value.settings) };
    case "membersAdded": {
      const { members, historyFromStart } = body.value;
      return { kind: "membersAdded", members: toMembers(members), historyFromStart };
    }
    case "memberLeft": {
      const { newOwner, accountDeleted } = body.value;
      return { kind: "memberLeft", ...optional("newOwner", toAccountId(newOwner)), accountDeleted };
    }
    case "blockSet":
      return { kind: "blockSet", on: body.value.on };
    case "cryptoCommitted":
      return { kind: "cryptoCommitted", epoch: body.value.epoch };
    case "noted":
      return { kind: "noted", what: body.value.what };
    case "joinedByInvitation": {
      const { invitation, member, historyFromStart } = body.value;
      const [joined] = toMembers(member ? [member] : []);
      if (joined === undefined) return unknown;
      const id = optional("invitation", idFromBytes<InvitationId>(invitation));
      return { kind: "joinedByInvitation", ...id, member: joined, historyFromStart };
    }
    case "invitationCreated":
    case "invitationRevoked": {
      const invitation = idFromBytes<InvitationId>(body.value.invitation);
      if (invitation === undefined) return unknown;
      if (body.case === "invitationRevoked") return { kind: "invitationRevoked", invitation };
      const { expires, uses } = body.value;
      return { kind: "invitationCreated", invitation, expires, uses };
    }
    case "memberRemoved":
    case "roleChanged": {
      const account = toAccountId(body.value.account);
      if (account === undefined) return unknown;
      if (body.case === "memberRemoved") return { kind: "memberRemoved", account };
      return { kind: "roleChanged", account, role: roleOf(body.value.role) };
    }
    case "ownershipHandedOver": {
      const to = toAccountId(body.value.to);
      return to === undefined ? unknown : { kind: "ownershipHandedOver", to };
    }
    default:
      return unknown;
  }
}

function toAnnotation(annotation: wire.Annotation | undefined): Annotation | undefined {
  if (annotation === undefined) return undefined;
  const reactions = annotation.reactions.flatMap((slot) => {
    const account = toAccountId(slot.account);
    const content = toContent(slot.content);
    return account === undefined || content === undefined ? [] : [{ account, content, seq: slot.seq }];
  });
  return { edits: annotation.edits, ...optional("current", toContent(annotation.current)), reactions };
}

export function toEvent(event: wire.Event): ChannelEvent | undefined {
  const { header } = event;
  if (header === undefined || header.seq === 0) return undefined;
  return {
    seq: header.seq,
    time: header.time,
    ...optional("account", toAccountId(header.account)),
    ...optional("device", idFromBytes<DeviceId>(header.device)),
    ...optional("sendId", toSendId(header.sendId)),
    count: header.count,
    cryptoEpoch: header.cryptoEpoch,
    body: toBody(header),
    ...optional("content", toContent(event.content)),
    ...optional("contentGone", gone[event.contentState]),
    ...optional("annotation", toAnnotation(event.annotation)),
    ...(event.digest.length > 0 ? { digest: toHex(event.digest) } : {}),
  };
}

export function toEvents(events: readonly wire.Event[]): ChannelEvent[] {
  return events.map(toEvent).filter((event) => event !== undefined);
}

export function toRegisters(registers: wire.Registers | undefined): Registers {
  return {
    delivered: registers?.delivered ?? 0,
    read: registers?.read ?? 0,
    markedUnread: registers?.markedUnread ?? false,
    mutedUntil: registers?.mutedUntil ?? 0,
    pinned: registers?.pinned ?? false,
    archived: registers?.archived ?? false,
    hidden: toRanges(registers?.hidden ?? []),
  };
}

export interface InboxRow {
  readonly id: ChannelId;
  readonly kind: ChannelKind;
  readonly title: string;
  readonly avatar: string;
  readonly peer: AccountId | undefined;
  readonly role: Role;
  readonly members: number;
  readonly visible: readonly SeqRange[];
  readonly head: number;
  readonly headTime: number;
  readonly unread: number;
  readonly unreadMentions: number;
  readonly registers: Registers;
  readonly deliveredByAll: number;
  readonly readByAll: number;
  readonly digest: string;
  readonly last: ChannelEvent | undefined;
}

export function toRow(row: wire.InboxRow): InboxRow | undefined {
  const id = toChannelId(row.channelId);
  if (id === undefined) return undefined;
  return {
    id,
    kind: kindOf(row.kind),
    title: row.title,
    avatar: row.avatar,
    peer: toAccountId(row.peer),
    role: roleOf(row.role),
    members: row.members,
    visible: toRanges(row.visible),
    head: row.head,
    headTime: row.headTime,
    unread: row.unread,
    unreadMentions: row.unreadMentions,
    registers: toRegisters(row.registers),
    deliveredByAll: row.deliveredByAll,
    readByAll: row.readByAll,
    digest: toHex(row.digest),
    last: row.last && toEvent(row.last),
  };
}

export function toChannelInfo(channel: wire.Channel, id: ChannelId): ChannelInfo {
  return {
    channel: id,
    description: channel.description,
    settings: toSettings(channel.settings),
    members: channel.members.flatMap((member) => {
      const account = toAccountId(member.account);
      return account === undefined ? [] : [{ account, role: roleOf(member.role), since: member.since }];
    }),
    invitations: channel.invitations.flatMap((info) => {
      const invitation = idFromBytes<InvitationId>(info.invitation);
      if (invitation === undefined) return [];
      const { usesLeft, unlimited } = info;
      return [{ invitation, ...optional("by", toAccountId(info.by)), expires: info.expires, usesLeft, unlimited }];
    }),
    cryptoEpoch: channel.cryptoEpoch,
    iBlocked: channel.iBlocked,
  };
}

export function toReceipts(receipts: wire.Receipts): Receipt[] {
  return receipts.receipts.flatMap((receipt) => {
    const account = toAccountId(receipt.account);
    if (account === undefined) return [];
    return [
      {
        account,
        delivered: receipt.delivered,
        read: receipt.read,
        deliveredAt: receipt.deliveredAt,
        readAt: receipt.readAt,
      },
    ];
  });
}

export function toError(error: wire.Error): ParleyError {
  const retry = error.retryAfterMs > 0 ? "same" : "never";
  return ParleyError.fromServer(error.name, error.text, error.retryAfterMs, retry);
}
