import { useCallback, useEffect, useState } from "react";
import { useSession } from "./context.tsx";
import { errorText } from "./errors.ts";

export interface Asked<T> {
  /** The newest answer; undefined until the first. */
  readonly value: T | undefined;
  /** Why the last question had none, for people; empty where it had. */
  readonly problem: string;
  readonly again: () => void;
}

/** What a screen asks the server for: at once, again when there is a connection, and when it is told to. */
export function useAsked<T>(ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const { connectivity } = useSession();
  const [answer, setAnswer] = useState<Omit<Asked<T>, "again">>({ value: undefined, problem: "" });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    const ended = new AbortController();
    ask(ended.signal).then(
      (value) => ended.signal.aborted || setAnswer({ value, problem: "" }),
      (error: unknown) => ended.signal.aborted || setAnswer(({ value }) => ({ value, problem: errorText(error) })),
    );
    return () => ended.abort();
  }, [ask, round]);
  useEffect(() => connectivity.subscribe(() => connectivity.get() === "live" && again()), [connectivity, again]);
  return { ...answer, again };
}
