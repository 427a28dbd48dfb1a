/** The examples as somebody would run them: by node, with the built package, against the real server. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { Parley } from "./parley.ts";
import { RealServer, serverBinary } from "./real_server_for_test.ts";
import { MemoryStore } from "./store/memory_store.ts";

const here = import.meta.dirname;
const example = (name: string) => join(here, "../examples", name);
const deadline = 120_000;

describe.skipIf(serverBinary === undefined)("examples", () => {
  let server: RealServer;
  let bot: ChildProcess | undefined;

  beforeEach(async () => {
    // The package as it is published.
    await promisify(execFile)(process.execPath, [join(here, "../../node_modules/typescript/bin/tsc"), "--build"], {
      cwd: join(here, ".."),
    });
    server = await RealServer.start();
  }, deadline);
  afterEach(async () => {
    bot?.kill("SIGKILL");
    await server.stop();
  });

  test(
    "the bot answers whoever writes to it",
    async () => {
      const { account } = await server.signUp("echo");
      bot = spawn(process.execPath, [example("bot.mjs"), server.url, "echo", "correct horse"], { stdio: "inherit" });
      const parley = new Parley({ server: server.url, WebSocket, storeFor: () => new MemoryStore() });
      const anna = await parley.signUp({ handle: "anna", password: "correct horse", displayName: "Anna" });
      const told = anna.events();
      const { channel } = await anna.openDirect(account);
      const answers = async function* () {
        for await (const event of told) {
          if (event.type !== "events") continue;
          for (const { account: by, body, content } of event.events) {
            if (by === account && body.kind === "message" && content?.kind === "text") yield content.text;
          }
        }
      };
      const answer = answers();
      await anna.post(channel, { text: "Hello, bot" });
      expect((await answer.next()).value).toBe("You said: Hello, bot");
      const read = () => anna.receipts(channel, 2).then(([receipt]) => receipt?.read);
      await vi.waitFor(async () => expect(await read()).toBeGreaterThanOrEqual(2), deadline);
      // Another one does not answer what was answered.
      bot.kill("SIGKILL");
      await anna.post(channel, { text: "Still there?" });
      bot = spawn(process.execPath, [example("bot.mjs"), server.url, "echo", "correct horse"], { stdio: "inherit" });
      expect((await answer.next()).value).toBe("You said: Still there?");
      await parley.close();
    },
    deadline,
  );

  test(
    "the command sends a message and says under which number",
    async () => {
      await server.signUp("bert");
      await server.signUp("anna");
      const run = (...of: string[]) => promisify(execFile)(process.execPath, [example("send.mjs"), server.url, ...of]);
      const { stdout } = await run("anna", "correct horse", "bert", "Hi");
      expect(stdout).toMatch(/^Posted as number \d+\.\n$/u);
      await expect(run("anna", "wrong horse", "bert", "Hi")).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining("wrong_credentials"),
      });
    },
    deadline,
  );
});
