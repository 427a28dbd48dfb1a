import { Today } from "../model/today.ts";
import { useObservable } from "./context.tsx";

let today: Today | undefined;

/** Draws what says how long ago something was anew once that is another day. */
export function useToday(): void {
  today ??= new Today(document);
  useObservable(today.day);
}
