import type { ChannelId, Command, SendId, SendResult } from "@parley/sdk";
import { Observable } from "./observable.ts";
import type { AppClient } from "./ports.ts";

/** What was written, or to be made, and the server refused for good. */
export interface FailedSend {
  readonly sendId: SendId;
  readonly channel: ChannelId;
  readonly time: number;
  readonly command: Command & { readonly kind: "post" | "edit" | "createChannel" };
  readonly refused: string;
}

/** Something that the server refused and that somebody waits for. */
export interface Refusal {
  readonly kind: Command["kind"];
  readonly refused: string;
}

/** What was refused stays to be seen, with what it said, until the user takes it away or sends it anew. */
export class FailedSends {
  readonly all = new Observable<ReadonlyMap<ChannelId, readonly FailedSend[]>>(new Map());
  readonly #client: AppClient;
  readonly #tellers = new Set<(refusal: Refusal) => void>();

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

  /** Tells of all but messages and changes, also of what was sent before the page was loaded; the answer ends it. */
  onRefused(teller: (refusal: Refusal) => void): () => void {
    this.#tellers.add(teller);
    return () => this.#tellers.delete(teller);
  }

  /** With a channel that is not to be made goes what was to be said there. */
  async remove(failed: FailedSend): Promise<void> {
    const isAll = failed.command.kind === "createChannel";
    const gone = this.of(failed.channel).filter(({ sendId }) => isAll || sendId === failed.sendId);
    this.#put(failed.channel, (list) => list.filter((other) => !gone.includes(other)));
    await Promise.all(gone.map((one) => this.#client.setValue(keyOf(one), undefined)));
  }

  /** As a new send: the old one's outcome is final. A change becomes a message of its own. */
  async sendAnew(failed: FailedSend): Promise<void> {
    const { command } = failed;
    this.#put(failed.channel, (list) => list.filter((other) => other.sendId !== failed.sendId));
    const anew: Command = command.kind === "edit" ? { kind: "post", content: command.content } : command;
    try {
      await this.#client.send(failed.channel, anew, { values: { [keyOf(failed)]: undefined } });
    } catch (error) {
      this.#load();
      throw error;
    }
  }

  #sent(result: SendResult): void {
    if (result.outcome !== "refused" || isDoneAllTheSame(result.command.kind, result.refused)) return;
    const { sendId, channel, time, refused, command } = result;
    if (command.kind !== "post" && command.kind !== "edit") {
      for (const tell of [...this.#tellers]) tell({ kind: command.kind, refused });
      if (command.kind !== "createChannel") return;
    }
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

/** It is refused because it is as the user wants it. */
function isDoneAllTheSame(kind: Command["kind"], refused: string): boolean {
  return (kind === "delete" && refused === "target_deleted") || (kind === "join" && refused === "already_member");
}

function keyOf(failed: FailedSend): string {
  return `failed/${failed.channel}/${failed.sendId}`;
}
