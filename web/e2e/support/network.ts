/** The network between one person and the server: a TCP proxy that can be slow, cut, or lose connections. */
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
}

export class Network {
  readonly url: string;
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => this.#carry(socket));
  readonly #target: number;
  readonly #open = new Set<Socket>();
  #shape: Shape = {};
  #isCut = false;
  #connections = 0;

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

  heal(): void {
    this.#isCut = false;
  }

  /** Breaks what is open; new connections go through. */
  breakAll(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #carry(near: Socket): void {
    if (this.#isCut) {
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
    near.pipe(this.#shaped()).pipe(far);
    let left = this.#shape.breakAfterBytes ?? Number.POSITIVE_INFINITY;
    far.on("data", (part: Buffer) => {
      left -= part.length;
      if (left < 0) near.resetAndDestroy();
    });
    far.pipe(this.#shaped()).pipe(near);
  }

  #shaped(): Transform {
    let lineIsFreeAt = 0;
    return new Transform({
      transform: (part: Buffer, _, done) => {
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
