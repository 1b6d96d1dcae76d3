/** What the gate knows of a trial. All times on the scale of `clock.uptimeMs()`. */
export interface GateFacts {
  readonly nowMs: number;
  /** When the candidate took over. */
  readonly startedMs: number;
  /** What the candidate said since, oldest first. */
  readonly samples: readonly GateSample[];
  /** How the candidate's process ended; absent while it lives. */
  readonly ended?: string;
  /** Why a person wants it reverted. */
  readonly revertWord?: string;
  /** Memory that the machine has left; absent when it does not say. */
  readonly freeBytes?: number;
  readonly baseline: GateBaseline;
}

/** One heartbeat. Counts run from the start of the candidate. */
export interface GateSample {
  readonly atMs: number;
  readonly frames: number;
  readonly checks: Readonly<Record<string, { readonly status: string; readonly runs: number }>>;
  readonly requests: number;
  readonly errors: number;
  /** Of the requests of the last minute. */
  readonly meanMs?: number;
  readonly p99Ms?: number;
  readonly memoryBytes: number;
  /** Judged by nobody, kept for people. */
  readonly cameraGapMs?: number;
  readonly validationFailure?: string;
}

/** The incumbent's own figures. What was not measured is absent. */
export interface GateBaseline {
  readonly meanMs?: number;
  readonly memoryBytes?: number;
  readonly hasFrames: boolean;
  /** Checks that were well in the incumbent. */
  readonly checks: readonly string[];
}

/** Thresholds and minimum sample sizes: `update.gate` of the settings, and the length of probation. */
export interface GateLimits {
  readonly probationMs: number;
  readonly heartbeatMsMax: number;
  readonly checkFailures: number;
  readonly errorPercent: number;
  readonly errorPercentTwoMinutes: number;
  readonly errorPercentAtOnce: number;
  readonly requestsMin: number;
  readonly p99MsMax: number;
  readonly slowerTimesMax: number;
  readonly slowerFloorMs: number;
  readonly memoryTimesMax: number;
  readonly memoryFloorBytes: number;
  readonly freeBytesMin: number;
  readonly framesSilentMsMax: number;
}

/** Every way in which a trial can end badly during probation: the reason that is stored and counted. */
export type GateTrigger =
  | 'candidate-ended'
  | 'operator'
  | 'heartbeat'
  | 'validation'
  | 'health-check'
  | 'error-rate-at-once'
  | 'error-rate-two-minutes'
  | 'error-rate'
  | 'p99'
  | 'slower'
  | 'memory'
  | 'free-memory'
  | 'frames'
  | 'missing-data';

export type GateVerdict =
  | { readonly outcome: 'hold'; readonly missing: readonly string[] }
  | { readonly outcome: 'commit' }
  | { readonly outcome: 'revert'; readonly trigger: GateTrigger; readonly message: string };

/** `broken` ends the trial; `missing` keeps it from being committed. */
type Finding = { readonly broken: string } | { readonly missing: string } | undefined;
type Judge = (facts: GateFacts, limits: GateLimits) => Finding;

const atOnceMs = 10_000;
const twoMinutesMs = 120_000;
/** Data that is still missing after so many times the probation is never going to come. */
const patienceTimes = 2;

/** Every trigger of the contract, in the order in which they are told. */
const triggers: readonly (readonly [GateTrigger, Judge])[] = [
  ['candidate-ended', ({ ended }) => (ended === undefined ? undefined : { broken: `the candidate ended: ${ended}` })],
  ['operator', ({ revertWord }) => (revertWord === undefined ? undefined : { broken: `somebody wanted it: ${revertWord}` })],
  ['heartbeat', judgeHeartbeat],
  ['validation', judgeValidation],
  ['health-check', judgeChecks],
  ['error-rate-at-once', (facts, limits) => judgeErrors(facts, { limits, spanMs: atOnceMs, percentMax: limits.errorPercentAtOnce })],
  ['error-rate-two-minutes', (facts, limits) => judgeErrors(facts, { limits, spanMs: twoMinutesMs, percentMax: limits.errorPercentTwoMinutes })],
  ['error-rate', (facts, limits) => judgeErrors(facts, { limits, spanMs: Infinity, percentMax: limits.errorPercent, requestsTimes: 5 })],
  ['p99', judgeP99],
  ['slower', judgeSlower],
  ['memory', judgeMemory],
  ['free-memory', judgeFreeMemory],
  ['frames', judgeFrames],
]; // prettier-ignore

