import { isoTime } from '../system/iso-time.ts';

/** What the clock says, and what it cannot be before. */
export interface TimeFacts {
  readonly nowMs: number;
  /** When the running release was made. */
  readonly builtMs: number;
  /** The owner has said, for this one release file, that it may be past its time: a device from the back of a drawer. */
  readonly mayBeExpired?: boolean;
}

/** What was learned of time so far. */
interface TimeLearned {
  /** The newest that was signed. */
  readonly newestTimeMs: number;
}

/**
 * A clock this far ahead of everything signed is not believed: five years without any release is less likely than a dead
 * battery or a wrong year. Whoever can set the clock gains nothing: they could as well set it back to the floor.
 */
export const clockAheadMsMax = 5 * 365 * 86_400_000;

/**
 * What time it is, judged by a clock that may be wrong (faults 33 to 36). It cannot be before the running release was
 * made, nor before the newest time that was signed: so 1970 makes nothing fresh again. And a clock in 2099 bricks nothing.
 */
export function judgeTime(trust: TimeLearned, { nowMs, builtMs }: TimeFacts): number {
  const floorMs = Math.max(builtMs, trust.newestTimeMs);
  return nowMs > floorMs + clockAheadMsMax ? floorMs : Math.max(nowMs, floorMs);
}

/** Metadata is good until its time, not at it (TUF specification 1.0.33, 5.3.10). Both are UTC to the second. */
export function hasExpired(expires: string, trust: TimeLearned, time: TimeFacts): boolean {
  return `${isoTime(judgeTime(trust, time)).slice(0, secondsEnd)}Z` >= expires;
}

/** `2026-11-20T18:30:00` */
const secondsEnd = 19;
