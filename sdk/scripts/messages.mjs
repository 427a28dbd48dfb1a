// Writes messages.ts from a set of descriptors: the types of all messages, and the table by which they are encoded.
import { createFileRegistry, fromBinary, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

/** The letter of the table and the type of TypeScript. */
const scalars = new Map([
  [ScalarType.STRING, ["s", "string"]],
  [ScalarType.BYTES, ["b", "Uint8Array<ArrayBuffer>"]],
  [ScalarType.BOOL, ["t", "boolean"]],
  [ScalarType.UINT32, ["n", "number"]],
  [ScalarType.UINT64, ["u", "number"]],
  [ScalarType.INT64, ["i", "number"]],
]);

const head = `// Made by scripts/generate.mjs from proto/parley/v1. Do not edit.

/** Of each message its fields: name = number and type, then * for a list, ? for "may be missing", / for a choice. */
`;

export function messagesOf(descriptorSet) {
  const { files } = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet));
  const messages = [...files].flatMap((file) => file.messages).sort((a, b) => (a.name < b.name ? -1 : 1));
  const table = messages.map((message) => [message.name, ...fieldsOf(message).map(entryOf)].join(" "));
  const names = messages.map(({ name }) => `  ${name}: ${name};\n`);
  return [
    `${head}export const table = \`\n${table.join("\n")}\`;\n`,
    `/** All of them by name. */\nexport interface Messages {\n${names.join("")}}\n`,
    ...messages.map(interfaceOf),
  ].join("\n");
}

function fieldsOf(message) {
  const fields = message.fields.map((field) => {
    const [letter, ts] = typeOf(field);
    const isExplicit = field.presence === FeatureSet_FieldPresence.EXPLICIT;
    return {
      name: field.localName,
      number: field.number,
      letter,
      ts,
      isRepeated: field.fieldKind === "list",
      isOptional: isExplicit && field.message === undefined && field.oneof === undefined,
      mayBeMissing: isExplicit,
      oneof: field.oneof?.localName ?? "",
    };
  });
  return fields.sort((a, b) => a.number - b.number);
}

function typeOf({ scalar, enum: choices, message, fieldKind, name }) {
  if (message !== undefined) return [message.name, message.name];
  if (choices !== undefined) return ["e", "number"];
  const type = fieldKind === "map" ? undefined : scalars.get(scalar);
  if (type === undefined) throw new Error(`no letter for the type of ${name}`);
  return type;
}

function entryOf({ name, number, letter, isRepeated, isOptional, oneof }) {
  return `${name}=${number}${letter}${isRepeated ? "*" : ""}${isOptional ? "?" : ""}${oneof === "" ? "" : `/${oneof}`}`;
}

function interfaceOf(message) {
  const fields = fieldsOf(message);
  const lines = fields.filter(({ oneof }) => oneof === "").map(memberOf);
  for (const oneof of new Set(fields.map((field) => field.oneof).filter((name) => name !== ""))) {
    const cases = fields.filter((field) => field.oneof === oneof);
    const choices = cases.map(({ name, ts }) => `    | { readonly case: "${name}"; readonly value: ${ts} }\n`);
    lines.push(
      `  readonly ${oneof}:\n${choices.join("")}    | { readonly case: undefined; readonly value?: undefined };\n`,
    );
  }
  if (lines.length === 0) return `export type ${message.name} = Readonly<Record<never, never>>;\n`;
  return `export interface ${message.name} {\n${lines.join("")}}\n`;
}

function memberOf({ name, ts, isRepeated, mayBeMissing }) {
  if (isRepeated) return `  readonly ${name}: readonly ${ts}[];\n`;
  return `  readonly ${name}: ${ts}${mayBeMissing ? " | undefined" : ""};\n`;
}
