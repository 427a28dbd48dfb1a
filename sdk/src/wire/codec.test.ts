import { create, type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { table } from "../gen/messages.ts";
import { file_parley_v1_accounts } from "../gen/parley/v1/accounts_pb.ts";
import { file_parley_v1_events } from "../gen/parley/v1/events_pb.ts";
import { file_parley_v1_frames, ServerFrameSchema } from "../gen/parley/v1/frames_pb.ts";
import { decode, encode, type Init, type MessageName, type Messages } from "./codec.ts";
import { makeRandom, plain, randomMessage } from "./random_messages_for_test.ts";

const all: readonly DescMessage[] = [file_parley_v1_events, file_parley_v1_frames, file_parley_v1_accounts].flatMap(
  (file) => file.messages,
);
const bytes = (...list: number[]) => new Uint8Array(list);
const varint = (value: bigint): number[] =>
  value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
const field = (number: number, wireType: number, ...rest: number[]) =>
  bytes(...varint(BigInt(number * 8 + wireType)), ...rest);
const joined = (...parts: Uint8Array[]) => bytes(...parts.flatMap((part) => [...part]));
/** Begins with its length. */
const block = (number: number, ...parts: Uint8Array[]) => {
  const inside = joined(...parts);
  return field(number, 2, ...varint(BigInt(inside.length)), ...inside);
};

describe("every message", () => {
  it("stands in the table", () => {
    const names = table.split("\n").map((line) => line.split(" ")[0]);
    for (const { name } of all) expect(names).toContain(name);
  });

  it.each(all.map((desc) => [desc.name, desc] as const))("%s is read and written as by protobuf-es", (name, desc) => {
    const random = makeRandom(name.length);
    for (let round = 0; round < 25; round++) {
      const message = randomMessage(desc, random);
      const written = toBinary(desc, message);
      const read = decode(name as MessageName, written);
      expect(read).toEqual(plain(message));
      const again = encode(name as MessageName, read as Init<Messages[MessageName]>);
      expect(again).toEqual(written);
      expect(plain(fromBinary(desc, again))).toEqual(read);
    }
  });

  it.each(all.map((desc) => [desc.name, desc] as const))("%s is all defaults where it is empty", (name, desc) => {
    expect(decode(name as MessageName, bytes())).toEqual(plain(create(desc)));
    expect(encode(name as MessageName, {})).toEqual(bytes());
  });
});

describe("numbers of 64 bits", () => {
  it("are read up to 2^53 - 1, and refused above it, as they are when written", () => {
    const most = Number.MAX_SAFE_INTEGER;
    for (const value of [2 ** 32, 2 ** 52 + 1, most]) {
      expect(decode("Range", encode("Range", { from: value }))).toEqual({ from: value, to: 0 });
    }
    for (const value of [2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(() => decode("Range", field(1, 0, ...varint(value))), String(value)).toThrow(RangeError);
    }
    for (const value of [2 ** 53, -1, 0.5, Number.NaN]) {
      expect(() => encode("Range", { from: value }), String(value)).toThrow();
    }
  });

  it("may be negative where they have a sign", () => {
    for (const value of [-1, -(2 ** 40), Number.MIN_SAFE_INTEGER]) {
      expect(decode("Registers", encode("Registers", { mutedUntil: value })).mutedUntil).toBe(value);
    }
    expect(() => decode("Registers", field(4, 0, ...varint(2n ** 63n)))).toThrow(RangeError);
    expect(() => encode("Registers", { mutedUntil: Number.MIN_SAFE_INTEGER - 1 })).toThrow(RangeError);
  });
});

describe("bytes that are no message are refused", () => {
  const frame = encode("ServerFrame", {
    body: {
      case: "history",
      value: {
        channelId: bytes(1, 2, 3),
        to: 300,
        events: [
          {
            header: { seq: 300, body: { case: "deleted", value: { targets: [1, 299] } } },
            content: { body: { case: "text", value: "Grüße" } },
          },
        ],
      },
    },
  });

  it("wherever they are cut off", () => {
    for (let length = 1; length < frame.length; length++) {
      expect(() => decode("ServerFrame", frame.subarray(0, length)), String(length)).toThrow();
    }
  });

  it("where a varint does not end", () => {
    const endless = Array.from({ length: 11 }, () => 0x80);
    expect(() => decode("Range", field(1, 0, ...endless, 0))).toThrow("invalid varint");
    expect(() => decode("Welcome", field(7, 0, ...endless, 0))).toThrow("invalid varint");
    expect(() => decode("Range", field(99, 0, ...endless, 0)), "in a field that is not known").toThrow();
    expect(() => decode("Range", bytes(...endless, 0)), "as a tag").toThrow();
  });

  it("where a tag is none", () => {
    for (const tag of [0x00, 0x07, 0x0e, 0x0f]) expect(() => decode("Range", bytes(tag, 0))).toThrow("illegal tag");
  });

  it("where something is longer than what holds it", () => {
    // The header says 2 bytes, its field wants 3.
    expect(() => decode("Event", joined(field(1, 2, 2, 0x22, 1), bytes(7)))).toThrow(RangeError);
    expect(() => decode("Event", joined(field(1, 2, 2, 0x08, 0x80), bytes(1)))).toThrow(RangeError);
    expect(() => decode("Deleted", joined(field(1, 2, 1, 0x80), bytes(1)))).toThrow(RangeError);
    expect(() => decode("Event", field(1, 2, ...varint(2n ** 32n - 1n)))).toThrow(RangeError);
    expect(() => decode("Outcome", field(1, 2, ...varint(2n ** 31n)))).toThrow(RangeError);
  });

  it("where a text is not UTF-8", () => {
    for (const text of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      expect(() => decode("Noted", field(1, 2, text.length, ...text))).toThrow(TypeError);
    }
    expect(() => encode("Noted", { what: "half \ud83d" })).toThrow(RangeError);
    expect(decode("Noted", encode("Noted", { what: "\ufeffmark" })).what).toBe("\ufeffmark");
  });

  it("whatever else they are: what is read of them is a message", () => {
    const random = makeRandom(5);
    let read = 0;
    for (let round = 0; round < 3_000; round++) {
      const broken = frame.map((byte) => (random(12) === 0 ? random(256) : byte));
      try {
        const message = decode("ServerFrame", broken);
        expect(decode("ServerFrame", encode("ServerFrame", message))).toEqual(message);
        read++;
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).name).not.toBe("AssertionError");
      }
    }
    expect(read).toBeGreaterThan(50);
  });
});

