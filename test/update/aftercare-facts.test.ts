import assert from 'node:assert/strict';
import test from 'node:test';
import {
  emptyRecord,
  newAftercare,
  revertCommitted,
  type TrialRecord,
  withoutAftercare,
} from '../../src/slot/trial-record.ts';
import { beginLife, type Aftercare } from '../../src/slot/aftercare.ts';
import { type AftercareFacts, aftercareFacts, type AftercareParts } from '../../src/update/aftercare.ts';

const hourMs = 60 * 60_000;
const now = { bootId: 'boot', by: '1:1', nowMs: 5 * hourMs };
const release = { id: 't', version: '2.0.0', digest: 'd2', signed: 1, file: 'f', slot: 'b' } as const;
const began = beginLife(newAftercare(release), { ...now, nowMs: 4.5 * hourMs });
const recordOf = (aftercare: Aftercare): TrialRecord => ({ ...emptyRecord, aftercare });

function seen(changed: Partial<AftercareParts> = {}, aftercare: Aftercare = began): AftercareFacts | undefined {
  return aftercareFacts({
    record: recordOf(aftercare),
    running: { slot: 'b' },
    standby: { state: 'usable', version: '1.0.0', digest: 'd1' },
    now,
    settings: { watchHours: 24, crashesMax: 3 },
    ...changed,
  });
}

test('what was committed not long ago is watched for its hours of service, and the next release waits for the first one', () => {
  const facts = seen();
  assert.deepEqual([facts?.backTo, facts?.keptMs, facts?.isNoteDue], ['1.0.0', hourMs / 2, false]);
  assert.equal(facts?.endsMs, 28.5 * hourMs);
  assert.deepEqual(
    [seen({ now: { ...now, nowMs: 6 * hourMs } })?.keptMs, seen({ now: { ...now, nowMs: 6 * hourMs } })?.isNoteDue],
    [0, true],
  );
  assert.equal(seen({ running: { slot: 'a' } }), undefined, 'another release runs');
  assert.equal(seen({}, { ...began, isOver: true }), undefined);
});

test('crashes lead back by their rate, and somebody’s word at once; once the time is over nothing does', () => {
  const crashing = { ...began, crashes: [60_000, 120_000] };
  assert.equal(seen({}, crashing)?.fallBack, undefined);
  const third = { ...crashing, crashes: [...crashing.crashes, 180_000] };
  assert.deepEqual(seen({}, third)?.fallBack, {
    reason: 'crash-loop',
    message: 'it crashed 3 times, the last time 3 min after its commit',
  });
  const wanted = { reason: 'operator', message: 'somebody wanted it: no' } as const;
  assert.deepEqual(seen({ wanted })?.fallBack, wanted);
  const over = seen({ wanted, now: { ...now, nowMs: 40 * hourMs } });
  assert.deepEqual([over?.fallBack, over?.isNoteDue], [undefined, true]);
});

test('a way back that was begun is gone to its end, whatever the time and the crashes are, and only by what was left', () => {
  const end = { reason: 'operator', message: 'no; 1.0.0 serves again', startedMs: 0, figures: {}, isToBlame: true };
  const left = revertCommitted(recordOf(began), release, end);
  const due = { reason: 'operator', message: 'no; 1.0.0 serves again' };
  assert.deepEqual(seen({ record: left })?.fallBack, due);
  assert.deepEqual(seen({ record: left, now: { ...now, nowMs: 40 * hourMs } })?.fallBack, due);
  assert.equal(seen({ record: left, running: { slot: 'a' } }), undefined, 'the one before runs again');
  const [entry] = left.history;
  assert.ok(entry);
  const other = { ...left, history: [...left.history, { ...entry, id: 't3', digest: 'd3' }] };
  assert.equal(seen({ record: other }), undefined, 'another trial came after it');
  assert.equal(seen({ record: withoutAftercare(left) }), undefined);
});

test('no way leads back to what is not whole or was rejected, and then the next release need not wait', () => {
  const gone = seen({ standby: { state: 'unusable' } });
  assert.deepEqual([gone?.backTo, gone?.keptMs], [undefined, 0]);
  const rejection = { version: '1.0.0', digest: 'd1', signed: 1, file: 'g', reason: 'slower', atMs: 0 };
  assert.equal(seen({ record: { ...recordOf(began), rejected: [rejection] } })?.backTo, undefined);
});
