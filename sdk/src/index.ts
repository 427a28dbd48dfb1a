/** Parley's client for browsers, workers and Node. */
export { BrowserKeeper, MemoryKeeper, type SignInKeeper, type SignInRecord } from "./auth/keeper.ts";
export type { Credentials, SignUpDetails } from "./auth/sign_in.ts";
export type {
  Cancel,
  ChatClient,
  ClientEventName,
  ClientEvents,
  HistoryQuery,
  Me,
  NewGroup,
  ParleyEvent,
  SendOptions,
} from "./client.ts";
export type { Command, Draft } from "./commands.ts";
export { newChannel } from "./core/channel_view.ts";
export { type ChatClientOptions, createChatClient } from "./core/chat_client.ts";
export type { AccessToken, Clock, Connect, Connection, ConnectionListener, TokenSource } from "./core/ports.ts";
export { contains } from "./core/ranges.ts";
export type { Settings } from "./core/settings.ts";
export { type WebSocketConstructor, type WebSocketLike, webSocketConnect } from "./core/web_socket.ts";
export { type AnyErrorName, type ClientErrorName, clientErrors, type ErrorRecord, ParleyError } from "./errors.ts";
export { type ErrorName, errors, type LimitName, limits, type Retry } from "./gen/tables.ts";
export type { HttpApi, SignUpInvitation } from "./http/api.ts";
export type { CallOptions } from "./http/caller.ts";
export type { ExportPart } from "./http/export.ts";
export type { AccountChange, Audience, Device, OwnAccount, Privacy, Profile } from "./http/people.ts";
export {
  type AccountId,
  type AnyId,
  type ChannelId,
  type DeviceId,
  type Id,
  IdSource,
  type Incarnation,
  type InvitationId,
  parseId,
  type RandomFill,
  type SendId,
} from "./ids.ts";
export { Parley, type ParleyClient, type ParleyOptions } from "./parley.ts";
export { fold, targetOf, withoutContent } from "./store/fold.ts";
export { type IndexedDbSettings, IndexedDbStore } from "./store/indexeddb_store.ts";
export { MemoryStore } from "./store/memory_store.ts";
export type {
  Changes,
  EventRange,
  EventsChange,
  EventsQuery,
  SessionRecord,
  Store,
  StoredState,
} from "./store/store.ts";
export type * from "./types.ts";
