import { beforeEach, describe, expect, it } from "vitest";
import type { AccountId, Incarnation } from "../ids.ts";
import type { ChannelEvent } from "../types.ts";
import * as sample from "./samples_for_test.ts";
import type { Changes, Store } from "./store.ts";

const { accountId, channel, channelId, deletion, edit, message, messages, outboxEntry, reaction, sendId, text } =
  sample;
const here = channelId(1);
const all = { from: 1, to: 1_000_000, limit: 1_000_000 };

/** Of one place that stores: every call opens what was stored there before. */
export type OpenStore = () => Promise<Store>;

/** What `Store` promises, for one way of storing. */
export function storeContract(name: string, makePlace: () => OpenStore): void {
  describe(`${name} keeps the contract of a store`, () => {
    let open: OpenStore;
    let store: Store;

    beforeEach(async () => {
      open = makePlace();
      store = await open();
      await store.load();
    });

    const reopen = async () => {
      store.close();
      store = await open();
      return await store.load();
    };
    const commit = (...changes: Changes[]) =>
      changes.reduce((before, change) => before.then(() => store.commit(change)), Promise.resolve());
    const put = (...events: ChannelEvent[]): Changes => ({ events: [{ channel: here, events }] });
    const stored = () => store.events(here, all);
    const one = async (seq: number) => (await store.events(here, { from: seq, to: seq, limit: 1 }))[0];

    it("is empty at first", async () => {
      expect(await store.load()).toEqual({ session: undefined, channels: [], outbox: [], values: new Map() });
      expect(await stored()).toEqual([]);
    });

    it("has after it was opened again all that was committed", async () => {
      const session = {
        account: "a" as AccountId,
        incarnation: "i" as Incarnation,
        version: new Uint8Array([1, 2, 3]),
      };
      await commit({
        session,
        channels: [channel(1), channel(2)],
        outboxPut: [outboxEntry(1), outboxEntry(2)],
        values: new Map<string, unknown>([["draft", { text: "half a sen" }]]),
        ...put(...messages(1, 3)),
      });
      const state = await reopen();
      expect(state.session).toEqual(session);
      expect([...state.channels].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([channel(1), channel(2)]);
      expect([...state.outbox].sort((a, b) => a.order - b.order)).toEqual([outboxEntry(1), outboxEntry(2)]);
      expect(state.values).toEqual(new Map([["draft", { text: "half a sen" }]]));
      expect(await stored()).toEqual(messages(1, 3));
    });

    it("puts the new in the place of the old, and removes what is done", async () => {
      const renamed = { ...channel(1), title: "renamed" };
      await commit(
        { channels: [channel(1)], outboxPut: [outboxEntry(1), outboxEntry(2)], values: new Map([["a", 1]]) },
        { channels: [renamed], outboxPut: [outboxEntry(2, "anew")], outboxRemoved: [sendId(1)] },
        {
          values: new Map<string, unknown>([
            ["a", undefined],
            ["b", 0],
          ]),
        },
        put(message(1), message(2)),
        put(message(2, "another")),
      );
      const state = await reopen();
      expect(state.channels).toEqual([renamed]);
      expect(state.outbox).toEqual([outboxEntry(2, "anew")]);
      expect(state.values).toEqual(new Map([["b", 0]]));
      expect(await stored()).toEqual([message(1), message(2, "another")]);
    });

    it("leaves nothing of a commit that failed", async () => {
      await commit({ channels: [channel(1)], outboxPut: [outboxEntry(1)], ...put(message(1)) });
      const cannotBeCloned = new Map<string, unknown>([["draft", () => 1]]);
      const bad: Changes = {
        channels: [{ ...channel(1), title: "never" }],
        goneChannels: [channelId(2)],
        dropped: [{ channel: here, from: 1, to: 0 }],
        outboxRemoved: [sendId(1)],
        outboxPut: [outboxEntry(2)],
        values: cannotBeCloned,
        ...put(message(2)),
      };
      await expect(store.commit(bad)).rejects.toThrow();
      const state = await reopen();
      expect(state.channels).toEqual([channel(1)]);
      expect(state.outbox).toEqual([outboxEntry(1)]);
      expect(state.values).toEqual(new Map());
      expect(await stored()).toEqual([message(1)]);
    });

    it("takes many commits at once in the order in which they were asked for", async () => {
      const titles = Array.from({ length: 20 }, (_, n) => `title ${n}`);
      await Promise.all(titles.map((title) => store.commit({ channels: [{ ...channel(1), title }] })));
      expect((await reopen()).channels).toEqual([{ ...channel(1), title: "title 19" }]);
    });

    describe("events", () => {
      it("are read by range, rising, and cut at the end that is asked for", async () => {
        await commit(put(...messages(10, 20)), put(...messages(1, 4)), {
          events: [{ channel: channelId(2), events: messages(1, 30) }],
        });
        const seqs = async (from: number, to: number, limit: number, oldestFirst?: boolean) =>
          (await store.events(here, { from, to, limit, ...(oldestFirst === undefined ? {} : { oldestFirst }) })).map(
            (it) => it.seq,
          );
        expect(await seqs(1, 100, 100)).toEqual([1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
        expect(await seqs(3, 12, 100)).toEqual([3, 4, 10, 11, 12]);
        expect(await seqs(3, 12, 2)).toEqual([11, 12]);
        expect(await seqs(3, 12, 2, true)).toEqual([3, 4]);
        expect(await seqs(5, 9, 10)).toEqual([]);
        expect(await seqs(2, 9, 100)).toEqual([2, 3, 4]);
      });

      it("are dropped by range", async () => {
        await commit(put(...messages(1, 9)), { dropped: [{ channel: here, from: 3, to: 4 }] });
        await commit({ dropped: [{ channel: here, from: 8, to: 0 }] });
        await reopen();
        expect(await stored()).toEqual([...messages(1, 2), ...messages(5, 7)]);
      });

      it("are dropped before those of the same commit are put", async () => {
        await commit(put(...messages(1, 3)), {
          dropped: [{ channel: here, from: 2, to: 0 }],
          ...put(message(2, "new")),
        });
        expect(await stored()).toEqual([message(1), message(2, "new")]);
      });

      it("go with their channel, and only with theirs", async () => {
        await commit(
          {
            channels: [channel(1), channel(2)],
            events: [1, 2].map((n) => ({ channel: channelId(n), events: messages(1, 2) })),
          },
          put(deletion(3, 1)),
          { goneChannels: [here] },
        );
        expect((await reopen()).channels).toEqual([channel(2)]);
        expect(await stored()).toEqual([]);
        expect(await store.events(channelId(2), all)).toEqual(messages(1, 2));
        // Not even what was deleted in it is remembered.
        await commit(put(message(1)));
        expect(await stored()).toEqual([message(1)]);
      });
    });

    describe("messages", () => {
      const edited = { edits: [2], current: text("edited"), reactions: [] };

      it("have edits and reactions taken in, whichever came first", async () => {
        const parts = [message(1), edit(2, 1, "edited"), reaction(3, 1, "👍"), reaction(4, 1, "👎", accountId(2))];
        const reactions = [
          { account: accountId(1), content: text("👍"), seq: 3 },
          { account: accountId(2), content: text("👎"), seq: 4 },
        ];
        const expected = message(1, "message 1", { annotation: { ...edited, reactions } });
        for (const order of permutations(parts)) {
          await commit({ dropped: [{ channel: here, from: 1, to: 0 }] }, ...order.map((it) => put(it)));
          expect(await one(1)).toEqual(expected);
          await commit({ dropped: [{ channel: here, from: 1, to: 0 }], ...put(...order) });
          await reopen();
          expect(await one(1)).toEqual(expected);
        }
      });

      it("stay as they are now when an older page brings them again", async () => {
        const annotation = { edits: [], reactions: [{ account: accountId(1), content: text("👍"), seq: 3 }] };
        const asThen = message(1, "message 1", { annotation });
        await commit(put(asThen), put(reaction(3, 1, "👍")), put(reaction(4, 1, undefined)), put(asThen));
        expect((await one(1))?.annotation?.reactions).toEqual([]);
      });

      it("keep of an account's reactions the content of the last one only", async () => {
        const replaced = { ...reaction(2, 1, undefined), contentGone: "deleted" };
        await commit(put(message(1), reaction(2, 1, "👍")), put(reaction(3, 1, "👎")));
        expect(await one(2)).toEqual(replaced);
        await commit(put(reaction(2, 1, "👍")));
        expect(await one(2)).toEqual(replaced);
        expect((await one(1))?.annotation?.reactions).toEqual([{ account: accountId(1), content: text("👎"), seq: 3 }]);
      });

      it("lose content, edits and reactions when they are deleted, in whatever order these come", async () => {
        const parts = [message(1), edit(2, 1, "edited"), reaction(3, 1, "👍"), deletion(4, 1)];
        for (const order of permutations(parts)) {
          await commit({ dropped: [{ channel: here, from: 1, to: 0 }] }, ...order.map((it) => put(it)));
          await reopen();
          const events = await stored();
          expect(events.map((it) => [it.seq, it.content, it.annotation])).toEqual(
            [1, 2, 3, 4].map((seq) => [seq, undefined, undefined]),
          );
          expect(events.map((it) => it.contentGone)).toEqual(["deleted", "deleted", "deleted", undefined]);
        }
      });

      it("stay deleted when a page comes that was read before", async () => {
        const annotation = { edits: [2], current: text("edited"), reactions: [] };
        await commit(put(deletion(4, 1, 3)));
        await reopen();
        await commit(put(message(1, "secret", { annotation }), edit(2, 1, "edited"), message(3, "secret too")));
        expect((await stored()).map((it) => [it.seq, it.content, it.annotation, it.contentGone])).toEqual([
          [1, undefined, undefined, "deleted"],
          [2, undefined, undefined, "deleted"],
          [3, undefined, undefined, "deleted"],
          [4, undefined, undefined, undefined],
        ]);
      });

      it("lose their content by range, with edits and reactions from outside of it", async () => {
        await commit(put(...messages(1, 5), edit(6, 4, "edited"), reaction(7, 2, "👍"), reaction(8, 1, "👍")), {
          channels: [channel(1, [{ from: 2, to: 4 }])],
          erased: [{ channel: here, from: 2, to: 4 }],
        });
        await reopen();
        expect((await stored()).map((it) => it.contentGone)).toEqual([
          ...[undefined, "hidden", "hidden", "hidden", undefined, "hidden", "hidden", undefined],
        ]);
        expect((await stored()).filter((it) => it.content !== undefined).map((it) => it.seq)).toEqual([1, 5, 8]);
      });

      it("that were deleted for me come back from no page", async () => {
        await commit({
          channels: [
            channel(1, [
              { from: 2, to: 3 },
              { from: 7, to: 0 },
            ]),
          ],
        });
        await reopen();
        await commit(put(...messages(1, 8), edit(9, 2, "edited")));
        const left = (await stored()).filter((it) => it.content !== undefined).map((it) => it.seq);
        expect(left).toEqual([1, 4, 5, 6]);
      });

      it("forget what dropped events had made of them", async () => {
        await commit(
          put(message(1), edit(2, 1, "once"), reaction(3, 1, "👍"), edit(4, 1, "twice"), message(5), edit(6, 5, "x")),
          {
            dropped: [{ channel: here, from: 3, to: 0 }],
          },
        );
        await reopen();
        expect(await one(1)).toEqual(
          message(1, "message 1", { annotation: { edits: [2], current: text("once"), reactions: [] } }),
        );
        await commit({ dropped: [{ channel: here, from: 2, to: 0 }] });
        expect(await one(1)).toEqual(message(1));
        // Not even that something pointed at it.
        await commit(put(reaction(2, 1, "👍")));
        expect((await one(1))?.annotation).toEqual({
          edits: [],
          reactions: [{ account: accountId(1), content: text("👍"), seq: 2 }],
        });
      });
    });

    it("is empty once it was cleared, and takes commits again", async () => {
      await commit({
        channels: [channel(1)],
        outboxPut: [outboxEntry(1)],
        values: new Map([["a", 1]]),
        ...put(deletion(2, 1)),
      });
      await store.clear();
      expect(await store.load()).toEqual({ session: undefined, channels: [], outbox: [], values: new Map() });
      await commit(put(message(1)));
      await reopen();
      expect(await stored()).toEqual([message(1)]);
    });
  });
}

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((first, i) => permutations(list.filter((_, j) => j !== i)).map((rest) => [first, ...rest]));
}
