import type { ChannelEvent } from "@parley/sdk";
import { describe, expect, test } from "vitest";
import { EventWindow } from "./event_window.ts";

const event = (seq: number, body: object = { kind: "message" }): ChannelEvent =>
  ({ seq, time: seq, body, content: { kind: "text", text: `${seq}` } }) as unknown as ChannelEvent;
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => event(first + at));
const page = (first: number, last: number, more: object = {}) => ({
  ...{ events: from(first, last), from: first, to: last, reachedStart: false, reachedHead: false, ...more },
});
const seqs = ({ events }: EventWindow) => events.map(({ seq }) => seq);
const whole = () => true;

function windowOf(first: number, last: number, more: object = {}): EventWindow {
  const window = new EventWindow();
  window.replace(page(first, last, more));
  return window;
}

describe("EventWindow", () => {
  test("grows in both directions and knows its ends", () => {
    const window = windowOf(5, 6);
    window.putBefore(page(1, 4, { reachedStart: true }));
    window.putAfter(page(7, 8, { reachedHead: true }));
    expect(seqs(window)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(window).toMatchObject({ from: 1, to: 8, reachedStart: true, atHead: true });
  });

  test("ends where it did where nothing comes after it", () => {
    const window = windowOf(5, 6);
    window.putAfter({ events: [], from: 0, to: 0, reachedStart: false, reachedHead: true });
    expect(window).toMatchObject({ to: 6, atHead: true });
  });

  test("takes in what is new only where nothing is missing before it", () => {
    const window = windowOf(1, 3, { reachedHead: true });
    window.add([event(4), event(6)], (seq) => seq === window.to + 1);
    expect(seqs(window)).toEqual([1, 2, 3, 4]);
    window.atHead = false;
    window.add([event(5)], whole);
    expect(window.to).toBe(4);
  });

  test("puts what was missing in its place, once", () => {
    const window = new EventWindow();
    window.replace({ ...page(1, 5, { reachedHead: true }), events: [event(1), event(3), event(5)] });
    window.add([event(4), event(2), event(4), event(9)], whole);
    expect(seqs(window)).toEqual([1, 2, 3, 4, 5, 9]);
    expect(window.get(4)?.seq).toBe(4);
    expect(window.get(6)).toBeUndefined();
  });

  test("shows at once what a deletion does to the messages before it", () => {
    const window = windowOf(1, 3, { reachedHead: true });
    window.add([event(4, { kind: "deleted", targets: [2] })], whole);
    expect(window.get(2)?.contentGone).toBeDefined();
    expect(window.get(1)?.contentGone).toBeUndefined();
  });

  test("shows what happens to its messages also where much stands between", () => {
    const window = windowOf(1, 3);
    window.add([event(90, { kind: "edited", target: 1 }), event(91, { kind: "deleted", targets: [2] })], () => false);
    expect(window.get(1)?.annotation?.current).toEqual({ kind: "text", text: "90" });
    expect(window.get(2)?.contentGone).toBe("deleted");
    expect(seqs(window)).toEqual([1, 2, 3]);
  });

  test("knows what was told while a page was on its way that was read before", () => {
    const window = windowOf(4, 6, { reachedHead: true });
    window.add([event(7, { kind: "edited", target: 2 }), event(8, { kind: "deleted", targets: [3] })], whole);
    window.putBefore(page(1, 3));
    expect(window.get(2)?.annotation?.current).toEqual({ kind: "text", text: "7" });
    expect(window.get(3)?.contentGone).toBe("deleted");
    window.replace(page(1, 3));
    expect(window.get(3)?.contentGone).toBe("deleted");
    window.putAfter(page(4, 8));
    expect(seqs(window)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("lets go what is far above the screen, and has it again as older ones", () => {
    const window = windowOf(1, 1_200, { reachedStart: true, reachedHead: true });
    expect(window.trim(1_190, 1_200)).toBe(true);
    expect(window).toMatchObject({ from: 890, to: 1_200, reachedStart: false, atHead: true });
    expect(window.events[0]?.seq).toBe(890);
    window.putBefore(page(800, 889));
    expect(seqs(window)).toEqual(from(800, 1_200).map(({ seq }) => seq));
  });

  test("lets go what is far below the screen, and then takes nothing that is new", () => {
    const window = windowOf(1, 1_200, { reachedHead: true });
    expect(window.trim(10, 20)).toBe(true);
    expect(window).toMatchObject({ to: 320, atHead: false });
    window.add([event(1_201)], whole);
    expect(window.events.at(-1)?.seq).toBe(320);
  });

  test("keeps all that is not too much, and what is around the screen", () => {
    expect(windowOf(1, 1_000).trim(1, 10)).toBe(false);
    const window = windowOf(1, 1_001);
    expect(window.trim(500, 520)).toBe(true);
    expect(window).toMatchObject({ from: 200, to: 820, reachedStart: false, atHead: false });
    expect(seqs(window)).toEqual(from(200, 820).map(({ seq }) => seq));
  });
});
