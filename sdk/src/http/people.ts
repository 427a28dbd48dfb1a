import type { MessageShape } from "@bufbuild/protobuf";
import { ParleyError } from "../errors.ts";
import {
  type AccountSchema,
  type DeviceSchema,
  type PrivacySchema,
  type ProfileSchema,
  Audience as WireAudience,
} from "../gen/parley/v1/accounts_pb.ts";
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

/** The id in an answer that has to have one. */
export function needId<T extends AnyId>(bytes: Uint8Array): T {
  const id = idFromBytes<T>(bytes);
  if (id === undefined) throw new ParleyError("bad_answer", "The answer lacks an id.");
  return id;
}

export function profileOf(wire: MessageShape<typeof ProfileSchema>): Profile {
  return {
    account: needId<AccountId>(wire.account),
    handle: wire.handle,
    displayName: wire.displayName,
    about: wire.about,
    avatar: wire.avatar,
    deleted: wire.deleted,
    isContact: wire.isContact,
    isBlocked: wire.isBlocked,
    lastSeen: wire.lastSeen === 0n ? undefined : Number(wire.lastSeen),
  };
}

export function ownAccountOf(wire: MessageShape<typeof AccountSchema>): OwnAccount {
  if (wire.profile === undefined || wire.privacy === undefined) {
    throw new ParleyError("bad_answer", "The answer lacks the profile.");
  }
  return { profile: profileOf(wire.profile), privacy: privacyOf(wire.privacy), created: Number(wire.created) };
}

export function deviceOf(wire: MessageShape<typeof DeviceSchema>): Device {
  return {
    device: needId<DeviceId>(wire.device),
    name: wire.name,
    platform: wire.platform,
    created: Number(wire.created),
    lastUsed: Number(wire.lastUsed),
    current: wire.current,
  };
}

export function wireAudience(audience: Audience): WireAudience {
  if (audience === "everyone") return WireAudience.EVERYONE;
  return audience === "contacts" ? WireAudience.CONTACTS : WireAudience.NOBODY;
}

function privacyOf(wire: MessageShape<typeof PrivacySchema>): Privacy {
  return { readReceipts: wire.readReceipts, lastSeen: audienceOf(wire.lastSeen), online: audienceOf(wire.online) };
}

/** What is not known is taken for the most private. */
function audienceOf(wire: WireAudience): Audience {
  if (wire === WireAudience.EVERYONE) return "everyone";
  return wire === WireAudience.CONTACTS ? "contacts" : "nobody";
}
