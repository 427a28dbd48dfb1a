import type { ChannelState, Profile, Role, Who } from "@parley/sdk";
import type { ComingChannel } from "./coming_channels.ts";

const ranks: Readonly<Record<Role, number>> = { none: 0, member: 1, admin: 2, owner: 3 };

/** Whether somebody of this role belongs to those who may. */
export function belongsTo(role: Role, who: Who): boolean {
  if (role === "none") return false;
  return who === "members" || ranks[role] >= ranks[who === "admins" ? "admin" : "owner"];
}

/** Admins take out members, the owner everybody. */
export function mayRemove(mine: Role, theirs: Role): boolean {
  return ranks[mine] >= ranks.admin && ranks[mine] > ranks[theirs];
}

/** The owner first, then admins, then who was there longest. */
export function inOrder<M extends { readonly role: Role; readonly since: number }>(members: readonly M[]): M[] {
  return [...members].sort((a, b) => ranks[b.role] - ranks[a.role] || a.since - b.since);
}

export type Closed =
  | "waitsToJoin"
  | "refusedText"
  | "notMember"
  | "adminsWrite"
  | "ownerWrites"
  | "youBlocked"
  | "accountDeleted";

/** Why one cannot write here; undefined: one can, or nobody knows better. */
export function closedFor(
  channel: Pick<ChannelState, "role" | "kind"> | undefined,
  writers: Who | undefined,
  peer: Pick<Profile, "isBlocked" | "deleted"> | undefined,
  coming?: ComingChannel["step"],
): Closed | undefined {
  if (coming === "joining") return "waitsToJoin";
  if (coming === "refused") return "refusedText";
  if (channel?.role === "none") return "notMember";
  if (peer?.deleted) return "accountDeleted";
  if (peer?.isBlocked) return "youBlocked";
  if (channel?.kind !== "group" || belongsTo(channel.role, writers ?? "members")) return undefined;
  return writers === "owner" ? "ownerWrites" : "adminsWrite";
}

/** Of a channel that one left or was taken out of, only what was seen stays. */
export function isMember(channel: Pick<ChannelState, "role"> | undefined): boolean {
  return channel !== undefined && channel.role !== "none";
}
