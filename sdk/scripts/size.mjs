// Prints what the whole SDK weighs in a page, with its protobuf runtime: minified and gzipped.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const budget = 45;
const entry = join(dirname(fileURLToPath(import.meta.url)), "../src/index.ts");
const result = await build({
  configFile: false,
  logLevel: "error",
  // As an app does it: what is built as a library keeps its spaces.
  build: {
    write: false,
    minify: true,
    modulePreload: { polyfill: false },
    rollupOptions: { input: entry, preserveEntrySignatures: "strict" },
  },
});
const [{ output }] = [result].flat();
const code = output.map((file) => (file.type === "chunk" ? file.code : "")).join("");
const kilobytes = gzipSync(code, { level: 9 }).length / 1024;
process.stdout.write(`${kilobytes.toFixed(1)} KB of ${budget}: @parley/sdk with its protobuf runtime, gzip\n`);
