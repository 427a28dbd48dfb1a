import type { AccountId, ChannelId } from "@parley/sdk";
import { describe, expect, it } from "vitest";
import { DraftJournal } from "./draft_journal.ts";
import { Drafts } from "./drafts.ts";
import type { AppClient } from "./ports.ts";

const channel = "c1" as ChannelId;
const ana = "ana" as AccountId;

/** localStorage as a plain object: its keys are its own. */
function storage(): Storage {
  const of = Object.create({
    getItem: (key: string) => of[key] ?? null,
    setItem: (key: string, value: string) => void Object.assign(of, { [key]: value }),
    removeItem: (key: string) => void Reflect.deleteProperty(of, key),
  });
  return of;
}

/** A client whose store answers when it is let. */
class FakeClient {
  readonly stored = new Map<string, unknown>();
  readonly me: { account: AccountId };
  #waiting: (() => void)[] = [];
  constructor(account = ana) {
    this.me = { account };
  }
  on = () => () => {};
  values = () => this.stored;
  setValue = (key: string, value: unknown): Promise<void> =>
    new Promise((resolve) =>
      this.#waiting.push(() => {
        if (value === undefined) this.stored.delete(key);
        else this.stored.set(key, value);
        resolve();
      }),
    );
  answer(): void {
    for (const answer of this.#waiting.splice(0)) answer();
  }
  drafts(kept: Storage): Drafts {
    return new Drafts(this as unknown as AppClient, new DraftJournal(kept));
  }
}

describe("drafts of a page that goes", () => {
  it("are there on the next one, though the store never had them", () => {
    const kept = storage();
    const before = new FakeClient().drafts(kept);
    before.set(channel, { text: "so far", replyTo: 7 });
    void before.flush();
    const next = new FakeClient();
    const drafts = next.drafts(kept);
    expect(drafts.get(channel)).toEqual({ text: "so far", replyTo: 7 });
    next.answer();
    expect(next.stored.get(`draft/${channel}`)).toEqual({ text: "so far", replyTo: 7 });
  });

  it("are nowhere else once the store has them", async () => {
    const kept = storage();
    const client = new FakeClient();
    const drafts = client.drafts(kept);
    drafts.set(channel, { text: "so far" });
    const flushed = drafts.flush();
    expect(Object.keys(kept)).toHaveLength(1);
    client.answer();
    await flushed;
    expect(Object.keys(kept)).toEqual([]);
  });

  it("that were emptied stay empty", () => {
    const kept = storage();
    const before = new FakeClient();
    const drafts = before.drafts(kept);
    drafts.set(channel, { text: "so far" });
    drafts.set(channel, { text: "" });
    void drafts.flush();
    const next = new FakeClient();
    next.stored.set(`draft/${channel}`, { text: "so far" });
    expect(next.drafts(kept).get(channel).text).toBe("");
  });

  it("are shown to their account alone", () => {
    const kept = storage();
    const drafts = new FakeClient().drafts(kept);
    drafts.set(channel, { text: "so far" });
    void drafts.flush();
    expect(new FakeClient("ben" as AccountId).drafts(kept).get(channel).text).toBe("");
  });

  it("that cannot be read are forgotten", () => {
    const kept = storage();
    kept.setItem(`parley.draft/${ana}/${channel}`, "{");
    expect(new FakeClient().drafts(kept).get(channel).text).toBe("");
    expect(Object.keys(kept)).toEqual([]);
  });
});

describe("what was sent just before the page goes", () => {
  it("stands in the composer again where the store never had it, all of it, before what was begun after", () => {
    const kept = storage();
    const before = new FakeClient().drafts(kept);
    before.set(channel, { text: "first", replyTo: 7 });
    before.takeForSend(channel);
    before.set(channel, { text: "second" });
    before.takeForSend(channel);
    before.set(channel, { text: "third, so far" });
    void before.flush();
    const { text, replyTo } = new FakeClient().drafts(kept).get(channel);
    expect({ text, replyTo }).toEqual({ text: "first\nsecond\nthird, so far", replyTo: 7 });
  });

  it("does not stand there once it is in the outbox", () => {
    const kept = storage();
    const before = new FakeClient().drafts(kept);
    before.set(channel, { text: "said" });
    before.takeForSend(channel);
    void before.flush();
    before.left(channel);
    expect(new FakeClient().drafts(kept).get(channel)).toEqual({ text: "" });
    void before.flush();
    expect(Object.keys(kept)).toEqual([]);
  });

  it("is a change again where it was one", () => {
    const kept = storage();
    const before = new FakeClient().drafts(kept);
    before.set(channel, { text: "to be said" });
    before.edit(channel, 9, "corrected");
    before.takeForSend(channel);
    void before.flush();
    expect(new FakeClient().drafts(kept).get(channel)).toEqual({
      text: "corrected",
      editing: 9,
      aside: { text: "to be said" },
    });
  });
});

describe("a message that is being changed", () => {
  it("sets aside what stood there, and gives it back when that is taken back or sent", async () => {
    const client = new FakeClient();
    const drafts = client.drafts(storage());
    drafts.set(channel, { text: "to be said", replyTo: 4 });
    drafts.edit(channel, 9, "said before");
    expect(drafts.get(channel)).toMatchObject({ text: "said before", editing: 9 });
    drafts.cancel(channel);
    expect(drafts.get(channel)).toEqual({ text: "to be said", replyTo: 4 });
    drafts.edit(channel, 9, "said before");
    drafts.edit(channel, 8, "and before that");
    expect(drafts.takeForSend(channel)).toEqual({ [`draft/${channel}`]: { text: "to be said", replyTo: 4 } });
    expect(drafts.get(channel)).toEqual({ text: "to be said", replyTo: 4 });
  });

  it("leaves nothing where nothing stood", () => {
    const drafts = new FakeClient().drafts(storage());
    drafts.edit(channel, 9, "said before");
    drafts.cancel(channel);
    expect(drafts.get(channel)).toEqual({ text: "" });
    drafts.edit(channel, 9, "said before");
    expect(drafts.takeForSend(channel)).toEqual({ [`draft/${channel}`]: undefined });
  });
});
