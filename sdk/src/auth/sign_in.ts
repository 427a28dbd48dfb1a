import { abortable } from "../core/abortable.ts";
import { endsSignIn } from "../core/errors.ts";
import type { AccessToken } from "../core/ports.ts";
import { ParleyError } from "../errors.ts";
import { type CallerSettings, type CallOptions, HttpCaller, parse } from "../http/caller.ts";
import { operations } from "../http/operations.ts";
import { needId } from "../http/people.ts";
import type { AccountId, DeviceId } from "../ids.ts";
import { encode } from "../wire/codec.ts";
import { type Exclusive, makeExclusive } from "./exclusive.ts";
import type { SignInKeeper, SignInRecord } from "./keeper.ts";

export interface SignUpDetails {
  readonly handle: string;
  readonly password: string;
  readonly displayName: string;
  /** Where the server wants one. */
  readonly invitation?: string;
}
export interface Credentials {
  readonly handle: string;
  readonly password: string;
}

interface TokenWish {
  readonly signal?: AbortSignal | undefined;
  readonly refused?: string;
  readonly renew?: string;
}

export interface SignInSettings extends CallerSettings {
  readonly keeper: SignInKeeper;
  /** What the account's list of devices shows. */
  readonly deviceName?: string | undefined;
  readonly platform?: string | undefined;
  readonly exclusive?: Exclusive | undefined;
  readonly now?: (() => number) | undefined;
}

/** A token is not used any more so long before it ends, or for the last quarter of a short life. */
const lead = 30_000;
const refreshLock = "parley.refresh";

/**
 * Who is signed in, and the source of access tokens for the connection and for HTTP. A refresh whose answer was lost is
 * asked for again with the same token; of several tabs one refreshes at a time. What the server says is the end of the
 * sign-in (`refresh_reused`, `device_revoked`, `account_disabled` …) is told once by `onEnded`.
 */
export class SignIn {
  readonly #settings: SignInSettings;
  readonly #caller: HttpCaller;
  readonly #exclusive: Exclusive;
  readonly #listeners: ((why: ParleyError) => void)[] = [];
  #token: AccessToken | undefined;
  /** Until then it is used. */
  #usedUntil = 0;
  #refreshing: Promise<AccessToken> | undefined;

  constructor(settings: SignInSettings) {
    this.#settings = settings;
    this.#caller = new HttpCaller(settings);
    this.#exclusive = settings.exclusive ?? makeExclusive();
  }

  get record(): SignInRecord | undefined {
    return this.#settings.keeper.load();
  }

  onEnded(listener: (why: ParleyError) => void): void {
    this.#listeners.push(listener);
  }

  // ---- in and out ---------------------------------------------------------------------------------------------------

