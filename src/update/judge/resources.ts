/**
 * What a candidate takes of the machine, judged by what was measured from outside, of all its processes. Chosen: a leak is
 * seen by the least that was held in each of four spans of time in a row, which grows in all of them, does not slow down,
 * and by more than garbage or callers bring; rejected: a straight line through everything; why: a fresh process warms up,
 * a collector saws, a picture comes and goes, and none of these is a fault. A release opens new addresses after its commit.
 */
import type { Taken } from '../../system/taken.ts';
import { hasCallers } from './callers.ts';
import { type Evidence, type Finding, shown } from './finding.ts';
import type { GateFacts, GateLimits } from './gate-facts.ts';

/** What a process takes in its first seconds on duty is no sign of what it is going to take. */
const warmUpMs = 10_000;
/** Leaks are looked for over the last so many milliseconds: fast ones in a short time, slow ones in a long one. */
const spansMs: readonly number[] = [20_000, 60_000, 240_000, 840_000];
const parts = 4;
/** Growth that would reach the limit within so many times the time in which it was seen is a leak. */
const horizonTimes = 20;
/** The last growth is at least this share of the greatest: one that slows down comes to an end. */
const evenShare = 0.5;
/** Measurements in a row, a second apart, and looks at its sockets, a few seconds apart. */
const takenInRow = 3;
const looksInRow = 2;
/** What grew in the last moments, so fast that it would reach the limit within a minute, is looked at for longer. */
const momentMs = 5000;
const momentShare = 0.25;
const soonMs = 60_000;
/** A thread that has had so much time between two looks and has waited for nothing is at work without a rest. */
const workMsMin = 300;
/** Nothing that a release does takes a thread so long without a wait, on any machine. */
const restlessMs = 60_000;
/** Work that keeps so much of a processor busy, beside what the incumbent took, comes to an end before the commit. */
const busyMs = 20_000;
const busyProcessors = 0.8;

/** A kind of thing that a process can take too much of. */
interface Kind {
  readonly name: string;
  readonly of: (taken: Taken) => number | undefined;
  /** What garbage and callers bring at most: 200 connections, a picture for some of them. Growth below this is none. */
  readonly growthMin: number;
  /** Slower growth is none either, nor is what takes less time. Default 0. */
  readonly perSecondMin?: (own: Taken) => number;
  readonly spanMsMin?: number;
  /** Faster growth is not what callers bring, however many there are. */
  readonly callersPerSecondMax?: number;
  /** How much it may be, beside an incumbent that takes so much. */
  readonly max: (own: Taken, limits: GateLimits) => number;
  readonly show: (value: number) => string;
}

const count = (value: number): string => String(Math.round(value));
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
const memory: Kind = {
  name: 'memory',
  of: (taken) => taken.memoryBytes,
  growthMin: 96e6,
  max: trialBytesMax,
  show: megabytes,
};
const counts: readonly Kind[] = [
  { name: 'descriptors', of: (taken) => taken.descriptors, growthMin: 300, max: ({ descriptors = 0 }) => Math.max(2 * descriptors, 800), show: count },
  { name: 'threads', of: (taken) => taken.threads, growthMin: 32, max: ({ threads }) => Math.max(2 * threads, threads + 64), show: count },
  { name: 'processes', of: (taken) => taken.processes, growthMin: 8, max: ({ processes }) => processes + 16, show: count },
]; // prettier-ignore
/** Whatever was written is never too much, as a backup: but so much a second, and no end of it, fills every disk. */
const written: Kind = {
  name: 'written bytes', of: (taken) => taken.writtenBytes, growthMin: 240e6, max: () => 0, show: megabytes, spanMsMin: 60_000,
  perSecondMin: ({ writtenBytes = 0, aliveMs }) => Math.max(4e6, (4000 * writtenBytes) / aliveMs), callersPerSecondMax: 12e6,
}; // prettier-ignore
const kinds = [memory, ...counts, written];

