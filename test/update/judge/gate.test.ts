import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeTrial } from '../../../src/update/judge/gate.ts';
import type { AskedBoth, GateFacts, GateSample } from '../../../src/update/judge/gate-facts.ts';
import { answeredIn, asking, facts, fault, limits, well } from './minute-of-a-trial.ts';

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
  const asked = (change: Parameters<typeof asking>[0]): string => verdict({}, { asked: asking(change) });
  assert.equal(
    asked((turn) => (turn > 230 && turn % 5 === 0 ? {} : turn > 230 ? { candidate: fault } : {})),
    'error-rate-at-once',
  );
  assert.equal(
    asked((turn) => (turn % 15 === 0 ? { candidate: fault } : {})),
    'error-rate-two-minutes',
  );
  assert.equal(
    asked((turn) => (turn % 50 === 0 ? { candidate: fault } : {})),
    'error-rate',
  );
  assert.equal(
    asked((turn) => (turn % 50 === 0 ? { candidate: answeredIn(2001) } : {})),
    'p99',
  );
  assert.equal(
    asked(() => ({ candidate: answeredIn(21) })),
    'slower',
  );
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

test('few questions are no sign of anything', () => {
  const asked = asking((turn) => (turn % 2 === 0 ? { candidate: { isWell: false, durationMs: 9000 } } : {})).slice(-19);
  assert.equal(verdict({}, { asked }), 'commit');
});

test('what strangers got, and how long they waited, ends no trial', () => {
  assert.equal(verdict({ requests: 2000, errors: 1900, p99Ms: 60_000, meanMs: 30_000 }), 'commit');
});

test('where the incumbent fails too, or is as slow, the candidate is not to blame', () => {
  assert.equal(verdict({}, { asked: asking(() => ({ own: fault, candidate: fault })) }), 'commit');
  const slow = { own: answeredIn(3000), candidate: answeredIn(4000) };
  assert.equal(verdict({}, { asked: asking(() => slow) }), 'commit');
});

test('on a machine that was busy before, neither silence nor the longest wait is the candidate’s', () => {
  const strained = {
    samples: busy({ ownPercent: 12, untilMs: 60_000 }),
    baseline: { ...onFourProcessors, checks: ['database'] },
  };
  const silent = asking(() => ({})).map(({ candidate: _candidate, ...one }, turn) =>
    turn % 2 === 0 ? { ...one, candidate: answeredIn(1) } : one,
  );
  assert.equal(verdict({}, { ...strained, asked: silent }), 'commit');
  const late = asking((turn) => (turn % 50 === 0 ? { candidate: answeredIn(2400) } : {}));
  assert.equal(verdict({}, { ...strained, asked: late }), 'hold');
});

test('silence is a fault, but not of one that a crowd keeps busy; a fault is one even then', () => {
  const asked = (change: Partial<AskedBoth>): string =>
    verdict(
      {},
      {
        asked: asking(() => ({})).map(({ candidate, ...one }, turn) =>
          turn === 0 ? { ...one, ...(candidate === undefined ? {} : { candidate }) } : { ...one, ...change },
        ),
      },
    );
  assert.equal(asked({}), 'error-rate-at-once');
  assert.equal(asked({ callers: 'crowd' }), 'commit');
  assert.equal(asked({ callers: 'some' }), 'error-rate-at-once', 'nor of one that some people ask');
  assert.equal(asked({ callers: 'crowd', candidate: fault }), 'error-rate-at-once');
  for (const callers of ['some', 'crowd'] as const)
    assert.equal(asked({ callers, candidate: answeredIn(9000) }), 'commit', 'callers make it wait');
});

test('what callers take of the machine is not what the candidate takes', () => {
  const among = (last: Partial<GateSample>, changed: Partial<GateFacts> = {}): unknown => {
    const given = judgeTrial(facts({ callers: 'crowd', ...last }, changed), limits);
    return given.outcome === 'revert' ? [given.trigger, given.isItsFault] : given.outcome;
  };
  assert.equal(among({ memoryBytes: 301e6 }), 'hold');
  assert.deepEqual(among({ memoryBytes: 290e6 }, { freeBytes: 29e6 }), ['free-memory', false]);
  assert.deepEqual(among({}, { ended: 'signal SIGKILL' }), ['candidate-ended', false]);
  assert.deepEqual(among({}, { ended: 'signal SIGSEGV' }), ['candidate-ended', true]);
  const some = { callers: 'some' } as const;
  assert.equal(among({ ...some, memoryBytes: 301e6 }), 'hold');
  assert.deepEqual(among({ ...some, memoryBytes: 290e6 }, { freeBytes: 29e6 }), ['free-memory', true]);
  assert.deepEqual(among(some, { ended: 'signal SIGKILL' }), ['candidate-ended', true], 'they kill nobody');
  const samples = busy({ ownPercent: 80, untilMs: 60_000 }).map((sample) => ({ ...sample, ...some }));
  const strained = { samples, baseline: onFourProcessors };
  assert.equal(judgeTrial(facts({}, strained), limits).outcome, 'commit', 'it answers as well as the incumbent');
  const asked = asking((turn) => (turn === 239 ? { candidate: fault } : {}));
  assert.equal(judgeTrial(facts({}, { ...strained, asked }), limits).outcome, 'hold');
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
  const asked = asking(() => ({ candidate: answeredIn(9000) }));
  const strained = { samples: busy({ ownPercent: 12, untilMs: 60_000 }), baseline: onFourProcessors, asked };
  assert.equal(judgeTrial(facts({}, strained), limits).outcome, 'hold');
  assert.equal(verdict({}, { asked }), 'p99');
});

test('a machine that was strained before the trial is not asked to be well, and its slowness is compared with its slowness', () => {
  const baseline = { ...onFourProcessors, checks: ['database'] };
  const judged = (own: number, candidate: number): string => {
    const asked = asking(() => ({ own: answeredIn(own), candidate: answeredIn(candidate) }));
    const samples = busy({ ownPercent: 12, untilMs: 60_000 });
    return verdict({}, { samples, baseline, asked });
  };
  assert.equal(judged(10, 10), 'commit');
  assert.equal(judged(600, 900), 'commit');
  assert.equal(
    judged(17, 60),
    'commit',
    'whoever works at the door has used its share of the processor when it is asked',
  );
  assert.equal(judged(17, 70), 'slower');
  assert.equal(judged(10, 900), 'slower');
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
