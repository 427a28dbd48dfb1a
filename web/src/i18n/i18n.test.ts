import { clientErrors, errors } from "@parley/sdk";
import { describe, expect, test } from "vitest";
import ar from "./ar.json";
import de from "./de.json";
import en from "./en.json";
import { languages } from "./index.ts";
import ja from "./ja.json";

const texts: Readonly<Record<string, object>> = { en, de, ja, ar };
const sources = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.*"], {
  query: "?raw",
  import: "default",
  eager: true,
});

function flat(node: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(node)) {
    const here = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") found.set(here, value);
    else for (const [inner, text] of flat(value, here)) found.set(inner, text);
  }
  return found;
}

const form = /_(zero|one|two|few|many|other)$/u;
const stems = (node: object) => new Set([...flat(node).keys()].map((key) => key.replace(form, "")));
const values = (text: string) =>
  new Set([...text.matchAll(/\{\{(\w+)\}\}/gu)].map(([, name]) => name?.replace(/Text$/u, "")));

describe.each(languages)("%s", (language) => {
  const own = flat(texts[language] as object);

  test("has every text and no other", () => {
    expect([...stems(texts[language] as object)].sort()).toEqual([...stems(en)].sort());
  });

  test("has every form that its plurals need", () => {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const plurals = [...own.keys()].filter((key) => form.test(key)).map((key) => key.replace(form, ""));
    for (const stem of new Set(plurals)) {
      const forms = needed.map((category) => `${stem}_${category}`).filter((key) => !own.has(key));
      expect(forms).toEqual([]);
    }
  });

  test("says nothing empty, and names only values that the English text has", () => {
    const english = flat(en);
    for (const [key, text] of own) {
      expect(text.trim(), key).not.toBe("");
      const known = values(english.get(key) ?? english.get(key.replace(form, "_other")) ?? "");
      for (const name of values(text)) expect([...known], key).toContain(name);
    }
  });
});

test("every text is used somewhere", () => {
  const code = Object.values(sources).join("\n");
  // Some are put together: `list.filters.${one}`. Errors are looked up by the name that the server says.
  const beginnings = [...code.matchAll(/`([a-z]\w*(?:\.\w+)*\.)\$\{/giu)].map(([, beginning]) => beginning ?? "");
  const unused = [...stems(en)].filter(
    (key) => !key.startsWith("errors.") && !code.includes(`"${key}"`) && !beginnings.some((one) => key.startsWith(one)),
  );
  expect(unused).toEqual([]);
});

test("an error is spoken of by a name that servers and the SDK have, or that the app gives to several", () => {
  const ours = ["offline", "other", "storage", "unavailable"];
  expect(
    Object.keys(en.errors).filter((name) => !(name in errors || name in clientErrors) && !ours.includes(name)),
  ).toEqual([]);
});
