/**
 * Protobuf for the messages of `gen/messages.ts`: the bytes are read and written by protobuf-es, what they mean stands
 * in a table of a few kilobytes.
 */
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { type Messages, table } from "../gen/messages.ts";

export type { Messages };
export type MessageName = keyof Messages;

/** A message as it is given to `encode`: whatever is left out has its default. */
export type Init<T> = T extends Uint8Array
  ? Uint8Array
  : T extends readonly (infer Element)[]
    ? readonly Init<Element>[]
    : T extends { readonly case: infer Case extends string; readonly value: infer Value }
      ? { readonly case: Case; readonly value: Init<Value> }
      : T extends object
        ? { readonly [Key in keyof T]?: Init<T[Key]> | undefined }
        : T;

type Values = Record<string, unknown>;

interface Field {
  readonly name: string;
  readonly number: number;
  /** A letter of `scalars`, or the name of a message. */
  readonly type: string;
  readonly isRepeated: boolean;
  /** Told also where it has its default. */
  readonly isOptional: boolean;
  /** The choice that it is one of. */
  readonly oneof: string;
}

interface Shape {
  /** By number, rising. */
  readonly fields: ReadonlyMap<number, Field>;
  readonly empty: Readonly<Values>;
}

/** How a value stands on the wire. */
interface Scalar {
  readonly wireType: number;
  readonly empty: unknown;
  readonly read: (reader: BinaryReader) => unknown;
  readonly write: (writer: BinaryWriter, value: never) => unknown;
}

