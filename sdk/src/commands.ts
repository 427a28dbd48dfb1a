/** What a client asks a channel to do. Kept in the outbox as it is here. */
import type { AccountId, InvitationId } from "./ids.ts";
import type { ChannelKind, ChannelSettings, Content, Role } from "./types.ts";

export type Command =
  | {
      readonly kind: "post";
      readonly content: Content;
      readonly replyTo?: number;
      readonly mentions?: readonly AccountId[];
      readonly forwarded?: boolean;
      readonly cryptoEpoch?: number;
    }
  | { readonly kind: "edit"; readonly target: number; readonly content: Content; readonly cryptoEpoch?: number }
  | { readonly kind: "delete"; readonly targets: readonly number[] }
  /** Without content the reaction is taken back. */
  | { readonly kind: "react"; readonly target: number; readonly content?: Content }
  | {
      readonly kind: "createChannel";
      readonly channelKind: ChannelKind;
      readonly peer?: AccountId;
      readonly title?: string;
      readonly description?: string;
      readonly avatar?: string;
      readonly settings?: ChannelSettings;
      readonly members?: readonly AccountId[];
    }
  | { readonly kind: "describe"; readonly title?: string; readonly description?: string; readonly avatar?: string }
  | { readonly kind: "changeSettings"; readonly settings: ChannelSettings }
  | { readonly kind: "addMembers"; readonly accounts: readonly AccountId[] }
  | { readonly kind: "removeMember"; readonly account: AccountId }
  | { readonly kind: "leave" }
  | { readonly kind: "setRole"; readonly account: AccountId; readonly role: Role }
  | { readonly kind: "handOver"; readonly to: AccountId }
  | {
      readonly kind: "createInvitation";
      readonly invitation: InvitationId;
      readonly secretHash: Uint8Array;
      /** 0: never. */
      readonly expires: number;
      /** 0: as often as one likes. */
      readonly uses: number;
    }
  | { readonly kind: "revokeInvitation"; readonly invitation: InvitationId }
  | { readonly kind: "join"; readonly secret: Uint8Array }
  | { readonly kind: "cryptoCommit"; readonly epoch: number; readonly content: Content };

/** A message to post. */
export interface Draft {
  readonly text: string;
  /** Seq of the message that this one answers. */
  readonly replyTo?: number;
  readonly mentions?: readonly AccountId[];
  /** A copy of something that was said elsewhere. */
  readonly forwarded?: boolean;
}