/** What a release on trial may hold, beside an incumbent that holds so much. */
export function trialBytesMax(
  { memoryBytes = 0 }: { readonly memoryBytes?: number },
  { memoryTimesMax, memoryFloorBytes }: Pick<GateLimits, 'memoryTimesMax' | 'memoryFloorBytes'>,
): number {
  return Math.max(memoryBytes * memoryTimesMax, memoryFloorBytes);
}

/** What callers send is in its memory too: while they keep it busy, too much only keeps it waiting. */
export function judgeMemory(facts: GateFacts, limits: GateLimits): Finding {
  const { samples, baseline } = facts;
  const own = baseline.taken;
  const held = own === undefined ? samples.slice(-1) : (facts.taken ?? []).slice(-takenInRow);
  const bytes = held.at(-1)?.memoryBytes;
  if (bytes === undefined) return undefined;
  if (bytes === 0) return { missing: 'it does not know its memory' };
  const bytesMax = trialBytesMax(own ?? baseline, limits);
  const evidence = own === undefined ? undefined : evidenceOf(facts.taken ?? [], own, [memory]);
  const seen = (finding: Finding): Finding => (evidence === undefined ? finding : shown(evidence, finding));
  if (bytes <= bytesMax) return seen(undefined);
  const message = `it holds ${megabytes(bytes)} of memory, over ${megabytes(bytesMax)}`;
  if (hasCallers(samples.at(-1))) return seen({ strained: `${message}, with callers` });
  const isLong = own === undefined || (held.length === takenInRow && held.every((one) => one.memoryBytes > bytesMax));
  return seen(isLong ? { broken: message } : { missing: message });
}

/** Something grows and goes on growing. What callers bring goes with them: while they are there it only keeps waiting. */
export function judgeLeak(facts: GateFacts, limits: GateLimits): Finding {
  const { taken, baseline, startedMs, nowMs, samples } = facts;
  const own = baseline.taken;
  if (taken === undefined || own === undefined) return undefined;
  const evidence = evidenceOf(taken, own, kinds);
  for (const spanMs of spansMs) {
    const fromMs = nowMs - spanMs;
    if (fromMs < startedMs + warmUpMs) break;
    const within = taken.filter(({ atMs }) => atMs > fromMs);
    for (const kind of kinds.filter(({ spanMsMin = 0 }) => spanMs >= spanMsMin)) {
      const perSecondMin = kind.perSecondMin?.(own) ?? 0;
      const span = { kind, spanMs, max: kind.max(own, limits), perSecondMin };
      const leak = leakIn(within, span);
      if (leak === undefined) continue;
      const hadCallers = samples.some((one) => hasCallers(one) && one.atMs > fromMs - warmUpMs);
      const theirs = Math.max(perSecondMin, kind.callersPerSecondMax ?? Infinity);
      const isTheirs = hadCallers && leakIn(within, { ...span, perSecondMin: theirs }) === undefined;
      return shown(evidence, isTheirs ? { strained: `${leak}, with callers` } : { broken: leak });
    }
  }
  const rising = kinds.find((kind) => isRising(taken, { kind, nowMs, max: kind.max(own, limits) }));
  return shown(
    evidence,
    rising === undefined ? undefined : { missing: `it takes more and more just now: ${rising.name}` },
  );
}

interface Moment {
  readonly kind: Kind;
  readonly nowMs: number;
  readonly max: number;
}

/** Too young for a word on it, but on its way to the limit: no trial is committed in such a moment. */
function isRising(taken: readonly Taken[], { kind: { of, growthMin }, nowMs, max }: Moment): boolean {
  const [first, ...later] = taken.filter(({ atMs }) => atMs > nowMs - momentMs);
  const last = later.at(-1);
  if (first === undefined || last === undefined || last.atMs - first.atMs < momentMs / 2) return false;
  const [before = 0, after = 0] = [of(first), of(last)];
  if (after - before < growthMin * momentShare) return false;
  return after + ((after - before) / (last.atMs - first.atMs)) * soonMs > max;
}

interface Span {
  readonly kind: Kind;
  readonly spanMs: number;
  readonly max: number;
  readonly perSecondMin: number;
}

