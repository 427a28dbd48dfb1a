import type { AccountId, ChannelId } from "@parley/sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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
  #told: ((value: { key: string; value: unknown }) => void) | undefined;
  constructor(account = ana) {
    this.me = { account };
  }
  on = (name: string, listener: (value: { key: string; value: unknown }) => void) => {
    if (name === "value") this.#told = listener;
    return () => {};
  };
  values = () => this.stored;
  setValue = (key: string, value: unknown): Promise<void> =>
    new Promise((resolve) =>
      this.#waiting.push(() => {
        this.store(key, value);
        resolve();
      }),
    );
  /** Whoever did it, every tab is told. */
  store(key: string, value: unknown): void {
    if (value === undefined) this.stored.delete(key);
    else this.stored.set(key, value);
    this.#told?.({ key, value: structuredClone(value) });
  }
  readonly sent: unknown[] = [];
  send = async (
    to: ChannelId,
    command: { kind: string; content: { text: string } },
    { sendId }: { sendId: string },
  ) => {
    const { kind, content, ...more } = command;
    this.sent.push({ to, kind, text: content.text, sendId, ...more });
  };
  answer(most = this.#waiting.length): void {
    for (const answer of this.#waiting.splice(0, most)) answer();
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

  it("are there also where the store was being asked to keep them", async () => {
    vi.useFakeTimers();
    const kept = storage();
    const before = new FakeClient();
    const drafts = before.drafts(kept);
    drafts.set(channel, { text: "so" });
    await vi.advanceTimersByTimeAsync(301);
    drafts.set(channel, { text: "so far" });
    await vi.advanceTimersByTimeAsync(301);
    void drafts.flush();
    // The first of the two is stored, and the page is gone.
    before.answer(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(new FakeClient().drafts(kept).get(channel).text).toBe("so far");
    before.answer();
    await vi.advanceTimersByTimeAsync(1);
    expect(Object.keys(kept)).toEqual([]);
    vi.useRealTimers();
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
    for (const broken of ["{", "{}", "7", '{"draft":{"text":"x"}}']) {
      kept.setItem(`parley.draft/${ana}/${channel}`, broken);
      expect(new FakeClient().drafts(kept).get(channel).text).toBe("");
      expect(Object.keys(kept)).toEqual([]);
    }
  });
});

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("what was sent just before the page goes", () => {
  it("is sent again by the next one, in order and under the same ids; what was begun after it is a draft", async () => {
    const kept = storage();
    const before = new FakeClient().drafts(kept);
    before.set(channel, { text: "first", replyTo: 7 });
    const first = before.takeForSend(channel).entry.sendId;
    before.set(channel, { text: "second" });
    const second = before.takeForSend(channel).entry.sendId;
    before.set(channel, { text: "third, so far" });
    void before.flush();
    const next = new FakeClient();
    const drafts = next.drafts(kept);
    expect(drafts.get(channel).text).toBe("third, so far");
    expect(next.sent).toEqual([
      { to: channel, kind: "post", text: "first", sendId: first, replyTo: 7, mentions: [] },
      { to: channel, kind: "post", text: "second", sendId: second, mentions: [] },
    ]);
    next.answer();
    await settled();
    expect(drafts.leaving.get()).toEqual([]);
    expect(Object.keys(kept)).toEqual([]);
  });

  it("is a draft again where the next page cannot store it either", async () => {
    const kept = storage();
    const before = new FakeClient().drafts(kept);
    before.set(channel, { text: "too much" });
    before.takeForSend(channel);
    void before.flush();
    const next = new FakeClient();
    next.send = () => Promise.reject(new Error("full"));
    const drafts = next.drafts(kept);
    await settled();
    expect(drafts.get(channel).text).toBe("too much");
  });

  it("stands there as it was where it could not be stored and nothing was begun after it", () => {
    const drafts = new FakeClient().drafts(storage());
    drafts.set(channel, { text: "said" });
    drafts.cameBack(drafts.takeForSend(channel));
    expect(drafts.get(channel)).toEqual({ text: "said" });
  });

  it("does not stand there once it is in the outbox", () => {
    const kept = storage();
    const before = new FakeClient().drafts(kept);
    before.set(channel, { text: "said" });
    const leaving = before.takeForSend(channel);
    void before.flush();
    before.left(leaving);
    expect(new FakeClient().drafts(kept).get(channel)).toEqual({ text: "" });
    void before.flush();
    expect(Object.keys(kept)).toEqual([]);
  });

  it("is a change also on the next page, and what was set aside for it stands there", () => {
    const kept = storage();
    const before = new FakeClient().drafts(kept);
    before.set(channel, { text: "to be said" });
    before.edit(channel, 9, "corrected");
    const { sendId } = before.takeForSend(channel).entry;
    void before.flush();
    const next = new FakeClient();
    expect(next.drafts(kept).get(channel)).toEqual({ text: "to be said" });
    expect(next.sent).toEqual([{ to: channel, kind: "edit", target: 9, text: "corrected", sendId }]);
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
    expect(drafts.takeForSend(channel).values).toEqual({ [`draft/${channel}`]: { text: "to be said", replyTo: 4 } });
    expect(drafts.get(channel)).toEqual({ text: "to be said", replyTo: 4 });
  });

  it("leaves nothing where nothing stood", () => {
    const drafts = new FakeClient().drafts(storage());
    drafts.edit(channel, 9, "said before");
    drafts.cancel(channel);
    expect(drafts.get(channel)).toEqual({ text: "" });
    drafts.edit(channel, 9, "said before");
    expect(drafts.takeForSend(channel).values).toEqual({ [`draft/${channel}`]: undefined });
  });
});

describe("the change of a message that is deleted meanwhile", () => {
  it("becomes something to be said anew, before what was set aside", () => {
    const drafts = new FakeClient().drafts(storage());
    drafts.set(channel, { text: "to be said", replyTo: 4 });
    drafts.edit(channel, 9, "corrected");
    drafts.targetGone(channel);
    expect(drafts.get(channel)).toMatchObject({ text: "corrected\nto be said", replyTo: 4 });
    expect(drafts.get(channel).editing).toBeUndefined();
  });

  it("leaves alone what is no change", () => {
    const drafts = new FakeClient().drafts(storage());
    drafts.set(channel, { text: "to be said", replyTo: 4 });
    drafts.targetGone(channel);
    expect(drafts.get(channel)).toEqual({ text: "to be said", replyTo: 4 });
  });
});

describe("what stands in the composer while the store is slow", () => {
  const key = `draft/${channel}`;
  let client: FakeClient;
  let drafts: Drafts;
  const text = () => drafts.get(channel).text;
  beforeEach(() => {
    vi.useFakeTimers();
    client = new FakeClient();
    drafts = client.drafts(storage());
  });
  afterEach(() => vi.useRealTimers());
  const type = (text: string) => drafts.set(channel, { text });
  const pause = () => vi.advanceTimersByTimeAsync(301);

  it("stays when what was sent before it is stored at last", async () => {
    type("sent while stuck");
    const leaving = drafts.takeForSend(channel);
    type("and typed since");
    await pause();
    client.store(key, leaving.values[key]);
    drafts.left(leaving);
    expect(text()).toBe("and typed since");
    client.answer();
    await pause();
    expect(text()).toBe("and typed since");
    expect(client.stored.get(key)).toEqual({ text: "and typed since" });
  });

  it("does not come back when it is stored as a draft after it was sent", async () => {
    type("hello");
    await pause();
    const leaving = drafts.takeForSend(channel);
    client.answer();
    expect(text()).toBe("");
    await pause();
    client.store(key, leaving.values[key]);
    drafts.left(leaving);
    expect(text()).toBe("");
  });

  it("is what was typed last, though each version is told after the next was written", async () => {
    type("a");
    await pause();
    type("ab");
    await pause();
    client.answer();
    expect(text()).toBe("ab");
  });

  it("is what another tab wrote, also after this one wrote", async () => {
    type("here");
    await pause();
    client.answer();
    await pause();
    client.store(key, { text: "there" });
    expect(text()).toBe("there");
    client.store(key, undefined);
    expect(text()).toBe("");
  });

  it("is what is being typed, whatever another tab wrote meanwhile", () => {
    type("here");
    client.store(key, { text: "there" });
    expect(text()).toBe("here");
  });

  it("is not what another tab wrote before this one's, which is stored after it", async () => {
    type("here");
    await pause();
    client.store(key, { text: "there" });
    expect(text()).toBe("here");
    client.answer();
    expect(text()).toBe("here");
  });

  it("is what could not be sent, before what was typed since, and all of it is written down", async () => {
    drafts.set(channel, { text: "too much", replyTo: 7 });
    const leaving = drafts.takeForSend(channel);
    type("and more");
    drafts.cameBack(leaving);
    expect(drafts.get(channel)).toMatchObject({ text: "too much\nand more", replyTo: 7 });
    await pause();
    client.answer();
    expect(client.stored.get(key)).toMatchObject({ text: "too much\nand more" });
  });

  it("is the change that could not be sent, with what was typed since set aside", () => {
    type("to be said");
    drafts.edit(channel, 9, "corrected");
    const leaving = drafts.takeForSend(channel);
    type("to be said later");
    drafts.cameBack(leaving);
    expect(drafts.get(channel)).toEqual({ text: "corrected", editing: 9, aside: { text: "to be said later" } });
  });
});
