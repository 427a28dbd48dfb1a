import type { ChannelState, Role, Who } from "@parley/sdk";

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

/** Of a channel that one left or was taken out of, only what was seen stays. */
export function isMember(channel: Pick<ChannelState, "role"> | undefined): boolean {
  return channel !== undefined && channel.role !== "none";
}
