import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { formatLastSeen } from "./format.ts";
import { setLanguage } from "./index.ts";

beforeAll(async () => {
  vi.stubGlobal("navigator", { languages: ["en-GB"] });
  await setLanguage("en");
});
afterAll(() => void vi.unstubAllGlobals());

const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 5).getTime();

test.each([
  ["the time of day", at(26, 8), "last seen today at 08:05"],
  ["yesterday, however short that is ago", at(25, 23), "last seen yesterday at 23:05"],
  ["the date before that", at(24, 9), "last seen 24 Nov 2026, 09:05"],
])("who was there last is told with %s", (_what, time, text) => {
  expect(formatLastSeen(time, at(26, 9))).toBe(text);
});
