import assert from 'node:assert/strict';
import test from 'node:test';
import { copyNumber } from '../../src/store/copy-number.ts';

const pattern = /^copy-(?<madeMs>\d+)\.db$/;

test('a later copy has the larger number, also when the clock has gone back', () => {
  assert.equal(copyNumber(1000.4, [], pattern), 1000);
  assert.equal(copyNumber(1000, ['copy-900.db', 'by-hand-5000.db'], pattern), 1000);
  assert.equal(copyNumber(0, ['copy-900.db', 'copy-5000.db'], pattern), 5001);
});
