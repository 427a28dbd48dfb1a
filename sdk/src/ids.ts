declare const kind: unique symbol;
export type Id<Kind extends string> = string & { readonly [kind]: Kind };

/** A person. Ids are UUID text in lower case; different kinds of ids are different types. */
export type AccountId = Id<"account">;
/** One installed client of an account. */
export type DeviceId = Id<"device">;
export type ChannelId = Id<"channel">;
/** Of a command, chosen by the client; the same one never takes effect twice. */
export type SendId = Id<"send">;
/** Of an invitation into a group. */
export type InvitationId = Id<"invitation">;
/** Identity of a server's history: another one after a restore. */
export type Incarnation = Id<"incarnation">;
export type AnyId = AccountId | DeviceId | ChannelId | SendId | InvitationId | Incarnation;

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const uuidText = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const base64Text = /^[A-Za-z0-9+/_-]{22}(==)?$/;

/** The text of 16 bytes; undefined where there are not 16, or all are zero: that stands for none. */
export function idFromBytes<T extends AnyId>(bytes: Uint8Array): T | undefined {
  if (bytes.length !== 16 || bytes.every((byte) => byte === 0)) return undefined;
  let text = "";
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
    text += hex[bytes[i] as number];
  }
  return text as T;
}

export function idToBytes(id: AnyId): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  const digits = id.replaceAll("-", "");
  for (let i = 0; i < 16; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** From UUID text in either case, or base64 or base64url of the 16 bytes; undefined for anything else. */
export function parseId<T extends AnyId>(text: string): T | undefined {
  if (uuidText.test(text)) return idFromBytes<T>(idToBytes(text as AnyId));
  if (!base64Text.test(text)) return undefined;
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return idFromBytes<T>(Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0)));
}

/** Fills the array it is given with random bytes, and gives it back. */
export type RandomFill = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

const randomBytes: RandomFill = (bytes) => crypto.getRandomValues(bytes);

/**
 * Makes ids that ascend (UUIDv7, RFC 9562), also within a millisecond and when the clock goes back: a server sees at
 * once that such a `SendId` was never used before.
 */
export class IdSource {
  readonly #random: RandomFill;
  #last = new Uint8Array(16);

  constructor(random: RandomFill = randomBytes) {
    this.#random = random;
  }

  next<T extends AnyId>(unixMs: number): T {
    const bytes = this.#random(new Uint8Array(16));
    for (let i = 0; i < 6; i++) bytes[i] = Math.floor(unixMs / 2 ** (8 * (5 - i))) % 256;
    bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f);
    bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
    this.#last = isGreater(bytes, this.#last) ? bytes : successor(this.#last);
    return idFromBytes<T>(this.#last) as T;
  }
}

function isGreater(a: Uint8Array, b: Uint8Array): boolean {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at >= 0 && (a[at] as number) > (b[at] as number);
}

/** The least UUIDv7 above: one more, carried past the bits that say version and variant. */
function successor(id: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(id);
  for (let i = 15; i >= 0; i--) {
    const fixed = i === 6 ? 0xf0 : i === 8 ? 0xc0 : 0;
    const free = (bytes[i] as number) & ~fixed;
    const full = 0xff & ~fixed;
    bytes[i] = ((bytes[i] as number) & fixed) | (free === full ? 0 : free + 1);
    if (free !== full) break;
  }
  return bytes;
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  // In parts: a call takes only so many arguments.
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}
