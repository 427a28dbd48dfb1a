/** A page with the SDK and nothing else; stories call it from outside. */
import { type ChannelEvent, type ChannelId, Parley } from "../../../sdk/src/index.ts";
import type { ToWriter } from "./writer.ts";

const parley = new Parley({ deviceName: "Page", platform: "web" });

const client = () => {
  if (parley.client === undefined) throw new Error("nobody is signed in");
  return parley.client;
};

let writer: Worker | undefined;

export const page = {
  parley,
  /** Of who is signed in. */
  get state(): string {
    const state = parley.client?.state;
    if (state?.name === "stopped") return `stopped: ${state.why?.name} ${state.why?.message}`;
    return state?.name ?? "nobody";
  },
  /** What the worker said. */
  worked: [] as string[],
  startWorker: (credentials: { handle: string; password: string }): void => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<string>) => page.worked.push(data);
    worker.onerror = ({ message }) => page.worked.push(message);
    worker.postMessage(credentials);
  },
  /** What the other worker said. */
  wrote: [] as string[],
  startWriter: (): void => {
    writer = new Worker(new URL("./writer.ts", import.meta.url), { type: "module" });
    writer.onmessage = ({ data }: MessageEvent<string>) => page.wrote.push(data);
    writer.onerror = ({ message }) => page.wrote.push(message);
  },
  tellWriter: (what: ToWriter): void => writer?.postMessage(what),
  killWriter: (): void => writer?.terminate(),
  get waiting(): number {
    return parley.client?.outbox().length ?? 0;
  },
  post: async (channel: string, text: string): Promise<void> => {
    await client().post(channel as ChannelId, { text });
  },
  /** The texts of a channel, oldest first: of what is on this device, or of the server. */
  texts: async (channel: string, where: "here" | "everywhere" = "here"): Promise<string[]> => {
    await client().loaded;
    if (client().channel(channel as ChannelId) === undefined) return [];
    const { events } = await client().history(channel as ChannelId, { limit: 1_000, local: where === "here" });
    return events.flatMap(textOf);
  },
};

function textOf({ content, annotation }: ChannelEvent): string | [] {
  const current = annotation?.current ?? content;
  return current?.kind === "text" ? current.text : [];
}

declare global {
  var sdk: typeof page;
}
globalThis.sdk = page;
