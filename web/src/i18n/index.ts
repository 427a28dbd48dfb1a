import { useSyncExternalStore } from "react";
import type en from "./en.json";
import { Texts, type TextTree } from "./texts.ts";

export const languages = ["en", "de", "ja", "ar"] as const;
export type Language = (typeof languages)[number];

/** How each language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: "English",
  de: "Deutsch",
  ja: "日本語",
  ar: "العربية",
};

type Forms = "zero" | "one" | "two" | "few" | "many" | "other";
type Stem<K extends string> = K extends `${infer S}_${Forms}` ? S : K;
type Paths<T> = {
  [K in keyof T & string]: T[K] extends string ? Stem<K> : `${K}.${Paths<T[K]>}`;
}[keyof T & string];

/** Every text there is, without the endings of plurals. */
export type Key = Paths<typeof en>;
export type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: Key, values?: Values) => string;

const loaders: Readonly<Record<Language, () => Promise<{ default: TextTree }>>> = {
  en: () => import("./en.json"),
  de: () => import("./de.json"),
  ja: () => import("./ja.json"),
  ar: () => import("./ar.json"),
};

const loaded = new Map<Language, Texts>();
let language: Language = "en";
let translate: Translate = (key) => key;
let hasText = (_key: string) => false;
const listeners = new Set<() => void>();

export function isLanguage(text: string): text is Language {
  return (languages as readonly string[]).includes(text);
}

/** The first of the browser's languages that Parley speaks. */
export function preferredLanguage(wanted: readonly string[] = navigator.languages): Language {
  for (const tag of wanted) {
    const short = tag.slice(0, 2).toLowerCase();
    if (isLanguage(short)) return short;
  }
  return "en";
}

export function directionOf(of: Language): "ltr" | "rtl" {
  return of === "ar" ? "rtl" : "ltr";
}

/** Loads the texts of a language and shows them everywhere. */
export async function setLanguage(to: Language): Promise<void> {
  const texts = loaded.get(to) ?? new Texts(to, (await loaders[to]()).default);
  loaded.set(to, texts);
  language = to;
  // A new function for each language: what depends on it is made anew.
  translate = (key, values) => texts.get(key, isolated(values));
  hasText = (key) => texts.has(key);
  if (typeof document !== "undefined") {
    document.documentElement.lang = to;
    document.documentElement.dir = directionOf(to);
  }
  for (const listener of listeners) listener();
}

/** Keeps names that run the other way from turning the sentence around them. */
function isolated(values: Values | undefined): Record<string, string | number> {
  const result: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(values ?? {})) {
    result[name] = typeof value === "string" && runsAgainst(value) ? `\u2068${value}\u2069` : value;
    if (typeof value === "number") result[`${name}Text`] = formatNumber(value);
  }
  return result;
}

function runsAgainst(text: string): boolean {
  const rightToLeft =
    /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
  return directionOf(language) === "rtl"
    ? /\p{L}/u.test(text) && !/^\p{Script=Arabic}/u.test(text)
    : rightToLeft.test(text);
}

let numbers: Intl.NumberFormat | undefined;
let numbersOf = "";

export function formatNumber(value: number): string {
  // Making the first format takes a good part of a start, and mostly there is nothing to be formatted.
  if (language !== "ar" && Number.isInteger(value) && value >= 0 && value < 1000) return String(value);
  if (numbers === undefined || numbersOf !== locale()) {
    numbersOf = locale();
    numbers = new Intl.NumberFormat(numbersOf);
  }
  return numbers.format(value);
}

/** The language as it is written where the reader lives: en-GB has other dates and times than en-US. */
export function locale(): string {
  return navigator.languages.find((tag) => tag.split("-")[0]?.toLowerCase() === language) ?? language;
}

/** For code outside of components. */
export const t: Translate = (key, values) => translate(key, values);

/** Whether there is such a text; not for plurals. */
export function isKey(key: string): key is Key {
  return hasText(key);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useT(): Translate {
  return useSyncExternalStore(subscribe, () => translate);
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, () => language);
}
