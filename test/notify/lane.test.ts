import assert from 'node:assert/strict';
import test from 'node:test';
import { Lane } from '../../src/notify/lane.ts';
import { settled } from '../fakes/stepped-clock.ts';

test('a lane that is full of what can wait still has a place for what cannot', async () => {
  const done: string[] = [];
  const first = Promise.withResolvers<void>();
  const lane = new Lane<{ name: string; urgency: number }>(
    async ({ name }) => {
      await first.promise;
      done.push(name);
    },
    () => void done.push('empty'),
  );
  const flood = Array.from({ length: 2000 }, (_, i) => lane.put({ name: `api ${i}`, urgency: 2 }));
  assert.equal(flood.filter(Boolean).length, 1001, 'one is being done, a thousand wait');
  assert.equal(lane.put({ name: 'button', urgency: 1 }), true);
  first.resolve();
  await lane.done();
  await settled();
  assert.deepEqual([done[1], done.at(-1), done.length], ['button', 'empty', 1003]);
});
