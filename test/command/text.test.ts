import assert from 'node:assert/strict';
import test from 'node:test';
import { bytesText, columnsOf, plain, table } from '../../src/command/text.ts';

test('what could move the cursor or turn the direction is shown as its code; names of any script stay', () => {
  assert.equal(plain('Eve\u001b[31m\r\n\u009b\u202e\u2028'), 'Eve\\u{1b}[31m\\u{d}\\u{a}\\u{9b}\\u{202e}\\u{2028}');
  for (const name of ['Ada', '山田太郎', 'Ольга', 'عائشة', 'नेहा', 'க்ஷ', 'می‌خواهم', '👩‍👧', 'Zoë'])
    assert.equal(plain(name), name);
});

test('columns: letters one, ideographs and emoji two, marks none', () => {
  assert.deepEqual(['Ada', '山田', 'Zoe\u0308', '👩‍👧', '한글', ''].map(columnsOf), [3, 4, 3, 2, 4, 0]);
});

test('cells stand below each other and lines end with their text', () => {
  assert.deepEqual(table([['a', '山', 'x'], ['long', 'b', ''], []]), ['a     山  x', 'long  b', '']);
});

test('sizes are readable', () => {
  assert.deepEqual([0, 999, 1000, 1_550_000, 271e9].map(bytesText), [
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '1.6 MB',
    '271 GB',
  ]);
});
