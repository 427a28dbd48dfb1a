/** The devices and tastes that everything is looked at with. */
import type { BrowserContextOptions } from "@playwright/test";

export interface Look {
  readonly name: string;
  readonly browser: BrowserContextOptions;
  readonly language: "en" | "ar";
  readonly isPhone: boolean;
}

const desk = { viewport: { width: 1280, height: 800 } };
const wide = { viewport: { width: 1920, height: 1000 } };
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

function look(name: string, browser: BrowserContextOptions): Look {
  return {
    name,
    browser: { reducedMotion: "reduce", ...browser },
    language: browser.locale === "ar" ? "ar" : "en",
    isPhone: browser.isMobile === true,
  };
}

/** Between them, both themes, both sizes and both directions of writing. */
export const everyRun: readonly Look[] = [
  look("light-desk", { ...desk, colorScheme: "light" }),
  look("dark-phone-arabic", { ...phone, colorScheme: "dark", locale: "ar" }),
];

/** `make screens` looks with these too. */
export const atLeisure: readonly Look[] = [
  look("dark-desk", { ...desk, colorScheme: "dark" }),
  look("light-phone", { ...phone, colorScheme: "light" }),
  look("dark-phone", { ...phone, colorScheme: "dark" }),
  look("light-wide", { ...wide, colorScheme: "light" }),
  look("light-desk-arabic", { ...desk, colorScheme: "light", locale: "ar" }),
  look("light-desk-contrast", { ...desk, colorScheme: "light", contrast: "more" }),
  look("dark-phone-contrast", { ...phone, colorScheme: "dark", contrast: "more" }),
  // As Windows' contrast themes.
  look("dark-desk-forced", { ...desk, colorScheme: "dark", forcedColors: "active" }),
];
