// A server of one account in memory, that speaks the protocol as far as messages go: enough to run clients against.
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { EventSchema } from "../gen/parley/v1/events_pb.ts";
import * as fr from "../gen/parley/v1/frames_pb.ts";
import { type AccountId, type AnyId, type ChannelId, idFromBytes, idToBytes } from "../ids.ts";

type Answer = NonNullable<MessageInitShape<typeof fr.ServerFrameSchema>["body"]>;
type EventInit = MessageInitShape<typeof EventSchema>;

/** What was said in a channel. */
interface Said {
  readonly seq: number;
  readonly by: AccountId;
  readonly sendId: string;
  readonly text: string;
}

/** One client's connection, seen from the server. */
export interface FakeSession {
  frame(bytes: Uint8Array): void;
  closed(): void;
}

const id = (n: number) => `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;

export class FakeServer {
  readonly account = id(1) as AccountId;
  readonly device = id(2);
  readonly friend = id(3) as AccountId;
  readonly logs = new Map<ChannelId, Said[]>();
  readonly reads = new Map<ChannelId, number>();
  /** What sessions said of themselves, newest last. */
  readonly hints: string[] = [];
  readonly sessions = new Set<Session>();
  time = 1_000_000;
  /** Takes no commands for now. */
  isSilent = false;
  /** Nothing reaches it any more, and nobody is told. */
  isDeaf = false;

  /** A client connected; `send` takes frames to it, and `cut` tells it that the connection broke. */
  open(send: (frame: Uint8Array<ArrayBuffer>) => void, cut: () => void): FakeSession {
    const session = new Session(this, send, cut);
    this.sessions.add(session);
    return session;
  }

  /** Breaks all connections. */
  cut(): void {
    for (const session of this.sessions) session.cut();
    this.sessions.clear();
  }

  texts(channel: ChannelId): string[] {
    return (this.logs.get(channel) ?? []).map((said) => said.text);
  }

  /** Somebody else says it. */
  say(channel: ChannelId, text: string): void {
    this.append(channel, this.friend, id(1_000_000 + ++this.time), text);
  }

  append(channel: ChannelId, by: AccountId, sendId: string, text: string): Said {
    const log = this.logs.get(channel) ?? [];
    this.logs.set(channel, log);
    const known = log.find((said) => said.sendId === sendId);
    if (known !== undefined) return known;
    const said = { seq: log.length + 1, by, sendId, text };
    log.push(said);
    this.push({ case: "events", value: { channelId: idToBytes(channel), events: [toEvent(said)] } });
    return said;
  }

  push(body: Answer): void {
    for (const session of this.sessions) session.answer(0n, body);
  }

  row(channel: ChannelId): MessageInitShape<typeof fr.InboxRowSchema> {
    const log = this.logs.get(channel) ?? [];
    const read = this.reads.get(channel) ?? 0;
    return {
      channelId: idToBytes(channel),
      kind: 2,
      title: "Walks",
      role: 1,
      members: 2,
      visible: [{ from: 1n, to: 0n }],
      head: BigInt(log.length),
      headTime: BigInt(log.length),
      unread: BigInt(log.filter((said) => said.seq > read && said.by !== this.account).length),
      registers: { read: BigInt(read) },
    };
  }
}

class Session implements FakeSession {
  readonly #server: FakeServer;
  readonly #send: (frame: Uint8Array<ArrayBuffer>) => void;
  readonly cut: () => void;

  constructor(server: FakeServer, send: (frame: Uint8Array<ArrayBuffer>) => void, cut: () => void) {
    this.#server = server;
    this.#send = send;
    this.cut = cut;
  }

  closed(): void {
    this.#server.sessions.delete(this);
  }

  answer(request: bigint, body: Answer): void {
    this.#send(toBinary(fr.ServerFrameSchema, create(fr.ServerFrameSchema, { request, body })));
  }

  frame(bytes: Uint8Array): void {
    const { request, body } = fromBinary(fr.ClientFrameSchema, bytes);
    const answer = this.#server.isDeaf ? undefined : this.#answerTo(body);
    if (answer !== undefined && request !== 0n) this.answer(request, answer);
  }

  #answerTo(body: fr.ClientFrame["body"]): Answer | undefined {
    const server = this.#server;
    switch (body.case) {
      case "hello":
        return {
          case: "welcome",
          value: {
            incarnation: bytes(id(4)),
            account: bytes(server.account),
            device: bytes(server.device),
            time: BigInt(server.time),
            heartbeatMs: 30_000,
          },
        };
      case "getInbox": {
        const rows = [...server.logs.keys()].map((channel) => server.row(channel));
        return { case: "inbox", value: { incarnation: bytes(id(4)), rows, version: new Uint8Array([1]) } };
      }
      case "getChannel": {
        const channel = channelOf(body.value.channelId);
        return { case: "channel", value: { row: server.row(channel) } };
      }
      case "getHistory":
        return { case: "history", value: this.#history(body.value) };
      case "moveCursor": {
        const channel = channelOf(body.value.channelId);
        const read = Math.max(server.reads.get(channel) ?? 0, Number(body.value.read));
        server.reads.set(channel, read);
        const { registers, unread } = server.row(channel);
        server.push({
          case: "registersChanged",
          value: { channelId: idToBytes(channel), ...(registers && { registers }), unread: unread ?? 0n },
        });
        return { case: "ok", value: {} };
      }
      case "command": {
        if (server.isSilent) return undefined;
        const { channelId, sendId, body: command } = body.value;
        const content = command.case === "post" ? command.value.content?.body : undefined;
        if (content?.case !== "text") return { case: "error", value: { number: 1, name: "invalid_argument" } };
        if (content.value === "refuse me") {
          return { case: "outcome", value: { channelId, sendId, time: 5n, refused: "not_a_member" } };
        }
        const said = server.append(channelOf(channelId), server.account, idFromBytes(sendId) ?? "", content.value);
        return { case: "outcome", value: { channelId, sendId, seq: BigInt(said.seq), time: BigInt(said.seq) } };
      }
      case "watch":
        server.hints.push(`watch ${body.value.accounts.length}`);
        return {
          case: "presenceNow",
          value: { accounts: body.value.accounts.map((account) => ({ account, online: true })) },
        };
      case "setActive":
        server.hints.push(body.value.active ? "active" : "idle");
        return undefined;
      default:
        return { case: "ok", value: {} };
    }
  }

  #history({ channelId, from, to, oldestFirst }: fr.GetHistory): MessageInitShape<typeof fr.HistorySchema> {
    const log = this.#server.logs.get(channelOf(channelId)) ?? [];
    const last = to === 0n ? log.length : Math.min(Number(to), log.length);
    const first = Math.max(Number(from), 1);
    const inRange = log.filter((said) => said.seq >= first && said.seq <= last);
    const events = oldestFirst ? inRange.slice(0, 20) : inRange.slice(-20);
    const isAll = events.length === inRange.length;
    return {
      channelId,
      from: BigInt(isAll || oldestFirst ? first : (events[0]?.seq ?? first)),
      to: BigInt(isAll || !oldestFirst ? last : (events.at(-1)?.seq ?? last)),
      events: events.map(toEvent),
      head: BigInt(log.length),
    };
  }
}

function toEvent({ seq, by, sendId, text }: Said): EventInit {
  return {
    header: {
      seq: BigInt(seq),
      time: BigInt(seq),
      account: bytes(by),
      sendId: bytes(sendId),
      count: BigInt(seq),
      body: { case: "message", value: {} },
    },
    content: { body: { case: "text", value: text } },
  };
}

const bytes = (text: string) => idToBytes(text as AnyId);
const channelOf = (given: Uint8Array) => idFromBytes<ChannelId>(given) as ChannelId;
