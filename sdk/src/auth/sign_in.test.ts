import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "vitest";
import { RefreshSchema, TokensSchema } from "../gen/parley/v1/accounts_pb.ts";
import { type AccountId, type DeviceId, IdSource, idToBytes } from "../ids.ts";
import { makeExclusive } from "./exclusive.ts";
import { MemoryKeeper, type SignInKeeper, type SignInRecord } from "./keeper.ts";
import { SignIn } from "./sign_in.ts";

const ids = new IdSource();
const account = ids.next<AccountId>(1);
const device = ids.next<DeviceId>(1);

/** A refresh token works until its successor has been used, and gives that same successor. */
class FakeAuth {
  current = 1;
  refreshes = 0;
  signOuts = 0;
  /** So many answers get lost. */
  lost = 0;
  error: { name: string; status: number } | undefined;
  life = 900;

  fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { pathname } = new URL(String(url));
    if (pathname === "/v1/auth/sign-out") {
      this.signOuts++;
      return new Response(new Uint8Array(0));
    }
    if (pathname !== "/v1/auth/refresh") return this.#tokens(this.current);
    this.refreshes++;
    if (this.error !== undefined) return this.#error(this.error.name, this.error.status);
    const given = fromBinary(RefreshSchema, init?.body as Uint8Array);
    const number = given.cookie ? this.current : Number(given.refreshToken);
    if (number !== this.current && number !== this.current - 1) return this.#error("refresh_reused", 401);
    if (number === this.current) this.current++;
    if (this.lost-- > 0) throw new TypeError("network");
    return this.#tokens(this.current);
  };

  #tokens(number: number): Response {
    const payload = btoa(JSON.stringify({ iat: 1_000, exp: 1_000 + this.life })).replaceAll("=", "");
    const message = create(TokensSchema, {
      account: idToBytes(account),
      device: idToBytes(device),
      accessToken: `${this.refreshes}.${payload}.x`,
      refreshToken: String(number),
    });
    return new Response(new Uint8Array(toBinary(TokensSchema, message)), {
      headers: { "content-type": "application/x-protobuf" },
    });
  }

  #error(name: string, status: number): Response {
    const body = JSON.stringify({ error: { name, text: name } });
    return new Response(body, { status, headers: { "content-type": "application/json" } });
  }
}

