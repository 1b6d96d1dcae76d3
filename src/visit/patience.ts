import type { Random } from '../system/random.ts';

/** A camera may take this long from opening to its first frame: its key frames may lie twenty seconds apart. */
const openMsMax = 30_000;
/** A camera may be silent for this long while it is not known how often it speaks. */
const unknownMsMax = 10_000;
/** Times between frames that are remembered, and that make a beat. */
const turnsKept = 8;
const turnsMin = 3;
/** Turns that may be left out. */
const turnsMissedMax = 4;
/** Nobody is waited for longer. */
const silenceMsMax = 120_000;
/** A camera that has flowed for this long has no pauses that would have to be borne. */
const soundMs = 600_000;
const restartDelayMsMin = 250;
const restartDelayMsMax = 30_000;

/**
 * How long a camera may be silent before it counts as dead. It sets the beat itself: one that sends a picture in two
 * seconds is well, one that sends 25 a second is not when it misses two seconds. Whoever is slow to open, or was taken
 * for dead before, is borne longer, so that no camera is restarted for ever.
 */
export class Patience {
  readonly #stallMs: number;
  #turnsMs: readonly number[] = [];
  #openedMs = 0;
  #stallsInRow = 0;

  constructor(stallMs: number) {
    this.#stallMs = stallMs;
  }

  /** What is borne before the first frame, or between two. */
  allowedMs(hasBegun: boolean): number {
    const usualMs = hasBegun ? this.#betweenMs() : openMsMax;
    const borneMs = Math.max(this.#stallMs, usualMs) * 2 ** this.#stallsInRow;
    return Math.max(this.#stallMs, Math.min(borneMs, silenceMsMax));
  }

  #betweenMs(): number {
    if (this.#turnsMs.length < turnsMin) return unknownMsMax;
    return Math.max(turnsMissedMax * Math.max(...this.#turnsMs), this.#openedMs);
  }

  noteOpened(durationMs: number): void {
    this.#openedMs = durationMs;
  }

  noteTurn(durationMs: number): void {
    this.#turnsMs = [...this.#turnsMs, durationMs].slice(-turnsKept);
  }

  noteEnd(isStalled: boolean, flowedMs: number): void {
    if (flowedMs >= soundMs) this.#stallsInRow = 0;
    if (isStalled) this.#stallsInRow = Math.min(this.#stallsInRow + 1, 8);
  }
}

/** Doubles with every failure in a row, with equal jitter: between half and the whole. */
export function restartDelayMs(failuresInRow: number, random: Random): number {
  const wholeMs = Math.min(restartDelayMsMax, restartDelayMsMin * 2 ** Math.min(failuresInRow, 16));
  return wholeMs / 2 + (wholeMs / 2) * random.fraction();
}
