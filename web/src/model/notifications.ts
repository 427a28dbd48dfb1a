import type { ChannelEvent, ChannelId, ChannelState, ClientEvents } from "@parley/sdk";
import { isMuted, textOf } from "./channel_list.ts";
import type { People } from "./people.ts";
import type { AppClient } from "./ports.ts";
import { plainLine } from "./text/parse.ts";

/** What the system shows of a message. */
export interface Note {
  readonly channel: ChannelId;
  /** Empty where it is not known. */
  readonly title: string;
  /** Empty where it is not to be shown. */
  readonly text: string;
}

export interface NotePlace {
  /** Whether the browser may show something. */
  readonly isAllowed: boolean;
  /** Whether somebody looks at Parley, in whichever tab. */
  isLookedAt(): Promise<boolean>;
  /** Replaces what was shown of the same channel. */
  show(note: Note): { close(): void } | undefined;
}

const wantedKey = "notifications.wanted";
const textKey = "notifications.text";
const longest = 200;

/** What somebody wants to be told on this device. */
export function readNotifications(client: Pick<AppClient, "value">): { wanted: boolean; text: boolean } {
  return { wanted: client.value(wantedKey) === true, text: client.value(textKey) !== false };
}
export async function storeNotifications(
  client: Pick<AppClient, "setValue">,
  change: { readonly wanted?: boolean; readonly text?: boolean },
): Promise<void> {
  if (change.wanted !== undefined) await client.setValue(wantedKey, change.wanted);
  if (change.text !== undefined) await client.setValue(textKey, change.text);
}

/** Tells of messages that come while nobody looks, and takes back what was read meanwhile. */
export class Notifications {
  readonly #client: AppClient;
  readonly #people: People;
  readonly #place: NotePlace;
  readonly #ended = new AbortController();
  readonly #shown = new Map<ChannelId, { close(): void }>();

  constructor(client: AppClient, people: People, place: NotePlace) {
    this.#client = client;
    this.#people = people;
    this.#place = place;
    const options = { signal: this.#ended.signal };
    client.on("events", (told) => void this.#told(told), options);
    client.on("channel", ({ channel }) => channel.unread === 0 && this.#takeBack(channel.id), options);
    client.on("channel_gone", ({ channel }) => this.#takeBack(channel), options);
  }

  close(): void {
    this.#ended.abort();
    for (const channel of [...this.#shown.keys()]) this.#takeBack(channel);
  }

  async #told({ channel, events, placement }: ClientEvents["events"]): Promise<void> {
    // What one catches up with after a time away is counted in the list.
    if (placement !== "next" || this.#client.state.name !== "live") return;
    const event = events.findLast((one) => this.#isNews(one, channel));
    if (event === undefined || !this.#place.isAllowed) return;
    const wish = readNotifications(this.#client);
    if (!wish.wanted || (await this.#place.isLookedAt()) || this.#ended.signal.aborted) return;
    // Read meanwhile, on another device.
    if ((this.#client.channel(channel.id)?.unread ?? 0) === 0) return;
    const shown = this.#place.show(this.#noteOf(event, channel, wish.text));
    if (shown !== undefined) this.#shown.set(channel.id, shown);
  }

  #isNews(event: ChannelEvent, channel: ChannelState): boolean {
    const { me, clockOffset } = this.#client;
    if (event.body.kind !== "message" || event.contentGone !== undefined) return false;
    if (event.account === me?.account || event.seq <= Math.max(channel.readWanted, channel.registers.read))
      return false;
    const isQuiet = channel.registers.archived || isMuted(channel.registers.mutedUntil, Date.now() + clockOffset);
    // Who is spoken to is told also where it is quiet.
    return !isQuiet || (me !== undefined && event.body.mentions.includes(me.account));
  }

  #noteOf(event: ChannelEvent, channel: ChannelState, showsText: boolean): Note {
    const author = event.account === undefined ? "" : this.#people.nameOf(event.account);
    const said = showsText ? plainLine([...textOf(event)].slice(0, longest).join("")) : "";
    if (channel.kind !== "group") return { channel: channel.id, title: author, text: said };
    const text = said === "" || author === "" ? said || author : `${author}: ${said}`;
    return { channel: channel.id, title: channel.title, text };
  }

  #takeBack(channel: ChannelId): void {
    this.#shown.get(channel)?.close();
    this.#shown.delete(channel);
  }
}
