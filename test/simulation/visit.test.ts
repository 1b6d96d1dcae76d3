import assert from 'node:assert/strict';
import test from 'node:test';
import { liveEveryLife } from './visit-life.ts';

test('a visit keeps its promises in the first lives with a power cut', async () => {
  assert.equal(await liveEveryLife(1, 0, 8), 8);
});
