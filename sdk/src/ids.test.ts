import { describe, expect, it } from "vitest";
import { type AccountId, IdSource, idFromBytes, idToBytes, parseId, type SendId, toBase64 } from "./ids.ts";

const text = "0192f3c4-5d6e-7f80-9a0b-1c2d3e4f5061" as AccountId;

describe("ids", () => {
  it("survive the way to bytes and back", () => {
    expect(idFromBytes(idToBytes(text))).toBe(text);
  });

  it("are parsed from UUID text in either case, base64 and base64url", () => {
    const bytes = new Uint8Array(16).fill(0xfb);
    const id = idFromBytes<AccountId>(bytes) as AccountId;
    const base64 = toBase64(bytes);
    expect(base64).toContain("+");
    for (const form of [id, id.toUpperCase(), base64, base64.replace(/=+$/, ""), base64.replaceAll("+", "-")]) {
      expect(parseId(form)).toBe(id);
    }
  });

  it("are refused in any other form", () => {
    for (const form of ["", "x", text.slice(1), `${text}0`, text.replaceAll("-", ""), "!".repeat(22), "A".repeat(22)]) {
      expect(parseId(form)).toBeUndefined();
    }
    expect(idFromBytes(new Uint8Array(15).fill(1))).toBeUndefined();
    expect(idFromBytes(new Uint8Array(16))).toBeUndefined();
  });

  it("ascend, also within a millisecond, when the clock goes back and when the random bits are all set", () => {
    const ids = new IdSource((bytes) => bytes.fill(0xff));
    const times = [1000, 1000, 1000, 5, 1001, 2 ** 41];
    const made = times.map((time) => ids.next<SendId>(time));
    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(times.length);
    expect(made.map((id) => id[14])).toEqual(Array(times.length).fill("7"));
    expect(made.every((id) => "89ab".includes(id[19] as string))).toBe(true);
    expect(Number.parseInt((made[5] as string).replaceAll("-", "").slice(0, 12), 16)).toBe(2 ** 41);
  });

  it("are drawn at random", () => {
    const ids = new IdSource();
    expect(ids.next<SendId>(1).slice(24)).not.toBe(new IdSource().next<SendId>(1).slice(24));
  });
});
