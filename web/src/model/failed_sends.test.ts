import type { ChannelId, Command, SendId, SendResult } from "@parley/sdk";
import { beforeEach, expect, test } from "vitest";
import { FailedSends, type Refusal } from "./failed_sends.ts";
import type { AppClient } from "./ports.ts";

const channel = "here" as ChannelId;
const text = (text: string) => ({ kind: "text", text }) as const;
const edit: Command = { kind: "edit", target: 4, content: text("corrected") };

/** A client whose server refuses, and whose store keeps. */
class FakeClient {
  readonly stored = new Map<string, unknown>();
  readonly sent: Command[] = [];
  isFull = false;
  readonly #listeners = new Map<string, (told: unknown) => void>();
  on = (name: string, listener: (told: never) => void) => this.#listeners.set(name, listener as () => void);
  values = () => this.stored;
  setValue = async (key: string, value: unknown) => this.#put(key, value);
  send = async (_channel: ChannelId, command: Command, { values }: { values: Record<string, unknown> }) => {
    if (this.isFull) throw new Error("full");
    this.sent.push(command);
    for (const [key, value] of Object.entries(values)) this.#put(key, value);
  };
  refuse(command: Command, refused: string, sendId = "s1", time = 1): void {
    const result: SendResult = {
      sendId: sendId as SendId,
      channel,
      time,
      command,
      outcome: "refused",
      refused,
      text: "",
    };
    this.#listeners.get("sent")?.(result);
  }
  #put(key: string, value: unknown): void {
    if (value === undefined) this.stored.delete(key);
    else this.stored.set(key, value);
    this.#listeners.get("value")?.({ key, value });
  }
}

let client: FakeClient;
let failed: FailedSends;
const made = () => new FailedSends(client as unknown as AppClient);
beforeEach(() => {
  client = new FakeClient();
  failed = made();
});

test("a change that was refused stays with what it says, also for the next page", () => {
  client.refuse(edit, "target_deleted");
  expect(failed.of(channel)).toMatchObject([{ command: edit, refused: "target_deleted" }]);
  expect(made().of(channel)).toMatchObject([{ command: edit, refused: "target_deleted" }]);
});

test("a change is sent anew as a message of its own, and what was refused is gone", async () => {
  client.refuse(edit, "target_deleted");
  for (const one of failed.of(channel)) await failed.sendAnew(one);
  expect(client.sent).toEqual([{ kind: "post", content: text("corrected") }]);
  expect([failed.of(channel), client.stored.size]).toEqual([[], 0]);
});

test("what cannot be sent anew stays", async () => {
  client.refuse({ kind: "post", content: text("said"), replyTo: 3 }, "not_allowed");
  client.isFull = true;
  for (const one of failed.of(channel)) await expect(failed.sendAnew(one)).rejects.toThrow("full");
  expect(failed.of(channel)).toHaveLength(1);
});

test("what was refused stands in the order of its end, also for the next page", () => {
  client.refuse({ kind: "post", content: text("second") }, "not_allowed", "s2", 20);
  client.refuse({ kind: "post", content: text("third") }, "not_allowed", "s3", 30);
  const [second] = client.stored.keys();
  const moved = client.stored.get(second ?? "");
  client.stored.delete(second ?? "");
  client.stored.set(second ?? "", moved);
  expect(
    made()
      .of(channel)
      .map(({ time }) => time),
  ).toEqual([20, 30]);
});

test("other refusals are told, but not what is as it was wanted", () => {
  const told: Refusal[] = [];
  const end = failed.onRefused((refusal) => told.push(refusal));
  client.refuse({ kind: "delete", targets: [3] }, "not_a_member");
  client.refuse({ kind: "react", target: 3, content: text("🎉") }, "too_many_reactions");
  client.refuse({ kind: "leave" }, "not_a_member");
  client.refuse({ kind: "delete", targets: [3] }, "target_deleted");
  client.refuse({ kind: "join", secret: new Uint8Array(16) }, "already_member");
  client.refuse(edit, "target_deleted");
  end();
  client.refuse({ kind: "leave" }, "not_a_member");
  expect(told).toEqual([
    { kind: "delete", refused: "not_a_member" },
    { kind: "react", refused: "too_many_reactions" },
    { kind: "leave", refused: "not_a_member" },
  ]);
});
