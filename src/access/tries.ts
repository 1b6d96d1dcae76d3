import type { Clock } from '../system/clock.ts';

/** Wrong tries that cost nothing: people mistype. */
const freeTries = 5;
const delayMsMax = 60_000;
/** Wrong tries are forgotten when none has come for this long. */
const forgetMs = 15 * 60_000;
/** Whom wrong tries are counted against; the one that was heard of least lately makes room. */
const countedMax = 1000;

interface Count {
  readonly wrong: number;
  readonly lastMs: number;
}

/**
 * Wrong tries, and how long whoever has made them has to wait: nothing five times, then 1, 2, 4 ... 60 seconds. In memory: a
 * hand-over gives five tries back, and an attacker makes no write to the disk.
 */
export class Tries {
  readonly #clock: Pick<Clock, 'uptimeMs'>;
  readonly #counts = new Map<string, Count>();

  constructor(clock: Pick<Clock, 'uptimeMs'>) {
    this.#clock = clock;
  }

  /** Milliseconds to wait before the next try; 0: none. */
  waitMs(whom: string): number {
    const { wrong, lastMs } = this.#countOf(whom);
    if (wrong < freeTries) return 0;
    const delayMs = Math.min(delayMsMax, 1000 * 2 ** (wrong - freeTries));
    return Math.max(0, lastMs + delayMs - this.#clock.uptimeMs());
  }

  /** Wrong tries of late. */
  wrong(whom: string): number {
    return this.#countOf(whom).wrong;
  }

  /** Counts as wrong until it is taken back: tries that are judged at the same time are counted one by one. */
  begin(whom: string): void {
    const { wrong } = this.#countOf(whom);
    this.#counts.delete(whom);
    this.#counts.set(whom, { wrong: wrong + 1, lastMs: this.#clock.uptimeMs() });
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > countedMax && oldest !== undefined) this.#counts.delete(oldest);
  }

  /** It was right, or could not be judged. What was wrong before stays: who has a password of his own may guess others. */
  takeBack(whom: string): void {
    const { wrong, lastMs } = this.#countOf(whom);
    if (wrong <= 1) this.#counts.delete(whom);
    else this.#counts.set(whom, { wrong: wrong - 1, lastMs });
  }

  #countOf(whom: string): Count {
    const count = this.#counts.get(whom);
    const isOld = count === undefined || this.#clock.uptimeMs() - count.lastMs > forgetMs;
    return isOld ? { wrong: 0, lastMs: 0 } : count;
  }
}
