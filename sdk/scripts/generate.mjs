// Writes src/gen from the contract in proto/: messages from protoc's descriptors, errors and limits by
// tools/build/generate.py, and for the tests the same messages in protobuf-es.
//   node scripts/generate.mjs [DIRECTORY]      default: src/gen
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { messagesOf } from "./messages.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const out = resolve(process.argv[2] ?? fileURLToPath(new URL("../src/gen", import.meta.url)));
const run = (program, ...words) => execFileSync(program, words, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
const files = ["frames", "events", "accounts"].map((name) => `proto/parley/v1/${name}.proto`);

mkdirSync(out, { recursive: true });
const made = mkdtempSync(join(tmpdir(), "parley-descriptors-"));
try {
  const descriptors = join(made, "set");
  run("protoc", "-Iproto", `--descriptor_set_out=${descriptors}`, ...files);
  writeFileSync(join(out, "messages.ts"), messagesOf(readFileSync(descriptors)));
} finally {
  rmSync(made, { recursive: true, force: true });
}
run(
  "protoc",
  "--plugin=protoc-gen-es=node_modules/.bin/protoc-gen-es",
  `--es_out=${out}`,
  "--es_opt=target=ts,import_extension=ts",
  "-Iproto",
  ...files,
);
run("python3", "-B", "tools/build/generate.py", "--proto", "proto", "--typescript", out);
