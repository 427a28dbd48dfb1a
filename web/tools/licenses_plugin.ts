import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

/** Beside the page: what those who wrote the bundled packages want to be told with them. */
export const licensesFile = "licenses.txt";

// Vite lists the packages whose code is bundled; these give a font, and data.
const others = ["@fontsource-variable/figtree", "emojibase-data", "cldr-annotations-modern"];

/** Adds to Vite's list (`build.license`) the packages that it does not see. */
export function licensesPlugin(): Plugin {
  return {
    name: "parley-licenses",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const list = bundle[licensesFile];
        if (list?.type !== "asset") this.error(`there is no ${licensesFile}: see build.license`);
        const texts = others.map(
          (name) => `## ${name}\n\n${readFileSync(new URL(import.meta.resolve(`${name}/LICENSE`)), "utf8").trim()}\n`,
        );
        list.source = `${typeof list.source === "string" ? list.source : new TextDecoder().decode(list.source)}\n${texts.join("\n")}`;
      },
    },
  };
}
