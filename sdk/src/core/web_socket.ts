import type { Connect } from "./ports.ts";

/** What is used of the standard WebSocket; also that of the package `ws`. */
export interface WebSocketLike {
  binaryType: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}
export type WebSocketConstructor = new (url: string, protocols: string) => WebSocketLike;

const subprotocol = "parley.v1";
/** The codes that a browser lets a page close with. */
const isAllowed = (code: number): boolean => code === 1000 || (code >= 3000 && code <= 4999);

/** Connections to `/v1/ws` of `server`. */
export function webSocketConnect(server: string, WebSocket: WebSocketConstructor): Connect {
  const url = new URL("/v1/ws", server);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return (listener) => {
    let socket: WebSocketLike | undefined;
    let isOver = false;
    const over = (code: number) => {
      if (isOver) return;
      isOver = true;
      listener.closed(code);
    };
    try {
      socket = new WebSocket(url.href, subprotocol);
    } catch {
      queueMicrotask(() => over(0));
      return { send: () => {}, close: () => {} };
    }
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      if (!isOver) listener.opened();
    };
    socket.onmessage = ({ data }: { data: unknown }) => {
      if (!isOver && data instanceof ArrayBuffer) listener.frame(new Uint8Array(data));
    };
    // Nothing is said about it but that it is over; a close follows.
    socket.onerror = () => {};
    // 1006: there was no close frame.
    socket.onclose = ({ code }: { code: number }) => over(code === 1006 ? 0 : code);
    return {
      send(frame) {
        if (!isOver) socket.send(frame);
      },
      close(code) {
        isOver = true;
        socket.close(isAllowed(code) ? code : 1000);
      },
    };
  };
}
