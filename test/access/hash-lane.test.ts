import assert from 'node:assert/strict';
import test from 'node:test';

import { HashLane } from '../../src/access/hash-lane.ts';

test('one at a time, known devices first, four of each wait, and one that fails makes room', async () => {
  const lane = new HashLane();
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const enter = (name: string, isKnown: boolean): Promise<string | undefined> =>
    lane.run(isKnown, async () => {
      order.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (name === 'other 1') throw new Error(name);
      return name;
    });
  const others = Array.from({ length: 6 }, (_, index) => enter(`other ${index}`, false).catch(String));
  const known = Array.from({ length: 5 }, (_, index) => enter(`known ${index}`, true));
  for (let turn = 0; turn < 9; turn += 1) {
    assert.equal(order.length, turn + 1, 'one at a time');
    ends[turn]?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const waited = [1, 2, 3, 4];
  assert.deepEqual(order, ['other 0', 'known 0', 'known 1', 'known 2', 'known 3', ...waited.map((n) => `other ${n}`)]);
  assert.deepEqual(await Promise.all([others[5], known[4]]), [undefined, undefined]);
  assert.equal(await others[1], 'Error: other 1');
  const later = enter('later', false);
  ends[9]?.();
  assert.equal(await later, 'later');
});
