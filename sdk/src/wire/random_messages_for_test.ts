// Messages with anything in them, in protobuf-es; and the same in the form of our codec.
import { create, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";

export type Random = (below: number) => number;

export function makeRandom(seed: number): Random {
  let state = seed * 7_919 + 1;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

const texts = ["", "a", "Grüße", "日本語", "👋🏽 hi", "\u0000", "\u202eevil", "x".repeat(300), " \ufeff "];
const naturals = [0n, 1n, 127n, 128n, 16_383n, 2n ** 28n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 35n + 5n, 2n ** 53n - 1n];
const wholes = [...naturals, -1n, -128n, -(2n ** 31n), -(2n ** 32n) - 1n, -(2n ** 53n) + 1n];
const shorts = [0, 1, 127, 128, 300, 2 ** 31, 2 ** 32 - 1];
/** Choices are open: a newer server may have more of them, and negative ones cost ten bytes. */
const choices = [0, 1, 2, 3, 99, -1];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)] as T;
}

function scalarOf(scalar: ScalarType, random: Random): unknown {
  switch (scalar) {
    case ScalarType.STRING:
      return pick(random, texts);
    case ScalarType.BYTES:
      return new Uint8Array(pick(random, [0, 1, 16, 200])).map(() => random(256));
    case ScalarType.BOOL:
      return random(2) === 1;
    case ScalarType.UINT32:
      return pick(random, shorts);
    case ScalarType.UINT64:
      return pick(random, naturals);
    case ScalarType.INT64:
      return pick(random, wholes);
    default:
      throw new Error(`no values for ${ScalarType[scalar]}`);
  }
}

export function randomMessage(desc: DescMessage, random: Random): Message {
  return fill(reflect(desc, create(desc)), random).message;
}

function fill(message: ReflectMessage, random: Random): ReflectMessage {
  for (const field of message.desc.fields) {
    if (random(3) === 0) continue;
    const one = () => {
      if (field.message !== undefined) return fill(reflect(field.message, create(field.message)), random);
      return field.enum !== undefined ? pick(random, choices) : scalarOf(field.scalar as ScalarType, random);
    };
    if (field.fieldKind === "list") {
      for (let count = random(4); count > 0; count--) message.get(field).add(one() as never);
    } else {
      message.set(field, one() as never);
    }
  }
  return message;
}

/** As our codec has it: numbers in place of bigints, and nothing of protobuf-es. */
export function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plain);
  const entries = Object.entries(value).filter(([key]) => !key.startsWith("$"));
  return Object.fromEntries(entries.map(([key, part]) => [key, plain(part)]));
}
