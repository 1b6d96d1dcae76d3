/**
 * What the incumbent's own questions have shown. Chosen: the incumbent asks both, itself and the candidate, one after the
 * other; rejected: counting the answers that callers get; why: any caller can fail requests and make them slow, and where
 * nobody asks there is nothing to count.
 */
import { hasCallers, hasCrowd } from './callers.ts';
import { type Evidence, type Finding, shown } from './finding.ts';
import type { AskedBoth, GateFacts, GateLimits, QuestionKind } from './gate-facts.ts';
import { isShortOfTime, wasStrained } from './machine-strain.ts';

interface ErrorSpan {
  readonly limits: GateLimits;
  readonly spanMs: number;
  readonly percentMax: number;
  /** A small share needs many questions to mean anything: so many times `requestsMin`. Default 1. */
  readonly requestsTimes?: number;
}

/** Times are compared over the last minute. */
const timesMs = 60_000;
/** Rows of failures are so many times longer on a machine without time to spare. */
const strainedRowTimes = 2;
/**
 * On a machine that lets the incumbent wait for so long, or has no time to spare, times may differ by so much more: whoever
 * works at the door has used its share of the processor when it is asked, and the incumbent, which rests, has not.
 */
const lateMsMin = 5;
const lateTimes = 2;
/** Among callers: so many of one kind without an answer, while of the others so large a share has one. */
const silentMin = 3;
const heardShareMin = 0.8;
/** Kinds that take a small and even time. */
const timedKinds: readonly QuestionKind[] = ['read'];

/** The candidate fails where the incumbent answers well. */
export function judgeErrors(facts: GateFacts, { limits, spanMs, percentMax, requestsTimes = 1 }: ErrorSpan): Finding {
  const all = since(facts, spanMs);
  const asked = all.filter((one) => isComparable(facts, one));
  const errors = asked.filter(({ candidate }) => candidate?.isWell !== true).length;
  const evidence = evidenceOf(all, { compared: asked.length, saw: `${errors} of ${asked.length} failed` });
  if (asked.length < limits.requestsMin * requestsTimes) return shown(evidence, undefined); // Few questions are no sign of anything.
  const percent = (100 * errors) / asked.length;
  const broken = `${percent.toFixed(1)} % of ${asked.length} questions failed`;
  return shown(evidence, percent > percentMax ? { broken } : undefined);
}

/**
 * So many of one kind in a row fail where the incumbent answers well: no share needs to be counted then. On a machine that
 * has no time twice as many: the incumbent has found the time for each of them.
 */
export function judgeRow(facts: GateFacts, { questionsInRow }: GateLimits): Finding {
  const rowMin = questionsInRow * (isShortOfTime(facts) ? strainedRowTimes : 1);
  for (const kind of kindsOf(facts)) {
    const isOwn = isSilentAlone(facts, kind);
    const ofKind = facts.asked.filter((one) => one.kind === kind && one.own.isWell && (isOwn || !isCrowdedOut(one)));
    const last = ofKind.slice(-rowMin);
    if (last.length < rowMin || last.some(({ candidate }) => candidate?.isWell === true)) continue;
    const broken = `${rowMin} questions in a row failed, the last: ${kind} ${last.at(-1)?.what ?? ''}`;
    return shown(evidenceOf(last, { compared: last.length, saw: broken }), { broken });
  }
  return undefined;
}

/**
 * Nothing is committed before every kind of question that the incumbent answers was answered well once; but callers who
 * are in the way of one all through a trial, whenever it is asked, cannot end it so.
 */
export function judgeKinds(facts: GateFacts): Finding {
  const open = [...new Set([...kindsOf(facts), ...(facts.kinds ?? [])])].filter((kind) => {
    const ofKind = facts.asked.filter((one) => one.kind === kind);
    const isCallers = ofKind.length >= silentMin && ofKind.every((one) => hasCrowd(one) && isCrowdedOut(one));
    return kind !== 'failed' && !ofKind.some(isAnswered) && (!isCallers || isSilentAlone(facts, kind));
  });
  const saw = kindsOf(facts).map((kind) => `${kind} ${facts.asked.filter((one) => one.kind === kind).length}`);
  const evidence = evidenceOf(facts.asked, { compared: facts.asked.length, saw: saw.join(', ') });
  return shown(evidence, open.length === 0 ? undefined : { missing: `not answered well yet: ${open.join(', ')}` });
}

function kindsOf({ asked }: GateFacts): readonly QuestionKind[] {
  return [...new Set(asked.filter(({ own }) => own.isWell).map(({ kind }) => kind))];
}

