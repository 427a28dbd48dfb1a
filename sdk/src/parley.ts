import { BrowserKeeper, MemoryKeeper, type SignInKeeper, type SignInRecord } from "./auth/keeper.ts";
import { type Credentials, SignIn, type SignUpDetails } from "./auth/sign_in.ts";
import type { ChatClient } from "./client.ts";
import { type ChatClientOptions, createChatClient } from "./core/chat_client.ts";
import { ClientBase } from "./core/client_base.ts";
import type { Settings } from "./core/settings.ts";
import { systemClock } from "./core/system_clock.ts";
import { type WebSocketConstructor, webSocketConnect } from "./core/web_socket.ts";
import { ParleyError } from "./errors.ts";
import { HttpApi } from "./http/api.ts";
import type { CallOptions } from "./http/caller.ts";
import type { AccountId } from "./ids.ts";
import { IndexedDbStore } from "./store/indexeddb_store.ts";
import { databaseOf, finishForgetting, forgetAccount, forgetOthers } from "./store/kept_accounts.ts";
import { MemoryStore } from "./store/memory_store.ts";
import type { Store } from "./store/store.ts";
import { NudgedClock } from "./tabs/nudged_clock.ts";
import { pageTabs } from "./tabs/page.ts";
import { TabsClient } from "./tabs/tabs_client.ts";
import type { ClientState } from "./types.ts";

export interface ParleyOptions {
  /** Where the server is; of a page, the one that it came from. */
  readonly server?: string;
  /** What the account's list of devices shows, such as "Firefox on Linux" and "web". */
  readonly deviceName?: string;
  readonly platform?: string;
  /** Where it stands who is signed in: in a browser localStorage and a cookie, else this process alone. */
  readonly keeper?: SignInKeeper;
  /**
   * Where an account's messages are kept: IndexedDB where there is one, else memory. Without it, all tabs of a browser
   * have one store and one connection together.
   */
  readonly storeFor?: (account: AccountId) => Store;
  readonly fetch?: typeof fetch;
  readonly WebSocket?: WebSocketConstructor;
  readonly settings?: Partial<Settings>;
}

/** A client together with what is asked over HTTP. */
export type ParleyClient = ChatClient & { readonly http: HttpApi };

const isBrowser = (): boolean => typeof document === "object";

const askAgainMs = 1_500;

/**
 * Who uses Parley here: nobody, or one account with its client. Made once for a page or a process; a client is there
 * from the beginning where somebody was signed in before.
 */
export class Parley {
  readonly #options: ParleyOptions;
  readonly #server: string;
  readonly #keeper: SignInKeeper;
  readonly #signIn: SignIn;
  readonly #listeners = new Set<(client: ParleyClient | undefined, why: ParleyError | undefined) => void>();
  #client: ParleyClient | undefined;
  #account: AccountId | undefined;
  #storageProblem: ParleyError | undefined;
  /** The client's listeners were told of it, since it was live last. */
  #hasWarned = false;

