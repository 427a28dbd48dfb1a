/** What one tab may ask of the client in another: by name, with arguments that can be cloned. */
import type { ChatClient, SendOptions } from "../client.ts";
import type { Command } from "../commands.ts";
import { ParleyError } from "../errors.ts";
import type { ChannelId } from "../ids.ts";
import type { EventsQuery, Store } from "../store/store.ts";
import type { Send, Want } from "../types.ts";

export interface Served {
  readonly client: ChatClient;
  readonly store: Store;
}

/** The arguments of a function of the client, but its signal. */
type ArgumentsOf<Name extends keyof ChatClient> = Parameters<Extract<ChatClient[Name], (...args: never) => unknown>>;

/** Sends without a channel are those whose channel follows from who takes part. */
type SendArguments = readonly [channel: ChannelId | undefined, command: Command, options: SendOptions];

const methods = {
  send: ({ client }: Served, [channel, command, given]: SendArguments, signal: AbortSignal): Promise<Send> => {
    const options = { ...given, signal };
    if (channel !== undefined) return client.send(channel, command, options);
    if (command.kind === "createChannel" && command.channelKind === "self") return client.openSelf(options);
    if (command.kind === "createChannel" && command.peer !== undefined) return client.openDirect(command.peer, options);
    throw new ParleyError("invalid_argument", "A channel is needed.");
  },
  history: ({ client }: Served, [channel, query]: ArgumentsOf<"history">, signal: AbortSignal) =>
    client.history(channel, { ...query, signal }),
  event: ({ client }: Served, [channel, seq]: ArgumentsOf<"event">, signal: AbortSignal) =>
    client.event(channel, seq, { signal }),
  content: ({ client }: Served, [channel, seq]: ArgumentsOf<"content">, signal: AbortSignal) =>
    client.content(channel, seq, { signal }),
  versions: ({ client }: Served, [channel, seq]: ArgumentsOf<"versions">, signal: AbortSignal) =>
    client.versions(channel, seq, { signal }),
  receipts: ({ client }: Served, [channel, seq]: ArgumentsOf<"receipts">, signal: AbortSignal) =>
    client.receipts(channel, seq, { signal }),
  channelInfo: ({ client }: Served, [channel]: ArgumentsOf<"channelInfo">, signal: AbortSignal) =>
    client.channelInfo(channel, { signal }),
  setRegisters: ({ client }: Served, [channel, change]: ArgumentsOf<"setRegisters">, signal: AbortSignal) =>
    client.setRegisters(channel, change, { signal }),
  hideMessages: ({ client }: Served, [channel, from, to]: ArgumentsOf<"hideMessages">, signal: AbortSignal) =>
    client.hideMessages(channel, from, to, { signal }),
  read: ({ client }: Served, [channel, seq]: ArgumentsOf<"read">) => client.read(channel, seq),
  setValue: ({ client }: Served, [key, value]: ArgumentsOf<"setValue">) => client.setValue(key, value),
  rebuild: ({ client }: Served, _: readonly []) => client.rebuild(),
  want: ({ client }: Served, [channel, want]: readonly [ChannelId, Want]) => client.want(channel, want),
  typing: ({ client }: Served, [channel, on]: ArgumentsOf<"typing">) => client.typing(channel, on),
  wake: ({ client }: Served, _: readonly []) => client.wake(),
  start: ({ client }: Served, _: readonly []) => client.start(),
  stop: ({ client }: Served, _: readonly []) => client.stop(),
  /** What is stored, as it is. */
  stored: ({ store }: Served, [channel, range]: readonly [ChannelId, EventsQuery]) => store.events(channel, range),
} satisfies Record<string, (served: Served, args: never, signal: AbortSignal) => unknown>;

export type Method = keyof typeof methods;
export type MethodArguments<Name extends Method> = Parameters<(typeof methods)[Name]>[1];
export type MethodResult<Name extends Method> = Awaited<ReturnType<(typeof methods)[Name]>>;

export async function perform(
  served: Served,
  method: Method,
  args: readonly unknown[],
  signal: AbortSignal,
): Promise<unknown> {
  if (!Object.hasOwn(methods, method)) throw new ParleyError("invalid_argument", "There is no such function.");
  return await methods[method](served, args as never, signal);
}
