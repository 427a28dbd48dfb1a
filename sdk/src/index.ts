/** Parley's client for browsers, workers and Node. */
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
export { type ChatClientOptions, createChatClient } from "./core/chat_client.ts";
export type { AccessToken, Clock, Connect, Connection, ConnectionListener, TokenSource } from "./core/ports.ts";
export { type WebSocketConstructor, webSocketConnect } from "./core/web_socket.ts";
export { type AnyErrorName, ParleyError } from "./errors.ts";
export { type ErrorName, errors, type LimitName, limits } from "./gen/tables.ts";
export {
  type AccountId,
  type ChannelId,
  type DeviceId,
  type InvitationId,
  parseId,
  type SendId,
} from "./ids.ts";
export { fold, targetOf, withoutContent } from "./store/fold.ts";
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
