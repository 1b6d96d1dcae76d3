import assert from 'node:assert/strict';
import test from 'node:test';
import { deepStory, simulateEvery, simulateSeeds, simulateStory } from './simulate.ts';
import { everydayStories, goodStory, stories } from './update-stories.ts';

// What takes hours is a command: `npm run simulate -- every 1 1`, `every 2 1`.

test('every schedule with one fault, and every one with two cuts, keeps the promises, whatever the release is like', async () => {
  for (const { budget, told, least } of [
    { budget: { cuts: 0, faults: 1 }, told: stories, least: 15_000 },
    { budget: { cuts: 2, faults: 0 }, told: everydayStories, least: 50_000 },
  ]) {
    const { schedules, failures } = await simulateEvery(budget, told);
    assert.deepEqual(failures, []);
    assert.ok(schedules > least, `only ${schedules} schedules`);
  }
});

test('every schedule with one cut and one fault keeps the promises, for the good release', async () => {
  const { schedules, failures } = await simulateStory(goodStory, { cuts: 1, faults: 1 });
  assert.deepEqual(failures, []);
  assert.ok(schedules > 40_000, `only ${schedules} schedules`);
});

test('chance schedules with up to four cuts and three faults keep the promises', async () => {
  assert.deepEqual((await simulateSeeds(2000)).failures, []);
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
