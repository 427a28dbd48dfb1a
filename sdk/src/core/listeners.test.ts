import { describe, expect, it, vi } from "vitest";
import type { ParleyEvent } from "../client.ts";
import { Listeners } from "./listeners.ts";

const noted = (what: string): ParleyEvent => ({ type: "noted", what });

/** A signal, and how many listen to it. */
function countedSignal() {
  const aborting = new AbortController();
  const { signal } = aborting;
  let count = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count--;
    remove(...args);
  };
  return { aborting, signal, listening: () => count };
}

describe("a listener", () => {
  it("is told until it is taken off, or its signal is aborted, and leaves nothing at the signal", () => {
    const listeners = new Listeners();
    const { aborting, signal, listening } = countedSignal();
    const told: string[] = [];
    const off = listeners.on("noted", ({ what }) => told.push(`a ${what}`), { signal });
    listeners.on("noted", ({ what }) => told.push(`b ${what}`), { signal });
    listeners.tell(noted("1"));
    off();
    expect(listening()).toBe(1);
    listeners.tell(noted("2"));
    aborting.abort();
    listeners.tell(noted("3"));
    listeners.on("noted", ({ what }) => told.push(`c ${what}`), { signal });
    listeners.tell(noted("4"));
    expect(told).toEqual(["a 1", "b 1", "b 2"]);
  });

  it("that throws disturbs no other, and is an uncaught error", async () => {
    const listeners = new Listeners();
    const uncaught: unknown[] = [];
    vi.stubGlobal("queueMicrotask", (run: () => void) => {
      try {
        run();
      } catch (error) {
        uncaught.push(error);
      }
    });
    const told: string[] = [];
    listeners.on("noted", () => {
      throw new Error("mistake");
    });
    listeners.on("noted", ({ what }) => told.push(what));
    listeners.tell(noted("1"));
    vi.unstubAllGlobals();
    expect(told).toEqual(["1"]);
    expect(uncaught).toEqual([new Error("mistake")]);
  });

  it("may listen twice, and be taken off once", () => {
    const listeners = new Listeners();
    let times = 0;
    const listener = () => {
      times++;
    };
    const off = listeners.on("noted", listener);
    listeners.on("noted", listener);
    listeners.tell(noted("1"));
    off();
    listeners.tell(noted("2"));
    expect(times).toBe(3);
  });
});

describe("an iteration", () => {
  it("has everything from its beginning on, in order, also what nobody has asked for yet", async () => {
    const listeners = new Listeners();
    listeners.tell(noted("before"));
    const iteration = listeners.iterate();
    const first = iteration.next();
    for (const what of ["1", "2", "3"]) listeners.tell(noted(what));
    expect((await first).value).toEqual(noted("1"));
    listeners.close();
    const rest: ParleyEvent[] = [];
    for await (const event of iteration) rest.push(event);
    expect(rest).toEqual([noted("2"), noted("3")]);
  });

  it("ends with its signal, by break, and with the client, and leaves nothing at the signal", async () => {
    const listeners = new Listeners();
    const { aborting, signal, listening } = countedSignal();
    const waiting = listeners.iterate({ signal }).next();
    const broken = listeners.iterate({ signal });
    listeners.tell(noted("1"));
    for await (const event of broken) {
      expect(event).toEqual(noted("1"));
      break;
    }
    expect(await broken.next()).toEqual({ value: undefined, done: true });
    expect((await waiting).value).toEqual(noted("1"));
    expect(listening()).toBe(1);
    aborting.abort();
    expect(await listeners.iterate({ signal }).next()).toEqual({ value: undefined, done: true });
    const last = listeners.iterate().next();
    listeners.close();
    expect(await last).toEqual({ value: undefined, done: true });
  });
});
