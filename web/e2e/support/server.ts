/** A real parleyd on a port of the system, in a folder of its own. Needs PARLEY_BIN; `make test` sets it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ServerOptions {
  /** Gives the app from this folder in place of the one that is built in. */
  readonly webDir?: string;
  /** More of its arguments. */
  readonly args?: readonly string[];
}

export class Server {
  readonly port: number;
  readonly url: string;
  readonly #data = mkdtempSync(join(tmpdir(), "parley-story-"));
  readonly #options: ServerOptions;
  #process: ChildProcess | undefined;

  private constructor(port: number, options: ServerOptions) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#options = options;
  }

  static async start(options: ServerOptions = {}): Promise<Server> {
    const server = new Server(await freePort(), options);
    await server.run();
    return server;
  }

  /** Starts it where it is not running, and resolves when it answers. */
  async run(): Promise<void> {
    const { webDir, args = [] } = this.#options;
    const child = spawn(join(binaries(), "parleyd"), [
      ...["--data", this.#data, "--listen", `127.0.0.1:${this.port}`, "--password-cost", "minimum"],
      ...["--log-level", "warning", ...(webDir === undefined ? [] : ["--web-dir", webDir]), ...args],
    ]);
    this.#process = child;
    let said = "";
    child.stdout?.resume();
    child.stderr?.on("data", (part) => {
      said += part;
    });
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`parleyd ended with ${code}: ${said}`);
    });
    ended.catch(() => {});
    await Promise.race([ended, this.#answers()]);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#data, { recursive: true, force: true });
  }

  async #answers(): Promise<void> {
    for (;;) {
      const isUp = await fetch(`${this.url}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (isUp) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** The folder of the app that is built into parleyd. */
export const builtApp = (): string => join(binaries(), "../web");

function binaries(): string {
  const folder = process.env.PARLEY_BIN;
  if (folder === undefined) throw new Error("PARLEY_BIN must say where parleyd is");
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
