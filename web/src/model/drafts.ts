import { type AccountId, type ChannelId, type Command, IdSource, type OutboxEntry, type SendId } from "@parley/sdk";
import { DraftJournal } from "./draft_journal.ts";
import { mentionsIn } from "./mentions.ts";
import { Observable } from "./observable.ts";
import type { AppClient } from "./ports.ts";

/** What stands in a channel's composer. */
export interface ComposerDraft {
  readonly text: string;
  /** Seq of the message that it answers. */
  readonly replyTo?: number;
  /** Seq of the message that it changes. */
  readonly editing?: number;
  /** While something is being changed: what stood there before, and will again. */
  readonly aside?: ComposerDraft;
  /** Names that were chosen after an "@", and who they are. */
  readonly mentions?: readonly { readonly name: string; readonly account: AccountId }[];
}

/** A draft that was sent and may not be in the outbox yet. */
export interface Leaving {
  readonly channel: ChannelId;
  readonly draft: ComposerDraft;
  /** As what it is shown until it stands in the outbox, and then. */
  readonly entry: OutboxEntry;
  /** What changes in the transaction of the send: the draft leaves the store. */
  readonly values: Readonly<Record<string, unknown>>;
}

const none: ComposerDraft = { text: "" };
const saveAfterMs = 300;

/** Drafts by channel. Kept on this device a moment after each change; they leave in the transaction of the send. */
export class Drafts {
  readonly changed = new Observable(0);

  readonly #client: AppClient;
  readonly #ids = new IdSource();
  #sent = 0;
  readonly #journal: DraftJournal;
  readonly #drafts = new Map<ChannelId, ComposerDraft>();
  readonly #timers = new Map<ChannelId, ReturnType<typeof setTimeout>>();
  /** Sent, and maybe not in the outbox yet: in no store until then. In the order of sending. */
  readonly leaving = new Observable<readonly Leaving[]>([]);
  readonly #sentAgain = new Set<SendId>();
  /** So many writes of a draft are under way. */
  readonly #writing = new Map<ChannelId, number>();
  /** What this tab writes and was not told of yet, in order. */
  readonly #echoes = new Map<ChannelId, readonly Echo[]>();