/** Commit, revert or wait: what the trial has shown so far. Missing data is never healthy. */
export function judgeTrial(facts: GateFacts, limits: GateLimits): GateVerdict {
  const missing: string[] = [];
  for (const [trigger, judge] of triggers) {
    const finding = judge(facts, limits);
    if (finding === undefined) continue;
    if ('broken' in finding) return { outcome: 'revert', trigger, message: finding.broken };
    missing.push(finding.missing);
  }
  const elapsedMs = facts.nowMs - facts.startedMs;
  if (elapsedMs < limits.probationMs) return { outcome: 'hold', missing };
  if (missing.length === 0) return { outcome: 'commit' };
  if (elapsedMs < limits.probationMs * patienceTimes) return { outcome: 'hold', missing };
  return { outcome: 'revert', trigger: 'missing-data', message: `cannot judge the candidate: ${missing.join('; ')}` };
}

/** What the gate saw last, as figures for the trial's history. */
export function gateFigures(facts: GateFacts): Readonly<Record<string, number>> {
  const last = facts.samples.at(-1);
  if (last === undefined) return {};
  const { requests, errors, frames, memoryBytes, meanMs, p99Ms, cameraGapMs } = last;
  return {
    heartbeats: facts.samples.length,
    requests,
    errors,
    frames,
    memoryBytes,
    ...(meanMs === undefined ? {} : { meanMs }),
    ...(p99Ms === undefined ? {} : { p99Ms }),
    ...(cameraGapMs === undefined ? {} : { cameraGapMs }),
    ...(facts.baseline.meanMs === undefined ? {} : { baselineMeanMs: facts.baseline.meanMs }),
    ...(facts.baseline.memoryBytes === undefined ? {} : { baselineMemoryBytes: facts.baseline.memoryBytes }),
  };
}

function judgeHeartbeat({ samples, nowMs, startedMs }: GateFacts, limits: GateLimits): Finding {
  const last = samples.at(-1);
  const silentMs = nowMs - (last?.atMs ?? startedMs);
  if (silentMs > limits.heartbeatMsMax) return { broken: `no heartbeat for ${Math.round(silentMs)} ms` };
  // One that fell silent a moment ago may have hung: it is not committed on what it said before.
  return last === undefined || silentMs > limits.heartbeatMsMax / 2 ? { missing: 'no heartbeat just now' } : undefined;
}

function judgeValidation({ samples }: GateFacts): Finding {
  const failure = samples.at(-1)?.validationFailure;
  return failure === undefined ? undefined : { broken: `its own validation failed: ${failure}` };
}

/** A check fails in a row when it ran and was unhealthy; the same result told twice is one failure. */
function judgeChecks({ samples, baseline }: GateFacts, limits: GateLimits): Finding {
  const last = samples.at(-1);
  if (last === undefined) return undefined;
  for (const name of Object.keys(last.checks)) {
    const failures = failuresInRow(samples, name);
    if (failures >= limits.checkFailures) return { broken: `check ${name} failed ${failures} times in a row` };
  }
  const unwell = baseline.checks.filter((name) => !isWell(last.checks[name]));
  return unwell.length === 0 ? undefined : { missing: `not well: ${unwell.join(', ')}` };
}

function isWell(check: { readonly status: string; readonly runs: number } | undefined): boolean {
  return check !== undefined && check.runs > 0 && (check.status === 'healthy' || check.status === 'degraded');
}

