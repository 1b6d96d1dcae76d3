import assert from 'node:assert/strict';
import test from 'node:test';
import { type GateFacts, type GateLimits, type GateSample, judgeTrial } from '../../src/health/gate.ts';

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
