import { isoTime } from '../system/iso-time.ts';
import type { TimeFacts, TrustState } from './trust.ts';

/**
 * A clock this far ahead of everything signed is not believed: five years without any release is less likely than a dead
 * battery or a wrong year. Whoever can set the clock gains nothing: they could as well set it back to the floor.
 */
export const clockAheadMsMax = 5 * 365 * 86_400_000;

/**
 * What time it is, judged by a clock that may be wrong (faults 33 to 36). It cannot be before the running release was
 * made, nor before the newest time that was signed: so 1970 makes nothing fresh again. And a clock in 2099 bricks nothing.
 */
export function judgeTime(trust: Pick<TrustState, 'newestTimeMs'>, { nowMs, builtMs }: TimeFacts): number {
  const floorMs = Math.max(builtMs, trust.newestTimeMs);
  return nowMs > floorMs + clockAheadMsMax ? floorMs : Math.max(nowMs, floorMs);
}

/** Metadata is good until its time, not at it (TUF specification 1.0.33, 5.3.10). Both are UTC to the second. */
export function hasExpired(expires: string, trust: Pick<TrustState, 'newestTimeMs'>, time: TimeFacts): boolean {
  return `${isoTime(judgeTime(trust, time)).slice(0, secondsEnd)}Z` >= expires;
}

/** `2026-11-20T18:30:00` */
const secondsEnd = 19;
