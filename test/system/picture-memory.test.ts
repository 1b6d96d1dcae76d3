import assert from 'node:assert/strict';
import test from 'node:test';
import { PictureMemory } from '../../src/system/pixels.ts';

test('whoever wants the memory of a picture waits for those before, also for one that fails', async () => {
  const memory = new PictureMemory();
  const first = Promise.withResolvers<number>();
  const order: string[] = [];
  const one = memory.inTurn(() => first.promise.finally(() => order.push('first')));
  const two = memory.inTurn(async () => order.push('second'));
  first.reject(new Error('it is no picture'));
  await assert.rejects(one, /no picture/);
  await two;
  assert.deepEqual(order, ['first', 'second']);
  assert.equal(memory.picture(100), memory.picture(50), 'the same memory again');
});
