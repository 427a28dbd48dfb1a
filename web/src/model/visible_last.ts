import { type ChannelEvent, type ChannelId, type ChannelState, contains } from "@parley/sdk";
import { Observable } from "./observable.ts";
import type { AppClient } from "./ports.ts";

const page = 50;
/** Whoever deleted more than that for themselves sees nothing in its place. */
const mostPages = 8;

interface Found {
  /** What it was looked for with: behind another last message, or with more that is hidden, it may be another one. */
  readonly key: string;
  readonly event: ChannelEvent | undefined;
}

/** The newest message of a channel that was not deleted for oneself, as its row in the list shows it. */
export class VisibleLast {
  /** Counts what was found later. */
  readonly changed = new Observable(0);
  readonly #client: Pick<AppClient, "history" | "on">;
  readonly #found = new Map<ChannelId, Found>();
  readonly #looking = new Map<ChannelId, string>();

  constructor(client: Pick<AppClient, "history" | "on">) {
    this.#client = client;
    // One that was found may have been changed or deleted; until it was read again it stays as it was.
    client.on("events", ({ channel, events }) => {
      const found = this.#found.get(channel.id);
      if (found === undefined || events.every((event) => event.body.kind === "message")) return;
      this.#found.set(channel.id, { ...found, key: "" });
      this.#tell();
    });
  }

  /** Undefined also while it is only looked for. */
  of(channel: ChannelState): ChannelEvent | undefined {
    const { last, id } = channel;
    if (last?.contentGone !== "hidden") {
      this.#found.delete(id);
      return last;
    }
    const key = `${last.seq} ${JSON.stringify(channel.registers.hidden)}`;
    const found = this.#found.get(id);
    if (found?.key !== key) void this.#look(channel, last.seq, key);
    return found?.event === undefined || isHidden(found.event, channel) ? undefined : found.event;
  }

  async #look(channel: ChannelState, before: number, key: string): Promise<void> {
    const { id } = channel;
    if (this.#looking.get(id) === key) return;
    this.#looking.set(id, key);
    try {
      const event = await this.#newest(channel, before);
      if (this.#looking.get(id) !== key) return;
      this.#found.set(id, { key, event });
      this.#tell();
    } catch {
      // Without a network, and not on this device: looked for again with the next change.
    } finally {
      if (this.#looking.get(id) === key) this.#looking.delete(id);
    }
  }

  async #newest(channel: ChannelState, seq: number): Promise<ChannelEvent | undefined> {
    let before = seq;
    for (let pages = 0; pages < mostPages; pages++) {
      const { events, reachedStart } = await this.#client.history(channel.id, { before, limit: page });
      const event = events.findLast((one) => one.body.kind === "message" && !isHidden(one, channel));
      const [first] = events;
      if (event !== undefined || reachedStart || first === undefined) return event;
      before = first.seq;
    }
    return undefined;
  }

  #tell(): void {
    this.changed.set(this.changed.get() + 1);
  }
}

function isHidden({ seq }: ChannelEvent, { registers }: ChannelState): boolean {
  return contains(registers.hidden, seq);
}
