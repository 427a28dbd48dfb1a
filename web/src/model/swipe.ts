/** A finger that pulls something sideways, towards the end of the line. Screen pixels. */
export interface Pull {
  /** How far it is moved, from 0 on: less and less of what the finger goes once it is far enough. */
  readonly distance: number;
  /** Letting go now does it. */
  readonly isEnough: boolean;
}

/** There the browser, or the telephone, goes back. */
const edge = 28;
/** Until then nobody knows what the finger wants. */
const slack = 10;
const enough = 56;
const stiffness = 0.25;

export class Swipe {
  readonly #from: { readonly x: number; readonly y: number };
  readonly #sign: 1 | -1;
  #state: "undecided" | "pulls" | "over" = "undecided";

  /** `isRightToLeft`: it is pulled to the left. */
  constructor(from: { readonly x: number; readonly y: number }, width: number, isRightToLeft: boolean) {
    this.#from = from;
    this.#sign = isRightToLeft ? -1 : 1;
    if (from.x < edge || from.x > width - edge) this.#state = "over";
  }

  /** The finger is there now; undefined: it pulls nothing, as when it scrolls. */
  move(x: number, y: number): Pull | undefined {
    const along = (x - this.#from.x) * this.#sign;
    if (this.#state === "undecided") this.#decide(along, Math.abs(y - this.#from.y));
    if (this.#state !== "pulls") return undefined;
    const pulled = Math.max(0, along - slack);
    const distance = pulled <= enough ? pulled : enough + (pulled - enough) * stiffness;
    return { distance, isEnough: pulled >= enough };
  }

  #decide(along: number, across: number): void {
    if (across > slack || along < -slack) this.#state = "over";
    else if (along > slack) this.#state = along > 2 * across ? "pulls" : "over";
  }
}
