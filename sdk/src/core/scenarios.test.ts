import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readScenario, Stage } from "./scenario_for_test.ts";

const folder = join(import.meta.dirname, "../../../tests/vectors/client");
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));

test("there are scenarios", () => expect(files.length).toBeGreaterThanOrEqual(10));

test.each(files)("%s", async (name) => {
  const scenario = readScenario(readFileSync(join(folder, name), "utf8"));
  await new Stage(scenario).play();
});
