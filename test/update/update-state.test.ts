import assert from 'node:assert/strict';
import test from 'node:test';
import { emptyRecord } from '../../src/slot/trial-record.ts';
import { type IdleReason } from '../../src/update/choose-offer.ts';
import { nextStep, type UpdateFacts } from '../../src/update/update-state.ts';
import { tinyRelease } from '../simulation/update-life-releases.ts';

const { signed: release } = tinyRelease('2.0.0', undefined);
const offer = { from: 'here', file: 'f', isOrdered: false, source: { bytes: 10, read: async () => new Uint8Array() } };
const usable = { state: 'usable', version: '2.0.0', digest: release.digest } as const;
const underWay = { ...release, id: 't', file: 'f', slot: 'b', bootId: 'b', by: '1', startedMs: 0 } as const;

/** Everything is ready for the rehearsal of 2.0.0. */
function ready(): UpdateFacts {
  return {
    nowMs: 1000, lease: { holder: 'self' }, committed: 'a', running: { slot: 'a', version: '1.0.0' }, record: emptyRecord, standby: usable, tidied: 'all',
    pauseUntilMs: 0, nextLookMs: 5000, idle: 'nothing-new', nextTurnMs: Infinity, nextScrubMs: Infinity, offer, release, isFetched: true, untilWindowMs: 0, consent: 'automatic',
    memory: 'warm',
  }; // prettier-ignore
}

/** The same, changed. */
function step(changed: Partial<UpdateFacts> = {}): string {
  const chosen = nextStep({ ...ready(), ...changed });
  return chosen.kind === 'wait' ? chosen.reason : chosen.kind;
}

test('from nothing to the rehearsal, one step after the other', () => {
  assert.equal(step({ tidied: 'nothing' }), 'settle');
  assert.equal(step({ committed: undefined }), 'settle');
  assert.equal(step({ tidied: 'settled' }), 'clean');
  assert.equal(step({ standby: { state: 'unusable' }, isFetched: false }), 'fetch');
  assert.equal(step({ standby: { state: 'unusable' } }), 'stage');
  assert.equal(step({ standby: { ...usable, digest: 'another' } }), 'stage');
  assert.equal(step(), 'rehearse');
});

test('it waits for its turn, the window, consent and memory', () => {
  assert.equal(step({ lease: { holder: 'other', name: '2' } }), 'lease');
  assert.equal(step({ lease: { holder: 'nobody' } }), 'take-lease');
  assert.equal(
    step({ lease: { holder: 'nobody' }, pauseUntilMs: 1e9 }),
    'pause',
    'a disk that takes nothing is not asked again and again',
  );
  assert.equal(step({ pauseUntilMs: 2000 }), 'pause');
  assert.equal(step({ untilWindowMs: 1 }), 'window');
  assert.equal(step({ consent: 'ask' }), 'consent');
  assert.equal(step({ memory: 'none' }), 'memory');
  assert.equal(step({ consent: 'ask', record: { ...emptyRecord, agreedTo: 'f' } }), 'rehearse');
});

test('looks are due whatever an offer waits for, and an offer that was set aside has its own time', () => {
  for (const facts of [{}, { untilWindowMs: 1e6 }, { consent: 'ask' }, { memory: 'none' }] as const)
    assert.equal(step({ ...facts, nextLookMs: 1000 }), 'check');
  const waitMs = (idle: IdleReason, nextTurnMs: number): unknown => {
    const chosen = nextStep({ ...ready(), offer: undefined, idle, nextTurnMs } as unknown as UpdateFacts);
    return chosen.kind === 'wait' ? [chosen.reason, chosen.durationMs] : chosen;
  };
  assert.deepEqual(waitMs('set-aside', 2500), ['set-aside', 1500]);
  assert.deepEqual(waitMs('nothing-new', Infinity), ['nothing-new', 4000]);
});

test('both slots are read again when there is nothing else to do', () => {
  assert.equal(step({ nextScrubMs: 1000 }), 'rehearse');
  assert.equal(step({ nextScrubMs: 1000, untilWindowMs: 1 }), 'scrub');
  assert.equal(step({ nextScrubMs: 1000, pauseUntilMs: 2000 }), 'scrub');
  assert.equal(step({ nextScrubMs: 1001, pauseUntilMs: 2000 }), 'pause');
  assert.equal(step({ nextScrubMs: 1000, lease: { holder: 'other', name: '2' } }), 'lease');
});

test('what the owner gives by hand needs neither window nor consent', () => {
  assert.equal(step({ offer: { ...offer, isOrdered: true }, untilWindowMs: 1, consent: 'ask' }), 'rehearse');
});

test('nothing older or equal is tried, by what was ever committed [40]: it is set aside, and so is what was rejected', () => {
  assert.equal(step({ running: { slot: 'a', version: '2.0.0' } }), 'set-aside');
  assert.equal(
    step({ record: { ...emptyRecord, newestCommitted: { version: '2.0.0', digest: '', signed: 0 } } }),
    'set-aside',
  );
  const rejected = [{ ...release, file: 'another', reason: 'operator', atMs: 0 }];
  assert.equal(step({ record: { ...emptyRecord, rejected } }), 'set-aside');
});

test('consent withdrawn in the middle ends the trial without blame [64]', () => {
  const record = { ...emptyRecord, underWay };
  const trial = { phase: 'probation', slot: 'b', verdict: { outcome: 'hold', missing: [] } } as const;
  assert.equal(step({ record: { ...record, agreedTo: 'f' }, consent: 'ask', trial }), 'judge');
  assert.equal(step({ record, consent: 'ask', trial }), 'revert');
});

test('once the link was moved there is no way back [51]', () => {
  const verdict = { outcome: 'revert', trigger: 'operator', message: 'no', isItsFault: true } as const;
  assert.equal(step({ committed: 'b', trial: { phase: 'probation', slot: 'b', verdict } }), 'commit');
  assert.equal(step({ committed: 'b' }), 'leave');
});
