import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeTrial } from '../../../src/update/judge/gate.ts';
import { judgeOwnPresses, type OwnPressSeen, wordOnOwnPress } from '../../../src/update/judge/own-press.ts';
import type { OwnPressFacts, OwnPressWord } from '../../../src/update/judge/own-press-facts.ts';
import { facts, limits, well } from './minute-of-a-trial.ts';

/** A press that has gone all its way. */
const gone: OwnPressSeen = {
  waitedMs: 700,
  ownWrite: { tookMs: 5, isImpossible: false },
  isSaidStored: false,
  isStored: true,
  isDecided: true,
  wantsFrames: true,
  frames: 3,
  wanted: 2,
  noted: 2,
  arrived: 2,
};
const wordOn = (changed: Partial<OwnPressSeen>): unknown => {
  const word = wordOnOwnPress({ ...gone, ...changed });
  return 'words' in word ? `${word.kind}: ${word.words}` : word.kind;
};

test('a press is followed from its row over its frames and its decision to the arrival of what it tells', () => {
  assert.equal(wordOn({}), 'well');
  assert.equal(wordOn({ isStored: false, isDecided: false, waitedMs: 999 }), 'waiting');
  const rowless = { isStored: false, isDecided: false, waitedMs: 1000 };
  assert.match(String(wordOn(rowless)), /^late: .*had no row after 1000 ms/, 'a busy machine may be the reason');
  assert.match(String(wordOn({ ...rowless, waitedMs: 10_000 })), /^failed: .*had no row after 10000 ms/);
  assert.match(String(wordOn({ ...rowless, isSaidStored: true })), /^failed: .*though it said/, 'a lie has no excuse');
  assert.match(String(wordOn({ ...rowless, ownWrite: { tookMs: 5, isImpossible: true } })), /^failed: .*nobody could/);
  assert.equal(wordOn({ isDecided: false, waitedMs: 9999 }), 'waiting');
  assert.match(String(wordOn({ isDecided: false, waitedMs: 10_000 })), /^late: .*was not decided after 10000 ms/);
  assert.match(String(wordOn({ isDecided: false, waitedMs: 60_000 })), /^failed: .*was not decided after 60000 ms/);
  assert.equal(wordOn({ frames: 0, waitedMs: 9999 }), 'waiting', 'some are saved after the decision');
  assert.match(String(wordOn({ frames: 0, waitedMs: 10_000 })), /has no frames/);
  assert.equal(wordOn({ frames: 0, wantsFrames: false }), 'well', 'a camera that gives none keeps none');
  assert.match(String(wordOn({ noted: 1, arrived: 1 })), /^failed: of 2 notifications .* 1 were made/);
  assert.equal(wordOn({ wanted: 0, noted: 0, arrived: 0 }), 'well', 'nobody wants to be told');
  assert.equal(wordOn({ arrived: 1, waitedMs: 14_999 }), 'waiting');
  assert.match(String(wordOn({ arrived: 0, waitedMs: 15_000 })), /^late: of 2 notifications 0 had arrived/);
});

test('one that fails ends the trial; a new release without one that went well is not committed; an older one is not asked', () => {
  const verdictOn = (own: OwnPressFacts | undefined, checks = well.checks): unknown => {
    const presses = { passed: 0, stored: 0, slowestMs: 0, ...(own === undefined ? {} : { own }) };
    const verdict = judgeTrial(facts({ checks }, { presses }), limits);
    if (verdict.outcome === 'revert') return [verdict.trigger, verdict.isItsFault];
    return verdict.outcome === 'hold' ? verdict.missing : verdict.outcome;
  };
  const failed: OwnPressWord = { kind: 'failed', words: 'none', isImpossible: false };
  const some = { made: 3, well: 2, slowestMs: 640 };
  assert.equal(verdictOn(undefined), 'commit');
  assert.equal(verdictOn({ ...some, newest: { kind: 'well' } }), 'commit');
  assert.deepEqual(verdictOn({ made: 0, well: 0, slowestMs: 0 }), ['no press of our own has been answered yet']);
  assert.deepEqual(verdictOn({ made: 0, well: 0, slowestMs: 0, hindrance: 'full' }), ['cannot press: full']);
  assert.deepEqual(verdictOn({ ...some, newest: failed }), ['own-press', true]);
  assert.deepEqual(verdictOn({ ...some, newest: { ...failed, isImpossible: true } }), ['own-press', false]);
  const strained = { ...well.checks, system_resources: { status: 'unhealthy', runs: 3 } };
  assert.deepEqual(verdictOn({ ...some, newest: { kind: 'late', words: 'late' } }, strained), [
    'late, on a busy machine',
  ]);
  assert.deepEqual(verdictOn({ ...some, newest: { kind: 'late', words: 'late' } }), ['own-press', true]);
  assert.deepEqual(verdictOn({ ...some, newest: failed }, strained), ['own-press', true], 'a fault is one even then');
});

test('presses that went well are evidence', () => {
  const own: OwnPressFacts = { made: 3, well: 2, slowestMs: 640.4, newest: { kind: 'well' } };
  assert.deepEqual(judgeOwnPresses(facts({}, { presses: { passed: 0, stored: 0, slowestMs: 0, own } })), {
    well: true,
    evidence: { asked: 3, answered: 2, compared: 0, saw: 'all that it told had arrived after 640 ms' },
  });
});
