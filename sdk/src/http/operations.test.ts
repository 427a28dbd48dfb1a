import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { operations } from "./operations.ts";

const page = readFileSync(new URL("../../../docs/openapi.yaml", import.meta.url), "utf8");

/** Of channels there is a live connection, and the rest is for operators and other servers. */
const notNeeded = [
  ...["createChannel", "getChannel", "sendCommand", "getHistory", "getContent", "getVersions", "getReceipts"],
  ...["moveCursor", "setRegisters", "hideMessages", "sync", "getKeys", "healthz", "readyz", "metrics", "frontPage"],
];

function operationsOfPage(): Map<string, { method: string; path: string }> {
  const found = new Map<string, { method: string; path: string }>();
  let path = "";
  let method = "";
  for (const line of page.slice(page.indexOf("\npaths:"), page.indexOf("\ncomponents:")).split("\n")) {
    path = /^ {2}(\/\S*):$/.exec(line)?.[1] ?? path;
    method = /^ {4}(get|post|put|patch|delete):$/.exec(line)?.[1]?.toUpperCase() ?? method;
    const name = /^ {6}operationId: (\w+)$/.exec(line)?.[1];
    if (name !== undefined) found.set(name, { method, path });
  }
  return found;
}

describe("the HTTP requests of the SDK", () => {
  it("are all in docs/openapi.yaml, by name, method and path", () => {
    const known = operationsOfPage();
    for (const [name, operation] of Object.entries(operations))
      expect([name, known.get(name)]).toEqual([name, operation]);
  });

  it("are all of docs/openapi.yaml but those that are known not to be needed", () => {
    expect([...Object.keys(operations), ...notNeeded].sort()).toEqual([...operationsOfPage().keys()].sort());
  });
});
