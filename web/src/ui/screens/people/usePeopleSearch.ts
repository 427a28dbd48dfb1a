import type { Profile } from "@parley/sdk";
import { useEffect, useState } from "react";
import type { AppHttp } from "../../../model/ports.ts";
import { useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";

const pauseMs = 180;
const most = 30;

export interface Found {
  /** What these were found by; other words than in the field while an answer is on its way. */
  readonly words: string;
  /** Undefined until the first answer. */
  readonly people: readonly Profile[] | undefined;
  readonly problem: string;
}

const handle = /^[a-z0-9_.]{3,32}$/u;

/** Who has just this handle stands first; who is known already is found by the beginning of theirs. */
async function find(http: AppHttp, wanted: string, signal: AbortSignal): Promise<readonly Profile[]> {
  const whole = wanted.toLowerCase();
  const [known, exact] = await Promise.all([
    http.findPeople(wanted, { limit: most }, { signal }),
    handle.test(whole) ? http.findByHandle(whole, { signal }) : undefined,
  ]);
  if (exact === undefined) return known;
  return [exact, ...known.filter((person) => person.account !== exact.account)];
}

/** Contacts, and with words in the field whoever is found by them; whom this device knows at once, and without a network. */
export function usePeopleSearch(words: string): Found {
  const { client, people, me } = useSession();
  const [found, setFound] = useState<Found>({ words: "", people: undefined, problem: "" });
  useEffect(() => {
    const wanted = words.trim().replace(/^@/u, "");
    const ended = new AbortController();
    const known = people.find(words).slice(0, most);
    if (known.length > 0) setFound((before) => ({ ...before, people: known, problem: "" }));
    const ask = async () => {
      try {
        const { signal } = ended;
        const list = wanted === "" ? await client.http.contacts({ signal }) : await find(client.http, wanted, signal);
        people.learn(list);
        const others = wanted === "" ? [] : known.filter(({ account }) => list.every((one) => one.account !== account));
        const all = [...list.filter((person) => person.account !== me), ...others];
        if (!signal.aborted) setFound({ words, people: all, problem: "" });
      } catch (error) {
        if (!ended.signal.aborted) setFound({ words, people: known, problem: errorText(error) });
      }
    };
    const timer = setTimeout(() => void ask(), wanted === "" ? 0 : pauseMs);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [client, people, me, words]);
  return found;
}
