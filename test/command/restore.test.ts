import assert from 'node:assert/strict';
import test from 'node:test';
import type { RestoreAnswer, SnapshotAnswer } from '../../src/command/context.ts';
import { newFolder, type } from './typed.ts';

const number = Date.parse('2026-11-20T18:00:00Z');
const snapshot: SnapshotAnswer = { path: '/b/trial-1.db', number, trialId: '0123456789ab', bytes: 2e6, version: '1.1.0', outcome: 'reverted' }; // prettier-ignore

test('the snapshots are listed with the trials that they were made before', async (t) => {
  const folder = newFolder(t);
  assert.match((await type(folder, ['restore', '--list'])).out, /No snapshot was made yet/);
  const older = { path: '/b/trial-0.db', number: 5, trialId: undefined, bytes: 1 };
  const { code, out } = await type(folder, ['restore', '--list'], { snapshots: [snapshot, older] });
  assert.equal(code, 0);
  assert.match(out, /^01234567 .*2.0 MB +before 1.1.0, which was reverted\n5 .*before a trial/);
});

test('what came back and what stayed is told, and so is where the rest is kept', async (t) => {
  const result = { back: [{ table: 'people', rows: 1 }], since: [{ table: 'device_settings', rows: 2 }], leftOut: 0 };
  const restored: RestoreAnswer = { outcome: 'restored', snapshot, kept: '/b/kept.db', result };
  const { code, out } = await type(newFolder(t), ['restore', '--before', '1.1.0'], { restored });
  assert.equal(code, 0);
  assert.match(out, /came back: 1 people\n {2}stayed, written since: 2 settings\nwhat was there is kept: \/b\/kept.db/);
});

test('a restoration that cannot be is said, and half a command is misuse', async (t) => {
  const folder = newFolder(t);
  const refused = await type(folder, ['restore', '--before', '9']);
  assert.deepEqual([refused.code, refused.err], [1, 'cannot restore: no trial 9']);
  assert.equal((await type(folder, ['restore'])).code, 2);
  assert.equal((await type(folder, ['restore', '--list', '--before', '9'])).code, 2);
});
