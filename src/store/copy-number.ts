/**
 * The number of a new copy, after the wall clock but always above those of the copies that are there: which of two copies
 * is the older one must not depend on a clock that was wrong. `pattern` finds the number as `madeMs`.
 */
export function copyNumber(wallMs: number, names: readonly string[], pattern: RegExp): number {
  const numbers = names.map((name) => Number(pattern.exec(name)?.groups?.['madeMs'] ?? 0));
  return Math.max(Math.round(wallMs), ...numbers.map((number) => number + 1));
}
