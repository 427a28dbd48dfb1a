import type { ChannelEvent, ChannelId, ChannelInfo, ChannelSettings, Send } from "@parley/sdk";
import { Observable } from "./observable.ts";
import type { AppClient } from "./ports.ts";

const prefix = "info/";
const keyOf = (channel: ChannelId): string => `${prefix}${channel}`;

/** After these a channel's info is another one. */
const changing: ReadonlySet<ChannelEvent["body"]["kind"]> = new Set([
  "described",
  "settingsChanged",
  "membersAdded",
  "memberRemoved",
  "memberLeft",
  "roleChanged",
  "ownershipHandedOver",
  "invitationCreated",
  "invitationRevoked",
  "joinedByInvitation",
  "blockSet",
]);

/**
 * Channels in full: members, rights, description. What was told last is kept on this device, and what the user changed is
 * so at once, also while it waits to be sent.
 */
export class ChannelInfos {
  /** Counts changes; who shows an info listens to it. */
  readonly changed = new Observable(0);
  readonly #client: AppClient;
  readonly #known = new Map<ChannelId, ChannelInfo>();
  /** How many follow it. */
  readonly #followed = new Map<ChannelId, number>();
  readonly #asked = new Map<ChannelId, AbortController>();
  /** Changes that may not be in the outbox yet. */
  #leaving: readonly { readonly channel: ChannelId; readonly settings: ChannelSettings }[] = [];

  constructor(client: AppClient) {
    this.#client = client;
    client.on("loaded", () => this.#load());
    client.on("state", ({ state }) => {
      if (state.name === "live") for (const channel of this.#followed.keys()) this.#ask(channel);
    });
    client.on("events", ({ channel, events }) => this.#told(channel.id, events));
    client.on("queued", ({ entry: { command } }) => command.kind === "changeSettings" && this.#tell());
    client.on("sent", ({ channel, command, outcome }) => {
      if (command.kind !== "changeSettings") return;
      // The event is on its way, and another change may be made before it comes.
      if (outcome === "posted") this.#change(channel, { settings: command.settings });
      else this.#store(channel);
      this.#tell();
      // An answer that is on its way may be older; and what was kept with what is refused is not so.
      if (outcome === "refused" || this.#asked.has(channel)) this.#ask(channel);
    });
    client.on("channel_gone", ({ channel }) => {
      this.#asked.get(channel)?.abort();
      if (this.#known.delete(channel)) void client.setValue(keyOf(channel), undefined).catch(() => undefined);
    });
    this.#load();
  }

  /** As it was told last, with what waits to be changed. Undefined: never told on this device. */
  get(channel: ChannelId): ChannelInfo | undefined {
    const known = this.#known.get(channel);
    if (known === undefined) return undefined;
    const leaving = this.#leaving.findLast((change) => change.channel === channel);
    if (leaving !== undefined) return { ...known, settings: leaving.settings };
    const waiting = this.#client
      .outbox()
      .findLast((entry) => entry.channel === channel && entry.command.kind === "changeSettings");
    return waiting?.command.kind === "changeSettings" ? { ...known, settings: waiting.command.settings } : known;
  }

  /** Changes some of the settings. All are sent with each change: as they are by now, with what waits to be changed. */
  async changeSettings(channel: ChannelId, change: Partial<ChannelSettings>): Promise<Send | undefined> {
    const info = this.get(channel);
    if (info === undefined) return undefined;
    const leaving = { channel, settings: { ...info.settings, ...change } };
    this.#leaving = [...this.#leaving, leaving];
    this.#tell();
    // Kept together with what waits: the page may go between the end of that and anything that is kept then.
    const values = { [keyOf(channel)]: { ...info, settings: leaving.settings } };
    try {
      return await this.#client.changeSettings(channel, leaving.settings, { values });
    } finally {
      this.#leaving = this.#leaving.filter((other) => other !== leaving);
      this.#tell();
    }
  }

  /** Keeps it as the server has it until the answer is called. */
  follow(channel: ChannelId): () => void {
    const count = this.#followed.get(channel) ?? 0;
    this.#followed.set(channel, count + 1);
    if (count === 0 && this.#client.state.name === "live") this.#ask(channel);
    return () => {
      const others = (this.#followed.get(channel) ?? 1) - 1;
      this.#followed.set(channel, others);
      if (others > 0) return;
      this.#followed.delete(channel);
      this.#asked.get(channel)?.abort();
    };
  }

  #ask(channel: ChannelId): void {
    this.#asked.get(channel)?.abort();
    const asked = new AbortController();
    this.#asked.set(channel, asked);
    const isOver = () => {
      if (this.#asked.get(channel) === asked) this.#asked.delete(channel);
    };
    asked.signal.addEventListener("abort", isOver);
    this.#client.channelInfo(channel, { signal: asked.signal }).then((info) => {
      isOver();
      if (asked.signal.aborted) return;
      this.#put(channel, info);
      this.#tell();
    }, isOver);
  }

  #told(channel: ChannelId, events: readonly ChannelEvent[]): void {
    const changes = events.filter(({ body }) => changing.has(body.kind));
    if (changes.length === 0) return;
    for (const { body } of changes) {
      if (body.kind === "settingsChanged") this.#change(channel, { settings: body.settings });
      if (body.kind === "described" && body.description !== undefined)
        this.#change(channel, { description: body.description });
    }
    this.#tell();
    if (this.#followed.has(channel)) this.#ask(channel);
  }

  #change(channel: ChannelId, change: Partial<ChannelInfo>): void {
    const known = this.#known.get(channel);
    if (known !== undefined) this.#put(channel, { ...known, ...change });
  }

  #put(channel: ChannelId, info: ChannelInfo): void {
    if (JSON.stringify(this.#known.get(channel)) === JSON.stringify(info)) return;
    this.#known.set(channel, info);
    this.#store(channel);
  }

  /** As it is shown: with what waits to be changed. */
  #store(channel: ChannelId): void {
    void this.#client.setValue(keyOf(channel), this.get(channel)).catch(() => undefined);
  }

  #load(): void {
    for (const [key, info] of this.#client.values(prefix)) {
      const channel = key.slice(prefix.length) as ChannelId;
      if (!this.#known.has(channel)) this.#known.set(channel, info as ChannelInfo);
    }
    this.#tell();
  }

  #tell(): void {
    this.changed.set(this.changed.get() + 1);
  }
}
