import { type ChannelId, parseId } from "@parley/sdk";
import { Observable } from "./observable.ts";

export type SettingsPage = "profile" | "privacy" | "notifications" | "devices" | "appearance" | "data";
const settingsPages: readonly string[] = ["profile", "privacy", "notifications", "devices", "appearance", "data"];

/** Where in the app somebody is. */
export type Route =
  | { readonly name: "home" | "signIn" | "signUp" }
  /** `words`: what to look for; behind "#", where no server gets it. `channel`: only there. */
  | { readonly name: "search"; readonly words?: string; readonly channel?: ChannelId }
  /** `link` is what stands behind "#": no server gets it. */
  | { readonly name: "join"; readonly link: string }
  /** `at`: the message to show. */
  | { readonly name: "channel"; readonly channel: ChannelId; readonly at?: number }
  | { readonly name: "info"; readonly channel: ChannelId }
  | { readonly name: "settings"; readonly page?: SettingsPage };

function readWords(hash: string): string {
  try {
    return decodeURIComponent(hash.replace(/^#/u, ""));
  } catch {
    return "";
  }
}

function wordsIn(hash: string): { readonly words?: string } {
  const words = readWords(hash);
  return words === "" ? {} : { words };
}

/** The route of an address within the app; what is none is home. */
export function parseRoute(path: string, hash: string): Route {
  const [first = "", second = "", third] = path.split("/").slice(1);
  switch (first) {
    case "sign-in":
      return { name: "signIn" };
    case "sign-up":
      return { name: "signUp" };
    case "search":
      return { name: "search", ...wordsIn(hash) };
    case "join":
      return { name: "join", link: hash.replace(/^#/u, "") };
    case "settings":
      return settingsPages.includes(second) ? { name: "settings", page: second as SettingsPage } : { name: "settings" };
    case "c": {
      const channel = parseId<ChannelId>(second);
      if (channel === undefined) return { name: "home" };
      if (third === "info") return { name: "info", channel };
      if (third === "search") return { name: "search", ...wordsIn(hash), channel };
      const at = Number(/^#(\d{1,15})$/u.exec(hash)?.[1] ?? 0);
      return at > 0 ? { name: "channel", channel, at } : { name: "channel", channel };
    }
    default:
      return { name: "home" };
  }
}

export function addressOf(route: Route): string {
  switch (route.name) {
    case "home":
      return "/";
    case "signIn":
      return "/sign-in";
    case "signUp":
      return "/sign-up";
    case "search": {
      const where = route.channel === undefined ? "/search" : `/c/${route.channel}/search`;
      return route.words === undefined ? where : `${where}#${encodeURIComponent(route.words)}`;
    }
    case "join":
      return `/join#${route.link}`;
    case "settings":
      return route.page === undefined ? "/settings" : `/settings/${route.page}`;
    case "channel":
      return `/c/${route.channel}${route.at === undefined ? "" : `#${route.at}`}`;
    case "info":
      return `/c/${route.channel}/info`;
  }
}

/** Where one is once this is closed. `oneAtATime`: on a phone, where the settings' menu is a screen of its own. */
export function parentOf(route: Route, oneAtATime: boolean): Route {
  if (route.name === "info") return { name: "channel", channel: route.channel };
  if (route.name === "search" && route.channel !== undefined) return { name: "channel", channel: route.channel };
  if (route.name === "settings" && route.page !== undefined && oneAtATime) return { name: "settings" };
  return { name: "home" };
}

/** What of a window the router needs. */
export interface Addresses {
  readonly location: { readonly pathname: string; readonly hash: string };
  readonly history: {
    pushState(data: unknown, unused: string, url: string): void;
    replaceState(data: unknown, unused: string, url: string): void;
    back(): void;
    readonly state: unknown;
  };
  addEventListener(type: "popstate", listener: () => void): void;
}

/** What the router keeps with each entry of the browser's history. */
interface Entry {
  /** The entry before it is the app's, too, */
  readonly within?: boolean;
  /** and this is its address. */
  readonly from?: string;
  /** It stands for what is open over the screen, and not for a screen. */
  readonly over?: boolean;
}

/** The route in the window's address, both ways. */
export class Router {
  readonly route: Observable<Route>;
  readonly #window: Addresses;
  #previous: Route | undefined;
  /** What is open over the screen, the last one on top. There is one entry for all of it. */
  readonly #overs: (() => void)[] = [];
  /** The browser goes back only later; what is wanted meanwhile waits for it. */
  #isGoingBack = false;
  readonly #waiting: (() => void)[] = [];

  constructor(window: Addresses) {
    this.#window = window;
    this.route = new Observable(this.#read());
    // After a reload nothing is open any more.
    if (this.#entry.over === true) this.#replace({ ...this.#entry, over: false }, this.route.get());
    window.addEventListener("popstate", () => this.#popped());
  }

  /** Where one was before; undefined on the first screen. */
  get previous(): Route | undefined {
    return this.#previous;
  }

  go(route: Route, options: { replace?: boolean } = {}): void {
    const { over } = this.#entry;
    // The entry below is the one to be replaced.
    if (options.replace === true && over === true) this.#goBack();
    if (this.#isGoingBack) {
      this.#waiting.push(() => this.go(route, options));
      return;
    }
    const entry: Entry = { within: true, from: addressOf(this.route.get()) };
    if (options.replace === true) this.#replace(this.#entry, route);
    else if (over === true) this.#replace(entry, route);
    else this.#window.history.pushState(entry, "", addressOf(route));
    this.#show(route);
  }

  /** To where somebody came from; home where that was another page. */
  back(): void {
    if (this.#isGoingBack) this.#waiting.push(() => this.back());
    else if (this.#entry.within === true) this.#goBack();
    else this.go({ name: "home" }, { replace: true });
  }

  /** Closes the screen. Where one came from there, it is a step back, so that no way piles up. */
  up(oneAtATime: boolean): void {
    if (this.#isGoingBack) {
      this.#waiting.push(() => this.up(oneAtATime));
      return;
    }
    const parent = parentOf(this.route.get(), oneAtATime);
    const { from, over } = this.#entry;
    if (from === addressOf(parent) && over !== true) this.#goBack();
    else this.go(parent, { replace: true });
  }

  /** Something is open over the screen: the browser's Back calls `close` and leaves the screen. Gives what ends that. */
  over(close: () => void): () => void {
    const mine = () => close();
    this.#overs.push(mine);
    this.#putOver();
    return () => {
      const at = this.#overs.indexOf(mine);
      if (at < 0) return;
      this.#overs.splice(at, 1);
      // Often the next one opens in the same breath, or one goes to another screen.
      queueMicrotask(() => {
        if (this.#overs.length === 0 && this.#entry.over === true && !this.#isGoingBack) this.#goBack();
      });
    };
  }

  get #entry(): Entry {
    return (this.#window.history.state as Entry | null) ?? {};
  }

  #read(): Route {
    return parseRoute(this.#window.location.pathname, this.#window.location.hash);
  }

  #replace(entry: Entry, route: Route): void {
    this.#window.history.replaceState(entry, "", addressOf(route));
  }

  #goBack(): void {
    this.#isGoingBack = true;
    this.#window.history.back();
  }

  #putOver(): void {
    if (this.#overs.length === 0 || this.#entry.over === true || this.#isGoingBack) return;
    this.#window.history.pushState({ ...this.#entry, over: true }, "", addressOf(this.route.get()));
  }

  #popped(): void {
    const isOurs = this.#isGoingBack;
    this.#isGoingBack = false;
    if (!isOurs && this.#entry.over !== true) this.#overs.pop()?.();
    this.#show(this.#read());
    for (const next of this.#waiting.splice(0)) next();
    this.#putOver();
  }

  #show(route: Route): void {
    const before = this.route.get();
    if (addressOf(before) === addressOf(route)) return;
    this.#previous = before;
    this.route.set(route);
  }
}
