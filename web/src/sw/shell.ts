/** The files that the app starts from, as the build lists them. All are paths from the root, such as "/assets/a-1b2c.js". */
export interface ShellPlan {
  /** Changes whenever any of the files does. */
  readonly version: string;
  /** Kept from the beginning; one of them is "/index.html". */
  readonly files: readonly string[];
  /** Kept once somebody used them: what not everybody needs, such as the emoji of other languages. */
  readonly lazy: readonly string[];
}

/** What the service worker needs of a browser. */
export interface ShellPorts {
  readonly caches: Pick<CacheStorage, "open" | "keys" | "delete">;
  readonly fetch: (request: Request | string, init?: RequestInit) => Promise<Response>;
  readonly origin: string;
}

/** What of a request says who answers it. */
export type AskedFor = Pick<Request, "method" | "mode" | "url">;

const prefix = "parley-shell-";
const page = "/index.html";
// Never the app's, whatever asks: the same as in parleyd.
const ofTheApi = ["/v1", "/.well-known", "/healthz", "/readyz", "/metrics"];
// The build names these by their contents.
const isImmutable = (path: string): boolean => path.startsWith("/assets/");

/** The app's files in the browser's cache: one cache for each version, so that an open page keeps the one it came from. */
export class Shell {
  readonly #plan: ShellPlan;
  readonly #ports: ShellPorts;
  readonly #known: ReadonlySet<string>;

  constructor(plan: ShellPlan, ports: ShellPorts) {
    this.#plan = plan;
    this.#ports = ports;
    this.#known = new Set([...plan.files, ...plan.lazy]);
  }

  /** Brings every file, from an older version's cache where it has not changed. Rejects unless all are there. */
  async install(): Promise<void> {
    const cache = await this.#ports.caches.open(this.#name);
    const older = await this.#others();
    const carry = async (path: string): Promise<boolean> => {
      for (const other of isImmutable(path) ? older : []) {
        const found = await other.match(path);
        if (found === undefined) continue;
        await cache.put(path, found);
        return true;
      }
      return false;
    };
    await Promise.all([
      ...this.#plan.files.map(async (path) => (await carry(path)) || (await this.#bring(cache, path))),
      ...this.#plan.lazy.map(carry),
    ]);
  }

  /** Forgets other versions. No page that came from one may be open any more, or it is about to load again. */
  async activate(): Promise<void> {
    const names = await this.#ports.caches.keys();
    await Promise.all(
      names
        .filter((name) => name.startsWith(prefix) && name !== this.#name)
        .map((name) => this.#ports.caches.delete(name)),
    );
  }

  /** The answer to a request that is the app's to answer; undefined: it goes to the server as if nobody stood between. */
  answer(request: AskedFor): Promise<Response> | undefined {
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== this.#ports.origin) return undefined;
    const path = url.pathname;
    if (ofTheApi.some((api) => path === api || path.startsWith(`${api}/`))) return undefined;
    if (request.mode === "navigate") return isPage(path) ? this.#file(page) : undefined;
    return this.#known.has(path) ? this.#file(path) : undefined;
  }

  async #file(path: string): Promise<Response> {
    const cache = await this.#ports.caches.open(this.#name);
    // A browser may have dropped the cache and kept the worker.
    return (await cache.match(path)) ?? (await this.#bring(cache, path));
  }

  async #bring(cache: Cache, path: string): Promise<Response> {
    const response = await this.#ports.fetch(path, { cache: isImmutable(path) ? "default" : "reload" });
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}`);
    await cache.put(path, response.clone());
    return response;
  }

  async #others(): Promise<Cache[]> {
    const names = (await this.#ports.caches.keys()).filter((name) => name.startsWith(prefix) && name !== this.#name);
    return Promise.all(names.map((name) => this.#ports.caches.open(name)));
  }

  get #name(): string {
    return prefix + this.#plan.version;
  }
}

/** What may stand in the address bar of the app. */
function isPage(path: string): boolean {
  return path === page || !path.slice(path.lastIndexOf("/")).includes(".");
}
