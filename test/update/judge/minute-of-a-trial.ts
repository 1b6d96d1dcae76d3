import type { AskedBoth, GateFacts, GateLimits, GateSample } from '../../../src/update/judge/gate-facts.ts';

export const limits: GateLimits = {
  probationMs: 60_000,
  heartbeatMsMax: 3000,
  threadSilentMsMax: 10_000,
  doorSilentMsMax: 200,
  checkFailures: 3,
  errorPercent: 1,
  errorPercentTwoMinutes: 5,
  errorPercentAtOnce: 10,
  requestsMin: 20,
  questionsInRow: 3,
  nameDropMax: 0.1,
  p99MsMax: 2000,
  slowerTimesMax: 2,
  slowerFloorMs: 20,
  processorTimesMax: 2,
  processorFloorPercent: 50,
  memoryTimesMax: 2,
  memoryFloorBytes: 300e6,
  freeBytesMin: 30e6,
  framesSilentMsMax: 10_000,
};

export const well: GateSample = {
  atMs: 60_000,
  frames: 480,
  checks: { database: { status: 'healthy', runs: 12 } },
  requests: 1000,
  errors: 0,
  meanMs: 10,
  p99Ms: 50,
  memoryBytes: 150e6,
};
/** Four questions a second over the last minute, both answering well, some of them changed. */
export function asking(change: (question: number) => Partial<AskedBoth>, nowMs = 60_000): AskedBoth[] {
  const answered = { isWell: true, durationMs: 10 };
  return Array.from({ length: 240 }, (_, question) => ({
    atMs: nowMs - 60_000 + (question + 1) * 250,
    kind: 'read' as const,
    what: '/',
    own: answered,
    candidate: answered,
    callers: 'few',
    ...change(question),
  }));
}
export const answeredIn = (durationMs: number): AskedBoth['own'] => ({ isWell: true, durationMs });
export const fault = { isWell: false, durationMs: 10 };

/** A minute of a candidate that does well, its last heartbeat changed. */
export function facts(last: Partial<GateSample> = {}, changed: Partial<GateFacts> = {}): GateFacts {
  const samples = [10_000, 30_000, 50_000, 59_000].map((atMs) => ({
    ...well,
    atMs,
    frames: atMs / 125,
    requests: atMs / 60,
  }));
  const baseline = { memoryBytes: 150e6, hasFrames: true, checks: ['database'] };
  return {
    nowMs: 60_000,
    startedMs: 0,
    samples: [...samples, { ...well, ...last }],
    asked: asking(() => ({})),
    presses: { passed: 0, stored: 0, slowestMs: 0 },
    baseline,
    freeBytes: 1e9,
    ...changed,
  };
}
