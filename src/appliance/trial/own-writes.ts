import { StoreFault, type Store } from '../../store/store.ts';
import type { Clock } from '../../system/clock.ts';
import type { OwnWrite } from '../../update/judge/presses.ts';

/** From the beginning of one to that of the next: each is a sync that the card has to make. */
const restMs = 1000;
/** What a card took longer ago says nothing of it now. */
const freshMs = 10_000;

/** How long a small durable write of this process takes on this card, measured when it is wanted. */
export class OwnWrites {
  readonly #write: Store['write'];
  readonly #clock: Pick<Clock, 'uptimeMs'>;
  #begunMs = -Infinity;
  #isUnderWay = false;
  #ended: (OwnWrite & { readonly atMs: number }) | undefined;

  constructor(write: Store['write'], clock: Pick<Clock, 'uptimeMs'>) {
    this.#write = write;
    this.#clock = clock;
  }

  /** Begins one, unless one is under way or has just been. */
  begin(): void {
    const begunMs = this.#clock.uptimeMs();
    if (this.#isUnderWay || begunMs - this.#begunMs < restMs) return;
    this.#begunMs = begunMs;
    this.#isUnderWay = true;
    const end = (isImpossible: boolean): void => {
      const atMs = this.#clock.uptimeMs();
      this.#isUnderWay = false;
      this.#ended = { tookMs: atMs - begunMs, isImpossible, atMs };
    };
    // Nothing is added, and all the same a page of the database is written and synced.
    void this.#write('addTimeLived', { durationMs: 0 }).then(
      () => end(false),
      (error: unknown) => end(!(error instanceof StoreFault && error.kind === 'locked')),
    );
  }

  /** The last one; the one under way when that has taken longer. */
  get newest(): OwnWrite {
    const nowMs = this.#clock.uptimeMs();
    const { tookMs, isImpossible } =
      this.#ended !== undefined && nowMs - this.#ended.atMs < freshMs
        ? this.#ended
        : { tookMs: 0, isImpossible: false };
    return { tookMs: this.#isUnderWay ? Math.max(tookMs, nowMs - this.#begunMs) : tookMs, isImpossible };
  }
}
