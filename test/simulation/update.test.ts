import assert from 'node:assert/strict';
import test from 'node:test';
import { simulateSeeds, simulateStory } from './simulate.ts';
import { stories } from './update-stories.ts';

// Cut and fault together are minutes: update.slow.test.ts has them.

for (const story of stories) {
  test(`every schedule with one cut, and every one with one fault, keeps the promises: ${story.name}`, async () => {
    for (const budget of [
      { cuts: 1, faults: 0 },
      { cuts: 0, faults: 1 },
    ]) {
      const { schedules, failures } = await simulateStory(story, budget);
      assert.deepEqual(failures, []);
      assert.ok(schedules > 50, `only ${schedules} schedules: the simulation is blind`);
    }
  });
}

test('chance schedules with up to four cuts and three faults keep the promises', async () => {
  assert.deepEqual((await simulateSeeds(150)).failures, []);
});