function failuresInRow(samples: readonly GateSample[], name: string): number {
  let newestRun: number | undefined;
  let oldestRun = 0;
  for (const sample of samples.toReversed()) {
    const check = sample.checks[name];
    if (check?.status !== 'unhealthy') break;
    newestRun ??= check.runs;
    oldestRun = check.runs;
  }
  return newestRun === undefined ? 0 : newestRun - oldestRun + 1;
}

interface ErrorSpan {
  readonly limits: GateLimits;
  readonly spanMs: number;
  readonly percentMax: number;
  /** A small share needs many requests to mean anything: so many times `requestsMin`. Default 1. */
  readonly requestsTimes?: number;
}

function judgeErrors(
  { samples, nowMs }: GateFacts,
  { limits, spanMs, percentMax, requestsTimes = 1 }: ErrorSpan,
): Finding {
  const last = samples.at(-1);
  if (last === undefined) return undefined;
  const before = samples.findLast(({ atMs }) => atMs <= nowMs - spanMs);
  const requests = last.requests - (before?.requests ?? 0);
  const errors = last.errors - (before?.errors ?? 0);
  if (requests < 0 || errors < 0) return { missing: 'its counts of requests went back' };
  if (requests < limits.requestsMin * requestsTimes) return undefined; // Few requests are no sign of anything, good or bad.
  const percent = (100 * errors) / requests;
  return percent > percentMax ? { broken: `${percent.toFixed(1)} % of ${requests} requests failed` } : undefined;
}

function judgeP99({ samples }: GateFacts, limits: GateLimits): Finding {
  const last = samples.at(-1);
  if (last?.p99Ms === undefined || last.requests < limits.requestsMin) return undefined;
  return last.p99Ms > limits.p99MsMax
    ? { broken: `99 % of requests took up to ${Math.round(last.p99Ms)} ms` }
    : undefined;
}

function judgeSlower({ samples, baseline }: GateFacts, limits: GateLimits): Finding {
  const last = samples.at(-1);
  if (last?.meanMs === undefined || baseline.meanMs === undefined || last.requests < limits.requestsMin)
    return undefined;
  const maxMs = Math.max(baseline.meanMs * limits.slowerTimesMax, limits.slowerFloorMs);
  if (last.meanMs <= maxMs) return undefined;
  return {
    broken: `requests take ${Math.round(last.meanMs)} ms, the incumbent took ${Math.round(baseline.meanMs)} ms`,
  };
}

function judgeMemory({ samples, baseline }: GateFacts, limits: GateLimits): Finding {
  const bytes = samples.at(-1)?.memoryBytes;
  if (bytes === undefined) return undefined;
  if (bytes === 0) return { missing: 'it does not know its memory' };
  const bytesMax = Math.max((baseline.memoryBytes ?? 0) * limits.memoryTimesMax, limits.memoryFloorBytes);
  return bytes > bytesMax
    ? { broken: `it holds ${megabytes(bytes)} MB of memory, over ${megabytes(bytesMax)} MB` }
    : undefined;
}

function judgeFreeMemory({ freeBytes }: GateFacts, limits: GateLimits): Finding {
  if (freeBytes === undefined || freeBytes >= limits.freeBytesMin) return undefined;
  return { broken: `the machine has only ${megabytes(freeBytes)} MB of memory left` };
}

/** The camera is silent since the newest sample in which the count had just grown. */
function judgeFrames({ samples, baseline, startedMs, nowMs }: GateFacts, limits: GateLimits): Finding {
  const last = samples.at(-1);
  if (!baseline.hasFrames || last === undefined) return undefined;
  const before = samples.findLastIndex(({ frames }) => frames < last.frames);
  const grewMs = before === -1 ? startedMs : (samples[before + 1]?.atMs ?? startedMs);
  if (nowMs - grewMs > limits.framesSilentMsMax)
    return { broken: `no camera frame for ${Math.round(nowMs - grewMs)} ms` };
  return last.frames === 0 ? { missing: 'no camera frame yet' } : undefined;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}
