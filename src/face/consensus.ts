/** The middle value (of an even number: the mean of the middle two); undefined of none. Unlike a mean, bears outliers. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}

/** What most frames say. */
export interface Agreement<Opinion> {
  readonly opinion: Opinion;
  readonly count: number;
  /** Of all frames, 0 to 1. */
  readonly share: number;
}

/** The opinion that the most frames share, the earlier one when two tie; undefined when there are no frames. */
export function agreement<Opinion>(opinions: readonly Opinion[]): Agreement<Opinion> | undefined {
  const counts = new Map<Opinion, number>();
  for (const opinion of opinions) counts.set(opinion, (counts.get(opinion) ?? 0) + 1);
  let best: Agreement<Opinion> | undefined;
  for (const [opinion, count] of counts) {
    if (best === undefined || count > best.count) best = { opinion, count, share: count / opinions.length };
  }
  return best;
}
