import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeTrial } from '../../../src/update/judge/gate.ts';
import type { GateFacts, GateLimits, GateSample } from '../../../src/update/judge/gate-facts.ts';

const limits: GateLimits = {
  probationMs: 60_000,
  heartbeatMsMax: 3000,
  checkFailures: 3,
  errorPercent: 1,
  errorPercentTwoMinutes: 5,
  errorPercentAtOnce: 10,
  requestsMin: 20,
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

const well: GateSample = {
  atMs: 60_000,
  frames: 480,
  checks: { database: { status: 'healthy', runs: 12 } },
  requests: 1000,
  errors: 0,
  meanMs: 10,
  p99Ms: 50,
  memoryBytes: 150e6,
};
/** A minute of a candidate that does well, its last heartbeat changed. */
function facts(last: Partial<GateSample> = {}, changed: Partial<GateFacts> = {}): GateFacts {
  const samples = [10_000, 30_000, 50_000, 59_000].map((atMs) => ({
    ...well,
    atMs,
    frames: atMs / 125,
    requests: atMs / 60,
  }));
  const baseline = { meanMs: 10, memoryBytes: 150e6, hasFrames: true, checks: ['database'] };
  return {
    nowMs: 60_000,
    startedMs: 0,
    samples: [...samples, { ...well, ...last }],
    baseline,
    freeBytes: 1e9,
    ...changed,
  };
}
const verdict = (last?: Partial<GateSample>, changed?: Partial<GateFacts>): string => {
  const found = judgeTrial(facts(last, changed), limits);
  return found.outcome === 'revert' ? found.trigger : found.outcome;
};

test('a candidate that did well for its probation is committed, and not before', () => {
  assert.equal(verdict(), 'commit');
  assert.equal(verdict({ atMs: 59_900 }, { nowMs: 59_999 }), 'hold');
});

test('every trigger reverts, with its name', () => {
  assert.equal(verdict({}, { ended: 'exit 1' }), 'candidate-ended');
  assert.equal(verdict({}, { revertWord: 'no' }), 'operator');
  assert.equal(verdict({}, { nowMs: 63_001 }), 'heartbeat');
  assert.equal(verdict({ validationFailure: 'golden face lost' }), 'validation');
  assert.equal(verdict({ errors: 200 }), 'error-rate-at-once');
  assert.equal(verdict({ errors: 11, requests: 1000 }, { samples: [{ ...well, errors: 11 }] }), 'error-rate');
  assert.equal(verdict({ p99Ms: 2001 }), 'p99');
  assert.equal(verdict({ meanMs: 21 }), 'slower');
  assert.equal(verdict({ memoryBytes: 301e6 }), 'memory');
  assert.equal(verdict({}, { freeBytes: 29e6 }), 'free-memory');
});

test('a camera that stands still reverts, and one that the incumbent did not have is not asked for', () => {
  const still = facts().samples.map((sample) => ({ ...sample, frames: 7 }));
  assert.equal(verdict({}, { samples: still }), 'frames');
  const baseline = { hasFrames: false, checks: [] };
  assert.equal(verdict({}, { samples: still, baseline }), 'commit');
});

test('a check that fails three times in a row reverts; the same failure told three times does not', () => {
  const failing = (runs: readonly number[]): GateSample[] =>
    runs.map((run, place) => ({
      ...well,
      atMs: 59_000 + place,
      checks: { database: { status: 'unhealthy', runs: run } },
    }));
  assert.equal(verdict({}, { samples: failing([7, 8, 9]) }), 'health-check');
  assert.equal(
    verdict({}, { samples: failing([9, 9, 9]), baseline: { hasFrames: false, checks: ['database'] } }),
    'hold',
  );
});

test('a check that failed under the incumbent may go on failing, one that is new may not', () => {
  const ill = { camera: { status: 'unhealthy', runs: 9 }, database: { status: 'healthy', runs: 9 } } as const;
  const samples = [
    { ...well, checks: { ...ill, camera: { status: 'unhealthy', runs: 1 } } } as const,
    { ...well, checks: ill },
  ];
  const baseline = { hasFrames: false, checks: ['database'] };
  assert.equal(verdict({}, { samples, baseline: { ...baseline, unwellChecks: ['camera'] } }), 'commit');
  assert.equal(verdict({}, { samples, baseline }), 'health-check');
});

test('few requests are no sign of anything', () => {
  const few = { ...well, requests: 19, errors: 19, p99Ms: 9000, meanMs: 900 };
  assert.equal(verdict({}, { samples: [{ ...few, atMs: 59_000, frames: 1 }, few] }), 'commit');
});

test('missing data is never healthy: it holds, and after twice the probation it reverts', () => {
  const unknown = { checks: { database: { status: 'unknown', runs: 0 } } };
  assert.equal(verdict(unknown), 'hold');
  assert.equal(verdict({ checks: {} }), 'hold');
  assert.equal(verdict({ ...unknown, atMs: 120_000 }, { nowMs: 120_000 }), 'missing-data');
  assert.equal(verdict({}, { nowMs: 62_000 }), 'hold', 'the last heartbeat is late');
  assert.equal(verdict({}, { samples: [], nowMs: 1000 }), 'hold');
});

/** Heartbeats of a machine that is busy from some time on: a run of its check every five seconds. */
function busy(change: {
  readonly ownPercent: number;
  readonly untilMs: number;
  readonly last?: Partial<GateSample>;
}): GateSample[] {
  const { ownPercent, untilMs, last = {} } = change;
  const samples = Array.from({ length: untilMs / 5000 }, (_, run) => ({
    ...well,
    atMs: (run + 1) * 5000,
    frames: run * 40,
    checks: { database: { status: 'healthy', runs: run }, system_resources: { status: 'unhealthy', runs: run + 1 } },
    processorMs: (run + 1) * 50 * ownPercent * 4,
  }));
  return samples.map((sample, place) => (place === samples.length - 1 ? { ...sample, ...last } : sample));
}
const onFourProcessors = {
  ...facts().baseline,
  checks: ['database', 'system_resources'],
  processors: 4,
  processorPercent: 10,
};
const underStrain = (change: Parameters<typeof busy>[0]): ReturnType<typeof judgeTrial> =>
  judgeTrial(facts({}, { samples: busy(change), nowMs: change.untilMs, baseline: onFourProcessors }), limits);

test('a busy machine keeps a good candidate waiting, and is never taken for its fault', () => {
  assert.equal(underStrain({ ownPercent: 12, untilMs: 30_000 }).outcome, 'hold');
  assert.equal(underStrain({ ownPercent: 12, untilMs: 600_000 }).outcome, 'hold');
  const given = underStrain({ ownPercent: 12, untilMs: 2_000_000 });
  assert.deepEqual(given.outcome === 'revert' ? [given.trigger, given.isItsFault] : given, ['machine-strained', false]);
  const recovered = {
    checks: { database: { status: 'healthy', runs: 8 }, system_resources: { status: 'degraded', runs: 13 } },
  };
  assert.equal(underStrain({ ownPercent: 12, untilMs: 600_000, last: recovered }).outcome, 'commit');
});

test('a candidate that is itself the load of the machine is reverted as its fault', () => {
  const given = underStrain({ ownPercent: 80, untilMs: 30_000 });
  assert.deepEqual(given.outcome === 'revert' ? [given.trigger, given.isItsFault] : given, ['processor', true]);
  assert.equal(underStrain({ ownPercent: 80, untilMs: 10_000 }).outcome, 'hold', 'two runs are a moment');
  const baseline = { ...onFourProcessors, processorPercent: 45 };
  const samples = busy({ ownPercent: 80, untilMs: 30_000 });
  const asBefore = judgeTrial(facts({}, { samples, nowMs: 30_000, baseline }), limits);
  assert.equal(asBefore.outcome, 'hold', 'the incumbent took as much');
});

test('slow answers of a busy machine are no sign of the candidate; those of an idle one are', () => {
  assert.equal(underStrain({ ownPercent: 12, untilMs: 30_000, last: { p99Ms: 9000, meanMs: 900 } }).outcome, 'hold');
  assert.equal(verdict({ p99Ms: 9000, meanMs: 900 }), 'p99');
});

test('a machine that was strained before the trial is not asked to be well, and its slowness is compared with its slowness', () => {
  const baseline = { ...onFourProcessors, checks: ['database'] };
  const judged = (last: Partial<GateSample>): string => {
    const given = judgeTrial(
      facts({}, { samples: busy({ ownPercent: 12, untilMs: 60_000, last }), nowMs: 60_000, baseline }),
      limits,
    );
    return given.outcome === 'revert' ? given.trigger : given.outcome;
  };
  assert.equal(judged({}), 'commit');
  assert.equal(judged({ meanMs: 900 }), 'slower');
});

test('a full disk or a check of the machine that never comes is not the candidate, a check of its own is', () => {
  const baseline = { ...facts().baseline, checks: ['database', 'disk'] };
  const database = { status: 'healthy', runs: 9 };
  const judged = (checks: GateSample['checks'], nowMs: number): ReturnType<typeof judgeTrial> =>
    judgeTrial(facts({ atMs: nowMs, checks }, { nowMs, baseline }), limits);
  assert.equal(judged({ database, disk: { status: 'unhealthy', runs: 9 } }, 60_000).outcome, 'hold');
  const never = judged({ database }, 2_000_000);
  assert.deepEqual(never.outcome === 'revert' ? [never.trigger, never.isItsFault] : never, ['machine-strained', false]);
  const own = judged({ disk: { status: 'healthy', runs: 9 } }, 2_000_000);
  assert.deepEqual(own.outcome === 'revert' ? [own.trigger, own.isItsFault] : own, ['missing-data', true]);
});

test('memory that runs out ends a trial, and only a candidate that grew beyond the plan is blamed', () => {
  const fault = (memoryBytes: number): unknown => {
    const given = judgeTrial(facts({ memoryBytes }, { freeBytes: 29e6 }), limits);
    return given.outcome === 'revert' ? [given.trigger, given.isItsFault] : given.outcome;
  };
  assert.deepEqual(fault(150e6), ['free-memory', false]);
  assert.deepEqual(fault(290e6), ['free-memory', true]);
});
