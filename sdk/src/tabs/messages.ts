/** What tabs say to each other. Everything here is cloned on its way; an error goes as its record. */
import type { Me, ParleyEvent } from "../client.ts";
import { type ErrorRecord, ParleyError } from "../errors.ts";
import type { LimitName } from "../gen/tables.ts";
import type { AccountId, ChannelId } from "../ids.ts";
import type { ChannelState, ClientState, OutboxEntry } from "../types.ts";
import type { Method } from "./methods.ts";

/** Of this form of messages. A tab that hears a higher one is of an old program, and stands aside. */
export const tabsVersion = 1;

export type TabId = string;

/** What a tab is told of all: the device does what any of its tabs wants. */
export interface TabHints {
  readonly active: boolean;
  readonly watched: readonly AccountId[];
  readonly opened: readonly ChannelId[];
}

/** What is known of the session, beside events. */
export interface Status {
  readonly me: Me | undefined;
  readonly clockOffset: number;
  readonly limits: Readonly<Record<LimitName, number>>;
}

/** All that a client shows, at one moment. */
export interface Snapshot {
  readonly state: PackedState;
  readonly status: Status;
  readonly channels: readonly ChannelState[];
  readonly outbox: readonly OutboxEntry[];
  readonly values: ReadonlyMap<string, unknown>;
}

export type TabMessage = { readonly version: number; readonly tab: TabId } & (
  | { readonly kind: "join"; readonly hints: TabHints }
  | { readonly kind: "hints"; readonly hints: TabHints }
  | { readonly kind: "beat" }
  | { readonly kind: "bye" }
  | {
      readonly kind: "call";
      readonly generation: number;
      readonly call: number;
      readonly method: Method;
      readonly args: readonly unknown[];
    }
  | { readonly kind: "abort"; readonly call: number }
  /** The next leader reads the store. */
  | { readonly kind: "taking" }
  | { readonly kind: "leads"; readonly generation: number }
  /** Answers a beat: how many batches were told, and whether the leader knows of this tab. */
  | {
      readonly kind: "pulse";
      readonly generation: number;
      readonly to: TabId;
      readonly told: number;
      readonly known: boolean;
    }
  | {
      readonly kind: "snapshot";
      readonly generation: number;
      readonly to: TabId;
      readonly told: number;
      readonly snapshot: Snapshot;
    }
  | {
      readonly kind: "told";
      readonly generation: number;
      readonly told: number;
      readonly events: readonly PackedEvent[];
      /** Where it may have changed. */
      readonly status?: Status;
    }
  | {
      readonly kind: "answer";
      readonly generation: number;
      readonly to: TabId;
      readonly call: number;
      readonly answer: PackedAnswer;
    }
);

export type Words = TabMessage extends infer M ? (M extends TabMessage ? Omit<M, "version" | "tab"> : never) : never;

// ---- errors on their way --------------------------------------------------------------------------------------------

export interface PackedState {
  readonly state: ClientState;
  readonly why?: ErrorRecord;
}
export interface PackedEvent {
  readonly event: ParleyEvent;
  readonly why?: ErrorRecord;
}
export type PackedAnswer =
  | { readonly value: unknown }
  | { readonly error: ErrorRecord }
  /** No error of ours: a mistake of who called. */
  | { readonly mistake: string };

export function packState(state: ClientState): PackedState {
  const why = "why" in state ? state.why : undefined;
  return why === undefined ? { state } : { state: stateWith(state, undefined), why: why.toRecord() };
}

export function unpackState({ state, why }: PackedState): ClientState {
  return why === undefined ? state : stateWith(state, ParleyError.fromRecord(why));
}

export function packEvent(event: ParleyEvent): PackedEvent {
  const why = whyOf(event);
  return why === undefined ? { event } : { event: eventWith(event, undefined), why: why.toRecord() };
}

export function unpackEvent({ event, why }: PackedEvent): ParleyEvent {
  return why === undefined ? event : eventWith(event, ParleyError.fromRecord(why));
}

export function packError(error: unknown): PackedAnswer {
  return error instanceof ParleyError ? { error: error.toRecord() } : { mistake: String(error) };
}

function whyOf(event: ParleyEvent): ParleyError | undefined {
  if (event.type === "state") return "why" in event.state ? event.state.why : undefined;
  return event.type === "storage" || event.type === "sends_put_off" ? event.why : undefined;
}

function eventWith(event: ParleyEvent, why: ParleyError | undefined): ParleyEvent {
  if (event.type === "state") return { ...event, state: stateWith(event.state, why) };
  return { ...event, why } as ParleyEvent;
}

function stateWith(state: ClientState, why: ParleyError | undefined): ClientState {
  const { why: _why, ...rest } = state as ClientState & { why?: ParleyError };
  return (why === undefined ? rest : { ...rest, why }) as ClientState;
}
