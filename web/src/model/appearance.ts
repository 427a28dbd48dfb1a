/** How the app looks on this device: kept beside the account's data, since it is there before anybody signs in. */
export type Theme = "system" | "light" | "dark";
export type Contrast = "system" | "more";

interface Appearance {
  readonly theme: Theme;
  readonly contrast: Contrast;
  readonly language?: string;
}

const key = "parley.appearance";
const usual: Appearance = { theme: "system", contrast: "system" };

export function readAppearance(): Appearance {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Appearance>;
    return { ...usual, ...stored };
  } catch {
    return usual;
  }
}

function store(change: Partial<Appearance>): void {
  try {
    localStorage.setItem(key, JSON.stringify({ ...readAppearance(), ...change }));
  } catch {
    // Until the page is left.
  }
}

export function storeLanguage(language: string): void {
  store({ language });
}

export function setTheme(theme: Theme): void {
  store({ theme });
  showAppearance({ ...readAppearance(), theme });
}

export function setContrast(contrast: Contrast): void {
  store({ contrast });
  showAppearance({ ...readAppearance(), contrast });
}

/** Follows what is chosen in other tabs, and what the machine is set to. `speak` is told of another language. */
export function followAppearance(speak: (language: string) => void): void {
  const show = () => showAppearance(readAppearance());
  matchMedia("(prefers-contrast: more)").addEventListener("change", show);
  addEventListener("storage", (event) => {
    if (event.key !== key) return;
    show();
    const { language } = readAppearance();
    if (language !== undefined) speak(language);
  });
}

/** `data-theme` and `data-contrast` of the root; the style sheets do the rest. */
export function showAppearance({ theme, contrast }: Appearance): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const more = contrast === "more" || matchMedia("(prefers-contrast: more)").matches;
  if (more) root.dataset.contrast = "more";
  else delete root.dataset.contrast;
}
