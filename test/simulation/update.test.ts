import assert from 'node:assert/strict';
import test from 'node:test';
import { simulateEvery, simulateSeeds } from './simulate.ts';
import { stories } from './update-stories.ts';

// Cut and fault together are tens of thousands of schedules: update.slow.test.ts has them. Here one of them at a time.

test('every schedule with one fault and no cut keeps the promises, for the good release', async () => {
  const { schedules, failures } = await simulateEvery({ cuts: 0, faults: 1 }, stories.slice(0, 1));
  assert.deepEqual(failures, []);
  assert.ok(schedules > 200, `only ${schedules} schedules: the simulation is blind`);
});

test('every schedule with one cut keeps the promises, for the good release', async () => {
  const { schedules, failures } = await simulateEvery({ cuts: 1, faults: 0 }, stories.slice(0, 1));
  assert.deepEqual(failures, []);
  assert.ok(schedules > 200, `only ${schedules} schedules: the simulation is blind`);
});

test('every release that is not good is left for good', async () => {
  const { schedules, failures } = await simulateEvery({ cuts: 0, faults: 0 });
  assert.deepEqual(failures, []);
  assert.ok(schedules >= stories.length);
});

test('chance schedules with up to four cuts and three faults keep the promises', async () => {
  assert.deepEqual((await simulateSeeds(150)).failures, []);
});