function leakIn(taken: readonly Taken[], { kind, spanMs, max, perSecondMin }: Span): string | undefined {
  const least = leastOfParts(taken, kind);
  const steps = least.slice(1).map((value, index) => value - (least[index] ?? 0));
  if (least.length < parts || steps.some((step) => step <= 0)) return undefined;
  const [first = 0, last = 0] = [least.at(0), least.at(-1)];
  if (last - first < kind.growthMin || (steps.at(-1) ?? 0) < evenShare * Math.max(...steps)) return undefined;
  const seconds = (spanMs * (parts - 1)) / parts / 1000;
  const perSecond = (last - first) / seconds;
  if (perSecond < perSecondMin || last + (perSecond / 1000) * spanMs * horizonTimes <= max) return undefined;
  const grown = `${kind.show(last - first)} in ${Math.round(seconds)} s`;
  return `it takes more and more without an end: ${kind.name}, ${grown}, now ${kind.show(last)}`;
}

/** The least of each quarter of these; none when one of them is empty. */
function leastOfParts(taken: readonly Taken[], { of }: Kind): readonly number[] {
  const [fromMs = 0, toMs = 0] = [taken.at(0)?.atMs, taken.at(-1)?.atMs];
  const partMs = (toMs - fromMs) / parts;
  if (partMs <= 0) return [];
  const least = Array.from({ length: parts }, () => Infinity);
  for (const one of taken) {
    const part = Math.min(parts - 1, Math.floor((one.atMs - fromMs) / partMs));
    least[part] = Math.min(least[part] ?? Infinity, of(one) ?? Infinity);
  }
  return least.filter(Number.isFinite);
}

/**
 * More descriptors, threads or processes than the incumbent by far, an address that it does not listen on, the door in
 * hands that nobody gave it to, or a processor that is never at rest.
 */
export function judgeTaken(facts: GateFacts, limits: GateLimits): Finding {
  const { taken, baseline } = facts;
  const own = baseline.taken;
  if (taken === undefined || own === undefined) return undefined;
  const last = taken.at(-1);
  if (last === undefined) return { missing: 'what it takes was not measured yet' };
  const evidence = evidenceOf(taken, own, counts);
  const hidden = kinds.filter(({ of }) => of(own) !== undefined && of(last) === undefined);
  if (hidden.length > 0)
    return shown(evidence, { missing: `it hides its ${hidden.map(({ name }) => name).join(', ')}` });
  const recent = taken.slice(-takenInRow);
  for (const { name, of, max, show } of counts) {
    const most = max(own, limits);
    const isOver = recent.length === takenInRow && recent.every((one) => (of(one) ?? 0) > most);
    if (isOver) return shown(evidence, { broken: `it has ${show(of(last) ?? 0)} ${name}, over ${show(most)}` });
  }
  return judgeSockets(taken, { own, evidence }) ?? judgeRest(facts, evidence) ?? judgeBusy(facts, { own, evidence });
}

interface Beside {
  readonly own: Taken;
  readonly evidence: Evidence;
}

/** A process that is just being started has everything of its parent for a moment: one look is no sign of anything. */
function judgeSockets(taken: readonly Taken[], { own, evidence }: Beside): Finding {
  const looks = taken.filter(({ openAddresses }) => openAddresses !== undefined).slice(-looksInRow);
  const strange = looks.map(({ openAddresses = [] }) => openAddresses.filter((one) => own.openAddresses?.includes(one) !== true)); // prettier-ignore
  const stray = strange.at(-1) ?? [];
  if (stray.length > 0) {
    const words = `it listens on ${stray.join(', ')}, the incumbent does not`;
    const isLong = looks.length === looksInRow && stray.some((one) => strange.every((open) => open.includes(one)));
    return shown(evidence, isLong ? { broken: words } : { missing: words });
  }
  const shared = looks.map(({ sharedSockets = 0 }) => sharedSockets > 0);
  if (shared.at(-1) !== true) return undefined;
  const words = 'another process of it has the door or the channel to the incumbent';
  return shown(evidence, looks.length === looksInRow && shared.every(Boolean) ? { broken: words } : { missing: words });
}

