import type { ChannelId, Command, SendId, SendResult } from "@parley/sdk";
import { Observable } from "./observable.ts";
import type { AppClient } from "./ports.ts";

/** A message that the server refused for good. */
export interface FailedSend {
  readonly sendId: SendId;
  readonly channel: ChannelId;
  readonly time: number;
  readonly command: Command & { readonly kind: "post" };
  readonly refused: string;
}

/** What was refused stays to be seen, with what it said, until the user takes it away or sends it anew. */
export class FailedSends {
  readonly all = new Observable<ReadonlyMap<ChannelId, readonly FailedSend[]>>(new Map());
  readonly #client: AppClient;

  constructor(client: AppClient) {
    this.#client = client;
    client.on("loaded", () => this.#load());
    client.on("sent", (result) => this.#sent(result));
    client.on("value", ({ key }) => key.startsWith("failed/") && this.#load());
    this.#load();
  }

  of(channel: ChannelId): readonly FailedSend[] {
    return this.all.get().get(channel) ?? [];
  }

  async remove(failed: FailedSend): Promise<void> {
    this.#put(failed.channel, (list) => list.filter((other) => other.sendId !== failed.sendId));
    await this.#client.setValue(keyOf(failed), undefined);
  }

  /** As a new send: the old one's outcome is final. */
  async sendAnew(failed: FailedSend): Promise<void> {
    this.#put(failed.channel, (list) => list.filter((other) => other.sendId !== failed.sendId));
    await this.#client.send(failed.channel, failed.command, { values: { [keyOf(failed)]: undefined } });
  }

  #sent(result: SendResult): void {
    if (result.outcome !== "refused" || result.command.kind !== "post") return;
    const { sendId, channel, time, refused, command } = result;
    const failed: FailedSend = { sendId, channel, time: time || Date.now(), command, refused };
    this.#put(channel, (list) => [...list, failed]);
    void this.#client.setValue(keyOf(failed), failed).catch(() => undefined);
  }

  #load(): void {
    const all = new Map<ChannelId, FailedSend[]>();
    for (const value of this.#client.values("failed/").values()) {
      const failed = value as FailedSend;
      all.set(failed.channel, [...(all.get(failed.channel) ?? []), failed]);
    }
    for (const list of all.values()) list.sort((a, b) => a.time - b.time);
    this.all.set(all);
  }

  #put(channel: ChannelId, change: (list: readonly FailedSend[]) => readonly FailedSend[]): void {
    this.all.set(new Map(this.all.get()).set(channel, change(this.of(channel))));
  }
}

function keyOf(failed: FailedSend): string {
  return `failed/${failed.channel}/${failed.sendId}`;
}