describe("SignIn", () => {
  let server: FakeAuth;
  let now: number;
  let keeper: SignInKeeper;

  beforeEach(() => {
    server = new FakeAuth();
    now = 5_000;
    keeper = new MemoryKeeper();
  });
  const signInOf = (kept: SignInKeeper = keeper, exclusive = makeExclusive(undefined)) =>
    new SignIn({ server: "https://chat.example", keeper: kept, fetch: server.fetch, now: () => now, exclusive });

  it("keeps who signed in, and gives the token until shortly before its end", async () => {
    const signIn = signInOf();
    expect(await signIn.signIn({ handle: "anna", password: "x" })).toEqual({ account, device });
    expect(signIn.record).toEqual({ account, device, refreshToken: "1" });
    const { token, expiresAt } = await signIn.accessToken();
    expect(expiresAt).toBe(now + 900_000);
    now += 860_000;
    expect((await signIn.accessToken()).token).toBe(token);
    expect(server.refreshes).toBe(0);
    now += 20_000;
    expect((await signIn.accessToken()).token).not.toBe(token);
    expect(server.refreshes).toBe(1);
  });

  it("uses a token that holds shortly for three quarters of its life", async () => {
    server.life = 8;
    const signIn = signInOf();
    await signIn.signIn({ handle: "anna", password: "x" });
    now += 5_900;
    await signIn.accessToken();
    expect(server.refreshes).toBe(0);
    now += 200;
    await signIn.accessToken();
    expect(server.refreshes).toBe(1);
  });

  it("renews a token that still holds where that is wanted, and uses it until it has another", async () => {
    const signIn = signInOf();
    await signIn.signIn({ handle: "anna", password: "x" });
    const { token } = await signIn.accessToken();
    server.lost = 1;
    await expect(signIn.accessToken({ renew: token })).rejects.toMatchObject({ name: "unreachable" });
    expect((await signIn.accessToken()).token).toBe(token);
    const renewed = await signIn.accessToken({ renew: token });
    expect(renewed.token).not.toBe(token);
    expect(await signIn.accessToken({ renew: token })).toEqual(renewed);
    expect(server.refreshes).toBe(2);
  });

  it("asks again with the same token when the answer was lost", async () => {
    const signIn = signInOf();
    await signIn.signIn({ handle: "anna", password: "x" });
    now += 1_000_000;
    server.lost = 2;
    await expect(signIn.accessToken()).rejects.toMatchObject({ name: "unreachable", retry: "same" });
    await expect(signIn.accessToken()).rejects.toMatchObject({ name: "unreachable" });
    await signIn.accessToken();
    expect(signIn.record?.refreshToken).toBe("2");
  });

  it("refreshes once for all who ask at once", async () => {
    const signIn = signInOf();
    await signIn.signIn({ handle: "anna", password: "x" });
    now += 1_000_000;
    const tokens = await Promise.all([1, 2, 3].map(() => signIn.accessToken()));
    expect(server.refreshes).toBe(1);
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(1);
  });

  it("refreshes one tab after the other, each with what the one before it was given", async () => {
    const exclusive = makeExclusive(undefined);
    await signInOf().signIn({ handle: "anna", password: "x" });
    now += 1_000_000;
    const tabs = Array.from({ length: 5 }, () => signInOf(keeper, exclusive));
    await Promise.all(tabs.map((tab) => tab.accessToken()));
    expect(server.current).toBe(6);
    expect(keeper.load()?.refreshToken).toBe("6");
  });

  it.each([0, 1, 2, 3])(
    "gets tokens for two tabs that ask at once with nothing between them, %i answers lost",
    async (lost) => {
      await signInOf().signIn({ handle: "anna", password: "x" });
      now += 1_000_000;
      server.lost = lost;
      // As where a page has no Web Locks: each runs at once.
      const tabs = [1, 2].map(() => signInOf(keeper, (_, work) => work()));
      const ends: string[] = [];
      for (const tab of tabs) tab.onEnded((why) => ends.push(why.name));
      const untilGiven = async (tab: SignIn): Promise<string> => {
        try {
          return (await tab.accessToken()).token;
        } catch (error) {
          expect(error).toMatchObject({ name: "unreachable", retry: "same" });
          return untilGiven(tab);
        }
      };
      const tokens = await Promise.all(tabs.map(untilGiven));
      expect(tokens.every((token) => token !== "")).toBe(true);
      expect(ends).toEqual([]);
      expect(keeper.load()?.refreshToken).toBe(String(server.current));
    },
  );

  it("gets another token in place of one that the server refused", async () => {
    const signIn = signInOf();
    await signIn.signIn({ handle: "anna", password: "x" });
    const { token } = await signIn.accessToken();
    expect((await signIn.accessToken({ refused: token })).token).not.toBe(token);
    expect((await signIn.accessToken({ refused: "an old one" })).token).not.toBe(token);
    expect(server.refreshes).toBe(1);
  });

  it.each(["refresh_reused", "device_revoked", "account_disabled", "unauthenticated"])("ends with %s", async (name) => {
    const signIn = signInOf();
    await signIn.signIn({ handle: "anna", password: "x" });
    const ends: string[] = [];
    signIn.onEnded((why) => ends.push(why.name));
    now += 1_000_000;
    server.error = { name, status: 401 };
    await expect(signIn.accessToken()).rejects.toMatchObject({ name });
    await expect(signIn.accessToken()).rejects.toMatchObject({ name: "signed_out" });
    expect(ends).toEqual([name]);
    expect(signIn.record).toBeUndefined();
  });

  it.each([
    { name: "overloaded", status: 503 },
    { name: "draining", status: 503 },
    { name: "internal", status: 500 },
  ])("does not end because the server is $name", async (error) => {
    const signIn = signInOf();
    await signIn.signIn({ handle: "anna", password: "x" });
    now += 1_000_000;
    server.error = error;
    await expect(signIn.accessToken()).rejects.toMatchObject({ name: error.name });
    expect(signIn.record).toBeDefined();
  });

  it("gives up waiting for who does not want to wait, and goes on for the others", async () => {
    const signIn = signInOf();
    await signIn.signIn({ handle: "anna", password: "x" });
    now += 1_000_000;
    const cancel = new AbortController();
    const patient = signIn.accessToken();
    const impatient = signIn.accessToken({ signal: cancel.signal });
    cancel.abort(new Error("enough"));
    await expect(impatient).rejects.toThrow("enough");
    await expect(patient).resolves.toBeDefined();
  });

  it("leaves the refresh token to the browser where it has a cookie for it", async () => {
    let record: SignInRecord | undefined;
    const keep = (next: SignInRecord | undefined) => {
      record = next;
    };
    const cookie: SignInKeeper = { usesCookie: true, load: () => record, save: keep };
    const signIn = signInOf(cookie);
    await signIn.signIn({ handle: "anna", password: "x" });
    expect(record).toEqual({ account, device });
    now += 1_000_000;
    await signIn.accessToken();
    expect(record).toEqual({ account, device });
  });

  it("is out after signing out, also where the server does not answer", async () => {
    const signIn = signInOf();
    await signIn.signIn({ handle: "anna", password: "x" });
    now += 1_000_000;
    server.lost = 1;
    await expect(signIn.signOut()).rejects.toMatchObject({ name: "unreachable" });
    expect(signIn.record).toBeUndefined();
  });

  describe("with a cookie, that nobody but the server can take away", () => {
    class CookieKeeper extends MemoryKeeper {
      override readonly usesCookie = true;
      owesSignOut = false;
    }
    let cookie: CookieKeeper;
    let signIn: SignIn;
    beforeEach(async () => {
      cookie = new CookieKeeper();
      signIn = signInOf(cookie);
      await signIn.signIn({ handle: "anna", password: "x" });
      now += 1_000_000;
      server.lost = 1;
      await expect(signIn.signOut()).rejects.toMatchObject({ name: "unreachable" });
      expect(signIn.record).toBeUndefined();
      expect(server.signOuts).toBe(0);
    });

    it("tells the server later of a sign-out that it could not be told of, once", async () => {
      server.lost = 1;
      await signInOf(cookie).tellSignOut();
      expect(server.signOuts).toBe(0);
      server.lost = 0;
      await Promise.all([signIn.tellSignOut(), signIn.tellSignOut()]);
      await signInOf(cookie).tellSignOut();
      expect(server.signOuts).toBe(1);
      expect(signIn.record).toBeUndefined();
    });

    it("tells it before the cookie becomes another one's", async () => {
      server.lost = 0;
      await signIn.signIn({ handle: "ben", password: "x" });
      expect(server.signOuts).toBe(1);
      expect(signIn.record).toBeDefined();
      await signIn.tellSignOut();
      expect(server.signOuts).toBe(1);
    });

    it("owes nothing where the server knows no such sign-in any more", async () => {
      server.lost = 0;
      server.error = { name: "device_revoked", status: 401 };
      await signIn.tellSignOut();
      expect(cookie.owesSignOut).toBe(false);
    });
  });
});