const varint = 0;
const delimited = 2;
const endGroup = 4;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Numbers of 64 bits are never above 2^53 in Parley. */
function whole(value: number | bigint | string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is no whole number below 2^53`);
  return number;
}

function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw new RangeError("a text with half a character");
  return text;
}

const scalars: Readonly<Record<string, Scalar>> = {
  s: {
    wireType: delimited,
    empty: "",
    read: (reader) => reader.string(),
    write: (writer, value: string) => writer.string(wellFormed(value)),
  },
  // A copy: whoever keeps an id does not keep the frame.
  b: {
    wireType: delimited,
    empty: new Uint8Array(0),
    read: (reader) => reader.bytes().slice(),
    write: (writer, value: Uint8Array) => writer.bytes(value),
  },
  t: {
    wireType: varint,
    empty: false,
    read: (reader) => reader.bool(),
    write: (writer, value: boolean) => writer.bool(value),
  },
  n: {
    wireType: varint,
    empty: 0,
    read: (reader) => reader.uint32(),
    write: (writer, value: number) => writer.uint32(value),
  },
  e: {
    wireType: varint,
    empty: 0,
    read: (reader) => reader.int32(),
    write: (writer, value: number) => writer.int32(value),
  },
  u: {
    wireType: varint,
    empty: 0,
    read: (reader) => whole(reader.uint64()),
    write: (writer, value: number) => writer.uint64(whole(value)),
  },
  i: {
    wireType: varint,
    empty: 0,
    read: (reader) => whole(reader.int64()),
    write: (writer, value: number) => writer.int64(whole(value)),
  },
};

const nothing = Object.freeze([]);
const noCase = Object.freeze({ case: undefined });

const lines = new Map(table.split("\n").map((line) => [line.split(" ", 1)[0], line]));
const shapes = new Map<string, Shape>();

/** Read from the table when it is needed first. */
function shapeOf(message: string): Shape {
  let shape = shapes.get(message);
  if (shape === undefined) {
    shape = readShape(lines.get(message) ?? "");
    shapes.set(message, shape);
  }
  return shape;
}

function readShape(line: string): Shape {
  const fields = new Map<number, Field>();
  const empty: Values = {};
  for (const [, name = "", number, type = "", mark = "", oneof = ""] of line.matchAll(
    /(\w+)=(\d+)(\w+)([*?]?)(?:\/(\w+))?/g,
  )) {
    const isRepeated = mark === "*";
    const isOptional = mark === "?";
    fields.set(Number(number), { name, number: Number(number), type, isRepeated, isOptional, oneof });
    if (oneof !== "") empty[oneof] = noCase;
    else empty[name] = isRepeated ? nothing : isOptional ? undefined : scalars[type]?.empty;
  }
  return { fields, empty };
}

// ---- reading ----------------------------------------------------------------------------------------------------

/** Throws where the bytes are no such message. What is not known in it is passed over. */
export function decode<Name extends MessageName>(name: Name, bytes: Uint8Array): Messages[Name] {
  const reader = new BinaryReader(bytes, (text) => utf8.decode(text));
  return readMessage(name, reader, reader.len, undefined) as Messages[Name];
}

/** What comes twice is one message: `before` is its first part. */
function readMessage(name: string, reader: BinaryReader, end: number, before: unknown): Values {
  const { fields, empty } = shapeOf(name);
  const message: Values = { ...empty, ...(before as Values | undefined) };
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const field = fields.get(number);
    if (field === undefined || !readField(field, reader, wireType, message)) pass(reader, wireType, number);
  }
  if (reader.pos !== end) throw new RangeError("a field that is longer than its message");
  return message;
}

/** False: it does not stand there in a form of this field, and is passed over like one that is not known. */
function readField(field: Field, reader: BinaryReader, wireType: number, message: Values): boolean {
  const { name, type, oneof } = field;
  const scalar = scalars[type];
  if (field.isRepeated) {
    const isPacked = scalar?.wireType === varint && wireType === delimited;
    if (!isPacked && wireType !== (scalar?.wireType ?? delimited)) return false;
    if (message[name] === nothing) message[name] = [];
    const list = message[name] as unknown[];
    if (!isPacked) list.push(readValue(type, scalar, reader, undefined));
    else for (const end = endOf(reader); reader.pos < end; ) list.push(packed(scalar.read(reader), reader, end));
    return true;
  }
  if (wireType !== (scalar?.wireType ?? delimited)) return false;
  if (oneof === "") {
    message[name] = readValue(type, scalar, reader, message[name]);
  } else {
    const chosen = message[oneof] as { case: string | undefined; value?: unknown };
    const before = chosen.case === name ? chosen.value : undefined;
    message[oneof] = { case: name, value: readValue(type, scalar, reader, before) };
  }
  return true;
}

function readValue(type: string, scalar: Scalar | undefined, reader: BinaryReader, before: unknown): unknown {
  return scalar === undefined ? readMessage(type, reader, endOf(reader), before) : scalar.read(reader);
}

function packed(value: unknown, reader: BinaryReader, end: number): unknown {
  if (reader.pos > end) throw new RangeError("a number that is longer than its list");
  return value;
}

/** Of what begins with its length. */
function endOf(reader: BinaryReader): number {
  const length = reader.uint32();
  return reader.pos + length;
}

function pass(reader: BinaryReader, wireType: number, number: number): void {
  if (wireType === varint) reader.uint64();
  else if (wireType === endGroup) throw new RangeError("an end without a beginning");
  else reader.skip(wireType, number);
}

// ---- writing ----------------------------------------------------------------------------------------------------

/** Throws where a value cannot be written, such as a number above 2^53. */
export function encode<Name extends MessageName>(name: Name, message: Init<Messages[Name]>): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writeMessage(name, writer, message as Values);
  return writer.finish();
}

function writeMessage(name: string, writer: BinaryWriter, message: Values): void {
  for (const field of shapeOf(name).fields.values()) {
    if (field.oneof !== "") {
      const chosen = message[field.oneof] as { case?: string; value?: unknown } | undefined;
      if (chosen?.case === field.name) writeField(field, writer, chosen.value);
      continue;
    }
    const value = message[field.name];
    if (value === undefined) continue;
    if (field.isRepeated) writeList(field, writer, value as readonly unknown[]);
    else if (field.isOptional || !isEmpty(value)) writeField(field, writer, value);
  }
}

function writeField({ number, type }: Field, writer: BinaryWriter, value: unknown): void {
  const scalar = scalars[type];
  writer.tag(number, scalar?.wireType ?? delimited);
  if (scalar !== undefined) {
    scalar.write(writer, value as never);
    return;
  }
  writer.fork();
  writeMessage(type, writer, value as Values);
  writer.join();
}

function writeList(field: Field, writer: BinaryWriter, list: readonly unknown[]): void {
  const scalar = scalars[field.type];
  if (scalar?.wireType !== varint) {
    for (const value of list) writeField(field, writer, value);
    return;
  }
  if (list.length === 0) return;
  writer.tag(field.number, delimited).fork();
  for (const value of list) scalar.write(writer, value as never);
  writer.join();
}

function isEmpty(value: unknown): boolean {
  return value === 0 || value === false || value === "" || (value instanceof Uint8Array && value.length === 0);
}
