import { fileURLToPath } from "node:url";
import { build } from "vite";

export const sdkPage = fileURLToPath(new URL("../../../build/web-e2e/sdk", import.meta.url));

/** Builds the page that has nothing but the SDK, for stories about what a browser keeps. */
export default async function buildSdkPage(): Promise<void> {
  await build({
    configFile: false,
    root: fileURLToPath(new URL("../sdk", import.meta.url)),
    resolve: { conditions: ["parley-source"] },
    build: { outDir: sdkPage, emptyOutDir: true, assetsInlineLimit: 0 },
    logLevel: "warn",
  });
}
