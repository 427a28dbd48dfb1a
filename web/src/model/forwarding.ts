import type { ChannelId } from "@parley/sdk";
import type { AppClient } from "./ports.ts";

/** Sends copies of what was said elsewhere. What was sent is not sent again where it is tried once more. */
export class Forwarding {
  readonly #client: Pick<AppClient, "post">;
  readonly #sent = new Set<string>();

  constructor(client: Pick<AppClient, "post">) {
    this.#client = client;
  }

  /** To each of the channels in this order, also where one of them fails; then it throws why. */
  async forward(texts: readonly string[], to: Iterable<ChannelId>): Promise<void> {
    const problems: unknown[] = [];
    for (const channel of to) {
      try {
        for (const [at, text] of texts.entries()) await this.#post(channel, at, text);
      } catch (error) {
        problems.push(error);
      }
    }
    if (problems.length > 0) throw problems[0];
  }

  async #post(channel: ChannelId, at: number, text: string): Promise<void> {
    const key = `${channel} ${at}`;
    if (text === "" || this.#sent.has(key)) return;
    await this.#client.post(channel, { text, forwarded: true });
    this.#sent.add(key);
  }
}
