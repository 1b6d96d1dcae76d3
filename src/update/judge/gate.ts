import { hasCrowd } from './callers.ts';
import { heartbeatPatienceMs, judgeDoor } from './door.ts';
import { type Finding, type Judgement, judgementOf, shown } from './finding.ts';
import type { GateFacts, GateLimits, GateSample } from './gate-facts.ts';
import {
  causedStrainPercent, isCallersStrain, isMachineCheck, isWell, strainedChecks, wasStrained,
} from './machine-strain.ts'; // prettier-ignore
import { judgeNames } from './names.ts';
import { judgeOwnPresses } from './own-press.ts';
import { judgePresses, judgeUnmadePresses } from './presses.ts';
import { judgeErrors, judgeKinds, judgeP99, judgeRow, judgeSlower } from './questions.ts';
import { judgeOwnWord } from './own-word.ts';
import { judgeLeak, judgeMemory, judgeTaken, takenFigures } from './resources.ts';
import { judgeKept, judgeNamed, judgeTold } from './real-visits.ts';
import { judgeStoredRows } from './stored-rows.ts';
import { judgeThreads } from './threads.ts';

/** Every way in which a trial can end badly during probation: the reason that is stored and counted. */
export type GateTrigger =
  | 'candidate-ended'
  | 'operator'
  | 'door'
  | 'stored-rows'
  | 'press-unanswered'
  | 'press-doubled'
  | 'own-press'
  | 'named'
  | 'told'
  | 'kept'
  | 'heartbeat'
  | 'threads'
  | 'validation'
  | 'health-check'
  | 'error-rate-at-once'
  | 'error-rate-two-minutes'
  | 'error-rate'
  | 'questions-in-row'
  | 'questions'
  | 'names'
  | 'p99'
  | 'slower'
  | 'processor'
  | 'memory'
  | 'leak'
  | 'resources'
  | 'own-figures'
  | 'free-memory'
  | 'frames'
  | 'missing-data'
  | 'machine-strained';

export type GateVerdict =
  | { readonly outcome: 'hold'; readonly missing: readonly string[] }
  | { readonly outcome: 'commit' }
  | {
      readonly outcome: 'revert';
      readonly trigger: GateTrigger;
      readonly message: string;
      readonly isItsFault: boolean;
    };

type Judge = (facts: GateFacts, limits: GateLimits) => Finding;

const atOnceMs = 10_000;
const twoMinutesMs = 120_000;
/** How a process ends that was killed from outside, mostly by the kernel for want of memory. */
const killed = 'signal SIGKILL';
/** Data that is still missing after so many times the probation is never going to come. */
const patienceTimes = 2;
/** And never sooner: a short probation is over before everything has been looked at once. */
const patienceMsMin = 60_000;
/** A machine that is busy is waited for this much longer: the candidate serves meanwhile. */
const strainedPatienceMs = 30 * 60_000;
/** What a candidate may hold beside what the incumbent held: as much as was planned for when it was started. */
const plannedSpareBytes = 64 * 1024 * 1024;

/** Every trigger of the contract, in the order in which they are told. */
const triggers: readonly (readonly [GateTrigger, Judge])[] = [
  ['candidate-ended', judgeEnd],
  ['operator', ({ revertWord }) => (revertWord === undefined ? undefined : { broken: `somebody wanted it: ${revertWord}` })],
  ['door', judgeDoor],
  ['stored-rows', judgeStoredRows],
  ['press-unanswered', judgePresses],
  ['press-doubled', judgeUnmadePresses],
  ['own-press', judgeOwnPresses],
  ['named', judgeNamed],
  ['told', judgeTold],
  ['kept', judgeKept],
  ['heartbeat', judgeHeartbeat],
  ['threads', judgeThreads],
  ['validation', judgeValidation],
  ['health-check', judgeChecks],
  ['error-rate-at-once', (facts, limits) => judgeErrors(facts, { limits, spanMs: atOnceMs, percentMax: limits.errorPercentAtOnce })],
  ['error-rate-two-minutes', (facts, limits) => judgeErrors(facts, { limits, spanMs: twoMinutesMs, percentMax: limits.errorPercentTwoMinutes })],
  ['error-rate', (facts, limits) => judgeErrors(facts, { limits, spanMs: Infinity, percentMax: limits.errorPercent, requestsTimes: 5 })],
  ['questions-in-row', judgeRow],
  ['questions', judgeKinds],
  ['names', judgeNames],
  ['p99', judgeP99],
  ['slower', judgeSlower],
  ['processor', judgeProcessor],
  ['memory', judgeMemory],
  ['leak', judgeLeak],
  ['resources', judgeTaken],
  ['own-figures', judgeOwnWord],
  ['free-memory', judgeFreeMemory],
  ['frames', judgeFrames],
  ['machine-strained', judgeMachine],
]; // prettier-ignore

