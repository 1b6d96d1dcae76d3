import assert from 'node:assert/strict';
import test from 'node:test';
import type { Losses } from '../../../src/system/losses.ts';
import { judgeStoredData } from '../../../src/update/judge/stored-data.ts';

const nothing: Losses = { gone: [], rows: [], changes: [], reordered: [] };
const pictures = { before: 4, left: 4 };

test('whatever went missing or says something else is said in the words of the household', () => {
  assert.equal(judgeStoredData({ losses: nothing, pictures }), undefined);
  const losses: Losses = {
    rows: [
      { table: 'people', kind: '', before: 2, left: 1 },
      { table: 'faces', kind: 'reference', before: 9, left: 3 },
    ],
    gone: ['visits.outcome'],
    changes: [{ table: 'device_settings', column: 'value', rows: 2 }],
    reordered: ['visits'],
  };
  assert.equal(
    judgeStoredData({ losses, pictures: { before: 4, left: 3 } }),
    'it does not leave stored data as it was: 2 people became 1; 9 reference faces became 3; 4 pictures became 3; ' +
      'visits.outcome is gone; 2 settings have another value; visits stand in another order',
  );
  assert.equal(
    judgeStoredData({ losses: { ...nothing, unusable: 'no such table' }, pictures }),
    'it does not leave stored data as it was: this release could not use it any more: no such table',
  );
});

test('a list that is long is told in part', () => {
  const gone = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const message = judgeStoredData({ losses: { ...nothing, gone }, pictures });
  assert.match(message ?? '', /f is gone; and 2 things more$/);
});
