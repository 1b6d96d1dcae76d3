import type { Clock } from '../../src/system/clock.ts';

interface Sleeper {
  readonly dueMs: number;
  wake(): void;
}

/** A clock that moves only when it is told to. Sleepers wake in the order of their times. */
export class SteppedClock implements Clock {
  #nowMs: number;
  /** Wall clock at uptime 0. May be moved, as on a Pi that has just heard the time. */
  wallStartMs: number;
  #sleepers: readonly Sleeper[] = [];

  constructor(options: { nowMs?: number; wallStartMs?: number } = {}) {
    this.#nowMs = options.nowMs ?? 0;
    this.wallStartMs = options.wallStartMs ?? 1_800_000_000_000;
  }

  uptimeMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.wallStartMs + this.#nowMs;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { dueMs: this.#nowMs + Math.max(0, durationMs), wake };
      this.#sleepers = [...this.#sleepers, sleeper];
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /** How many wait. Nobody should when everything has stopped. */
  get sleepers(): number {
    return this.#sleepers.length;
  }

  /** When the next one wakes; undefined when nobody sleeps. */
  get nextMs(): number | undefined {
    return this.#sleepers.length === 0 ? undefined : Math.min(...this.#sleepers.map(({ dueMs }) => dueMs));
  }

  /** Moves on, waking everybody due on the way, and lets all that follows from it happen. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await settled();
    for (let nextMs = this.nextMs; nextMs !== undefined && nextMs <= endMs; nextMs = this.nextMs) {
      this.#nowMs = Math.max(this.#nowMs, nextMs);
      this.#sleepers.find(({ dueMs }) => dueMs <= this.#nowMs)?.wake();
      await settled();
    }
    this.#nowMs = endMs;
  }
}

/** Lets every promise that can go on without time or the world do so. */
export async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
