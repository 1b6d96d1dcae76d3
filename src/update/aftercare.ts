/**
 * After the commit: the other slot stays the way back, and what runs is watched for `update.watchHours` of service.
 *
 * - Chosen: crashes are counted by what each life leaves in the trial record; rejected: by exit codes and dates; why: a
 *   main process that another one has named has no exit code, and a clock may be wrong by years.
 * - Chosen: the next release waits for the first hour of the aftercare, unless the owner ordered it; rejected: for the whole
 *   aftercare, not at all; why: most of what a trial has missed shows soon, and a fix must not wait for a day.
 * - Chosen: once for each commit, and never to a release that was rejected; rejected: watching what the way back led to;
 *   why: no ping-pong: two releases that both crash would change places for ever.
 */
import type { UpdateSettings } from '../settings/update-settings.ts';
import type { SlotMark } from '../slot/slot-mark.ts';
import { endOfLeft, type TrialRecord } from '../slot/trial-record.ts';
import { type LifeNow, recentCrashes, servedMsOf, type Aftercare } from '../slot/aftercare.ts';
import { type FallBackReason, fallBackReasons } from './fall-back.ts';

const hourMs = 60 * 60_000;
/** For so long the way back is not written over without need. */
const keptMsMax = hourMs;
/** A power cut takes no more of the time served than this. */
const noteIntervalMs = hourMs;

/** What the policy asks of the aftercare. */
export interface AftercareFacts {
  readonly aftercare: Aftercare;
  /** When it ends, on the scale of `clock.uptimeMs()`. */
  readonly endsMs: number;
  /** The release that the way back leads to; absent when there is none. */
  readonly backTo?: string;
  /** Why the way back is to be taken now. */
  readonly fallBack?: FallBackReason;
  /** Until then the other slot is left alone, unless somebody orders otherwise. */
  readonly keptMs: number;
  /** The time served is to be written down. */
  readonly isNoteDue: boolean;
}

export interface AftercareParts {
  readonly record: TrialRecord;
  readonly running: { readonly slot: string };
  readonly standby: SlotMark;
  readonly now: LifeNow;
  readonly settings: Pick<UpdateSettings, 'watchHours' | 'crashesMax'>;
  /** Somebody, or the loop that looks after health and presses, wants it. */
  readonly wanted?: FallBackReason | undefined;
}

/** How the aftercare of what runs stands; undefined when there is none, or no more. */
export function aftercareFacts({
  record,
  running,
  standby,
  now,
  settings,
  wanted,
}: AftercareParts): AftercareFacts | undefined {
  const { aftercare } = record;
  if (aftercare === undefined || aftercare.slot !== running.slot) return undefined;
  const begun = wayBackBegun(record);
  if (aftercare.isOver === true && begun === undefined) return undefined;
  const servedMs = servedMsOf(aftercare, now);
  const aftercareMs = settings.watchHours * hourMs;
  const backTo = versionBackTo(record, standby);
  const isOver = servedMs >= aftercareMs;
  const fallBack = begun ?? (isOver ? undefined : (wanted ?? crashLoopOf(aftercare, settings)));
  return {
    aftercare,
    endsMs: Math.round(now.nowMs - servedMs + aftercareMs),
    ...(backTo === undefined ? {} : { backTo }),
    ...(fallBack === undefined ? {} : { fallBack }),
    keptMs: backTo === undefined ? 0 : Math.max(0, Math.min(keptMsMax, aftercareMs) - servedMs),
    isNoteDue: isOver || servedMs - aftercare.servedMs >= noteIntervalMs,
  };
}

/** Never a release that was found wanting itself. */
function versionBackTo({ rejected }: TrialRecord, standby: SlotMark): string | undefined {
  if (standby.state !== 'usable') return undefined;
  const { version, digest } = standby;
  const isRejected = rejected.some((one) => one.version === version && (one.digest === digest || digest === ''));
  return isRejected ? undefined : version;
}

/** What runs was left already, and the link still names it: the way back is gone to its end. */
function wayBackBegun(record: TrialRecord): FallBackReason | undefined {
  const end = endOfLeft(record);
  const reason = fallBackReasons.find((one) => one === end?.reason);
  return end === undefined || reason === undefined ? undefined : { reason, message: end.message };
}

function crashLoopOf(
  aftercare: Aftercare,
  { crashesMax }: Pick<UpdateSettings, 'crashesMax'>,
): FallBackReason | undefined {
  const crashes = recentCrashes(aftercare);
  if (crashes < crashesMax) return undefined;
  const minutes = Math.round((aftercare.crashes.at(-1) ?? 0) / 60_000);
  return {
    reason: 'crash-loop',
    message: `it crashed ${crashes} times, the last time ${minutes} min after its commit`,
  };
}
