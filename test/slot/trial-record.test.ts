import assert from 'node:assert/strict';
import test from 'node:test';
import {
  beginTrial, cancelTrial, commitTrial, emptyRecord, interruptTrial, isUnderWay, rejectionOf, revertTrial, type TrialRecord,
} from '../../src/slot/trial-record.ts'; // prettier-ignore

const trial = {
  id: 't',
  version: '2.0.0',
  digest: 'd',
  signed: 1,
  file: 'f',
  slot: 'b',
  bootId: 'boot-1',
  by: '1:1',
  startedMs: 5,
} as const;
const end = { reason: 'frames', message: 'no camera frame', phases: [], figures: {} };

test('a reverted release is rejected for good, even when it is signed anew', () => {
  const record = revertTrial(beginTrial(emptyRecord, trial), end);
  assert.equal(rejectionOf(record, { version: '2.0.0', digest: 'd', signed: 9 })?.reason, 'frames');
  assert.equal(rejectionOf(record, { file: 'f' })?.reason, 'frames');
  assert.equal(rejectionOf(record, { version: '2.0.0', digest: 'other', signed: 1 }), undefined);
  assert.equal(record.history[0]?.outcome, 'reverted');
});

test('three power cuts reject it until it is signed anew; they are counted apart from deaths', () => {
  let record: TrialRecord = emptyRecord;
  for (const bootId of ['boot-2', 'boot-1', 'boot-3', 'boot-4']) {
    assert.equal(rejectionOf(record, trial), undefined);
    record = interruptTrial(beginTrial(record, trial), bootId);
  }
  assert.deepEqual(record.attempts, [{ digest: 'd', signed: 1, powerCuts: 3, deaths: 1 }]);
  assert.equal(rejectionOf(record, { version: '2.0.0', digest: 'd', signed: 1 })?.reason, 'power-cuts');
  assert.equal(rejectionOf(record, { version: '2.0.0', digest: 'd', signed: 2 }), undefined);
});

test('a commit forgets attempts and remembers the newest; a cancelled trial blames nobody', () => {
  const tried = interruptTrial(beginTrial(emptyRecord, trial), 'boot-2');
  const committed = commitTrial(beginTrial(tried, trial), end);
  assert.deepEqual(committed.newestCommitted, { version: '2.0.0', digest: 'd', signed: 1 });
  assert.deepEqual(committed.attempts, []);
  const cancelled = cancelTrial(beginTrial(emptyRecord, trial), end);
  assert.equal(rejectionOf(cancelled, trial), undefined);
  assert.equal(isUnderWay(cancelled), false);
});

test('the memory is bounded', () => {
  let record: TrialRecord = emptyRecord;
  for (let number = 0; number < 300; number += 1)
    record = revertTrial(beginTrial(record, { ...trial, digest: `d${number}`, file: `f${number}` }), end);
  assert.equal(record.rejected.length, 200);
  assert.equal(record.history.length, 50);
});
