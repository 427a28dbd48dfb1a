import { type AccountId, type ChannelEvent, type EventBody, parseId } from "@parley/sdk";
import { expect, test } from "vitest";
import { noticeOf } from "./notices.ts";

const account = (last: number) => parseId<AccountId>(`01a21594-060d-79ed-83a1-00000000000${last}`) as AccountId;
const [ana, ben, cleo] = [account(1), account(2), account(3)];
const event = (account: AccountId, body: EventBody): ChannelEvent => ({
  seq: 1,
  time: 0,
  account,
  count: 0,
  cryptoEpoch: 0,
  body,
});
const members = (...accounts: AccountId[]) => accounts.map((account) => ({ account, role: "member" }) as const);

test("others are spoken of by their names", () => {
  const removed = event(ana, { kind: "memberRemoved", account: ben });
  expect(noticeOf(removed, cleo)).toEqual({ key: "notices.by.removed", by: ana, to: [ben] });
});

test("who reads is spoken to: as the one who did it, and as the one it was done to", () => {
  const removed = event(ana, { kind: "memberRemoved", account: ben });
  expect(noticeOf(removed, ana)).toEqual({ key: "notices.byYou.removed", by: ana, to: [ben] });
  expect(noticeOf(removed, ben)).toEqual({ key: "notices.ofYou.removed", by: ana, to: [] });
});

test("who was added with others is spoken to before them", () => {
  const added = (...accounts: AccountId[]) =>
    event(ana, { kind: "membersAdded", members: members(...accounts), historyFromStart: true });
  expect(noticeOf(added(cleo, ben), ben)).toEqual({ key: "notices.ofYou.addedAnd", by: ana, to: [cleo] });
  expect(noticeOf(added(ben), ben)).toEqual({ key: "notices.ofYou.added", by: ana, to: [] });
  expect(noticeOf(added(ben, cleo), ana)).toEqual({ key: "notices.byYou.added", by: ana, to: [ben, cleo] });
});

test("a title that changed is a new name, and everything else of a description is one", () => {
  expect(noticeOf(event(ana, { kind: "described", title: "Choir" }), ben)).toMatchObject({
    key: "notices.by.renamed",
    title: "Choir",
  });
  expect(noticeOf(event(ana, { kind: "described", avatar: "x" }), ana)?.key).toBe("notices.byYou.described");
});

test("what is a message is no notice", () => {
  expect(noticeOf(event(ana, { kind: "message", replyTo: 0, mentions: [], forwarded: false }), ana)).toBeUndefined();
});
