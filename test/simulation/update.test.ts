import assert from 'node:assert/strict';
import test from 'node:test';
import { simulateSeeds, simulateStory } from './simulate.ts';
import { goodStory, stories } from './update-stories.ts';

// What belongs to every change of the updater; update.slow.test.ts has more, `npm run simulate` all.

test('every schedule with one cut, and every one with one fault, keeps the promises for a good release', async () => {
  for (const budget of [
    { cuts: 1, faults: 0 },
    { cuts: 0, faults: 1 },
  ]) {
    const { schedules, failures } = await simulateStory(goodStory, budget);
    assert.deepEqual(failures, []);
    assert.ok(schedules > 50, `only ${schedules} schedules: the simulation is blind`);
  }
});

for (const story of stories)
  test(`without cuts and faults every release has the end that it deserves: ${story.name}`, async () => {
    const { schedules, failures } = await simulateStory(story, { cuts: 0, faults: 0 });
    assert.deepEqual(failures, []);
    assert.ok(schedules > 0);
  });

test('chance schedules with up to four cuts and three faults keep the promises', async () => {
  assert.deepEqual((await simulateSeeds(150)).failures, []);
});
