import { beforeEach, describe, expect, it } from "vitest";
import { type PagePorts, registerServiceWorker } from "./register.ts";

class FakeRegistration extends EventTarget {
  installing: EventTarget | null = null;
  waiting: { postMessage(message: string): void } | null = null;
  active: object | null = {};
  looks = 0;
  async update(): Promise<void> {
    this.looks += 1;
    throw new TypeError("no network");
  }
  /** A new version comes, and waits. */
  bring(): void {
    const worker = new EventTarget();
    this.installing = worker;
    this.dispatchEvent(new Event("updatefound"));
    this.waiting = { postMessage: (message) => void said.push(message) };
    worker.dispatchEvent(new Event("statechange"));
  }
}

let said: string[] = [];

describe("a page with a service worker", () => {
  let registration: FakeRegistration;
  let workers: EventTarget & { register: () => Promise<FakeRegistration>; controller: object | null };
  let page: EventTarget & { visibilityState: DocumentVisibilityState };
  let ports: PagePorts;
  const updates = {
    onUpdate: () => void said.push("update"),
    beforeReload: async () => void said.push("drafts"),
  };

  beforeEach(() => {
    said = [];
    registration = new FakeRegistration();
    workers = Object.assign(new EventTarget(), { register: async () => registration, controller: {} });
    page = Object.assign(new EventTarget(), { visibilityState: "visible" as const });
    ports = { workers, page, reload: () => void said.push("reload") } as unknown as PagePorts;
  });

  it("tells of a new version when it waits, and lets it take over when the app says so", async () => {
    const { apply } = await registerServiceWorker(updates, ports);
    apply();
    expect(said).toEqual([]);
    registration.bring();
    expect(said).toEqual(["update"]);
    apply();
    expect(said).toEqual(["update", "apply"]);
  });

  it("tells of a version that waited already", async () => {
    registration.waiting = { postMessage: () => {} };
    await registerServiceWorker(updates, ports);
    expect(said).toEqual(["update"]);
  });

  it("does not call the first version of all an update", async () => {
    registration.active = null;
    await registerServiceWorker(updates, ports);
    registration.bring();
    expect(said).toEqual([]);
  });

  it("loads again once, after the drafts are written, when a version took over in whatever tab", async () => {
    await registerServiceWorker(updates, ports);
    workers.dispatchEvent(new Event("controllerchange"));
    workers.dispatchEvent(new Event("controllerchange"));
    await Promise.resolve();
    await Promise.resolve();
    expect(said).toEqual(["drafts", "reload"]);
  });

  it("does not load again when the first worker takes the page", async () => {
    workers.controller = null;
    await registerServiceWorker(updates, ports);
    workers.dispatchEvent(new Event("controllerchange"));
    expect(said).toEqual([]);
    workers.dispatchEvent(new Event("controllerchange"));
    expect(said).toEqual(["drafts"]);
  });

  it("looks for a new version whenever it is shown, and does not mind that there is no network", async () => {
    await registerServiceWorker(updates, ports);
    page.dispatchEvent(new Event("visibilitychange"));
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    expect(registration.looks).toBe(1);
  });

  it.each(["none in the browser", "none allowed"])("works without service workers: %s", async (why) => {
    workers.register = async () => Promise.reject(new Error("not allowed"));
    const { apply, check } = await registerServiceWorker(updates, {
      ...ports,
      workers: why === "none allowed" ? ports.workers : undefined,
    });
    apply();
    await check();
    expect(said).toEqual([]);
  });
});
