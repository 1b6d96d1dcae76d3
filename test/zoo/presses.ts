/** Somebody presses at chance moments, and writes each press down; afterwards each is looked for among the rows, by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RingRow } from './rows.ts';
import type { Bell } from './zoo-place.ts';

/** So far apart that a row is known to be that of its press: most are stored within some milliseconds. */
const pauseMsMin = 700;
const pauseMsSpread = 1300;
/** A row may say an earlier time than the ledger: the wall clock is read in two processes. */
const earlyMs = 5;

export class Presser {
  readonly #bell: Bell;
  /** Wall clock of each press. */
  readonly pressedMs: number[] = [];
  readonly #end = new AbortController();
  readonly #done: Promise<void>;

  constructor(bell: Bell, { isPressing }: { readonly isPressing: boolean }) {
    this.#bell = bell;
    bell.closing.signal.addEventListener('abort', () => this.#end.abort(), { once: true });
    this.#done = isPressing ? this.#go() : Promise.resolve();
  }

  async press(): Promise<void> {
    this.pressedMs.push(Date.now());
    await this.#bell.press();
  }

  async leave(): Promise<void> {
    this.#end.abort();
    await this.#done;
  }

  async #go(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await this.press();
      await sleep(pauseMsMin + Math.random() * pauseMsSpread, undefined, { signal }).catch(() => undefined);
    }
  }
}

export interface Counted {
  /** Presses that have no row. */
  readonly lost: readonly number[];
  /** Rows that are nobody's press. */
  readonly doubled: readonly RingRow[];
  /** Rows of presses. */
  readonly found: readonly RingRow[];
}

/**
 * Each press with the row that was made between it and the next one; what was rung later, by whoever took the door back, is
 * given to the presses that have none yet, oldest first and never before they were pressed.
 */
export function countPresses(pressedMs: readonly number[], rows: readonly RingRow[]): Counted {
  const found = new Map<number, RingRow>();
  const later: RingRow[] = [];
  for (const row of rows) {
    const index = pressedMs.findLastIndex((atMs) => row.atMs >= atMs - earlyMs);
    if (index === -1 || found.has(index)) later.push(row);
    else found.set(index, row);
  }
  const doubled = later.filter((row) => {
    const index = pressedMs.findIndex((atMs, place) => !found.has(place) && row.atMs >= atMs - earlyMs);
    if (index !== -1) found.set(index, row);
    return index === -1;
  });
  return { lost: pressedMs.filter((_atMs, place) => !found.has(place)), doubled, found: [...found.values()] };
}
