/**
 * What ends well at its commit and not after it: a check that is lost for good, presses that nobody answers. Judged by
 * the release itself, because nobody else is there; one that cannot even do that crashes or is killed by the watchdog,
 * which is counted elsewhere.
 */
import type { FallBackReason } from '../fall-back.ts';
import { isMachineCheck, isShortOfTimeNow } from './machine-strain.ts';

/** What others can break: a cable, a network, a setting, a file of the audit. A release is not left for them. */
const outsideChecks: ReadonlySet<string> = new Set(['camera', 'notifications', 'settings', 'audit']);
/** Presses in a row; fewer are no sign of anything. */
const pressesMin = 3;
/** A slow card takes its time; the household has long gone to the door. */
export const pressMsMax = 30_000;

/** One look at what runs. */
export interface Condition {
  /** `clock.uptimeMs()` */
  readonly atMs: number;
  readonly checks: Readonly<Record<string, { readonly status: string; readonly runs: number }>>;
  /** Presses that were heard and did not ring within `pressMsMax`, since one last did. */
  readonly pressesUnanswered: number;
}

/** What earlier looks have shown. */
export interface Aftermath {
  /** Since when each lost check is unhealthy without a break. */
  readonly lostSinceMs: Readonly<Record<string, number>>;
  /** Checks that were well at the commit, or since. */
  readonly wellOnce: readonly string[];
}

export interface AftermathLimits {
  readonly unwellMsMax: number;
}

/** Nothing was looked at yet. */
export function newAftermath(wellAtCommit: readonly string[] = []): Aftermath {
  return { lostSinceMs: {}, wellOnce: wellAtCommit };
}

/** With one look more. Time in which the machine has none to spare for anybody does not count. */
export function withLook(before: Aftermath, { atMs, checks }: Condition): Aftermath {
  const names = Object.keys(checks).filter((name) => !isMachineCheck(name) && !outsideChecks.has(name));
  const isIn = (name: string, status: string): boolean => checks[name]?.status === status;
  const well = names.filter((name) => isIn(name, 'healthy') || isIn(name, 'degraded'));
  const wellOnce = [...new Set([...before.wellOnce, ...well])];
  const lost = names.filter((name) => isIn(name, 'unhealthy') && wellOnce.includes(name));
  const isBusy = isShortOfTimeNow(checks);
  const sinceMs = (name: string): number => (isBusy ? atMs : (before.lostSinceMs[name] ?? atMs));
  return { wellOnce, lostSinceMs: Object.fromEntries(lost.map((name) => [name, sinceMs(name)])) };
}

/** Why the way back is to be taken; undefined when there is no reason. */
export function judgeAftermath(
  { lostSinceMs }: Aftermath,
  { atMs, checks, pressesUnanswered }: Condition,
  { unwellMsMax }: AftermathLimits,
): FallBackReason | undefined {
  for (const [name, sinceMs] of Object.entries(lostSinceMs)) {
    if (atMs - sinceMs < unwellMsMax) continue;
    const minutes = Math.round((atMs - sinceMs) / 60_000);
    return { reason: 'health-lost', message: `check ${name} was well and is unhealthy for ${minutes} min` };
  }
  const isMachines = isShortOfTimeNow(checks) || checks['disk']?.status === 'unhealthy';
  if (pressesUnanswered < pressesMin || isMachines) return undefined;
  return { reason: 'presses-unanswered', message: `${pressesUnanswered} presses in a row did not ring` };
}
