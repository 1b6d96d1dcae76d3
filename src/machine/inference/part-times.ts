/** What a look at a frame is made of: the three nets, and what lies between them. */
export type LookPart = 'draw' | 'detect' | 'warp' | 'landmarks' | 'judge' | 'embed';

/** Milliseconds by the name of the part. */
export type PartTimes = Readonly<Partial<Record<LookPart | 'wait' | 'pictures', number>>>;

/** Where the time of a call goes. */
export class PartClock {
  #spent: Partial<Record<LookPart, number>> = {};

  /** Does a piece of work, and counts it to its part. */
  during<Value>(part: LookPart, work: () => Value): Value {
    const startedMs = performance.now();
    const value = work();
    this.#add(part, startedMs);
    return value;
  }

  /** The same for what answers later. */
  async untilDone<Value>(part: LookPart, work: Promise<Value>): Promise<Value> {
    const startedMs = performance.now();
    const value = await work;
    this.#add(part, startedMs);
    return value;
  }

  /** What was counted since it was asked last. */
  take(): PartTimes {
    const spent = this.#spent;
    this.#spent = {};
    return spent;
  }

  #add(part: LookPart, startedMs: number): void {
    this.#spent[part] = (this.#spent[part] ?? 0) + performance.now() - startedMs;
  }
}

/** Both together. */
export function sumOf(one: PartTimes, other: PartTimes): PartTimes {
  const sum: Record<string, number> = { ...one };
  for (const [part, ms] of Object.entries(other)) sum[part] = (sum[part] ?? 0) + ms;
  return sum;
}
