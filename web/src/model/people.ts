import { type AccountId, ParleyError } from "@parley/sdk";
import { Observable } from "./observable.ts";
import type { AppClient, OwnAccount, Profile } from "./ports.ts";

const staleAfterMs = 10 * 60_000;
const gatherMs = 20;
const atOnce = 200;
const firstAgainMs = 1_000;
const longestAgainMs = 60_000;

/**
 * Profiles by account: what is known at once, what is not known is asked for, many at a time. Kept on this device, so
 * that names stand there without a network.
 */
export class People {
  /** Counts changes; who shows names listens to it. */
  readonly changed = new Observable(0);
  /** One's own account, once it was told. */
  readonly me = new Observable<OwnAccount | undefined>(undefined);

  readonly #client: AppClient;
  readonly #known = new Map<AccountId, Profile>();
  readonly #asked = new Map<AccountId, number>();
  #wanted = new Set<AccountId>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(client: AppClient) {
    this.#client = client;
    client.on("loaded", () => this.#load());
    client.on("synced", () => {
      this.#flush();
      void this.refreshMe();
    });
    client.on("events", ({ events }) => {
      for (const { account, body } of events) {
        if (account !== undefined && body.kind === "memberLeft" && body.accountDeleted) this.refresh(account);
      }
    });
    client.on("noted", ({ what }) => {
      if (what === "profile" || what === "settings") void this.refreshMe();
      if (what === "contacts" || what === "blocks") this.#asked.clear();
      this.#tell();
    });
    this.#load();
  }

  /** What is known of a person. Asks for it in the background where it is old or missing. */
  get(account: AccountId): Profile | undefined {
    const asked = this.#asked.get(account);
    if (asked === undefined || Date.now() - asked > staleAfterMs) this.#want(account);
    return this.#known.get(account);
  }

  /** The name to show; empty while it is not known. */
  nameOf(account: AccountId): string {
    const profile = this.get(account);
    return profile ? nameIn(profile) : "";
  }

  /** Who is known on this device and whose handle, or a part of whose name, begins so; without words: contacts. */
  find(words: string): readonly Profile[] {
    const wanted = plain(words.trim().replace(/^@/u, ""));
    const me = this.#client.me?.account;
    const fits = ({ handle, displayName, isContact }: Profile) =>
      wanted === "" ? isContact : plain(handle).startsWith(wanted) || ` ${plain(displayName)}`.includes(` ${wanted}`);
    return [...this.#known.values()]
      .filter((person) => person.account !== me && !person.deleted && fits(person))
      .sort((a, b) => nameIn(a).localeCompare(nameIn(b)));
  }

  /** Takes over profiles that came another way, such as from a search. */
  learn(profiles: readonly Profile[]): void {
    let changed = false;
    for (const profile of profiles) {
      this.#asked.set(profile.account, Date.now());
      if (same(this.#known.get(profile.account), profile)) continue;
      this.#known.set(profile.account, profile);
      changed = true;
      void this.#client.setValue(`person/${profile.account}`, profile).catch(() => undefined);
    }
    if (changed) this.#tell();
  }

  /** Asks anew for one person, as after blocking them. */
  refresh(account: AccountId): void {
    this.#asked.delete(account);
    this.#want(account);
  }

  /** Asks anew for those of whom it was not done lately; what is known is shown meanwhile. */
  freshen(accounts: readonly AccountId[], olderThanMs: number): void {
    const now = Date.now();
    for (const account of accounts) {
      if (now - (this.#asked.get(account) ?? Number.NEGATIVE_INFINITY) >= olderThanMs) this.#want(account);
    }
  }

  async refreshMe(): Promise<void> {
    try {
      this.setMe(await this.#client.http.account());
    } catch {
      // Asked again with the next sync; until then what is kept is shown.
    }
  }

  setMe(account: OwnAccount): void {
    this.me.set(account);
    this.learn([account.profile]);
    void this.#client.setValue("me", account).catch(() => undefined);
  }

  #load(): void {
    for (const [key, value] of this.#client.values("person/")) {
      this.#known.set(key.slice("person/".length) as AccountId, value as Profile);
    }
    const me = this.#client.value("me") as OwnAccount | undefined;
    if (me && !this.me.get()) this.me.set(me);
    this.#tell();
  }

  #want(account: AccountId): void {
    this.#asked.set(account, Date.now());
    this.#wanted.add(account);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, gatherMs);
  }

  #flush(): void {
    const wanted = [...this.#wanted];
    this.#wanted = new Set();
    for (let at = 0; at < wanted.length; at += atOnce) void this.#lookUp(wanted.slice(at, at + atOnce));
  }

  async #lookUp(accounts: readonly AccountId[]): Promise<void> {
    try {
      this.learn(await this.#client.http.lookUp(accounts));
      this.#failures = 0;
    } catch (error) {
      // Without a connection again with the next sync; with one, who did not answer now may answer soon.
      for (const account of accounts) this.#wanted.add(account);
      if (this.#client.state.name !== "live" || this.#again !== undefined) return;
      const asked = error instanceof ParleyError ? error.retryAfterMs : 0;
      const wait = Math.max(asked, Math.min(firstAgainMs * 2 ** this.#failures++, longestAgainMs));
      this.#again = setTimeout(() => {
        this.#again = undefined;
        this.#flush();
      }, wait);
    }
  }

  #tell(): void {
    this.changed.set(this.changed.get() + 1);
  }
}

function nameIn({ displayName, handle }: Profile): string {
  return displayName || handle;
}

/** For comparing without case and accents. */
function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

function same(a: Profile | undefined, b: Profile): boolean {
  return (
    a !== undefined &&
    a.handle === b.handle &&
    a.displayName === b.displayName &&
    a.about === b.about &&
    a.avatar === b.avatar &&
    a.deleted === b.deleted &&
    a.isContact === b.isContact &&
    a.isBlocked === b.isBlocked &&
    a.lastSeen === b.lastSeen
  );
}
