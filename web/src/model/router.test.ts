import type { ChannelId } from "@parley/sdk";
import { describe, expect, test } from "vitest";
import { type Addresses, addressOf, parseRoute, type Route, Router } from "./router.ts";

const channel = "018bcfe5-6d7f-7e49-906e-3e5b0fc849e2" as ChannelId;

const routes: readonly (readonly [string, Route])[] = [
  ["/", { name: "home" }],
  ["/sign-in", { name: "signIn" }],
  ["/sign-up", { name: "signUp" }],
  ["/search", { name: "search" }],
  ["/settings", { name: "settings" }],
  ["/settings/devices", { name: "settings", page: "devices" }],
  [`/c/${channel}`, { name: "channel", channel }],
  [`/c/${channel}#42`, { name: "channel", channel, at: 42 }],
  [`/c/${channel}/info`, { name: "info", channel }],
  ["/join#abc.def", { name: "join", link: "abc.def" }],
];

const parse = (address: string) => {
  const [path = "", hash] = address.split("#");
  return parseRoute(path, hash === undefined ? "" : `#${hash}`);
};

test.each(routes)("%s is read and written again", (address, route) => {
  expect(parse(address)).toEqual(route);
  expect(addressOf(route)).toBe(address);
});

test.each(["/nowhere", "/c/", "/c/no-id", "/settings/nothing/else", "//evil.example"])(
  "%s leads somewhere in the app",
  (address) => {
    expect(["home", "settings"]).toContain(parse(address).name);
  },
);

describe("Router", () => {
  class FakeWindow implements Addresses {
    entries: { url: string; state: unknown }[];
    #listeners: (() => void)[] = [];
    constructor(url: string) {
      this.entries = [{ url, state: null }];
    }
    get location() {
      const url = new URL(this.entries.at(-1)?.url ?? "/", "https://chat.example");
      return { pathname: url.pathname, hash: url.hash };
    }
    get history() {
      const { entries } = this;
      const pop = () => {
        entries.pop();
        for (const listener of this.#listeners) listener();
      };
      return {
        pushState: (state: unknown, _: string, url: string) => void entries.push({ url, state }),
        replaceState: (state: unknown, _: string, url: string) => void entries.splice(-1, 1, { url, state }),
        back: pop,
        state: entries.at(-1)?.state,
      };
    }
    addEventListener(_: "popstate", listener: () => void) {
      this.#listeners.push(listener);
    }
  }

  test("goes to a route and back again", () => {
    const window = new FakeWindow("/");
    const router = new Router(window);
    router.go({ name: "channel", channel });
    expect(window.location.pathname).toBe(`/c/${channel}`);
    router.back();
    expect(router.route.get()).toEqual({ name: "home" });
  });

  test("goes home instead of to the page before the app", () => {
    const window = new FakeWindow(`/c/${channel}`);
    const router = new Router(window);
    router.back();
    expect(router.route.get()).toEqual({ name: "home" });
    expect(window.entries).toHaveLength(1);
  });
});