  constructor(options: ParleyOptions = {}) {
    this.#options = options;
    this.#server = options.server ?? location.origin;
    this.#keeper = options.keeper ?? (isBrowser() ? new BrowserKeeper() : new MemoryKeeper());
    const { deviceName, platform, fetch } = options;
    this.#signIn = new SignIn({ server: this.#server, keeper: this.#keeper, deviceName, platform, fetch });
    this.#signIn.onEnded((why) => void this.#leave(why));
    this.#keeper.onChange?.(() => this.#follow());
    if (isBrowser()) this.#wakeWithThePage();
    if (this.#keepsInBrowser) finishForgetting(this.#signIn.record?.account);
    void this.#signIn.tellSignOut();
    this.#follow();
  }

  /** Of who is signed in. */
  get client(): ParleyClient | undefined {
    return this.#client;
  }

  /**
   * Why what is stored may be gone after this page: `storage_unavailable` where the browser keeps nothing,
   * `storage_at_risk` where it has not promised to; undefined: it is kept. Told as the client's event "storage" once
   * something waits to be sent and there is no connection.
   */
  get storageProblem(): ParleyError | undefined {
    return this.#storageProblem;
  }

  /** Calls `listener` when somebody signed in or out; `why` where the server ended it. The answer ends the listening. */
  onClient(listener: (client: ParleyClient | undefined, why: ParleyError | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async signUp(details: SignUpDetails, options?: CallOptions): Promise<ParleyClient> {
    return this.#begin(await this.#signIn.signUp(details, options));
  }

  async signIn(credentials: Credentials, options?: CallOptions): Promise<ParleyClient> {
    return this.#begin(await this.#signIn.signIn(credentials, options));
  }

  #begin(record: SignInRecord): ParleyClient {
    const client = this.#enter(record);
    if (this.#keepsInBrowser) void forgetOthers(record.account);
    return client;
  }

  /**
   * Signs this device out and deletes what it kept; without a connection the server is told when a page of it is open
   * and there is one. What waits in the outbox is lost: ask before.
   */
  async signOut(options?: CallOptions): Promise<void> {
    const account = this.#account;
    try {
      await this.#signIn.signOut(options);
    } catch {
      // Out it is all the same; the server is told as soon as it can be.
    }
    await this.#leave(undefined);
    if (account !== undefined) await this.#forget(account);
  }

  /** Ends the client of this page or process; who is signed in stays so. */
  async close(): Promise<void> {
    await this.#client?.close();
    this.#client = undefined;
  }

  #enter(record: SignInRecord): ParleyClient {
    if (this.#client === undefined || this.#account !== record.account) {
      void this.#client?.close();
      this.#account = record.account;
      this.#use(this.#makeFor(record.account));
    }
    const client = this.#client as ParleyClient;
    this.#tell(undefined);
    return client;
  }

  #use(client: ParleyClient): void {
    this.#client = client;
    client.on("state", ({ state }) => {
      const why = endOfSignIn(state);
      if (why !== undefined) this.#signIn.endSignIn(why);
      if (state.name === "live") this.#hasWarned = false;
      this.#warn(client);
    });
    client.on("queued", () => this.#warn(client));
    client.start();
    client.loaded.catch((error: unknown) => {
      if (this.#client !== client || !(error instanceof ParleyError) || error.name !== "storage_unavailable") return;
      // Chat all the same, and say that nothing is kept.
      this.#storageProblem = error;
      void client.close();
      this.#use(this.#make(this.#settingsFor(this.#account as AccountId, new MemoryStore())));
      this.#tell(undefined);
    });
  }

  /** Before an outbox can vanish. */
  #warn(client: ParleyClient): void {
    const why = this.#storageProblem;
    if (why === undefined || this.#hasWarned || this.#client !== client) return;
    if (client.state.name === "live" || client.outbox().length === 0) return;
    this.#hasWarned = true;
    ClientBase.tellStorage(client, why);
  }

  /** Does what another tab did: signs in or out. */
  #follow(): void {
    const { record } = this.#signIn;
    if (record?.account === this.#account) return;
    if (record !== undefined) this.#enter(record);
    else void this.#leave(undefined);
  }

  async #leave(why: ParleyError | undefined): Promise<void> {
    const client = this.#client;
    const account = this.#account;
    if (client === undefined) return;
    this.#client = undefined;
    this.#account = undefined;
    this.#tell(why);
    await client.close();
    // Of a device that was lost nothing stays; elsewhere whoever signs in again goes on where they were.
    if (why?.name === "device_revoked" && account !== undefined) await this.#forget(account);
  }

  #tell(why: ParleyError | undefined): void {
    for (const listener of this.#listeners) listener(this.#client, why);
  }

  #makeFor(account: AccountId): ParleyClient {
    const { storeFor } = this.#options;
    this.#storageProblem = undefined;
    if (storeFor !== undefined) return this.#make(this.#settingsFor(account, storeFor(account)));
    if (!hasIndexedDb()) {
      this.#storageProblem = new ParleyError("storage_unavailable", "This browser keeps nothing for this page.");
      return this.#make(this.#settingsFor(account, new MemoryStore()));
    }
    void this.#askToKeep(account);
    const name = databaseOf(account);
    const tabs = pageTabs(name);
    if (tabs === undefined) return this.#make(this.#settingsFor(account, new IndexedDbStore(name)));
    const clock = new NudgedClock(systemClock());
    const client = new TabsClient({
      ...tabs,
      clock,
      openStore: (above) => this.#openStore(account, name, above),
      makeClient: (store, tell) => createChatClient({ ...this.#settingsFor(account, store), clock, tell }),
    });
    return this.#withHttp(client);
  }

  /** In another tab somebody may have signed out, and what was stored was deleted for that. */
  #openStore(account: AccountId, name: string, above: number): Store {
    if (this.#signIn.record?.account === account) return new IndexedDbStore(name, { above });
    queueMicrotask(() => this.#follow());
    throw new ParleyError("signed_out", "Nobody is signed in here any more.");
  }

  #settingsFor(account: AccountId, store: Store): ChatClientOptions {
    const WebSocket = this.#options.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketConstructor);
    const connect = webSocketConnect(this.#server, WebSocket);
    return { store, account, connect, tokens: this.#signIn, settings: this.#options.settings ?? {} };
  }

  #make(options: ChatClientOptions): ParleyClient {
    return this.#withHttp(createChatClient(options));
  }

  #withHttp(client: ChatClient): ParleyClient {
    const { fetch } = this.#options;
    return Object.assign(client, { http: new HttpApi({ server: this.#server, fetch }, this.#signIn) });
  }

  /** A browser may take away what it did not promise to keep. */
  async #askToKeep(account: AccountId): Promise<void> {
    const isKept = await navigator.storage?.persist?.().catch(() => false);
    const client = this.#client;
    if (isKept === true || client === undefined || this.#account !== account) return;
    this.#storageProblem ??= new ParleyError("storage_at_risk", "The browser may delete what is kept.");
    this.#warn(client);
  }

  async #forget(account: AccountId): Promise<void> {
    if (this.#keepsInBrowser) await forgetAccount(account);
  }

  get #keepsInBrowser(): boolean {
    return this.#options.storeFor === undefined && hasIndexedDb();
  }

  #wakeWithThePage(): void {
    const wake = () => {
      if (document.visibilityState === "visible") this.#client?.wake();
    };
    // The server may be on this very machine: it is asked. Who has just been heard is asked a little later.
    addEventListener("offline", () => {
      wake();
      setTimeout(wake, askAgainMs);
    });
    addEventListener("online", () => {
      wake();
      void this.#signIn.tellSignOut();
    });
    document.addEventListener("visibilitychange", wake);
  }
}

/** Why nobody is signed in any more on this device: the server gives no token, or has ended the device or the account. */
function endOfSignIn(state: ClientState): ParleyError | undefined {
  if (state.name === "signed_out") return state.why;
  const isOver = state.name === "stopped" && ["device_revoked", "account_disabled"].includes(state.why?.name ?? "");
  return isOver ? state.why : undefined;
}

function hasIndexedDb(): boolean {
  try {
    return globalThis.indexedDB !== undefined;
  } catch {
    return false;
  }
}
