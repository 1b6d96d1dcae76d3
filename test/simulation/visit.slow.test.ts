import assert from 'node:assert/strict';
import test from 'node:test';
import { liveEveryLife } from './visit-life.ts';

test('a visit keeps its promises, before whichever effect the power is cut', async () => {
  assert.ok((await liveEveryLife(1, 0)) > 150);
});

test('a visit keeps its promises, whichever write the database refuses', async () => {
  assert.ok((await liveEveryLife(0, 1)) > 30);
});
