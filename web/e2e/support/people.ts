/** People of a story: signed up over HTTP, and what they do elsewhere than in the browser that the story looks at. */
import { WebSocket } from "ws";
import {
  type AccountId,
  type ChannelId,
  Parley,
  type ParleyClient,
  type Send,
  type SendId,
} from "../../../sdk/src/index.ts";

export interface Person {
  readonly handle: string;
  readonly name: string;
  readonly password: string;
  readonly account: AccountId;
  /** A device of theirs with the SDK in Node, for setting the scene. */
  readonly client: ParleyClient;
  close(): Promise<void>;
}

/** Signs `handle` up. */
export async function signUp(server: string, handle: string, name: string): Promise<Person> {
  const password = "correct horse battery";
  const parley = new Parley({
    server,
    deviceName: "Elsewhere",
    platform: "node",
    WebSocket,
  });
  const client = await parley.signUp({ handle, password, displayName: name });
  await isLive(client);
  const account = client.me?.account;
  if (account === undefined) throw new Error("signed up as nobody");
  return { handle, name, password, account, client, close: () => parley.close() };
}

/** Waits until a client is connected and has everything. */
export async function isLive(client: ParleyClient): Promise<void> {
  if (client.state.name === "live") return;
  await new Promise<void>((resolve, reject) => {
    const stop = client.on("state", ({ state }) => {
      if (state.name === "live") resolve();
      else if (state.name === "signed_out" || state.name === "stopped") reject(new Error(`${state.name}`));
      else return;
      stop();
    });
  });
}

/** The channel of a send that succeeded; throws why where it did not. */
export async function done(client: ParleyClient, sending: Promise<Send>): Promise<ChannelId> {
  const { sendId, channel } = await sending;
  await posted(client, sendId);
  return channel;
}

/** The seq of a send that succeeded; throws why where it did not. */
async function posted(client: ParleyClient, sendId: SendId): Promise<number> {
  const result = await client.outcome(sendId);
  if (result.outcome === "refused") throw new Error(`${result.refused}: ${result.text}`);
  return result.seq;
}

/** The direct channel of two people. */
export function directChannel(one: Person, other: Person): Promise<ChannelId> {
  return done(one.client, one.client.openDirect(other.account));
}

/** A group, with its owner first. */
export function group(title: string, owner: Person, ...others: Person[]): Promise<ChannelId> {
  return done(owner.client, owner.client.createGroup({ title, members: others.map((other) => other.account) }));
}

/** An invitation that the server knows. */
export async function invite(
  { client }: Person,
  channel: ChannelId,
  wish?: Parameters<ParleyClient["createInvitation"]>[1],
) {
  const made = await client.createInvitation(channel, wish);
  await posted(client, made.sendId);
  return made;
}

/** Posts one after the other; resolves to the seq of the last one when all are in the channel. */
export async function post(author: Person, channel: ChannelId, ...texts: string[]): Promise<number> {
  const sends: Send[] = [];
  for (const text of texts) sends.push(await author.client.post(channel, { text }));
  let last = 0;
  for (const { sendId } of sends) last = await posted(author.client, sendId);
  return last;
}

/** What a person sees of a channel on their other device, oldest first. */
export async function texts(reader: Person, channel: ChannelId): Promise<string[]> {
  const { events } = await reader.client.history(channel, { limit: 1_000 });
  return events.flatMap(({ content, annotation }) => {
    const current = annotation?.current ?? content;
    return current?.kind === "text" ? current.text : [];
  });
}
