import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const checkedIn = fileURLToPath(new URL(".", import.meta.url));
const script = fileURLToPath(new URL("../../scripts/generate.mjs", import.meta.url));

function filesOf(directory: string): Map<string, string> {
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const made = names.filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts")).sort();
  return new Map(made.map((name) => [name, readFileSync(join(directory, name), "utf8")]));
}

describe("generated code", () => {
  it("is what proto/ says: `make generate` and commit when this fails", { timeout: 60_000 }, () => {
    const fresh = mkdtempSync(join(tmpdir(), "parley-gen-"));
    try {
      execFileSync(process.execPath, [script, fresh]);
      expect(filesOf(checkedIn)).toEqual(filesOf(fresh));
      expect(filesOf(fresh).size).toBe(5);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  });
});
