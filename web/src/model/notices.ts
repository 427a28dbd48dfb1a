import type { AccountId, ChannelEvent } from "@parley/sdk";

type Done =
  | "added"
  | "createdGroup"
  | "described"
  | "handedOver"
  | "joined"
  | "left"
  | "madeAdmin"
  | "madeMember"
  | "removed"
  | "renamed"
  | "settingsChanged";
type DoneToYou = "added" | "addedAnd" | "handedOver" | "madeAdmin" | "madeMember" | "removed";

/** The text for something that happened to a channel; the reader is spoken to, and not of. */
export type NoticeKey =
  | "notices.created"
  | `notices.by.${Done}`
  | `notices.byYou.${Done}`
  | `notices.ofYou.${DoneToYou}`;

export interface Notice {
  readonly key: NoticeKey;
  /** `name` in the text: who did it. */
  readonly by?: AccountId | undefined;
  /** `names` in the text: to whom. */
  readonly to: readonly AccountId[];
  readonly title?: string;
}

/** What is said of an event that is no message; undefined: nothing. */
export function noticeOf({ body, account: by }: ChannelEvent, me: AccountId | undefined): Notice | undefined {
  const done = (what: Done, more: { readonly to?: readonly AccountId[]; readonly title?: string } = {}): Notice => {
    const { to = [], ...rest } = more;
    if (by !== undefined && by === me) return { key: `notices.byYou.${what}`, by, to, ...rest };
    if (me === undefined || !to.includes(me)) return { key: `notices.by.${what}`, by, to, ...rest };
    const others = to.filter((account) => account !== me);
    const toYou = what === "added" && others.length > 0 ? "addedAnd" : (what as DoneToYou);
    return { key: `notices.ofYou.${toYou}`, by, to: others, ...rest };
  };
  switch (body.kind) {
    case "created":
      if (body.channelKind !== "group") return { key: "notices.created", to: [] };
      return done("createdGroup", { title: body.title });
    case "described":
      return body.title === undefined ? done("described") : done("renamed", { title: body.title });
    case "settingsChanged":
      return done("settingsChanged");
    case "membersAdded":
      return done("added", { to: body.members.map((member) => member.account).filter((account) => account !== by) });
    case "memberRemoved":
      return done("removed", { to: [body.account] });
    case "memberLeft":
      return done("left");
    case "roleChanged":
      return done(body.role === "admin" ? "madeAdmin" : "madeMember", { to: [body.account] });
    case "ownershipHandedOver":
      return done("handedOver", { to: [body.to] });
    case "joinedByInvitation":
      return done("joined");
    default:
      return undefined;
  }
}
