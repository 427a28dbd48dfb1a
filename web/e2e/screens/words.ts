/** What the app says in a language, by its key. */
import ar from "../../src/i18n/ar.json" with { type: "json" };
import en from "../../src/i18n/en.json" with { type: "json" };

interface Texts {
  readonly [key: string]: string | Texts;
}
export type Words = (key: string) => string;

export function wordsOf(language: "en" | "ar"): Words {
  const all: Texts = { ar, en }[language];
  return (key) => {
    let found: string | Texts | undefined = all;
    for (const part of key.split(".")) found = typeof found === "object" ? found[part] : undefined;
    if (typeof found !== "string") throw new Error(`No text is called ${key}`);
    return found;
  };
}
