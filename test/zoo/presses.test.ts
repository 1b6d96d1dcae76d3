import assert from 'node:assert/strict';
import test from 'node:test';
import { countPresses } from './presses.ts';

const rows = (...atMs: readonly number[]): readonly { id: string; atMs: number }[] =>
  atMs.map((at) => ({ id: `row ${at}`, atMs: at }));

test('a doubled row hides no lost press', () => {
  const { lost, doubled } = countPresses([1000, 2000, 3000], rows(1003, 2004, 2006));
  assert.deepEqual([lost, doubled], [[3000], rows(2006)]);
});

test('a press that is rung later by somebody else is found, and never before it was pressed', () => {
  assert.deepEqual(countPresses([1000, 2000, 3000], rows(3002, 3400, 3401)).lost, []);
  assert.deepEqual(countPresses([1000, 2000], rows(1001, 1002)), {
    lost: [2000],
    doubled: rows(1002),
    found: rows(1001),
  });
});

test('a row that was there before anybody pressed is nobody’s', () => {
  assert.deepEqual(countPresses([1000], rows(400, 1001)).doubled, rows(400));
});
