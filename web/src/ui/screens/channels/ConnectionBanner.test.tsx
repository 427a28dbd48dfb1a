// @vitest-environment happy-dom
import { ParleyError } from "@parley/sdk";
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { setLanguage } from "../../../i18n/index.ts";
import { Observable } from "../../../model/observable.ts";
import type { Connectivity, Session } from "../../../model/session.ts";
import { SessionProvider } from "../../context.tsx";
import { ConnectionBanner } from "./ConnectionBanner.tsx";

const long = 2_000;
const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));

describe("the banner", () => {
  const session = {
    connectivity: new Observable<Connectivity>("live"),
    storage: new Observable<ParleyError | undefined>(undefined),
    putOff: new Observable<ParleyError | undefined>(undefined),
  };
  const said = () => screen.getByRole("status").textContent;
  beforeEach(async () => {
    await setLanguage("en");
    vi.useFakeTimers();
    session.connectivity.set("live");
    session.putOff.set(undefined);
    render(
      <SessionProvider value={session as unknown as Session}>
        <ConnectionBanner />
      </SessionProvider>,
    );
  });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  it("says nothing while all is well, nor of what is over at once", () => {
    expect(said()).toBe("");
    act(() => session.connectivity.set("connecting"));
    act(() => session.putOff.set(new ParleyError("overloaded", "")));
    pass(500);
    act(() => session.connectivity.set("live"));
    act(() => session.putOff.set(undefined));
    pass(long);
    expect(said()).toBe("");
  });

  it("says that there is no connection, and no longer once there is one", () => {
    act(() => session.connectivity.set("offline"));
    pass(long);
    expect(said()).toContain("You are offline");
    act(() => session.connectivity.set("live"));
    expect(said()).toBe("");
  });

  it.each([
    ["disk_full", "no room left"],
    ["overloaded", "The server is busy"],
  ] as const)("says why what was written waits though there is a connection: %s", (name, text) => {
    act(() => session.putOff.set(new ParleyError(name, "")));
    pass(long);
    expect(said()).toContain(text);
    act(() => session.putOff.set(undefined));
    expect(said()).toBe("");
  });
});
