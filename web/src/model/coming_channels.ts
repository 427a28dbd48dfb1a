import { type ChannelId, type ChannelState, type Command, newChannel, type OutboxEntry } from "@parley/sdk";
import type { FailedSend, FailedSends } from "./failed_sends.ts";
import { Observable } from "./observable.ts";
import type { AppClient } from "./ports.ts";

/** A channel that only this device knows of: it is to be made, or joined. */
export interface ComingChannel {
  /** As it will be, as far as one can say. */
  readonly state: ChannelState;
  readonly step: "making" | "joining" | "refused";
}

type Beginning = Command & { readonly kind: "createChannel" | "join" };

/** What waits in the outbox to be made or joined, and what the server did not want to be made. */
export class ComingChannels {
  readonly all = new Observable<ReadonlyMap<ChannelId, ComingChannel>>(new Map());
  readonly #client: AppClient;
  readonly #failed: FailedSends;
  /** Made, or joined, but not known yet. */
  #made: readonly OutboxEntry[] = [];

  constructor(client: AppClient, failed: FailedSends) {
    this.#client = client;
    this.#failed = failed;
    const compute = () => this.#compute();
    client.on("loaded", compute);
    client.on("queued", ({ entry }) => isBeginning(entry.command) && compute());
    client.on("sent", ({ outcome, sendId, channel, time, command }) => {
      if (!isBeginning(command)) return;
      if (outcome === "posted") this.#made = [...this.#made, { sendId, channel, order: 0, created: time, command }];
      compute();
    });
    for (const name of ["channel", "channel_gone"] as const)
      client.on(name, () => this.all.get().size > 0 && compute());
    failed.all.subscribe(compute);
    compute();
  }

  get(channel: ChannelId): ComingChannel | undefined {
    return this.all.get().get(channel);
  }

  #compute(): void {
    const all = new Map<ChannelId, ComingChannel>();
    const put = (channel: ChannelId, created: number, command: Beginning, isRefused: boolean) => {
      const known = this.#client.channel(channel);
      // Who was a member once knows the group already.
      if (known !== undefined && (command.kind !== "join" || known.role !== "none")) return;
      const before = this.all.get().get(channel);
      const coming =
        known === undefined
          ? comingOf(channel, created, command, isRefused)
          : { state: known, step: "joining" as const };
      all.set(channel, before !== undefined && isSame(before, coming) ? before : coming);
    };
    for (const list of this.#failed.all.get().values()) {
      for (const { channel, time, command } of list) if (isBeginning(command)) put(channel, time, command, true);
    }
    this.#made = this.#made.filter(({ channel }) => this.#client.channel(channel) === undefined);
    for (const { channel, created, command } of [...this.#made, ...this.#client.outbox()]) {
      if (isBeginning(command)) put(channel, created, command, false);
    }
    if (all.size > 0 || this.all.get().size > 0) this.all.set(all);
  }
}

function isBeginning(command: Command | FailedSend["command"]): command is Beginning {
  return command.kind === "createChannel" || command.kind === "join";
}

function isSame(a: ComingChannel, b: ComingChannel): boolean {
  return a.step === b.step && a.state.headTime === b.state.headTime && a.state.kind === b.state.kind;
}

function comingOf(id: ChannelId, created: number, command: Beginning, isRefused: boolean): ComingChannel {
  const isJoin = command.kind === "join";
  const kind = isJoin ? "group" : command.channelKind;
  const peer = isJoin ? undefined : command.peer;
  return {
    step: isRefused ? "refused" : isJoin ? "joining" : "making",
    state: {
      ...newChannel(id),
      kind,
      role: isRefused || isJoin ? "none" : kind === "direct" ? "member" : "owner",
      title: isJoin ? "" : (command.title ?? ""),
      avatar: isJoin ? "" : (command.avatar ?? ""),
      ...(peer === undefined ? {} : { peer }),
      members: isJoin ? 0 : (command.members?.length ?? 0) + (peer === undefined ? 1 : 2),
      headTime: created,
    },
  };
}
