import { ParleyError } from "../errors.ts";
import type * as wire from "../gen/messages.ts";
import { type AccountId, type AnyId, type DeviceId, idFromBytes } from "../ids.ts";

/** Who may see something of a person. */
export type Audience = "everyone" | "contacts" | "nobody";

/** A person, as the one who asks may see them. */
export interface Profile {
  readonly account: AccountId;
  readonly handle: string;
  readonly displayName: string;
  readonly about: string;
  readonly avatar: string;
  readonly deleted: boolean;
  readonly isContact: boolean;
  /** By the one who asks. */
  readonly isBlocked: boolean;
  /** Unix ms; undefined: not known, or not told. */
  readonly lastSeen: number | undefined;
}

export interface Privacy {
  /** Both ways: who hides when they have read does not see when others have. */
  readonly readReceipts: boolean;
  readonly lastSeen: Audience;
  readonly online: Audience;
}

/** One's own account. */
export interface OwnAccount {
  readonly profile: Profile;
  readonly privacy: Privacy;
  readonly created: number;
}

/** Only what is there is changed. */
export interface AccountChange {
  readonly displayName?: string;
  readonly about?: string;
  readonly avatar?: string;
  readonly readReceipts?: boolean;
  readonly lastSeen?: Audience;
  readonly online?: Audience;
}

/** A device that is signed in. */
export interface Device {
  readonly device: DeviceId;
  readonly name: string;
  /** `web`, `ios`, `linux` … */
  readonly platform: string;
  readonly created: number;
  readonly lastUsed: number;
  /** This one. */
  readonly current: boolean;
}

/** By the number that each has on the wire. */
const audiences: readonly (Audience | undefined)[] = [undefined, "everyone", "contacts", "nobody"];

/** The id in an answer that has to have one. */
export function needId<T extends AnyId>(bytes: Uint8Array): T {
  const id = idFromBytes<T>(bytes);
  if (id === undefined) throw new ParleyError("bad_answer", "The answer lacks an id.");
  return id;
}

export function profileOf(said: wire.Profile): Profile {
  return {
    account: needId<AccountId>(said.account),
    handle: said.handle,
    displayName: said.displayName,
    about: said.about,
    avatar: said.avatar,
    deleted: said.deleted,
    isContact: said.isContact,
    isBlocked: said.isBlocked,
    lastSeen: said.lastSeen === 0 ? undefined : said.lastSeen,
  };
}

export function ownAccountOf(said: wire.Account): OwnAccount {
  if (said.profile === undefined || said.privacy === undefined) {
    throw new ParleyError("bad_answer", "The answer lacks the profile.");
  }
  return { profile: profileOf(said.profile), privacy: privacyOf(said.privacy), created: said.created };
}

export function deviceOf(said: wire.Device): Device {
  return {
    device: needId<DeviceId>(said.device),
    name: said.name,
    platform: said.platform,
    created: said.created,
    lastUsed: said.lastUsed,
    current: said.current,
  };
}

export function wireAudience(audience: Audience): number {
  return audiences.indexOf(audience);
}

function privacyOf(said: wire.Privacy): Privacy {
  return { readReceipts: said.readReceipts, lastSeen: audienceOf(said.lastSeen), online: audienceOf(said.online) };
}

/** What is not known is taken for the most private. */
function audienceOf(number: number): Audience {
  return audiences[number] ?? "nobody";
}
