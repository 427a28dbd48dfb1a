// Writes src/gen from the contract in proto/: messages by protoc, errors and limits by tools/build/generate.py.
//   node scripts/generate.mjs [DIRECTORY]      default: src/gen
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const out = resolve(process.argv[2] ?? fileURLToPath(new URL("../src/gen", import.meta.url)));
const run = (program, ...words) => execFileSync(program, words, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });

mkdirSync(out, { recursive: true });
run(
  "protoc",
  "--plugin=protoc-gen-es=node_modules/.bin/protoc-gen-es",
  `--es_out=${out}`,
  "--es_opt=target=ts,import_extension=ts",
  "-Iproto",
  ...["frames", "events", "accounts"].map((name) => `proto/parley/v1/${name}.proto`),
);
run("python3", "-B", "tools/build/generate.py", "--proto", "proto", "--typescript", out);
