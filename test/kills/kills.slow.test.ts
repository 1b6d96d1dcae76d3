import assert from 'node:assert/strict';
import test from 'node:test';
import { killMany } from './kill-many.ts';

test('whoever is killed at whatever step of an update: power-on starts a good release, and the next update works', async (t) => {
  const figures = await killMany({ kills: 3, seed: 7, say: (line) => t.diagnostic(line) });
  assert.deepEqual(figures, { kills: 3, unbootable: 0, unupdatable: 0, visitsLost: 0 });
});
