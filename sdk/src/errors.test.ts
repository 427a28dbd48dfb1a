import { describe, expect, it } from "vitest";
import { ParleyError } from "./errors.ts";

describe("ParleyError", () => {
  it("says what to do next by the tables", () => {
    expect(ParleyError.fromServer("token_expired", "old", 0).retry).toBe("auth");
    expect(ParleyError.fromServer("overloaded", "busy", 700)).toMatchObject({ retry: "same", retryAfterMs: 700 });
    expect(new ParleyError("unreachable", "no network").retry).toBe("same");
  });

  it("keeps the name of an error that it does not know, in its message", () => {
    const error = ParleyError.fromServer("from_tomorrow", "text", 0, "same");
    expect(error).toMatchObject({ name: "unknown_error", message: "from_tomorrow: text", retry: "same" });
    expect(ParleyError.fromServer("toString", "text", 0).name).toBe("unknown_error");
  });

  it("survives the way to another tab", () => {
    const error = new ParleyError("blocked", "One of you has blocked the other.", { retryAfterMs: 3 });
    const copy = ParleyError.fromRecord(structuredClone(error.toRecord()));
    expect(copy).toBeInstanceOf(ParleyError);
    expect({ ...copy, message: copy.message }).toEqual({ ...error, message: error.message });
  });
});
