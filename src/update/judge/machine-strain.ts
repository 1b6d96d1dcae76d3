import type { Taken } from '../../system/taken.ts';
import { hasCallers } from './callers.ts';
import type { GateFacts, GateLimits, GateSample } from './gate-facts.ts';

/**
 * Checks of the whole machine, run by the incumbent: a candidate that says "busy" of it would be excused for everything. It
 * does not answer for them: they keep a trial waiting, and only when it is itself the load does it end as its fault.
 */
const processorCheck = 'system_resources';
export const machineChecks: readonly string[] = [processorCheck, 'disk'];

/** Request times are told of the last minute: so long does a strain show in them. */
const strainShowsMs = 60_000;
/** Questions in a row that a candidate must have answered well among its callers. */
const amongCallersMin = 5;

/** Whether a check looks at the machine rather than at the release. */
export function isMachineCheck(name: string): boolean {
  return machineChecks.includes(name);
}

/** Checks of the machine that were well under the incumbent and are not so now. What was unwell before is not asked for. */
export function strainedChecks({ samples, baseline }: GateFacts): readonly string[] {
  const last = samples.at(-1);
  if (last === undefined) return [];
  return baseline.checks.filter((name) => isMachineCheck(name) && !isWell(last.checks[name]));
}

/**
 * Whether callers are what keeps the processors busy, and the candidate answers the incumbent well all the same: they may
 * neither end a trial so nor draw it out.
 */
export function isCallersStrain({ samples, asked }: GateFacts, name: string): boolean {
  if (name !== processorCheck || !hasCallers(samples.at(-1))) return false;
  const last = asked.slice(-amongCallersMin);
  return (
    last.length === amongCallersMin && last.every(({ own, candidate }) => !own.isWell || candidate?.isWell === true)
  );
}

/** Whether request times say nothing about the candidate, because the machine as a whole is short of processor time. */
export function wasStrained(facts: GateFacts): boolean {
  return facts.baseline.checks.includes(processorCheck) && isShortOfTime(facts); // Else the incumbent's times come from the same strain.
}

/** Whether the processors had no time to spare within the last minute, whenever that began. */
export function isShortOfTime({ samples, nowMs }: Pick<GateFacts, 'samples' | 'nowMs'>): boolean {
  const recent = samples.filter(({ atMs }) => atMs > nowMs - strainShowsMs);
  return recent.some(({ checks }) => isShortOfTimeNow(checks));
}

/** Whether the processors have no time to spare just now. */
export function isShortOfTimeNow(checks: GateSample['checks']): boolean {
  return checks[processorCheck]?.status === 'unhealthy';
}

/**
 * The share of the whole machine's processor time, in percent, that the candidate took while the machine was strained;
 * undefined when the machine was not strained for so many runs of its check in a row, or nobody measured it.
 */
export function causedStrainPercent({ samples, taken, baseline }: GateFacts, limits: GateLimits): number | undefined {
  const { processors } = baseline;
  const strained = samples.slice(samples.findLastIndex((sample) => !isStrained(sample)) + 1);
  const [first, last] = [strained.at(0), strained.at(-1)];
  if (first === undefined || last === undefined || processors === undefined) return undefined;
  if (strained.some(hasCallers)) return undefined; // Its callers' work, not its own.
  if (runsOf(last) - runsOf(first) + 1 < limits.checkFailures || last.atMs <= first.atMs) return undefined;
  const share =
    shareOf((taken ?? []).filter(({ atMs }) => atMs >= first.atMs).map(firstAlone)) ?? shareOf([first, last]);
  return share === undefined ? undefined : (100 * share) / processors;
}

/** As the incumbent's own figure, which is without its children. */
function firstAlone({ atMs, first: { processorMs } }: Taken): Pick<GateSample, 'atMs' | 'processorMs'> {
  return { atMs, processorMs };
}

function shareOf(times: readonly Pick<GateSample, 'atMs' | 'processorMs'>[]): number | undefined {
  const [first, last] = [times.at(0), times.at(-1)];
  if (first?.processorMs === undefined || last?.processorMs === undefined || last.atMs <= first.atMs) return undefined;
  return (last.processorMs - first.processorMs) / (last.atMs - first.atMs);
}

/** A check that ran and did not say "unhealthy". */
export function isWell(check: { readonly status: string; readonly runs: number } | undefined): boolean {
  return check !== undefined && check.runs > 0 && (check.status === 'healthy' || check.status === 'degraded');
}

function isStrained({ checks }: GateSample): boolean {
  return isShortOfTimeNow(checks);
}

function runsOf({ checks }: GateSample): number {
  return checks[processorCheck]?.runs ?? 0;
}
