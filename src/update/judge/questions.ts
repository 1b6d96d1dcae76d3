/**
 * What the incumbent's own questions have shown. Chosen: the incumbent asks both, itself and the candidate, one after the
 * other; rejected: counting the answers that callers get; why: any caller can fail requests and make them slow, and where
 * nobody asks there is nothing to count.
 */
import type { AskedBoth, Finding, GateFacts, GateLimits } from './gate-facts.ts';
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
  const asked = since(facts, spanMs).filter((one) => one.own.isWell && !isExcused(facts, one));
  if (asked.length < limits.requestsMin * requestsTimes) return undefined; // Few questions are no sign of anything.
  const errors = asked.filter(({ candidate }) => candidate?.isWell !== true).length;
  const percent = (100 * errors) / asked.length;
  return percent > percentMax ? { broken: `${percent.toFixed(1)} % of ${asked.length} questions failed` } : undefined;
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
  if (candidate <= Math.max(limits.p99MsMax, own * limits.slowerTimesMax)) return undefined;
  const message = `99 % of questions took up to ${Math.round(candidate)} ms, the incumbent ${Math.round(own)} ms`;
  return isShortOfTime(facts) ? { strained: `${message}, on a busy machine` } : { broken: message }; // The longest wait is chance there.
}

/** By the middle, not by the mean: what is asked first is slow in every process that has just started. */
export function judgeSlower(facts: GateFacts, limits: GateLimits): Finding {
  const times = timesOf(facts, limits);
  if (times === undefined) return undefined;
  const own = rankOf(times.own, 0.5);
  const candidate = rankOf(times.candidate, 0.5);
  if (candidate <= Math.max(own * limits.slowerTimesMax, limits.slowerFloorMs)) return undefined;
  const message = `questions take ${Math.round(candidate)} ms, the incumbent takes ${Math.round(own)} ms`;
  return wasStrained(facts) ? { strained: `${message}, on a busy machine` } : { broken: message };
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
