import { type ChannelEvent, type ChannelId, type ChannelState, contains } from "@parley/sdk";
import { Observable } from "./observable.ts";
import type { AppClient } from "./ports.ts";

const page = 200;
/** Among so many unread messages they are looked for. */
const mostPages = 25;

/**
 * The messages that mention this account, were unread when the conversation was opened or came since, and have not been
 * on the screen yet. They are looked for only where the badge says that there are some.
 */
export class UnreadMentions {
  /** Rising. */
  readonly seqs = new Observable<readonly number[]>([]);
  readonly #client: AppClient;
  readonly #channelId: ChannelId;
  readonly #signal: AbortSignal;
  /** What was read before does not count; undefined: the channel is not known yet. */
  #after: number | undefined;
  readonly #done = new Set<number>();
  #pages = 0;
  #isLooking = false;

  constructor(client: AppClient, channelId: ChannelId, signal: AbortSignal) {
    this.#client = client;
    this.#channelId = channelId;
    this.#signal = signal;
    client.on("events", (told) => told.channel.id === channelId && this.#put(told.events), { signal });
    for (const name of ["loaded", "synced"] as const) client.on(name, () => void this.#look(), { signal });
    void this.#look();
  }

  /** What is on the screen, from one seq to another. */
  saw(from: number, to: number): void {
    this.#keep((seq) => seq < from || seq > to);
  }

  /** It cannot be shown. */
  forget(seq: number): void {
    this.#keep((other) => other !== seq);
  }

  async #look(): Promise<void> {
    const channel = this.#client.channel(this.#channelId);
    if (channel === undefined || this.#isLooking) return;
    this.#after ??= Math.max(channel.registers.read, channel.readWanted);
    if (channel.unreadMentions === 0) return;
    this.#isLooking = true;
    try {
      for (let at = this.#after; this.#pages < mostPages; this.#pages++) {
        const options = { after: at, limit: page, signal: this.#signal };
        const found = await this.#client.history(this.#channelId, options);
        this.#put(found.events);
        if (found.reachedHead || found.to <= at) break;
        at = found.to;
      }
    } catch {
      // Again with the next sync.
    } finally {
      this.#isLooking = false;
    }
  }

  #put(events: readonly ChannelEvent[]): void {
    const after = this.#after;
    const channel = this.#client.channel(this.#channelId);
    if (after === undefined || channel === undefined) return;
    const known = new Set(this.seqs.get());
    const before = known.size;
    for (const event of events) {
      if (event.seq > after && !this.#done.has(event.seq) && this.#isMention(event, channel)) known.add(event.seq);
      if (event.body.kind === "deleted") for (const target of event.body.targets) known.delete(target);
    }
    const isNew = known.size > before || [...this.seqs.get()].some((seq) => !known.has(seq));
    if (isNew) this.seqs.set([...known].sort((a, b) => a - b));
  }

  #isMention({ body, account, seq, contentGone }: ChannelEvent, { registers }: ChannelState): boolean {
    const me = this.#client.me?.account;
    if (body.kind !== "message" || me === undefined || account === me || contentGone !== undefined) return false;
    return body.mentions.includes(me) && !contains(registers.hidden, seq);
  }

  #keep(which: (seq: number) => boolean): void {
    const before = this.seqs.get();
    const kept = before.filter(which);
    if (kept.length === before.length) return;
    for (const seq of before) if (!kept.includes(seq)) this.#done.add(seq);
    this.seqs.set(kept);
  }
}
