import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeTrial } from '../../../src/update/judge/gate.ts';
import { facts, limits } from './minute-of-a-trial.ts';

test('the gate listens to who knocks at the door', () => {
  const quiet = { callers: 'few', isAtWork: false, ownMs: 5, workedMs: 0 } as const;
  const door = { ...quiet, knocks: 100, answered: 98, silentMs: 200 };
  const found = judgeTrial(facts({}, { door }), limits);
  assert.equal(found.outcome === 'revert' && found.trigger, 'door');
});

test('a check that has never run is not well, whatever it says', () => {
  assert.equal(judgeTrial(facts({ checks: { database: { status: 'healthy', runs: 0 } } }), limits).outcome, 'hold');
});
