// What a page has around it, as far as the SDK looks: events, storage, a server that can be reached or not.
import "fake-indexeddb/auto";
import { create, toBinary } from "@bufbuild/protobuf";
import { IDBFactory } from "fake-indexeddb";
import { vi } from "vitest";
import { FakeServer } from "./core/fake_server_for_test.ts";
import type { WebSocketConstructor, WebSocketLike } from "./core/web_socket.ts";
import { TokensSchema } from "./gen/parley/v1/accounts_pb.ts";
import { type AnyId, idToBytes } from "./ids.ts";
import { Parley, type ParleyOptions } from "./parley.ts";

export class FakePage {
  readonly server = new FakeServer();
  readonly document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  readonly window = new EventTarget();
  /** What the browser says when it is asked to keep what is stored; undefined: it has never heard of that. */
  persist: (() => Promise<boolean>) | undefined = async () => true;
  isReachable = true;
  attempts = 0;
  #closeCode = 1006;
  #parley: Parley | undefined;

  constructor() {
    const kept = new Map<string, string>();
    vi.stubGlobal("document", this.document);
    vi.stubGlobal("addEventListener", this.window.addEventListener.bind(this.window));
    vi.stubGlobal("BroadcastChannel", undefined);
    vi.stubGlobal("indexedDB", new IDBFactory());
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    });
    const page = this;
    const storage = {
      get persist() {
        return page.persist;
      },
    };
    vi.stubGlobal("navigator", { storage });
  }

  /** There may be others: this one leads. */
  beOneOfSeveral(): void {
    const locks = { request: async (_: string, ...rest: unknown[]) => (rest.at(-1) as () => unknown)() };
    vi.stubGlobal("navigator", { storage: {}, locks });
    vi.stubGlobal(
      "BroadcastChannel",
      class {
        onmessage = null;
        postMessage(): void {}
        close(): void {}
      },
    );
  }

  open(options: Partial<ParleyOptions> = {}): Parley {
    const settings = { firstBackoff: 1e9, longestBackoff: 1e9 };
    this.#parley = new Parley({
      server: "https://chat.example",
      fetch: this.#fetch,
      WebSocket: this.#webSocket(),
      settings,
      ...options,
    });
    return this.#parley;
  }

  async close(): Promise<void> {
    await this.#parley?.close();
    vi.unstubAllGlobals();
  }

  /** Nobody answers any more. */
  cutOff(): void {
    this.isReachable = false;
    this.server.cut();
  }

  /** The server ends all connections with this code. */
  closeAll(code: number): void {
    this.#closeCode = code;
    this.server.cut();
    this.#closeCode = 1006;
  }

  readonly #fetch = async (): Promise<Response> => {
    const message = create(TokensSchema, {
      account: idToBytes(this.server.account),
      device: idToBytes(this.server.device as AnyId),
      accessToken: "token",
      accessExpires: BigInt(Date.now() + 1e9),
    });
    return new Response(new Uint8Array(toBinary(TokensSchema, message)));
  };

  #webSocket(): WebSocketConstructor {
    const page = this;
    return class implements WebSocketLike {
      binaryType = "";
      onopen: ((event: never) => void) | null = null;
      onmessage: ((event: never) => void) | null = null;
      onclose: ((event: never) => void) | null = null;
      onerror: ((event: never) => void) | null = null;
      readonly #session = page.server.open(
        (frame) => queueMicrotask(() => this.onmessage?.({ data: frame.buffer } as never)),
        () => this.onclose?.({ code: page.#closeCode } as never),
      );

      constructor() {
        page.attempts++;
        queueMicrotask(() => {
          if (page.isReachable) this.onopen?.({} as never);
          else this.onclose?.({ code: 1006 } as never);
        });
      }
      send(frame: Uint8Array): void {
        this.#session.frame(frame);
      }
      close(): void {
        this.#session.closed();
      }
    };
  }
}
