import { beforeEach, describe, expect, it } from "vitest";
import { type AskedFor, Shell, type ShellPlan } from "./shell.ts";

const origin = "https://chat.example";
const first: ShellPlan = {
  version: "1",
  files: ["/index.html", "/assets/app-1.js", "/assets/same-1.js"],
  lazy: ["/assets/emoji-1.js", "/assets/emoji_de-1.js"],
};
const second: ShellPlan = { ...first, version: "2", files: ["/index.html", "/assets/app-2.js", "/assets/same-1.js"] };

class FakeCaches {
  readonly all = new Map<string, Map<string, Response>>();
  async open(name: string): Promise<Cache> {
    const entries = this.all.get(name) ?? new Map<string, Response>();
    this.all.set(name, entries);
    const cache: Pick<Cache, "match" | "put"> = {
      match: async (path) => entries.get(String(path))?.clone(),
      put: async (path, response) => void entries.set(String(path), response.clone()),
    };
    return cache as Cache;
  }
  keys = async (): Promise<string[]> => [...this.all.keys()];
  delete = async (name: string): Promise<boolean> => this.all.delete(name);
}

const ask = (path: string, more: Partial<AskedFor> = {}): AskedFor => ({
  method: "GET",
  mode: "no-cors",
  url: path.startsWith("/") ? origin + path : path,
  ...more,
});
const visit = (path: string): AskedFor => ask(path, { mode: "navigate" });

describe("the app in the browser's cache", () => {
  let caches: FakeCaches;
  let fetched: string[];
  let answers: (path: string) => Response;
  const shellOf = (plan: ShellPlan): Shell =>
    new Shell(plan, {
      caches,
      origin,
      fetch: async (path, init) => {
        fetched.push(`${String(path)} ${init?.cache}`);
        return answers(String(path));
      },
    });
  const noNetwork = (): Response => {
    throw new TypeError("no network");
  };

  beforeEach(() => {
    caches = new FakeCaches();
    fetched = [];
    answers = (path) => new Response(`${path} of the server`);
  });

  it("opens any page of the app without a network once it is installed", async () => {
    const shell = shellOf(first);
    await shell.install();
    answers = noNetwork;
    for (const path of ["/", "/c/0b0e", "/settings/devices", "/join?x=a.b", "/index.html"])
      expect(await (await shell.answer(visit(path)))?.text(), path).toBe("/index.html of the server");
    expect(await (await shell.answer(ask("/assets/app-1.js")))?.text()).toBe("/assets/app-1.js of the server");
  });

  it("asks past the browser's own cache for what keeps its name, and lets it help with the rest", async () => {
    await shellOf(first).install();
    expect(fetched.sort()).toEqual(["/assets/app-1.js default", "/assets/same-1.js default", "/index.html reload"]);
  });

  it.each([
    visit("/v1/export"),
    ask("/v1/account"),
    ask("/v1"),
    visit("/healthz"),
    ask("/.well-known/x"),
    ask("/assets/app-1.js", { method: "POST" }),
    ask("https://elsewhere.example/assets/app-1.js"),
    visit("/robots.txt"),
    ask("/assets/not_ours.js"),
  ])("leaves $method $mode $url to the server", async (request) => {
    const shell = shellOf(first);
    await shell.install();
    expect(shell.answer(request)).toBeUndefined();
  });

  it("keeps what somebody used once, and brings nothing of it before", async () => {
    const shell = shellOf(first);
    await shell.install();
    expect(await (await shell.answer(ask("/assets/emoji-1.js")))?.text()).toBe("/assets/emoji-1.js of the server");
    answers = noNetwork;
    expect(await (await shell.answer(ask("/assets/emoji-1.js")))?.text()).toBe("/assets/emoji-1.js of the server");
    await expect(shell.answer(ask("/assets/emoji_de-1.js"))).rejects.toThrow("no network");
  });

  it("is not installed when a file is missing", async () => {
    answers = (path) => new Response("", { status: path.includes("same") ? 404 : 200 });
    await expect(shellOf(first).install()).rejects.toThrow("/assets/same-1.js was answered with 404");
  });

  it("leaves an open page its version while the next one waits, and forgets it when that takes over", async () => {
    const before = shellOf(first);
    await before.install();
    answers = (path) => new Response(`${path} of the next`);
    const after = shellOf(second);
    await after.install();
    expect(await (await before.answer(visit("/")))?.text()).toBe("/index.html of the server");
    await after.activate();
    expect([...caches.all.keys()]).toEqual(["parley-shell-2"]);
    expect(await (await after.answer(visit("/")))?.text()).toBe("/index.html of the next");
  });

  it("brings only what changed, and keeps what was used", async () => {
    const before = shellOf(first);
    await before.install();
    await before.answer(ask("/assets/emoji-1.js"));
    fetched = [];
    const after = shellOf(second);
    await after.install();
    expect(fetched.sort()).toEqual(["/assets/app-2.js default", "/index.html reload"]);
    await after.activate();
    answers = noNetwork;
    expect(await (await after.answer(ask("/assets/emoji-1.js")))?.text()).toBe("/assets/emoji-1.js of the server");
  });

  it("leaves caches of others alone", async () => {
    await caches.open("someone");
    await shellOf(first).activate();
    expect([...caches.all.keys()]).toEqual(["someone"]);
  });

  it("brings a file again that the browser dropped", async () => {
    const shell = shellOf(first);
    await shell.install();
    caches.all.clear();
    expect(await (await shell.answer(visit("/")))?.text()).toBe("/index.html of the server");
  });
});
