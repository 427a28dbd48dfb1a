import { type ChannelId, parseId } from "@parley/sdk";
import { Observable } from "./observable.ts";

export type SettingsPage = "profile" | "privacy" | "notifications" | "devices" | "appearance" | "data";
const settingsPages: readonly string[] = ["profile", "privacy", "notifications", "devices", "appearance", "data"];

/** Where in the app somebody is. */
export type Route =
  | { readonly name: "home" | "signIn" | "signUp" }
  /** `words`: what to look for; behind "#", where no server gets it. */
  | { readonly name: "search"; readonly words?: string }
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

/** The route of an address within the app; what is none is home. */
export function parseRoute(path: string, hash: string): Route {
  const [first = "", second = "", third] = path.split("/").slice(1);
  switch (first) {
    case "sign-in":
      return { name: "signIn" };
    case "sign-up":
      return { name: "signUp" };
    case "search": {
      const words = readWords(hash);
      return words === "" ? { name: "search" } : { name: "search", words };
    }
    case "join":
      return { name: "join", link: hash.replace(/^#/u, "") };
    case "settings":
      return settingsPages.includes(second) ? { name: "settings", page: second as SettingsPage } : { name: "settings" };
    case "c": {
      const channel = parseId<ChannelId>(second);
      if (channel === undefined) return { name: "home" };
      if (third === "info") return { name: "info", channel };
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
    case "search":
      return route.words === undefined ? "/search" : `/search#${encodeURIComponent(route.words)}`;
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

/** The route in the window's address, both ways. */
export class Router {
  readonly route: Observable<Route>;
  readonly #window: Addresses;

  constructor(window: Addresses) {
    this.#window = window;
    const read = () => parseRoute(window.location.pathname, window.location.hash);
    this.route = new Observable(read());
    window.addEventListener("popstate", () => this.route.set(read()));
  }

  go(route: Route, options: { replace?: boolean } = {}): void {
    const address = addressOf(route);
    if (options.replace === true) this.#window.history.replaceState({ within: this.#isWithin }, "", address);
    else this.#window.history.pushState({ within: true }, "", address);
    this.route.set(route);
  }

  /** To where somebody came from; home where that was another page. */
  back(): void {
    if (this.#isWithin) this.#window.history.back();
    else this.go({ name: "home" }, { replace: true });
  }

  get #isWithin(): boolean {
    return (this.#window.history.state as { within?: boolean } | null)?.within === true;
  }
}
