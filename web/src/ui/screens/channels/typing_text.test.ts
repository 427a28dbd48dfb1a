import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Language, setLanguage, t } from "../../../i18n/index.ts";
import { typingText } from "./typing_text.ts";

beforeAll(() => void vi.stubGlobal("navigator", { languages: [] }));
afterAll(() => void vi.unstubAllGlobals());

describe.each<[Language, string[]]>([
  ["en", ["is typing …", "Ana is typing …", "Ana and Somebody are typing …", "3 people are typing …"]],
  ["de", ["schreibt …", "Ana schreibt …", "Ana und Jemand schreiben …", "3 Personen schreiben …"]],
])("%s", (language, texts) => {
  beforeAll(() => setLanguage(language));

  test.each([[[]], [["Ana"]], [["Ana", ""]], [["Ana", "", "Ben"]]])("%j", (names: string[]) => {
    expect(typingText(t, names)).toBe(texts[names.length]);
  });
});
