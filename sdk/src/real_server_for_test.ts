/** A real parleyd on a port of the system, in a folder of its own; needs PARLEY_BIN. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TokenSource } from "./core/ports.ts";
import type { AccountId } from "./ids.ts";
import { parseId } from "./ids.ts";

export const serverBinary = process.env.PARLEY_BIN === undefined ? undefined : join(process.env.PARLEY_BIN, "parleyd");

export interface SignedUp {
  readonly account: AccountId;
  readonly tokens: TokenSource;
}

export class RealServer {
  readonly url: string;
  readonly #port: number;
  readonly #data = mkdtempSync(join(tmpdir(), "parley-sdk-"));
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<RealServer> {
    const server = new RealServer(await freePort());
    await server.run();
    return server;
  }

  /** Starts it, and resolves when it answers. */
  async run(): Promise<void> {
    const process = spawn(serverBinary as string, [
      "--data",
      this.#data,
      "--listen",
      `127.0.0.1:${this.#port}`,
      "--password-cost",
      "minimum",
      "--log-level",
      "error",
    ]);
    this.#process = process;
    let said = "";
    process.stderr?.on("data", (part) => {
      said += part;
    });
    const died = new Promise<never>((_, reject) =>
      process.once("exit", (code) => reject(new Error(`parleyd ended with ${code}: ${said}`))),
    );
    died.catch(() => {});
    await Promise.race([died, this.#answers()]);
  }

  /** kill -9. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGKILL");
    for (const made of [this.#data, `${this.#data}.backups`]) rmSync(made, { recursive: true, force: true });
  }

  /** Keeps what it has now; it goes on meanwhile. */
  async backUp(): Promise<void> {
    await this.#operate("backup", this.#data, `${this.#data}.backups`);
  }
  /** Of a server that was killed: what it had when it was backed up. */
  async restore(): Promise<void> {
    await this.#operate("restore", `${this.#data}.backups`, this.#data, "--yes");
  }
  async #operate(...words: string[]): Promise<void> {
    await promisify(execFile)(join(process.env.PARLEY_BIN as string, "parley"), words);
  }

  async signUp(handle: string): Promise<SignedUp> {
    const answer = await this.#post("/v1/accounts", { handle, password: "correct horse", displayName: handle });
    let refreshToken = String(answer.refreshToken);
    let first: string | undefined = String(answer.accessToken);
    return {
      account: parseId<AccountId>(String(answer.account)) as AccountId,
      tokens: {
        accessToken: async () => {
          const expiresAt = Date.now() + 600_000;
          if (first !== undefined) {
            const token = first;
            first = undefined;
            return { token, expiresAt };
          }
          const next = await this.#post("/v1/auth/refresh", { refreshToken });
          refreshToken = String(next.refreshToken);
          return { token: String(next.accessToken), expiresAt };
        },
      },
    };
  }

  async #post(path: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(this.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  async #answers(): Promise<void> {
    for (;;) {
      const isUp = await fetch(`${this.url}/healthz`).then(
        (response) => response.ok,
        () => false,
      );
      if (isUp) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #end(signal: NodeJS.Signals): Promise<void> {
    const process = this.#process;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      process.once("exit", () => resolve());
      process.kill(signal);
    });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
