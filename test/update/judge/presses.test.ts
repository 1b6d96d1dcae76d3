import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeTrial } from '../../../src/update/judge/gate.ts';
import { judgePresses, overdueOf, type OwnWrite, type PressFacts } from '../../../src/update/judge/presses.ts';
import { facts, limits } from './minute-of-a-trial.ts';

const quick: OwnWrite = { tookMs: 5, isImpossible: false };
const debt = { passedMs: 1000, isSaidStored: false };
const some: PressFacts = { passed: 3, stored: 2, slowestMs: 33.3 };

test('a press may wait for its row a second, or three times an own write, or ten seconds on no card at all', () => {
  const isOverdue = (ownWrite: OwnWrite, waitedMs: number): boolean =>
    overdueOf(debt, { nowMs: debt.passedMs + waitedMs, ownWrite }) !== undefined;
  assert.deepEqual([isOverdue(quick, 999), isOverdue(quick, 1000)], [false, true]);
  const slow = { ...quick, tookMs: 800 };
  assert.deepEqual([isOverdue(slow, 2399), isOverdue(slow, 2400)], [false, true]);
  const stuck = { ...quick, tookMs: 9000 };
  assert.deepEqual([isOverdue(stuck, 9999), isOverdue(stuck, 10_000)], [false, true]);
});

test('an unanswered press ends the trial at once, with what was seen, and blames nobody for a card that takes nothing', () => {
  const unanswered = { waitedMs: 1010.4, isSaidStored: false, ownWrite: quick };
  assert.deepEqual(judgePresses({ presses: { ...some, unanswered } }), {
    broken: 'a press had no row after 1010 ms; a write here took 5 ms',
    evidence: { asked: 3, answered: 2, compared: 0 },
  });
  const lie = judgePresses({ presses: { ...some, unanswered: { ...unanswered, isSaidStored: true } } });
  assert.match(JSON.stringify(lie), /though it said that it was stored/);
  const full = { ...unanswered, ownWrite: { ...quick, isImpossible: true } };
  const verdictOn = (presses: PressFacts): unknown => {
    const verdict = judgeTrial(facts({}, { presses, nowMs: 59_500 }), limits);
    return verdict.outcome === 'revert' ? [verdict.trigger, verdict.isItsFault] : verdict.outcome;
  };
  assert.deepEqual(verdictOn({ ...some, unanswered }), ['press-unanswered', true]);
  assert.deepEqual(verdictOn({ ...some, unanswered: full }), ['press-unanswered', false]);
  assert.equal(verdictOn(some), 'hold', 'a press that has no row yet waits for it');
});

test('a press that nobody has made ends the trial: somebody would be told twice', () => {
  const verdict = judgeTrial(facts({}, { presses: { ...some, unmade: 1 }, nowMs: 59_500 }), limits);
  assert.deepEqual(verdict, {
    outcome: 'revert',
    trigger: 'press-doubled',
    message: 'presses were stored that nobody has made: 1',
    isItsFault: true,
  });
  assert.equal(judgeTrial(facts({}, { presses: { ...some, unmade: 0 }, nowMs: 59_500 }), limits).outcome, 'hold');
});

test('presses that have their rows are evidence for a candidate; a door that nobody rang at is none', () => {
  assert.deepEqual(judgePresses({ presses: some }), {
    well: true,
    evidence: { asked: 3, answered: 2, compared: 0, saw: 'every row was there after 33 ms' },
  });
  assert.equal(judgePresses({ presses: { passed: 0, stored: 0, slowestMs: 0 } }), undefined);
});
