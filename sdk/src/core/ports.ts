/** What the core needs of its world. */

/** Wall-clock time that never goes back while the client lives, and a timer. */
export interface Clock {
  now(): number;
  /** Calls back once, at `at` or soon after; the answer cancels it. */
  wakeAt(at: number, callback: () => void): () => void;
}

/** One connection to the server, from the attempt on. Nothing is told after `close()`. */
export interface Connection {
  send(frame: Uint8Array<ArrayBuffer>): void;
  close(code: number): void;
}
export interface ConnectionListener {
  opened(): void;
  frame(bytes: Uint8Array): void;
  /** Once; 0: there was no close frame, or no connection. */
  closed(code: number): void;
}
export type Connect = (listener: ConnectionListener) => Connection;

export interface AccessToken {
  readonly token: string;
  /** By this device's clock. */
  readonly expiresAt: number;
}
/** Where access tokens come from. */
export interface TokenSource {
  /**
   * A token that holds for a while. `refused` is one that the server did not take: another one is wanted. `renew` is one
   * that still holds, and is wanted to be replaced before its end. Rejects with
   * a `ParleyError`: where the server is busy, restarting or not there it is asked again after a while; any other is the
   * end of the sign-in.
   */
  accessToken(options: {
    readonly signal: AbortSignal;
    readonly refused?: string;
    readonly renew?: string;
  }): Promise<AccessToken>;
}