/** What the gate says of a trial, and what each judge has told it. */
export interface Hearing {
  readonly verdict: GateVerdict;
  /** In the order in which they are told. */
  readonly judges: readonly Judgement<GateTrigger>[];
}

/** Commit, revert or wait: what the trial has shown so far. Missing data is never healthy. */
export function judgeTrial(facts: GateFacts, limits: GateLimits): GateVerdict {
  return hearTrial(facts, limits).verdict;
}

/** The same, with every judge that was heard. */
export function hearTrial(facts: GateFacts, limits: GateLimits): Hearing {
  const found = triggers.map(([trigger, judge]) => ({ trigger, finding: judge(facts, limits) }));
  const judges = found.map(({ trigger, finding }) => judgementOf(trigger, finding));
  for (const { trigger, finding } of found) {
    if (finding === undefined || !('broken' in finding)) continue;
    const { broken: message, isItsFault = true } = finding;
    return { verdict: { outcome: 'revert', trigger, message, isItsFault }, judges };
  }
  const wordsOf = (verdict: Judgement['verdict']): string[] =>
    judges.flatMap((judge) => (judge.verdict === verdict ? [judge.words ?? judge.judge] : []));
  const verdict = judgeSilence(facts, limits, { unknown: wordsOf('missing'), strained: wordsOf('strained') });
  return { verdict, judges };
}

/** Nothing is broken: is enough known to commit, or is it never going to be? */
function judgeSilence(
  facts: GateFacts,
  { probationMs }: GateLimits,
  { unknown, strained }: { readonly unknown: readonly string[]; readonly strained: readonly string[] },
): GateVerdict {
  const elapsedMs = facts.nowMs - facts.startedMs;
  const missing = [...unknown, ...strained];
  if (elapsedMs < probationMs) return { outcome: 'hold', missing };
  if (missing.length === 0) return { outcome: 'commit' };
  const isMachines = strained.length > 0 || wasStrained(facts); // What was late a moment ago may come now.
  const usualMs = Math.max(probationMs * patienceTimes, probationMs + patienceMsMin);
  const patienceMs = usualMs + (isMachines ? strainedPatienceMs : 0);
  if (elapsedMs < patienceMs) return { outcome: 'hold', missing };
  const message = `cannot judge the candidate: ${missing.join('; ')}`;
  if (isMachines) return { outcome: 'revert', trigger: 'machine-strained', message, isItsFault: false };
  return { outcome: 'revert', trigger: 'missing-data', message, isItsFault: true };
}

/** What the gate saw last, as figures for the trial's history. */
export function gateFigures(facts: GateFacts): Readonly<Record<string, number>> {
  const last = facts.samples.at(-1);
  if (last === undefined) return {};
  const { requests, errors, frames, memoryBytes, processorMs, meanMs, p99Ms, cameraGapMs, cameraStartMs } = last;
  return {
    heartbeats: facts.samples.length,
    requests,
    errors,
    frames,
    memoryBytes,
    ...(processorMs === undefined ? {} : { processorMs }),
    ...takenFigures(facts),
    ...(meanMs === undefined ? {} : { meanMs }),
    ...(p99Ms === undefined ? {} : { p99Ms }),
    ...(cameraGapMs === undefined ? {} : { cameraGapMs }),
    ...(cameraStartMs === undefined ? {} : { cameraStartMs }),
    ...(facts.baseline.meanMs === undefined ? {} : { baselineMeanMs: facts.baseline.meanMs }),
    ...(facts.baseline.memoryBytes === undefined ? {} : { baselineMemoryBytes: facts.baseline.memoryBytes }),
  };
}