/** A thread that runs in a circle: seen by what it does not do, however little time a busy machine gives it. */
function judgeRest({ taken = [], nowMs }: GateFacts, evidence: Evidence): Finding {
  const looks = taken.filter(({ workers }) => workers !== undefined);
  const restless = Object.keys(looks.at(-1)?.workers ?? {}).map((name) => restlessSince(looks, name) ?? nowMs);
  const longestMs = nowMs - Math.min(nowMs, ...restless);
  if (longestMs === 0) return undefined;
  const words = `a thread of it has waited for nothing for ${Math.round(longestMs / 1000)} s, at work all the time`;
  return shown(evidence, longestMs >= restlessMs ? { broken: words } : { missing: words });
}

/** Since when the thread has been at work in every look, without a wait; undefined when it has waited since the last but one. */
function restlessSince(looks: readonly Taken[], name: string): number | undefined {
  let sinceMs: number | undefined;
  for (let at = looks.length - 1; at > 0; at -= 1) {
    const [before, after] = [looks[at - 1]?.workers?.[name], looks[at]?.workers?.[name]];
    if (before === undefined || after === undefined) break;
    if (after.waits > before.waits || after.processorMs - before.processorMs < workMsMin) break;
    sinceMs = looks[at - 1]?.atMs;
  }
  return sinceMs;
}

/** Nobody is rejected for work that comes to an end, as when a better net looks at the household's pictures again. */
function judgeBusy(facts: GateFacts, { own, evidence }: Beside): Finding {
  const { taken = [], baseline, nowMs, samples } = facts;
  const busy = busyOf(
    taken.find(({ atMs }) => atMs > nowMs - busyMs),
    taken.at(-1),
  );
  if (busy === undefined) return shown(evidence, undefined);
  const ownBusy = busyOf(baseline.takenBefore, own) ?? own.processorMs / own.aliveMs;
  const words = `${busy.toFixed(1)} processors busy, the incumbent ${ownBusy.toFixed(1)}`;
  const seen = { ...evidence, saw: `${evidence.saw}; ${words}` };
  const isTheirs = samples.some((one) => hasCallers(one) && one.atMs > nowMs - busyMs);
  const isBusy = busy > ownBusy + busyProcessors && !isTheirs;
  return shown(seen, isBusy ? { missing: `it does not rest: ${words}` } : undefined);
}

/** How many processors were kept busy in between; undefined when that is too short for a word on it. */
function busyOf(first: Taken | undefined, last: Taken | undefined): number | undefined {
  if (first === undefined || last === undefined || last.atMs - first.atMs < momentMs) return undefined;
  return (last.processorMs - first.processorMs) / (last.atMs - first.atMs);
}

function evidenceOf(taken: readonly Taken[], own: Taken, shownKinds: readonly Kind[]): Evidence {
  const last = taken.at(-1);
  const seen = shownKinds.flatMap(({ name, of, show }) => {
    const value = last === undefined ? undefined : of(last);
    return value === undefined ? [] : [`${name} ${show(value)}, the incumbent ${show(of(own) ?? 0)}`];
  });
  return { asked: taken.length, answered: taken.length, compared: taken.length, saw: seen.join('; ') };
}

/** What was measured last, for the trial's history. */
export function takenFigures({ taken, baseline }: GateFacts): Readonly<Record<string, number>> {
  const last = taken?.at(-1);
  if (last === undefined || baseline.taken === undefined) return {};
  const { memoryBytes, processorMs, processes, threads, descriptors, writtenBytes } = last;
  return {
    measuredMemoryBytes: memoryBytes,
    baselineMeasuredMemoryBytes: baseline.taken.memoryBytes,
    measuredProcessorMs: processorMs,
    processes,
    threads,
    ...(descriptors === undefined ? {} : { descriptors }),
    ...(writtenBytes === undefined ? {} : { writtenBytes }),
  };
}
