import assert from 'node:assert/strict';
import test from 'node:test';
import { heartbeatPatienceMs, judgeDoor } from '../../../src/update/judge/door.ts';
import type { DoorSight, GateSample } from '../../../src/update/judge/gate-facts.ts';
import { limits, well } from './minute-of-a-trial.ts';

const quiet: DoorSight = {
  knocks: 100,
  answered: 98,
  silentMs: 0,
  callers: 'few',
  isAtWork: false,
  workedMs: 0,
  ownMs: 5,
};
const word = (sight: Partial<DoorSight>, sample: Partial<GateSample> = {}): string => {
  const samples = [{ ...well, ...sample }];
  const finding = judgeDoor({ door: { ...quiet, ...sight }, samples, nowMs: well.atMs }, limits) ?? {};
  return ['broken', 'missing', 'well'].find((name) => name in finding) ?? 'nothing';
};

test('a door at which nobody is answered is broken within 200 ms, and is not committed shortly before', () => {
  assert.equal(word({}), 'well');
  assert.equal(word({ silentMs: 99 }), 'well');
  assert.equal(word({ silentMs: 100 }), 'missing');
  assert.equal(word({ silentMs: 200 }), 'broken');
});

test('callers who keep it busy have their turn before who knocks', () => {
  assert.equal(word({ silentMs: 399, callers: 'some' }), 'well');
  assert.equal(word({ silentMs: 799, callers: 'some' }), 'missing');
  assert.equal(word({ silentMs: 800, callers: 'some' }), 'broken');
  assert.equal(word({ silentMs: 3000, callers: 'some', isAtWork: true, workedMs: 2999 }), 'missing');
  assert.equal(word({ silentMs: 3000, callers: 'crowd', isAtWork: true, workedMs: 3000 }), 'broken');
});

test('on a machine without time to spare its main thread may sleep while another thread of it waits', () => {
  const checks = { system_resources: { status: 'unhealthy', runs: 3 } };
  const words = [799, 800].map((silentMs) => word({ silentMs }, { checks }));
  assert.deepEqual(words, ['missing', 'broken']);
});

test('one that is at work is only late, until it has had three times as much processor time; never for ever', () => {
  assert.equal(word({ silentMs: 2000, isAtWork: true, workedMs: 599 }), 'missing');
  assert.equal(word({ silentMs: 600, isAtWork: true, workedMs: 600 }), 'broken');
  assert.equal(word({ silentMs: 11_999, isAtWork: true, workedMs: 9 }), 'missing');
  assert.equal(word({ silentMs: 12_000, isAtWork: true, workedMs: 9 }), 'broken');
});

test('on a machine that makes the incumbent wait, the candidate may take four times what that needs', () => {
  assert.equal(word({ silentMs: 1199, ownMs: 300 }), 'missing');
  assert.equal(word({ silentMs: 1200, ownMs: 300 }), 'broken');
});

test('a heart that does not beat is given longer where its thread waits for a processor, or the incumbent does', () => {
  const patience = (sight: Partial<DoorSight>): number => heartbeatPatienceMs({ door: { ...quiet, ...sight } }, limits);
  assert.equal(heartbeatPatienceMs({}, limits), 3000);
  assert.equal(patience({}), 3000);
  assert.equal(patience({ silentMs: 3000, isAtWork: true, workedMs: 100 }), 12_000);
  assert.equal(patience({ silentMs: 3000, isAtWork: true, workedMs: 600 }), 3000, 'it has had its time');
  assert.equal(patience({ silentMs: 3000, isAtWork: false }), 3000);
  assert.equal(patience({ ownMs: 1000 }), 4000);
});

test('before anybody has knocked nothing is said', () => {
  assert.equal(judgeDoor({ samples: [], nowMs: 0 }, limits), undefined);
});
