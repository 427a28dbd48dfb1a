import type { AccountId, ChannelId, Presence } from "@parley/sdk";
import { Observable } from "./observable.ts";
import type { AppClient } from "./ports.ts";

const sayAgainMs = 3_000;
const lapseMs = 6_000;

/** Who types where, and who is online: hints that come and go. */
export class Live {
  /** Typing accounts by channel; a channel's list is a new one when it changed. */
  readonly typing = new Observable<ReadonlyMap<ChannelId, readonly AccountId[]>>(new Map());
  readonly presence = new Observable<ReadonlyMap<AccountId, Presence>>(new Map());

  readonly #client: AppClient;
  readonly #lapses = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #said = new Map<ChannelId, number>();
  #watched = "";

  constructor(client: AppClient) {
    this.#client = client;
    client.on("typing", ({ channel, account, on }) => this.#typing(channel, account, on));
    client.on("presence", (presence) => {
      this.presence.set(new Map(this.presence.get()).set(presence.account, presence));
    });
    // Who writes has said it.
    client.on("events", ({ channel, events }) => {
      for (const event of events) if (event.account) this.#typing(channel.id, event.account, false);
    });
    client.on("state", ({ state }) => {
      if (["waiting", "stopped", "signed_out"].includes(state.name)) this.presence.set(new Map());
    });
  }

  watch(accounts: readonly AccountId[]): void {
    const key = [...accounts].sort().join();
    if (key === this.#watched) return;
    this.#watched = key;
    this.#client.watch(accounts);
  }

  /** The user wrote something into the composer; told at most every few seconds. */
  wrote(channel: ChannelId): void {
    const now = Date.now();
    if (now - (this.#said.get(channel) ?? 0) < sayAgainMs) return;
    this.#said.set(channel, now);
    this.#client.typing(channel, true);
  }

  /** The user sent it or took it away. */
  stopped(channel: ChannelId): void {
    if (!this.#said.delete(channel)) return;
    this.#client.typing(channel, false);
  }

  #typing(channel: ChannelId, account: AccountId, on: boolean): void {
    const key = `${channel} ${account}`;
    clearTimeout(this.#lapses.get(key));
    this.#lapses.delete(key);
    const before = this.typing.get().get(channel) ?? [];
    if (on)
      this.#lapses.set(
        key,
        setTimeout(() => this.#typing(channel, account, false), lapseMs),
      );
    if (on === before.includes(account)) return;
    const after = on ? [...before, account] : before.filter((other) => other !== account);
    const all = new Map(this.typing.get());
    if (after.length > 0) all.set(channel, after);
    else all.delete(channel);
    this.typing.set(all);
  }
}
