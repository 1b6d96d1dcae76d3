import assert from 'node:assert/strict';
import test from 'node:test';
import { killMany } from './kill-many.ts';

test('whoever is killed at whatever step of an update: power-on starts a good release, and the update goes on', async (t) => {
  const { table, kills, ...losses } = await killMany({ kills: 7, seed: 7, say: (line) => t.diagnostic(line) });
  t.diagnostic(JSON.stringify(table));
  assert.ok(kills >= 7);
  assert.deepEqual(losses, { unbootable: 0, unupdatable: 0, visitsLost: 0 });
});
