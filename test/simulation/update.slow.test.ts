import assert from 'node:assert/strict';
import test from 'node:test';
import { deepStory, simulateEvery, simulateSeeds, simulateStory } from './simulate.ts';
import { goodStory } from './update-stories.ts';

test('every schedule with one cut and one fault keeps the promises, whatever the release is like', async () => {
  const { schedules, failures } = await simulateEvery({ cuts: 1, faults: 1 });
  assert.deepEqual(failures, []);
  assert.ok(schedules > 100_000, `only ${schedules} schedules`);
});

test('every schedule with two cuts keeps the promises, whatever the release is like', async () => {
  const { schedules, failures } = await simulateEvery({ cuts: 2, faults: 0 });
  assert.deepEqual(failures, []);
  assert.ok(schedules > 20_000, `only ${schedules} schedules`);
});

test('every schedule with two cuts and one fault keeps the promises, for the good release', async () => {
  const { schedules, failures } = await simulateStory(goodStory, { cuts: 2, faults: 1 });
  assert.deepEqual(failures, []);
  assert.ok(schedules > 200_000, `only ${schedules} schedules`);
});

test('chance schedules with up to four cuts and three faults keep the promises', async () => {
  assert.deepEqual((await simulateSeeds(8000)).failures, []);
});

test('with real release files and the real code that reads them, every schedule with one cut or one fault holds', async () => {
  for (const budget of [
    { cuts: 1, faults: 0 },
    { cuts: 0, faults: 1 },
  ]) {
    const { schedules, failures } = await simulateStory(await deepStory(), budget);
    assert.deepEqual(failures, []);
    assert.ok(schedules > 200, `only ${schedules} schedules`);
  }
});
