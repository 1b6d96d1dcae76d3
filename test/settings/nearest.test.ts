import assert from 'node:assert/strict';
import test from 'node:test';
import { didYouMean, nearestName } from '../../src/settings/nearest.ts';

test('a slip of the finger finds its name, something else finds none', () => {
  const commands = ['run', 'ring', 'people list', 'visits', 'doctor'];
  assert.equal(nearestName('rign', commands), 'ring');
  assert.equal(nearestName('DOCTER', commands), 'doctor');
  assert.equal(nearestName('visit', commands), 'visits');
  assert.equal(nearestName('firmament', commands), undefined);
  assert.equal(nearestName('', commands), undefined);
  assert.equal(nearestName('x'.repeat(10_000), commands), undefined);
  assert.equal(didYouMean('docter', commands), '; did you mean doctor?');
});