function isAnswered({ candidate }: AskedBoth): boolean {
  return candidate?.isWell === true && candidate.isRefused !== true;
}

function isComparable(facts: GateFacts, one: AskedBoth): boolean {
  return one.own.isWell && one.candidate?.isRefused !== true && !isExcused(facts, one);
}

function isCrowdedOut(one: AskedBoth): boolean {
  return one.candidate?.isRefused === true || (one.candidate === undefined && hasCrowd(one));
}

/** Callers are in the way of every kind of question: one that is never answered while the others are is not their doing. */
function isSilentAlone({ asked }: GateFacts, kind: QuestionKind): boolean {
  const crowded = asked.filter((one) => one.own.isWell && hasCrowd(one));
  const silent = crowded.filter((one) => one.kind === kind);
  const others = crowded.filter((one) => one.kind !== kind);
  const heard = others.filter(({ candidate }) => candidate !== undefined).length;
  const isSilent = silent.length >= silentMin && silent.every(({ candidate }) => candidate === undefined);
  return isSilent && others.length >= silentMin && heard >= others.length * heardShareMin;
}

/** Silence in time is excused where the machine has no time for anybody, or a crowd takes it. A fault never is. */
function isExcused(facts: GateFacts, one: AskedBoth): boolean {
  return one.candidate === undefined && (hasCrowd(one) || isShortOfTime(facts));
}

/** Slow by itself, and far slower than the incumbent at the same moments. */
export function judgeP99(facts: GateFacts, limits: GateLimits): Finding {
  const times = timesOf(facts, limits);
  if (times === undefined) return undefined;
  const own = rankOf(times.own, 0.99);
  const candidate = rankOf(times.candidate, 0.99);
  const saw = `99 % of questions took up to ${Math.round(candidate)} ms, the incumbent ${Math.round(own)} ms`;
  const evidence = evidenceOf(since(facts, timesMs), { compared: times.own.length, saw });
  if (candidate <= Math.max(limits.p99MsMax, own * limits.slowerTimesMax)) return shown(evidence, undefined);
  return shown(evidence, isShortOfTime(facts) ? { strained: `${saw}, on a busy machine` } : { broken: saw }); // The longest wait is chance there.
}

/** By the middle, not by the mean: what is asked first is slow in every process that has just started. */
export function judgeSlower(facts: GateFacts, limits: GateLimits): Finding {
  const times = timesOf(facts, limits);
  if (times === undefined) return undefined;
  const own = rankOf(times.own, 0.5);
  const candidate = rankOf(times.candidate, 0.5);
  const isLate = rankOf(times.late, 0.5) >= lateMsMin || isShortOfTime(facts);
  const timesMax = limits.slowerTimesMax * (isLate ? lateTimes : 1);
  const saw = `questions take ${Math.round(candidate)} ms, the incumbent takes ${Math.round(own)} ms`;
  const evidence = evidenceOf(since(facts, timesMs), { compared: times.own.length, saw });
  if (candidate <= Math.max(own * timesMax, limits.slowerFloorMs)) return shown(evidence, undefined);
  return shown(evidence, wasStrained(facts) ? { strained: `${saw}, on a busy machine` } : { broken: saw });
}

function evidenceOf(asked: readonly AskedBoth[], seen: Pick<Evidence, 'compared' | 'saw'>): Evidence {
  return { asked: asked.length, answered: asked.filter(({ candidate }) => candidate !== undefined).length, ...seen };
}

function timesOf(
  facts: GateFacts,
  { requestsMin }: GateLimits,
): { own: readonly number[]; candidate: readonly number[]; late: readonly number[] } | undefined {
  const timed = since(facts, timesMs).filter(({ kind }) => timedKinds.includes(kind));
  const asked = timed.flatMap(({ own, candidate, callers, lateMs = 0 }) =>
    candidate === undefined || candidate.isRefused === true || hasCallers({ callers })
      ? []
      : [{ own: own.durationMs, candidate: candidate.durationMs, late: lateMs }],
  );
  if (asked.length < requestsMin) return undefined;
  return {
    own: asked.map(({ own }) => own),
    candidate: asked.map(({ candidate }) => candidate),
    late: asked.map(({ late }) => late),
  };
}

function since({ asked, nowMs }: GateFacts, spanMs: number): readonly AskedBoth[] {
  return asked.filter(({ atMs }) => atMs > nowMs - spanMs);
}

/** The time below which this share of them lies. */
function rankOf(times: readonly number[], share: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
