import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeNames } from '../../../src/update/judge/names.ts';
import type { AskedBoth } from '../../../src/update/judge/gate-facts.ts';
import { asking, limits } from './minute-of-a-trial.ts';

/** Ten pictures of Ada, looked at again and again; the candidate says this of the nth. */
function looked(candidate: (picture: number) => readonly string[], own: readonly string[] = ['ada']): AskedBoth[] {
  return asking((turn) => ({
    kind: 'picture',
    what: `${turn % 10}.jpg`,
    names: { own, candidate: candidate(turn % 10) },
  }));
}
const isBroken = (asked: readonly AskedBoth[]): boolean => 'broken' in (judgeNames({ asked }, limits) ?? {});

test('one who misses names that the incumbent gives, or gives others, is reverted; one picture is no sign of anything', () => {
  assert.equal(isBroken(looked(() => ['ada'])), false);
  assert.equal(isBroken(looked(() => [])), true);
  assert.equal(isBroken(looked(() => ['eve'])), true);
  assert.equal(isBroken(looked((picture) => (picture < 1 ? [] : ['ada']))), false, 'the same picture, however often');
  assert.equal(isBroken(looked((picture) => (picture < 2 ? [] : ['ada']))), true, 'two of ten');
});

test('more names, and names where the incumbent has none, are no reason', () => {
  assert.equal(isBroken(looked(() => ['ada', 'eve'])), false);
  assert.equal(isBroken(looked(() => ['eve'], [])), false);
});