/** One that is killed while a crowd feeds it is not to blame for what that fed it. */
function judgeEnd({ ended, samples }: GateFacts): Finding {
  if (ended === undefined) return undefined;
  const broken = `the candidate ended: ${ended}`;
  return ended === killed && hasCrowd(samples.at(-1)) ? { broken, isItsFault: false } : { broken };
}

function judgeHeartbeat(facts: GateFacts, limits: GateLimits): Finding {
  const { samples, nowMs, startedMs } = facts;
  const last = samples.at(-1);
  const silentMs = nowMs - (last?.atMs ?? startedMs);
  const saw = `the last ${Math.round(silentMs)} ms ago`;
  const evidence = { asked: samples.length, answered: samples.length, compared: 0, saw };
  if (silentMs > heartbeatPatienceMs(facts, limits))
    return shown(evidence, { broken: `no heartbeat for ${Math.round(silentMs)} ms` });
  // One that fell silent a moment ago may have hung: it is not committed on what it said before.
  const isSilent = last === undefined || silentMs > limits.heartbeatMsMax / 2;
  return shown(evidence, isSilent ? { missing: 'no heartbeat just now' } : undefined);
}

function judgeValidation({ samples }: GateFacts): Finding {
  const failure = samples.at(-1)?.validationFailure;
  return failure === undefined ? undefined : { broken: `its own validation failed: ${failure}` };
}

/**
 * A check fails in a row when it ran and was unhealthy; the same result told twice is one failure. What failed under the
 * incumbent may go on failing: a device without its camera takes releases too.
 */
function judgeChecks({ samples, baseline }: GateFacts, limits: GateLimits): Finding {
  const last = samples.at(-1);
  if (last === undefined) return undefined;
  for (const name of Object.keys(last.checks)) {
    if (isMachineCheck(name) || baseline.unwellChecks?.includes(name) === true) continue;
    const failures = failuresInRow(samples, name);
    if (failures >= limits.checkFailures) return { broken: `check ${name} failed ${failures} times in a row` };
  }
  const unwell = baseline.checks.filter((name) => !isMachineCheck(name) && !isWell(last.checks[name]));
  return unwell.length === 0 ? undefined : { missing: `not well: ${unwell.join(', ')}` };
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

/** A candidate that is itself what keeps the machine busy, and far busier than the incumbent was. */
function judgeProcessor(facts: GateFacts, limits: GateLimits): Finding {
  const percent = causedStrainPercent(facts, limits);
  if (percent === undefined) return undefined;
  const before = facts.baseline.processorPercent ?? 0;
  if (percent <= Math.max(before * limits.processorTimesMax, limits.processorFloorPercent)) return undefined;
  return {
    broken: `it takes ${Math.round(percent)} % of the processors of a strained machine, the incumbent took ${Math.round(before)} %`,
  };
}

function judgeMachine(facts: GateFacts): Finding {
  const unwell = strainedChecks(facts).filter((name) => !isCallersStrain(facts, name));
  return unwell.length === 0 ? undefined : { strained: `the machine is not well: ${unwell.join(', ')}` };
}

/** The incumbent must not be killed for want of memory, whoever took it: the trial ends, and is the candidate's fault only if it is. */
function judgeFreeMemory({ freeBytes, samples, baseline, taken }: GateFacts, limits: GateLimits): Finding {
  if (freeBytes === undefined || freeBytes >= limits.freeBytesMin) return undefined;
  const broken = `the machine has only ${megabytes(freeBytes)} MB of memory left`;
  const heldBytes = (baseline.taken === undefined ? samples : taken)?.at(-1)?.memoryBytes ?? 0;
  const isItsFault =
    !hasCrowd(samples.at(-1)) && heldBytes > ((baseline.taken ?? baseline).memoryBytes ?? 0) + plannedSpareBytes;
  return isItsFault ? { broken } : { broken, isItsFault };
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
