/**
 * What the incumbent's own questions have shown. Chosen: the incumbent asks both, itself and the candidate, one after the
 * other; rejected: counting the answers that callers get; why: any caller can fail requests and make them slow, and where
 * nobody asks there is nothing to count.
 */
import { type Evidence, type Finding, shown } from './finding.ts';
import type { AskedBoth, GateFacts, GateLimits } from './gate-facts.ts';
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

/** The candidate fails where the incumbent answers well. */
export function judgeErrors(facts: GateFacts, { limits, spanMs, percentMax, requestsTimes = 1 }: ErrorSpan): Finding {
  const all = since(facts, spanMs);
  const asked = all.filter((one) => one.own.isWell && !isExcused(facts, one));
  const errors = asked.filter(({ candidate }) => candidate?.isWell !== true).length;
  const evidence = evidenceOf(all, { compared: asked.length, saw: `${errors} of ${asked.length} failed` });
  if (asked.length < limits.requestsMin * requestsTimes) return shown(evidence, undefined); // Few questions are no sign of anything.
  const percent = (100 * errors) / asked.length;
  const broken = `${percent.toFixed(1)} % of ${asked.length} questions failed`;
  return shown(evidence, percent > percentMax ? { broken } : undefined);
}

/** Silence in time is excused where the machine has no time for anybody, or callers take it. A fault never is. */
function isExcused(facts: GateFacts, { candidate, isCrowded }: AskedBoth): boolean {
  return candidate === undefined && (isCrowded || isShortOfTime(facts));
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
  const saw = `questions take ${Math.round(candidate)} ms, the incumbent takes ${Math.round(own)} ms`;
  const evidence = evidenceOf(since(facts, timesMs), { compared: times.own.length, saw });
  if (candidate <= Math.max(own * limits.slowerTimesMax, limits.slowerFloorMs)) return shown(evidence, undefined);
  return shown(evidence, wasStrained(facts) ? { strained: `${saw}, on a busy machine` } : { broken: saw });
}

function evidenceOf(asked: readonly AskedBoth[], seen: Pick<Evidence, 'compared' | 'saw'>): Evidence {
  return { asked: asked.length, answered: asked.filter(({ candidate }) => candidate !== undefined).length, ...seen };
}

function timesOf(
  facts: GateFacts,
  { requestsMin }: GateLimits,
): { own: readonly number[]; candidate: readonly number[] } | undefined {
  const asked = since(facts, timesMs).flatMap(({ own, candidate, isCrowded }) =>
    candidate === undefined || isCrowded ? [] : [{ own: own.durationMs, candidate: candidate.durationMs }],
  );
  if (asked.length < requestsMin) return undefined;
  return { own: asked.map(({ own }) => own), candidate: asked.map(({ candidate }) => candidate) };
}

function since({ asked, nowMs }: GateFacts, spanMs: number): readonly AskedBoth[] {
  return asked.filter(({ atMs }) => atMs > nowMs - spanMs);
}

/** The time below which this share of them lies. */
function rankOf(times: readonly number[], share: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
