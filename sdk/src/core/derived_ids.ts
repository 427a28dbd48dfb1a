/** Ids of channels that follow from who takes part: a UUIDv8 of a SHA-256. */
import { type AccountId, type ChannelId, idFromBytes, idToBytes } from "../ids.ts";
import { sha256 } from "./sha256.ts";

function derived(tag: string, ...accounts: AccountId[]): ChannelId {
  const bytes = sha256(new TextEncoder().encode(tag), ...accounts.map(idToBytes)).slice(0, 16);
  bytes[6] = 0x80 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  return idFromBytes<ChannelId>(bytes) as ChannelId;
}

/** The one channel of two accounts. */
export function directChannelId(a: AccountId, b: AccountId): ChannelId {
  return a < b ? derived("parley.channel.direct.v1", a, b) : derived("parley.channel.direct.v1", b, a);
}

/** Notes to oneself. */
export function selfChannelId(account: AccountId): ChannelId {
  return derived("parley.channel.self.v1", account);
}