  async signUp(details: SignUpDetails, options?: CallOptions): Promise<SignInRecord> {
    await this.tellSignOut(options);
    const body = encode("SignUp", { ...details, ...this.#device() });
    return this.#entered(await this.#caller.send(operations.signUp, undefined, { body, cookie: true }, options));
  }

  async signIn(credentials: Credentials, options?: CallOptions): Promise<SignInRecord> {
    await this.tellSignOut(options);
    const body = encode("SignIn", { ...credentials, ...this.#device() });
    return this.#entered(await this.#caller.send(operations.signIn, undefined, { body, cookie: true }, options));
  }

  /**
   * Also where the server cannot be reached, which is thrown: then it is told later (`tellSignOut`), or, without a cookie,
   * the device stays in the account's list until it is revoked.
   */
  async signOut(options?: CallOptions): Promise<void> {
    if (this.record === undefined) return;
    const { keeper } = this.#settings;
    try {
      const { token } = await this.accessToken(options);
      await this.#caller.send(operations.signOut, token, { cookie: true }, options);
    } catch (error) {
      if (keeper.usesCookie && !isEnd(error)) keeper.owesSignOut = true;
      throw error;
    } finally {
      this.#forget();
    }
  }

  /** Tells the server of a sign-out that it could not be told of, before its cookie is another one's. Never throws. */
  async tellSignOut(options?: CallOptions): Promise<void> {
    const { keeper } = this.#settings;
    if (keeper.owesSignOut !== true) return;
    await this.#exclusive(refreshLock, async () => {
      if (keeper.owesSignOut !== true || this.record !== undefined) return;
      try {
        const body = encode("Refresh", { cookie: true });
        const answer = await this.#caller.send(operations.refresh, undefined, { body, cookie: true }, options);
        const { accessToken } = parse("Tokens", answer);
        await this.#caller.send(operations.signOut, accessToken, { cookie: true }, options);
      } catch (error) {
        // The next page, or the next network, tries again.
        if (!isEnd(error)) return;
      }
      keeper.owesSignOut = false;
    });
  }

  // ---- tokens -------------------------------------------------------------------------------------------------------

  async accessToken(options: TokenWish = {}): Promise<AccessToken> {
    options.signal?.throwIfAborted();
    if (options.refused !== undefined) this.refuseToken(options.refused);
    const isGood = options.renew === undefined || options.renew !== this.#token?.token;
    if (this.#token !== undefined && this.#now() < this.#usedUntil && isGood) return this.#token;
    // One for all who wait, so that nobody's end of patience ends it for the others.
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return abortable(this.#refreshing, options.signal);
  }

  refuseToken(token: string): void {
    if (this.#token?.token === token) this.#token = undefined;
  }

  endSignIn(why: ParleyError): void {
    if (this.record === undefined) return;
    this.#forget();
    for (const listener of this.#listeners) listener(why);
  }

  async #refresh(): Promise<AccessToken> {
    return await this.#exclusive(refreshLock, async () => {
      // Another tab may have been here meanwhile.
      const { record } = this;
      if (record === undefined) throw new ParleyError("signed_out", "Nobody is signed in.");
      const { usesCookie } = this.#settings.keeper;
      const body = encode("Refresh", usesCookie ? { cookie: true } : { refreshToken: record.refreshToken ?? "" });
      try {
        this.#entered(await this.#caller.send(operations.refresh, undefined, { body, cookie: true }));
      } catch (error) {
        // Whatever does not say "later": the token is none, or no longer one.
        if (isEnd(error)) this.endSignIn(error);
        throw error;
      }
      return this.#token as unknown as AccessToken;
    });
  }

  #entered(answer: Uint8Array<ArrayBuffer>): SignInRecord {
    const { keeper } = this.#settings;
    const tokens = parse("Tokens", answer);
    const record = { account: needId<AccountId>(tokens.account), device: needId<DeviceId>(tokens.device) };
    keeper.save(keeper.usesCookie ? record : { ...record, refreshToken: tokens.refreshToken });
    // Its cookie is another one now.
    if (keeper.owesSignOut === true) keeper.owesSignOut = false;
    const now = this.#now();
    const life = lifeOf(tokens.accessToken) ?? tokens.accessExpires - now;
    this.#token = { token: tokens.accessToken, expiresAt: now + life };
    this.#usedUntil = now + life - Math.min(lead, life / 4);
    return record;
  }

  #forget(): void {
    this.#token = undefined;
    this.#settings.keeper.save(undefined);
  }

  #device(): { deviceName: string; platform: string; cookie: boolean } {
    const { deviceName = "", platform = "", keeper } = this.#settings;
    return { deviceName, platform, cookie: keeper.usesCookie };
  }

  #now(): number {
    return this.#settings.now?.() ?? Date.now();
  }
}

/** The server says no for good: there is nothing left that could be signed out. */
function isEnd(error: unknown): error is ParleyError {
  return error instanceof ParleyError && endsSignIn(error);
}

/** How long a JWT holds from when it was made, whatever this device's clock says. */
function lifeOf(token: string): number | undefined {
  try {
    const payload = token.split(".")[1] ?? "";
    const { iat, exp } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as Record<string, unknown>;
    return typeof iat === "number" && typeof exp === "number" && exp > iat ? (exp - iat) * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
