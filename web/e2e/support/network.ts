/** The network between one person and the server: a TCP proxy that can be slow, cut, or lossy. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";

export interface Shape {
  /** Added to each direction. */
  readonly delayMs?: number;
  /** In each direction of each connection. */
  readonly bytesPerSecond?: number;
  /** A connection breaks after so many bytes from the server, in the middle of whatever it was saying. */
  readonly breakAfterBytes?: number;
  /** A connection falls silent after so many bytes from the server, and nobody is told. */
  readonly stallAfterBytes?: number;
  /** Each so-manieth connection is refused. */
  readonly refuseEach?: number;
}

export class Network {
  readonly url: string;
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => this.#carry(socket));
  readonly #target: number;
  readonly #open = new Set<Socket>();
  #shape: Shape = {};
  #isCut = false;
  #frozen: { readonly promise: Promise<void>; readonly thaw: () => void } | undefined;
  #connections = 0;
  #attempts = 0;

  private constructor(target: number, port: number) {
    this.#target = target;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async to(target: number): Promise<Network> {
    const network = new Network(target, 0);
    network.#server.listen(0, "127.0.0.1");
    await once(network.#server, "listening");
    const address = network.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("no address");
    Object.assign(network, { url: `http://127.0.0.1:${address.port}` });
    return network;
  }

  /** How many connections were made through it. */
  get connections(): number {
    return this.#connections;
  }

  /** From now on, for connections that are open as for new ones. */
  shape(shape: Shape): void {
    this.#shape = shape;
  }

  /** Breaks every connection and lets none through until `heal`. */
  cut(): void {
    this.#isCut = true;
    this.breakAll();
  }

  /** Nothing gets through, and nobody is told; what is on its way then arrives after `heal`. */
  freeze(): void {
    let thaw = () => {};
    const promise = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    this.#frozen ??= { promise, thaw };
  }

  heal(): void {
    this.#isCut = false;
    this.#frozen?.thaw();
    this.#frozen = undefined;
  }

  /** Breaks what is open; new connections go through. */
  breakAll(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.#frozen?.thaw();
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #carry(near: Socket): void {
    this.#attempts += 1;
    const { refuseEach } = this.#shape;
    if (this.#isCut || (refuseEach !== undefined && this.#attempts % refuseEach === 0)) {
      near.resetAndDestroy();
      return;
    }
    this.#connections += 1;
    const far = connect({ port: this.#target, host: "127.0.0.1", allowHalfOpen: true });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.once("close", () => {
        this.#open.delete(socket);
        other.destroy();
      });
    }
    const { breakAfterBytes = Number.POSITIVE_INFINITY, stallAfterBytes = Number.POSITIVE_INFINITY } = this.#shape;
    let passed = 0;
    const isStalled = () => passed > stallAfterBytes;
    near.pipe(this.#shaped(isStalled)).pipe(far);
    far.on("data", (part: Buffer) => {
      passed += part.length;
      if (passed > breakAfterBytes) near.resetAndDestroy();
    });
    far.pipe(this.#shaped(isStalled)).pipe(near);
  }

  #shaped(isStalled: () => boolean): Transform {
    let lineIsFreeAt = 0;
    return new Transform({
      transform: async (part: Buffer, _, done) => {
        if (isStalled()) return;
        await this.#frozen?.promise;
        const { delayMs = 0, bytesPerSecond } = this.#shape;
        const now = performance.now();
        const onTheLine = bytesPerSecond === undefined ? 0 : (part.length / bytesPerSecond) * 1_000;
        lineIsFreeAt = Math.max(lineIsFreeAt, now) + onTheLine;
        const wait = lineIsFreeAt + delayMs - now;
        if (wait <= 0) done(null, part);
        else setTimeout(() => done(null, part), wait);
      },
    });
  }
}
