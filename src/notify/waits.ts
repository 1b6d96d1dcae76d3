import type { Notification } from '../store/records.ts';
import type { Clock } from '../system/clock.ts';
import type { Random } from '../system/random.ts';

const retryDelayMsMin = 2000;
const retryDelayMsMax = 15 * 60_000;
/** A receiver may ask for this much patience. */
const retryAfterMsMax = 60 * 60_000;

/** Which notifications wait for another attempt, and until when: on the monotonic clock, whatever the wall clock does. */
export class Waits {
  readonly #clock: Clock;
  readonly #random: Random;
  /** By id: `clock.uptimeMs()`. */
  readonly #dueMs = new Map<string, number>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** After a failure. Doubles with every attempt, with full jitter; never sooner than the receiver asks. Returns the wait. */
  begin({ id, attempts }: Notification, retryAfterMs = 0): number {
    const wholeMs = Math.min(retryDelayMsMax, retryDelayMsMin * 2 ** Math.min(attempts + 1, 20));
    const jitteredMs = Math.max(retryDelayMsMin, wholeMs * this.#random.fraction());
    const waitMs = Math.max(jitteredMs, Math.min(retryAfterMs, retryAfterMsMax));
    this.#dueMs.set(id, this.#clock.uptimeMs() + waitMs);
    return waitMs;
  }

  /** Not before this. */
  atLeast(id: string, waitMs: number): void {
    this.#dueMs.set(id, Math.max(this.#dueMs.get(id) ?? 0, this.#clock.uptimeMs() + waitMs));
  }

  /** Ids of those that wait. */
  untilLater(): readonly string[] {
    const nowMs = this.#clock.uptimeMs();
    return [...this.#dueMs].flatMap(([id, dueMs]) => (dueMs > nowMs ? [id] : []));
  }

  /**
   * Whether one that is pending may be tried. One that failed in an earlier life of the process waits what is left by the
   * wall clock, which may have stepped since: at most as long as it could have waited without anybody asking.
   */
  isOver({ id, attempts, dueMs }: Notification): boolean {
    const nowMs = this.#clock.uptimeMs();
    const leftMs = attempts === 0 ? 0 : Math.min(dueMs - this.#clock.wallMs(), retryDelayMsMax);
    const untilMs = this.#dueMs.get(id) ?? nowMs + leftMs;
    if (untilMs <= nowMs) this.#dueMs.delete(id);
    else this.#dueMs.set(id, untilMs);
    return untilMs <= nowMs;
  }

  /** How long until the next one is over; undefined when none waits. Those whose row has gone are forgotten. */
  nextMs(): number | undefined {
    const nowMs = this.#clock.uptimeMs();
    for (const [id, dueMs] of this.#dueMs) if (dueMs <= nowMs) this.#dueMs.delete(id);
    return this.#dueMs.size === 0 ? undefined : Math.min(...this.#dueMs.values()) - nowMs;
  }
}
