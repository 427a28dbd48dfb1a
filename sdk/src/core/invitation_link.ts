/** Invitation links: `/join#<channel id>.<secret>`. What stands behind "#" goes to no server. */
import { ParleyError } from "../errors.ts";
import { type ChannelId, parseId, toBase64 } from "../ids.ts";

export interface Invitation {
  readonly channel: ChannelId;
  readonly secret: Uint8Array<ArrayBuffer>;
}

const urlSafe = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** What stands behind `/join#`. */
export function writeInvitation({ channel, secret }: Invitation): string {
  return `${channel}.${urlSafe(secret)}`;
}

/** From a whole link, or what stands behind its "#". Throws where it is none. */
export function readInvitation(link: string): Invitation {
  const [id = "", text = "", ...more] = link
    .slice(link.indexOf("#") + 1)
    .trim()
    .split(".");
  const channel = parseId<ChannelId>(id);
  if (channel === undefined || more.length > 0 || !/^[A-Za-z0-9_-]{22,}$/.test(text)) {
    throw new ParleyError("invalid_argument", "That is no invitation link.");
  }
  const secret = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
    letter.charCodeAt(0),
  );
  return { channel, secret };
}
