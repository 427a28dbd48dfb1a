import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Row } from "../../../model/conversation_rows.ts";
import { type RowStep, stepTo } from "../../../model/row_steps.ts";

/** Goes from the rows that the list has to those that it is to have, step by step. */
export function useRowSteps(wanted: readonly Row[]): RowStep<Row> {
  const has = useRef<readonly Row[]>([]);
  const isHeld = useRef(false);
  const frame = useRef(0);
  const [, again] = useState(0);
  const step = isHeld.current ? { rows: has.current, shift: false } : stepTo(has.current, wanted);
  useLayoutEffect(() => {
    const hasLost = step.shift && step.rows.length < has.current.length;
    has.current = step.rows;
    if (hasLost) {
      // Where the list stands now it learns from the scroll event that follows: until then nothing else changes.
      isHeld.current = true;
      frame.current = requestAnimationFrame(() => {
        frame.current = requestAnimationFrame(() => {
          isHeld.current = false;
          again((count) => count + 1);
        });
      });
    } else if (step.rows !== wanted && !isHeld.current) {
      again((count) => count + 1);
    }
  });
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  return step;
}
