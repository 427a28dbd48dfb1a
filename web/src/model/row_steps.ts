/** Rows as a list takes them at one time. */
export interface RowStep<R> {
  readonly rows: readonly R[];
  /** Rows came or went before those that stay: these keep their place. */
  readonly shift: boolean;
}

/**
 * The next step from the rows that a list has to those that it is to have. A list that keeps its place counts how many
 * came before: so rows come and go at the beginning in one step, and at the end in another.
 */
export function stepTo<R extends { readonly key: string }>(has: readonly R[], wanted: readonly R[]): RowStep<R> {
  const [first, last, wantedLast] = [has[0], has.at(-1), wanted.at(-1)];
  if (first === undefined || last === undefined || wantedLast === undefined || first.key === wanted[0]?.key) {
    return { rows: wanted, shift: false };
  }
  const isStaying = wanted.some((row) => row.key === first.key) || has.some((row) => row.key === wanted[0]?.key);
  if (!isStaying) return { rows: wanted, shift: false };
  const end = wanted.findLastIndex((row) => row.key === last.key);
  if (end >= 0) return { rows: end === wanted.length - 1 ? wanted : wanted.slice(0, end + 1), shift: true };
  const rest = has.findLastIndex((row) => row.key === wantedLast.key);
  return rest < 0 ? { rows: wanted, shift: false } : { rows: [...wanted, ...has.slice(rest + 1)], shift: true };
}
