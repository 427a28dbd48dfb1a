import type { ChannelId } from "@parley/sdk";
import { beforeEach, describe, expect, test } from "vitest";
import { type Addresses, addressOf, parseRoute, type Route, Router } from "./router.ts";

const channel = "018bcfe5-6d7f-7e49-906e-3e5b0fc849e2" as ChannelId;

const routes: readonly (readonly [string, Route])[] = [
  ["/", { name: "home" }],
  ["/sign-in", { name: "signIn" }],
  ["/sign-up", { name: "signUp" }],
  ["/search", { name: "search" }],
  [`/c/${channel}/search`, { name: "search", channel }],
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
        // As in a browser, not at once.
        back: () => queueMicrotask(pop),
        pushState: (state: unknown, _: string, url: string) => void entries.push({ url, state }),
        replaceState: (state: unknown, _: string, url: string) => void entries.splice(-1, 1, { url, state }),
        state: entries.at(-1)?.state,
      };
    }
    addEventListener(_: "popstate", listener: () => void) {
      this.#listeners.push(listener);
    }
  }

  const settled = () => new Promise<void>((resolve) => setTimeout(resolve));
  const inChannel = { name: "channel", channel } as const;
  let window: FakeWindow;
  let router: Router;
  beforeEach(() => {
    window = new FakeWindow("/");
    router = new Router(window);
  });
  const path = () => window.entries.map(({ url }) => url);

  test("goes to a route and back again", async () => {
    router.go(inChannel);
    expect(window.location.pathname).toBe(`/c/${channel}`);
    router.back();
    await settled();
    expect(router.route.get()).toEqual({ name: "home" });
    expect(router.previous).toEqual(inChannel);
  });

  test("goes home instead of to the page before the app", () => {
    window = new FakeWindow(`/c/${channel}`);
    router = new Router(window);
    router.back();
    expect(router.route.get()).toEqual({ name: "home" });
    expect(window.entries).toHaveLength(1);
  });

  test.each<[what: string, route: Route, oneAtATime: boolean, parent: Route]>([
    ["the info of a channel lies above it", { name: "info", channel }, false, inChannel],
    ["a channel above the list", inChannel, true, { name: "home" }],
    ["a page of the settings above their menu", { name: "settings", page: "data" }, true, { name: "settings" }],
    ["with the menu beside it above the list", { name: "settings", page: "data" }, false, { name: "home" }],
    ["the settings above the list", { name: "settings" }, true, { name: "home" }],
  ])("%s", async (_what, route, oneAtATime, parent) => {
    router.go(parent);
    router.go(route);
    router.up(oneAtATime);
    await settled();
    expect(router.route.get()).toEqual(parent);
    expect(path()).toEqual(["/", addressOf(parent)]);
    // Where one came another way, no way back there is left, either.
    router.go({ name: "search" });
    router.go(route);
    router.up(oneAtATime);
    await settled();
    expect(path()).toEqual(["/", addressOf(parent), "/search", addressOf(parent)]);
  });

  test("closes one screen after the other, also in the same breath", async () => {
    router.go(inChannel);
    router.go({ name: "info", channel });
    router.up(true);
    router.up(true);
    await settled();
    await settled();
    expect(router.route.get()).toEqual({ name: "home" });
    expect(path()).toEqual(["/"]);
  });

  describe("with something open over the screen", () => {
    const closed: string[] = [];
    let end: () => void;
    beforeEach(() => {
      closed.length = 0;
      router.go(inChannel);
      end = router.over(() => closed.push("dialog"));
    });
    const press = async () => {
      window.history.back();
      await settled();
    };

    test("closes it by Back, and leaves the screen by the next", async () => {
      await press();
      end();
      await settled();
      expect(closed).toEqual(["dialog"]);
      expect(router.route.get()).toEqual(inChannel);
      await press();
      expect(router.route.get()).toEqual({ name: "home" });
    });

    test("closes one after the other", async () => {
      router.over(() => closed.push("menu"));
      await press();
      expect(closed).toEqual(["menu"]);
      await press();
      expect(closed).toEqual(["menu", "dialog"]);
      expect(router.route.get()).toEqual(inChannel);
    });

    test("needs no Back more once it was closed otherwise", async () => {
      end();
      await settled();
      expect(path()).toEqual(["/", `/c/${channel}`]);
      expect(closed).toEqual([]);
      await press();
      expect(router.route.get()).toEqual({ name: "home" });
    });

    test("closes what opens in place of it, at once or while the browser goes back", async () => {
      end();
      end = router.over(() => closed.push("second"));
      await settled();
      await press();
      expect(closed).toEqual(["second"]);
      end();
      end = router.over(() => closed.push("third"));
      end();
      await Promise.resolve();
      router.over(() => closed.push("fourth"));
      await settled();
      await press();
      expect(closed).toEqual(["second", "fourth"]);
      expect(router.route.get()).toEqual(inChannel);
    });

    test.each([false, true])("leaves no trace where it leads to another screen (replace: %s)", async (replace) => {
      router.go({ name: "search" }, { replace });
      end();
      await settled();
      expect(router.route.get()).toEqual({ name: "search" });
      expect(path()).toEqual(replace ? ["/", "/search"] : ["/", `/c/${channel}`, "/search"]);
    });

    test("is forgotten after a reload", async () => {
      const again = new Router(window);
      again.go({ name: "info", channel });
      again.up(true);
      await settled();
      expect(again.route.get()).toEqual(inChannel);
    });
  });
});
