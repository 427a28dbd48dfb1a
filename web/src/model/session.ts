import type { AccountId, ChannelId, ChannelState, ParleyError } from "@parley/sdk";
import { ChannelInfos } from "./channel_infos.ts";
import { ChannelList, peersOf } from "./channel_list.ts";
import { ComingChannels } from "./coming_channels.ts";
import { Drafts } from "./drafts.ts";
import { FailedSends } from "./failed_sends.ts";
import { Live } from "./live.ts";
import { coalesced, Observable } from "./observable.ts";
import { People } from "./people.ts";
import { closedFor } from "./permissions.ts";
import type { AppClient } from "./ports.ts";
import { MessageSearch } from "./search/message_search.ts";
import { WorkerSearchEngine } from "./search/worker_engine.ts";

/** How it stands with the connection, in the words of the screen. */
export type Connectivity = "live" | "connecting" | "offline" | "stopped";

const mostWatched = 200;

/** Everything of one signed-in account that screens show. Made with its client, and gone with it. */
export class Session {
  readonly client: AppClient;
  readonly people: People;
  readonly live: Live;
  readonly drafts: Drafts;
  readonly failed: FailedSends;
  readonly coming: ComingChannels;
  readonly infos: ChannelInfos;
  readonly list: ChannelList;
  readonly connectivity = new Observable<Connectivity>("connecting");
  /** What is stored may vanish, has vanished, or cannot be written; undefined again once there is a connection. */
  readonly storage = new Observable<ParleyError | undefined>(undefined);
  /** Why the server takes no sends for now, though there is a connection: they wait in the outbox. */
  readonly putOff = new Observable<ParleyError | undefined>(undefined);
  #search: MessageSearch | undefined;

  constructor(client: AppClient) {
    this.client = client;
    this.people = new People(client);
    this.live = new Live(client);
    this.drafts = new Drafts(client);
    this.failed = new FailedSends(client);
    this.infos = new ChannelInfos(client);
    this.coming = new ComingChannels(client, this.failed);
    this.list = new ChannelList(this);
    client.on("state", () => this.#stateChanged());
    client.on("storage", ({ why }) => this.storage.set(why));
    client.on("sends_put_off", ({ why }) => this.putOff.set(why));
    const watch = coalesced(() => this.live.watch(peersOf(client.channels(), mostWatched)));
    for (const name of ["synced", "channel", "channel_gone"] as const) client.on(name, watch);
    this.#stateChanged();
  }

  get me(): AccountId | undefined {
    return this.client.me?.account;
  }

  /** Reads the store the first time it is asked for. */
  get search(): MessageSearch {
    this.#search ??= new MessageSearch(this.client, new WorkerSearchEngine(), nextIdle);
    return this.#search;
  }

  /** One that failed, as where a part of the app could not be had, is made anew. */
  renewSearch(): void {
    this.#search?.close();
    this.#search = undefined;
  }

  /** The channel with a person; it is made where there is none, also without a network. */
  async direct(person: AccountId): Promise<ChannelId> {
    const coming = [...this.coming.all.get().values()].filter(({ step }) => step === "making");
    const all = [...this.client.channels(), ...coming.map(({ state }) => state)];
    const known = all.find((channel) => channel.kind === "direct" && channel.peer === person);
    return known?.id ?? (await this.client.openDirect(person)).channel;
  }

  /** A channel as it is, or will be once it is made or joined. */
  channel(id: ChannelId): ChannelState | undefined {
    return this.client.channel(id) ?? this.coming.get(id)?.state;
  }

  /** Whether one may say something there, as far as is known. */
  mayWrite(id: ChannelId): boolean {
    const channel = this.channel(id);
    const peer = channel?.peer === undefined ? undefined : this.people.get(channel.peer);
    const writers = this.infos.get(id)?.settings.post;
    return channel !== undefined && closedFor(channel, writers, peer, this.coming.get(id)?.step) === undefined;
  }

  close(): void {
    void this.drafts.flush();
    this.#search?.close();
  }

  #stateChanged(): void {
    const { state } = this.client;
    this.connectivity.set(connectivityOf(state.name));
    if (state.name === "live") this.storage.set(undefined);
  }
}

function connectivityOf(state: AppClient["state"]["name"]): Connectivity {
  switch (state) {
    case "live":
      return "live";
    case "connecting":
    case "greeting":
    case "syncing":
      return "connecting";
    case "waiting":
      return "offline";
    case "stopped":
    case "signed_out":
      return "stopped";
  }
}

function nextIdle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve(), { timeout: 500 });
    else setTimeout(resolve, 0);
  });
}