describe("what a newer server says", () => {
  const known = encode("Range", { from: 5, to: 6 });

  it("is passed over in all its forms", () => {
    const later = [
      field(9, 0, 0xff, 0x01),
      field(9, 1, 1, 2, 3, 4, 5, 6, 7, 8),
      field(9, 2, 3, 1, 2, 3),
      field(9, 5, 1, 2, 3, 4),
      joined(field(9, 3), field(1, 0, 1), field(3, 3), field(3, 4), field(9, 4)),
      field(536_870_911, 0, 1),
    ];
    for (const one of later) expect(decode("Range", joined(one, known, one))).toEqual({ from: 5, to: 6 });
    expect(() => decode("Range", joined(known, field(9, 4)))).toThrow(RangeError);
    expect(() => decode("Range", joined(known, field(9, 3), field(8, 4)))).toThrow();
    expect(() => decode("Range", joined(known, ...Array.from({ length: 200 }, () => field(9, 3))))).toThrow();
  });

  it("is passed over where a field has another form", () => {
    expect(decode("Range", joined(known, field(1, 2, 1, 7), field(2, 5, 1, 2, 3, 4)))).toEqual({ from: 5, to: 6 });
    expect(decode("Event", joined(field(1, 0, 7), field(5, 2, 1, 7))).digest).toEqual(bytes(7));
    expect(decode("Deleted", field(1, 5, 1, 2, 3, 4))).toEqual({ targets: [] });
  });

  it("shows as no case of a choice that is not known", () => {
    const frame = decode("ServerFrame", joined(field(1, 0, 3), block(99, known)));
    expect(frame).toEqual({ request: 3, body: { case: undefined } });
  });
});

describe("a field that comes again", () => {
  it("counts as it came last; lists go on, in either form", () => {
    expect(decode("Range", joined(field(1, 0, 1), field(1, 0, 2))).from).toBe(2);
    expect(decode("Deleted", joined(field(1, 0, 1), field(1, 2, 2, 2, 3), field(1, 0, 4))).targets).toEqual([
      1, 2, 3, 4,
    ]);
    expect(decode("Content", joined(block(1, bytes(65)), block(2, bytes(66)))).body).toEqual({
      case: "data",
      value: bytes(66),
    });
  });

  it("is one message with what came before, also in a choice", () => {
    const range = (one: Uint8Array) => block(13, block(7, one));
    const row = decode("InboxRow", joined(range(field(1, 0, 1)), range(field(2, 0, 9))));
    expect(row.registers?.hidden).toEqual([
      { from: 1, to: 0 },
      { from: 0, to: 9 },
    ]);
    const twice = joined(block(10, field(3, 0, 7)), block(10, block(5, bytes(65))));
    const frame = decode("ServerFrame", twice);
    expect(frame.body).toMatchObject({ case: "outcome", value: { seq: 7, refused: "A" } });
    expect(frame).toEqual(plain(fromBinary(ServerFrameSchema, twice)));
  });
});

it("what is read does not hold the frame, and two messages share nothing that can be changed", () => {
  const written = encode("Outcome", { channelId: bytes(1, 2), sendId: bytes(3) });
  const { channelId } = decode("Outcome", written);
  written.fill(0);
  expect(channelId).toEqual(bytes(1, 2));
  expect(channelId.buffer.byteLength).toBe(2);
  const { events } = decode("Events", bytes());
  expect(() => (events as unknown[]).push(1)).toThrow(TypeError);
});
