/** From the words of the SDK to what is sent. */
import type { Command } from "../commands.ts";
import { type AnyId, idToBytes } from "../ids.ts";
import type { ChannelKind, ChannelSettings, Content, Mode, OutboxEntry, Role, Who } from "../types.ts";
import { encode, type Init, type Messages } from "../wire/codec.ts";

/** What a client's frame may hold, as it is given to the encoder. */
export type FrameBody = NonNullable<Init<Messages["ClientFrame"]>["body"]>;

const kinds: Readonly<Record<ChannelKind, number>> = { unknown: 0, direct: 1, group: 2, self: 3, account: 4 };
const roles: Readonly<Record<Role, number>> = { none: 0, member: 1, admin: 2, owner: 3 };
const whos: Readonly<Record<Who, number>> = { members: 1, admins: 2, owner: 3 };
export const modes: Readonly<Record<Mode, number>> = { everything: 0, heads_only: 1, open_channels: 2 };

export const idBytes = (id: AnyId | undefined): Uint8Array => (id === undefined ? new Uint8Array(0) : idToBytes(id));

export function encodeFrame(request: number, body: FrameBody): Uint8Array<ArrayBuffer> {
  return encode("ClientFrame", { request, body });
}

function content(said: Content | undefined): { content?: object } {
  if (said === undefined) return {};
  return {
    content:
      said.kind === "text"
        ? { body: { case: "text", value: said.text } }
        : { body: { case: "data", value: said.data }, type: said.type },
  };
}

const settings = (given: ChannelSettings): object => ({
  post: whos[given.post],
  add: whos[given.add],
  rename: whos[given.rename],
  historyFromStart: given.historyFromStart,
});

/** Only what is there. */
function texts(given: { title?: string; description?: string; avatar?: string }): object {
  const { title, description, avatar } = given;
  return {
    ...(title !== undefined ? { title } : {}),
    ...(description !== undefined ? { description } : {}),
    ...(avatar !== undefined ? { avatar } : {}),
  };
}

function bodyOf(command: Command): { case: string; value: object } {
  switch (command.kind) {
    case "post":
      return {
        case: "post",
        value: {
          ...content(command.content),
          replyTo: command.replyTo ?? 0,
          mentions: (command.mentions ?? []).map(idToBytes),
          forwarded: command.forwarded ?? false,
          cryptoEpoch: command.cryptoEpoch ?? 0,
        },
      };
    case "edit":
      return {
        case: "edit",
        value: {
          target: command.target,
          ...content(command.content),
          cryptoEpoch: command.cryptoEpoch ?? 0,
        },
      };
    case "delete":
      return { case: "delete", value: { targets: command.targets } };
    case "react":
      return { case: "react", value: { target: command.target, ...content(command.content) } };
    case "createChannel":
      return {
        case: "createChannel",
        value: {
          kind: kinds[command.channelKind],
          peer: idBytes(command.peer),
          ...texts(command),
          ...(command.settings !== undefined ? { settings: settings(command.settings) } : {}),
          members: (command.members ?? []).map(idToBytes),
        },
      };
    case "describe":
      return { case: "describe", value: texts(command) };
    case "changeSettings":
      return { case: "changeSettings", value: { settings: settings(command.settings) } };
    case "addMembers":
      return { case: "addMembers", value: { accounts: command.accounts.map(idToBytes) } };
    case "removeMember":
      return { case: "removeMember", value: { account: idToBytes(command.account) } };
    case "leave":
      return { case: "leave", value: {} };
    case "setRole":
      return { case: "setRole", value: { account: idToBytes(command.account), role: roles[command.role] } };
    case "handOver":
      return { case: "handOver", value: { to: idToBytes(command.to) } };
    case "createInvitation":
      return {
        case: "createInvitation",
        value: {
          invitation: idToBytes(command.invitation),
          secretHash: command.secretHash,
          expires: command.expires,
          uses: command.uses,
        },
      };
    case "revokeInvitation":
      return { case: "revokeInvitation", value: { invitation: idToBytes(command.invitation) } };
    case "join":
      return { case: "join", value: { secret: command.secret } };
    case "cryptoCommit":
      return { case: "cryptoCommit", value: { epoch: command.epoch, ...content(command.content) } };
  }
}

export function commandBody(entry: OutboxEntry): FrameBody {
  const value = { channelId: idToBytes(entry.channel), sendId: idToBytes(entry.sendId), body: bodyOf(entry.command) };
  return { case: "command", value } as FrameBody;
}