  constructor(client: AppClient, journal = new DraftJournal()) {
    this.#client = client;
    this.#journal = journal;
    client.on("loaded", () => this.#load());
    client.on("value", ({ key, value }) => {
      if (key.startsWith("draft/")) this.#told(key.slice("draft/".length) as ChannelId, value);
    });
    this.#load();
  }

  get(channel: ChannelId): ComposerDraft {
    return this.#drafts.get(channel) ?? none;
  }

  /** All that was written, also what is set aside. */
  writtenIn(channel: ChannelId): string {
    const { text, aside } = this.get(channel);
    return [text, aside?.text ?? ""].filter((part) => part.trim() !== "").join("\n");
  }

  set(channel: ChannelId, draft: ComposerDraft): void {
    this.#take(channel, draft);
    clearTimeout(this.#timers.get(channel));
    this.#timers.set(
      channel,
      setTimeout(() => void this.#save(channel), saveAfterMs),
    );
  }

  /** Begins to change the message at `seq`; what stood there is set aside. */
  edit(channel: ChannelId, seq: number, text: string): void {
    const before = this.get(channel);
    const aside = before.editing === undefined ? before : before.aside;
    this.set(channel, aside === undefined || isNothing(aside) ? { text, editing: seq } : { text, editing: seq, aside });
  }

  /** Takes back what is being answered or changed. */
  cancel(channel: ChannelId): void {
    const { replyTo: _reply, editing, aside, ...rest } = this.get(channel);
    this.set(channel, editing === undefined ? rest : (aside ?? none));
  }

  /** The message that was being changed is gone: what was written instead of it is to be said anew. */
  targetGone(channel: ChannelId): void {
    const { text, editing, aside } = this.get(channel);
    if (editing !== undefined) this.set(channel, joined({ text }, aside ?? none));
  }

  /**
   * Forgets the draft here, but for what it had set aside. Until `left()` says that the send is stored, or `cameBack()`
   * that it was not to be, a page that goes leaves it to the next one, which sends it again under the same id.
   */
  takeForSend(channel: ChannelId): Leaving {
    clearTimeout(this.#timers.get(channel));
    this.#timers.delete(channel);
    const { aside, ...draft } = this.get(channel);
    const leaving: Leaving = {
      channel,
      draft,
      entry: this.#entryOf(channel, draft),
      values: { [keyOf(channel)]: aside },
    };
    this.leaving.set([...this.leaving.get(), leaving]);
    this.#expect(channel, aside, leaving);
    this.#take(channel, aside);
    return leaving;
  }

  /** It is in the stored outbox. */
  left(leaving: Leaving): void {
    const { channel } = leaving;
    this.leaving.set(this.leaving.get().filter((other) => other !== leaving));
    this.#expectNoMore(channel, leaving);
    this.#forgetJournal(channel);
  }

  /** It could not be stored: it stands in the composer again, before what was begun since. */
  cameBack(leaving: Leaving): void {
    const { channel, draft } = leaving;
    this.set(channel, joined(draft, this.get(channel)));
    this.left(leaving);
  }

  /** Writes what is not written yet: the page is about to go. */
  async flush(): Promise<void> {
    const waiting = [...this.#timers.keys()];
    const leaving = this.leaving.get();
    const writing = [...this.#writing.keys()].filter((channel) => this.#isOnItsWay(channel));
    const account = this.#client.me?.account;
    if (account !== undefined) {
      // What the store was asked for and has not answered for yet may be lost with the page.
      for (const channel of new Set([...waiting, ...writing, ...leaving.map(({ channel }) => channel)])) {
        const sent = this.#leavingFrom(channel).map(({ entry: { sendId }, draft }) => ({ sendId, draft }));
        this.#journal.write(account, channel, { draft: this.get(channel), sent });
      }
    }
    await Promise.all(waiting.map((channel) => this.#save(channel)));
  }

  async #save(channel: ChannelId): Promise<void> {
    clearTimeout(this.#timers.get(channel));
    this.#timers.delete(channel);
    const draft = this.#drafts.get(channel);
    const write = {};
    this.#expect(channel, draft, write);
    this.#writing.set(channel, (this.#writing.get(channel) ?? 0) + 1);
    await this.#client.setValue(keyOf(channel), draft).catch(() => undefined);
    this.#writing.set(channel, (this.#writing.get(channel) ?? 1) - 1);
    this.#expectNoMore(channel, write);
    this.#forgetJournal(channel);
  }

  /**
   * The store has a draft. It is taken where another tab wrote it and this one has nothing newer: of what this tab writes
   * it is told late, when something else may stand there.
   */
  #told(channel: ChannelId, value: unknown): void {
    const echoes = this.#echoes.get(channel) ?? [];
    const text = JSON.stringify(value);
    const own = echoes.findIndex((echo) => echo.text === text);
    if (own >= 0) this.#echoes.set(channel, echoes.toSpliced(own, 1));
    else if (echoes.length === 0 && !this.#timers.has(channel)) this.#take(channel, value as ComposerDraft | undefined);
  }

  #expect(channel: ChannelId, draft: ComposerDraft | undefined, of: object): void {
    this.#echoes.set(channel, [...(this.#echoes.get(channel) ?? []), { of, text: JSON.stringify(draft) }]);
  }

  #expectNoMore(channel: ChannelId, of: object): void {
    const others = (this.#echoes.get(channel) ?? []).filter((echo) => echo.of !== of);
    if (others.length > 0) this.#echoes.set(channel, others);
    else this.#echoes.delete(channel);
  }

  #forgetJournal(channel: ChannelId): void {
    const account = this.#client.me?.account;
    if (account === undefined || this.#timers.has(channel) || this.#isOnItsWay(channel)) return;
    this.#journal.remove(account, channel);
  }

  #isOnItsWay(channel: ChannelId): boolean {
    return this.#leavingFrom(channel).length > 0 || (this.#writing.get(channel) ?? 0) > 0;
  }

  #leavingFrom(channel: ChannelId): readonly Leaving[] {
    return this.leaving.get().filter((leaving) => leaving.channel === channel);
  }

  #entryOf(channel: ChannelId, { text, editing, replyTo, mentions = [] }: ComposerDraft): OutboxEntry {
    const created = Date.now();
    const content = { kind: "text", text: text.trim() } as const;
    const mentioned = mentionsIn(text, mentions);
    const command: Command =
      editing === undefined
        ? { kind: "post", content, mentions: mentioned, ...(replyTo === undefined ? {} : { replyTo }) }
        : { kind: "edit", target: editing, content };
    // Behind all that is in the outbox.
    return { sendId: this.#ids.next<SendId>(created), channel, order: 2 ** 40 + this.#sent++, created, command };
  }

  #load(): void {
    for (const [key, value] of this.#client.values("draft/")) {
      const channel = key.slice("draft/".length) as ChannelId;
      if (!this.#drafts.has(channel)) this.#drafts.set(channel, value as ComposerDraft);
    }
    const account = this.#client.me?.account;
    if (account !== undefined) {
      for (const [channel, { draft, sent }] of this.#journal.read(account)) {
        for (const { sendId, draft: said } of sent) void this.#sendAgain(channel, sendId, said);
        this.#take(channel, draft);
        void this.#save(channel);
      }
    }
    this.#tell();
  }

  /** What an earlier page sent in its last moment. The id is the same: where it was stored in time, it is said once. */
  async #sendAgain(channel: ChannelId, sendId: SendId, draft: ComposerDraft): Promise<void> {
    if (this.#sentAgain.has(sendId)) return;
    this.#sentAgain.add(sendId);
    const leaving: Leaving = { channel, draft, entry: { ...this.#entryOf(channel, draft), sendId }, values: {} };
    this.leaving.set([...this.leaving.get(), leaving]);
    try {
      await this.#client.send(channel, leaving.entry.command, { sendId });
      this.left(leaving);
    } catch {
      this.cameBack(leaving);
    }
  }

  #take(channel: ChannelId, draft: ComposerDraft | undefined): void {
    if (draft && !isNothing(draft)) this.#drafts.set(channel, draft);
    else this.#drafts.delete(channel);
    this.#tell();
  }

  #tell(): void {
    this.changed.set(this.changed.get() + 1);
  }
}

interface Echo {
  readonly of: object;
  readonly text: string | undefined;
}

function keyOf(channel: ChannelId): string {
  return `draft/${channel}`;
}

/** What waits to be sent, with what is on its way into the outbox behind it. */
export function allWaiting(outbox: readonly OutboxEntry[], leaving: readonly Leaving[]): readonly OutboxEntry[] {
  if (leaving.length === 0) return outbox;
  const stored = new Set(outbox.map(({ sendId }) => sendId));
  return [...outbox, ...leaving.map(({ entry }) => entry).filter(({ sendId }) => !stored.has(sendId))];
}

/** One draft of two that stood in a composer one after the other. */
function joined(earlier: ComposerDraft, later: ComposerDraft): ComposerDraft {
  if (isNothing(later)) return earlier;
  if (earlier.editing !== undefined) return { ...earlier, aside: later };
  if (later.editing !== undefined) return { ...later, aside: joined(earlier, later.aside ?? none) };
  return {
    ...later,
    ...earlier,
    text: `${earlier.text}\n${later.text}`,
    mentions: [...(earlier.mentions ?? []), ...(later.mentions ?? [])],
  };
}

function isNothing(draft: ComposerDraft): boolean {
  return draft.text === "" && draft.replyTo === undefined && draft.editing === undefined;
}
