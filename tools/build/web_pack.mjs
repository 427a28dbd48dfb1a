// Packs a built web app for parleyd: web_pack.mjs FOLDER PACK. The form is described in server/app/web_app.hpp.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [folder, target] = process.argv.slice(2);
const PRESSED = /\.(png|webp|woff2|mp3|ogg)$/;

/** @param {Buffer} plain @param {Buffer} form */
const worth = (plain, form) => (form.length < plain.length * 0.95 ? form : Buffer.alloc(0));

/** @param {string} file @returns {[Buffer, Buffer, Buffer]} */
function forms(file) {
  const plain = readFileSync(file);
  if (PRESSED.test(file)) return [plain, Buffer.alloc(0), Buffer.alloc(0)];
  const brotli = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } });
  return [plain, worth(plain, gzipSync(plain, { level: 9 })), worth(plain, brotli)];
}

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort();
let index = "parley-web 1\n";
const bodies = [];
for (const file of files) {
  const path = `/${relative(folder, file).split("\\").join("/")}`;
  if (/\s/.test(path)) throw new Error(`${path}: a name with a space cannot be packed`);
  const three = forms(file);
  index += `${path} ${three.map((form) => form.length).join(" ")}\n`;
  bodies.push(...three);
}
writeFileSync(target, Buffer.concat([Buffer.from(`${index}\n`), ...bodies]));
