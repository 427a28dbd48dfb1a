import type { AccountId, ChannelEvent, ChannelId } from "@parley/sdk";
import { createContext, useContext } from "react";
import type { Conversation } from "../../../model/conversation.ts";

/** What the parts of a conversation's screen share. */
export interface ConversationParts {
  readonly conversation: Conversation;
  readonly channelId: ChannelId;
  readonly isGroup: boolean;
  /** Whether this account may post, and admins' rights over others' messages. */
  readonly mayPost: boolean;
  readonly isAdmin: boolean;
  readonly reply: (event: ChannelEvent) => void;
  readonly edit: (event: ChannelEvent) => void;
  readonly jumpTo: (seq: number) => void;
  /** Shows the end of the conversation, and stays there. */
  readonly toNewest: () => void;
  /** A row is about to grow: its beginning stays where it is. */
  readonly holdStill: (row: Element) => void;
  readonly openDialog: (dialog: MessageDialog) => void;
  /** Seqs that are chosen; undefined: nobody chooses. */
  readonly chosen: ReadonlySet<number> | undefined;
  readonly choose: (seq: number) => void;
}

export type MessageDialog =
  | { readonly kind: "delete" | "forward"; readonly events: readonly ChannelEvent[] }
  | { readonly kind: "receipts" | "react" | "reactions"; readonly event: ChannelEvent }
  | { readonly kind: "person"; readonly account: AccountId };

export const ConversationContext = createContext<ConversationParts | undefined>(undefined);

export function useConversation(): ConversationParts {
  const parts = useContext(ConversationContext);
  if (parts === undefined) throw new Error("There is no conversation around this.");
  return parts;
}
