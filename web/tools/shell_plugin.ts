import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import type { HtmlTagDescriptor, Plugin, Rolldown } from "vite";
import type { ShellPlan } from "../src/sw/shell.ts";
import { licensesFile } from "./licenses_plugin.ts";

const brand = new URL("../src/brand/", import.meta.url);
const icons = [
  { fileName: "icon-192.png", source: "mark.svg", size: 192, purpose: "any" },
  { fileName: "icon-512.png", source: "mark.svg", size: 512, purpose: "any" },
  { fileName: "icon-maskable-192.png", source: "mark_maskable.svg", size: 192, purpose: "maskable" },
  { fileName: "icon-maskable-512.png", source: "mark_maskable.svg", size: 512, purpose: "maskable" },
  { fileName: "apple-touch-icon.png", source: "mark_maskable.svg", size: 180, purpose: undefined },
] as const;

const paper = { light: "#f5efec", dark: "#141017" };

export const manifest = {
  id: "/",
  name: "Parley",
  short_name: "Parley",
  description: "Chat with people and groups",
  start_url: "/",
  scope: "/",
  display: "standalone",
  background_color: paper.light,
  theme_color: paper.light,
  categories: ["social", "communication"],
  icons: icons
    .filter((icon) => icon.purpose !== undefined)
    .map(({ fileName, size, purpose }) => ({
      src: `/${fileName}`,
      sizes: `${size}x${size}`,
      type: "image/png",
      purpose,
    })),
};

const link = (rel: string, href: string, more: Record<string, string> = {}): HtmlTagDescriptor => ({
  tag: "link",
  attrs: { rel, href, ...more },
  injectTo: "head",
});
const head: HtmlTagDescriptor[] = [
  link("manifest", "/manifest.webmanifest"),
  link("icon", "/icon.svg", { type: "image/svg+xml" }),
  link("apple-touch-icon", "/apple-touch-icon.png"),
  ...(["light", "dark"] as const).map(
    (scheme): HtmlTagDescriptor => ({
      tag: "meta",
      attrs: { name: "theme-color", content: paper[scheme], media: `(prefers-color-scheme: ${scheme})` },
      injectTo: "head",
    }),
  ),
];

/** Draws an icon of the brand. */
function drawn(source: string, size: number): Uint8Array {
  return new Resvg(readFileSync(new URL(source, brand), "utf8"), { fitTo: { mode: "width", value: size } })
    .render()
    .asPng();
}

/** Which of a build's files the service worker keeps. */
export function shellPlan(bundle: Rolldown.OutputBundle): ShellPlan {
  const files: string[] = [];
  const lazy: string[] = [];
  const digest = createHash("sha256");
  for (const [name, file] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name === "sw.js" || name.endsWith(".map")) continue;
    digest
      .update(`${name}\0`)
      .update(file.type === "chunk" ? file.code : file.source)
      .update("\0");
    // The system keeps these itself.
    if (icons.some((icon) => icon.fileName === name)) continue;
    const isOfOneLanguage = file.type === "chunk" && file.moduleIds.some((id) => id.startsWith("\0virtual:emoji/"));
    (isOfOneLanguage || name === licensesFile ? lazy : files).push(`/${name}`);
  }
  return { version: digest.digest("hex").slice(0, 16), files, lazy };
}

/** Builds the service worker with its list of files, and makes of the page something that can be installed. */
export function shellPlugin(): Plugin {
  return {
    name: "parley-shell",
    apply: "build",
    async buildStart() {
      await readyToDraw();
      this.emitFile({ type: "chunk", id: "/src/sw/sw.ts", fileName: "sw.js" });
      this.emitFile({ type: "asset", fileName: "icon.svg", source: readFileSync(new URL("mark.svg", brand)) });
      this.emitFile({
        type: "asset",
        fileName: "manifest.webmanifest",
        source: JSON.stringify(manifest),
      });
      for (const { fileName, source, size } of icons)
        this.emitFile({ type: "asset", fileName, source: drawn(source, size) });
    },
    transformIndexHtml: { order: "post", handler: () => head },
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const worker = bundle["sw.js"];
        if (worker?.type !== "chunk") this.error("there is no service worker");
        // It is loaded as a plain script, and shares nothing with the app.
        if (worker.imports.length + worker.dynamicImports.length > 0) this.error("the service worker imports files");
        worker.code = worker.code.replace("__PARLEY_SHELL__", JSON.stringify(shellPlan(bundle)));
      },
    },
  };
}

let ready: Promise<void> | undefined;
function readyToDraw(): Promise<void> {
  ready ??= initWasm(readFileSync(new URL(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"))));
  return ready;
}
