import type { Clock } from '../system/clock.ts';

const windowMs = 60_000;
/** Bytes of lines in a minute, warnings and errors counted apart: some 300 lines, or 94 MB a day at the very most. */
export const lineBytesMax = 64 * 1024;
/** Whoever has asked for DEBUG wants to see it. */
const debugLineBytesMax = 1024 * 1024;

/** How much may be written into the log: rings are counted in thousands when somebody plays, and a card wears out. */
export class LineBudget {
  readonly #clock: Pick<Clock, 'uptimeMs'>;
  readonly #bytesMax: number;
  #beganMs: number;
  #bytes = { usual: 0, urgent: 0 };
  #leftOut = 0;

  constructor(clock: Pick<Clock, 'uptimeMs'>, level: string) {
    this.#clock = clock;
    this.#bytesMax = level === 'DEBUG' ? debugLineBytesMax : lineBytesMax;
    this.#beganMs = clock.uptimeMs();
  }

  /** Lines that were left out in a minute that is over, told once. */
  takeLeftOut(): number {
    if (this.#clock.uptimeMs() - this.#beganMs < windowMs) return 0;
    const leftOut = this.#leftOut;
    this.#beganMs = this.#clock.uptimeMs();
    this.#bytes = { usual: 0, urgent: 0 };
    this.#leftOut = 0;
    return leftOut;
  }

  /** Whether the line may be written; an urgent one has a budget that usual ones do not use up. */
  admits(line: string, isUrgent: boolean): boolean {
    const kind = isUrgent ? 'urgent' : 'usual';
    const bytes = this.#bytes[kind] + line.length;
    if (bytes > this.#bytesMax) {
      this.#leftOut += 1;
      return false;
    }
    this.#bytes[kind] = bytes;
    return true;
  }
}
