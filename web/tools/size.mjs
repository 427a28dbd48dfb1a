// Prints the JavaScript that a built app loads before its first screen, gzipped: size.mjs [FOLDER].
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET = 180;
const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "../dist");
const page = readFileSync(join(folder, "index.html"), "utf8");
const scripts = [...page.matchAll(/(?:src|href)="(\/[^"]+\.js)"/g)].map((match) => match[1]);
let total = 0;
for (const path of new Set(scripts)) {
  const size = gzipSync(readFileSync(join(folder, path)), { level: 9 }).length;
  total += size;
  process.stdout.write(`${(size / 1024).toFixed(1).padStart(8)} KB  ${path}\n`);
}
process.stdout.write(
  `${(total / 1024).toFixed(1).padStart(8)} KB  of ${BUDGET}: JavaScript to the first screen, gzip\n`,
);
