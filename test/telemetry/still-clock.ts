import type { Clock } from '../../src/system/clock.ts';

/** A clock that stands until it is set; waits end at once and move it on. */
export class StillClock implements Clock {
  nowMs: number;

  constructor(wallMs = 1_795_199_400_000) {
    this.nowMs = wallMs;
  }

  uptimeMs(): number {
    return this.nowMs;
  }

  wallMs(): number {
    return this.nowMs;
  }

  async sleep(durationMs: number): Promise<void> {
    this.nowMs += durationMs;
  }
}
