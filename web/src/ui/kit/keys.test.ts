import { expect, test } from "vitest";
import { keyText } from "./keys.ts";

test.each([
  ["Ctrl+Shift+F", "Linux x86_64", "Ctrl+Shift+F"],
  ["Ctrl+Shift+F", "MacIntel", "⌘⇧F"],
  ["Alt+↓", "MacIntel", "⌥↓"],
  ["+", "MacIntel", "+"],
  ["?", "iPhone", "?"],
])("%s on %s is %s", (keys, platform, shown) => {
  expect(keyText(keys, platform)).toBe(shown);
});
