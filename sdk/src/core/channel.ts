import type { ChannelId } from "../ids.ts";
import type { ChannelState, Want } from "../types.ts";
import { newChannel, type WorkingState } from "./channel_view.ts";

/** A channel, and what is only known while the client lives. */
export interface Channel {
  state: WorkingState;
  /** As it was at the last commit: what the user sees. */
  shown: ChannelState | undefined;
  want: Want | undefined;
  /** A row or the store has told of it; before that it is neither stored nor told of. */
  known: boolean;
  opened: boolean;
  /** getChannel is in flight. */
  refreshing: boolean;
  /** getHistory is in flight. */
  fetching: boolean;
  inRepair: boolean;
  /** The last page brought nothing: wait until the channel moves. */
  unhelpful: boolean;
  /** An event that must exist has not come yet. */
  doubted: boolean;
  cursorInFlight: boolean;
  cursorDue: boolean;
  /** Not before. */
  cursorNext: number;
  /** Of the full sync that saw it last. */
  round: number;
  /** The last request that was made before the server told of ticks, and of registers. */
  ticksTold: number;
  registersTold: number;
  /** The badge was told as of here, also where events up to here are still to be applied. */
  badged: number;
  /** The last event counted that changed title, avatar, members or role. */
  shaped: number;
  /** What came before it was not counted: the row has to reach it; 0: nothing. */
  skipped: number;
}

export function makeChannel(id: ChannelId): Channel {
  return {
    state: { ...newChannel(id) },
    shown: undefined,
    want: undefined,
    known: false,
    opened: false,
    refreshing: false,
    fetching: false,
    inRepair: false,
    unhelpful: false,
    doubted: false,
    cursorInFlight: false,
    cursorDue: false,
    cursorNext: 0,
    round: 0,
    ticksTold: 0,
    registersTold: 0,
    badged: 0,
    shaped: 0,
    skipped: 0,
  };
}

/** A copy for the store and the user; lists are never changed in place. */
export function snapshot(channel: Channel): ChannelState {
  const { last, peer, incarnation, wishes, ...rest } = channel.state;
  channel.shown = {
    ...rest,
    ...(last !== undefined ? { last } : {}),
    ...(peer !== undefined ? { peer } : {}),
    ...(incarnation !== undefined ? { incarnation } : {}),
    ...(wishes !== undefined ? { wishes } : {}),
  };
  return channel.shown;
}
