import assert from 'node:assert/strict';
import test from 'node:test';

import { mayMount, runOnSmallDisk } from './child-of-test.ts';
import { temporaryHome } from './samples.ts';

const skip = mayMount() ? false : 'this user may not have mounts of its own';

test('a full disk refuses writes, loses none, and is forgotten when there is room again', { skip }, (t) => {
  const result = runOnSmallDisk('./full-disk-child.ts', { folder: temporaryHome(t).root, bytes: 4_000_000 });
  const { stored, message, ...rest } = result as { stored: number; message: string };
  assert.match(message, /^cannot .*disk is full: free some space/);
  assert(stored > 10);
  const expected = { atFirst: 'full', kind: 'full', whileFull: stored, backup: 'full', afterwards: stored + 1 };
  assert.deepEqual(rest, expected);
});

test('a read-only disk is told from other faults, and nothing is lost', { skip }, (t) => {
  const result = runOnSmallDisk('./read-only-child.ts', { folder: temporaryHome(t).root, bytes: 4_000_000 });
  const { existing, people } = result as { existing: { outcome: string; message: string }; people: number };
  assert.equal(existing.outcome, 'read-only');
  assert.match(existing.message, /^cannot .*read-only/);
  assert.equal(people, 1);
});
