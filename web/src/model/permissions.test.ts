import type { Role } from "@parley/sdk";
import { describe, expect, test } from "vitest";
import { belongsTo, closedFor, inOrder, mayRemove } from "./permissions.ts";

describe("who may do what in a group", () => {
  test("admins are with the owner, and who left is with nobody", () => {
    expect(belongsTo("member", "members")).toBe(true);
    expect(belongsTo("member", "admins")).toBe(false);
    expect(belongsTo("admin", "admins")).toBe(true);
    expect(belongsTo("owner", "admins")).toBe(true);
    expect(belongsTo("admin", "owner")).toBe(false);
    expect(belongsTo("none", "members")).toBe(false);
  });

  test("only somebody of a lower role is taken out, and by an admin at least", () => {
    expect(mayRemove("admin", "member")).toBe(true);
    expect(mayRemove("admin", "admin")).toBe(false);
    expect(mayRemove("owner", "admin")).toBe(true);
    expect(mayRemove("member", "member")).toBe(false);
  });

  test("members stand by role, and then by how long they are there", () => {
    const members = [
      { role: "member", since: 5 },
      { role: "member", since: 2 },
      { role: "owner", since: 9 },
      { role: "admin", since: 7 },
    ] as const;
    expect(inOrder(members).map((member) => member.since)).toEqual([9, 7, 2, 5]);
  });
});

describe("where one cannot write", () => {
  const group = (role: Role) => ({ kind: "group", role }) as const;
  const direct = { kind: "direct", role: "member" } as const;

  test("is said why: one is no member, or not of those who may", () => {
    expect(closedFor(group("none"), "members", undefined)).toBe("notMember");
    expect(closedFor(group("member"), "admins", undefined)).toBe("adminsWrite");
    expect(closedFor(group("admin"), "owner", undefined)).toBe("ownerWrites");
    expect(closedFor(group("admin"), "admins", undefined)).toBeUndefined();
  });

  test("is said of whom one has blocked, and of who is gone", () => {
    expect(closedFor(direct, undefined, { isBlocked: true, deleted: false })).toBe("youBlocked");
    expect(closedFor(direct, undefined, { isBlocked: true, deleted: true })).toBe("accountDeleted");
    expect(closedFor(direct, undefined, { isBlocked: false, deleted: false })).toBeUndefined();
  });

  test("one can write as long as nobody knows better", () => {
    expect(closedFor(undefined, undefined, undefined)).toBeUndefined();
    expect(closedFor(group("member"), undefined, undefined)).toBeUndefined();
  });
});
